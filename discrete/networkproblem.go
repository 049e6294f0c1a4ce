package discrete

import (
	"fmt"
	"math"
)

// NetworkLoss is the measurement term of the observed output layer.
type NetworkLoss int

const (
	// NetGaussian is Rm/2 |x - y|².
	NetGaussian NetworkLoss = iota

	// NetCrossEntropy is -sum y log softmax(x), the output layer's states
	// being the logits and y the class frequencies (one-hot). It needs exact
	// inputs and the strong constraint (Rf infinite).
	NetCrossEntropy
)

// NetworkObservation is data about one layer of every pair.
type NetworkObservation struct {
	Layer int   // 0: the input, Widths' last: the output
	Time  int   // of a recurrent network [0]
	Index []int // observed components. nil: all of them

	Values []float64 // Pairs×len(Index)

	// Rm is the precision (inverse variance) of the values: one number, or
	// one for each component. +Inf holds an input component at its value and
	// is for layer 0 only. nil: 1.
	Rm []float64
}

// NetworkProblem is the estimation of a network's weights and of every
// pair's path through the layers from data at some of the layers:
//
//	A = sum_k { sum_obs Rm/2 |x^k - y^k|² + sum_n Rf_n/2 |x^k_{n+1} - f_n(x^k_n, W_n)|² }
//	    + P/2 |W - Wb|²
//
// the pairs being coupled through the weights only. Hidden layers are
// unknowns, and so are inputs: tied to their data by Rm, held at it (Rm
// infinite) or, where not observed, free.
type NetworkProblem struct {
	Network      Network
	Pairs        int
	Observations []NetworkObservation
	Loss         NetworkLoss

	// RfScale multiplies Rf for each map. nil: ones.
	RfScale []float64

	// WeightPrecision is P of the prior on all weights, biases included [0],
	// WeightMean is Wb (nil: zeros).
	WeightPrecision float64
	WeightMean      []float64
}

// NetworkPairs returns the problem of M input/output pairs, all components
// observed, with precision rm at both ends (+Inf in rmIn: exact inputs).
// in is M×Widths[0], out M×Widths[N].
func NetworkPairs(net Network, in, out []float64, rmIn, rmOut float64) *NetworkProblem {
	return &NetworkProblem{
		Network: net,
		Pairs:   len(in) / net.Widths[0],
		Observations: []NetworkObservation{
			{Layer: 0, Values: in, Rm: []float64{rmIn}},
			{Layer: net.Layers(), Values: out, Rm: []float64{rmOut}},
		},
	}
}

// netProblem is a checked problem. The root of a state is what drives it:
// its prior (input states) or its defect (mapped states), with its precision.
type netProblem struct {
	*netPlan
	src    *NetworkProblem
	m      int       // pairs
	root   []float64 // states: Rm of an input (0: free, +Inf: exact), RfScale of a mapped state
	target []float64 // m×states: the inputs' data
	obs    []int     // observed mapped states
	rm     []float64 // their precisions
	value  []float64 // m×len(obs)
	exact  bool      // all inputs are exact
	free   int       // free input components of a pair
	inputs int       // observed, inexact input components of a pair
	meanRm float64   // of the observed mapped states
}

