package route

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"

	"costate/discrete"
	"costate/hamiltonian"
)

// LayerQuantity numbers what layers are compared in with the continuous solution.
type LayerQuantity int

const (
	LayerState   LayerQuantity = iota // root mean square over layers, pairs and neurons, relative
	LayerCostate                      // the same for the costates of back-propagation

	// LayerWeights is how far the weights are from those of the solution,
	// relative to the largest; where they are the solution's, how far they are
	// from stationary: |P W - sum p dF/dW| relative to the largest of |P W|.
	LayerWeights
	LayerAction // absolute
	LayerEnergy // largest change of a pair's H through the layers, relative to the largest |H|
	LayerQuantities
)

func (q LayerQuantity) String() string {
	return [...]string{"x", "p", "weights", "action", "H"}[q]
}

// LayerRow is one number of layers.
type LayerRow struct {
	Layers int
	Step   float64
	Action float64

	Errors, Orders [LayerQuantities]float64
	Judgement      [LayerQuantities]discrete.Judgement
}

// LayerStudy are networks of more and more layers beside the continuous solution.
type LayerStudy struct {
	Name   string
	Theory int // order
	Rows   []LayerRow
}

// add judges a row with the errors of the solution that it is compared with.
func (s *LayerStudy) add(row LayerRow, uncertainty [LayerQuantities]float64) {
	s.Rows = append(s.Rows, row)
	k := len(s.Rows) - 1
	// An error as large as the solution stays so for some rows, with an order
	// of about zero.
	const small = 0.25
	near := row.Errors[LayerState] < small && row.Errors[LayerCostate] < small
	for q := range LayerQuantity(LayerQuantities) {
		var steps, errs []float64
		for _, r := range s.Rows {
			steps, errs = append(steps, r.Step), append(errs, r.Errors[q])
		}
		s.Rows[k].Orders[q], s.Rows[k].Judgement[q] = discrete.JudgeOrder(steps, errs, uncertainty[q], near)
	}
}

// exhausted reports whether the last row can not be improved.
func (s *LayerStudy) exhausted() bool {
	for _, j := range s.Rows[len(s.Rows)-1].Judgement {
		if j != discrete.Rounding {
			return false
		}
	}
	return true
}

// Certificate judges the orders in the finest rows where they can be judged.
func (s *LayerStudy) Certificate() hamiltonian.Certificate {
	name := "order, " + s.Name
	short := math.Inf(-1)
	var seen, open []string
	for q := range LayerQuantity(LayerQuantities) {
		last := discrete.Unjudged
		for _, r := range s.Rows {
			if r.Judgement[q] == discrete.Judged {
				last = discrete.Judged
			} else if last != discrete.Judged {
				last = r.Judgement[q]
			}
		}
		if last != discrete.Judged {
			if last != discrete.Unjudged {
				open = append(open, fmt.Sprintf("%s: %s", q, last))
			}
			continue
		}
		for k := len(s.Rows) - 1; k >= 0; k-- {
			if r := &s.Rows[k]; r.Judgement[q] == discrete.Judged {
				short = max(short, float64(s.Theory)-r.Orders[q])
				seen = append(seen, fmt.Sprintf("%s %.2f", q, r.Orders[q]))
				break
			}
		}
	}
	// Errors that grow while the layers do never become asymptotic.
	if k := len(s.Rows) - 1; k >= 2 {
		for _, q := range []LayerQuantity{LayerState, LayerCostate} {
			if a, b := s.Rows[0].Errors[q], s.Rows[k].Errors[q]; b > a && s.Rows[k].Judgement[q] != discrete.Rounding || !(b < math.Inf(1)) {
				return hamiltonian.Certificate{Name: name, Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail,
					Note: fmt.Sprintf("does not converge: the error of %s goes from %.2g to %.2g while the layers grow from %d to %d", q, a, b, s.Rows[0].Layers, s.Rows[k].Layers)}
			}
		}
	}
	if len(seen) == 0 {
		if len(open) == 0 {
			open = []string{"too few rows"}
		}
		return hamiltonian.Unjudged(name, math.NaN(), "%s", strings.Join(open, ", "))
	}
	note := fmt.Sprintf("observed %s, theory %d", strings.Join(seen, ", "), s.Theory)
	if len(open) > 0 {
		note += "; " + strings.Join(open, ", ")
	}
	return hamiltonian.Within(name, max(short, 0), discrete.OrderTolerance, "%s", note)
}

