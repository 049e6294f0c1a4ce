package route

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// NetworkCheck is a network problem solved, and what speaks for the solution.
type NetworkCheck struct {
	Network *Network

	// Continuous layers: the solution of the boundary value problem; layers of
	// the rules with its weights, by back-propagation, and layers with weights
	// of their own. Nil and empty for layers that are discrete.
	Continuous *NetworkContinuous
	Studies    []*LayerStudy
	Own        *LayerStudy

	// Discrete layers: their minimum, and how weak layers approach it.
	Problem *discrete.NetworkProblem
	Trained *discrete.NetworkFit
	Limit   *Sweep

	Index int // directions in which the action is not at a minimum; -1: unknown
	Findings
}

// Check solves a network problem and collects what certifies the solution. Of
// continuous layers that is the solution of the boundary value problem, with which
// it compares forward propagation and back-propagation through discrete layers;
// of discrete layers their minimum, in which back-propagation is compared with
// forward derivatives and the strong with the weak constraint. o.Schemes, o.Guess
// and o.Unscaled are for problems of other kinds. An error means that there is no
// solution to be certified.
func (n *Network) Check(ctx context.Context, o CheckOptions, train NetworkTrainOptions) (*NetworkCheck, error) {
	c := n.newChecker(ctx, o, train)
	return c.NetworkCheck, c.run()
}

func (n *Network) newChecker(ctx context.Context, o CheckOptions, train NetworkTrainOptions) *networkChecker {
	c := &networkChecker{CheckOptions: o, NetworkCheck: &NetworkCheck{Network: n, Index: -1}, ctx: ctx, train: train,
		backward: (*discrete.NetworkField).Backward, costates: (*discrete.NetworkProblem).Costates}
	if c.Tol = pick(c.Tol, n.File.Solve.Tolerance); c.Tol == 0 {
		c.Tol = 1e-6
	}
	c.defaults()
	return c
}

// networkChecker is one run of Check.
type networkChecker struct {
	CheckOptions
	*NetworkCheck
	ctx   context.Context
	train NetworkTrainOptions

	backward backward
	costates func(p *discrete.NetworkProblem, costates, dtheta, theta, x []float64) error
}

func (c *networkChecker) run() error {
	if c.Network.Spec.Continuous == nil {
		return c.discreteLayers()
	}
	if err := c.solve(); err != nil {
		return err
	}
	c.Step("collocation")
	worst := 0.0
	unsure := c.Continuous.uncertainty()
	for _, q := range []LayerQuantity{LayerState, LayerCostate, LayerWeights} {
		worst = max(worst, unsure[q])
	}
	c.certify(hamiltonian.Within("error estimate", worst, c.Tol, "of collocation: states, costates and weights, relative to the largest of each"))
	r := c.Continuous
	if !r.Constant() {
		c.certify(hamiltonian.Unjudged("back-propagation", math.NaN(), "the weights vary with the layer: discrete layers would need weights of their own"))
		return c.varyingWeights()
	}
	if r.strong() {
		for _, rule := range networkRules {
			if err := c.propagate(rule); err != nil {
				return err
			}
			c.Step("back-propagation, " + rule.String())
		}
	} else {
		c.certify(hamiltonian.Unjudged("back-propagation", math.NaN(),
			"with Rf = %g the layers are not exact: the states depend on the costates, x' = F + p/Rf, so that one pass forward and one back is no solution; see the trained layers", r.BVP.Rf))
	}
	if err := c.ownWeights(); err != nil {
		return err
	}
	c.Step("trained layers")
	defer c.Step("certificates")
	return c.constantWeights()
}

// solve finds the continuous solution, a hundred times as well as it is certified
// if the mesh allows it: what layers are compared with must be better than they are.
func (c *networkChecker) solve() error {
	var err error
	for _, tol := range []float64{max(c.Tol/100, 1e-10), c.Tol} {
		c.Continuous, err = c.Network.Continuous(c.ctx, "collocation", Options{Tol: tol}, c.train)
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if err == nil && c.Continuous.Solution.Status == ode.Solved {
			return nil
		}
	}
	if err == nil {
		err = c.Continuous.Solution.Err
	}
	return fmt.Errorf("collocation: %w", err)
}

// wholeLimit is the number of equations up to which a problem whose pairs do not
// separate is certified as a whole: dense matrices of that order are made for
// every mesh interval.
const wholeLimit = 160

