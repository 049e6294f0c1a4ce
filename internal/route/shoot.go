package route

import (
	"context"

	"costate/ode"
	"costate/shooting"
)

// Shoot solves the boundary value problem by multiple shooting, from the same
// guess as Collocate.
func (p *Problem) Shoot(ctx context.Context, o Options) (*ode.Solution, error) {
	o = o.with(p.File.Solve)
	if o.Guess == nil {
		o.Guess = p.annealedGuess(ctx)
	}
	s := shooting.Solver{Tol: o.Tol, Guess: o.Guess}
	return s.Solve(ctx, p.BVP)
}
