package ode

import (
	"fmt"
	"math"
	"sync"
)

// Explicit is an explicit Runge-Kutta method given by its coefficients.
// Stage i is k_i = f(t + C_i h, y + h sum_{j<i} A_ij k_j). With s = len(B),
// stage s is f(t+h, y(t+h)), the first stage of the next step; stages above it
// belong to the dense output only.
type Explicit struct {
	Title string
	P     int         // order of the step
	Q     int         // order of the lower formula in the error estimate
	A     [][]float64 // row i has i entries; A[s], if there, is nil and means B
	B     []float64
	C     []float64

	// E are the weights of the error estimate h sum E_i k_i (s entries, or
	// s+1 if it uses f(t+h, y(t+h))). With E3 the estimate is Hairer's
	// combination of order 5 and 3, err5^2/sqrt(err5^2 + err3^2/100).
	// nil: a fixed-step method.
	E, E3 []float64

	// D are the weights of the dense output: y(t + theta h) = y +
	// h sum_i k_i sum_j D[i][j] theta^(j+1). nil: cubic Hermite.
	D [][]float64

	// Beta is the default of Control.Beta.
	Beta float64

	// Stiff are two stages with C = 1: the quotient of the differences of
	// their derivatives and arguments estimates the dominant eigenvalue. The
	// method is stable for h lambda in [-Reach, 0].
	Stiff [2]int
	Reach float64
}

// Name returns the Title.
func (m *Explicit) Name() string { return m.Title }

// Order returns P.
func (m *Explicit) Order() int { return m.P }

// Adaptive reports whether there is an error estimate.
func (m *Explicit) Adaptive() bool { return m.E != nil }

// weights are the nonzero coefficients of one linear combination of stages.
type weights struct {
	stage []int
	coef  []float64
}

func nonzero(row []float64) weights {
	var w weights
	for j, a := range row {
		if a != 0 {
			w.stage = append(w.stage, j)
			w.coef = append(w.coef, a)
		}
	}
	return w
}

// explicitStepper performs the steps of an Explicit.
type explicitStepper struct {
	r         *run
	m         *Explicit
	stages    int
	a         []weights // of the stages 1..s-1 and of the extra stages
	b, e, e3  weights
	stiffDiff weights     // difference of the arguments of the two stages
	k         [][]float64 // stages, each of size r.size, in buf
	buf       []float64
	arg       []float64   // workspace
	d         [][]float64 // D transposed: d[j] are the weights of theta^(j+1)
	control   controller
	badAt     int
	test      stiffTest
}

// steppers are those of integrations that have ended: shooting makes thousands of
// a step or two, with stages of 100 kB.
var steppers sync.Pool

func (m *Explicit) newStepper(r *run) (stepper, error) {
	if r.sys.Algebraic > 0 {
		return nil, r.error(ErrMethod, "the system has algebraic components", "use Radau")
	}
	st, _ := steppers.Get().(*explicitStepper)
	if st == nil || st.m != m {
		st = m.tables()
	}
	st.r, st.badAt, st.test = r, -1, stiffTest{}
	if size := (len(st.k) + 1) * r.size; cap(st.buf) < size {
		st.buf = make([]float64, size)
	} else {
		st.buf = st.buf[:size]
		clear(st.buf)
	}
	for i := range st.k {
		st.k[i] = st.buf[i*r.size : (i+1)*r.size]
	}
	st.arg = st.buf[len(st.k)*r.size:]
	st.control = newController(r, m.Q, m.Beta)
	return st, nil
}

// release gives st to a later integration.
func (st *explicitStepper) release() {
	st.r = nil
	steppers.Put(st)
}

