package route

import (
	"math"

	"costate/hamiltonian"
)

// derivatives certifies the Jacobian of some pairs against differences, rows of
// x, p and q each relative to the largest of their kind.
func (c *networkChecker) derivatives() hamiltonian.Certificate {
	const name, points = "derivatives", 5
	r := c.Continuous
	d, n := r.BVP.Field.Width, r.BVP.Field.Params()
	all := 2*d + n
	kind := func(row int) int { return min(row/d, 2) }
	var worst, size [3]float64
	y, lo, hi := make([]float64, all), make([]float64, all), make([]float64, all)
	dy, dw := make([]float64, all*all), make([]float64, all*n)
	for k := range min(r.BVP.M, 8) {
		pair, err := r.pair(k)
		if err != nil {
			return hamiltonian.Unjudged(name, math.NaN(), "%v", err)
		}
		w := append([]float64(nil), r.Solution.P...)
		for i := range points {
			pair.sol.At(y, pair.whole.End*(float64(i)+0.5)/points)
			pair.whole.Jac(dy, dw, 0, y, w)
			column := func(v []float64, at int, j func(row int) float64) {
				old := v[at]
				h := math.Cbrt(0x1p-52) * positive(math.Abs(old))
				v[at] = old + h
				up := v[at]
				pair.whole.Func(hi, 0, y, w)
				v[at] = old - h
				h = up - v[at]
				pair.whole.Func(lo, 0, y, w)
				v[at] = old
				for row := range all {
					diff := (hi[row] - lo[row]) / h
					size[kind(row)] = max(size[kind(row)], math.Abs(diff))
					worst[kind(row)] = max(worst[kind(row)], math.Abs(diff-j(row)))
				}
			}
			for at := range 2 * d {
				column(y, at, func(row int) float64 { return dy[row*all+at] })
			}
			for at := range n {
				column(w, at, func(row int) float64 { return dw[row*n+at] })
			}
		}
	}
	off := 0.0
	for i := range worst {
		off = max(off, worst[i]/positive(size[i]))
	}
	return hamiltonian.Within(name, off, 1e-6, "Jacobian of the equations of x, p and q against differences")
}

// pairEnergies certifies that H of every pair is constant through the layers.
func (c *networkChecker) pairEnergies() hamiltonian.Certificate {
	r := c.Continuous
	var drift, scale float64
	for k := range r.BVP.M {
		pair, err := r.pair(k)
		if err != nil {
			return hamiltonian.Unjudged("H through the layers", math.NaN(), "%v", err)
		}
		h := r.energy(pair.whole)
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range pair.sol.T {
			v := h(pair.sol.T[i], pair.sol.Node(i), r.Solution.P)
			lo, hi = min(lo, v), max(hi, v)
			scale = max(scale, math.Abs(v))
		}
		drift = max(drift, hi-lo)
	}
	return hamiltonian.Within("H through the layers", drift/max(scale, math.SmallestNonzeroFloat64), 10*c.Tol,
		"largest change of a pair's p F + p^2/(2 Rf), relative to the largest |H|: the weights are the same in all layers")
}
