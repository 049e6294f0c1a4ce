package route

import (
	"context"
	"fmt"
	"math"

	"costate/collocation"
	"costate/ode"
)

// Branch follows the solutions of a family in one constant of the file, from its
// value there towards to, around folds.
func (p *Problem) Branch(ctx context.Context, parameter string, to float64, o Options, b collocation.BranchOptions) (*collocation.Branch, error) {
	from, ok := p.constant(parameter)
	if !ok {
		return nil, fmt.Errorf("there is no constant %s", parameter)
	}
	o = o.with(p.File.Solve)
	s := p.collocation(o)
	s.Continuation = nil
	family := &collocation.Continuation{From: from, To: to, Problem: p.Family(parameter)}
	if s.Guess == nil {
		s.Guess = p.annealedGuess(ctx)
	}
	branch, err := s.Continue(ctx, family, b)
	return branch, p.worded(nil, err)
}

// AllSolutions looks for up to limit solutions by deflation.
func (p *Problem) AllSolutions(ctx context.Context, o Options, limit int) ([]*ode.Solution, error) {
	s := p.collocation(o.with(p.File.Solve))
	all, err := s.AllSolutions(ctx, p.BVP, limit)
	return all, p.worded(nil, err)
}

// Sensitivity returns the derivatives of a solution with respect to constants of
// the file.
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
	for _, c := range p.Equations.Constants {
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
