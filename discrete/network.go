package discrete

import "errors"

// NetworkKind is the form of a layer, with z = W x_n + U x' + b.
type NetworkKind int

const (
	NetPerceptron NetworkKind = iota // x_{n+1} = f(z)
	NetResidual                      // x_{n+1} = x_n + s f(z)
	NetRelaxation                    // x_{n+1} = x_n + s (f(z) - x_n)
)

var netKindNames = [...]string{"perceptron", "residual", "relaxation"}

func (k NetworkKind) String() string {
	if k < 0 || int(k) >= len(netKindNames) {
		return "unknown kind"
	}
	return netKindNames[k]
}

// ContinuousLimit reports whether a network of this kind, its layers doubled
// and its step halved, tends to a differential equation: residual layers to
// x' = f(z), relaxation layers to x' = f(z) - x. A perceptron layer has no
// step and no limit; it is the relaxation layer of step one.
func (k NetworkKind) ContinuousLimit() bool { return k != NetPerceptron }

// ErrNetwork is wrapped by every error about a network or a network problem
// that cannot be used as given.
var ErrNetwork = errors.New("invalid network")

// Network is a layered network: len(Widths)-1 maps between layers.
//
// Its weights are one vector: map after map (one map if Shared), row-major,
// row a of a map holding the weights of neuron a from the layer below, then,
// if recurrent, from its own layer at the time before, then its bias.
type Network struct {
	// Widths of the layers 0 (the input) to N (the output), N at least 1.
	Widths []int

	// Activation of the maps: one for all of them, or one for each.
	// nil: the sigmoid.
	Activation []NetActivation

	Kind   NetworkKind // [NetPerceptron]
	Step   float64     // s of residual and relaxation layers [1]
	Bias   bool        // biases are weights too [false, as in the papers]
	Shared bool        // all maps have the same weights; all widths are then equal

	// Times unrolls a recurrent network over the times 0 to Times-1:
	//
	//	x(l, t) = f(W_l x(l-1, t) + U_l x(l, t-1) + b_l),  x(l, -1) = 0,
	//
	// with an input and an output at every time. 0: no recurrence.
	Times int
}

// Layers returns the number of maps.
func (n *Network) Layers() int { return len(n.Widths) - 1 }

// Params returns the number of weights, 0 for an invalid network.
func (n *Network) Params() int {
	pl, err := n.plan()
	if err != nil {
		return 0
	}
	return pl.params
}

// Predict runs the network: in is pairs×(Widths[0]·max(1, Times)), each row
// the inputs of one pair, time after time; the result has the outputs in the
// same way. It panics if the network is invalid or a length is wrong.
func (n *Network) Predict(theta, in []float64) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	N, T := n.Layers(), max(1, n.Times)
	w, v := n.Widths[0], n.Widths[N]
	if len(theta) != pl.params || len(in)%(w*T) != 0 {
		panic("discrete: length of weights or inputs does not fit the network")
	}
	m := len(in) / (w * T)
	out := make([]float64, 0, m*v*T)
	x, u := make([]float64, pl.states), make([]float64, pl.ulen)
	for k := range m {
		for t := range T {
			copy(x[pl.cells[pl.cell(0, t)].off:], in[(k*T+t)*w:(k*T+t+1)*w])
		}
		pl.propagate(x, u, theta, nil)
		for t := range T {
			c := &pl.cells[pl.cell(N, t)]
			out = append(out, x[c.off:c.off+v]...)
		}
	}
	return out
}
