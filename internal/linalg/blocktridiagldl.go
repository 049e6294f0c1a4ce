package linalg

import "math"

// FrontInertia eliminates the leading elim rows and columns of the symmetric
// m×m matrix a (both triangles, leading dimension ld) by Gauss's algorithm
// with symmetric interchanges within them and pivots of order one and two
// (Bunch and Kaufman 1977, complete search in the column), and leaves the
// Schur complement in the other rows and columns. It returns the number of
// negative eigenvalues of the leading block, and how many pivots vanished.
func FrontInertia(a []float64, m, ld, elim int) (negative, zero int) {
	const alpha = 0.6403882032022076 // (1 + sqrt 17)/8
	swap := func(i, j int) {
		if i == j {
			return
		}
		for c := range m {
			a[i*ld+c], a[j*ld+c] = a[j*ld+c], a[i*ld+c]
		}
		for r := range m {
			a[r*ld+i], a[r*ld+j] = a[r*ld+j], a[r*ld+i]
		}
	}
	scale := 0.0
	for i := range elim {
		for j := range elim {
			scale = max(scale, math.Abs(a[i*ld+j]))
		}
	}
	for k := 0; k < elim; {
		// The largest diagonal and the largest other entry.
		d, di := 0.0, k
		o, oi, oj := 0.0, k, k
		for i := k; i < elim; i++ {
			if v := math.Abs(a[i*ld+i]); v > d {
				d, di = v, i
			}
			for j := k; j < i; j++ {
				if v := math.Abs(a[i*ld+j]); v > o {
					o, oi, oj = v, i, j
				}
			}
		}
		if max(d, o) <= 1e-15*scale {
			zero += elim - k
			return negative, zero
		}
		if d >= alpha*o {
			swap(k, di)
			p := a[k*ld+k]
			if p < 0 {
				negative++
			}
			for i := k + 1; i < m; i++ {
				l := a[i*ld+k] / p
				if l == 0 {
					continue
				}
				for j := k + 1; j < m; j++ {
					a[i*ld+j] -= l * a[k*ld+j]
				}
			}
			k++
			continue
		}
		// oj < oi; bring them to k and k+1.
		swap(k, oj)
		swap(k+1, oi)
		p, q, r := a[k*ld+k], a[(k+1)*ld+k], a[(k+1)*ld+k+1]
		det := p*r - q*q // negative: one eigenvalue of each sign
		negative++
		for i := k + 2; i < m; i++ {
			u, v := a[i*ld+k], a[i*ld+k+1]
			if u == 0 && v == 0 {
				continue
			}
			l1, l2 := (u*r-v*q)/det, (v*p-u*q)/det
			for j := k + 2; j < m; j++ {
				a[i*ld+j] -= l1*a[k*ld+j] + l2*a[(k+1)*ld+j]
			}
		}
		k += 2
	}
	return negative, zero
}
