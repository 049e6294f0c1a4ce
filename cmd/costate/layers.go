package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

// solve minimises the action in discrete layers, prints the result and draws a
// picture of it into the file plot, unless that is empty.
func (l *layerFlags) solve(ctx context.Context, e *env, p *route.Problem, begin time.Time, plot, picture string) error {
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
		return cmp.Or(e.saveFailure(p, begin, err), err)
	}
	for _, w := range path.Warnings {
		e.log.Warn(w.Error())
	}
	if plot != "" {
		figure, err := pathFigure(p, path, picture)
		if err == nil {
			err = report.WritePicture(plot, figure)
		}
		if err != nil {
			return err
		}
	}
	tables := pathTables(p, path, err, time.Since(begin))
	if e.out != "" {
		if err := e.writePath(p, path, begin, tables, err); err != nil {
			return err
		}
	}
	if err := e.print(tables...); err != nil {
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
	line("work", report.Textf("%s, %s, %s", report.Count(path.Stats.Steps, "Newton step"), report.Count(path.Stats.Factorisations, "factorisation"), report.Count(path.Stats.Func, "right-hand side")))
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
		addUnits(&t, p.File)
		out = append(out, t)
	}
	ends := report.Table{Name: "ends", Title: "At the ends", Header: []string{"name", "at the start", "at the end"}}
	start, end := report.Places(path.Time(0), path.Time(path.Layers))
	ends.Add(report.Text(p.Equations.Layer.Name()), start, end)
	n, dim := path.Layers, path.Dim
	for c, x := range p.Equations.States {
		ends.Add(report.Text(x.Name()), report.Value(path.Node(0)[c]), report.Value(path.Node(n)[c]))
	}
	for c, q := range p.Equations.Costates {
		ends.Add(report.Text(q.Name()), report.Value(path.CostateRight[c]), report.Value(path.CostateLeft[n*dim+c]))
	}
	addUnits(&ends, p.File)
	out = append(out, ends)

	if path.Defect != nil {
		return append(out, defectTable(p, path))
	}
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

// defectTable says how far a path that is not converged is from obeying its
// exact equations, and so stands for an action that it does not have.
func defectTable(p *route.Problem, path *discrete.Path) report.Table {
	t := report.Table{Name: "defect", Title: "Distance from the model", Header: []string{"name", "defect", "range on the path"}}
	for c, x := range p.Equations.States[:path.Dim] {
		lo, hi := math.Inf(1), math.Inf(-1)
		for n := range path.Layers + 1 {
			lo, hi = min(lo, path.Node(n)[c]), max(hi, path.Node(n)[c])
		}
		t.Add(report.Text(x.Name()), report.Sci(path.Defect[c], 2), report.Sci(hi-lo, 2))
	}
	t.Note = "The equations are exact, and this path does not obey them: it has no action. defect: by how much it leaps away from the model, summed over the layers."
	addUnits(&t, p.File)
	return t
}

// writePath writes the path of discrete layers and its report into the --out
// folder; failure says why it is not a minimum, nil if it is.
func (e *env) writePath(p *route.Problem, path *discrete.Path, begin time.Time, tables []report.Table, failure error) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	s := route.PathSeries(p.Equations, path)
	if err := folder.Write("path.csv", s.CSV); err != nil {
		return err
	}
	if err := folder.Write("path.npy", s.NPY); err != nil {
		return err
	}
	var figures []report.Figure
	for _, picture := range solutionPictures[:2] {
		f, err := pathFigure(p, path, picture)
		if err != nil {
			return err
		}
		figures = append(figures, f)
	}
	page := e.newPage(p, begin, tables[0].Rows[0][1].Text, tables)
	page.Fail(failure)
	return e.save(page, figures...)
}
