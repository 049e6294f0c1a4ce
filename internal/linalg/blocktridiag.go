package linalg

import "math"

// FrontCholesky factorises the leading cols columns of the symmetric m×m
// matrix a = [E B'; B C] (row-major, lower triangle, leading dimension ld)
// and leaves the Schur complement of E behind:
//
//	E = L L',  M = B L^-T,  a <- [L *; M C - M M'].
//
// It is one step of a frontal elimination: a chain of layers, each coupled to
// the next and all to a border of parameters, is factorised front by front,
// and a right-hand side carried as the last row is solved on the way.
//
// It returns -1, or the index of the first pivot that is not greater than
// tiny times the diagonal entry it came from; then a is spoilt.
//
// The entries are formed as inner products of rows, in tiles of 4 by 4: the
// rows lie contiguous in memory, and a tile keeps its sums in registers.
func FrontCholesky(a []float64, m, ld, cols int, tiny float64) int {
	var d0 [4]float64
	for j := 0; j < m; {
		w := 4
		if j < cols {
			w = min(w, cols-j)
		}
		w = min(w, m-j)
		k := min(j, cols)
		for c := 0; c < w; c++ {
			d0[c] = a[(j+c)*ld+j+c]
		}
		if w == 4 {
			r0 := a[j*ld : j*ld+j+4]
			r1 := a[(j+1)*ld : (j+1)*ld+j+4]
			r2 := a[(j+2)*ld : (j+2)*ld+j+4]
			r3 := a[(j+3)*ld : (j+3)*ld+j+4]
			i := j
			for ; i+2 <= m; i += 2 {
				tile2x4(a[i*ld:i*ld+j+4], a[(i+1)*ld:(i+1)*ld+j+4], r0, r1, r2, r3, j, k)
			}
			if i < m {
				tile1x4(a[i*ld:i*ld+j+4], r0, r1, r2, r3, j, k)
			}
		} else {
			for i := j; i < m; i++ {
				ri := a[i*ld : i*ld+j+w]
				for c := 0; c < w && j+c <= i; c++ {
					rj := a[(j+c)*ld : (j+c)*ld+k]
					s := 0.0
					for q, v := range rj {
						s += v * ri[q]
					}
					ri[j+c] -= s
				}
			}
		}
		if j < cols {
			// The tile's own columns.
			for c := 0; c < w; c++ {
				rc := a[(j+c)*ld : (j+c)*ld+j+c+1]
				d := rc[j+c]
				for q := 0; q < c; q++ {
					d -= rc[j+q] * rc[j+q]
				}
				if !(d > tiny*d0[c]) || math.IsInf(d, 1) {
					return j + c
				}
				d = math.Sqrt(d)
				rc[j+c] = d
				inv := 1 / d
				for i := j + c + 1; i < m; i++ {
					ri := a[i*ld+j : i*ld+j+c+1]
					s := ri[c]
					for q := 0; q < c; q++ {
						s -= ri[q] * rc[j+q]
					}
					ri[c] = s * inv
				}
			}
		}
		j += w
	}
	return -1
}

// tile2x4 subtracts from columns j..j+3 of the rows u and v their inner
// products with the rows r0..r3 over the first k columns. Above the diagonal
// it writes what nobody reads.
func tile2x4(u, v, r0, r1, r2, r3 []float64, j, k int) {
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	p0, p1, p2, p3 := r0[:k], r1[:k], r2[:k], r3[:k]
	pu, pv := u[:k], v[:k]
	for q, x := range pu {
		y := pv[q]
		s := p0[q]
		a0 += x * s
		b0 += y * s
		s = p1[q]
		a1 += x * s
		b1 += y * s
		s = p2[q]
		a2 += x * s
		b2 += y * s
		s = p3[q]
		a3 += x * s
		b3 += y * s
	}
	u = u[j : j+4]
	u[0] -= a0
	u[1] -= a1
	u[2] -= a2
	u[3] -= a3
	v = v[j : j+4]
	v[0] -= b0
	v[1] -= b1
	v[2] -= b2
	v[3] -= b3
}

func tile1x4(u, r0, r1, r2, r3 []float64, j, k int) {
	var a0, a1, a2, a3 float64
	p0, p1, p2, p3 := r0[:k], r1[:k], r2[:k], r3[:k]
	for q, x := range u[:k] {
		a0 += x * p0[q]
		a1 += x * p1[q]
		a2 += x * p2[q]
		a3 += x * p3[q]
	}
	u = u[j : j+4]
	u[0] -= a0
	u[1] -= a1
	u[2] -= a2
	u[3] -= a3
}
