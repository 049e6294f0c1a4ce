package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// Curvature says which second derivatives a step uses.
type Curvature int

const (
	// Automatic begins with Gauss-Newton and goes over to exact Newton when
	// its steps shrink slowly: the curvature lam'd2F does not vanish as Rf
	// grows, because the costates stay of order one, so that Gauss-Newton
	// alone may need a thousand steps to a tight tolerance.
	Automatic Curvature = iota
	GaussNewton
	ExactNewton
)

// newtonOptions steer one minimisation at a fixed Rf.
type newtonOptions struct {
	curvature Curvature
	tol       float64 // of the predicted decrease, relative to the action
	maxIter   int
	once      bool // one full step of the costate form from a minimum is enough
}

// damping is what one minimisation hands to the next: the Levenberg-Marquardt
// parameter, relative to the diagonal of the Gauss-Newton matrix.
type damping struct {
	mu, nu float64
	last   float64 // the last damping that was not zero
	exact  bool    // Automatic ended with second derivatives
}

const (
	muStart = 1e-3
	muMin   = 1e-15 // below it the damping is left away
	muMax   = 1e12
)

// raise multiplies the damping, from what it was before it was left away.
func (lm *damping) raise(factor float64) {
	if lm.mu == 0 {
		lm.mu = max(lm.last, muMin)
		return
	}
	lm.mu *= factor
}

// outcome is what a minimisation found.
type outcome struct {
	energy
	pred      float64
	steps     int
	converged bool
	err       error
}

// NewtonError says where a minimisation failed.
type NewtonError struct {
	Step    int     // Newton steps taken
	RfScale float64 // factor on Rf
	Action  float64 // NaN: with exact equations that are not met there is none
	Msg     string
	Err     error // a sentinel of package ode, or the context's error
}

func (e *NewtonError) Error() string {
	action := ""
	if !math.IsNaN(e.Action) {
		action = fmt.Sprintf(", action %.6g", e.Action)
	}
	return fmt.Sprintf("discrete: after %d Newton steps at Rf scale %.4g%s: %s", e.Step, e.RfScale, action, e.Msg)
}

func (e *NewtonError) Unwrap() error { return e.Err }

// ErrSteps: the limit of Newton steps was reached.
var ErrSteps = errors.New("limit of Newton steps reached")

