package discrete

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

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
