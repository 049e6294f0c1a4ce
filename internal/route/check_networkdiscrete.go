package route

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// strongLimits are the precisions, in units of the largest of the data, at which
// layers that may err are compared with exact ones, one after the other until the limit is seen.
var strongLimits = []float64{1e6, 1e5, 1e4, 1e3}

// discreteLayers certifies the minimum of layers that have no continuous limit, or
// of which none is asked for.
func (c *networkChecker) discreteLayers() error {
	n := c.Network
	trained, err := n.Learn(c.ctx, c.train)
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if trained == nil {
		return fmt.Errorf("training: %w", err)
	}
	c.Problem = trained.Problem
	// The certificates are about a stationary point, to which training need not
	// go for its own ends.
	fit, err := polish(c.ctx, c.Problem, math.Inf(1), trained.Best)
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if fit == nil {
		return fmt.Errorf("training: %w", err)
	}
	c.Trained = fit
	c.Step("training")
	remark := ""
	if err != nil {
		remark = ": more steps are needed, or a larger [weights] precision, which holds weights that the data do not determine"
	}
	off, err := stationarity(c.Problem, fit)
	if err != nil {
		return err
	}
	c.certify(hamiltonian.Within("stationarity of the weights", off, stationaryBound,
		"P W - sum over layers and pairs of p df/dW, relative to its largest part%s", remark))
	if err := c.discreteCostates(); err != nil {
		return err
	}
	c.Step("back-propagation")
	if kind := n.Net.Kind; kind.ContinuousLimit() {
		c.certify(hamiltonian.Unjudged("order in the number of layers", math.NaN(), "%s layers have a continuous limit: [network] continuous = true compares with it", kind))
	} else {
		c.certify(hamiltonian.Unjudged("order in the number of layers", math.NaN(), "perceptron layers have no step and no continuous limit: twice as many are another network"))
	}
	defer c.Step("strong limit")
	return c.strongLimit()
}

// stationaryBound is what the derivative of the action by a weight may be,
// relative to its largest part, at a minimum: an action that is known to a rounding
// is at its least to the root of one.
const stationaryBound = 1e-4

// stationarity is the largest derivative of the action by a weight, P W - sum of
// p df/dW, relative to the largest of both.
func stationarity(p *discrete.NetworkProblem, fit *discrete.NetworkFit) (float64, error) {
	costates, grad := make([]float64, len(fit.Paths)), make([]float64, len(fit.Weights))
	if err := p.Costates(costates, grad, fit.Weights, fit.Paths); err != nil {
		return math.NaN(), err
	}
	size := 0.0
	for i, w := range fit.Weights {
		prior := p.WeightPrecision * w
		size = max(size, math.Abs(prior), math.Abs(grad[i]-prior))
	}
	return floats.Norm(grad, math.Inf(1)) / positive(size), nil
}

// polish minimises to rounding from a fit on. The error says that there is no
// minimum; where no step lowers the action any more that is one if the weights are
// stationary.
func polish(ctx context.Context, p *discrete.NetworkProblem, rf float64, from *discrete.NetworkFit) (*discrete.NetworkFit, error) {
	s := discrete.NetworkSolver{Tol: 1e-14, MaxIter: 2000, Workers: workers(0)}
	fit, err := s.Minimise(ctx, p, rf, from.Weights, from.Paths)
	if fit == nil || ctx.Err() != nil || fit.Status == ode.Solved {
		return fit, err
	}
	off, fail := stationarity(p, fit)
	if fail == nil && off > stationaryBound {
		// Gauss-Newton steps that linearise far end early in curved valleys.
		l := discrete.NetworkLBFGS{Tol: 1e-14, MaxIter: 20000}
		if other, _ := l.Minimise(ctx, p, rf, fit.Weights, fit.Paths); other != nil {
			if q, err := stationarity(p, other); err == nil && q < off && other.Action.Total() <= fit.Action.Total() {
				fit, off = other, q
			}
		}
	}
	if fail != nil || off > stationaryBound {
		return fit, fmt.Errorf("the minimisation has not converged: %w", err)
	}
	return fit, nil
}

// discreteCostates compares back-propagation with forward derivatives.
func (c *networkChecker) discreteCostates() error {
	p, fit := c.Problem, c.Trained
	x := fit.Paths
	costates, grad := make([]float64, len(x)), make([]float64, len(fit.Weights))
	if err := c.costates(p, costates, grad, fit.Weights, x); err != nil {
		return err
	}
	t := newNetworkTangent(p.Network)
	states := p.Network.States()
	end, unit := make([]float64, len(x)), make([]float64, len(x))
	networkPull(p, end, unit, x)
	plain := append([]float64(nil), grad...)
	for i, w := range fit.Weights {
		plain[i] -= p.WeightPrecision * w
	}
	c.pairing("layers", pairTangents(t, len(x)/states, x, costates, end, unit, fit.Weights, plain), p.Network.Layers()*max(1, p.Network.Times))
	if off, ok := inputStationarity(p, costates, unit); ok {
		c.certify(hamiltonian.Within("stationarity of the inputs", off, stationaryBound, "costates of measured inputs, relative to the largest Rm (x - y) of one: p = 0 before the first layer"))
	}
	return nil
}

