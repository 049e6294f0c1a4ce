package ode

import "math"

// luComplex overwrites a (n×n) by its factors with partial pivoting and
// returns whether a pivot was found at every step.
func luComplex(a []complex128, n int, piv []int) bool {
	for j := range n {
		p, best := j, size(a[j*n+j])
		for i := j + 1; i < n; i++ {
			if v := size(a[i*n+j]); v > best {
				p, best = i, v
			}
		}
		piv[j] = p
		if !(best > 0) || math.IsInf(best, 0) {
			return false
		}
		top := a[j*n : (j+1)*n]
		if p != j {
			row := a[p*n : (p+1)*n]
			for c := range row {
				row[c], top[c] = top[c], row[c]
			}
		}
		inv := 1 / top[j]
		for i := j + 1; i < n; i++ {
			row := a[i*n : (i+1)*n]
			f := row[j]
			if f == 0 {
				continue
			}
			f *= inv
			row[j] = f
			for c := j + 1; c < n; c++ {
				row[c] -= f * top[c]
			}
		}
	}
	return true
}

// size is a norm of z that needs no square root.
func size(z complex128) float64 { return math.Abs(real(z)) + math.Abs(imag(z)) }

// luSolveComplex overwrites b (n×m) by the solution for the factors a, piv.
func luSolveComplex(a []complex128, n int, piv []int, b []complex128, m int) {
	for i, p := range piv[:n] {
		if p != i {
			x, y := b[i*m:(i+1)*m], b[p*m:(p+1)*m]
			for c := range x {
				x[c], y[c] = y[c], x[c]
			}
		}
	}
	for i := 1; i < n; i++ {
		x := b[i*m : (i+1)*m]
		for j, f := range a[i*n : i*n+i] {
			if f == 0 {
				continue
			}
			y := b[j*m : (j+1)*m][:len(x)]
			for c := range x {
				x[c] -= f * y[c]
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		x := b[i*m : (i+1)*m]
		for j := i + 1; j < n; j++ {
			f := a[i*n+j]
			if f == 0 {
				continue
			}
			y := b[j*m : (j+1)*m][:len(x)]
			for c := range x {
				x[c] -= f * y[c]
			}
		}
		inv := 1 / a[i*n+i]
		for c := range x {
			x[c] *= inv
		}
	}
}

// invertComplex returns the inverse of a (n×n), which it destroys.
func invertComplex(a []complex128, n int) []complex128 {
	inv := make([]complex128, n*n)
	for i := range n {
		inv[i*n+i] = 1
	}
	piv := make([]int, n)
	if !luComplex(a, n, piv) {
		panic("ode: singular matrix of eigenvectors")
	}
	luSolveComplex(a, n, piv, inv, n)
	return inv
}