// minimise moves v to a minimum of the action at the given factor on Rf, by
// Newton steps damped after Levenberg and Marquardt, in variables scaled by
// the diagonal of the Gauss-Newton matrix. It stops when the decrease that
// the quadratic model predicts is below tol times the action: the gradient's
// norm, which a large Rf keeps above its rounding error, is no measure.
func (w *work) minimise(ctx context.Context, f *fronts, v []float64, scale float64, o newtonOptions, lm *damping) outcome {
	p := w.p
	if lm.mu == 0 && lm.nu == 0 {
		lm.mu = muStart
	}
	lm.nu = 2
	var out outcome
	mode := gaussNewton
	if o.curvature == ExactNewton || o.curvature == Automatic && lm.exact {
		mode = exact
	}
	defer func() { lm.exact = mode == exact }()
	defer func() { w.dual = nil }()
	fail := func(sentinel error, format string, args ...any) outcome {
		out.err = &NewtonError{out.steps, scale, out.total(), fmt.Sprintf(format, args...), sentinel}
		return out
	}
	trial := w.trial()
	lastPred := math.Inf(1)
	fresh := false    // f holds the matrices at v
	floor := 0.0      // damping that was too little lately
	indefinite := 1.0 // factor of the last increase for an indefinite matrix
	for {
		if err := ctx.Err(); err != nil {
			return fail(err, "interrupted")
		}
		if !fresh {
			out.energy = f.assemble(w, v, scale, mode)
			if !linalg.Finite(f.g) || math.IsNaN(out.total()) {
				return fail(ode.ErrNotFinite, "the action or its gradient is not finite; try another guess, or bounds")
			}
			f.scaling()
			fresh = true
		}
		A := out.total()
		if !w.step(f, v, scale, lm.mu) {
			// Not positive definite. Exact curvature: more damping; if it is
			// strongly indefinite, Gauss-Newton for this point.
			floor = lm.mu
			indefinite = min(8*indefinite, 512)
			lm.raise(indefinite)
			if mode == exact && o.curvature == Automatic && lm.mu > 0.05 {
				mode, fresh, floor = gaussNewton, false, 0
				w.dual = nil
				lastPred = math.Inf(1)
				lm.mu = 1e-3
				continue
			}
			if lm.mu > muMax {
				return fail(ode.ErrSingular, "the Hessian stays indefinite under damping")
			}
			continue
		}
		indefinite = 1.0
		if f.pred <= 0 && w.held {
			// Set on their bounds, some unknowns have gone too far for the
			// quadratic model: a shorter step meets fewer bounds.
			floor = lm.mu
			if lm.raise(8); lm.mu > muMax {
				return fail(ode.ErrNoDescent, "no decrease of the action within the bounds")
			}
			continue
		}
		damped := 0.0
		for i, d := range f.d {
			damped += f.sc[i] * d * d
		}
		damped *= 0.5 * lm.mu
		out.pred = f.pred + damped
		if out.pred <= o.tol*math.Abs(A) && damped <= 0.1*out.pred || out.pred <= 0.03*o.tol*math.Abs(A) || out.pred <= 1e-15*math.Abs(A) && lm.mu <= 1 {
			// The last step is free: take it if it does not climb.
			p.move(trial, v, f.d, f.fix, f.hold)
			if e := w.action(trial, scale); e.total() <= A+1e-14*math.Abs(A) {
				copy(v, trial)
				out.energy = e
				out.steps++
				w.stats.Steps++
			}
			out.converged = true
			return out
		}
		if out.steps >= o.maxIter {
			return fail(ErrSteps, "not converged; predicted decrease %.3g", out.pred)
		}
		p.move(trial, v, f.d, f.fix, f.hold)
		e := w.action(trial, scale)
		rho := (A - e.total()) / out.pred
		restored := !(rho > 0.75) && !math.IsNaN(e.total())
		if restored {
			e = w.restore(f, v, trial, scale, e, A-out.pred)
			rho = (A - e.total()) / out.pred
		}
		if !(rho > 1e-4) {
			w.stats.Rejected++
			if out.pred < 1e-11*math.Abs(A) && damped <= 0.5*out.pred {
				// What is left is rounding.
				out.converged = true
				return out
			}
			lm.raise(lm.nu)
			lm.nu *= 2
			if lm.mu > muMax {
				return fail(ode.ErrNoDescent, "no decrease of the action in the direction of descent")
			}
			continue
		}
		w.dual = nil
		if mode == exact {
			w.stats.Exact++
			if restored || math.Abs(rho-1) > 1e-3 {
				w.predict(f, v, scale, restored)
			}
		}
		copy(v, trial)
		out.steps++
		w.stats.Steps++
		fresh = false
		if math.Abs(rho-1) < 1e-6 {
			lm.last, lm.mu = lm.mu, 0 // as good as quadratic
		} else if rho > 0.99 && rho < 1.01 && damped > 0.3*out.pred {
			lm.mu *= 0.01 // the damping is all that holds it
		} else if rho > 0.9 && rho < 1.2 {
			lm.mu *= 0.1
		} else {
			lm.mu *= max(1.0/3, 1-math.Pow(2*rho-1, 3))
		}
		lm.nu = 2
		lm.mu = max(lm.mu, floor)
		floor /= 4
		if lm.mu > 0 {
			lm.last = lm.mu
		}
		if lm.mu < muMin {
			lm.mu = 0
		}
		if o.curvature == Automatic {
			if mode == gaussNewton && (damped < 0.3*out.pred || out.pred < 1e-3*math.Abs(A)) && out.pred > 0.1*lastPred {
				mode = exact
			}
			lastPred = out.pred
		}
	}
}

// scaling sets the damping's matrix: the diagonal of the Gauss-Newton matrix,
// at least a thousandth of its mean over the path for each component.
func (f *fronts) scaling() {
	p, D := f.p, f.p.D
	if f.sc == nil {
		f.sc = make([]float64, p.nv)
	}
	pts := p.nx / D
	for d := range D {
		mean := 0.0
		for i := range pts {
			mean += f.diag[i*D+d]
		}
		mean /= float64(pts)
		for i := range pts {
			f.sc[i*D+d] = max(f.diag[i*D+d], 1e-3*mean)
		}
	}
	for i := p.nx; i < p.nv; i++ {
		f.sc[i] = f.diag[i]
		if f.sc[i] == 0 {
			f.sc[i] = 1
		}
	}
}

func (w *work) trial() []float64 {
	if w.tv == nil {
		w.tv = make([]float64, w.p.nv)
	}
	return w.tv
}