// layerPaths is the continuous solution at the boundaries of n layers: states and
// costates, M×(n+1)×Width.
func (r *NetworkContinuous) layerPaths(n int) (x, p []float64) {
	d, m := r.BVP.Field.Width, r.BVP.M
	x, p = make([]float64, m*(n+1)*d), make([]float64, m*(n+1)*d)
	y := make([]float64, r.Solution.Dim)
	for l := range n + 1 {
		r.Solution.Left(y, r.BVP.Field.End*float64(l)/float64(n))
		for k := range m {
			at := (k*(n+1) + l) * d
			copy(x[at:at+d], y[r.BVP.State(k):])
			copy(p[at:at+d], y[r.BVP.Costate(k):])
		}
	}
	return x, p
}

// uncertainty is how well the solution that layers are compared with is known, in
// the units of LayerRow.Errors.
func (r *NetworkContinuous) uncertainty() (e [LayerQuantities]float64) {
	s := r.Solution
	d := r.BVP.Field.Width
	x, p := r.layerPaths(flowIntervals)
	size := func(v []float64) float64 { return positive(floats.Norm(v, 2) / math.Sqrt(float64(len(v)))) }
	sx, sp := size(x), size(p)
	for i, v := range s.Error {
		switch {
		case i >= r.BVP.Multiplier():
		case i/d%2 == 0:
			e[LayerState] = max(e[LayerState], v/sx)
		default:
			e[LayerCostate] = max(e[LayerCostate], v/sp)
		}
	}
	w := 0.0
	for i, v := range s.ParamError {
		e[LayerWeights] = max(e[LayerWeights], v)
		w = max(w, math.Abs(s.P[i]))
	}
	e[LayerWeights] /= positive(w)
	for q := range e {
		e[q] = max(e[q], 1e-14)
	}
	// States and costates are those of the solution's own weights, whatever
	// these are worth; the gradient by the weights is of the size of both.
	e[LayerEnergy] = e[LayerState] + e[LayerCostate]
	e[LayerWeights] = max(e[LayerWeights], e[LayerEnergy])
	e[LayerAction] = math.Abs(r.Action().Total()) * e[LayerEnergy]
	return e
}

// relative is the root mean square of a - b by that of b.
func relative(a, b []float64) float64 {
	var s, t float64
	for i, v := range b {
		s += (a[i] - v) * (a[i] - v)
		t += v * v
	}
	return math.Sqrt(s / positive(t))
}

// drift is the largest change of a pair's H through n layers, relative to the
// largest |H|.
func (r *NetworkContinuous) drift(theta, x, p []float64, n int) float64 {
	b, err := r.BVP.Problem(theta)
	if err != nil {
		return math.NaN()
	}
	d, m := r.BVP.Field.Width, r.BVP.M
	h := make([]float64, m)
	var scale float64
	lo, hi := make([]float64, m), make([]float64, m)
	y, f := make([]float64, r.Solution.Dim), make([]float64, r.Solution.Dim)
	for l := range n + 1 {
		for k := range m {
			at := (k*(n+1) + l) * d
			copy(y[r.BVP.State(k):], x[at:at+d])
			copy(y[r.BVP.Costate(k):], p[at:at+d])
		}
		b.Func(f, 0, y, theta)
		for k := range m {
			h[k] = 0
			for a := range d {
				v := y[r.BVP.Costate(k)+a]
				h[k] += v * f[r.BVP.State(k)+a]
				if !r.strong() {
					h[k] -= v * v / (2 * r.BVP.Rf)
				}
			}
			scale = max(scale, math.Abs(h[k]))
			if l == 0 {
				lo[k], hi[k] = h[k], h[k]
			}
			lo[k], hi[k] = min(lo[k], h[k]), max(hi[k], h[k])
		}
	}
	worst := 0.0
	for k := range m {
		worst = max(worst, hi[k]-lo[k])
	}
	return worst / positive(scale)
}

