package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"costate/collocation"
	"costate/discrete"
	"costate/ode"
)

// Sweep trains a network with exact layers and follows the minimum to layers of
// ever smaller precision, each from the one before: of continuous layers Rf is per
// unit of the label, of discrete ones per layer. Rows ascend. Classes are fitted by
// least squares, for cross-entropy has no finite Rf.
func (n *Network) Sweep(ctx context.Context, o SweepOptions, train NetworkTrainOptions) (*Sweep, error) {
	values := []float64{math.Inf(1)}
	var tens []float64
	for v := o.First; v < o.Last*(1+1e-9); v *= 10 {
		tens = append(tens, v)
	}
	slices.Reverse(tens)
	values = append(values, tens...)
	follow := n.followDiscrete
	if n.Spec.Continuous != nil {
		follow = n.followContinuous
	}
	rows, err := follow(ctx, o, train, values)
	if ctx.Err() != nil {
		return &Sweep{Rows: rows, Limit: math.NaN()}, ctx.Err()
	}
	slices.Reverse(rows)
	out := &Sweep{Rows: rows, Limit: math.NaN()}
	for _, r := range rows {
		switch {
		case r.Err != nil && err == nil:
			err = fmt.Errorf("at Rf = %g: %w", r.Rf, r.Err)
		case r.Err == nil && math.IsInf(r.Rf, 1):
			out.Limit = r.Action
		}
	}
	return out, err
}

// followDiscrete minimises the action of discrete layers.
func (n *Network) followDiscrete(ctx context.Context, o SweepOptions, train NetworkTrainOptions, values []float64) ([]SweepRow, error) {
	p := n.Problem()
	trained, err := n.trainFrom(ctx, p, train)
	if trained == nil {
		return nil, err
	}
	return followLayers(ctx, p, trained.Best, values), nil
}

// followLayers minimises from a fit on, precision after precision.
func followLayers(ctx context.Context, p *discrete.NetworkProblem, fit *discrete.NetworkFit, values []float64) []SweepRow {
	var rows []SweepRow
	for _, rf := range values {
		row := SweepRow{Rf: rf}
		next, err := polish(ctx, p, rf, fit)
		if ctx.Err() != nil {
			return rows
		}
		if row.Err = err; err == nil {
			fit = next
			a := fit.Action
			row.Action, row.Measurement, row.Model = a.Total(), a.In+a.Out, a.Model
			row.Product, row.Err = costateSquare(p, fit)
			row.Costate = math.Sqrt(2 * row.Product)
		}
		rows = append(rows, row)
	}
	return rows
}

// costateSquare is half the sum of p^2 over the layers after the input.
func costateSquare(p *discrete.NetworkProblem, fit *discrete.NetworkFit) (float64, error) {
	c := make([]float64, len(fit.Paths))
	if err := p.Costates(c, nil, fit.Weights, fit.Paths); err != nil {
		return 0, err
	}
	states := p.Network.States()
	sum := 0.0
	for k := range p.Pairs {
		for t := range max(1, p.Network.Times) {
			for l := 1; l <= p.Network.Layers(); l++ {
				for _, v := range p.Network.Layer(c[k*states:(k+1)*states], l, t) {
					sum += v * v / 2
				}
			}
		}
	}
	return sum, nil
}

// followContinuous solves the boundary value problem of continuous layers.
func (n *Network) followContinuous(ctx context.Context, o SweepOptions, train NetworkTrainOptions, values []float64) ([]SweepRow, error) {
	r, err := n.withRf(math.Inf(1)).Continuous(ctx, "collocation", Options{Tol: o.Tol}, train)
	if r == nil || r.Solution.Status != ode.Solved {
		return nil, err
	}
	var rows []SweepRow
	for _, rf := range values {
		row := SweepRow{Rf: rf}
		next, err := r.weaken(ctx, rf)
		if err != nil && ctx.Err() == nil && r.Condensed {
			next, err = n.withRf(rf).throughLayers(ctx, r)
		}
		switch {
		case ctx.Err() != nil:
			return rows, ctx.Err()
		case err != nil:
			row.Err = err
		default:
			r = next
			a := r.Action()
			row.Action, row.Measurement, row.Model = a.Total(), a.In+a.Out, a.Model
			row.Product = r.costateSquare()
			row.Costate = math.Sqrt(2 * row.Product)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// withRf returns the network of continuous layers with another precision.
func (n *Network) withRf(rf float64) *Network {
	out, spec, layers := *n, *n.Spec, *n.Spec.Continuous
	layers.Rf = rf
	spec.Continuous, out.Spec = &layers, &spec
	return &out
}

// throughLayers solves the problem of n from discrete layers that are trained from
// the weights of r.
func (n *Network) throughLayers(ctx context.Context, r *NetworkContinuous) (*NetworkContinuous, error) {
	out := *r
	out.BVP = n.continuousBVP()
	fit, err := n.trainLayers(ctx, refinedLayers, r.Solution.P, 1e-10)
	if err != nil {
		return nil, err
	}
	guess, err := n.layersGuess(out.BVP, fit, refinedLayers)
	if err != nil {
		return nil, err
	}
	s := &discrete.NetworkCondensed{Tol: r.Tol, Intervals: 128, Workers: workers(0), Guess: guess}
	out.Solution, err = s.Solve(ctx, out.BVP, fit.Weights)
	return &out, err
}

// weaken solves the problem with another precision of the layers, from the solution.
func (r *NetworkContinuous) weaken(ctx context.Context, rf float64) (*NetworkContinuous, error) {
	if rf == r.BVP.Rf {
		return r, nil
	}
	out, b := *r, *r.BVP
	b.Rf = rf
	out.BVP = &b
	var err error
	if r.Condensed {
		old := r.Solution
		s := &discrete.NetworkCondensed{Tol: r.Tol, Mesh: old.T, Workers: workers(0), Guess: func(dst []float64, t float64) { old.At(dst, t) }}
		out.Solution, err = s.Solve(ctx, &b, r.Solution.P)
	} else {
		start := r.Solution.P
		if !r.Constant() {
			start = r.Solution.Node(0)[b.Weights():]
		}
		var p *ode.BVP
		if p, err = b.Problem(start); err != nil {
			return nil, err
		}
		old := r.Solution
		p.Guess = func(dst []float64, t float64) { old.At(dst, t) }
		out.Solution, err = (&collocation.Solver{Tol: r.Tol}).Solve(ctx, p)
	}
	if err == nil && out.Solution.Status != ode.Solved {
		err = errors.New(out.Solution.Status.String())
	}
	return &out, err
}

// costateSquare is half the integral of p^2.
func (r *NetworkContinuous) costateSquare() float64 {
	one, b := *r, *r.BVP
	b.Rf = 1
	one.BVP = &b
	return one.Action().Model
}
