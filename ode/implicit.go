package ode

import (
	"math"

	"costate/internal/linalg"
)

// stages solves the equations of an implicit Runge-Kutta step,
//
//	M Z_i = h sum_j A_ij F(t + c_j h, y + Z_j),   M = diag(1, .., 1, 0, .., 0),
//
// by a simplified Newton iteration with one Jacobian J, in the coordinates in
// which A^-1 is diagonal: every correction costs one real or complex solve of
// order n for each eigenvalue or pair (Hairer and Wanner II, IV.8). The
// residual is formed with A itself, so that the solution does not depend on
// how well A^-1 was decomposed. The columns of sensitivities are solved with
// the same factors; J is not differentiated.
type stages struct {
	r *run
	m *implicit

	z, f, g []float64 // stages s×size: increments, F, correction
	buf     []float64 // workspace s×size
	arg     []float64
	w       []complex128 // transformed correction of one eigenvalue (size)
	wr      []float64

	jac       func(dfdy []float64, t float64, y, f0 []float64)
	dfdy      []float64
	real      []float64      // factors of lambda_0/h M - J
	realPiv   []int          //
	cplx      [][]complex128 // factors for the complex eigenvalues
	cplxPiv   [][]int
	factoredH float64 // step that the factors belong to; 0: none

	// The previous step's polynomial, to begin from.
	prev  []float64 // its power coefficients (s×size)
	prevH float64   // 0: none
}

func newStages(r *run, m *implicit) *stages {
	st := &stages{r: r, jac: r.jacobian(), dfdy: make([]float64, r.n*r.n)}
	st.use(m)
	return st
}

// use changes the method; the previous polynomial is kept.
func (st *stages) use(m *implicit) {
	r := st.r
	n, size := r.n, r.size
	st.m = m
	st.z = regrown(st.z, m.s*size)
	st.f = regrown(st.f, m.s*size)
	st.g = regrown(st.g, m.s*size)
	st.buf = regrown(st.buf, m.s*size)
	st.arg = regrown(st.arg, size)
	st.wr = regrown(st.wr, size)
	if st.w == nil {
		st.w = make([]complex128, size)
		st.real, st.realPiv = make([]float64, n*n), make([]int, n)
	}
	for len(st.cplx) < len(m.lambda) {
		st.cplx = append(st.cplx, make([]complex128, n*n))
		st.cplxPiv = append(st.cplxPiv, make([]int, n))
	}
	st.factoredH = 0
}

