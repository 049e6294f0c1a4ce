package discrete

import (
	"context"
	"fmt"
	"math"

	"costate/ode"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// NetworkLBFGS minimises the same action as NetworkSolver by the limited
// memory quasi-Newton method of gonum/optimize: in weights and all inexact
// states with a weak constraint, in weights and inexact inputs with the
// strong one. It is the older tools' method, here for comparison and for
// networks too large for Gauss-Newton steps.
type NetworkLBFGS struct {
	MaxIter int     // [1000]
	Tol     float64 // stop when ten iterations lower the action by less than this fraction [1e-8]
	Store   int     // pairs kept [15]
}

// Minimise has the arguments and results of NetworkSolver.Minimise.
func (s *NetworkLBFGS) Minimise(ctx context.Context, p *NetworkProblem, rf float64, theta, x []float64) (*NetworkFit, error) {
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
	fit := s.minimise(ctx, q, rf, theta, x)
	return fit, fit.Err
}

func (s *NetworkLBFGS) minimise(ctx context.Context, q *netProblem, rf float64, theta, x []float64) *NetworkFit {
	maxIter, tol, store := s.MaxIter, s.Tol, s.Store
	if maxIter == 0 {
		maxIter = 1000
	}
	if tol == 0 {
		tol = 1e-8
	}
	strong := math.IsInf(rf, 0)
	// free lists the states that are variables.
	var free []int
	for i := range q.cells {
		c := &q.cells[i]
		for s := c.off; s < c.off+c.width; s++ {
			if c.set >= 0 && !strong || c.set < 0 && !math.IsInf(q.root[s], 0) {
				free = append(free, s)
			}
		}
	}
	nf := len(free)
	path := append([]float64(nil), x...)
	dx := make([]float64, len(x))
	u := make([]float64, q.ulen)
	w := newNetGradient(q)
	set := func(z []float64) []float64 {
		for k := range q.m {
			xk := path[k*q.states : (k+1)*q.states]
			for j, s := range free {
				xk[s] = z[q.params+k*nf+j]
			}
			if strong {
				q.propagate(xk, u, z[:q.params], nil)
			}
		}
		return z[:q.params]
	}
	evals := 0
	problem := optimize.Problem{
		Func: func(z []float64) float64 {
			evals++
			return q.action(set(z), path, rf).Total()
		},
		Grad: func(g, z []float64) {
			th := set(z)
			if strong {
				q.backward(dx, g[:q.params], th, path, w, !q.exact)
				floats.Scale(-1, dx)
			} else {
				q.gradient(g[:q.params], dx, th, path, rf, w)
			}
			for k := range q.m {
				for j, s := range free {
					g[q.params+k*nf+j] = dx[k*q.states+s]
				}
			}
		},
		Status: func() (optimize.Status, error) {
			if ctx.Err() != nil {
				return optimize.NotTerminated, ctx.Err()
			}
			return optimize.NotTerminated, nil
		},
	}
	z := make([]float64, q.params+q.m*nf)
	copy(z, theta)
	for k := range q.m {
		for j, s := range free {
			z[q.params+k*nf+j] = x[k*q.states+s]
		}
	}
	fit := &NetworkFit{Status: ode.Unfinished, Rf: rf}
	res, err := optimize.Minimize(problem, z, &optimize.Settings{
		MajorIterations:   maxIter,
		GradientThreshold: 1e-12,
		Converger:         &optimize.FunctionConverge{Relative: tol, Iterations: 10},
	}, &optimize.LBFGS{Store: store})
	if res == nil { // it did not get beyond the first evaluation
		th := set(z)
		fit.Weights, fit.Paths = append([]float64(nil), th...), path
		fit.Action, fit.Evaluations = q.action(th, path, rf), evals
		fit.Status, fit.Err = ode.NotFinite, fmt.Errorf("L-BFGS on the network action %g: %w: %w", fit.Action.Total(), ode.ErrNotFinite, err)
		return fit
	}
	th := set(res.X)
	fit.Weights = append([]float64(nil), th...)
	fit.Paths = append([]float64(nil), path...)
	fit.Action = q.action(th, path, rf)
	fit.Iterations, fit.Evaluations = res.MajorIterations, evals
	g := make([]float64, len(z))
	problem.Grad(g, res.X)
	fit.Gradient = floats.Norm(g[:q.params], math.Inf(1))
	switch {
	case ctx.Err() != nil:
		fit.Status, fit.Err = ode.Cancelled, ctx.Err()
	case err != nil:
		fit.Status, fit.Err = ode.NoDescent, fmt.Errorf("L-BFGS on the network action %g, iteration %d: %w: %w", fit.Action.Total(), res.MajorIterations, ode.ErrNoDescent, err)
	case res.Status == optimize.IterationLimit:
		fit.Status, fit.Err = ode.NoDescent, fmt.Errorf("L-BFGS on the network action %g: %w in %d iterations", fit.Action.Total(), ode.ErrNoDescent, maxIter)
	default:
		fit.Status = ode.Solved
	}
	return fit
}

// netQuasi is L-BFGS along a ladder.
type netQuasi struct {
	opt  NetworkLBFGS
	p    *netProblem
	w, x []float64
}

func (n *netQuasi) point() (weights, paths []float64) { return n.w, n.x }

// iterationsPerStep is about how many iterations of L-BFGS do what a
// Gauss-Newton step does.
const iterationsPerStep = 20

func (n *netQuasi) descend(ctx context.Context, rf, _ float64, steps int) *NetworkFit {
	opt := n.opt
	if steps > 0 {
		opt.MaxIter = steps * iterationsPerStep
	}
	fit := opt.minimise(ctx, n.p, rf, n.w, n.x)
	copy(n.w, fit.Weights)
	copy(n.x, fit.Paths)
	return fit
}

// carry leaves the paths as they are: nothing here knows the costates.
func (n *netQuasi) carry(from, to float64) {}
