package ode

import (
	"fmt"
	"math"
)

// Composition is a fixed-step symplectic method for separable Hamiltonian
// systems, H = T(t, p) + V(t, q): y = (q, p), of which f gives q' as a function
// of (t, p) and p' as a function of (t, q). It composes steps of
// Störmer-Verlet (kick, drift, kick) of the sizes Gamma[i] h. It is explicit,
// and symmetric if Gamma is.
type Composition struct {
	Title string
	P     int
	Gamma []float64 // adding to 1
}

// StormerVerlet is the method of order 2 (leapfrog). Yoshida4 and Yoshida6
// (Phys. Lett. A 150 (1990) 262; solution A) are those of fewest steps, Suzuki4
// (Phys. Lett. A 146 (1990) 319) and KahanLi6, KahanLi8 (Kahan and Li, Math.
// Comput. 66 (1997) 1089: s9odr6a, s17odr8a) take more but much more accurate
// ones. Coefficients also in Hairer, Lubich, Wanner, Geometric Numerical
// Integration, V.3.
var (
	StormerVerlet = &Composition{"Störmer-Verlet", 2, []float64{1}}
	Yoshida4      = &Composition{"Yoshida 4", 4, tripleJump()}
	Suzuki4       = &Composition{"Suzuki 4", 4, fractal()}
	Yoshida6      = &Composition{"Yoshida 6", 6, symmetric(
		0.78451361047755726382, 0.23557321335935813368, -1.17767998417887100695)}
	KahanLi6 = &Composition{"Kahan-Li 6", 6, symmetric(
		0.39216144400731413928, 0.33259913678935943860, -0.70624617255763935981, 0.082213596293550800230)}
	KahanLi8 = &Composition{"Kahan-Li 8", 8, symmetric(
		0.13020248308889008087881763, 0.56116298177510838456196441, -0.38947496264484728640807860,
		0.15884190655515560089621075, -0.39590389413323757733623154, 0.18453964097831570709183254,
		0.25837438768632204729397911, 0.29501172360931029887096624)}
)

func tripleJump() []float64 {
	c := math.Cbrt(2)
	return symmetric(1 / (2 - c))
}

func fractal() []float64 {
	g := 1 / (4 - math.Cbrt(4))
	return symmetric(g, g)
}

// symmetric returns g_1, .., g_m, g_0, g_m, .., g_1 with the sum 1.
func symmetric(g ...float64) []float64 {
	m := len(g)
	all := make([]float64, 2*m+1)
	sum := 0.0
	for i, v := range g {
		all[i], all[2*m-i] = v, v
		sum += v
	}
	all[m] = 1 - 2*sum
	return all
}

// Name returns the Title.
func (m *Composition) Name() string { return m.Title }

// Order returns P.
func (m *Composition) Order() int { return m.P }

// Adaptive returns false.
func (m *Composition) Adaptive() bool { return false }

type compositionStepper struct {
	r    *run
	m    *Composition
	f    []float64
	kick []float64 // f at the present q, of which the p part is used
	sum  compensated
	acc  []float64 // increments of the step
}

func (m *Composition) newStepper(r *run) (stepper, error) {
	if r.n%2 != 0 || r.sys.Algebraic > 0 {
		return nil, r.error(ErrMethod, "y is not (q, p) of a Hamiltonian system", "use a Gauss method")
	}
	st := &compositionStepper{r: r, m: m, f: make([]float64, r.size), kick: make([]float64, r.size),
		sum: newCompensated(r.size), acc: make([]float64, r.size)}
	if err := st.separable(); err != nil {
		return nil, err
	}
	r.window = m.P/2 + 1
	return st, nil
}

// separable checks at the start and near it that q' does not depend on q, nor
// p' on p.
func (st *compositionStepper) separable() error {
	r, n := st.r, st.r.n
	jac := r.jacobian()
	dfdy, y, f := make([]float64, n*n), make([]float64, n), make([]float64, n)
	for trial := range 2 {
		for i, v := range r.y[:n] {
			y[i] = v * (1 + 0.01*float64(trial)*float64(i+1)/float64(n))
		}
		r.stats.Func++
		r.sys.Func(f, r.t, y, r.p)
		jac(dfdy, r.t, y, f)
		for i := range n {
			for j := range n {
				if v := dfdy[i*n+j]; (i < n/2) == (j < n/2) && v != 0 && !math.IsNaN(v) {
					return r.error(ErrMethod, fmt.Sprintf("not separable: d%s'/d%s = %g", r.name(i), r.name(j), v),
						"use a Gauss method")
				}
			}
		}
	}
	return nil
}

func (st *compositionStepper) start() float64 {
	copy(st.kick, st.r.f)
	return st.r.fixedStep()
}

func (st *compositionStepper) try(h float64) (float64, bool) {
	r := st.r
	copy(r.next, r.y)
	clear(st.acc)
	t := r.t
	copy(st.f, st.kick)
	for _, g := range st.m.Gamma {
		st.shift(g*h/2, st.f, r.n/2)
		r.rhs(st.f, t+g*h/2, r.next)
		st.shift(g*h, st.f, 0)
		t += g * h
		r.rhs(st.f, t, r.next)
		st.shift(g*h/2, st.f, r.n/2)
	}
	// The increments of all shifts are added to y at once, with compensation.
	st.sum.add(r.next, r.y, 1, one, st.acc)
	if i := notFinite(r.next); i >= 0 {
		r.fatal = r.error(ErrNotFinite, fmt.Sprintf("%s = %g", r.name(i%r.n), r.next[i]), "use a smaller Step")
		return 0, false
	}
	return math.Abs(h), true
}

var one = []float64{1}

// shift adds c f to the half of r.next that starts at component from, with
// the same rows of the sensitivities.
func (st *compositionStepper) shift(c float64, f []float64, from int) {
	r := st.r
	add := func(a, b int) {
		for i := a; i < b; i++ {
			st.acc[i] += c * f[i]
			r.next[i] = r.y[i] + (st.sum.lost[i] + st.acc[i])
		}
	}
	add(from, from+r.n/2)
	if r.cols > 0 {
		add(r.n+from*r.cols, r.n+(from+r.n/2)*r.cols)
	}
}

func (st *compositionStepper) accept(h float64) {
	r := st.r
	st.sum.commit()
	st.kick, st.f = st.f, st.kick
	if !r.in.EndOnly || r.events != nil {
		r.rhs(r.fnext, r.t+h, r.next)
	}
}

func (st *compositionStepper) dense(dst []float64, _ float64) []float64 { return dst }
func (st *compositionStepper) moved()                                   {}

func (st *compositionStepper) restart() {}