func regrown(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// linearise takes the Jacobian at the start of the step.
func (st *stages) linearise() {
	r := st.r
	st.jac(st.dfdy, r.t, r.y, r.f)
	st.factoredH = 0
}

// factor factors the matrices for the step h and says whether they are
// regular.
func (st *stages) factor(h float64) bool {
	r, n := st.r, st.r.n
	diff := n - r.sys.Algebraic
	for k, l := range st.m.lambda {
		r.stats.Factorisations++
		l /= complex(h, 0)
		if k == 0 && st.m.real {
			for i, v := range st.dfdy {
				st.real[i] = -v
			}
			for i := range diff {
				st.real[i*n+i] += real(l)
			}
			if linalg.LU(st.real, n, st.realPiv) >= 0 {
				return false
			}
			continue
		}
		a := st.cplx[k]
		for i, v := range st.dfdy {
			a[i] = complex(-v, 0)
		}
		for i := range diff {
			a[i*n+i] += l
		}
		if !luComplex(a, n, st.cplxPiv[k]) {
			return false
		}
	}
	st.factoredH = h
	return true
}

// predict starts the stages from the previous step's polynomial, or from zero.
func (st *stages) predict(h float64) {
	r, m := st.r, st.m
	size := r.size
	if st.prevH == 0 {
		clear(st.z)
		return
	}
	q := h / st.prevH
	d := len(st.prev) / size
	for i, c := range m.c {
		x := 1 + c*q
		z := st.z[i*size : (i+1)*size]
		for k := range z {
			v := 0.0
			for j := d - 1; j >= 0; j-- {
				// The polynomial at x less its value at 1, the new start.
				v = v*x + st.prev[j*size+k]
			}
			one := 0.0
			for j := d - 1; j >= 0; j-- {
				one += st.prev[j*size+k]
			}
			z[k] = v*x - one
		}
	}
}

// keep stores the polynomial of the accepted step h.
func (st *stages) keep(h float64) {
	size := st.r.size
	st.prev = regrown(st.prev, st.m.s*size)
	st.powers(st.prev, size)
	st.prevH = h
}

// powers stores the power coefficients of the collocation polynomial, of the
// first width components, into dst (s×width).
func (st *stages) powers(dst []float64, width int) {
	m, size := st.m, st.r.size
	for j := range m.s {
		row := dst[j*width : (j+1)*width]
		clear(row)
		for i := range m.s {
			p := m.power[j*m.s+i]
			for k, v := range st.z[i*size : i*size+width] {
				row[k] += p * v
			}
		}
	}
}

// evaluate computes F at the stages and the residual M Z - h A F, negative, in
// g.
func (st *stages) evaluate(h float64) {
	r, m := st.r, st.m
	size := r.size
	for i, c := range m.c {
		z := st.z[i*size : (i+1)*size]
		for k, y := range r.y {
			st.arg[k] = y + z[k]
		}
		r.rhs(st.f[i*size:(i+1)*size], r.t+c*h, st.arg)
	}
	for i := range m.s {
		g := st.g[i*size : (i+1)*size]
		copy(g, st.z[i*size:(i+1)*size])
		st.mass(g)
		for k := range g {
			g[k] = -g[k]
		}
		for j := range m.s {
			a := h * m.a[i*m.s+j]
			for k, v := range st.f[j*size : (j+1)*size] {
				g[k] += a * v
			}
		}
	}
}

// mass multiplies a vector by M: the algebraic components have no derivative.
func (st *stages) mass(v []float64) {
	r := st.r
	na := r.sys.Algebraic
	if na == 0 {
		return
	}
	clear(v[r.n-na : r.n])
	clear(v[len(v)-na*r.cols:])
}

// correct overwrites the negative residual in g by the correction of Z and
// adds it to Z.
func (st *stages) correct(h float64) {
	r, m := st.r, st.m
	n, size, cols, s := r.n, r.size, r.cols, m.s
	q := len(m.lambda)
	r.stats.Solves += q
	d := st.buf[:s*size]
	clear(d)
	if m.real {
		w := st.wr[:size]
		clear(w)
		for i := range s {
			a := real(m.tinv[i]) * real(m.lambda[0]) / h
			for c, v := range st.g[i*size : (i+1)*size] {
				w[c] += a * v
			}
		}
		st.filter(w)
		for i := range s {
			a := real(m.t[i*q])
			for c, v := range w {
				d[i*size+c] = a * v
			}
		}
	}
	for k, l := range m.lambda {
		if k == 0 && m.real {
			continue
		}
		w := st.w
		clear(w)
		for i := range s {
			a := m.tinv[k*s+i] * l / complex(h, 0)
			re, im := real(a), imag(a)
			for c, v := range st.g[i*size : (i+1)*size] {
				w[c] += complex(re*v, im*v)
			}
		}
		luSolveComplex(st.cplx[k], n, st.cplxPiv[k], w[:n], 1)
		if cols > 0 {
			luSolveComplex(st.cplx[k], n, st.cplxPiv[k], w[n:], cols)
		}
		for i := range s {
			a := m.t[i*q+k]
			re, im := 2*real(a), 2*imag(a)
			row := d[i*size : (i+1)*size]
			for c, v := range w {
				row[c] += re*real(v) - im*imag(v)
			}
		}
	}
	st.g, st.buf = st.buf, st.g
	for i, v := range st.g {
		st.z[i] += v
	}
}

// filter overwrites v (size) by (lambda_0/h M - J)^-1 v, lambda_0 real.
func (st *stages) filter(v []float64) {
	n, cols := st.r.n, st.r.cols
	linalg.LUSolve(st.real, n, st.realPiv, v[:n], 1)
	if cols > 0 {
		linalg.LUSolve(st.real, n, st.realPiv, v[n:], cols)
	}
}

// difference returns the root mean square of the correction in g over the
// scale of the components, of the state and of the sensitivities, whichever
// is larger.
func (st *stages) difference() float64 {
	r, size := st.r, st.r.size
	sum, tail := 0.0, 0.0
	for i := range st.m.s {
		g := st.g[i*size : (i+1)*size]
		sum += r.norm2(g, r.y, 1)
		if r.cols > 0 {
			tail += r.tailNorm2(g, r.y, 1)
		}
	}
	return math.Sqrt(max(sum, tail) / float64(st.m.s))
}
