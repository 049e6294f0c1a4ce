package discrete

import (
	"context"

	"gonum.org/v1/gonum/optimize"

	"costate/ode"
)

// gradient stores the gradient of the action at v into g and returns the
// action.
func (w *work) gradient(g, v []float64, scale float64) float64 {
	p := w.p
	if w.grad == nil {
		w.grad = &fronts{p: p, m: (p.k+2)*p.D + p.P + 1, e: (p.k + 1) * p.D}
		q := w.grad
		q.F, q.G = make([]float64, q.m*q.m), make([]float64, q.m*q.m)
		q.g, q.diag = make([]float64, p.nv), make([]float64, p.nv)
	}
	e := w.grad.assemble(w, v, scale, gaussNewton)
	copy(g, w.grad.g)
	return e.total()
}

// lbfgs minimises by gonum's limited-memory BFGS, the method of the papers.
// Bounds are kept by a reflection of the variables, x -> |x - lo| + lo.
func (w *work) lbfgs(ctx context.Context, v []float64, scale float64, o newtonOptions) outcome {
	p := w.p
	full := make([]float64, p.nv)
	g := make([]float64, p.nv)
	fold := func(x []float64) {
		copy(full, x)
		for i := range full {
			if p.lo == nil {
				break
			}
			// Into the bounds by reflection, once at each side.
			if full[i] < p.lo[i] {
				full[i] = min(2*p.lo[i]-full[i], p.hi[i])
			} else if full[i] > p.hi[i] {
				full[i] = max(2*p.hi[i]-full[i], p.lo[i])
			}
		}
		if p.fixed != nil {
			p.project(full)
		}
	}
	var out outcome
	prob := optimize.Problem{
		Func: func(x []float64) float64 {
			fold(x)
			return w.action(full, scale).total()
		},
		Grad: func(grad, x []float64) {
			fold(x)
			w.gradient(g, full, scale)
			copy(grad, g)
			for i := range grad {
				if p.fixed != nil && p.fixed[i] {
					grad[i] = 0
				} else if p.lo != nil && (x[i] < p.lo[i] || x[i] > p.hi[i]) {
					grad[i] = -grad[i]
				}
			}
		},
		Status: func() (optimize.Status, error) {
			if err := ctx.Err(); err != nil {
				return optimize.Failure, err
			}
			return optimize.NotTerminated, nil
		},
	}
	tol := max(o.tol, 1e-15)
	set := optimize.Settings{
		GradientThreshold: 1e-12,
		Converger:         &optimize.FunctionConverge{Relative: tol, Absolute: 1e-300, Iterations: 10},
		MajorIterations:   1000000,
	}
	res, err := optimize.Minimize(prob, v, &set, &optimize.LBFGS{})
	if res != nil {
		fold(res.X)
		copy(v, full)
		out.steps = res.MajorIterations
		w.stats.Steps += res.MajorIterations
	}
	out.energy = w.action(v, scale)
	if cerr := ctx.Err(); cerr != nil {
		out.err = &NewtonError{out.steps, scale, out.total(), "interrupted", cerr}
		return out
	}
	// A line search that finds no lower value has reached rounding: that is
	// how this method ends at a large Rf.
	if err != nil && out.steps == 0 {
		out.err = &NewtonError{0, scale, out.total(), "LBFGS: " + err.Error(), ode.ErrNoDescent}
		return out
	}
	out.converged = true
	return out
}
