package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

// network checks a network problem.
func (c *checkFlags) network(ctx context.Context, e *env, problem *problemfile.Problem, begin time.Time) error {
	allowed := []string{"tol", "rf"}
	if problem.Network.Continuous != nil {
		allowed = append(allowed, "layers", "plot")
	}
	if err := refuseFlags(c.flags, problem, allowed...); err != nil {
		return err
	}
	n, signals, err := e.newNetwork(problem, problem.Solve.Seed)
	if err != nil {
		return err
	}
	if c.rf != (span{}) {
		s, err := n.Sweep(ctx, route.SweepOptions{First: c.rf.lo, Last: c.rf.hi, Tol: c.tol}, route.NetworkTrainOptions{})
		return e.printSweep(ctx, problem, begin, s, err)
	}
	progress := e.progress("check", 0)
	o := route.CheckOptions{Tol: c.tol, First: int(c.layers.lo), Last: int(c.layers.hi),
		Step: func(what string) { progress.Describe(what); progress.Add(1) }}
	r, err := n.Check(ctx, o, route.NetworkTrainOptions{})
	progress.Done()
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return err
		}
		e.log.Error("not solved, so that there is nothing to check: " + err.Error())
		return cmp.Or[error](e.saveFailure(&route.Problem{File: problem}, begin, err), errFailed)
	}
	var tables []report.Table
	var figures []report.Figure
	if len(r.Studies) > 0 {
		tables = append(tables, propagationTable(r))
		figures = append(figures, propagationFigure(r))
	}
	if r.Own != nil {
		tables = append(tables, ownTable(r.Own))
		figures = append(figures[:0], propagationFigure(r))
	}
	if r.Trained != nil {
		tables = append(tables, minimumTable(n, r), signalTable(signals))
	}
	if len(r.Agreement) > 0 {
		t := differences(&r.Findings)
		t.Note += " Trained layers are extrapolated to no length (Richardson)."
		tables = append(tables, t)
	}
	tables = finish(problem, &r.Findings, tables)
	if c.plot != "" {
		if len(figures) == 0 {
			return badInput("--plot: there are no layers to show: the weights of %s vary with the layer", problem.Path)
		}
		if err := report.WritePicture(c.plot, figures[0]); err != nil {
			return err
		}
	}
	if e.out != "" {
		if err := e.save(e.checkPage(&route.Problem{File: problem}, &r.Findings, begin, tables), figures...); err != nil {
			return err
		}
	}
	if err := e.print(tables...); err != nil {
		return err
	}
	if !r.Passed() {
		return errFailed
	}
	return nil
}

// layerColumns are the columns of layers beside the continuous solution.
func layerColumns(t *report.Table) {
	t.Header = append(t.Header, "N", "step", "action")
	for q := range route.LayerQuantity(route.LayerQuantities) {
		name := q.String()
		if q == route.LayerWeights && t.Name == "propagation" {
			name = "dA/dW"
		}
		t.Header = append(t.Header, "err "+name, "order "+name)
	}
	t.Header = append(t.Header, "theory")
}

// layerCells are the cells of one number of layers.
func layerCells(s *route.LayerStudy, row route.LayerRow) (cells []report.Cell, open bool) {
	cells = append(cells, report.Int(row.Layers), report.Sci(row.Step, 2),
		report.Number(row.Action, max(row.Errors[route.LayerAction]/10, 1e-12*math.Abs(row.Action))))
	for q := range route.LayerQuantity(route.LayerQuantities) {
		cells = append(cells, report.Sci(row.Errors[q], 2), orderCell(row.Orders[q], row.Judgement[q]))
		open = open || row.Judgement[q] == discrete.NotAsymptotic
	}
	return append(cells, report.Int(s.Theory)), open
}

const bracketNote = " An order in parentheses still changes by more than 0.1 from row to row, or its row's errors are as large as the solution."

// propagationTable compares forward propagation and back-propagation with the
// boundary value problem.
func propagationTable(r *route.NetworkCheck) report.Table {
	t := report.Table{Name: "propagation", Title: "Forward propagation and back-propagation through N layers, beside x and p of the boundary value problem", Header: []string{"rule"}}
	layerColumns(&t)
	brackets := false
	for _, s := range r.Studies {
		for k, row := range s.Rows {
			name := report.Text(s.Name)
			if k > 0 {
				name = report.Cell{Value: s.Name}
			}
			cells, open := layerCells(s, row)
			brackets = brackets || open
			t.Add(append([]report.Cell{name}, cells...)...)
		}
	}
	t.Note = "All layers have the weights of the solution. Errors of x and of p = -delta are root mean squares over layers, pairs and neurons, relative to the solution's; dA/dW is the largest " +
		"derivative of the layers' action by a weight relative to the largest of the prior (0 at the solution); action: absolute; H: its largest change through the layers, relative."
	if brackets {
		t.Note += bracketNote
	}
	return t
}

// ownTable compares layers that are trained with the boundary value problem.
func ownTable(s *route.LayerStudy) report.Table {
	t := report.Table{Name: "trained", Title: "Residual layers trained themselves, beside the boundary value problem"}
	layerColumns(&t)
	brackets := false
	for _, row := range s.Rows {
		cells, open := layerCells(s, row)
		brackets = brackets || open
		t.Add(cells...)
	}
	t.Note = "Every N has weights of its own (Euler's rule, order 1), with the precision Rf/step of a layer where layers may err; their error is relative to the largest weight."
	if brackets {
		t.Note += bracketNote
	}
	return t
}

// minimumTable describes the minimum of discrete layers.
func minimumTable(n *route.Network, r *route.NetworkCheck) report.Table {
	t := report.Table{Name: "minimum", Title: "The minimum with exact layers", Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	a := r.Trained.Action
	line("network", report.Text(networkLine(n)))
	line("weights", report.Int(len(r.Trained.Weights)))
	line("pairs", report.Text(pairsLine(n)))
	line("measurement error", report.Value(a.In+a.Out))
	line("prior of the weights", report.Value(a.Prior))
	line("action", report.Value(a.Total()))
	if l := r.Limit; l != nil {
		for _, row := range l.Rows {
			if row.Err != nil {
				continue
			}
			line(fmt.Sprintf("action at Rf = %.3g is below that by", row.Rf), report.Sci(l.Limit-row.Action, 3))
			line(fmt.Sprintf("model error FE at Rf = %.3g", row.Rf), report.Sci(row.Model, 3))
		}
	}
	t.Note = "Layers that may err have a smaller action, by their model error FE as Rf grows: --rf shows more of it."
	return t
}

// propagationFigure shows the errors of the costates by the number of layers.
func propagationFigure(r *route.NetworkCheck) report.Figure {
	pic := report.ConvergencePicture{Title: title(r.Network.File), X: "layers N", Y: "error of p, relative"}
	for _, s := range append(r.Studies[:len(r.Studies):len(r.Studies)], r.Own) {
		if s == nil {
			continue
		}
		c := report.ErrorCurve{Name: s.Name, Order: float64(s.Theory)}
		for _, row := range s.Rows {
			c.N = append(c.N, float64(row.Layers))
			c.Err = append(c.Err, row.Errors[route.LayerCostate])
		}
		pic.Curves = append(pic.Curves, c)
	}
	return pic.Figure()
}
