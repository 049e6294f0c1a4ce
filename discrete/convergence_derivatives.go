package discrete

import "math"

// DerivativeError compares the derivatives of the model, which only the Newton
// matrix contains, with central differences, at some boundaries of a path: Jac
// with those of Func, Hess with those of Jac, each row relative to its largest
// entry with components and parameters changed by their own size. A wrong entry
// does not change what Newton's iteration converges to, but whether it does, and
// the inertia and covariance that are read off the matrix.
func DerivativeError(pr *Problem, a *Path) float64 {
	m := &pr.Model
	d, np := m.Dim, m.Params
	n := d + np
	size := make([]float64, n)
	for i, v := range a.X {
		size[i%d] = max(size[i%d], math.Abs(v))
	}
	for i, v := range a.Theta {
		size[d+i] = math.Abs(v)
	}
	for i, v := range size {
		if v < 0x1p-900 { // a small part of less is nothing
			size[i] = 1
		}
	}
	v := make([]float64, n)
	lam := make([]float64, d)
	jx, jp, hess := make([]float64, d*d), make([]float64, d*np), make([]float64, n*n)
	lo, hi := make([]float64, d), make([]float64, d)
	glo, ghi := make([]float64, n), make([]float64, n)
	tape := newBatch(m)
	one := []float64{0}
	value := func(dst []float64, v []float64) { tape.funcs(m, dst, one, v[:d], v[d:]) }
	slope := func(v []float64) { tape.jacs(m, jx, jp, one, v[:d], v[d:]) }
	// pull stores lam'dF/d(x, theta).
	pull := func(dst, v []float64) {
		slope(v)
		clear(dst)
		for r := range d {
			for c := range d {
				dst[c] += lam[r] * jx[r*d+c]
			}
			for c := range np {
				dst[d+c] += lam[r] * jp[r*np+c]
			}
		}
	}
	worst := 0.0
	const points = 5
	for k := range points {
		b := k * a.Layers / points
		one[0] = a.Time(b)
		copy(v, a.Node(b))
		copy(v[d:], a.Theta)
		copy(lam, a.CostateRight[b*d:(b+1)*d])
		for i := range lam {
			if lam[i] == 0 {
				lam[i] = 1
			}
		}
		// By two steps: a component may change over a small part of its size. What is
		// wrong agrees with neither.
		var diff, second [2][]float64
		for k, part := range [2]float64{1, 1. / 64} {
			diff[k], second[k] = make([]float64, d*n), make([]float64, n*n)
			for c := range n {
				h := part * math.Cbrt(epsilon) * size[c]
				old := v[c]
				v[c] = old + h
				up := v[c]
				value(hi, v)
				pull(ghi, v)
				v[c] = old - h
				value(lo, v)
				pull(glo, v)
				w := size[c] / (up - v[c])
				v[c] = old
				for r := range d {
					diff[k][r*n+c] = (hi[r] - lo[r]) * w
				}
				for r := range n {
					second[k][r*n+c] = (ghi[r] - glo[r]) * w * size[r]
				}
			}
		}
		nearest := func(want float64, by [2][]float64, i int) float64 {
			if a, b := by[0][i], by[1][i]; math.Abs(a-want) <= math.Abs(b-want) {
				return a
			}
			return by[1][i]
		}
		slope(v)
		tape.hesses(m, hess, one, v[:d], v[d:], lam)
		value(hi, v)
		pull(ghi, v)
		slope(v)
		for r := range d {
			row, top := 0.0, math.Abs(hi[r])
			for c := range n {
				var j float64
				if c < d {
					j = jx[r*d+c] * size[c]
				} else {
					j = jp[r*np+c-d] * size[c]
				}
				by := nearest(j, diff, r*n+c)
				row = max(row, math.Abs(j-by))
				top = max(top, math.Abs(by))
			}
			if row > 0 {
				worst = max(worst, row/top)
			}
		}
		top, gap := 0.0, 0.0
		for r := range n {
			top = max(top, math.Abs(ghi[r])*size[r])
			for c := range n {
				want := hess[r*n+c] * size[r] * size[c]
				by := nearest(want, second, r*n+c)
				gap = max(gap, math.Abs(want-by))
				top = max(top, math.Abs(by))
			}
		}
		if gap > 0 {
			worst = max(worst, gap/top)
		}
	}
	return worst
}
