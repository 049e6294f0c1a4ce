package ode

import (
	"fmt"
	"math"

	"costate/internal/linalg"
)

// Rosenbrock is a linearly implicit Runge-Kutta method given by its
// coefficients in the form of Hairer and Wanner II, IV.7, (7.25): stage i
// solves
//
//	(M/(h Gamma) - J) u_i = f(t + Alpha_i h, y + sum_{j<i} A_ij u_j)
//	                        + M sum_{j<i} C_ij u_j/h + D_i h df/dt,
//
// the last two rows of A are equal up to a 1 behind them, y(t+h) = y + sum of
// the last row and u_s, and u_s is the error estimate. One Jacobian and one
// factorisation per step; no iteration.
type Rosenbrock struct {
	Title string
	P, Q  int // orders of the step and of the error estimate's lower formula
	Gamma float64
	Alpha []float64
	D     []float64
	A, C  [][]float64

	// Dense are the weights of the two highest terms of the dense output
	// y + theta (y1 - y) + theta (1-theta) (k_0 + theta k_1), k_l = sum Dense[l][j] u_j.
	Dense [2][]float64
}

// Rodas4 is the L-stable, stiffly accurate method of order 4 with an error
// estimate of order 3 and 6 stages of Hairer and Wanner (program RODAS, II,
// IV.10), with dense output of order 3. It also solves systems with algebraic
// components.
var Rodas4 = &Rosenbrock{
	Title: "RODAS4",
	P:     4,
	Q:     3,
	Gamma: 0.25,
	Alpha: []float64{0, 0.386, 0.21, 0.63, 1, 1},
	D:     []float64{0.25, -0.1043, 0.1035, -0.03620000000000023, 0, 0},
	A: [][]float64{
		{},
		{1.544},
		{0.9466785280815826, 0.2557011698983284},
		{3.314825187068521, 2.896124015972201, 0.9986419139977817},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1},
	},
	C: [][]float64{
		{},
		{-5.6688},
		{-2.430093356833875, -0.2063599157091915},
		{-0.1073529058151375, -9.594562251023355, -20.47028614809616},
		{7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160},
		{8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054},
	},
	Dense: [2][]float64{
		{10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662, 0},
		{-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872, 0},
	},
}

// Name returns the Title.
func (m *Rosenbrock) Name() string { return m.Title }

// Order returns P.
func (m *Rosenbrock) Order() int { return m.P }

// Adaptive returns true.
func (m *Rosenbrock) Adaptive() bool { return true }

type rosenbrockStepper struct {
	r         *run
	m         *Rosenbrock
	jac       func(dfdy []float64, t float64, y, f0 []float64)
	dfdy, lu  []float64
	piv       []int
	ft        []float64 // df/dt
	u         [][]float64
	arg, f    []float64
	linear    bool // dfdy and ft belong to this point
	rejected  bool
	accepted  int
	hacc, eac float64
	singular  int
	badAt     int
}

func (m *Rosenbrock) newStepper(r *run) (stepper, error) {
	if r.cols > 0 {
		return nil, r.error(ErrMethod, "a Rosenbrock method has no variational equations without second derivatives", "use Radau")
	}
	n := r.n
	st := &rosenbrockStepper{r: r, m: m, jac: r.jacobian(), dfdy: make([]float64, n*n), lu: make([]float64, n*n),
		piv: make([]int, n), ft: make([]float64, n), arg: make([]float64, n), f: make([]float64, n), badAt: -1}
	for range m.A {
		st.u = append(st.u, make([]float64, n))
	}
	return st, nil
}

func (st *rosenbrockStepper) start() float64 { return st.r.firstStep(st.m.Q, st.arg, st.f) }
func (st *rosenbrockStepper) bad() int       { return st.badAt }
func (st *rosenbrockStepper) moved()         {}

// linearise takes the derivatives at the start of the step.
func (st *rosenbrockStepper) linearise() {
	r := st.r
	st.jac(st.dfdy, r.t, r.y, r.f)
	d := max(math.Sqrt(epsilon)*math.Abs(r.end-r.start0), 16*ulp(r.t)) * r.dir
	if (r.t+d-r.end)*r.dir > 0 {
		d = -d // stay inside the interval
	}
	t := r.t + d
	r.rhs(st.ft, t, r.y)
	for i, f := range r.f {
		st.ft[i] = (st.ft[i] - f) / (t - r.t)
	}
	st.linear = true
}

