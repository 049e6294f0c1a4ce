package discrete

import (
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// capStiffness bounds the layers' weights in the Hessian that the second
// derivatives' signs and the covariance are taken from: beyond it the states
// obey the model to 1e-8 of their posterior width, and the Hessian of the
// states alone would only lose digits.
const capStiffness = 1e8

// second fills in the inertia and, if asked for, the covariance.
func (m *minimiser) second(a *Path, cov bool) {
	p, w, f := m.p, m.w, m.f
	scale := m.scale
	restore := w.infinite
	w.infinite = 0
	if p.hasInf || p.stiffness(scale) > capStiffness {
		unit := p.largest(false) / p.s[0] / p.maxRm()
		if p.allInf {
			w.infinite = capStiffness * p.s[0] * p.maxRm()
		} else {
			scale = min(scale, capStiffness/unit)
			w.infinite = capStiffness * p.s[0] * p.maxRm()
		}
	}
	defer func() { w.infinite = restore }()
	if m.dual {
		copy(w.lam, m.c.lam)
		w.given = true
		defer func() { w.given = false }()
	} else if scale != m.scale {
		// The costates of the true Rf, with the weights of the capped one.
		copy(w.lam, a.Lambda)
		w.given = true
		defer func() { w.given = false }()
	}
	f.assemble(w, m.v, scale, exact)
	for i := range f.fix {
		f.hold[i] = 0
		f.fix[i] = p.fixed != nil && p.fixed[i] || p.lo != nil && (m.v[i] <= p.lo[i] || m.v[i] >= p.hi[i])
	}
	f.scaling()
	if f.factor(w, m.v, scale, 0, f.sc) {
		a.Negative = 0
		if cov {
			f.covariance(a)
		}
		return
	}
	a.Negative = f.inertia(w, m.v, scale)
	if a.Negative > 0 {
		a.Warnings = append(a.Warnings, &SaddleError{a.Negative})
	} else {
		a.Warnings = append(a.Warnings, &NewtonError{m.out.steps, m.scale, a.Action, "the Hessian is singular: some state or parameter is not determined by the data", ode.ErrSingular})
	}
}

// SaddleError warns that a stationary path is no minimum.
type SaddleError struct{ Negative int }

func (e *SaddleError) Error() string {
	return "discrete: the path is a saddle of the action: " + itoa(e.Negative) + " negative eigenvalues of the Hessian"
}

func (p *plan) maxRm() float64 {
	rm := 0.0
	for i := range p.attach {
		for j, v := range p.attach[i].rm {
			if !p.attach[i].full || j%(len(p.attach[i].y)+1) == 0 {
				rm = max(rm, v)
			}
		}
	}
	if rm == 0 {
		return 1
	}
	return rm
}

// inertia counts the negative eigenvalues of the Hessian that was assembled
// at v, held unknowns left out.
func (f *fronts) inertia(w *work, v []float64, scale float64) int {
	p, m, e, D := f.p, f.m, f.e, f.p.D
	q := m - 1
	A := make([]float64, q*q)
	carry := make([]float64, (D+p.P)*(D+p.P))
	b := D + p.P
	negative := 0
	// Local index of unknown i of the carry at the next front.
	step := func(n int, H []float64) bool {
		for i := range q {
			for j := range i + 1 {
				A[i*q+j] = H[i*m+j]
				A[j*q+i] = H[i*m+j]
			}
		}
		place := func(i int) int {
			if i < D {
				return i
			}
			return e + i
		}
		for i := range b {
			for j := range b {
				A[place(i)*q+place(j)] += carry[i*b+j]
			}
		}
		cols := e
		if n == p.N-1 {
			cols = q
		}
		for i := range cols {
			if f.fix[f.index(n, i)] {
				for j := range q {
					A[i*q+j], A[j*q+i] = 0, 0
				}
				A[i*q+i] = 1
			}
		}
		neg, _ := linalg.FrontInertia(A, q, q, cols)
		negative += neg
		if n < p.N-1 {
			for i := range b {
				for j := range b {
					carry[i*b+j] = A[(e+i)*q+e+j]
				}
			}
		}
		return true
	}
	if f.kept {
		for n := range p.N {
			step(n, f.asm[n*m*m:(n+1)*m*m])
		}
	} else {
		f.stream(w, v, scale, step)
	}
	return negative
}

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
