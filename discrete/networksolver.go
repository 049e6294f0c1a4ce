package discrete

import (
	"context"
	"fmt"
	"math"

	"costate/ode"

	"gonum.org/v1/gonum/floats"
)

// NetworkSolver minimises a network's action by Levenberg and Marquardt's
// method on the Gauss-Newton model of netLinear. The zero value works.
//
// The damping of the weights is Levenberg's, a multiple of the unit matrix:
// directions that do not change the action (permutations of hidden neurons,
// dead layers) stay where they are, where Marquardt's diagonal scaling would
// send the weights of a dead layer to infinity.
type NetworkSolver struct {
	MaxIter int     // steps, accepted or not [200]
	Tol     float64 // stop when a step lowers the action, and was predicted to lower it, by less than this fraction [1e-8]
	Damping float64 // first mu, relative to the curvature [1e-3]
	Method  NetworkMethod
	CGTol   float64 // relative residual of conjugate gradients [0.03]
	Workers int     // goroutines over the pairs; no result depends on it [1]

	// Target stops the iteration once the action is below it [0: never].
	Target float64
}

// NetworkFit is a stationary point of the action, or the last iterate.
type NetworkFit struct {
	Status ode.Status
	Err    error // nil if Status is Solved

	Rf      float64
	Weights []float64
	Paths   []float64 // Pairs×States
	Action  NetworkAction

	// Gradient is the largest derivative of the action with respect to a
	// weight, taken with the paths at their (linearised) best.
	Gradient    float64
	Iterations  int     // accepted steps
	Evaluations int     // of the action
	Damping     float64 // last mu
	Method      NetworkMethod
}

// netNewton is the workspace of a minimisation; it is kept along a ladder.
type netNewton struct {
	p    *netProblem
	opt  NetworkSolver
	lin  *netLinear
	red  *netReduced
	dw   []float64
	e    []float64 // m×states: new inputs' changes and new defects
	x    []float64 // m×states: current
	w    []float64 // params: current
	xt   []float64 // trial
	wt   []float64
	xs   []float64 // second trial
	u    []float64 // workers×ulen
	s    []float64 // workers×states
	part []NetworkAction
	pred []float64
}

func (o NetworkSolver) defaults() NetworkSolver {
	if o.MaxIter == 0 {
		o.MaxIter = 200
	}
	if o.Tol == 0 {
		o.Tol = 1e-8
	}
	if o.Damping == 0 {
		o.Damping = 1e-3
	}
	if o.CGTol == 0 {
		o.CGTol = 0.03
	}
	o.Workers = max(1, o.Workers)
	return o
}

func newNetNewton(p *netProblem, opt NetworkSolver) *netNewton {
	opt = opt.defaults()
	n := p.m * p.states
	lin := newNetLinear(p)
	return &netNewton{p: p, opt: opt, lin: lin, red: newNetReduced(lin, opt.Method, opt.Workers, opt.CGTol),
		dw: make([]float64, p.params), e: make([]float64, n), x: make([]float64, n), w: make([]float64, p.params),
		xt: make([]float64, n), wt: make([]float64, p.params), xs: make([]float64, n),
		u: make([]float64, opt.Workers*p.ulen), s: make([]float64, opt.Workers*p.states),
		part: make([]NetworkAction, p.m), pred: make([]float64, p.m)}
}

// Minimise minimises the action of p at the precision rf, which may be +Inf,
// from the weights theta and the paths x (Pairs×States; nil: the network's
// own from the inputs' data). With rf = +Inf the paths are the network's own
// throughout. The error is not nil exactly if the fit's Status is not Solved;
// an invalid problem gives a nil fit.
func (s *NetworkSolver) Minimise(ctx context.Context, p *NetworkProblem, rf float64, theta, x []float64) (*NetworkFit, error) {
	q, err := p.compile()
	if err != nil {
		return nil, err
	}
	if x == nil {
		x = q.ownPaths(theta)
	}
	if err := q.check(theta, x, rf); err != nil {
		return nil, err
	}
	if rf == 0 {
		return nil, fmt.Errorf("%w: Rf = 0 leaves the weights undetermined", ErrNetwork)
	}
	nw := newNetNewton(q, *s)
	copy(nw.x, x)
	copy(nw.w, theta)
	fit := nw.run(ctx, rf, nw.opt.Damping)
	return fit, fit.Err
}

