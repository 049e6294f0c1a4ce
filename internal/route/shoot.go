package route

import (
	"context"
	"errors"

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
	abs := p.absTols(o.Tol, o.Guess)
	sol, err := p.persistent(ctx, o.Guess, func(guess *ode.Solution) (*ode.Solution, error) {
		return p.watch(o.Tol, abs, guess, func(b *ode.BVP, guess *ode.Solution) (*ode.Solution, error) {
			s := shooting.Solver{Tol: o.Tol, Guess: guess, AbsTols: abs}
			sol, err := s.Solve(ctx, b)
			if errors.Is(err, ode.ErrMethod) {
				return sol, err // no iterate to look at
			}
			if zero := collapsed(b, sol); zero != nil && ctx.Err() == nil {
				sol.Status, err = ode.Singular, zero
				sol.Err = err
			}
			return sol, err
		})
	})
	return p.explained(p.judged(ctx, sol, abs, err))
}