// strong reports whether the layers are exact.
func (r *NetworkContinuous) strong() bool { return r.BVP.Rf == 0 || math.IsInf(r.BVP.Rf, 1) }

// backward is back-propagation through layers; tests damage it.
type backward func(f *discrete.NetworkField, p, dtheta []float64, rule discrete.NetworkRule, layers int, theta, x []float64) error

// propagate runs the inputs of the solution through layers of a rule with the
// solution's weights, and the output's errors back: forward propagation and
// back-propagation, no equation being solved.
func (c *networkChecker) propagate(rule discrete.NetworkRule) error {
	r := c.Continuous
	f, theta := r.Weights()
	d, m := f.Width, r.BVP.M
	s := &LayerStudy{Name: rule.String(), Theory: rule.Order()}
	c.Studies = append(c.Studies, s)
	unsure := r.uncertainty()
	a := r.Action()
	first := r.Solution.Node(0)
	in := make([]float64, 0, m*d)
	for k := range m {
		in = append(in, first[r.BVP.State(k):r.BVP.State(k)+d]...)
	}
	for n := c.First; n <= c.Last; n *= 2 {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		x, p := make([]float64, m*(n+1)*d), make([]float64, m*(n+1)*d)
		if err := f.Forward(x, rule, n, theta, in); err != nil {
			return err
		}
		end := make([]float64, len(p))
		out := r.lastCostates(end, x, n)
		copy(p, end)
		grad := make([]float64, len(theta))
		if err := c.backward(&f, p, grad, rule, n, theta, x); err != nil {
			return err
		}
		if n == c.First {
			pairs := pairTangents(newFieldTangent(f, rule, n), m, x, p, end, nil, theta, grad)
			c.pairing(rule.String(), pairs, n)
		}
		wx, wp := r.layerPaths(n)
		row := LayerRow{Layers: n, Step: f.End / float64(n), Action: out + a.In + a.Prior}
		row.Errors[LayerState], row.Errors[LayerCostate] = relative(x, wx), relative(p, wp)
		var g, size float64
		for i, w := range theta {
			size = max(size, math.Abs(r.BVP.WeightPrecision*w))
			g = max(g, math.Abs(grad[i]+r.BVP.WeightPrecision*w))
		}
		row.Errors[LayerWeights] = g / positive(size)
		row.Errors[LayerAction] = math.Abs(row.Action - a.Total())
		row.Errors[LayerEnergy] = r.drift(theta, x, p, n)
		// The derivative by the weights and H are sums over the layers in which
		// an error of the costates counts as often as it does in theirs.
		u := unsure
		for _, q := range []LayerQuantity{LayerWeights, LayerEnergy} {
			u[q] = max(u[q], u[LayerCostate]*row.Errors[q]/positive(row.Errors[LayerCostate]))
		}
		if s.add(row, u); s.exhausted() {
			break
		}
	}
	c.certify(s.Certificate())
	return nil
}

// pairing certifies p = -delta.
func (c *networkChecker) pairing(name string, p pairing, layers int) {
	// Every layer adds a rounding or two of its own.
	bound := 1e-15 * float64(10+layers)
	c.certify(
		hamiltonian.Within("p = -delta, "+name, p.costates, bound, "costates of back-propagation against forward derivatives of the cost by the states, %d layers", layers),
		hamiltonian.Within("dA/dW = - sum p dF/dW, "+name, p.weights, bound, "against forward derivatives of the cost by the weights, %d layers", layers))
}

// lastCostates stores -Rm (x - y) of the last of n layers into end and returns the
// measurement error of the outputs.
func (r *NetworkContinuous) lastCostates(end, x []float64, n int) (sum float64) {
	b := r.BVP
	d := b.Field.Width
	index := b.OutIndex
	if index == nil {
		index = indices(d)
	}
	for k := range b.M {
		at := (k*(n+1) + n) * d
		for j, i := range index {
			e := x[at+i] - b.Out[k*len(index)+j]
			end[at+i] = -b.RmOut * e
			sum += b.RmOut / 2 * e * e
		}
	}
	return sum
}

