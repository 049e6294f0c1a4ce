package discrete

import "math"

// covariance is the selected inverse: the blocks of the inverse Hessian that
// belong to one layer, from the last front backwards. With the eliminated
// unknowns E, the boundary B = (end, theta) of a front, E = L L', M = B L^-T:
//
//	S_EB = -L^-T M' S_BB,   S_EE = L^-T (I + M' S_BB M) L^-1.
func (f *fronts) covariance(a *Path) {
	p, m, e, D, P := f.p, f.m, f.e, f.p.D, f.p.P
	q := m - 1
	a.StateVar = make([]float64, p.nx)
	a.ThetaCov = make([]float64, P*P)
	b := D + P
	SBB := make([]float64, b*b)
	last := f.fac[(p.N-1)*m*e:]
	S := make([]float64, q*q)
	inverse(S, last, q, m)
	for i := range q {
		if j := f.index(p.N-1, i); j < p.nx {
			a.StateVar[j] = S[i*q+i]
		}
	}
	base := (p.k + 2) * D
	for i := range P {
		for j := range P {
			a.ThetaCov[i*P+j] = S[(base+i)*q+base+j]
		}
	}
	take := func(S []float64, ld int) {
		// The start of this front is the end of the one before it.
		place := func(i int) int {
			if i < D {
				return i
			}
			return base + i - D
		}
		for i := range b {
			for j := range b {
				SBB[i*b+j] = S[place(i)*ld+place(j)]
			}
		}
	}
	take(S, q)
	M := make([]float64, b*e)
	SM := make([]float64, b*e)
	Y := make([]float64, e*e)
	for n := p.N - 2; n >= 0; n-- {
		L := f.fac[n*m*e : (n+1)*m*e]
		// M <- M L^-1 row by row: rows of B L^-T L^-1 ... = B E^-1.
		for r := range b {
			row := M[r*e : (r+1)*e]
			copy(row, L[(e+r)*e:(e+r)*e+e])
			for c := e - 1; c >= 0; c-- {
				row[c] /= L[c*e+c]
				x := row[c]
				for k, l := range L[c*e : c*e+c] {
					row[k] -= x * l
				}
			}
		}
		// Now S_BE = -S_BB M, S_EE = E^-1 + M' S_BB M.
		for i := range b {
			row := SM[i*e : (i+1)*e]
			clear(row)
			for k := range b {
				x := SBB[i*b+k]
				for c, y := range M[k*e : (k+1)*e] {
					row[c] += x * y
				}
			}
		}
		inverse(Y, L, e, e)
		for k := range b {
			for i := range e {
				x := M[k*e+i]
				if x == 0 {
					continue
				}
				for j, y := range SM[k*e : (k+1)*e] {
					Y[i*e+j] += x * y
				}
			}
		}
		for i := range e {
			a.StateVar[n*e+i] = Y[i*e+i]
		}
		// The boundary of the front before: this start, and theta.
		next := make([]float64, b*b)
		for i := range b {
			for j := range b {
				switch {
				case i < D && j < D:
					next[i*b+j] = Y[i*e+j]
				case i >= D && j >= D:
					next[i*b+j] = SBB[i*b+j]
				case i >= D:
					next[i*b+j] = -SM[i*e+j]
				default:
					next[i*b+j] = -SM[j*e+i]
				}
			}
		}
		copy(SBB, next)
	}
	for i := range p.nv {
		if !f.fix[i] {
			continue
		}
		if i < p.nx {
			a.StateVar[i] = 0
			continue
		}
		for j := range P {
			a.ThetaCov[(i-p.nx)*P+j], a.ThetaCov[j*P+i-p.nx] = 0, 0
		}
	}
}

// inverse stores (L L')^-1 into dst (n×n), L the lower triangle of l with
// leading dimension ld.
func inverse(dst, l []float64, n, ld int) {
	// Columns of L^-1, then L^-T L^-1.
	inv := make([]float64, n*n)
	for c := range n {
		for i := c; i < n; i++ {
			s := 0.0
			if i == c {
				s = 1
			}
			for k := c; k < i; k++ {
				s -= l[i*ld+k] * inv[k*n+c]
			}
			inv[i*n+c] = s / l[i*ld+i]
		}
	}
	for i := range n {
		for j := range i + 1 {
			s := 0.0
			for k := i; k < n; k++ {
				s += inv[k*n+i] * inv[k*n+j]
			}
			dst[i*n+j], dst[j*n+i] = s, s
		}
	}
}

// ThetaSD returns the posterior width of parameter i, or NaN.
func (a *Path) ThetaSD(i int) float64 {
	if a.ThetaCov == nil {
		return math.NaN()
	}
	return math.Sqrt(a.ThetaCov[i*len(a.Theta)+i])
}
