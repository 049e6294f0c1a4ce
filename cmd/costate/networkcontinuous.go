package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// continuous solves the boundary value problem of continuous layers and
// compares it with discrete ones.
func (s *solveFlags) continuous(ctx context.Context, e *env, problem *problemfile.Problem, method string) error {
	train := s.training("")
	seed := problem.Solve.Seed
	if train.SeedSet {
		seed = train.Seed
	}
	n, signals, err := e.newNetwork(problem, seed)
	if err != nil {
		return err
	}
	bar := e.progress("continuous layers", 0)
	train.Progress = func(start int, f *discrete.NetworkFit) {
		bar.Add(1)
		bar.Describe(fmt.Sprintf("guess %d, action %.6g", start+1, f.Action.Total()))
	}
	begin := time.Now()
	r, err := n.Continuous(ctx, method, s.Options, train)
	took := time.Since(begin)
	bar.Done()
	if r == nil {
		return err
	}
	failed := err
	for _, w := range r.Solution.Warnings {
		e.log.Warn(w.Error())
	}
	tables := []report.Table{continuousSummary(n, r, took), signalTable(signals)}
	if r.Solution.Status == ode.Solved {
		more, err := continuousTables(ctx, n, r)
		if err != nil {
			return err
		}
		tables = append(tables, more...)
	}
	if s.plot != "" {
		figure, err := continuousFigure(n, r, s.picture)
		if err != nil {
			return err
		}
		if err := report.WritePicture(s.plot, figure); err != nil {
			return err
		}
	}
	if e.out != "" {
		field, theta := r.Weights()
		series := map[string]report.Series{"solution": report.Sample(r.Solution, "t", continuousNames(r), 1)}
		if field.Knots <= 1 {
			series["weights"] = weightSeries(theta)
		}
		if err := e.writeNetwork(series); err != nil {
			return err
		}
	}
	var figures []report.Figure
	for _, picture := range solutionPictures {
		if e.out == "" {
			break
		}
		figure, err := continuousFigure(n, r, picture)
		if err != nil {
			return err
		}
		figures = append(figures, figure)
	}
	tables = filled(tables)
	if err := e.saveNetwork(problem, begin, seed, tables, failed, figures...); err != nil {
		return err
	}
	if err := e.print(tables...); err != nil {
		return err
	}
	return e.failNetwork(ctx, failed)
}

// continuousNames names the components of the boundary value problem:
// x[pair,neuron], p[..], q[weight], and W[..] if weights vary.
func continuousNames(r *route.NetworkContinuous) []string {
	var names []string
	d := r.BVP.Field.Width
	for k := range r.BVP.M {
		for _, v := range []string{"x", "p"} {
			for i := range d {
				names = append(names, fmt.Sprintf("%s[%d,%d]", v, k+1, i+1))
			}
		}
	}
	for i := range r.BVP.Field.Params() {
		names = append(names, fmt.Sprintf("q[%d]", i+1))
	}
	for i := len(names); i < r.Solution.Dim; i++ {
		names = append(names, fmt.Sprintf("W[%d]", len(names)-r.BVP.Weights()+1))
	}
	return names
}

