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
	s := p.newShot(o.Tol, o.Guess)
	s.run(ctx)
	return p.finish(ctx, s)
}

// shot is the first attempt of multiple shooting, which is all there is to do for
// most problems. Like its watcher it holds no formulas.
type shot struct {
	watcher *watcher
	tol     float64
	abs     []float64
	guess   *ode.Solution

	sol *ode.Solution
	err error
}

func (p *Problem) newShot(tol float64, guess *ode.Solution) *shot {
	return &shot{watcher: p.watcher(), tol: tol, abs: p.absTols(tol, guess), guess: guess}
}

func (s *shot) run(ctx context.Context) { s.sol, s.err = s.from(ctx, s.watcher, s.guess) }

// from shoots from a guess.
func (s *shot) from(ctx context.Context, w *watcher, guess *ode.Solution) (*ode.Solution, error) {
	return w.watch(s.tol, s.abs, guess, func(b *ode.BVP, guess *ode.Solution) (*ode.Solution, error) {
		solver := shooting.Solver{Tol: s.tol, Guess: guess, AbsTols: s.abs}
		sol, err := solver.Solve(ctx, b)
		if errors.Is(err, ode.ErrMethod) {
			return sol, err // no iterate to look at
		}
		if zero := collapsed(b, sol); zero != nil && ctx.Err() == nil {
			sol.Status, err = ode.Singular, zero
			sol.Err = err
		}
		return sol, err
	})
}

// finish judges a shot that was run, and shoots again where it missed or bounds are
// not kept.
func (p *Problem) finish(ctx context.Context, s *shot) (*ode.Solution, error) {
	first := true
	sol, err := p.persistent(ctx, s.guess, func(guess *ode.Solution) (*ode.Solution, error) {
		if first {
			first = false
			return s.sol, s.err
		}
		return s.from(ctx, p.watcher(), guess)
	})
	return p.explained(p.judged(ctx, sol, s.abs, err))
}
