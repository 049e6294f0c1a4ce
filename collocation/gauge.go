package collocation

import (
	"math"

	"costate/internal/linalg"
)

// The rows of an interval, A y[i] + B y[i+1], are known up to a matrix from the
// left. As they come, with B = I, they say what y[i+1] is for a given y[i], or in
// normal form something that differs from scheme to scheme. So the rows of two schemes are compared with those unknowns on
// the left that the rows determine best, the same ones of both. On a null vector
// the choice has no influence: its products are zero.

// steep is the size of an element of A from which on the unknowns on the left
// are chosen anew.
const steep = 1e3

// align multiplies the rows of d.rhs, which are products with the matrix of d,
// such that they compare with those of e.
func align(d, e *discrete) {
	n := d.st.nd
	var cols, piv []int
	var p, work []float64
	for i := range d.mesh.intervals() {
		a, b := e.abd.A(i), e.abd.B(i)
		big := 0.0
		for _, v := range a {
			big = max(big, math.Abs(v))
		}
		if big <= steep && e.pivoted(i) == nil && d.pivoted(i) == nil {
			continue
		}
		if p == nil {
			p, work, piv = make([]float64, n*n), make([]float64, 2*n*n), make([]int, n)
		}
		for k := range n {
			copy(work[2*k*n:], a[k*n:(k+1)*n])
			copy(work[(2*k+1)*n:], b[k*n:(k+1)*n])
		}
		cols = pivotColumns(cols[:0], work, n)
		pick := func(a, b []float64) {
			for k := range n {
				for j, c := range cols {
					if c < n {
						p[k*n+j] = a[k*n+c]
					} else {
						p[k*n+j] = b[k*n+c-n]
					}
				}
			}
		}
		row := d.rhs[i*n : (i+1)*n]
		pick(d.abd.A(i), d.abd.B(i))
		if len(cols) < n || linalg.LU(p, n, piv) >= 0 {
			continue
		}
		linalg.LUSolve(p, n, piv, row, 1)
		pick(a, b)
		for k := range n {
			work[k] = dot(p[k*n:(k+1)*n], row)
		}
		copy(row, work)
	}
}

// pivotColumns appends the columns of w (n×2n) that Gaussian elimination with
// complete pivoting takes, fewer than n if w has not full rank. What is left of an
// element by rounding is no pivot. It overwrites w.
func pivotColumns(cols []int, w []float64, n int) []int {
	m := 2 * n
	noise := make([]float64, m)
	for i, v := range w {
		noise[i%m] = max(noise[i%m], 0x1p-40*math.Abs(v))
	}
	for k := range n {
		row, col, big := k, -1, 0.0
		for i := k; i < n; i++ {
			for j := range m {
				if v := math.Abs(w[i*m+j]); v > big && v > noise[j] {
					row, col, big = i, j, v
				}
			}
		}
		if col < 0 {
			break
		}
		cols = append(cols, col)
		for j := range m {
			w[k*m+j], w[row*m+j] = w[row*m+j], w[k*m+j]
		}
		for i := k + 1; i < n; i++ {
			f := w[i*m+col] / w[k*m+col]
			for j := range m {
				w[i*m+j] -= f * w[k*m+j]
			}
			w[i*m+col] = 0
		}
	}
	return cols
}
