package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// result is a solution with what is reported of it.
type result struct {
	problem  *route.Problem
	method   string
	solution *ode.Solution
	time     time.Duration

	curves    route.Curves // at the mesh points
	split     hamiltonian.Split
	criterion *report.Table      // nil: none
	energy    *route.EnergyDrift // nil: no Hamiltonian
	second    *route.Posterior   // nil: not to be had
}

// complete computes the figures that need the solution.
func (r *result) complete(ctx context.Context) error {
	var err error
	if r.split, err = r.problem.Equations.Action(r.solution); err != nil {
		return err
	}
	if r.curves, err = r.problem.Curves(r.solution, 1); err != nil {
		return err
	}
	if r.criterion, err = r.cost(); err != nil {
		return err
	}
	if r.energy, err = r.problem.Energy(r.solution); err != nil {
		return err
	}
	if r.solution.Status == ode.Solved {
		r.second = r.problem.Posterior(ctx, r.solution)
	}
	return nil
}

// failure prints why the problem is not solved and returns the error that ends
// the command.
func (r *result) failure(ctx context.Context, e *env, err error) error {
	if err == nil {
		if r.second != nil && (r.second.Left || r.second.Negative > 0) {
			e.log.Warn("the solution is stationary, but no minimum of the action: see the line \"second order\"; another guess may lead to one")
		}
		if out := r.problem.Equations.OutOfBounds(r.solution.P); len(out) > 0 {
			e.log.Error(fmt.Sprintf("%s lies outside its bounds", out[0].Symbol.Name()))
			return errFailed
		}
		return nil
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	e.log.Error(err.Error())
	return errFailed
}

func (r *result) tables() []report.Table {
	out := []report.Table{r.summary()}
	if len(r.problem.Equations.Unknowns) > 0 {
		out = append(out, r.parameters())
	}
	out = append(out, r.ends())
	switch {
	case r.problem.File.Action != nil:
		out = append(out, actionTable(r.split))
	case r.criterion != nil:
		out = append(out, *r.criterion)
	}
	return out
}

func (r *result) summary() report.Table {
	s := r.solution
	t := report.Table{Name: "summary", Title: title(r.problem.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("status", report.Text(s.Status.String()))
	line("method", report.Text(r.method))
	line("mesh intervals", report.Int(s.Intervals()))
	if s.Error != nil {
		a := route.AccuracyOf(s)
		line("error estimate, relative", report.Sci(a.Relative, 2))
		line("largest in", report.Text(r.problem.BVP.Names[a.Component]))
		if len(a.Zero) > 0 {
			line("zero within its error", report.Text(zeroText(r.problem.BVP.Names, s, a)))
		}
	}
	line("residual of conditions", report.Sci(s.Residual, 2))
	if k := s.Condition.Kappa; k > 0 {
		line("conditioning", report.Sci(k, 2))
	}
	if e := r.energy; e != nil {
		line("H at the start", report.Value(e.First))
		line("H at the end", report.Value(e.Last))
		if e.Judged {
			line("drift of H between jumps", report.Sci(e.Drift, 2))
		}
	}
	if r.second != nil && r.second.Left {
		line("second order", report.Textf("no minimum within the bounds: minimising from it leads to action %.8g", r.second.Action))
	}
	if r.second == nil && s.Status == ode.Solved && r.problem.File.Action != nil {
		line("second order", report.Text("not known: minimising from the solution in layers leads nowhere"))
	}
	if r.second != nil && r.second.Negative >= 0 {
		kind := "minimum: the second derivative of the action is positive definite"
		if n := r.second.Negative; n > 0 {
			kind = fmt.Sprintf("saddle: the second derivative of the action has %d negative eigenvalues", n)
		}
		line("second order", report.Text(kind))
	}
	line("evaluations", report.Text(report.Count(s.Stats.Func, "right-hand side")+", "+report.Count(s.Stats.Jac, "Jacobian")))
	line("work", report.Text(report.Count(s.Stats.Newton, "Newton step")+", "+report.Count(s.Stats.Factorisations, "factorisation")+", "+report.Count(s.Stats.Meshes, "mesh")))
	line("time", report.Duration(r.time))
	return t
}

// zeroText names the components that are zero within their errors.
func zeroText(names []string, s *ode.Solution, a route.Accuracy) string {
	var text []string
	for _, c := range a.Zero {
		text = append(text, fmt.Sprintf("%s (%.1e)", names[c], s.Error[c]))
	}
	return strings.Join(text, ", ")
}

func (r *result) parameters() report.Table {
	t := report.Table{Name: "parameters", Title: "Parameters", Header: []string{"name", "estimate", "error"}}
	var widths []float64
	if r.second != nil {
		widths = r.second.Widths
	}
	if widths != nil {
		t.Header = append(t.Header, "sd")
		t.Note = "error: of the computation. sd: posterior width, for precisions Rm and Rf that are inverse variances (Laplace approximation)."
	}
	held := r.problem.AtBound()
	if len(held) > 0 {
		t.Header = append(t.Header, "bound")
	}
	for i, u := range r.problem.Equations.Unknowns {
		row := []report.Cell{report.Text(u.Symbol.Name()), report.Number(r.solution.P[i], errorOf(r.solution.ParamError, i)), sizeOf(r.solution.ParamError, i)}
		if widths != nil {
			if i < len(widths) {
				row = append(row, report.Sci(widths[i], 3))
			} else {
				row = append(row, report.Empty) // a multiplier
			}
		}
		if len(held) > 0 {
			word := ""
			if slices.Contains(held, i) {
				word = "on its bound"
			}
			row = append(row, report.Text(word))
		}
		t.Add(row...)
	}
	addUnits(&t, r.problem.File)
	return t
}

// ends shows the functions of the solution at both ends, the layer label first.
func (r *result) ends() report.Table {
	c := r.curves
	t := report.Table{Name: "ends", Title: "At the ends", Header: []string{"name", "at the start", "at the end", "error"}}
	last := len(c.T) - 1
	start, end := report.Places(c.T[0], c.T[last])
	for i, u := range r.problem.Equations.Unknowns {
		if u.Symbol == r.problem.Equations.FreeEnd {
			end = report.Number(c.T[last], errorOf(r.solution.ParamError, i))
		}
	}
	t.Add(report.Text(c.Label), start, end, report.Empty)
	for i, name := range c.Names {
		t.Add(report.Text(name), report.Number(c.Row(0)[i], errorOf(c.Errors, i)), report.Number(c.Row(last)[i], errorOf(c.Errors, i)), sizeOf(c.Errors, i))
	}
	addUnits(&t, r.problem.File)
	return t
}

// addUnits adds a column with the units of the names in the first column, if the
// file gives any.
func addUnits(t *report.Table, file *problemfile.Problem) {
	some := false
	units := make([]report.Cell, len(t.Rows))
	for i, row := range t.Rows {
		u := file.Unit(row[0].Text)
		units[i] = report.Text(u)
		some = some || u != ""
	}
	if !some {
		return
	}
	t.Header = append(t.Header, "unit")
	for i := range t.Rows {
		t.Rows[i] = append(t.Rows[i], units[i])
	}
}

// cost shows what an optimal control problem makes least, or what another
// Lagrangian or Hamiltonian problem makes stationary; nil: nothing.
func (r *result) cost() (*report.Table, error) {
	value, err, formula, fail := r.problem.Criterion(r.solution)
	if formula == "" || fail != nil {
		return nil, fail
	}
	t := report.Table{Name: "action", Title: "Action", Header: []string{"part", "value", "error"}}
	name := "integral of " + formula
	if len(r.problem.Equations.Controls) > 0 {
		t.Name, t.Title, name = "cost", "Cost", "cost, the "+name
	}
	err = max(err, 1e-15*math.Abs(value))
	t.Add(report.Text(name), report.Number(value, err), report.Sci(err, 2))
	return &t, nil
}

func errorOf(e []float64, i int) float64 {
	if i < len(e) {
		return e[i]
	}
	return 0
}

func sizeOf(e []float64, i int) report.Cell {
	if i < len(e) {
		return report.Sci(e[i], 2)
	}
	return report.Empty
}

func actionTable(s hamiltonian.Split) report.Table {
	t := report.Table{Name: "action", Title: "Action (every term with 1/2, no other normalisation)", Header: []string{"part", "value"}}
	add := func(name string, v float64) {
		t.Add(report.Text(name), report.Number(v, max(s.Error, 1e-15*math.Abs(s.Total()))))
	}
	if s.Points > 0 {
		add(fmt.Sprintf("measurement error, %d values", s.Points), s.Measurement)
	}
	if s.Signal != 0 {
		add("measurement error, continuous", s.Signal)
	}
	add("model error", s.Model)
	if s.Prior != 0 {
		add("priors", s.Prior)
	}
	add("total", s.Total())
	if s.Points > 0 {
		t.Note = fmt.Sprintf("Twice the measurement error, %s, is the weighted sum of squares.", report.Number(2*s.Measurement, 2*s.Error).Text)
	}
	return t
}
