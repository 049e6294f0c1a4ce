package discrete

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

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

// netLink says that the columns from at on of a cell's weight rows multiply
// the state of another cell.
type netLink struct{ cell, at int }

// netCell is one layer at one time: an input (set < 0), or
//
//	x = kappa x_skip + step f(Theta u) + e,   u = (states of the links, 1),
//
// where e is the defect, zero in an ordinary network.
type netCell struct {
	layer, time int
	off, width  int // place in a sample's state vector
	set         int
	u, cols     int // place and length of its input vector u
	in          []netLink
	skip        int // offset of x_skip, -1: none
	kappa, step float64
	act         NetActivation
}

// netSet is one matrix of weights, rows×cols at off of the weight vector.
type netSet struct {
	off, rows, cols int
	cells           []int // that use it
}

// netPlan is a network laid out as cells in the order of evaluation.
type netPlan struct {
	net    Network
	cells  []netCell
	sets   []netSet
	states int // length of a sample's state vector
	ulen   int // length of a sample's u
	params int // length of the weight vector
	mapped int // states that a map produces
	width  int // widest cell
}

func (n *Network) plan() (*netPlan, error) {
	bad := func(format string, a ...any) (*netPlan, error) {
		return nil, fmt.Errorf("%w: %s", ErrNetwork, fmt.Sprintf(format, a...))
	}
	N := len(n.Widths) - 1
	if N < 1 {
		return bad("%d layers, at least an input and an output are needed", len(n.Widths))
	}
	for l, w := range n.Widths {
		if w < 1 {
			return bad("layer %d has width %d", l, w)
		}
		if w != n.Widths[0] && (n.Shared || n.Kind != NetPerceptron) {
			return bad("layer %d has width %d, layer 0 has %d: shared weights, residual and relaxation layers need equal widths", l, w, n.Widths[0])
		}
	}
	if k := len(n.Activation); k > 1 && k != N {
		return bad("%d activations for %d maps", k, N)
	}
	if n.Kind < NetPerceptron || n.Kind > NetRelaxation {
		return bad("kind %d", n.Kind)
	}
	if n.Step < 0 || math.IsNaN(n.Step) || math.IsInf(n.Step, 0) || n.Times < 0 {
		return bad("step %g, times %d", n.Step, n.Times)
	}
	s := n.Step
	if s == 0 {
		s = 1
	}
	pl := &netPlan{net: *n}
	for l := 1; l <= N; l++ {
		if n.Shared && l > 1 {
			break
		}
		cols := n.Widths[l-1]
		if n.Times > 0 {
			cols += n.Widths[l]
		}
		if n.Bias {
			cols++
		}
		pl.sets = append(pl.sets, netSet{off: pl.params, rows: n.Widths[l], cols: cols})
		pl.params += cols * n.Widths[l]
	}
	for t := range max(1, n.Times) {
		for l, w := range n.Widths {
			c := netCell{layer: l, time: t, off: pl.states, width: w, set: -1, skip: -1}
			pl.states += w
			pl.width = max(pl.width, w)
			if l > 0 {
				i := len(pl.cells)
				c.set = l - 1
				if n.Shared {
					c.set = 0
				}
				c.step = 1
				c.in = append(c.in, netLink{i - 1, 0})
				if t > 0 {
					c.in = append(c.in, netLink{i - len(n.Widths), n.Widths[l-1]})
				}
				switch n.Kind {
				case NetResidual:
					c.skip, c.kappa, c.step = pl.cells[i-1].off, 1, s
				case NetRelaxation:
					c.skip, c.kappa, c.step = pl.cells[i-1].off, 1-s, s
				}
				switch len(n.Activation) {
				case 0:
					c.act = NetSigmoid
				case 1:
					c.act = n.Activation[0].resolve()
				default:
					c.act = n.Activation[l-1].resolve()
				}
				if c.act.D == nil {
					return bad("activation %q has no derivative", c.act.Name)
				}
				set := &pl.sets[c.set]
				set.cells = append(set.cells, i)
				c.cols, c.u = set.cols, pl.ulen
				pl.ulen += c.cols
				pl.mapped += w
			}
			pl.cells = append(pl.cells, c)
		}
	}
	return pl, nil
}

// cell returns the index of layer l at time t.
func (pl *netPlan) cell(l, t int) int { return t*len(pl.net.Widths) + l }

// gather stores the input vector of c, taken from the states x, into u.
func (pl *netPlan) gather(u, x []float64, c *netCell) {
	end := 0
	for _, ln := range c.in {
		from := &pl.cells[ln.cell]
		end = ln.at + copy(u[ln.at:], x[from.off:from.off+from.width])
	}
	for i := end; i < c.cols; i++ {
		u[i] = 0
	}
	if pl.net.Bias {
		u[c.cols-1] = 1
	}
}

