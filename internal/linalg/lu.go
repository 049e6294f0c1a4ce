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
		if !Finite(a[:n*n]) {
			return 0
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
// ld columns along, by plain loops: two columns at a time, so that a row is
// loaded and stored once for two updates, each of which finds the next pivot.
func luPanel(a []float64, r, k, ld int, piv []int) int {
	p, best := 0, -1.0
	for i := range r {
		if v := math.Abs(a[i*ld]); v > best {
			p, best = i, v
		}
	}
	j := 0
	for ; j+1 < k; j += 2 {
		if !interchange(a, j, p, best, ld, piv) {
			return j
		}
		top := a[j*ld : j*ld+ld]
		inv, next := 1/top[j], top[j+1]
		best = -1
		for i := j + 1; i < r; i++ {
			row := a[i*ld+j : i*ld+j+2]
			g := row[1]
			if f := row[0]; f != 0 {
				f *= inv
				g -= f * next
				row[0], row[1] = f, g
			}
			if g = math.Abs(g); g > best {
				p, best = i, g
			}
		}
		if !interchange(a, j+1, p, best, ld, piv) {
			return j + 1
		}
		top = top[j+2:]
		second := a[(j+1)*ld+j : (j+1)*ld+ld]
		f0 := second[0]
		inv = 1 / second[1]
		second = second[2:]
		second = second[:len(top)]
		for c, v := range top {
			second[c] -= f0 * v
		}
		best = -1
		for i := j + 2; i < r; i++ {
			row := a[i*ld+j : i*ld+ld]
			f, g := row[0], row[1]*inv
			row[1] = g
			row = row[2:]
			row = row[:len(top)]
			if f != 0 || g != 0 {
				for c, v := range top {
					row[c] -= f*v + g*second[c]
				}
			}
			if len(row) > 0 {
				if v := math.Abs(row[0]); v > best {
					p, best = i, v
				}
			}
		}
	}
	if j < k {
		if !interchange(a, j, p, best, ld, piv) {
			return j
		}
		top := a[j*ld+j : j*ld+ld]
		inv := 1 / top[0]
		top = top[1:]
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

// interchange brings row p, whose element of column j is the largest, best, into
// row j; it reports whether that is a finite number other than zero.
func interchange(a []float64, j, p int, best float64, ld int, piv []int) bool {
	piv[j] = p
	if !(best > 0) || best > math.MaxFloat64 {
		return false
	}
	if p != j {
		top, row := a[j*ld:j*ld+ld], a[p*ld:p*ld+ld]
		for c, v := range row {
			row[c], top[c] = top[c], v
		}
	}
	return true
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

// luSolve1 substitutes in one column. Its operations wait for one another: hence
// four rows at a time, and divisions ahead of
// the sums.
func luSolve1(a []float64, n int, piv []int, b []float64) {
	for i, p := range piv[:n] {
		if p != i {
			b[i], b[p] = b[p], b[i]
		}
	}
	b = b[:n]
	i := 0
	for ; i < n%4; i++ {
		t := b[i]
		for j, v := range b[:i] {
			t -= a[i*n+j] * v
		}
		b[i] = t
	}
	for ; i < n; i += 4 {
		x := b[:i]
		r0, r1, r2, r3 := a[i*n:], a[(i+1)*n:], a[(i+2)*n:], a[(i+3)*n:]
		t0, t1, t2, t3 := r0[:i], r1[:i], r2[:i], r3[:i]
		s0, s1, s2, s3 := b[i], b[i+1], b[i+2], b[i+3]
		for j, v := range x {
			s0 -= t0[j] * v
			s1 -= t1[j] * v
			s2 -= t2[j] * v
			s3 -= t3[j] * v
		}
		s1 -= r1[i] * s0
		s2 -= r2[i]*s0 + r2[i+1]*s1
		s3 -= r3[i]*s0 + r3[i+1]*s1 + r3[i+2]*s2
		b[i], b[i+1], b[i+2], b[i+3] = s0, s1, s2, s3
	}
	i = n
	for ; i > n-n%4; i-- { // the shortest rows one by one
		row := a[(i-1)*n : i*n]
		t, inv := b[i-1], 1/row[i-1]
		for j, v := range b[i:] {
			t -= row[i+j] * v
		}
		b[i-1] = t * inv
	}
	for ; i > 0; i -= 4 {
		x := b[i:]
		r0, r1, r2, r3 := a[(i-4)*n:(i-3)*n], a[(i-3)*n:(i-2)*n], a[(i-2)*n:(i-1)*n], a[(i-1)*n:i*n]
		t0, t1, t2, t3 := r0[i:][:len(x)], r1[i:][:len(x)], r2[i:][:len(x)], r3[i:][:len(x)]
		s0, s1, s2, s3 := b[i-4], b[i-3], b[i-2], b[i-1]
		d0, d1, d2, d3 := 1/r0[i-4], 1/r1[i-3], 1/r2[i-2], 1/r3[i-1]
		for j, v := range x {
			s0 -= t0[j] * v
			s1 -= t1[j] * v
			s2 -= t2[j] * v
			s3 -= t3[j] * v
		}
		s3 *= d3
		s2 = (s2 - r2[i-1]*s3) * d2
		s1 = (s1 - r1[i-1]*s3 - r1[i-2]*s2) * d1
		s0 = (s0 - r0[i-1]*s3 - r0[i-2]*s2 - r0[i-3]*s1) * d0
		b[i-4], b[i-3], b[i-2], b[i-1] = s0, s1, s2, s3
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
	switch m {
	case 2:
		luSolve2(a, n, b)
		return
	case 4:
		luSolve4(a, n, b)
		return
	}
	for i := 1; i < n; i++ {
		subtract(b[i*m:i*m+m], a[i*n:i*n+i], b, m)
	}
	for i := n - 1; i >= 0; i-- {
		x := b[i*m : i*m+m]
		row := a[i*n : i*n+n]
		subtract(x, row[i+1:], b[(i+1)*m:], m)
		inv := 1 / row[i]
		for c := range x {
			x[c] *= inv
		}
	}
}

// luSolve2 substitutes in two columns, which stay in registers row by row. It
// rounds as the loops for any number do.
func luSolve2(a []float64, n int, b []float64) {
	for i := 1; i < n; i++ {
		row, x := a[i*n:i*n+i], b[2*i:][:2]
		x0, x1 := x[0], x[1]
		j := 0
		for ; j+1 < len(row); j += 2 {
			f, g, y := row[j], row[j+1], b[2*j:][:4]
			x0 -= f*y[0] + g*y[2]
			x1 -= f*y[1] + g*y[3]
		}
		if j < len(row) {
			f, y := row[j], b[2*j:][:2]
			x0 -= f * y[0]
			x1 -= f * y[1]
		}
		x[0], x[1] = x0, x1
	}
	for i := n - 1; i >= 0; i-- {
		row, x, below := a[i*n+i+1:i*n+n], b[2*i:][:2], b[2*i+2:]
		x0, x1 := x[0], x[1]
		j := 0
		for ; j+1 < len(row); j += 2 {
			f, g, y := row[j], row[j+1], below[2*j:][:4]
			x0 -= f*y[0] + g*y[2]
			x1 -= f*y[1] + g*y[3]
		}
		if j < len(row) {
			f, y := row[j], below[2*j:][:2]
			x0 -= f * y[0]
			x1 -= f * y[1]
		}
		inv := 1 / a[i*n+i]
		x[0], x[1] = x0*inv, x1*inv
	}
}

// luSolve4 does so in four.
func luSolve4(a []float64, n int, b []float64) {
	for i := 1; i < n; i++ {
		row, x := a[i*n:i*n+i], b[4*i:][:4]
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		j := 0
		for ; j+1 < len(row); j += 2 {
			f, g, y := row[j], row[j+1], b[4*j:][:8]
			x0 -= f*y[0] + g*y[4]
			x1 -= f*y[1] + g*y[5]
			x2 -= f*y[2] + g*y[6]
			x3 -= f*y[3] + g*y[7]
		}
		if j < len(row) {
			f, y := row[j], b[4*j:][:4]
			x0 -= f * y[0]
			x1 -= f * y[1]
			x2 -= f * y[2]
			x3 -= f * y[3]
		}
		x[0], x[1], x[2], x[3] = x0, x1, x2, x3
	}
	for i := n - 1; i >= 0; i-- {
		row, x, below := a[i*n+i+1:i*n+n], b[4*i:][:4], b[4*i+4:]
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		j := 0
		for ; j+1 < len(row); j += 2 {
			f, g, y := row[j], row[j+1], below[4*j:][:8]
			x0 -= f*y[0] + g*y[4]
			x1 -= f*y[1] + g*y[5]
			x2 -= f*y[2] + g*y[6]
			x3 -= f*y[3] + g*y[7]
		}
		if j < len(row) {
			f, y := row[j], below[4*j:][:4]
			x0 -= f * y[0]
			x1 -= f * y[1]
			x2 -= f * y[2]
			x3 -= f * y[3]
		}
		inv := 1 / a[i*n+i]
		x[0], x[1], x[2], x[3] = x0*inv, x1*inv, x2*inv, x3*inv
	}
}

// subtract subtracts from x (m) the combination f of the rows of b (·×m), two
// rows at a time.
func subtract(x, f, b []float64, m int) {
	j := 0
	for ; j+1 < len(f); j += 2 {
		g, h := f[j], f[j+1]
		y := b[j*m : j*m+2*m]
		z := y[m:][:len(x)]
		y = y[:len(x)]
		for c := range x {
			x[c] -= g*y[c] + h*z[c]
		}
	}
	if j < len(f) {
		g := f[j]
		y := b[j*m:][:len(x)]
		for c := range x {
			x[c] -= g * y[c]
		}
	}
}
