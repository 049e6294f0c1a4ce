package route

import (
	"math"
	"math/rand/v2"

	"costate/discrete"
)

// Back-propagation against forward derivatives. A perturbation e of the states of
// one layer changes the cost by the sum of p e there, if p = -delta is what
// back-propagation says; the same perturbation carried forward to the measured
// layers changes it by the sum of p dx of these. The first goes through the layers
// backwards, the second forwards, so that they agree to rounding or one is wrong.

// layeredTangent is a network as the forward derivative needs it. Everything is of
// one pair; states stand layer after layer.
type layeredTangent interface {
	// layers returns where the states of each layer begin, and where the last end.
	layers() []int

	// tangent stores into dx the change of the path x when the weights change by
	// dtheta (nil: not) and every state besides by e (nil: not).
	tangent(dx, x, theta, e, dtheta []float64)
}

// pairing are the results of one comparison.
type pairing struct {
	costates float64 // largest relative difference, over the layers
	weights  float64 // relative difference of the derivative by the weights
}

// pairTangents compares costates p (M×states) and the derivative dtheta of the cost
// without the prior with forward derivatives. end are the costates that the
// measurements alone give to every state (M×states), -Rm (x - y); unit is how large
// the parts are that they are differences of, which their rounding is relative to
// (nil: as large as they are).
func pairTangents(t layeredTangent, m int, x, p, end, unit, theta, dtheta []float64) pairing {
	if unit == nil {
		unit = end
	}
	at := t.layers()
	n := at[len(at)-1]
	rng := rand.New(rand.NewPCG(1, 2))
	e, dx, dw := make([]float64, n), make([]float64, n), make([]float64, len(theta))
	dot := func(a, b []float64) (sum, abs float64) {
		for i, v := range a {
			sum += v * b[i]
			abs += math.Abs(v * b[i])
		}
		return sum, abs
	}
	var r pairing
	pairs := min(m, 8) // a wrong formula is wrong for any pair
	for l := range len(at) - 1 {
		for k := range pairs {
			clear(e)
			for i := at[l]; i < at[l+1]; i++ {
				e[i] = rng.NormFloat64()
			}
			t.tangent(dx, x[k*n:(k+1)*n], theta, e, nil)
			forward, _ := dot(end[k*n:(k+1)*n], dx)
			_, size := dot(unit[k*n:(k+1)*n], dx)
			back, abs := dot(p[k*n:(k+1)*n], e)
			if size = max(size, abs); size > math.SmallestNonzeroFloat64/0x1p-52 {
				r.costates = max(r.costates, math.Abs(forward-back)/size)
			}
		}
	}
	for i := range dw {
		dw[i] = rng.NormFloat64()
	}
	var forward, size float64
	for k := range m {
		t.tangent(dx, x[k*n:(k+1)*n], theta, nil, dw)
		s, _ := dot(end[k*n:(k+1)*n], dx)
		_, abs := dot(unit[k*n:(k+1)*n], dx)
		forward, size = forward-s, size+abs
	}
	back, abs := dot(dtheta, dw)
	if size = max(size, abs); size > 0 {
		r.weights = math.Abs(forward-back) / size
	}
	return r
}

// networkTangent is a network of discrete layers, by the definition of its layers.
type networkTangent struct {
	net    discrete.Network
	offset []int // of the cells: time after time, layer after layer; then the end
}

func newNetworkTangent(net discrete.Network) *networkTangent {
	t := &networkTangent{net: net}
	t.net.Activation = nil
	for _, f := range net.Activation {
		t.net.Activation = append(t.net.Activation, activation(f))
	}
	if len(net.Activation) == 0 {
		t.net.Activation = []discrete.NetActivation{discrete.NetSigmoid}
	}
	o := 0
	for range max(1, net.Times) {
		for _, w := range net.Widths {
			t.offset = append(t.offset, o)
			o += w
		}
	}
	t.offset = append(t.offset, o)
	return t
}

// activation fills in what the zero value means.
func activation(f discrete.NetActivation) discrete.NetActivation {
	if f.F == nil {
		return discrete.NetSigmoid
	}
	return f
}

func (t *networkTangent) layers() []int { return t.offset }