// inputStationarity is the largest costate of an input that is measured, but not
// exactly, relative to the largest part; false: there is none.
func inputStationarity(p *discrete.NetworkProblem, costates, unit []float64) (off float64, ok bool) {
	states := p.Network.States()
	var worst, size float64
	for _, o := range p.Observations {
		if o.Layer > 0 {
			continue
		}
		index := o.Index
		if index == nil {
			index = indices(p.Network.Widths[0])
		}
		for k := range p.Pairs {
			row, parts := p.Network.Layer(costates[k*states:(k+1)*states], 0, o.Time), p.Network.Layer(unit[k*states:(k+1)*states], 0, o.Time)
			for _, i := range index {
				if parts[i] > 0 {
					worst, size, ok = max(worst, math.Abs(row[i])), max(size, parts[i]), true
				}
			}
		}
	}
	return worst / positive(size), ok
}

// networkPull stores into end what the measurements alone give to the costates of the
// paths x, -Rm (x - y), or of classes y - softmax(x), and into unit what their
// rounding is relative to.
func networkPull(p *discrete.NetworkProblem, end, unit, x []float64) {
	n := &p.Network
	states := n.States()
	for _, o := range p.Observations {
		index := o.Index
		if index == nil {
			index = indices(n.Widths[o.Layer])
		}
		for k := range p.Pairs {
			row := func(v []float64) []float64 { return n.Layer(v[k*states:(k+1)*states], o.Layer, o.Time) }
			at, size, from := row(end), row(unit), row(x)
			y := o.Values[k*len(index) : (k+1)*len(index)]
			if p.Loss == discrete.NetCrossEntropy && o.Layer == n.Layers() {
				top, sum := floats.Max(from), 0.0
				for _, v := range from {
					sum += math.Exp(v - top)
				}
				for j, i := range index {
					share := math.Exp(from[i]-top) / sum
					at[i], size[i] = y[j]-share, y[j]+share
				}
				continue
			}
			for j, i := range index {
				rm := 1.0
				if len(o.Rm) > 0 {
					rm = o.Rm[min(j, len(o.Rm)-1)]
				}
				if !math.IsInf(rm, 1) { // else held at y
					at[i] = -rm * (from[i] - y[j])
					size[i] = math.Abs(at[i])
				}
			}
		}
	}
}

// strongLimit compares exact layers with layers that may err: the action tends to
// its limit from below by the model error, A(inf) - A(Rf) -> FE, if both minima
// are of one branch.
func (c *networkChecker) strongLimit() error {
	const name = "strong limit"
	p, fit := c.Network.Problem(), c.Trained
	if c.Problem.Loss == discrete.NetCrossEntropy {
		c.certify(hamiltonian.Unjudged(name, math.NaN(), "cross-entropy has no finite Rf: --rf shows the limit for least squares"))
		return nil
	}
	top := 0.0
	for _, rm := range c.Network.Spec.RmOut {
		top = max(top, rm)
	}
	c.Limit = &Sweep{Limit: fit.Action.Total()}
	for _, rf := range strongLimits {
		c.Limit.Rows = append(followLayers(c.ctx, p, fit, []float64{rf * positive(top)}), c.Limit.Rows...)
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if c.Limit.certificate(name).Verdict == hamiltonian.Pass {
			break
		}
	}
	c.certify(c.Limit.certificate(name))
	return nil
}

// certificate judges the approach to the limit by the row that comes nearest to it
// before the difference of two actions is one of roundings.
func (s *Sweep) certificate(name string) hamiltonian.Certificate {
	best, at := math.Inf(1), math.NaN()
	for _, r := range s.Rows {
		gap := s.Limit - r.Action
		if r.Err != nil || math.IsInf(r.Rf, 1) || math.IsNaN(gap) || r.Model < 1e-9*math.Abs(s.Limit) {
			continue
		}
		if off := math.Abs(gap/r.Model - 1); off < best {
			best, at = off, r.Rf
		}
	}
	if math.IsInf(best, 1) {
		return hamiltonian.Unjudged(name, math.NaN(), "no precision at which the model error is above rounding: the layers are next to exact everywhere, or a minimisation failed")
	}
	return hamiltonian.Within(name, best, 0.02, "(A(inf) - A(Rf))/FE - 1 at Rf = %.3g: the minimum with layers that may err tends to that with exact ones", at)
}
