package main

import (
	"context"
	"errors"
	"math"
	"time"

	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

// printSweep prints the approach to the strong constraint.
func (e *env) printSweep(ctx context.Context, file *problemfile.Problem, begin time.Time, s *route.Sweep, err error) error {
	switch {
	case errors.Is(err, route.ErrNoLayers), errors.Is(err, route.ErrMatrix):
		return badInput("%s: --rf: %w", file.Path, err)
	case s == nil:
		return err
	}
	t := report.Table{Name: "rf", Title: title(file) + ": from the weak to the strong constraint",
		Header: []string{"Rf", "action", "measurement", "model error FE", "FE*Rf", "costate norm", "below the limit"}}
	for _, r := range s.Rows {
		if r.Err != nil {
			t.Add(rfCell(r.Rf), report.Text("not solved"), report.Empty, report.Empty, report.Empty, report.Empty, report.Empty)
			e.log.Error(r.Err.Error(), "Rf", r.Rf)
			continue
		}
		product, below := report.Sci(r.Model*r.Rf, 6), report.Empty
		if !math.IsNaN(s.Limit) {
			below = report.Sci(s.Limit-r.Action, 3)
		}
		if math.IsInf(r.Rf, 1) {
			product = report.Sci(r.Product, 6)
		}
		t.Add(rfCell(r.Rf), report.Number(r.Action, 1e-11*max(1, math.Abs(r.Action))), report.Value(r.Measurement), report.Sci(r.Model, 6), product, report.Sci(r.Costate, 6), below)
	}
	of := "the integral of p'p over the layers"
	if n := file.Network; n != nil && n.Continuous == nil {
		of = "the sum of p'p over layers and pairs"
	}
	t.Note = "costate norm: the root of " + of + ", of components whose equation may err. The model error is 1/2 int p' Rf^-1 p, so that FE*Rf tends to half the square of that norm in the limit " +
		"(the row inf), and the action rises to its limit by FE: A(inf) - A(Rf) -> FE."
	if e.out != "" {
		page := e.filePage(file, begin, "finished", []report.Table{t})
		if err != nil {
			page.Run.Status = "ended early"
			page.Fail(err)
		}
		if err := e.save(page); err != nil {
			return err
		}
	}
	if err := e.print(t); err != nil {
		return err
	}
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return errFailed
	}
	return nil
}

func rfCell(v float64) report.Cell {
	if math.IsInf(v, 1) {
		return report.Cell{Text: "inf", Value: v}
	}
	return report.Sci(v, 1)
}
