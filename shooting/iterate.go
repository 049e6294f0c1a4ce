package shooting

import (
	"context"
	"errors"
	"math"
	"slices"

	"costate/internal/newton"
	"costate/ode"
)

const (
	maxRetries = 3 // runs of Newton's iteration on more segments after one that failed
	maxReplans = 5 // changes of the segments because the solution is steeper than the guess
)

// solve runs Newton's iteration, on more segments when it fails, until the
// error estimate meets the tolerance.
func (r *run) solve(ctx context.Context) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	for {
		err := r.newton(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case r.switchToStiff():
			if err != nil {
				r.fill(r.firstGuess())
			}
			continue
		case err != nil:
			if err := r.retry(ctx, err); err != nil {
				return err
			}
			continue
		case r.worstGrowth() > 100*r.limit && r.equal == 0 && r.replans < maxReplans:
			if err := r.replan(ctx); err != nil {
				return err
			}
			continue
		case r.rescaled():
			continue
		}
		done, err := r.refine(ctx)
		if done || err != nil {
			return err
		}
	}
}

// begin chooses segments along the guess and fills them from it.
func (r *run) begin(ctx context.Context) error {
	guess := r.firstGuess()
	err := r.plan(ctx, guess)
	if r.switchToStiff() {
		err = r.plan(ctx, guess)
	}
	if errors.Is(err, ode.ErrMeshLimit) && !r.linear() {
		// The guess may be steeper than the solution.
		if better := r.relax(ctx, guess); better != nil {
			guess = better
			err = r.plan(ctx, guess)
		}
	}
	if err == nil {
		r.fill(guess)
	}
	return err
}

// Whether Newton's iteration may go uphill: tried once, on the first segments.
const (
	untried = iota
	bold
	cautious
)

// retry prepares another run of Newton's iteration after one that failed
// with cause, or returns the error that says why there is no use in it.
func (r *run) retry(ctx context.Context, cause error) error {
	diverged := errors.Is(cause, newton.ErrNoDescent)
	if diverged && !r.seams && len(r.p.Seams) > 0 {
		r.seams = true
		r.stops = append(append([]float64(nil), r.stops...), r.p.Seams...)
		slices.Sort(r.stops)
		r.stops = slices.Compact(r.stops)
		r.fill(r.firstGuess())
		return nil
	}
	if diverged && r.adaptive() && r.tau > leastTau {
		// The iteration may drown in the errors of the integration.
		if noise := r.noise(); noise > 0.1 {
			r.tau = max(r.tau*0.03/noise, leastTau)
			r.fill(r.firstGuess())
			return nil
		}
	}
	if diverged && r.linear() {
		// One step is exact for a linear problem, unless it is singular.
		f, d := make([]float64, len(r.x)), make([]float64, len(r.x))
		r.residual(f, r.x)
		r.solveLinear(d, f)
		for i := range d {
			r.x[i] -= d[i]
		}
		if err := r.factorSurely(); err != nil {
			return r.explain(err)
		}
	}
	if diverged && r.bold == untried {
		r.bold = bold
		r.fill(r.firstGuess())
		return nil
	}
	if r.bold == bold {
		r.bold = cautious
	}
	if r.retries++; r.retries > maxRetries || r.hopeless() || r.equal > 0 && r.pieces() > r.s.maxSegments()/2 {
		return r.explain(cause)
	}
	// Shorter segments, from a better guess, are less nonlinear.
	r.limit = max(math.Sqrt(r.limit), 2)
	r.longest /= 2
	r.equal *= 2
	guess := r.firstGuess()
	if better := r.relax(ctx, guess); better != nil {
		guess = better
	}
	if r.plan(ctx, guess) != nil && !r.switchToStiff() {
		return r.explain(cause)
	}
	r.fill(guess)
	return nil
}

// replan chooses segments along the solution, which is steeper than the guess
// was.
func (r *run) replan(ctx context.Context) error {
	r.replans++
	if err := r.record(ctx); err != nil {
		return r.explain(err)
	}
	guess := r.present()
	if err := r.plan(ctx, guess); err != nil && !r.switchToStiff() {
		return err
	}
	r.fill(guess)
	return nil
}

// switchToStiff changes to an implicit method when the default one has found
// the problem stiff, and says whether it did so now.
func (r *run) switchToStiff() bool {
	if !r.stiff || r.method != nil {
		return false
	}
	r.method, r.probe.Method = ode.Radau, ode.Radau
	return true
}