// varyingWeights certifies a solution whose weights vary with the layer. Weights
// and their costates are then canonical pairs like the others, and couple all.
func (c *networkChecker) varyingWeights() error {
	r := c.Continuous
	if r.Solution.Dim > wholeLimit {
		c.certify(hamiltonian.Unjudged("canonical structure", math.NaN(), "%d equations that do not separate: more than %d are not certified", r.Solution.Dim, wholeLimit))
		return nil
	}
	defer c.Step("certificates")
	b, sol, energy, err := r.canonical()
	if err != nil {
		return err
	}
	phase := hamiltonian.Phase{States: b.Dim / 2}
	w, err := hamiltonian.NewFlow(c.ctx, b, sol, c.Tol/1000)
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	c.certify(hamiltonian.Structure(b, phase, sol, energy)...)
	if err != nil {
		c.certify(hamiltonian.Unjudged("integration defect", math.NaN(), "%v", err))
		return nil
	}
	global, _, _ := w.GlobalError(c.Tol)
	c.certify(w.IntegrationDefect(c.Tol), global, w.Symplectic(phase))
	lo, hi, scale := math.Inf(1), math.Inf(-1), 0.0
	for i, t := range sol.T {
		h := energy(t, sol.Node(i), nil)
		lo, hi, scale = min(lo, h), max(hi, h), max(scale, math.Abs(h))
	}
	c.certify(hamiltonian.Within("H through the layers", (hi-lo)/positive(scale), 10*c.Tol, "sum over pairs of p F + p^2/(2 Rf), and q^2/(2 Rw) of the weights, relative to its largest value"))
	found, err := w.ConjugatePoints(c.ctx, phase)
	var no *hamiltonian.NotJacobi
	switch {
	case errors.As(err, &no):
		c.certify(hamiltonian.Unjudged("conjugate points", math.NaN(), "%s", no.Reason))
	case err != nil:
		return err
	default:
		c.Index = found.Index
		c.certify(found.Certificate())
	}
	return nil
}

// canonical returns problem and solution in the order of hamiltonian.Phase: states
// of all pairs and weights, then costates and those of the weights; and H.
func (r *NetworkContinuous) canonical() (*ode.BVP, *ode.Solution, func(t float64, y, p []float64) float64, error) {
	b, err := r.BVP.Problem(r.Solution.Node(0)[r.BVP.Weights():])
	if err != nil {
		return nil, nil, nil, err
	}
	d, n := r.BVP.Field.Width, r.BVP.Field.Params()
	var order []int // place in the old order
	for _, at := range []func(k int) int{r.BVP.State, r.BVP.Costate} {
		for k := range r.BVP.M {
			for a := range d {
				order = append(order, at(k)+a)
			}
		}
		from := r.BVP.Weights()
		if len(order) > r.BVP.M*d+n {
			from = r.BVP.Multiplier()
		}
		for i := range n {
			order = append(order, from+i)
		}
	}
	sol := components(r.Solution, order, max(1, (len(r.Solution.T)-1)/flowIntervals))
	sol.P = nil
	p := permuted(b, order)
	half := len(order) / 2
	energy := func(t float64, y, _ []float64) float64 {
		f := make([]float64, len(order))
		p.Func(f, t, y, nil)
		h := 0.0
		for i := range half {
			h += y[half+i] * f[i]
			rf := r.BVP.Rf
			if i >= r.BVP.M*d {
				rf = r.BVP.LayerPrecision
			}
			if rf > 0 && !math.IsInf(rf, 1) {
				h -= y[half+i] * y[half+i] / (2 * rf)
			}
		}
		return h
	}
	return p, sol, energy, nil
}

// permuted returns a problem without parameters whose components stand in another
// order.
func permuted(b *ode.BVP, order []int) *ode.BVP {
	n := len(order)
	old := func(y []float64) []float64 {
		v := make([]float64, n)
		for i, o := range order {
			v[o] = y[i]
		}
		return v
	}
	p := &ode.BVP{Start: b.Start, End: b.End}
	p.Dim = n
	p.Func = func(dst []float64, t float64, y, _ []float64) {
		f := make([]float64, n)
		b.Func(f, t, old(y), nil)
		for i, o := range order {
			dst[i] = f[o]
		}
	}
	p.Jac = func(dfdy, _ []float64, t float64, y, _ []float64) {
		j := make([]float64, n*n)
		b.Jac(j, nil, t, old(y), nil)
		for r, o := range order {
			for c, q := range order {
				dfdy[r*n+c] = j[o*n+q]
			}
		}
	}
	ends := func(y [][]float64) [][]float64 { return [][]float64{old(y[0]), old(y[1])} }
	count := b.Boundary.Count
	p.Boundary = ode.Conditions{Count: count, At: b.Boundary.At, Linear: true,
		Func: func(dst []float64, y [][]float64, _ []float64) { b.Boundary.Func(dst, ends(y), nil) },
		Jac: func(dy [][]float64, _ []float64, y [][]float64, _ []float64) {
			full := [][]float64{make([]float64, count*n), make([]float64, count*n)}
			b.Boundary.Jac(full, nil, ends(y), nil)
			for e := range dy {
				for j := range count {
					for c, o := range order {
						dy[e][j*n+c] = full[e][j*n+o]
					}
				}
			}
		}}
	return p
}
