package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/expr"
	"costate/ode"
)

// Bounds on estimated parameters by an active set: a parameter on a bound is
// held there, its natural condition gives way, and dA/dtheta tells whether it
// wants to leave.

// ErrActiveSet says that no set of parameters on their bounds was found for which
// those on a bound press against it and the others keep theirs.
var ErrActiveSet = errors.New("the parameters on their bounds change from solution to solution: give narrower bounds or better guesses, or hold one of them")

// bounded calls solve until no parameter is outside its bounds and none on a
// bound wants back inside. solve is given the guess of each round.
func (p *Problem) bounded(ctx context.Context, guess *ode.Solution, solve func(*ode.Solution) (*ode.Solution, error)) (*ode.Solution, error) {
	const rounds = 20 // more means that the set cycles
	for range rounds {
		sol, err := solve(guess)
		if err == nil {
			if err = p.checkEnd(sol); err != nil {
				sol.Status, sol.Err = ode.Unfinished, err
			}
		}
		if err != nil || p.File.Action == nil || ctx.Err() != nil {
			return sol, err
		}
		for i, v := range p.pins {
			sol.P[i] = v // to the last digit: a rounding error would be outside
		}
		pins, changed := p.activeSet(sol)
		if !changed {
			return sol, nil
		}
		if err := p.pin(pins); err != nil {
			return sol, err
		}
		guess = sol
	}
	guess.Status, guess.Err = ode.Unfinished, ErrActiveSet
	return guess, ErrActiveSet
}

// checkEnd refuses a solution whose free end is not after the start.
func (p *Problem) checkEnd(sol *ode.Solution) error {
	e := p.Equations
	if end := e.Label(e.End, sol.P); e.FreeEnd != nil && !(end-e.Start > 1e-9*(e.End-e.Start)) {
		return fmt.Errorf("the free end came to %g, which is not after the start, %g: give a better guess of the end and of the path", end, e.Start)
	}
	return nil
}

// activeSet returns the parameters to hold after a solution, and whether that is
// a change.
func (p *Problem) activeSet(sol *ode.Solution) (map[int]float64, bool) {
	pins := map[int]float64{}
	changed := false
	if p.File.Action == nil {
		return pins, changed
	}
	for i, q := range p.File.Action.Params {
		lo, hi := q.Bounds()
		at, held := p.pins[i]
		switch {
		case held:
			slope, err := p.free.Slope(i, sol)
			// The action must grow towards the inside.
			if err == nil && (at == lo && slope < 0 || at == hi && slope > 0) && lo < hi {
				changed = true
				continue
			}
			pins[i] = at
		case sol.P[i] < lo:
			pins[i], changed = lo, true
		case sol.P[i] > hi:
			pins[i], changed = hi, true
		}
	}
	return pins, changed
}

// pin holds parameters at values, in the equations and in the compiled problem.
func (p *Problem) pin(pins map[int]float64) error {
	if p.free == nil {
		p.free = p.Equations
	}
	e := p.free.Pin(pins)
	b, err := e.BVP()
	if err != nil {
		return err
	}
	p.Equations, p.BVP, p.pins = e, b, pins
	return nil
}

// pinPath holds the parameters that a discrete minimum has on a bound.
func (p *Problem) pinPath(path *discrete.Path) error {
	if len(path.AtBound) == 0 {
		return nil
	}
	pins := map[int]float64{}
	for _, i := range path.AtBound {
		lo, hi := p.File.Action.Params[i].Bounds()
		if v := path.Theta[i]; math.Abs(v-lo) <= math.Abs(v-hi) {
			pins[i] = lo
		} else {
			pins[i] = hi
		}
	}
	return p.pin(pins)
}

// sharper minimises once more where parameters of a path stand on a bound, by a
// rule of higher order: which ones they are depends on the accuracy. It returns the
// path itself if that fails.
func sharper(ctx context.Context, a *hamiltonian.Action, path *discrete.Path) *discrete.Path {
	if len(path.AtBound) == 0 {
		return path
	}
	pr, err := Layers(a)
	if err != nil {
		return path
	}
	pr.Rule, pr.Stages, pr.Layers = discrete.Gauss, 2, guessLayers
	s := discrete.Solver{Tolerance: 1e-9}
	if better, err := s.Solve(ctx, pr, discrete.Guess{Path: path}); err == nil {
		return better
	}
	return path
}

// asConstants returns the problem in which the parameters that are held on a bound
// are constants, which has the same solution, and that solution.
func (p *Problem) asConstants(sol *ode.Solution) (*Problem, *ode.Solution, error) {
	held := p.AtBound()
	pins, bounds := p.pins, p.File.Action
	q, err := p.edited(func(a *hamiltonian.Action) {
		at := movedPins(pins, bounds, a)
		params := a.Params
		a.Constants, a.Params = slices.Clone(a.Constants), nil
		for i, q := range params {
			if slices.Contains(held, i) {
				a.Constants = append(a.Constants, hamiltonian.Constant{Symbol: q.Symbol, Value: at[i]})
			} else {
				a.Params = append(a.Params, q)
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	places := func(some, all []*expr.Expr) (at []int, err error) {
		for _, s := range some {
			i := slices.IndexFunc(all, func(e *expr.Expr) bool { return e.Name() == s.Name() })
			if i < 0 {
				return nil, fmt.Errorf("%s is not among the unknowns", s.Name())
			}
			at = append(at, i)
		}
		return at, nil
	}
	components, err := places(q.Equations.Components, p.Equations.Components)
	if err != nil {
		return nil, nil, err
	}
	var now, before []*expr.Expr
	for _, u := range q.Equations.Unknowns {
		now = append(now, u.Symbol)
	}
	for _, u := range p.Equations.Unknowns {
		before = append(before, u.Symbol)
	}
	unknowns, err := places(now, before)
	if err != nil {
		return nil, nil, err
	}
	return q, project(sol, components, unknowns), nil
}

// project returns a solution with some of its components and parameters.
func project(sol *ode.Solution, components, params []int) *ode.Solution {
	out := *sol
	out.Dim, out.Y = len(components), nil
	for i := range sol.T {
		out.Y = append(out.Y, choose(sol.Node(i), components)...)
	}
	out.P = choose(sol.P, params)
	out.Error, out.ParamError = choose(sol.Error, components), choose(sol.ParamError, params)
	out.Inner = &chosen{sol: sol, index: components}
	return &out
}

// choose returns the elements of v at index; nil stays nil.
func choose(v []float64, index []int) []float64 {
	if v == nil {
		return nil
	}
	out := make([]float64, len(index))
	for k, i := range index {
		out[k] = v[i]
	}
	return out
}

// chosen are some components of a solution between its mesh points.
type chosen struct {
	sol   *ode.Solution
	index []int
	pool  sync.Pool // *[]float64, of all components
}

func (c *chosen) Value(dst []float64, i int, theta float64) {
	c.choose(dst, c.sol.Inner.Value, i, theta)
}

func (c *chosen) Deriv(dst []float64, i int, theta float64) {
	c.choose(dst, c.sol.Inner.Deriv, i, theta)
}

func (c *chosen) choose(dst []float64, all func(dst []float64, i int, theta float64), i int, theta float64) {
	y, _ := c.pool.Get().(*[]float64)
	if y == nil {
		y = new([]float64)
		*y = make([]float64, c.sol.Dim)
	}
	all(*y, i, theta)
	for k, j := range c.index {
		dst[k] = (*y)[j]
	}
	c.pool.Put(y)
}

// AtBound lists the parameters that are held on a bound, ascending.
func (p *Problem) AtBound() []int {
	var out []int
	for i := range p.pins {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}
