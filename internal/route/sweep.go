package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"costate/hamiltonian"
	"costate/internal/expr"
	"costate/ode"
)

// ErrMatrix says that the precision of the model is a matrix.
var ErrMatrix = errors.New("the precision of the model is a full matrix: it has no single Rf")

// SweepOptions steer Sweep.
type SweepOptions struct {
	First, Last float64 // precisions, in powers of ten
	Tol         float64 // relative tolerance of the solutions [1e-8]
}

// SweepRow is the solution at one precision of the model.
type SweepRow struct {
	Rf          float64
	Action      float64
	Measurement float64 // of single times and continuous ones
	Model       float64 // the model error FE = int 1/2 p' Rf^-1 p
	Product     float64 // FE Rf; at infinity its limit, int 1/2 p'p
	Costate     float64 // square root of int p'p
	Err         error   // nil: solved
}

// Sweep is the approach of the weak to the strong constraint.
type Sweep struct {
	Rows  []SweepRow // ascending Rf, the last one infinite
	Limit float64    // action of the last row; NaN: not solved
}

// Sweep solves an action with growing precisions of its model: every state whose
// equation may err gets Rf times its share of the largest precision of the file;
// where all are exact, every one gets Rf. The last row is the limit itself. Each
// solution starts at the one before. The error is that of the first row that
// failed; the others are there all the same.
func (p *Problem) Sweep(ctx context.Context, o SweepOptions) (*Sweep, error) {
	a := p.File.Action
	switch {
	case a == nil:
		return nil, ErrNoLayers
	case a.Rf != nil:
		return nil, ErrMatrix
	}
	if o.Tol == 0 {
		o.Tol = 1e-8
	}
	top := 0.0
	for _, s := range a.States {
		if !math.IsInf(s.Rf, 1) {
			top = max(top, s.Rf)
		}
	}
	share := make([]float64, len(a.States)) // 0: stays exact
	for i, s := range a.States {
		switch {
		case top == 0:
			share[i] = 1
		case !math.IsInf(s.Rf, 1):
			share[i] = s.Rf / top
		}
	}
	var values []float64
	for v := o.First; v < o.Last*(1+1e-9); v *= 10 {
		values = append(values, v)
	}
	values = append(values, math.Inf(1))
	out := &Sweep{Limit: math.NaN()}
	var first error
	var last *ode.Solution
	for _, rf := range values {
		row, sol := p.sweepRow(ctx, rf, share, o.Tol, last)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if row.Err == nil {
			last = sol
		} else if first == nil {
			first = fmt.Errorf("at Rf = %g: %w", rf, row.Err)
		}
		out.Rows = append(out.Rows, row)
	}
	if r := out.Rows[len(out.Rows)-1]; r.Err == nil {
		out.Limit = r.Action
	}
	return out, first
}

func (p *Problem) sweepRow(ctx context.Context, rf float64, share []float64, tol float64, guess *ode.Solution) (SweepRow, *ode.Solution) {
	row := SweepRow{Rf: rf}
	q, err := p.withPrecision(func(i int, old float64) float64 {
		if share[i] == 0 {
			return old
		}
		return rf * share[i]
	})
	if err != nil {
		row.Err = err
		return row, nil
	}
	sol, err := q.Collocate(ctx, Options{Tol: tol, Guess: guess})
	if err != nil && guess != nil && ctx.Err() == nil {
		sol, err = q.Collocate(ctx, Options{Tol: tol})
	}
	if err != nil {
		row.Err = err
		return row, nil
	}
	split, err := q.Equations.Action(sol)
	if err != nil {
		row.Err = err
		return row, nil
	}
	row.Action, row.Model, row.Measurement = split.Total(), split.Model, split.Measurement+split.Signal
	g := p.Equations.Graph
	var plain, shared []*expr.Expr
	for i, c := range q.Equations.Costates {
		if share[i] > 0 {
			plain = append(plain, g.Pow(c, g.Num(2)))
			shared = append(shared, g.Div(g.Pow(c, g.Num(2)), g.Num(2*share[i])))
		}
	}
	norm, _, err := q.Equations.Integrate(sol, g.Add(plain...))
	if err != nil {
		row.Err = err
		return row, nil
	}
	limit, _, err := q.Equations.Integrate(sol, g.Add(shared...))
	row.Costate, row.Product, row.Err = math.Sqrt(norm), limit, err
	return row, sol
}

// withPrecision returns the problem of an action with other precisions of its
// model.
func (p *Problem) withPrecision(rf func(i int, old float64) float64) (*Problem, error) {
	return p.edited(func(a *hamiltonian.Action) {
		a.States = slices.Clone(a.States)
		for i := range a.States {
			a.States[i].Rf = rf(i, a.States[i].Rf)
		}
	})
}
