package shooting

import (
	"context"
	"errors"
	"fmt"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// record integrates all segments from r.x with dense output.
func (r *run) record(ctx context.Context) (err error) {
	r.ctx = ctx
	r.recorded, err = r.pieceSolutions(r.trajectory(1), r.x)
	return err
}

// pieceSolutions integrates the segments from x with dense output; those of
// jumps are nil.
func (r *run) pieceSolutions(in *ode.Integrator, x []float64) ([]*ode.Solution, error) {
	in.EndOnly = false
	all := make([]*ode.Solution, len(r.seg))
	r.each(func(k int) {
		if r.kind[k] == flow {
			all[k], r.seg[k].err = in.Solve(r.ctx, r.ivp(x, k))
			r.seg[k].stats = all[k].Stats
		}
	})
	for k := range r.seg {
		if err := r.seg[k].err; err != nil {
			return all, err
		}
	}
	return all, nil
}

// present returns the recorded solution as a guess.
func (r *run) present() guess {
	copy(r.params, r.q(r.x))
	return solutionGuess(r.solution())
}

// piecewise is the interpolant of all segments.
type piecewise struct {
	sol  *ode.Solution
	part []*ode.Solution // of interval i; nil: a jump, or not integrated
	at   []int           // interval of the part
}

func (w *piecewise) Value(dst []float64, i int, theta float64) {
	if p := w.part[i]; p != nil {
		p.Inner.Value(dst, w.at[i], theta)
		return
	}
	a, b := w.sol.Node(i), w.sol.Node(i+1)
	for c := range dst[:w.sol.Dim] {
		dst[c] = a[c] + theta*(b[c]-a[c])
	}
}

func (w *piecewise) Deriv(dst []float64, i int, theta float64) {
	if p := w.part[i]; p != nil {
		p.Inner.Deriv(dst, w.at[i], theta)
		return
	}
	a, b := w.sol.Node(i), w.sol.Node(i+1)
	h := w.sol.T[i+1] - w.sol.T[i]
	for c := range dst[:w.sol.Dim] {
		dst[c] = 0
		if h > 0 {
			dst[c] = (b[c] - a[c]) / h
		}
	}
}

// solution joins the recorded segments; one that is not recorded is drawn as
// a straight line.
func (r *run) solution() *ode.Solution {
	n := r.p.Dim
	s := &ode.Solution{Dim: n, P: append([]float64{}, r.q(r.x)...)}
	w := &piecewise{sol: s}
	s.Inner = w
	add := func(t float64, y []float64) {
		s.T = append(s.T, t)
		s.Y = append(s.Y, y...)
	}
	add(r.t[0], r.node(r.x, 0))
	for k := range r.kind {
		var sol *ode.Solution
		if k < len(r.recorded) && r.kind[k] == flow {
			sol = r.recorded[k]
		}
		if sol != nil && sol.Err == nil && sol.T[0] == r.t[k] && sol.T[len(sol.T)-1] == r.t[k+1] {
			for i := 1; i < len(sol.T)-1; i++ {
				add(sol.T[i], sol.Node(i))
			}
			for i := range sol.T[1:] {
				w.part, w.at = append(w.part, sol), append(w.at, i)
			}
		} else {
			w.part, w.at = append(w.part, nil), append(w.at, 0)
		}
		add(r.t[k+1], r.node(r.x, k+1))
	}
	return s
}

// finish makes the solution and sets its status.
func (r *run) finish(ctx context.Context, err error) (*ode.Solution, error) {
	s := r.solution()
	s.Err, s.Error, s.ParamError, s.Residual, s.Stats = err, r.abs, r.absP, r.resid, r.stats
	var e *Error
	switch {
	case err == nil:
		s.Status = ode.Solved
		s.Condition = r.conditioning()
		s.Stats.Solves = r.stats.Solves
	case ctx.Err() != nil:
		s.Status = ode.Cancelled
	case errors.As(err, &e):
		s.Status = e.Status
	}
	return s, err
}

// error completes e with what is known everywhere.
func (r *run) error(e *Error) *Error {
	e.Segments, e.Growth, e.names = r.pieces(), r.worstGrowth(), r.p.Names
	e.dim = r.p.Dim
	return e
}

// explain turns the failure of an iteration into an *Error.
func (r *run) explain(err error) error {
	e := &Error{Op: "Newton's iteration", Component: -1, Err: err, T: r.p.Start}
	var se *ode.StepError
	var own *Error
	var sing *linalg.SingularError
	for k := range r.seg {
		if r.seg[k].err != nil {
			errors.As(r.seg[k].err, &se)
			break
		}
	}
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &sing):
		e.Status, e.Op = ode.Singular, "factoring the matching conditions"
		e.T, e.Component = r.t[min(sing.Node, len(r.t)-1)], sing.Column
		e.Try = "the linearised problem has no unique solution at this iterate: try another guess, or check the conditions"
	case errors.Is(err, newton.ErrSingular):
		e.Status = ode.Singular
		e.Try = "the linearised problem has no unique solution at this iterate: try another guess"
	case errors.Is(err, newton.ErrNotFinite), errors.Is(err, ode.ErrNotFinite):
		e.Status = ode.NotFinite
		e.Try = "a segment cannot be integrated from this guess: try a better one, or smaller Growth"
	case errors.Is(err, newton.ErrNoDescent) && r.hopeless():
		e.Status = ode.IllConditioned
		e.Value = r.rounding()
		e.Try = fmt.Sprintf("rounding errors alone are worth %.2g tolerances: the problem has no answer to this tolerance "+
			"in double precision, or no unique one", e.Value)
	case errors.Is(err, newton.ErrNoDescent):
		e.Status = ode.NoDescent
		e.Try = "try a better guess, or collocation"
	case errors.Is(err, ode.ErrStepLimit), errors.Is(err, ode.ErrStepSize):
		e.Status, e.Op = ode.StepLimit, "integrating a segment"
		e.Try = "the problem may be stiff: use ode.Radau for the segments, or collocation"
	}
	if se != nil {
		e.T = se.T
		e.Err = errors.Join(err, se)
		if errors.Is(se, ode.ErrStepLimit) {
			e.Status = ode.StepLimit
		}
	}
	return r.error(e)
}
