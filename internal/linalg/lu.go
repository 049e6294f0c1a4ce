package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// blockedFrom is the order from which lapack64 beats the plain loops: they
// need 0.8 of its time at 16, 1.6 times at 64.
const blockedFrom = 40

// LU overwrites a (n×n, row-major) by its factors, P a = L U with partial
// pivoting: row i was interchanged with row piv[i] (n) at step i. It returns
// -1, or the step at which no pivot other than zero (or NaN) was found.
func LU(a []float64, n int, piv []int) int {
	if n >= blockedFrom {
		for _, v := range a[:n*n] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return 0
			}
		}
		if lapack64.Getrf(blas64.General{Rows: n, Cols: n, Stride: n, Data: a}, piv[:n]) {
			return -1
		}
		for i := range n {
			if a[i*n+i] == 0 {
				return i
			}
		}
		return -1
	}
	return luPanel(a, n, n, n, piv)
}

// luPanel factors the first k columns of a, r rows of stride ld, carrying all
// ld columns along, by the plain loops.
func luPanel(a []float64, r, k, ld int, piv []int) int {
	for j := range k {
		p, best := j, math.Abs(a[j*ld+j])
		for i := j + 1; i < r; i++ {
			if v := math.Abs(a[i*ld+j]); v > best {
				p, best = i, v
			}
		}
		piv[j] = p
		if !(best > 0) || best > math.MaxFloat64 {
			return j
		}
		top := a[j*ld : j*ld+ld]
		if p != j {
			row := a[p*ld : p*ld+ld]
			for c, v := range row {
				row[c], top[c] = top[c], v
			}
		}
		inv := 1 / top[j]
		top = top[j+1:]
		for i := j + 1; i < r; i++ {
			row := a[i*ld+j : i*ld+ld]
			f := row[0]
			if f == 0 {
				continue
			}
			f *= inv
			row[0] = f
			row = row[1:]
			row = row[:len(top)]
			for c, v := range top {
				row[c] -= f * v
			}
		}
	}
	return -1
}

// LUSolve overwrites b (n×m, row-major) by the solution of a x = b, with a
// and piv as LU left them.
func LUSolve(a []float64, n int, piv []int, b []float64, m int) {
	switch {
	case m == 1:
		luSolve1(a, n, piv, b)
	case n >= blockedFrom && m >= 4:
		lapack64.Getrs(blas.NoTrans, blas64.General{Rows: n, Cols: n, Stride: n, Data: a},
			blas64.General{Rows: n, Cols: m, Stride: m, Data: b}, piv[:n])
	default:
		luSolveMany(a, n, piv, b, m)
	}
}

func luSolve1(a []float64, n int, piv []int, b []float64) {
	for i, p := range piv[:n] {
		if p != i {
			b[i], b[p] = b[p], b[i]
		}
	}
	b = b[:n]
	for i := 1; i < n; i++ {
		row := a[i*n : i*n+i]
		s := b[i]
		for j, v := range row {
			s -= v * b[j]
		}
		b[i] = s
	}
	for i := n - 1; i >= 0; i-- {
		row := a[i*n : i*n+n]
		s := b[i]
		for j := i + 1; j < n; j++ {
			s -= row[j] * b[j]
		}
		b[i] = s / row[i]
	}
}

func luSolveMany(a []float64, n int, piv []int, b []float64, m int) {
	for i, p := range piv[:n] {
		if p != i {
			x, y := b[i*m:i*m+m], b[p*m:p*m+m]
			for c, v := range x {
				x[c], y[c] = y[c], v
			}
		}
	}
	for i := 1; i < n; i++ {
		x := b[i*m : i*m+m]
		for j, f := range a[i*n : i*n+i] {
			if f != 0 {
				y := b[j*m : j*m+m]
				for c, v := range y {
					x[c] -= f * v
				}
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		x := b[i*m : i*m+m]
		row := a[i*n : i*n+n]
		for j := i + 1; j < n; j++ {
			if f := row[j]; f != 0 {
				y := b[j*m : j*m+m]
				for c, v := range y {
					x[c] -= f * v
				}
			}
		}
		inv := 1 / row[i]
		for c := range x {
			x[c] *= inv
		}
	}
}
