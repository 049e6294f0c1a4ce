package route

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"costate/collocation"
	"costate/hamiltonian"
	"costate/ode"
)

// Branch follows the solutions of a family in one constant of the file, from its
// value there towards to, around folds. It begins at the solution that Collocate
// finds. Estimated parameters keep to their bounds all along: a parameter that
// meets one is held there from then on, and let go where its multiplier changes
// sign.
func (p *Problem) Branch(ctx context.Context, parameter string, to float64, o Options, b collocation.BranchOptions) (*collocation.Branch, error) {
	from, ok := p.constant(parameter)
	if !ok {
		return new(collocation.Branch), fmt.Errorf("there is no constant %s", parameter)
	}
	if p.symbol(parameter) != nil {
		// The equations have it, and nothing else.
	} else if m, err := p.members(parameter)(to); err != nil {
		return new(collocation.Branch), fmt.Errorf("the problem with %s = %g: %w", parameter, to, err)
	} else if !sameLayer(m, p.BVP) {
		return new(collocation.Branch), fmt.Errorf("%s moves the ends of the layer or measurements in it, which a branch cannot follow: give the layer a fixed length, with the equations scaled by %s", parameter, parameter)
	}
	first, err := p.Collocate(ctx, o)
	if err == nil {
		err = p.outside(first)
	}
	if err != nil {
		return new(collocation.Branch), err
	}
	o = o.with(p.File.Solve)
	s := p.collocation(o)
	s.Continuation, s.Guess = nil, first
	w := &tracker{p: p, parameter: parameter}
	bounded := func(u hamiltonian.Param) bool { lo, hi := u.Bounds(); return !math.IsInf(lo, -1) || !math.IsInf(hi, 1) }
	if slices.ContainsFunc(p.Equations.Unknowns, bounded) {
		b.Watch, b.Switch = w.watch, w.change
	}
	branch, err := s.Continue(ctx, &collocation.Continuation{From: from, To: to, Problem: p.Family(parameter)}, b)
	return branch, p.worded(nil, err)
}

// sameLayer reports whether two problems have the same interval and jumps.
func sameLayer(a, b *ode.BVP) bool {
	same := func(s, t ode.Jump) bool { return s.T == t.T }
	return a.Start == b.Start && a.End == b.End && slices.EqualFunc(a.Jumps, b.Jumps, same) && slices.Equal(a.Boundary.Points, b.Boundary.Points)
}

// AllSolutions looks for up to limit solutions by deflation, the first being that
// of Collocate. With bounds on parameters it looks in every active set that a
// solution outside of them points to, and keeps the solutions at which no
// parameter is outside and none on a bound wants back inside. held lists, for
// every solution, the parameters on a bound.
func (p *Problem) AllSolutions(ctx context.Context, o Options, limit int) (all []*ode.Solution, held [][]int, err error) {
	first, err := p.Collocate(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	s := p.collocation(o.with(p.File.Solve))
	s.AbsTols = p.absTols(s.Tol, first)
	start := maps.Clone(p.pins)
	sets := []map[int]float64{start}
	if len(start) > 0 {
		sets = append(sets, map[int]float64{})
	}
	for n := 0; n < len(sets) && len(all) < limit; n++ {
		if err := p.pin(sets[n]); err != nil {
			return all, held, err
		}
		s.Guess = nil
		if n == 0 {
			s.Guess = first
		}
		found, err := s.AllSolutions(ctx, p.BVP, limit)
		if ctx.Err() != nil {
			return all, held, err
		}
		if err != nil && n == 0 {
			return nil, nil, p.worded(nil, err)
		}
		for _, sol := range found {
			next, changed := p.activeSet(sol)
			switch {
			case !changed && len(all) < limit && p.outside(sol) == nil:
				all, held = append(all, sol), append(held, p.AtBound())
			case changed && !slices.ContainsFunc(sets, func(m map[int]float64) bool { return maps.Equal(m, next) }):
				sets = append(sets, next)
			}
		}
	}
	if len(all) == 0 {
		return nil, nil, p.outside(first)
	}
	return all, held, p.pin(start)
}

// outside returns an error if a solution does not keep to the bounds of the
// unknowns; that of an action does, by its active set.
func (p *Problem) outside(sol *ode.Solution) error {
	if p.File.Action != nil {
		return nil
	}
	for _, u := range p.Equations.OutOfBounds(sol.P) {
		lo, hi := u.Bounds()
		return fmt.Errorf("the solution has %s outside its bounds, %g and %g: change them, or give another guess", u.Symbol.Name(), lo, hi)
	}
	return nil
}

// Sensitivity returns the derivatives of a solution with respect to constants of
// the file. Parameters on a bound stay there.
func (p *Problem) Sensitivity(ctx context.Context, sol *ode.Solution, o Options, names []string) ([]*ode.Solution, error) {
	s := p.collocation(o.with(p.File.Solve))
	var at []float64
	var families []func(float64) *ode.BVP
	for _, n := range names {
		v, ok := p.constant(n)
		if !ok {
			return nil, fmt.Errorf("there is no constant %s", n)
		}
		at = append(at, v)
		families = append(families, p.Family(n))
	}
	out, err := s.Sensitivity(ctx, sol, at, families...)
	return out, p.worded(sol, err)
}

// Constants returns the names of the constants of the problem.
func (p *Problem) Constants() []string {
	var out []string
	for _, c := range p.File.Settable {
		out = append(out, c.Symbol.Name())
	}
	return out
}

// Largest returns the largest |y| of each component over a solution, looked for
// at the mesh points and at 15 places inside each interval.
func Largest(s *ode.Solution) []float64 {
	const parts = 16
	out := make([]float64, s.Dim)
	for i, v := range s.Y {
		out[i%s.Dim] = max(out[i%s.Dim], math.Abs(v))
	}
	y := make([]float64, s.Dim)
	for i := range len(s.T) - 1 {
		if s.T[i] == s.T[i+1] || s.Inner == nil {
			continue
		}
		for k := 1; k < parts; k++ {
			s.Inner.Value(y, i, float64(k)/parts)
			for c, v := range y {
				out[c] = max(out[c], math.Abs(v))
			}
		}
	}
	return out
}
