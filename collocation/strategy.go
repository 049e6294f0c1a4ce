package collocation

import (
	"context"
	"errors"

	"costate/internal/newton"
	"costate/ode"
)

// solve tries one way after the other, from the fastest to the most patient:
// Newton's iteration on the first mesh, and on one that resolves the guess; the
// family of problems, if there is one; a scheme of low order first, whose
// discrete equations are less wild than their exact counterparts; an iteration
// that may go uphill; a finer mesh; the deformation of a problem that the guess
// solves into the one to be solved. Every solution passes the same error
// estimate. A failure that does not come from Newton's iteration is final; the
// error is that of the first way, or of the family.
func (r *run) solve(ctx context.Context) error {
	first := r.firstMesh()
	c := r.s.Continuation
	if c != nil && c.From == c.To {
		c = nil
	}
	err := r.direct(ctx, first, r.s.Guess, false)
	if !r.retry(ctx, err) {
		return err
	}
	if m := r.resolving(first, r.s.Guess); m != nil && !r.converged {
		first = m
		if e := r.direct(ctx, first, r.s.Guess, false); !r.retry(ctx, e) {
			return e
		}
	}
	if c != nil {
		followed := r.follow(ctx, c)
		var e *Error
		if followed == nil || ctx.Err() != nil || errors.As(followed, &e) && e.Status == ode.IllConditioned {
			return followed
		}
		err = followed
		r.enter(r.p0)
	}
	var zero *collapse
	errors.As(err, &zero)
	const dash = 12
	ways := []struct {
		parts     int
		low, bold bool
		steps     int // of Newton's iteration; 0: as usual
	}{
		{1, false, true, dash}, {2, true, true, 0}, {2, true, false, 0}, {1, false, true, 0},
		{2, false, false, 0},
	}
	if done := r.went.Steps; c == nil && !r.converged && done > 0 && done < dash && r.went.Damped == 0 {
		// The bold iteration begins with the same steps: go on from there.
		r.bold, r.steps = true, dash-done
		r.restart()
		e := r.settle(ctx, true)
		if !r.retry(ctx, e) {
			return e
		}
		if zero == nil && errors.As(e, &zero) {
			err = e
		}
		ways = ways[1:]
	}
	for _, way := range ways {
		m := first
		if way.parts > 1 {
			m = first.halved(r.p, way.parts)
		}
		if m.intervals() > r.s.maxMesh() {
			break
		}
		guess := r.s.Guess
		r.steps = way.steps
		if way.low {
			low := r.lowOrder(ctx, m, way.bold)
			if low == nil {
				continue
			}
			guess, m = low, through(r.p, thinned(low.T, 60))
		}
		e := r.direct(ctx, m, guess, way.bold && !way.low)
		if !r.retry(ctx, e) {
			return e
		}
		if zero == nil && errors.As(e, &zero) {
			err = e // which says more than that the iteration fails
		}
	}
	r.steps = 0
	if zero == nil && r.main.factor(r.x) == nil && r.linearise() == nil && r.certainty().rounding > lost {
		return r.indefinite(matrix, true)
	}
	if e := r.deform(ctx, uniform(r.p0, 40), r.s.Guess); e == nil || ctx.Err() != nil {
		return e
	}
	r.enter(r.p0)
	return err
}

// thinned returns about n of the places t, evenly by number: a mesh for a
// scheme of higher order that keeps the layers of one for a lower order.
func thinned(t []float64, n int) []float64 {
	step := max(1, len(t)/n)
	var some []float64
	for i := 0; i < len(t); i += step {
		some = append(some, t[i])
	}
	return some
}

// retry reports whether err is one that another way may avoid.
func (r *run) retry(ctx context.Context, err error) bool {
	var ne *newton.Error
	var c *collapse
	return err != nil && ctx.Err() == nil && (errors.As(err, &ne) || errors.As(err, &c))
}

// direct solves from a guess, starting on m and adapting the mesh.
func (r *run) direct(ctx context.Context, m *mesh, guess *ode.Solution, bold bool) error {
	r.guess = guess
	if !r.analysed {
		r.analyse(guess)
	}
	r.place(m)
	r.begin(guess)
	r.restart()
	r.bold, r.witness = bold, nil
	return r.settle(ctx, true)
}

// lowOrder solves by the midpoint rule at a loose tolerance; nil if that fails.
func (r *run) lowOrder(ctx context.Context, m *mesh, bold bool) *ode.Solution {
	s := *r.s
	s.Stages, s.Tol, s.Continuation = 1, max(looseTol, r.rtol), nil
	s.MaxMesh = min(s.maxMesh(), 2000)
	low := newRun(&s, r.p)
	defer r.dismiss(low)
	err := low.direct(ctx, m, r.s.Guess, bold)
	if err != nil {
		return nil
	}
	return low.solution()
}