func (t *networkTangent) tangent(dx, x, theta, e, dtheta []float64) {
	n := &t.net
	s := n.Step
	if s == 0 {
		s = 1
	}
	copy(dx, e)
	if e == nil {
		clear(dx)
	}
	depth := len(n.Widths)
	for time := range max(1, n.Times) {
		w := 0 // place in theta
		for l := 1; l < depth; l++ {
			if n.Shared {
				w = 0
			}
			f := &n.Activation[min(l-1, len(n.Activation)-1)]
			below, here := t.offset[time*depth+l-1], t.offset[time*depth+l]
			before := -1 // the same layer at the time before
			if time > 0 {
				before = t.offset[(time-1)*depth+l]
			}
			for a := range n.Widths[l] {
				var z, dz float64
				term := func(v, dv float64) {
					z += theta[w] * v
					dz += theta[w] * dv
					if dtheta != nil {
						dz += dtheta[w] * v
					}
					w++
				}
				for i := range n.Widths[l-1] {
					term(x[below+i], dx[below+i])
				}
				if n.Times > 0 {
					for i := range n.Widths[l] {
						if before < 0 {
							w++
							continue
						}
						term(x[before+i], dx[before+i])
					}
				}
				if n.Bias {
					term(1, 0)
				}
				d := f.D(z) * dz
				switch n.Kind {
				case discrete.NetResidual:
					d = dx[below+a] + s*d
				case discrete.NetRelaxation:
					d = dx[below+a] + s*(d-dx[below+a])
				}
				dx[here+a] += d
			}
		}
	}
}

// fieldTangent are layers that a rule makes of a continuous-layer network with
// constant weights.
type fieldTangent struct {
	field discrete.NetworkField
	nodes []float64 // of the rule's stages; each sees the one before only
	b     []float64 // its weights
	n     int       // layers
}

// newFieldTangent knows the rules by their tables: Euler, Runge's midpoint rule and
// the classical rule of four stages.
func newFieldTangent(f discrete.NetworkField, rule discrete.NetworkRule, n int) *fieldTangent {
	t := &fieldTangent{field: f, n: n}
	t.field.Activation = activation(f.Activation)
	switch rule {
	case discrete.NetEuler:
		t.nodes, t.b = []float64{0}, []float64{1}
	case discrete.NetMidpoint:
		t.nodes, t.b = []float64{0, 0.5}, []float64{0, 1}
	default:
		t.nodes, t.b = []float64{0, 0.5, 0.5, 1}, []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}
	}
	return t
}

func (t *fieldTangent) layers() []int {
	var at []int
	for l := range t.n + 2 {
		at = append(at, l*t.field.Width)
	}
	return at
}

func (t *fieldTangent) tangent(dx, x, theta, e, dtheta []float64) {
	d := t.field.Width
	h := t.field.End / float64(t.n)
	copy(dx, e)
	if e == nil {
		clear(dx)
	}
	at, dat := make([]float64, d), make([]float64, d)
	rate, drate := make([]float64, d), make([]float64, d)
	for n := range t.n {
		from, dfrom := x[n*d:(n+1)*d], dx[n*d:(n+1)*d]
		to := dx[(n+1)*d : (n+2)*d]
		for i, v := range dfrom {
			to[i] += v
		}
		for s, c := range t.nodes {
			for i := range d {
				at[i], dat[i] = from[i]+h*c*rate[i], dfrom[i]+h*c*drate[i]
			}
			t.rate(rate, drate, at, dat, theta, dtheta)
			for i, v := range drate {
				to[i] += h * t.b[s] * v
			}
		}
	}
}

// rate stores F and its change.
func (t *fieldTangent) rate(rate, drate, x, dx, theta, dtheta []float64) {
	f := &t.field
	w := 0
	for a := range f.Width {
		var z, dz float64
		for i := range f.Width {
			z += theta[w] * x[i]
			dz += theta[w] * dx[i]
			if dtheta != nil {
				dz += dtheta[w] * x[i]
			}
			w++
		}
		if f.Bias {
			z += theta[w]
			if dtheta != nil {
				dz += dtheta[w]
			}
			w++
		}
		rate[a], drate[a] = f.Activation.F(z), f.Activation.D(z)*dz
		if f.Kind == discrete.NetRelaxation {
			rate[a] -= x[a]
			drate[a] -= dx[a]
		}
	}
}
