package ode

import (
	"fmt"
	"math"
)

// RadauIIA is the implicit collocation method at the Radau nodes, of order
// 2 Stages - 1, L-stable, for stiff problems and for systems with algebraic
// components. Step control, error estimate and Newton iteration are those of
// Hairer and Wanner's RADAU5 (II, IV.8), the choice of order that of their
// RADAU ("Stiff differential equations solved by Radau methods", J. Comput.
// Appl. Math. 111 (1999) 93). Its dense output is the collocation polynomial,
// of degree Stages.
type RadauIIA struct {
	// Stages is 3, 5 or 7. [0: changed between them as convergence allows]
	Stages int
}

// Radau chooses between the orders 5, 9 and 13; the others are of one order.
var (
	Radau   = &RadauIIA{}
	Radau5  = &RadauIIA{Stages: 3}
	Radau9  = &RadauIIA{Stages: 5}
	Radau13 = &RadauIIA{Stages: 7}
)

// Name returns "Radau IIA" with the order if it is fixed.
func (m *RadauIIA) Name() string {
	if m.Stages == 0 {
		return "Radau IIA"
	}
	return fmt.Sprintf("Radau IIA %d", m.Order())
}

// Order returns 2 Stages - 1; the lowest, 5, if it varies.
func (m *RadauIIA) Order() int { return 2*max(m.Stages, 3) - 1 }

// Adaptive returns true.
func (m *RadauIIA) Adaptive() bool { return true }

const (
	radauSafety  = 0.9
	radauMin     = 0.125 // a step may grow 8 times
	radauMax     = 5     // and shrink 5 times
	radauReuseJ  = 0.001 // the Jacobian is kept while the iteration contracts by this
	radauKeepLo  = 1     // the step, and the factors, are kept if the new size
	radauKeepHi  = 1.2   // lies between these multiples
	radauOrderUp = 0.002 // contraction below which the order is raised
	radauOrderDn = 0.8   // contraction above which it is lowered
)

// radauStepper performs the steps of a RadauIIA.
type radauStepper struct {
	r        *run
	m        *RadauIIA
	st       *stages
	err      []float64
	arg      []float64
	rtol     []float64 // the tolerances of the user, before the change below
	atol     []float64
	theta    float64 // contraction of the last Newton iteration
	faccon   float64
	iters    int     // Newton's allowance
	newtonTo float64 // where it stops
	newt     int     // iterations of the last step

	needJac  bool // a new Jacobian is wanted
	jacHere  bool // the Jacobian belongs to the present point
	singular int  // singular matrices in a row
	first    bool
	rejected bool
	accepted int     // since the start, or since the order changed
	hacc     float64 // last accepted step and its error, for the prediction
	erracc   float64
	ratio    float64 // proposed over present step
	failed   bool    // Newton's iteration failed on the way to this step
	badAt    int
}

func (m *RadauIIA) newStepper(r *run) (stepper, error) {
	s := m.Stages
	switch s {
	case 0:
		s = 3
	case 3, 5, 7:
	default:
		return nil, r.error(ErrMethod, fmt.Sprintf("Stages = %d", m.Stages), "3, 5 or 7")
	}
	st := &radauStepper{r: r, m: m, st: newStages(r, radauTable(s)), first: true, needJac: true, faccon: 1, badAt: -1}
	st.err, st.arg = make([]float64, r.size), make([]float64, r.size)
	st.rtol = append([]float64(nil), r.rtol...)
	st.atol = append([]float64(nil), r.atol...)
	st.scaleTolerances()
	return st, nil
}

func (st *radauStepper) start() float64 {
	r := st.r
	if r.in.Step > 0 {
		return r.in.Step
	}
	// The choice for explicit methods would see the stiff components; a step
	// that is too large costs one rejection.
	return r.firstStep(st.st.m.s, st.arg, st.err)
}

func (st *radauStepper) bad() int { return st.badAt }

func (st *radauStepper) try(h float64) (float64, bool) {
	r, sg := st.r, st.st
	st.badAt = -1
	size := math.Abs(h)
	if st.needJac {
		sg.linearise()
		st.needJac, st.jacHere = false, true
		if i := notFinite(sg.dfdy); i >= 0 {
			r.fatal = r.error(ErrNotFinite, fmt.Sprintf("Jacobian, d%s'/d%s", r.name(i/r.n), r.name(i%r.n)), "")
			return 0, false
		}
	}
	if math.Abs(h-sg.factoredH) > 1e-9*size && !sg.factor(h) {
		if st.singular++; st.singular > 5 {
			r.fatal = r.error(ErrSingular, "the matrix of the stage equations", "an algebraic part must have a regular Jacobian (index 1)")
		}
		return st.reject(size / 2)
	}
	st.singular = 0
	sg.predict(h)
	if next, ok := st.newton(h); !ok {
		st.failed = true
		return st.reject(next)
	}
	// Radau's last stage is the end of the step.
	last := sg.z[(sg.m.s-1)*r.size:]
	for i, y := range r.y {
		r.next[i] = y + last[i]
	}
	e := st.estimate(h)
	if math.IsNaN(e) || notFinite(r.next) >= 0 {
		st.badAt = max(0, notFinite(sg.f)%r.size)
		return st.reject(size / 5)
	}
	return st.control(size, e)
}

// newton iterates on the stages. If it fails, next is the size to try.
func (st *radauStepper) newton(h float64) (next float64, ok bool) {
	r, sg := st.r, st.st
	size := math.Abs(h)
	st.faccon = math.Pow(max(st.faccon, epsilon), 0.8)
	st.theta = radauReuseJ
	last, lastQ := 0.0, 0.0
	for k := 1; ; k++ {
		if k > st.iters {
			return size / 2, false
		}
		sg.evaluate(h)
		sg.correct(h)
		d := sg.difference()
		if math.IsNaN(d) || math.IsInf(d, 0) {
			st.badAt = max(0, notFinite(sg.f)%r.size)
			st.theta = 1
			return size / 2, false
		}
		if k > 1 && k < st.iters {
			q := d / last
			if k == 2 {
				st.theta = q
			} else {
				st.theta = math.Sqrt(q * lastQ)
			}
			lastQ = q
			if st.theta >= 0.99 {
				return size / 2, false
			}
			st.faccon = st.theta / (1 - st.theta)
			left := st.faccon * d * math.Pow(st.theta, float64(st.iters-1-k)) / st.newtonTo
			if left >= 1 {
				q := max(1e-4, min(20, left))
				return size * 0.8 * math.Pow(q, -1/float64(4+st.iters-1-k)), false
			}
		}
		last = max(d, epsilon)
		if st.faccon*d <= st.newtonTo {
			st.newt = k
			return 0, true
		}
	}
}

func (st *radauStepper) accept(h float64) {
	r, sg := st.r, st.st
	st.accepted++
	st.first, st.rejected = false, false
	r.rhs(r.fnext, r.t+h, r.next)
	sg.keep(h)
	if r.bare {
		r.stagesOf = append(r.stagesOf, int8(sg.m.s))
	}
}

func (st *radauStepper) dense(dst []float64, h float64) []float64 {
	n, s := st.r.n, st.st.m.s
	at := len(dst)
	for range s {
		dst = append(dst, st.r.y[:n]...)
	}
	st.st.powers(dst[at:], n)
	return dst
}

func (st *radauStepper) moved() { st.reorder() }