func (p *NetworkProblem) compile() (*netProblem, error) {
	pl, err := p.Network.plan()
	if err != nil {
		return nil, err
	}
	bad := func(format string, a ...any) (*netProblem, error) {
		return nil, fmt.Errorf("%w: %s", ErrNetwork, fmt.Sprintf(format, a...))
	}
	if p.Pairs < 1 {
		return bad("%d pairs", p.Pairs)
	}
	if p.RfScale != nil && len(p.RfScale) != p.Network.Layers() {
		return bad("%d entries of RfScale for %d maps", len(p.RfScale), p.Network.Layers())
	}
	if p.WeightMean != nil && len(p.WeightMean) != pl.params {
		return bad("%d prior means for %d weights", len(p.WeightMean), pl.params)
	}
	if !(p.WeightPrecision >= 0) || math.IsInf(p.WeightPrecision, 0) {
		return bad("weight precision %g", p.WeightPrecision)
	}
	q := &netProblem{netPlan: pl, src: p, m: p.Pairs,
		root: make([]float64, pl.states), target: make([]float64, p.Pairs*pl.states)}
	for i := range pl.cells {
		c := &pl.cells[i]
		if c.set < 0 {
			continue
		}
		s := 1.0
		if p.RfScale != nil {
			s = p.RfScale[c.layer-1]
		}
		if !(s > 0) || math.IsInf(s, 0) {
			return bad("RfScale[%d] = %g", c.layer-1, s)
		}
		for a := range c.width {
			q.root[c.off+a] = s
		}
	}
	type where struct {
		rm   float64
		data []float64
		j, n int
	}
	seen := make([]bool, pl.states)
	var out []where
	for i := range p.Observations {
		o := &p.Observations[i]
		if o.Layer < 0 || o.Layer > p.Network.Layers() || o.Time < 0 || o.Time >= max(1, p.Network.Times) {
			return bad("observation %d of layer %d at time %d", i, o.Layer, o.Time)
		}
		c := &pl.cells[pl.cell(o.Layer, o.Time)]
		n := c.width
		if o.Index != nil {
			n = len(o.Index)
		}
		if len(o.Values) != n*p.Pairs {
			return bad("observation %d has %d values, want %d pairs × %d components", i, len(o.Values), p.Pairs, n)
		}
		if len(o.Rm) > 1 && len(o.Rm) != n {
			return bad("observation %d has %d precisions for %d components", i, len(o.Rm), n)
		}
		for k, v := range o.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return bad("observation %d, pair %d, component %d is %g", i, k/n, k%n, v)
			}
		}
		for j := range n {
			a := j
			if o.Index != nil {
				a = o.Index[j]
			}
			if a < 0 || a >= c.width {
				return bad("observation %d of component %d of %d", i, a, c.width)
			}
			rm := 1.0
			if len(o.Rm) > 0 {
				rm = o.Rm[min(j, len(o.Rm)-1)]
			}
			if !(rm > 0) || math.IsInf(rm, 0) && c.set >= 0 {
				return bad("observation %d has Rm = %g: positive, and infinite for inputs only", i, rm)
			}
			s := c.off + a
			if seen[s] {
				return bad("component %d of layer %d at time %d is observed twice", a, o.Layer, o.Time)
			}
			seen[s] = true
			if c.set < 0 {
				q.root[s] = rm
				for k := range p.Pairs {
					q.target[k*pl.states+s] = o.Values[k*n+j]
				}
			} else {
				q.obs = append(q.obs, s)
				q.rm = append(q.rm, rm)
				q.meanRm += rm
				out = append(out, where{rm, o.Values, j, n})
			}
		}
	}
	if len(q.obs) == 0 {
		return bad("no layer beyond the input is observed")
	}
	q.meanRm /= float64(len(q.obs))
	q.value = make([]float64, p.Pairs*len(q.obs))
	for i, w := range out {
		for k := range p.Pairs {
			q.value[k*len(q.obs)+i] = w.data[k*w.n+w.j]
		}
	}
	for i := range pl.cells {
		if c := &pl.cells[i]; c.set < 0 {
			for a := range c.width {
				switch r := q.root[c.off+a]; {
				case r == 0:
					q.free++
				case !math.IsInf(r, 0):
					q.inputs++
				}
			}
		}
	}
	q.exact = q.free+q.inputs == 0
	if p.Loss == NetCrossEntropy {
		last := &pl.cells[len(pl.cells)-1]
		if !q.exact || p.Network.Times > 1 || len(q.obs) != last.width || q.obs[0] != last.off {
			return bad("cross-entropy needs exact inputs and the whole output layer observed, in order")
		}
		for _, r := range q.rm {
			if r != 1 {
				return bad("cross-entropy has no precision, got Rm = %g", r)
			}
		}
	}
	return q, nil
}

// measurements returns the number of inexact data of a pair.
func (p *netProblem) measurements() int { return p.inputs + len(p.obs) }

// States returns the number of states of a pair's path, all layers (and
// times) together, 0 for an invalid network. Paths are Pairs×States, layer
// after layer, time after time.
func (n *Network) States() int {
	pl, err := n.plan()
	if err != nil {
		return 0
	}
	return pl.states
}

// Layer returns the states of layer l at time t in a pair's path (States), a
// slice of it.
func (n *Network) Layer(path []float64, l, t int) []float64 {
	o := 0
	for _, w := range n.Widths {
		o += w
	}
	o *= t
	for _, w := range n.Widths[:l] {
		o += w
	}
	return path[o : o+n.Widths[l]]
}
