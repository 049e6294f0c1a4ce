package discrete

import "math"

// NetActivation is the function that a neuron applies to the weighted sum z
// of its inputs, with its derivatives. The zero value is the sigmoid.
type NetActivation struct {
	Name string

	// F is f(z), D is f'(z). D2 is f''(z), which only continuous layers
	// need. They must be safe for concurrent calls. F nil: the sigmoid.
	F, D, D2 func(z float64) float64

	kind netActivationKind // of the built-in ones, which are evaluated in bulk
}

type netActivationKind uint8

const (
	netUser netActivationKind = iota
	netSigmoid
	netTanh
	netRelu
	netSoftplus
	netIdentity
)

// The built-in activations. The sigmoid 1/(1+exp(-z)) is the papers' form
// (1+tanh(z/2))/2. The derivative of relu at 0 is taken as 0.
var (
	NetSigmoid  = NetActivation{Name: "sigmoid", F: netSigmoidF, D: netSigmoidD, D2: netSigmoidD2, kind: netSigmoid}
	NetTanh     = NetActivation{Name: "tanh", F: math.Tanh, D: netTanhD, D2: netTanhD2, kind: netTanh}
	NetRelu     = NetActivation{Name: "relu", F: netReluF, D: netReluD, D2: netZero, kind: netRelu}
	NetSoftplus = NetActivation{Name: "softplus", F: netSoftplusF, D: netSigmoidF, D2: netSigmoidD, kind: netSoftplus}
	NetIdentity = NetActivation{Name: "identity", F: netIdentityF, D: netOne, D2: netZero, kind: netIdentity}
)

// NetActivationNamed returns the built-in activation of that name.
func NetActivationNamed(name string) (NetActivation, bool) {
	for _, a := range []NetActivation{NetSigmoid, NetTanh, NetRelu, NetSoftplus, NetIdentity} {
		if a.Name == name {
			return a, true
		}
	}
	return NetActivation{}, false
}

// resolve fills in what the zero value means.
func (a NetActivation) resolve() NetActivation {
	if a.F == nil {
		return NetSigmoid
	}
	return a
}

// apply stores f(z) into f and f'(z) into d, which may be nil. f may be z.
func (a *NetActivation) apply(f, d, z []float64) {
	switch a.kind {
	case netSigmoid:
		for i, v := range z {
			y := netSigmoidF(v)
			if d != nil {
				d[i] = y * (1 - y)
			}
			f[i] = y
		}
	case netTanh:
		for i, v := range z {
			y := math.Tanh(v)
			if d != nil {
				d[i] = 1 - y*y
			}
			f[i] = y
		}
	case netIdentity:
		copy(f, z)
		for i := range d {
			d[i] = 1
		}
	default:
		for i, v := range z {
			if d != nil {
				d[i] = a.D(v)
			}
			f[i] = a.F(v)
		}
	}
}

// both returns f(z) and f'(z).
func (a *NetActivation) both(z float64) (f, d float64) {
	switch a.kind {
	case netSigmoid:
		f = netSigmoidF(z)
		return f, f * (1 - f)
	case netTanh:
		f = math.Tanh(z)
		return f, 1 - f*f
	}
	return a.F(z), a.D(z)
}

func netSigmoidF(z float64) float64 {
	// exp(-|z|) cannot overflow; both branches keep the relative accuracy of
	// the small tail.
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

func netSigmoidD(z float64) float64 {
	y := netSigmoidF(z)
	return y * (1 - y)
}

func netSigmoidD2(z float64) float64 {
	y := netSigmoidF(z)
	return y * (1 - y) * (1 - 2*y)
}

func netTanhD(z float64) float64 {
	y := math.Tanh(z)
	return 1 - y*y
}

func netTanhD2(z float64) float64 {
	y := math.Tanh(z)
	return -2 * y * (1 - y*y)
}

func netReluF(z float64) float64 { return max(z, 0) }

func netReluD(z float64) float64 {
	if z > 0 {
		return 1
	}
	return 0
}

func netSoftplusF(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
func netIdentityF(z float64) float64 { return z }
func netOne(float64) float64         { return 1 }
func netZero(float64) float64        { return 0 }
