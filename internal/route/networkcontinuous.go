package route

import (
	"context"
	"fmt"
	"math"

	"costate/collocation"
	"costate/discrete"
	"costate/ode"
	"costate/shooting"
)

// NetworkContinuous is a network with a continuous layer label: weights,
// paths and costates as the solution of one boundary value problem.
type NetworkContinuous struct {
	BVP      *discrete.NetworkBVP
	Method   string
	Tol      float64
	Guess    *NetworkTrained // discrete layers, whose weights are the guess
	Refined  int             // layers of the last of the networks between the guess and the solution
	Solution *ode.Solution

	// Condensed tells that the pairs were eliminated one by one.
	Condensed bool
}

// continuousBVP returns the boundary value problem of the training pairs.
func (n *Network) continuousBVP() *discrete.NetworkBVP {
	s, c := n.Spec, n.Spec.Continuous
	b := &discrete.NetworkBVP{M: n.Train.M, In: n.Train.In, Out: n.Train.Out, OutIndex: s.Outputs,
		RmIn: s.RmIn[0], RmOut: s.RmOut[0], Rf: c.Rf, WeightPrecision: s.Weights.Precision, LayerPrecision: c.LayerPrecision}
	b.Field = discrete.NetworkField{Width: n.Net.Widths[0], Kind: n.Net.Kind, Bias: n.Net.Bias, End: c.Length}
	if len(n.Net.Activation) > 0 {
		b.Field.Activation = n.Net.Activation[0]
	}
	return b
}

// Continuous solves the boundary value problem of continuous layers. The
// guess are the weights of discrete layers, trained from several starts [4].
// Constant weights are solved with the pairs eliminated one by one, so that
// the cost is linear in their number; weights that vary with the layer, and
// shooting, take the problem as a whole.
func (n *Network) Continuous(ctx context.Context, method string, o Options, train NetworkTrainOptions) (*NetworkContinuous, error) {
	if n.Spec.Continuous == nil {
		return nil, fmt.Errorf("%w: its layers are discrete", discrete.ErrNetwork)
	}
	o = o.with(n.File.Solve)
	if o.Tol == 0 {
		o.Tol = 1e-6
	}
	r := &NetworkContinuous{BVP: n.continuousBVP(), Method: method, Tol: o.Tol}
	if train.Starts == 0 && n.File.Solve.Starts == 0 {
		train.Starts = 4
	}
	train.Tol = 1e-6
	var err error
	// The best of the starts will do as a guess even where none converged.
	if r.Guess, err = n.trainFrom(ctx, n.Problem(), train); r.Guess == nil || ctx.Err() != nil {
		return nil, err
	}
	fit := r.Guess.Best
	if fit, r.Refined, err = n.refine(ctx, fit); err != nil {
		return nil, err
	}
	theta := fit.Weights
	guess, err := n.layersGuess(r.BVP, fit, r.Refined)
	if err != nil {
		return nil, err
	}
	if method == "collocation" && !(r.BVP.LayerPrecision > 0) {
		r.Condensed = true
		// On too coarse a first mesh Newton's method can lose the solution.
		meshes := []int{32, 128}
		if o.Intervals > 0 {
			meshes = []int{o.Intervals}
		}
		for _, first := range meshes {
			s := &discrete.NetworkCondensed{Tol: o.Tol, Intervals: first, MaxMesh: o.MaxIntervals, Workers: workers(0), Guess: guess}
			if r.Solution, err = s.Solve(ctx, r.BVP, theta); err == nil || ctx.Err() != nil {
				break
			}
		}
		if err != nil && ctx.Err() == nil && n.Spec.Continuous.Rf < math.Inf(1) {
			if w, e := n.fromExact(ctx, o, train); e == nil {
				return w, nil
			}
		}
		return r.given(err)
	}
	p, err := r.BVP.Problem(theta)
	if err != nil {
		return nil, err
	}
	if method == "shooting" {
		r.Solution, err = (&shooting.Solver{Tol: o.Tol}).Solve(ctx, p)
		return r.given(err)
	}
	s := &collocation.Solver{Tol: o.Tol, Intervals: o.Intervals, MaxMesh: o.MaxIntervals}
	r.Solution, err = s.Solve(ctx, p)
	return r.given(err)
}