func (st *rosenbrockStepper) try(h float64) (float64, bool) {
	r, m, n := st.r, st.m, st.r.n
	size := math.Abs(h)
	st.badAt = -1
	if !st.linear {
		st.linearise()
		if i := notFinite(st.dfdy); i >= 0 {
			r.fatal = r.error(ErrNotFinite, fmt.Sprintf("Jacobian, d%s'/d%s", r.name(i/n), r.name(i%n)), "")
			return 0, false
		}
	}
	diff := n - r.sys.Algebraic
	for i, v := range st.dfdy {
		st.lu[i] = -v
	}
	for i := range diff {
		st.lu[i*n+i] += 1 / (h * m.Gamma)
	}
	r.stats.Factorisations++
	if linalg.LU(st.lu, n, st.piv) >= 0 {
		if st.singular++; st.singular > 5 {
			r.fatal = r.error(ErrSingular, "the matrix of the stages", "an algebraic part must have a regular Jacobian (index 1)")
		}
		return size / 2, false
	}
	st.singular = 0
	for i := range m.A {
		u := st.u[i]
		f := r.f
		if i > 0 {
			copy(st.arg, r.y)
			for j, a := range m.A[i] {
				if a != 0 {
					for k, v := range st.u[j] {
						st.arg[k] += a * v
					}
				}
			}
			r.rhs(st.f, r.t+m.Alpha[i]*h, st.arg)
			f = st.f
		}
		clear(u)
		for j, c := range m.C[i] {
			c /= h
			for k, v := range st.u[j][:diff] {
				u[k] += c * v
			}
		}
		d := m.D[i] * h
		for k := range u {
			u[k] += f[k] + d*st.ft[k]
		}
		r.stats.Solves++
		linalg.LUSolve(st.lu, n, st.piv, u, 1)
	}
	last := st.u[len(st.u)-1]
	for k, v := range last {
		r.next[k] = st.arg[k] + v
	}
	e := math.Sqrt(r.norm2(last, r.next, 1))
	if math.IsNaN(e) || notFinite(r.next) >= 0 {
		for _, u := range st.u {
			if st.badAt = notFinite(u); st.badAt >= 0 {
				break
			}
		}
		st.rejected = true
		return size / 5, false
	}
	return st.control(size, e)
}

// control is that of RODAS: Gustafsson's prediction from the last two errors.
func (st *rosenbrockStepper) control(size, e float64) (float64, bool) {
	const safety, least, most = 0.9, 1. / 6, 5.
	q := 1 / float64(st.m.Q+1)
	quot := max(least, min(most, math.Pow(e, q)/safety))
	next := size / quot
	if e > 1 {
		st.rejected = true
		return next, false
	}
	if st.accepted > 0 {
		g := st.hacc / size * math.Pow(e*e/st.eac, q) / safety
		next = size / max(quot, max(least, min(most, g)))
	}
	st.hacc, st.eac = size, max(0.01, e)
	if st.rejected {
		next = min(next, size)
	}
	return next, true
}

func (st *rosenbrockStepper) accept(h float64) {
	r := st.r
	st.accepted++
	st.rejected, st.linear = false, false
	r.rhs(r.fnext, r.t+h, r.next)
}

func (st *rosenbrockStepper) dense(dst []float64, _ float64) []float64 {
	r, n := st.r, st.r.n
	at := len(dst)
	dst = append(append(append(dst, r.y...), r.y...), r.y...)
	c1, c2, c3 := dst[at:at+n], dst[at+n:at+2*n], dst[at+2*n:]
	for k := range n {
		var k0, k1 float64
		for j, u := range st.u {
			k0 += st.m.Dense[0][j] * u[k]
			k1 += st.m.Dense[1][j] * u[k]
		}
		c1[k] = r.next[k] - r.y[k] + k0
		c2[k] = k1 - k0
		c3[k] = -k1
	}
	return dst
}

func (st *rosenbrockStepper) restart() {}