func continuousSummary(n *route.Network, r *route.NetworkContinuous, took time.Duration) report.Table {
	s, f := r.Solution, r.BVP.Field
	t := report.Table{Name: "summary", Title: title(n.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("status", report.Text(s.Status.String()))
	how := map[string]string{"collocation": "collocation", "shooting": "multiple shooting"}[r.Method]
	if r.Condensed {
		how += ", pairs eliminated one by one"
	}
	line("method", report.Text(how))
	rate := "x' = f(W x"
	if f.Bias {
		rate += " + b"
	}
	rate += ")"
	if f.Kind == discrete.NetRelaxation {
		rate += " - x"
	}
	line("layers", report.Textf("%s, t from 0 to %g", rate, n.Spec.Continuous.Length))
	line("pairs", report.Text(pairsLine(n)))
	weights := "the same at every layer"
	if !r.Constant() {
		weights = fmt.Sprintf("varying, precision %g of their derivative", r.BVP.LayerPrecision)
	}
	line("weights", report.Textf("%d, %s", f.Params(), weights))
	line("equations", report.Int(s.Dim))
	line("tolerance", report.Sci(r.Tol, 2))
	if s.Error != nil {
		worst := 0.0
		for _, v := range s.Error {
			worst = max(worst, v)
		}
		for _, v := range s.ParamError {
			worst = max(worst, v)
		}
		line("largest error estimate", report.Sci(worst, 2))
	}
	a := r.Action()
	if n.Spec.Classes > 0 {
		line("loss", report.Text(oneHotLoss))
	}
	line("convention of the action", report.Text("action: sum Rm d^2/2 + integral of Rf r^2/2 + P W^2/2"))
	line("measurement error", report.Number(a.In+a.Out, 1e-6*a.Total()))
	if a.Model > 0 {
		line("model error", report.Number(a.Model, 1e-6*a.Total()))
	}
	line("prior of the weights", report.Number(a.Prior, 1e-6*a.Total()))
	line("action", report.Number(a.Total(), 1e-7*a.Total()))
	line("action of the guess", report.Textf("%.6g, %d discrete layers, then doubled to %d", r.Guess.Best.Action.Total(), n.Net.Layers(), r.Refined))
	line("work", report.Textf("%d right-hand sides, %d factorisations, %d Newton steps, %d meshes", s.Stats.Func, s.Stats.Factorisations, s.Stats.Newton, s.Stats.Meshes))
	line("time", report.Duration(took))
	return t
}

// comparedLayers are the numbers of discrete layers that a continuous solution
// is compared with.
var comparedLayers = []int{8, 16, 32, 64, 128}

func continuousTables(ctx context.Context, n *route.Network, r *route.NetworkContinuous) ([]report.Table, error) {
	out := []report.Table{meshTable(r.Solution)}
	if r.Constant() {
		c, err := n.Convergence(ctx, r, comparedLayers)
		if err != nil {
			return nil, err
		}
		if c[0].Rules != nil {
			out = append(out, equivalentTable(r), layersTable(r, c))
		}
		out = append(out, trainedLayersTable(r, c))
	}
	rows := newErrorRows(n)
	var failed error
	rows.network("continuous layers", func(d *route.NetworkSet) route.NetworkErrors {
		e, err := n.ContinuousErrors(r, d)
		failed = err
		return e
	})
	if failed != nil {
		return nil, failed
	}
	if err := rows.baselines(); err != nil {
		return nil, err
	}
	return append(out, rows.t), nil
}

// meshTable tells where the error control put the mesh, by tenths.
func meshTable(s *ode.Solution) report.Table {
	const parts = 10
	t := report.Table{Name: "mesh", Title: "Where the mesh put its layers", Header: []string{"from", "to", "intervals", "smallest step", "largest step"}}
	a, b := s.T[0], s.T[len(s.T)-1]
	smallest := b - a
	for i := range parts {
		lo, hi := a+(b-a)*float64(i)/parts, a+(b-a)*float64(i+1)/parts
		count, least, most := 0, math.Inf(1), 0.0
		for j := 1; j < len(s.T); j++ {
			h, mid := s.T[j]-s.T[j-1], (s.T[j]+s.T[j-1])/2
			if mid >= lo && (mid < hi || i == parts-1) {
				count++
				least, most = min(least, h), max(most, h)
			}
		}
		smallest = min(smallest, least)
		if count == 0 {
			t.Add(report.Value(lo), report.Value(hi), report.Int(0), report.Empty, report.Empty)
			continue
		}
		t.Add(report.Value(lo), report.Value(hi), report.Int(count), report.Sci(least, 3), report.Sci(most, 3))
	}
	t.Note = fmt.Sprintf("%d intervals in all; with the smallest step everywhere they would be %.0f. An interval is counted where its middle is.", len(s.T)-1, math.Ceil((b-a)/smallest-1e-9))
	return t
}

// equivalentTable tells how many layers of equal steps are as accurate as the
// continuous solution is.
func equivalentTable(r *route.NetworkContinuous) report.Table {
	t := report.Table{Name: "equivalent", Title: fmt.Sprintf("Equal layers whose states are within the tolerance, %.1g", r.Tol), Header: []string{"layers", "order", "number"}}
	for _, q := range r.Equivalent() {
		number := report.Int(q.Layers)
		if q.Err != nil {
			number = report.Text(q.Err.Error())
		}
		t.Add(report.Text(q.Rule.String()), report.Int(q.Rule.Order()), number)
	}
	t.Note = "Extrapolated at the order of the rule once it is seen. Euler layers are a residual network."
	return t
}

// estimates are the error estimates of states, costates and weights of a
// solution: a difference to it that is not far above tells no order.
func estimates(r *route.NetworkContinuous) (x, p, w float64) {
	s := r.Solution
	d := r.BVP.Field.Width
	for i, v := range s.Error {
		switch {
		case i >= r.BVP.Multiplier():
		case i/d%2 == 0:
			x = max(x, v)
		default:
			p = max(p, v)
		}
	}
	for _, v := range s.ParamError {
		w = max(w, v)
	}
	return x, p, w
}

// layersTable shows how discrete layers with the solution's weights converge.
func layersTable(r *route.NetworkContinuous, c []route.NetworkConvergence) report.Table {
	t := report.Table{Name: "layers", Title: "Discrete layers with the same weights: errors of states x and of back-propagated costates p", Header: []string{"layers"}}
	for _, d := range r.Equivalent() {
		name := d.Rule.String()
		t.Header = append(t.Header, name+" x", name+" order", name+" p", name+" p order")
	}
	ex, ep, _ := estimates(r)
	for i, row := range c {
		cells := []report.Cell{report.Int(row.Layers)}
		for _, d := range row.Rules {
			cells = append(cells, report.Sci(d.State, 3), layersOrder(i, d.StateOrder, d.State, ex), report.Sci(d.Costate, 3), layersOrder(i, d.CostateOrder, d.Costate, ep))
		}
		t.Add(cells...)
	}
	t.Note = "No order is shown where the error is less than ten times the estimated error of the continuous solution."
	return t
}

// trainedLayersTable shows how residual networks with weights of their own
// converge.
func trainedLayersTable(r *route.NetworkContinuous, c []route.NetworkConvergence) report.Table {
	t := report.Table{Name: "trained", Title: "Discrete layers trained themselves (Euler, order 1)", Header: []string{"layers", "weights differ by", "order of weights", "action differs by", "order of action"}}
	_, _, ew := estimates(r)
	for i, row := range c {
		before := row
		if i > 0 {
			before = c[i-1]
		}
		t.Add(report.Int(row.Layers), report.Sci(row.Weights, 3), layersOrder(i, math.Log2(before.Weights/row.Weights), row.Weights, ew),
			report.Sci(row.Action, 3), layersOrder(i, math.Log2(before.Action/row.Action), row.Action, 0))
		if !row.Solved {
			t.Note = fmt.Sprintf("The training of %d layers did not converge.", row.Layers)
		}
	}
	return t
}

// layersOrder is an observed order, if the error is well above that of what
// it is measured against.
func layersOrder(row int, order, err, estimate float64) report.Cell {
	if row == 0 || !(err > 10*estimate) || math.IsNaN(order) || math.IsInf(order, 0) {
		return report.Empty
	}
	return report.Fixed(order, 2)
}