func (r *NetworkContinuous) given(err error) (*NetworkContinuous, error) {
	if r.Solution == nil {
		return nil, err
	}
	return r, err
}

// Constant reports whether the weights are the same at every layer.
func (r *NetworkContinuous) Constant() bool { return !(r.BVP.LayerPrecision > 0) }

// refinedLayers is up to where the layers of the guess are doubled.
const refinedLayers = 128

// refine doubles the layers of a trained network, each training starting from
// the weights of the one before, until they are near those of continuous
// layers: Newton's method needs that.
func (n *Network) refine(ctx context.Context, fit *discrete.NetworkFit) (*discrete.NetworkFit, int, error) {
	layers := n.Net.Layers()
	for layers < refinedLayers {
		layers *= 2
		next, err := n.trainLayers(ctx, layers, fit.Weights, 1e-8)
		if next == nil || ctx.Err() != nil {
			return nil, 0, err
		}
		fit = next
	}
	return fit, layers, nil
}

// layersGuess is a trained network of so many layers as a guess of continuous ones:
// its paths and their costates, linear between layers.
func (n *Network) layersGuess(b *discrete.NetworkBVP, fit *discrete.NetworkFit, layers int) (func(dst []float64, t float64), error) {
	p, _ := n.layersProblem(layers)
	costates := make([]float64, len(fit.Paths))
	if err := p.Costates(costates, nil, fit.Weights, fit.Paths); err != nil {
		return nil, err
	}
	kickInputs(b, costates, fit.Paths, layers)
	d := b.Field.Width
	end := n.Spec.Continuous.Length
	return func(dst []float64, t float64) {
		clear(dst)
		s := min(max(t/end, 0), 1) * float64(layers)
		i := min(int(s), layers-1)
		lam := s - float64(i)
		for k := range b.M {
			for a := range d {
				o := (k*(layers+1)+i)*d + a
				dst[b.State(k)+a] = fit.Paths[o] + lam*(fit.Paths[o+d]-fit.Paths[o])
				dst[b.Costate(k)+a] = costates[o] + lam*(costates[o+d]-costates[o])
			}
		}
	}, nil
}

// kickInputs adds to the costates of the first of n layers what the measurement of
// the inputs gives them: p(0+) = Rm (x - y).
func kickInputs(b *discrete.NetworkBVP, costates, x []float64, n int) {
	if b.RmIn == 0 || math.IsInf(b.RmIn, 1) {
		return
	}
	d := b.Field.Width
	for k := range b.M {
		for i := range d {
			at := k*(n+1)*d + i
			costates[at] += b.RmIn * (x[at] - b.In[k*d+i])
		}
	}
}

// layersProblem is the estimation problem of a network of so many layers, the same
// weights in all, with the precision of one layer: Rf over the step.
func (n *Network) layersProblem(layers int) (p *discrete.NetworkProblem, rf float64) {
	p = n.Problem()
	c := n.Spec.Continuous
	p.Network.Step = c.Length / float64(layers)
	w := n.Net.Widths[0]
	p.Network.Widths = make([]int, layers+1)
	for i := range p.Network.Widths {
		p.Network.Widths[i] = w
	}
	for i := range p.Observations { // of the first and of the last layer
		if o := &p.Observations[i]; o.Layer > 0 {
			o.Layer = layers
		}
	}
	return p, c.Rf / p.Network.Step
}

// trainLayers trains a network of so many layers from the weights theta. A fit
// that has not converged is returned without the error.
func (n *Network) trainLayers(ctx context.Context, layers int, theta []float64, tol float64) (*discrete.NetworkFit, error) {
	p, rf := n.layersProblem(layers)
	fit, err := (&discrete.NetworkSolver{Tol: tol, MaxIter: 1000, Workers: workers(0)}).Minimise(ctx, p, rf, theta, nil)
	if fit == nil {
		return nil, err
	}
	return fit, nil
}

// knotsOfWeights is how finely weights that vary are sampled.
const knotsOfWeights = 257

