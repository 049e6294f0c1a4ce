// Package newton solves F(x) = 0 by a damped, affine-invariant Newton
// iteration. It knows nothing of the structure of F: factoring and solving are
// the caller's.
package newton

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/internal/linalg"
)

// Problem is a system F(x) = 0. All functions are called from one goroutine.
type Problem struct {
	// Residual stores F(x) into dst (len(x)).
	Residual func(dst, x []float64)

	// Factor factors F'(x). The last x given to Residual is this x.
	Factor func(x []float64) error

	// Solve stores F'^-1 r into dst, F' as factored last.
	Solve func(dst, r []float64)

	// Norm is a norm of a correction d, scaled such that 1 is the tolerance.
	Norm func(d []float64) float64

	// Rescale may set the weights of Norm from the iterate x and the next
	// correction d, undamped. It is called once for every correction, before
	// its norm is taken: so a guess of zeros does no harm. nil: nothing to do.
	Rescale func(x, d []float64)

	// Linear states that F is affine: one step is exact.
	Linear bool
}

// Solver is the iteration of Deuflhard (Newton Methods for Nonlinear
// Problems, 2004, algorithm NLEQ-ERR with the simplified corrections of
// QNERR): the damping is chosen so that the simplified correction
// F'(x)^-1 F(x + lambda dx) decreases (natural monotonicity), which is
// invariant under linear changes of F and, with Norm, of the units of x.
// Factors are kept while undamped simplified corrections contract fast. A
// residual that is not finite shortens the step. The zero value works.
type Solver struct {
	Tol        float64 // stop when the error left is at most Tol in Norm [1]
	MaxSteps   int     // corrections applied, damped ones included [60]
	MinDamping float64 // give up below this damping [1e-6]
	Damping    float64 // first damping tried; a step that is not damped needs 1 [1]
	Reuse      float64 // keep the factors while corrections contract by this or better [0.3]
	Trace      func(Step)

	// Bold takes the step with the least damping anyway when no damping gives
	// descent: a last resort, which sometimes leads over a ridge. MinDamping
	// should not be small then. [false]
	Bold bool

	x, r, d, e []float64
}

// Step is one correction, as told to Trace.
type Step struct {
	Number      int     // from 1
	Damping     float64 // lambda
	Correction  float64 // norm of the undamped correction
	Contraction float64 // norm of the next simplified correction over Correction
	Factored    bool    // whether the factors were new
}

// Result says how an iteration went.
type Result struct {
	Steps          int     // corrections applied
	Residuals      int     // evaluations of F
	Factorisations int     // of F'
	Solves         int     // with the factors
	Correction     float64 // norm of the last correction
	Contraction    float64 // of the last undamped step, 0 if there was none
	Damped         int     // steps with lambda < 1
}

// What went wrong; errors.Is finds these under an *Error.
var (
	ErrNoDescent = errors.New("no descent")
	ErrNotFinite = errors.New("not finite")
	ErrSingular  = errors.New("singular Jacobian")
)

// Error says which step failed and with which numbers.
type Error struct {
	Err        error   // the sentinel
	Cause      error   // what Factor said, if it was that
	Step       int     // correction that could not be made, from 1
	Damping    float64 // last damping tried
	Correction float64 // norm of the undamped correction, in tolerances
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("newton: step %d: %v: %v", e.Step, e.Err, e.Cause)
	case e.Damping == 0:
		return fmt.Sprintf("newton: step %d: %v", e.Step, e.Err)
	}
	return fmt.Sprintf("newton: step %d: %v with damping %.2g, correction of %.3g tolerances", e.Step, e.Err, e.Damping, e.Correction)
}

func (e *Error) Unwrap() []error {
	if e.Cause != nil {
		return []error{e.Err, e.Cause}
	}
	return []error{e.Err}
}

