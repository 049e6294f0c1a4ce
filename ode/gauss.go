package ode

import (
	"fmt"
	"math"
)

// GaussLegendre is the implicit collocation method at the Gauss nodes, of
// order 2 Stages, with a fixed step: symplectic, symmetric, and it conserves
// quadratic invariants. The stage equations are solved to rounding level and
// the steps are summed with compensation, so that the error of an invariant
// is a random walk of rounding errors (Hairer, McLachlan, Razakarivony, BIT 48
// (2008) 231).
type GaussLegendre struct {
	Stages int // 1 .. 6 [2]
}

// Gauss2 to Gauss12 are the Gauss methods by their order; Gauss2 is the
// implicit midpoint rule.
var (
	Gauss2  = &GaussLegendre{1}
	Gauss4  = &GaussLegendre{2}
	Gauss6  = &GaussLegendre{3}
	Gauss8  = &GaussLegendre{4}
	Gauss10 = &GaussLegendre{5}
	Gauss12 = &GaussLegendre{6}
)

func (m *GaussLegendre) stages() int {
	if m.Stages == 0 {
		return 2
	}
	return m.Stages
}

// Name returns "Gauss" with the order.
func (m *GaussLegendre) Name() string { return fmt.Sprintf("Gauss %d", m.Order()) }

// Order returns 2 Stages.
func (m *GaussLegendre) Order() int { return 2 * m.stages() }

// Adaptive returns false.
func (m *GaussLegendre) Adaptive() bool { return false }

type gaussStepper struct {
	r       *run
	st      *stages
	sum     compensated
	needJac bool
	scale   []float64 // largest |y| so far of each component (size)
}

func (m *GaussLegendre) newStepper(r *run) (stepper, error) {
	if s := m.stages(); s < 1 || s > 6 {
		return nil, r.error(ErrMethod, fmt.Sprintf("Stages = %d", s), "1 to 6")
	}
	if r.sys.Algebraic > 0 {
		return nil, r.error(ErrMethod, "the system has algebraic components", "use Radau")
	}
	r.window = m.stages() + 1
	return &gaussStepper{r: r, st: newStages(r, gaussTable(m.stages())), needJac: true,
		sum: newCompensated(r.size), scale: make([]float64, r.size)}, nil
}

func (st *gaussStepper) start() float64 { return st.r.fixedStep() }

func (st *gaussStepper) try(h float64) (float64, bool) {
	r, sg := st.r, st.st
	size := math.Abs(h)
	st.measure()
	sg.predict(h)
	for attempt := 0; ; attempt++ {
		if st.needJac {
			sg.linearise()
			st.needJac = false
		}
		if math.Abs(h-sg.factoredH) > 1e-9*size && !sg.factor(h) {
			r.fatal = r.error(ErrSingular, "the matrix of the stage equations", "use a smaller Step")
			return 0, false
		}
		converged, slow := st.iterate(h)
		if converged {
			st.needJac = slow
			break
		}
		if attempt > 0 || notFinite(sg.z) >= 0 && attempt > 0 {
			r.fatal = r.error(ErrNoDescent, "the stage equations", "use a smaller Step")
			if i := notFinite(sg.f); i >= 0 {
				r.fatal = r.error(ErrNotFinite, fmt.Sprintf("derivative of %s at a stage", r.name(i%r.size%r.n)), "use a smaller Step")
			}
			return 0, false
		}
		// Once more with the Jacobian of this step and no prediction.
		st.needJac = true
		clear(sg.z)
	}
	st.sum.add(r.next, r.y, h, sg.m.b, sg.f)
	if i := notFinite(r.next); i >= 0 {
		r.fatal = r.error(ErrNotFinite, fmt.Sprintf("%s = %g", r.name(i%r.n), r.next[i]), "use a smaller Step")
		return 0, false
	}
	return size, true
}

// measure updates the scales. Every row of the sensitivities has one scale.
func (st *gaussStepper) measure() {
	r := st.r
	for i, v := range r.y[:r.n] {
		st.scale[i] = max(st.scale[i], math.Abs(v))
	}
	for i := range r.n {
		row := r.n + i*r.cols
		big := 0.0
		for _, v := range r.y[row : row+r.cols] {
			big = max(big, math.Abs(v))
		}
		for j := range r.cols {
			st.scale[row+j] = max(st.scale[row+j], big)
		}
	}
}

// iterate corrects the stages until the corrections, relative to the scales,
// are at rounding level: they no longer decrease.
func (st *gaussStepper) iterate(h float64) (converged, slow bool) {
	sg, size := st.st, st.r.size
	last := math.Inf(1)
	for k := 1; k <= 50; k++ {
		sg.evaluate(h)
		sg.correct(h)
		d := 0.0
		for i := range sg.m.s {
			for c, v := range sg.g[i*size : (i+1)*size] {
				if v != 0 {
					d = max(d, math.Abs(v)/(st.scale[c]+math.Abs(sg.z[i*size+c])))
				}
			}
		}
		if math.IsNaN(d) || k > 4 && d > 1e6*last {
			return false, true
		}
		if d == 0 || d >= last && d < 1e-12 || d < 1e-17 {
			return true, k > 6
		}
		last = min(last, d)
	}
	return false, true
}

func (st *gaussStepper) accept(h float64) {
	r := st.r
	st.sum.commit()
	st.st.keep(h)
	// Only the Jacobian by differences and the interpolant ask for f.
	if st.needJac || !r.in.EndOnly || r.events != nil {
		r.rhs(r.fnext, r.t+h, r.next)
	}
}

func (st *gaussStepper) dense(dst []float64, _ float64) []float64 { return dst }
func (st *gaussStepper) moved()                                   {}

// compensated adds increments to a vector and keeps what rounding took from
// them for the next time (Kahan).
type compensated struct {
	lost, next []float64
}

func newCompensated(n int) compensated {
	return compensated{make([]float64, n), make([]float64, n)}
}

// add stores y + h sum_i b_i f_i into dst, f_i being consecutive rows of f.
func (c *compensated) add(dst, y []float64, h float64, b, f []float64) {
	size := len(y)
	for k := range y {
		s := 0.0
		for i, bi := range b {
			s += bi * f[i*size+k]
		}
		e := c.lost[k] + h*s
		v := y[k] + e
		dst[k] = v
		c.next[k] = (y[k] - v) + e
	}
}

// commit accepts the last addition.
func (c *compensated) commit() { c.lost, c.next = c.next, c.lost }

func (st *gaussStepper) restart() {}
