package route

import (
	"context"
	"fmt"
	"math"
	"strings"

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
			if zero := collapsed(b, sol); err != nil && ctx.Err() == nil && zero != nil {
				sol.Status, err = ode.Singular, zero
				sol.Err = err
			}
			return sol, err
		})
	})
	return p.explained(p.judged(ctx, sol, abs, err))
}

// collapsed returns an error if an iterate has fallen to zero from the guess of
// a problem with unknown parameters, the reason why shooting does not converge;
// collocation looks for that by itself.
func collapsed(b *ode.BVP, sol *ode.Solution) error {
	const samples, part = 200, 1e-10
	if b.Params == 0 || b.Guess == nil || sol == nil || len(sol.T) == 0 {
		return nil
	}
	y, guess := make([]float64, b.Dim), 0.0
	for i := range samples + 1 {
		b.Guess(y, b.Start+(b.End-b.Start)*float64(i)/samples)
		for _, v := range y {
			guess = max(guess, math.Abs(v))
		}
	}
	for _, v := range Largest(sol) {
		if !(v <= part*guess) {
			return nil
		}
	}
	return fmt.Errorf("shooting: %w: the solution is zero and leaves %s undetermined; a normalising condition is missing, such as integral(%s^2) = 1, or the guess is too near to zero",
		ode.ErrSingular, strings.Join(b.ParamNames, ", "), b.Names[0])
}