// Solve improves x until the error left is within the tolerance. On failure x
// holds the last accepted iterate, and the error is an *Error or that of ctx.
func (s *Solver) Solve(ctx context.Context, p *Problem, x []float64) (Result, error) {
	tol, maxSteps, minDamping, reuse := or(s.Tol, 1), s.MaxSteps, or(s.MinDamping, 1e-6), or(s.Reuse, 0.3)
	if maxSteps == 0 {
		maxSteps = 60
	}
	n := len(x)
	s.x, s.r, s.d, s.e = resized(s.x, n), resized(s.r, n), resized(s.d, n), resized(s.e, n)
	xt, r, d, e := s.x, s.r, s.d, s.e
	var res Result

	p.Residual(r, x)
	res.Residuals++
	if !linalg.Finite(r) {
		return res, &Error{Err: ErrNotFinite, Step: 1}
	}
	lambda := or(s.Damping, 1)
	var last, lastSimplified float64 // norms of the previous correction and simplified correction
	haveLast := false
	for res.Steps < maxSteps {
		if err := ctx.Err(); err != nil {
			return res, err
		}
		if err := p.Factor(x); err != nil {
			return res, &Error{Err: ErrSingular, Cause: err, Step: res.Steps + 1}
		}
		res.Factorisations++
		p.Solve(d, r)
		res.Solves++
		neg(d)
		p.rescale(x, d)
		norm := p.Norm(d)
		res.Correction = norm
		if !(norm <= math.MaxFloat64) {
			return res, &Error{Err: ErrSingular, Step: res.Steps + 1, Damping: lambda, Correction: norm}
		}
		if p.Linear {
			add(x, x, 1, d)
			res.Steps++
			return res, nil
		}
		if haveLast && !s.Bold {
			// e still holds the simplified correction that predicts d.
			diff := p.Norm(subInto(e, d))
			if diff > 0 && norm > 0 {
				lambda = min(1, lambda*last*lastSimplified/(diff*norm))
			} else {
				lambda = 1
			}
			lambda = max(lambda, min(1, 10*minDamping))
		}
		factored, grown := true, false
		for {
			// One damped step with the current factors.
			add(xt, x, lambda, d)
			p.Residual(r, xt)
			res.Residuals++
			if !linalg.Finite(r) {
				lambda /= 4
				if !(lambda >= minDamping) {
					return res, &Error{Err: ErrNotFinite, Step: res.Steps + 1, Damping: lambda, Correction: norm}
				}
				grown = true
				continue
			}
			p.Solve(e, r)
			res.Solves++
			neg(e)
			simplified := p.Norm(e)
			theta := simplified / norm
			if norm == 0 {
				theta = 0
			}
			next := damping(p, lambda, norm, d, e)
			if !(theta < 1-lambda/8) && simplified > tol {
				if !factored {
					// It is the old factors that are at fault, not the length.
					p.Residual(r, x)
					res.Residuals++
					haveLast, lambda = false, 1
					break
				}
				if s.Bold && lambda/2 < minDamping {
					copy(x, xt)
					res.Steps++
					res.Damped++
					haveLast, lambda = false, 1
					break
				}
				if s.Bold {
					next = lambda / 2
				}
				lambda = min(next, lambda/2)
				grown = true
				if !(lambda >= minDamping) {
					return res, &Error{Err: ErrNoDescent, Step: res.Steps + 1, Damping: lambda, Correction: norm}
				}
				continue
			}
			if lambda < 1 && next >= 4*lambda && !grown {
				lambda = next
				grown = true
				continue
			}
			copy(x, xt)
			res.Steps++
			if lambda < 1 {
				res.Damped++
			}
			if s.Trace != nil {
				s.Trace(Step{res.Steps, lambda, norm, theta, factored})
			}
			if lambda == 1 {
				res.Contraction = theta
				if left := simplified * max(theta, 1e-3) / max(1-theta, 0.1); simplified <= tol && left <= tol || simplified == 0 {
					add(x, x, 1, e)
					res.Correction = simplified
					return res, nil
				}
				if theta <= reuse && res.Steps < maxSteps {
					// The simplified correction is the next step.
					d, e = e, d
					p.rescale(x, d)
					norm, factored = p.Norm(d), false
					continue
				}
			}
			last, lastSimplified, haveLast = norm, simplified, true
			if s.Bold {
				lambda = 1
			}
			break
		}
	}
	return res, &Error{Err: ErrNoDescent, Step: res.Steps, Damping: lambda, Correction: res.Correction}
}

func (p *Problem) rescale(x, d []float64) {
	if p.Rescale != nil {
		p.Rescale(x, d)
	}
}

// damping returns the a posteriori estimate of the best damping: with omega
// the Lipschitz constant that the simplified correction e shows, 1/(omega |d|).
func damping(p *Problem, lambda, norm float64, d, e []float64) float64 {
	// |e - (1 - lambda) d|, formed in e and undone.
	f := 1 - lambda
	if f != 0 {
		for i, v := range d {
			e[i] -= f * v
		}
	}
	w := p.Norm(e)
	if f != 0 {
		for i, v := range d {
			e[i] += f * v
		}
	}
	if w == 0 {
		return 1
	}
	return min(1, lambda*lambda*norm/(2*w))
}

func add(dst, x []float64, f float64, d []float64) {
	for i, v := range d {
		dst[i] = x[i] + f*v
	}
}

func subInto(e, d []float64) []float64 {
	for i, v := range d {
		e[i] -= v
	}
	return e
}

func neg(d []float64) {
	for i := range d {
		d[i] = -d[i]
	}
}

func or(v, def float64) float64 {
	if v == 0 {
		return def
	}
	return v
}

func resized(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}
