package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/pflag"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// layerFlags are the flags of solve --method discrete.
type layerFlags struct{ route.LayerOptions }

func (l *layerFlags) define(f *pflag.FlagSet) {
	integerVar(f, &l.Layers, "layers", 0, 100000000, "layers with --method discrete; 0: that of the file, or 200")
	wordVar(f, &l.Rule, "rule", problemfile.Rules, "`RULE` of the layers: euler, midpoint, trapezoid, simpson-hermite, gauss1 .. gauss8; default: that of the file, or simpson-hermite")
}

// solve minimises the action in discrete layers and prints the result.
func (l *layerFlags) solve(ctx context.Context, e *env, p *route.Problem, begin time.Time) error {
	if l.Rule != "" {
		if _, _, err := problemfile.ParseRule(l.Rule); err != nil {
			return badInput("--rule: %w", err)
		}
	}
	path, err := p.Discretise(ctx, l.LayerOptions)
	if path == nil {
		if errors.Is(err, route.ErrNoLayers) {
			return badInput("%s: %w", p.File.Path, err)
		}
		return err
	}
	for _, w := range path.Warnings {
		e.log.Warn(w.Error())
	}
	if e.out != "" {
		if err := e.writePath(p, path); err != nil {
			return err
		}
	}
	if err := e.print(pathTables(p, path, err, time.Since(begin))...); err != nil {
		return err
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	e.log.Error(err.Error())
	return errFailed
}

func pathTables(p *route.Problem, path *discrete.Path, err error, d time.Duration) []report.Table {
	t := report.Table{Name: "summary", Title: title(p.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	status := "minimum"
	switch {
	case errors.Is(err, ode.ErrSingular):
		status = ode.Singular.String()
	case !path.Converged:
		status = "not converged"
	case path.Negative > 0:
		status = fmt.Sprintf("saddle: %d negative eigenvalues", path.Negative)
	}
	line("status", report.Text(status))
	line("method", report.Textf("discrete layers, %s", path.Rule))
	line("layers", report.Int(path.Layers))
	line("work", report.Textf("%d Newton steps, %d factorisations, %d right-hand sides", path.Stats.Steps, path.Stats.Factorisations, path.Stats.Func))
	line("time", report.Duration(d))
	out := []report.Table{t}

	if len(path.Theta) > 0 {
		t := report.Table{Name: "parameters", Title: "Parameters", Header: []string{"name", "estimate", "sd", "bound"}}
		at := map[int]bool{}
		for _, i := range path.AtBound {
			at[i] = true
		}
		for i, v := range path.Theta {
			sd := report.Empty
			width := 0.0
			if n := len(path.Theta); path.ThetaCov != nil {
				width = math.Sqrt(path.ThetaCov[i*n+i])
				sd = report.Sci(width, 3)
			}
			bound := ""
			if at[i] {
				bound = "at its bound"
			}
			t.Add(report.Text(p.File.Action.Params[i].Symbol.Name()), report.Number(v, width/1e4), sd, report.Text(bound))
		}
		out = append(out, t)
	}
	ends := report.Table{Name: "ends", Title: "States and costates at the ends",
		Header: append([]string{"name"}, report.Places(p.Equations.Layer.Name(), path.Time(0), path.Time(path.Layers))...)}
	n, dim := path.Layers, path.Dim
	for c, x := range p.Equations.States {
		ends.Add(report.Text(x.Name()), report.Value(path.Node(0)[c]), report.Value(path.Node(n)[c]))
	}
	for c, q := range p.Equations.Costates {
		ends.Add(report.Text(q.Name()), report.Value(path.CostateRight[c]), report.Value(path.CostateLeft[n*dim+c]))
	}
	out = append(out, ends)

	a := report.Table{Name: "action", Title: "Action (every term with 1/2, no other normalisation)", Header: []string{"part", "value"}}
	tiny := 1e-12 * (1 + math.Abs(path.Action))
	if path.Data > 0 || path.Measurement != 0 {
		a.Add(report.Textf("measurement error, %d values", path.Data), report.Number(path.Measurement, tiny))
	}
	a.Add(report.Text("model error"), report.Number(path.Model, tiny))
	if path.Prior != 0 {
		a.Add(report.Text("priors"), report.Number(path.Prior, tiny))
	}
	a.Add(report.Text("total"), report.Number(path.Action, tiny))
	a.Note = "The error of the discretisation is not in these figures: costate check tells it."
	return append(out, a)
}

// writePath writes the path of discrete layers into the --out folder.
func (e *env) writePath(p *route.Problem, path *discrete.Path) error {
	folder, err := report.OpenFolder(e.out)
	if err != nil {
		return err
	}
	s := route.PathSeries(p.Equations, path)
	for name, write := range map[string]func(io.Writer) error{"path.csv": s.CSV, "path.npy": s.NPY} {
		if err := folder.Write(name, write); err != nil {
			return err
		}
	}
	return nil
}
