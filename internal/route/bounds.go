package route

import (
	"context"
	"fmt"
	"math"
	"slices"

	"costate/discrete"
	"costate/ode"
)

// Bounds on estimated parameters by an active set: a parameter on a bound is
// held there, its natural condition gives way, and dA/dtheta tells whether it
// wants to leave.

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
		pins, changed := p.activeSet(sol)
		if !changed {
			return sol, nil
		}
		if err := p.pin(pins); err != nil {
			return sol, err
		}
		guess = sol
	}
	return solve(guess)
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

// AtBound lists the parameters that are held on a bound, ascending.
func (p *Problem) AtBound() []int {
	var out []int
	for i := range p.pins {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}
