package discrete

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// NetworkTwin is a teacher network that makes data for twin experiments:
// inputs N(0, 1), each vector then brought to mean 0 and standard deviation
// 1, its outputs by the network, and noise on both.
type NetworkTwin struct {
	Teacher Network
	Weights []float64
	Sigma   float64 // standard deviation of the noise on inputs and outputs

	// Clip keeps the noisy outputs within [ClipLow, ClipHigh].
	Clip              bool
	ClipLow, ClipHigh float64

	// NumPy draws the pairs as the Python program of the public twin experiment
	// does, pair by pair from NumPy's RandomState.
	NumPy bool
}

// NetworkDeadTeacher is the teacher of varanneal's public twin experiment:
// sigmoid layers without biases, weights U[-1/width, 1/width], noise 0.005,
// outputs clipped to [1e-4, 0.9999]. With its 100 layers of 10 neurons its
// output does not depend on its input in double precision (see Signal). The
// seeds are NumPy's: those of varanneal make its weights and pairs.
func NetworkDeadTeacher(layers, width int, seed uint64) *NetworkTwin {
	t := netTeacher(layers, width)
	t.NumPy = true
	t.Weights = t.Teacher.UniformWeights(1/float64(width), rand.New(NewNumPy(seed)))
	return t
}

// NetworkLivingTeacher has weights N(0, (4 gain)²/width) instead, which keep
// the signal alive; without biases for a few layers only.
func NetworkLivingTeacher(layers, width int, gain float64, bias bool, seed uint64) *NetworkTwin {
	t := netTeacher(layers, width)
	t.Teacher.Bias = bias
	t.Weights = t.Teacher.RandomWeights(gain, rand.New(rand.NewPCG(seed, 0)))
	return t
}

func netTeacher(layers, width int) *NetworkTwin {
	w := make([]int, layers)
	for i := range w {
		w[i] = width
	}
	return &NetworkTwin{Teacher: Network{Widths: w}, Sigma: 0.005, Clip: true, ClipLow: 1e-4, ClipHigh: 0.9999}
}

// NetworkPairsData are input/output pairs: In is M×Widths[0], Out
// M×Widths[N]; TrueIn and TrueOut are the same without noise (nil for
// measured data).
type NetworkPairsData struct {
	M               int
	In, Out         []float64
	TrueIn, TrueOut []float64
}

// Pairs draws m pairs.
func (t *NetworkTwin) Pairs(m int, seed uint64) *NetworkPairsData {
	d := &NetworkPairsData{M: m}
	d.TrueIn, d.In, d.Out = t.normal(m, seed)
	w := t.Teacher.Widths[0]
	for k := range m {
		if x := d.TrueIn[k*w : (k+1)*w]; w > 1 {
			mean, sd := stat.PopMeanStdDev(x, nil)
			floats.AddConst(-mean, x)
			floats.Scale(1/sd, x)
		}
	}
	d.TrueOut = t.Teacher.Predict(t.Weights, d.TrueIn)
	floats.AddScaledTo(d.In, d.TrueIn, t.Sigma, d.In)
	floats.AddScaledTo(d.Out, d.TrueOut, t.Sigma, d.Out)
	if t.Clip {
		for i, v := range d.Out {
			d.Out[i] = min(max(v, t.ClipLow), t.ClipHigh)
		}
	}
	return d
}

// normal draws the standard normal numbers of m pairs: inputs, and the noise on
// inputs and outputs.
func (t *NetworkTwin) normal(m int, seed uint64) (x, in, out []float64) {
	first, last := t.Teacher.Widths[0], t.Teacher.Widths[len(t.Teacher.Widths)-1]
	x, in, out = make([]float64, m*first), make([]float64, m*first), make([]float64, m*last)
	fill := func(draw func() float64, parts ...[]float64) {
		for _, v := range parts {
			for i := range v {
				v[i] = draw()
			}
		}
	}
	if !t.NumPy {
		fill(rand.New(rand.NewPCG(seed, 1)).NormFloat64, x, in, out)
		return x, in, out
	}
	g := NewNumPy(seed)
	for k := range m {
		fill(g.NormFloat64, x[k*first:(k+1)*first], in[k*first:(k+1)*first], out[k*last:(k+1)*last])
	}
	return x, in, out
}

// Split returns the first m pairs and the others.
func (d *NetworkPairsData) Split(m int) (first, rest *NetworkPairsData) {
	cut := func(v []float64) (a, b []float64) {
		if v == nil {
			return nil, nil
		}
		n := len(v) / d.M
		return v[:m*n], v[m*n:]
	}
	a, b := &NetworkPairsData{M: m}, &NetworkPairsData{M: d.M - m}
	a.In, b.In = cut(d.In)
	a.Out, b.Out = cut(d.Out)
	a.TrueIn, b.TrueIn = cut(d.TrueIn)
	a.TrueOut, b.TrueOut = cut(d.TrueOut)
	return a, b
}

// Columns returns the pairs with only the named components of the inputs and
// of the outputs (nil: all).
func (d *NetworkPairsData) Columns(in, out []int) *NetworkPairsData {
	pick := func(v []float64, idx []int) []float64 {
		if v == nil || idx == nil {
			return v
		}
		n := len(v) / d.M
		p := make([]float64, 0, d.M*len(idx))
		for k := range d.M {
			for _, i := range idx {
				p = append(p, v[k*n+i])
			}
		}
		return p
	}
	return &NetworkPairsData{M: d.M, In: pick(d.In, in), Out: pick(d.Out, out), TrueIn: pick(d.TrueIn, in), TrueOut: pick(d.TrueOut, out)}
}

// NetworkMeanSquare is the mean over all components and pairs of (a - b)².
func NetworkMeanSquare(a, b []float64) float64 {
	d := floats.Distance(a, b, 2) / math.Sqrt(float64(len(a)))
	return d * d
}