// Weights returns the field and its weights: constant ones, or values at
// equally spaced places.
func (r *NetworkContinuous) Weights() (discrete.NetworkField, []float64) {
	f := r.BVP.Field
	if r.Constant() {
		return f, r.Solution.P
	}
	f.Knots = knotsOfWeights
	var theta []float64
	at := r.BVP.Weights()
	for i := range f.Knots {
		y := r.Solution.At(nil, f.End*float64(i)/float64(f.Knots-1))
		theta = append(theta, y[at:]...)
	}
	return f, theta
}

// ContinuousErrors predicts the outputs of a set with continuous layers.
func (n *Network) ContinuousErrors(r *NetworkContinuous, d *NetworkSet) (NetworkErrors, error) {
	f, theta := r.Weights()
	const layers = knotsOfWeights - 1
	w := f.Width
	x := make([]float64, d.M*(layers+1)*w)
	if err := f.Forward(x, discrete.NetRK4, layers, theta, d.In); err != nil {
		return NetworkErrors{}, err
	}
	out := make([]float64, 0, d.M*w)
	for k := range d.M {
		out = append(out, x[(k*(layers+1)+layers)*w:(k+1)*(layers+1)*w]...)
	}
	return n.compare(out, d), nil
}

// Action returns the parts of the action of the solution.
func (r *NetworkContinuous) Action() discrete.NetworkAction {
	var a discrete.NetworkAction
	b, s := r.BVP, r.Solution
	d := b.Field.Width
	first, last := s.Node(0), s.Node(len(s.T)-1)
	index := b.OutIndex
	if index == nil {
		for i := range d {
			index = append(index, i)
		}
	}
	for k := range b.M {
		if !math.IsInf(b.RmIn, 1) {
			for i := range d {
				e := first[b.State(k)+i] - b.In[k*d+i]
				a.In += b.RmIn / 2 * e * e
			}
		}
		for j, i := range index {
			e := last[b.State(k)+i] - b.Out[k*len(index)+j]
			a.Out += b.RmOut / 2 * e * e
		}
	}
	// Simpson's rule over the mesh intervals, of order 4 as the solution is.
	y := make([]float64, s.Dim)
	density := func(y []float64) (model, prior float64) {
		if !math.IsInf(b.Rf, 1) {
			for k := range b.M {
				for i := range d {
					p := y[b.Costate(k)+i]
					model += p * p / (2 * b.Rf)
				}
			}
		}
		if !r.Constant() {
			for i := range b.Field.Params() {
				q := y[b.Multiplier()+i]
				prior += q * q / (2 * b.LayerPrecision)
			}
		}
		return model, prior
	}
	for i := 1; i < len(s.T); i++ {
		h := s.T[i] - s.T[i-1]
		m0, w0 := density(s.Node(i - 1))
		s.Inner.Value(y, i-1, 0.5)
		m1, w1 := density(y)
		m2, w2 := density(s.Node(i))
		a.Model += h / 6 * (m0 + 4*m1 + m2)
		a.Prior += h / 6 * (w0 + 4*w1 + w2)
	}
	start := s.P
	if !r.Constant() {
		start = first[b.Weights():]
	}
	for _, w := range start {
		a.Prior += b.WeightPrecision / 2 * w * w
	}
	return a
}

// NetworkConvergence compares discrete layers of one number with the
// continuous solution.
type NetworkConvergence struct {
	Layers int

	// Rules are layers with the weights of the solution, by rule: Euler, RK2,
	// RK4. nil: they need exact layers and inputs.
	Rules []discrete.NetworkDepth

	// Weights and Action are the differences of a residual network of so many
	// layers that is trained itself; Solved tells whether it was.
	Weights, Action float64
	Solved          bool
}

// networkRules are the rules of discrete layers.
var networkRules = []discrete.NetworkRule{discrete.NetEuler, discrete.NetMidpoint, discrete.NetRK4}

// exact reports whether layers and inputs are: then discrete layers of any
// rule have a forward pass that can be compared.
func (r *NetworkContinuous) exact() bool {
	return r.Constant() && math.IsInf(r.BVP.Rf, 1) && math.IsInf(r.BVP.RmIn, 1)
}