// ownPaths returns the paths without defects from the inputs' data, free
// inputs at 0.
func (p *netProblem) ownPaths(theta []float64) []float64 {
	x := make([]float64, p.m*p.states)
	if len(theta) != p.params {
		return x // check says so
	}
	copy(x, p.target)
	u := make([]float64, p.ulen)
	for k := range p.m {
		p.propagate(x[k*p.states:(k+1)*p.states], u, theta, nil)
	}
	return x
}

// run minimises from (nw.x, nw.w), which it leaves at the result.
func (nw *netNewton) run(ctx context.Context, rf, mu float64) *NetworkFit {
	p, lin := nw.p, nw.lin
	workers := nw.opt.Workers
	fit := &NetworkFit{Status: ode.Unfinished, Rf: rf, Method: nw.red.method}
	strong := math.IsInf(rf, 0)
	if strong {
		netFor(p.m, workers, func(w, k int) {
			p.propagate(nw.x[k*p.states:(k+1)*p.states], nw.u[w*p.ulen:(w+1)*p.ulen], nw.w, nil)
		})
	}
	lin.at(nw.x, nw.w, rf, workers)
	now := nw.action(nw.x, lin.r, nw.w, rf)
	fit.Evaluations++
	lin.scaleFree(rf)
	// mu multiplies the curvature of the first step: a later, smaller
	// curvature does not take the damping away with it.
	lin.whiten(nw.x, rf, mu, workers)
	h := lin.scale()
	if h == 0 {
		h = 1
	}
	grow := 2.0
	fail := func(st ode.Status, err error, iter int) {
		fit.Status, fit.Err = st, fmt.Errorf("network action %g at Rf = %g, step %d, damping %.3g: %w", now.Total(), rf, iter, mu, err)
	}
	iter := 0
loop:
	for ; ; iter++ {
		total := now.Total()
		switch {
		case math.IsNaN(total) || math.IsInf(total, 0):
			fail(ode.NotFinite, fmt.Errorf("%w: start from smaller weights", ode.ErrNotFinite), iter)
			break loop
		case total == 0 || total < nw.opt.Target:
			fit.Status = ode.Solved
			break loop
		case ctx.Err() != nil:
			fail(ode.Cancelled, ctx.Err(), iter)
			break loop
		case iter >= nw.opt.MaxIter:
			fail(ode.NoDescent, fmt.Errorf("%w in %d steps: allow more, or raise the tolerance", ode.ErrNoDescent, iter), iter)
			break loop
		}
		var pred float64
		ok := lin.whiten(nw.x, rf, mu, workers) && nw.red.step(nw.dw, nw.w, mu*h)
		var next NetworkAction
		linear := false
		if ok {
			next, pred = nw.resimulate(rf, now)
			fit.Evaluations++
			if gain := total - next.Total(); !strong && !(gain > 0.9*pred) {
				// Deep in the strong constraint the defects are the better
				// variables, with a weak one the states may be.
				if second := nw.linearised(rf); second.Total() < next.Total() || math.IsNaN(next.Total()) {
					next, linear = second, true
				}
				fit.Evaluations++
			}
		}
		gain := total - next.Total()
		if ok && gain > 0 && gain >= 1e-4*pred {
			fit.Iterations++
			if linear {
				nw.x, nw.xs = nw.xs, nw.x
			} else {
				nw.x, nw.xt = nw.xt, nw.x
			}
			nw.w, nw.wt = nw.wt, nw.w
			now = next
			lin.at(nw.x, nw.w, rf, workers)
			c := 2*gain/pred - 1
			mu *= max(1.0/3, 1-c*c*c)
			mu = max(mu, 1e-14)
			grow = 2
			if gain <= nw.opt.Tol*total && pred <= nw.opt.Tol*total && mu < 1 {
				fit.Status = ode.Solved
				break
			}
			continue
		}
		// Rounding: nothing left to gain.
		if ok && pred <= 1e-13*total {
			fit.Status = ode.Solved
			break
		}
		mu *= grow
		grow *= 2
		if mu > 1e16 {
			fail(ode.NoDescent, fmt.Errorf("%w: no damping gives descent", ode.ErrNoDescent), iter)
			break
		}
	}
	fit.Action, fit.Damping = now, mu
	if lin.whiten(nw.x, rf, max(mu*1e-3, 1e-14), workers) {
		nw.red.g0prior(nw.w)
		nw.red.gradient(nw.red.rhs)
		fit.Gradient = floats.Norm(nw.red.rhs, math.Inf(1))
	}
	fit.Weights = append([]float64(nil), nw.w...)
	fit.Paths = append([]float64(nil), nw.x...)
	return fit
}
