package discrete

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"costate/internal/linalg"
	"costate/ode"
)

// A Hessian in the states alone holds the model by its weights. Where they are
// infinite, or so large that only rounding is left of the rest, they are taken
// smaller: every component of the model then errs by a random walk whose
// variance T/Rf, over the interval T, has to be small beside the posterior
// variance of that component. The weights grow from the first of these ratios on
// by capGrowth until what is asked for settles: it tends to that of the true Rf
// from above, the number of negative eigenvalues as well as the covariance, with
// an error like 1/Rf.
const (
	stiffest  = 1e8  // weight of a layer over precision of a measurement that needs no cap
	firstCap  = 1e4  // mean square of the component over the variance of the walk
	laterCap  = 100  // posterior variance over the variance of the walk
	capGrowth = 10   // in each round
	capRounds = 14   // rounds, at the most
	capSettle = 0.02 // change of a posterior variance by a round; the next changes it by 1/capGrowth of that
)

// errDigits warns of a posterior width that is none.
var errDigits = errors.New("discrete: rounding leaves no digit of the posterior widths of so exact a model")

// second fills in the inertia and, if asked for, the covariance.
func (m *minimiser) second(a *Path, cov bool) {
	p, w, f := m.p, m.w, m.fronts()
	scale := m.scale
	defer func() { w.given, w.caps = false, nil }()
	for i := range f.fix {
		f.hold[i] = 0
		f.fix[i] = p.fixed != nil && p.fixed[i] || p.lo != nil && (m.v[i] <= p.lo[i] || m.v[i] >= p.hi[i])
	}
	stiffness := p.stiffness(scale)
	if !p.hasInf && stiffness <= stiffest {
		if m.proven || m.definite(scale) {
			a.Negative = 0
			if cov {
				f.covariance(a)
			}
			return
		}
		m.indefinite(a, f.inertia(w, m.v, scale))
		return
	}
	// The costates of the true Rf, with weights that are smaller.
	if copy(w.lam, a.Lambda); m.dual {
		copy(w.lam, m.c.lam)
	}
	w.given = true
	if p.rfMat != nil {
		scale *= min(1, stiffest/stiffness)
	}
	m.capped(a, scale, cov)
}

// definite assembles the Hessian and factors it, if it is positive definite.
func (m *minimiser) definite(scale float64) bool {
	m.fronts().assemble(m.w, m.v, scale, exact)
	m.fronts().scaling()
	return m.fronts().factor(m.w, m.v, scale, 0, m.fronts().sc)
}

// indefinite says that the Hessian has so many negative eigenvalues.
func (m *minimiser) indefinite(a *Path, negative int) {
	a.Negative = negative
	if negative > 0 {
		a.Warnings = append(a.Warnings, &SaddleError{negative})
		return
	}
	a.Warnings = append(a.Warnings, &NewtonError{m.out.steps, m.scale, a.Action, "the Hessian is singular: some state or parameter is not determined by the data", ode.ErrSingular})
}

// capped is second for weights that are too large.
func (m *minimiser) capped(a *Path, scale float64, cov bool) {
	p, w := m.p, m.w
	w.caps = m.firstCaps()
	found, settled, negative := false, false, -1
	for round := 0; round < capRounds && !settled; round++ {
		if m.definite(scale) {
			a.Negative = 0
			if found = true; !cov {
				return
			}
			last := Path{StateVar: a.StateVar, ThetaCov: a.ThetaCov}
			m.fronts().covariance(a)
			settled = p.rfMat != nil || last.StateVar != nil && a.near(&last)
		} else if found {
			break // by rounding
		} else {
			before := negative
			if negative = m.fronts().inertia(w, m.v, scale); negative == before || p.rfMat != nil {
				break
			}
		}
		for d := range w.caps {
			w.caps[d] *= capGrowth
			if v := a.typicalVar(d); v > 0 {
				w.caps[d] = max(w.caps[d], laterCap*floats.Sum(p.s)/v)
			}
		}
	}
	switch {
	case !found:
		m.indefinite(a, negative)
	case !settled:
		a.StateVar, a.ThetaCov = nil, nil
		a.Warnings = append(a.Warnings, errDigits)
	}
}

// firstCaps are precisions of the components' models at which the walk is small
// beside the components.
func (m *minimiser) firstCaps() []float64 {
	p := m.p
	caps := make([]float64, p.D)
	length := floats.Sum(p.s)
	for d := range caps {
		sum := 0.0
		for i := d; i < p.nx; i += p.D {
			sum += m.v[i] * m.v[i]
		}
		caps[d] = firstCap * length * float64(p.nx/p.D) / sum
		if math.IsInf(caps[d], 1) || caps[d] != caps[d] {
			caps[d] = stiffest * p.s[0] * p.maxRm()
		}
	}
	return caps
}

// typicalVar is the median over the path of the posterior variance of component
// d; 0: it is not known.
func (a *Path) typicalVar(d int) float64 {
	if a.StateVar == nil {
		return 0
	}
	var v []float64
	for i := d; i < len(a.StateVar); i += a.Dim {
		v = append(v, a.StateVar[i])
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// near reports whether the posterior widths agree with those of b.
func (a *Path) near(b *Path) bool {
	n := len(a.Theta)
	for i := range n {
		if v := a.ThetaCov[i*n+i]; !(math.Abs(v-b.ThetaCov[i*n+i]) <= capSettle*v) {
			return false
		}
	}
	for d := range a.Dim {
		floor := a.typicalVar(d)
		for i := d; i < len(a.StateVar); i += a.Dim {
			if v := a.StateVar[i]; !(math.Abs(v-b.StateVar[i]) <= capSettle*max(v, floor)) {
				return false
			}
		}
	}
	return true
}

// SaddleError warns that a stationary path is no minimum.
type SaddleError struct{ Negative int }

func (e *SaddleError) Error() string {
	return "discrete: the path is a saddle of the action: " + itoa(e.Negative) + " negative eigenvalues of the Hessian"
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