// Convergence compares the solution with discrete layers of the numbers given:
// with its weights by three rules, and with weights of their own, trained from
// the solution's by Gauss-Newton steps. Constant weights only.
func (n *Network) Convergence(ctx context.Context, r *NetworkContinuous, layers []int) ([]NetworkConvergence, error) {
	if !r.Constant() {
		return nil, fmt.Errorf("%w: a comparison with discrete layers needs constant weights", discrete.ErrNetwork)
	}
	out := make([]NetworkConvergence, len(layers))
	if r.exact() {
		for _, rule := range networkRules {
			t, err := r.BVP.Depths(r.Solution, rule, layers)
			if err != nil {
				return nil, err
			}
			for i := range out {
				out[i].Rules = append(out[i].Rules, t[i])
			}
		}
	}
	action := r.Action().Total()
	for i := range out {
		c := &out[i]
		c.Layers = layers[i]
		fit, err := n.trainLayers(ctx, c.Layers, r.Solution.P, 1e-13)
		if fit == nil || ctx.Err() != nil {
			return nil, err
		}
		c.Solved = fit.Status == ode.Solved
		for i, w := range fit.Weights {
			c.Weights = max(c.Weights, math.Abs(w-r.Solution.P[i]))
		}
		c.Action = math.Abs(fit.Action.Total() - action)
	}
	return out, nil
}

// NetworkEquivalent is how many equal layers of a rule have states within the
// tolerance of the solution.
type NetworkEquivalent struct {
	Rule   discrete.NetworkRule
	Layers int
	Err    error
}

// Equivalent counts equal layers of each rule; nil: layers or inputs are not
// exact.
func (r *NetworkContinuous) Equivalent() []NetworkEquivalent {
	if !r.exact() {
		return nil
	}
	var out []NetworkEquivalent
	for _, rule := range networkRules {
		e := NetworkEquivalent{Rule: rule}
		e.Layers, e.Err = r.BVP.EquivalentLayers(r.Solution, rule, r.Tol)
		out = append(out, e)
	}
	return out
}

// fromExact solves the problem with exact layers and follows its solution to
// the finite Rf of the file.
func (n *Network) fromExact(ctx context.Context, o Options, train NetworkTrainOptions) (*NetworkContinuous, error) {
	r, err := n.withRf(math.Inf(1)).Continuous(ctx, "collocation", o, train)
	if err != nil {
		return nil, err
	}
	target := n.Spec.Continuous.Rf
	at, try := math.Inf(1), target
	for range 40 {
		var next *NetworkContinuous
		next, err = r.weaken(ctx, try)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			r, at = next, try
			if at == target {
				return r, nil
			}
			try = target
		case math.IsInf(at, 1):
			try *= 10
		default:
			try = math.Sqrt(at * try)
		}
	}
	return nil, fmt.Errorf("from exact layers to Rf = %g: at Rf = %.3g: %w", target, at, err)
}

// Energy returns the Hamiltonian sum_k p.F + p²/(2 Rf) + q²/(2 Rw) at the
// points of the mesh. F does not depend on the layer label, so that H is
// constant.
func (r *NetworkContinuous) Energy() ([]float64, error) {
	b, s := r.BVP, r.Solution
	_, theta := r.Weights()
	p, err := b.Problem(theta[:b.Field.Params()])
	if err != nil {
		return nil, err
	}
	h := make([]float64, len(s.T))
	f := make([]float64, s.Dim)
	for i, t := range s.T {
		y := s.Node(i)
		p.Func(f, t, y, s.P)
		for k := range b.M {
			for a := range b.Field.Width {
				c := y[b.Costate(k)+a]
				h[i] += c * f[b.State(k)+a]
				if b.Rf > 0 { // 0 stands for infinity
					h[i] -= c * c / (2 * b.Rf)
				}
			}
		}
		if !r.Constant() {
			for _, q := range y[b.Multiplier():b.Weights()] {
				h[i] += q * q / (2 * b.LayerPrecision)
			}
		}
	}
	return h, nil
}
