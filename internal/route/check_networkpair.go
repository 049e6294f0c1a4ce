package route

import (
	"math"

	"costate/ode"
)

// flowIntervals is about how many pieces an integrator goes over. A long piece
// says the same as many short ones.
const flowIntervals = 64

// networkPair is one pair of continuous layers.
type networkPair struct {
	whole *ode.BVP      // x, p and q, the weights as parameters
	fixed *ode.BVP      // x and p, the weights being constants
	sol   *ode.Solution // of whole, on a mesh of few intervals
}

// picked is a solution's interpolant for some components, on some mesh points.
type picked struct {
	from  *ode.Solution
	t     []float64
	index []int
}

func (p *picked) at(dst []float64, i int, theta float64, f func(dst []float64, t float64) []float64) {
	y := f(nil, p.t[i]+theta*(p.t[i+1]-p.t[i]))
	for k, c := range p.index {
		dst[k] = y[c]
	}
}

func (p *picked) Value(dst []float64, i int, theta float64) { p.at(dst, i, theta, p.from.At) }
func (p *picked) Deriv(dst []float64, i int, theta float64) { p.at(dst, i, theta, p.from.Deriv) }

// components returns a solution of the components index of sol, at every stride-th of its
// mesh points.
func components(sol *ode.Solution, index []int, stride int) *ode.Solution {
	in := &picked{from: sol, index: index}
	out := &ode.Solution{Dim: len(index), P: sol.P, Inner: in}
	for i := range sol.T {
		if i%stride != 0 && i != len(sol.T)-1 {
			continue
		}
		out.T = append(out.T, sol.T[i])
		for _, c := range index {
			out.Y = append(out.Y, sol.Node(i)[c])
		}
	}
	in.t = out.T
	return out
}

// pair returns pair k of a solution.
func (r *NetworkContinuous) pair(k int) (*networkPair, error) {
	b := *r.BVP
	d, n, out := b.Field.Width, b.Field.Params(), len(b.Out)/b.M
	b.M, b.In, b.Out = 1, b.In[k*d:(k+1)*d], b.Out[k*out:(k+1)*out]
	whole, err := b.Problem(r.Solution.P)
	if err != nil {
		return nil, err
	}
	var index []int
	for c := range 2 * d {
		index = append(index, r.BVP.State(k)+c)
	}
	for c := range n {
		index = append(index, r.BVP.Multiplier()+c)
	}
	stride := max(1, (len(r.Solution.T)-1)/flowIntervals)
	return &networkPair{whole: whole, fixed: fixedWeights(whole, r.Solution.P, d, n), sol: components(r.Solution, index, stride)}, nil
}

// fixedWeights returns the problem of one pair whose n weights are constants.
func fixedWeights(whole *ode.BVP, w []float64, d, n int) *ode.BVP {
	all, m := 2*d+n, 2*d
	row := func(j int) int { // conditions: d, then n of q, then d, then n of q
		if j >= d {
			return j + n
		}
		return j
	}
	p := &ode.BVP{Start: whole.Start, End: whole.End}
	p.Dim = m
	p.Func = func(dst []float64, t float64, y, _ []float64) {
		f, v := make([]float64, all), make([]float64, all)
		copy(v, y[:m])
		whole.Func(f, t, v, w)
		copy(dst, f[:m])
	}
	p.Jac = func(dfdy, _ []float64, t float64, y, _ []float64) {
		v, dy, dp := make([]float64, all), make([]float64, all*all), make([]float64, all*n)
		copy(v, y[:m])
		whole.Jac(dy, dp, t, v, w)
		for i := range m {
			copy(dfdy[i*m:(i+1)*m], dy[i*all:])
		}
	}
	ends := func(y [][]float64) [][]float64 {
		v := make([][]float64, 2)
		for i := range v {
			v[i] = make([]float64, all)
			copy(v[i], y[i][:m])
		}
		return v
	}
	at := make([]int, m)
	for j := d; j < m; j++ {
		at[j] = 1
	}
	p.Boundary = ode.Conditions{Count: m, At: at, Linear: true,
		Func: func(dst []float64, y [][]float64, _ []float64) {
			g := make([]float64, whole.Boundary.Count)
			whole.Boundary.Func(g, ends(y), w)
			for j := range m {
				dst[j] = g[row(j)]
			}
		},
		Jac: func(dy [][]float64, _ []float64, y [][]float64, _ []float64) {
			count := whole.Boundary.Count
			full := [][]float64{make([]float64, count*all), make([]float64, count*all)}
			whole.Boundary.Jac(full, make([]float64, count*n), ends(y), w)
			for i := range full {
				for j := range m {
					copy(dy[i][j*m:(j+1)*m], full[i][row(j)*all:])
				}
			}
		}}
	return p
}

// sizes returns what errors of a pair's x and p are measured by (2 Width): the
// largest value of any pair and neuron. A pair that fits has next to no costate.
func (r *NetworkContinuous) sizes() []float64 {
	d := r.BVP.Field.Width
	var x, p float64
	for i := range r.Solution.T {
		for c, v := range r.Solution.Node(i)[:r.BVP.Multiplier()] {
			if c/d%2 == 0 {
				x = max(x, math.Abs(v))
			} else {
				p = max(p, math.Abs(v))
			}
		}
	}
	out := make([]float64, 2*d)
	for a := range d {
		out[a], out[d+a] = positive(x), positive(p)
	}
	return out
}

// positive is x, or 1 for 0: a unit to measure by.
func positive(x float64) float64 {
	if x > 0 {
		return x
	}
	return 1
}

// energy returns H of a pair, p x' - p^2/(2 Rf).
func (r *NetworkContinuous) energy(b *ode.BVP) func(t float64, y, w []float64) float64 {
	d := r.BVP.Field.Width
	return func(t float64, y, w []float64) float64 {
		f := make([]float64, b.Dim)
		b.Func(f, t, y, w)
		h := 0.0
		for a := range d {
			h += y[d+a] * f[a]
			if rf := r.BVP.Rf; rf > 0 && !math.IsInf(rf, 1) {
				h -= y[d+a] * y[d+a] / (2 * rf)
			}
		}
		return h
	}
}