// weighted stores z = Theta u into z.
func (pl *netPlan) weighted(z, theta, u []float64, c *netCell) {
	set := &pl.sets[c.set]
	for a := range c.width {
		o := set.off + a*set.cols
		z[a] = floats.Dot(theta[o:o+set.cols], u)
	}
}

// propagate fills the mapped states of x from its input states, with the
// defects e (nil: none, as in an ordinary network) added. u has room for the
// widest input vector.
func (pl *netPlan) propagate(x, u, theta, e []float64) {
	for i := range pl.cells {
		c := &pl.cells[i]
		if c.set < 0 {
			continue
		}
		v := u[:c.cols]
		pl.gather(v, x, c)
		xc := x[c.off : c.off+c.width]
		pl.weighted(xc, theta, v, c)
		c.act.apply(xc, nil, xc)
		if c.skip >= 0 {
			for a := range xc {
				xc[a] = c.kappa*x[c.skip+a] + c.step*xc[a]
			}
		}
		if e != nil {
			for a := range xc {
				xc[a] += e[c.off+a]
			}
		}
	}
}

// residual stores the defects x - map(x) of the mapped states into r; the
// input states' are left alone. If df is not nil the input vectors go into u
// and step*f'(z) into df; else u has room for the widest input vector.
func (pl *netPlan) residual(r, u, df, x, theta []float64) {
	for i := range pl.cells {
		c := &pl.cells[i]
		if c.set < 0 {
			continue
		}
		v := u[:c.cols]
		var d []float64
		if df != nil {
			v = u[c.u : c.u+c.cols]
			d = df[c.off : c.off+c.width]
		}
		pl.gather(v, x, c)
		rc := r[c.off : c.off+c.width]
		pl.weighted(rc, theta, v, c)
		c.act.apply(rc, d, rc)
		for a := range rc {
			m := c.step * rc[a]
			if c.skip >= 0 {
				m += c.kappa * x[c.skip+a]
			}
			rc[a] = x[c.off+a] - m
			if d != nil {
				d[a] *= c.step
			}
		}
	}
}

// adjoint adds to the covector to (states) what the covector from pulls back
// through cell c: to_below += scale (d map/d below)' from_c. to may be from.
// Input cells are skipped if inputs is false.
func (pl *netPlan) adjoint(to, from []float64, scale float64, df, theta []float64, c *netCell, inputs bool) {
	set := &pl.sets[c.set]
	fc := from[c.off : c.off+c.width]
	for _, ln := range c.in {
		below := &pl.cells[ln.cell]
		if below.set < 0 && !inputs {
			continue
		}
		tb := to[below.off : below.off+below.width]
		for a, v := range fc {
			if v != 0 {
				o := set.off + a*set.cols + ln.at
				floats.AddScaled(tb, scale*v*df[c.off+a], theta[o:o+below.width])
			}
		}
	}
	if c.skip >= 0 && (inputs || c.layer > 1) {
		floats.AddScaled(to[c.skip:c.skip+c.width], scale*c.kappa, fc)
	}
}

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

// RandomWeights draws weights for n: every weight from N(0, (gain·g)²/fan-in)
// with g = 4 for sigmoids, 1 otherwise, so that gain 1 keeps a signal's size
// at the centre of the activation; biases are -1/2 the sum of the row's
// weights for sigmoids (the state 1/2 maps to 1/2), 0 otherwise.
func (n *Network) RandomWeights(gain float64, rng *rand.Rand) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	theta := make([]float64, pl.params)
	for _, s := range pl.sets {
		sigmoid := pl.cells[s.cells[0]].act.kind == netSigmoid
		fan := s.cols
		if n.Bias {
			fan--
		}
		sd := gain / math.Sqrt(float64(fan))
		if sigmoid {
			sd *= 4
		}
		for a := range s.rows {
			row := theta[s.off+a*s.cols : s.off+(a+1)*s.cols]
			for b := range fan {
				row[b] = sd * rng.NormFloat64()
			}
			if n.Bias && sigmoid {
				row[fan] = -floats.Sum(row[:fan]) / 2
			}
		}
	}
	return theta
}

// UniformWeights draws every weight of n from U[-bound, bound], biases 0: the
// papers' choice with bound 1/width.
func (n *Network) UniformWeights(bound float64, rng *rand.Rand) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	theta := make([]float64, pl.params)
	for _, s := range pl.sets {
		for i := range s.rows * s.cols {
			if !n.Bias || i%s.cols != s.cols-1 {
				theta[s.off+i] = bound * (2*rng.Float64() - 1)
			}
		}
	}
	return theta
}

// gainWeights is RandomWeights for NetworkAnnealing.
func (n *Network) gainWeights(gain float64) func(rng *rand.Rand) []float64 {
	net := *n
	return func(rng *rand.Rand) []float64 { return net.RandomWeights(gain, rng) }
}