// trainedShare is what part of the layers that only propagate are trained:
// training is dearer by as much.
const trainedShare = 4

// ownWeights trains residual networks of more and more layers, Euler's rule of
// the continuous ones, which find weights of their own.
func (c *networkChecker) ownWeights() error {
	r, n := c.Continuous, c.Network
	s := &LayerStudy{Name: "Euler, trained", Theory: 1}
	c.Own = s
	unsure := r.uncertainty()
	action := r.Action().Total()
	theta := r.Solution.P
	var weights [][]float64
	var actions []float64
	last := max(c.First, c.Last/trainedShare)
	for layers := c.First; layers <= last; layers *= 2 {
		p, rf := n.layersProblem(layers)
		fit, err := polish(c.ctx, p, rf, &discrete.NetworkFit{Weights: theta})
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if err != nil {
			c.certify(hamiltonian.Unjudged("trained layers", math.NaN(), "%d layers: %v", layers, err))
			break
		}
		costates := make([]float64, len(fit.Paths))
		if err := p.Costates(costates, nil, fit.Weights, fit.Paths); err != nil {
			return err
		}
		x, want := r.layerPaths(layers)
		row := LayerRow{Layers: layers, Step: p.Network.Step, Action: fit.Action.Total()}
		row.Errors[LayerState] = relative(fit.Paths, x)
		kickInputs(r.BVP, costates, fit.Paths, layers)
		row.Errors[LayerCostate] = relative(costates, want)
		var size float64
		for i, w := range theta {
			size = max(size, math.Abs(w))
			row.Errors[LayerWeights] = max(row.Errors[LayerWeights], math.Abs(fit.Weights[i]-w))
		}
		row.Errors[LayerWeights] /= positive(size)
		row.Errors[LayerAction] = math.Abs(row.Action - action)
		row.Errors[LayerEnergy] = r.drift(fit.Weights, fit.Paths, costates, layers)
		s.add(row, unsure)
		weights, actions = append(weights, fit.Weights), append(actions, row.Action)
		if 2*layers > last {
			off, err := stationarity(p, fit)
			if err != nil {
				return err
			}
			c.certify(hamiltonian.Within("stationarity of the trained weights", off, stationaryBound,
				"P W - sum over layers and pairs of p df/dW, relative to its largest part, %d layers", layers))
		}
	}
	c.certify(s.Certificate())
	if s.Certificate().Verdict == hamiltonian.Pass && len(actions) > 2 {
		c.agreeLayers(weights, actions, unsure)
	}
	return nil
}

// agreeLayers compares the trained layers, extrapolated to layers of no length,
// with the solution.
func (c *networkChecker) agreeLayers(weights [][]float64, actions []float64, unsure [LayerQuantities]float64) {
	r := c.Continuous
	size := 0.0
	for _, w := range r.Solution.P {
		size = max(size, math.Abs(w))
	}
	worst, estimate := 0.0, 0.0
	for i, w := range r.Solution.P {
		var v []float64
		for _, t := range weights {
			v = append(v, t[i])
		}
		limit, e := extrapolate(v)
		worst, estimate = max(worst, math.Abs(limit-w)/positive(size)), max(estimate, e/positive(size))
	}
	limit, e := extrapolate(actions)
	const route = "trained layers"
	c.Agreement = append(c.Agreement,
		Agreement{"weights", [2]string{"collocation", route}, worst, estimate + unsure[LayerWeights]},
		Agreement{"action", [2]string{"collocation", route}, math.Abs(limit - r.Action().Total()), e + unsure[LayerAction]})
}

// extrapolate is Richardson's limit of a sequence of order one with all powers at
// halved steps, of its last three values, and what the second power changed.
func extrapolate(v []float64) (limit, estimate float64) {
	a, b, c := v[len(v)-3], v[len(v)-2], v[len(v)-1]
	first, second := 2*b-a, 2*c-b
	limit = second + (second-first)/3
	return limit, math.Abs(limit - second)
}