// tables returns a stepper with what depends on the method alone.
func (m *Explicit) tables() *explicitStepper {
	s := len(m.B)
	st := &explicitStepper{m: m, stages: s}
	st.a = make([]weights, len(m.A))
	for i, row := range m.A {
		st.a[i] = nonzero(row)
	}
	st.b, st.e, st.e3 = nonzero(m.B), nonzero(m.E), nonzero(m.E3)
	st.k = make([][]float64, max(len(m.A), s+1))
	if m.D != nil {
		st.d = make([][]float64, len(m.D[0]))
		for j := range st.d {
			st.d[j] = make([]float64, len(m.D))
			for i := range m.D {
				st.d[j][i] = m.D[i][j]
			}
		}
	}
	if m.Reach > 0 {
		diff := make([]float64, s)
		row := func(i int) []float64 {
			if i == s {
				return m.B
			}
			return m.A[i]
		}
		for j, a := range row(m.Stiff[1]) {
			diff[j] += a
		}
		for j, a := range row(m.Stiff[0]) {
			diff[j] -= a
		}
		st.stiffDiff = nonzero(diff)
	}
	return st
}

func (st *explicitStepper) start() float64 {
	copy(st.k[0], st.r.f)
	if st.m.E == nil {
		return st.r.fixedStep()
	}
	return st.r.firstStep(st.m.Q, st.arg, st.k[1])
}

func (st *explicitStepper) bad() int { return st.badAt }

// combine stores y + h sum w_j k_j into dst.
func (st *explicitStepper) combine(dst, y []float64, h float64, w weights) {
	k := st.k
	switch c := w.coef; len(c) {
	case 0:
		copy(dst, y)
	case 1:
		k0, c0 := k[w.stage[0]][:len(dst)], h*c[0]
		for i, yi := range y[:len(dst)] {
			dst[i] = yi + c0*k0[i]
		}
	default:
		// Two stages a pass, the sum kept in dst: the vectors are contiguous
		// and no bounds are checked inside.
		k0, k1 := k[w.stage[0]][:len(dst)], k[w.stage[1]][:len(dst)]
		c0, c1 := c[0], c[1]
		for i := range dst {
			dst[i] = c0*k0[i] + c1*k1[i]
		}
		j := 2
		for ; j+1 < len(c); j += 2 {
			k0, k1 := k[w.stage[j]][:len(dst)], k[w.stage[j+1]][:len(dst)]
			c0, c1 := c[j], c[j+1]
			for i := range dst {
				dst[i] += c0*k0[i] + c1*k1[i]
			}
		}
		if j < len(c) {
			k0, c0 := k[w.stage[j]][:len(dst)], c[j]
			for i := range dst {
				dst[i] += c0 * k0[i]
			}
		}
		y = y[:len(dst)]
		for i := range dst {
			dst[i] = y[i] + h*dst[i]
		}
	}
}

func (st *explicitStepper) try(h float64) (float64, bool) {
	r, m := st.r, st.m
	st.badAt = -1
	for i := 1; i < st.stages; i++ {
		st.combine(st.arg, r.y, h, st.a[i])
		r.rhs(st.k[i], r.t+m.C[i]*h, st.arg)
	}
	st.combine(r.next, r.y, h, st.b)
	if m.E == nil {
		if notFinite(r.next) >= 0 {
			i := notFinite(r.next)
			r.fatal = r.error(ErrNotFinite, fmt.Sprintf("%s = %g", r.name(i%r.n), r.next[i]), "use a smaller Step")
			return 0, false
		}
		return math.Abs(h), true
	}
	known := false
	if n := len(st.e.stage); n > 0 && st.e.stage[n-1] == st.stages {
		r.rhs(st.k[st.stages], r.t+h, r.next)
		known = true
	}
	e := st.error(h)
	if e <= 1 && !known {
		// The derivative at the end is the next step's first stage; if it is
		// not finite this step has led out of the domain.
		r.rhs(st.k[st.stages], r.t+h, r.next)
	}
	if e <= 1 {
		if st.badAt = notFinite(st.k[st.stages]); st.badAt >= 0 {
			e = math.NaN()
		}
	} else if math.IsNaN(e) {
		st.findBad()
	}
	return st.control.next(h, e)
}

