package collocation

import "math"

// step is the increment of a forward difference at v, for a quantity of the
// given size: the square root of the rounding unit balances truncation and
// cancellation. It points away from zero, so that a sign is kept.
func step(v, size float64) float64 {
	h := 1.5e-8 * max(math.Abs(v), size)
	if h == 0 {
		h = 1.5e-8
	}
	if v < 0 {
		return -h
	}
	return h
}

// difference stores into col the derivative of eval with respect to *x, a
// quantity of the given size, by a forward difference from f0, the value at
// *x. If fine is true it is by central differences of order four, in steps
// that balance the fifth derivative and cancellation, where they are finite. f
// is scratch as long as col.
func difference(col, f0, f []float64, x *float64, size float64, fine bool, eval func(dst []float64)) {
	old := *x
	*x = old + step(old, size)
	h := *x - old
	eval(f)
	for i, v := range f {
		col[i] = (v - f0[i]) / h
	}
	*x = old
	if !fine {
		return
	}
	h = math.Ldexp(power(max(math.Abs(old), size)), -11)
	rough := append([]float64(nil), col...)
	clear(col)
	for _, s := range [...]struct{ at, weight float64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
		*x = old + s.at*h
		eval(f)
		for i, v := range f {
			col[i] += s.weight * v
		}
	}
	*x = old
	for i, v := range col {
		if col[i] = v / (12 * h); v-v != 0 {
			col[i] = rough[i]
		}
	}
}

// refine replaces the differences in b by fine ones, point by point.
func (f *field) refine(b *batch) {
	n, k := f.sys.Dim, f.sys.Params
	eval := pointFunc(f.sys)
	y, q := make([]float64, n), append([]float64(nil), f.p...)
	f0, f1, col := make([]float64, n), make([]float64, n), make([]float64, n)
	b.calls += b.m * 5 * (n + k)
	for p := range b.m {
		for c := range y {
			y[c] = b.y[p*b.ps+c*b.cs]
		}
		at := func(dst []float64) { eval(dst, b.t[p], y, q) }
		at(f0)
		for c := range n {
			difference(col, f0, f1, &y[c], f.scale[c], true, at)
			for r, v := range col {
				b.jy[p*b.jps+(r*n+c)*b.jes] = v
			}
		}
		for c := range k {
			difference(col, f0, f1, &q[c], f.pSize[c], true, at)
			for r, v := range col {
				b.jp[p*b.qps+(r*k+c)*b.jes] = v
			}
		}
	}
}
