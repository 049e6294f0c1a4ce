package discrete

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// NetworkRule is an explicit Runge-Kutta rule that turns a NetworkField into
// discrete layers.
type NetworkRule int

const (
	NetEuler    NetworkRule = iota // x + h F(x): the residual network, order 1
	NetMidpoint                    // Runge's rule, order 2
	NetRK4                         // the classical rule, order 4
)

var netRules = [...]struct {
	name  string
	order int
	a     []float64 // a[i] is the coefficient of stage i on stage i-1
	b     []float64
}{
	{"Euler", 1, []float64{0}, []float64{1}},
	{"RK2", 2, []float64{0, 0.5}, []float64{0, 1}},
	{"RK4", 4, []float64{0, 0.5, 0.5, 1}, []float64{1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}},
}

func (r NetworkRule) String() string {
	if r < 0 || int(r) >= len(netRules) {
		return "unknown rule"
	}
	return netRules[r].name
}

// Order is the order of the rule, of states and of back-propagated costates.
func (r NetworkRule) Order() int { return netRules[r].order }

// Forward stores the layers of pair after pair, x_0 to x_layers, into x
// (M×(layers+1)×Width), from the inputs in (M×Width).
func (f *NetworkField) Forward(x []float64, rule NetworkRule, layers int, theta, in []float64) error {
	g, err := f.resolve()
	if err != nil {
		return err
	}
	w := g.Width
	m := len(in) / w
	if len(theta) != g.Params() || len(in) != m*w || len(x) != m*(layers+1)*w || layers < 1 {
		return fmt.Errorf("%w: continuous layers: %d weights, %d inputs, room for %d states", ErrNetwork, len(theta), len(in), len(x))
	}
	ws := newNetStages(&g, rule)
	for k := range m {
		path := x[k*(layers+1)*w : (k+1)*(layers+1)*w]
		copy(path, in[k*w:(k+1)*w])
		for n := range layers {
			ws.forward(path[(n+1)*w:(n+2)*w], path[n*w:(n+1)*w], float64(n)*g.End/float64(layers), g.End/float64(layers), theta)
		}
	}
	return nil
}

// Backward is back-propagation through the layers x of Forward: the exact
// derivative of the rule. p (M×(layers+1)×Width) holds the costates at the
// last layer, -Rm (x - y), of every pair, and receives the others, p = -delta.
// dtheta (nil: not wanted) receives the derivative of the cost with respect
// to the weights.
func (f *NetworkField) Backward(p, dtheta []float64, rule NetworkRule, layers int, theta, x []float64) error {
	g, err := f.resolve()
	if err != nil {
		return err
	}
	w := g.Width
	m := len(x) / ((layers + 1) * w)
	if len(theta) != g.Params() || len(p) != len(x) || len(x) != m*(layers+1)*w || dtheta != nil && len(dtheta) != len(theta) {
		return fmt.Errorf("%w: continuous layers: %d weights, %d states, %d costates", ErrNetwork, len(theta), len(x), len(p))
	}
	clear(dtheta)
	ws := newNetStages(&g, rule)
	for k := range m {
		path, cost := x[k*(layers+1)*w:(k+1)*(layers+1)*w], p[k*(layers+1)*w:(k+1)*(layers+1)*w]
		for n := layers - 1; n >= 0; n-- {
			ws.backward(cost[n*w:(n+1)*w], dtheta, cost[(n+1)*w:(n+2)*w], path[n*w:(n+1)*w], float64(n)*g.End/float64(layers), g.End/float64(layers), theta)
		}
	}
	return nil
}

// netStages does one layer of a rule.
type netStages struct {
	f    *NetworkField
	rule NetworkRule
	x, k [][]float64 // stages: arguments and rates
	c    []float64   // nodes
	l    []float64   // costate of a stage's rate
	lx   []float64
	z, d []float64
}

func newNetStages(f *NetworkField, rule NetworkRule) *netStages {
	r := &netRules[rule]
	s := &netStages{f: f, rule: rule, l: make([]float64, f.Width), lx: make([]float64, f.Width), z: make([]float64, f.Width), d: make([]float64, f.Width)}
	for i := range r.b {
		s.x = append(s.x, make([]float64, f.Width))
		s.k = append(s.k, make([]float64, f.Width))
		s.c = append(s.c, r.a[i]) // explicit with one coefficient each: the node is it
	}
	return s
}

func (s *netStages) forward(next, x []float64, t, h float64, theta []float64) {
	r := &netRules[s.rule]
	copy(next, x)
	for i := range r.b {
		copy(s.x[i], x)
		if i > 0 {
			floats.AddScaled(s.x[i], h*r.a[i], s.k[i-1])
		}
		s.f.rate(s.k[i], t+s.c[i]*h, s.x[i], theta)
		floats.AddScaled(next, h*r.b[i], s.k[i])
	}
}

// backward stores the costate before the layer into p, that after it being
// next, and adds -next' d(layer)/dtheta to dtheta.
func (s *netStages) backward(p, dtheta, next, x []float64, t, h float64, theta []float64) {
	r := &netRules[s.rule]
	for i := range r.b {
		copy(s.x[i], x)
		if i > 0 {
			floats.AddScaled(s.x[i], h*r.a[i], s.k[i-1])
		}
		s.f.rate(s.k[i], t+s.c[i]*h, s.x[i], theta)
	}
	copy(p, next)
	clear(s.lx)
	for i := len(r.b) - 1; i >= 0; i-- {
		// The rate k_i enters x_{n+1} with h b_i and stage i+1 with h a_{i+1}.
		copy(s.l, next)
		floats.Scale(h*r.b[i], s.l)
		if i+1 < len(r.b) {
			floats.AddScaled(s.l, h*r.a[i+1], s.lx)
		}
		clear(s.lx)
		// lx is the costate of the stage's argument.
		s.f.pullback(s.lx, dtheta, t+s.c[i]*h, s.x[i], theta, s.l, s.z, s.d)
		floats.Add(p, s.lx)
	}
}