// findBad looks for the component that is not finite.
func (st *explicitStepper) findBad() {
	for _, k := range st.k[:st.stages+1] {
		if i := notFinite(k); i >= 0 {
			st.badAt = i
			return
		}
	}
}

// error returns the scaled error of the attempted step, NaN if a number in
// it is not finite.
func (st *explicitStepper) error(h float64) float64 {
	r := st.r
	if notFinite(r.next) >= 0 {
		return math.NaN()
	}
	st.sum(st.arg[:r.counted], st.e)
	e5, tail5 := r.norm2(st.arg, r.next, h), 0.0
	if r.counted > r.n {
		tail5 = r.tailNorm2(st.arg, r.next, h)
	}
	if st.m.E3 == nil {
		return math.Sqrt(max(e5, tail5))
	}
	st.sum(st.arg[:r.counted], st.e3)
	e := hairerError(e5, r.norm2(st.arg, r.next, h))
	if r.counted > r.n {
		e = max(e, hairerError(tail5, r.tailNorm2(st.arg, r.next, h)))
	}
	return e
}

// hairerError combines the mean squares of the estimates of order 5 and 3.
func hairerError(e5, e3 float64) float64 {
	if e5 == 0 && e3 == 0 {
		return 0
	}
	return e5 / math.Sqrt(e5+0.01*e3)
}

// sum stores sum w_j k_j into dst.
func (st *explicitStepper) sum(dst []float64, w weights) {
	clear(dst)
	for j, c := range w.coef {
		k := st.k[w.stage[j]][:len(dst)]
		for i := range dst {
			dst[i] += c * k[i]
		}
	}
}

func (st *explicitStepper) accept(h float64) {
	r := st.r
	if st.m.E == nil {
		r.rhs(st.k[st.stages], r.t+h, r.next)
	}
	if st.m.Reach > 0 && st.test.due(r.stats.Steps) {
		st.stiffness(h)
	}
	copy(r.fnext, st.k[st.stages])
}

// moved makes the last stage the first of the next step.
func (st *explicitStepper) moved() {
	st.k[0], st.k[st.stages] = st.k[st.stages], st.k[0]
}

func (st *explicitStepper) dense(dst []float64, h float64) []float64 {
	r, n := st.r, st.r.n
	if st.d == nil {
		dst = appendHermite(dst, r.y[:n], r.next[:n], r.f[:n], r.fnext[:n], h)
	} else {
		for i := st.stages + 1; i < len(st.k); i++ {
			st.combine(st.arg[:n], r.y[:n], h, st.a[i])
			// The sensitivities have no dense output.
			r.stats.Func++
			r.sys.Func(st.k[i][:n], r.t+st.m.C[i]*h, st.arg[:n], r.p)
		}
		for _, w := range st.d {
			at := len(dst)
			dst = append(dst, r.next[:n]...)
			row := dst[at:]
			clear(row)
			for i, c := range w {
				if c == 0 {
					continue
				}
				c *= h
				for l, v := range st.k[i][:n] {
					row[l] += c * v
				}
			}
		}
	}
	return dst
}

// appendHermite appends the powers of the cubic Hermite interpolant.
func appendHermite(dst, y0, y1, f0, f1 []float64, h float64) []float64 {
	n := len(y0)
	at := len(dst)
	dst = append(append(append(dst, f0...), f0...), f0...)
	c1, c2, c3 := dst[at:at+n], dst[at+n:at+2*n], dst[at+2*n:]
	for i := range y0 {
		d := y1[i] - y0[i]
		c1[i] = h * f0[i]
		c2[i] = 3*d - h*(2*f0[i]+f1[i])
		c3[i] = h*(f0[i]+f1[i]) - 2*d
	}
	return dst
}

// restart takes the first stage of the next step from beyond a break.
func (st *explicitStepper) restart() { copy(st.k[0], st.r.f) }
