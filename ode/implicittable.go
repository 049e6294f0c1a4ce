package ode

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// implicit are the coefficients of an implicit Runge-Kutta method of
// collocation type with s stages: nodes c, the zeros of a Legendre or Radau
// polynomial on [0, 1]; A_ij and b_j, the integrals of the Lagrange
// polynomials l_j from 0 to c_i and to 1.
type implicit struct {
	s    int
	c, b []float64
	a    []float64 // s×s

	// A^-1 = T diag(lambda) T^-1. Of every complex pair only one is kept:
	// lambda[0..q-1], T (s×q) and T^-1 (q×s); real says that the first is
	// real. The stage equations of a linear system decouple in these.
	lambda  []complex128
	t, tinv []complex128
	real    bool

	// power[j*s+i]: the coefficient of theta^(j+1) in the polynomial that is
	// 1 at c_i and 0 at 0 and the other nodes.
	power []float64

	// Embedded formula of order s: y^ - y = h gamma f(y0) + sum e_i Z_i, with
	// gamma = 1/lambda[0] if that is real (Hairer and Wanner II, IV.8).
	gamma float64
	e     []float64
}

var implicitTables sync.Map // of s, negative for Radau, to *implicit

func gaussTable(s int) *implicit { return implicitTable(s) }
func radauTable(s int) *implicit { return implicitTable(-s) }

func implicitTable(key int) *implicit {
	if m, ok := implicitTables.Load(key); ok {
		return m.(*implicit)
	}
	m := newImplicit(max(key, -key), key < 0)
	implicitTables.Store(key, m)
	return m
}

func newImplicit(s int, radau bool) *implicit {
	m := &implicit{s: s, c: gaussNodes(s, radau)}
	m.b, m.a = make([]float64, s), make([]float64, s*s)
	quad := gaussNodes(s, false)
	weight := make([]float64, s)
	for i, x := range quad {
		// 1/(x (1-x) P'(2x-1)^2) on [0, 1].
		_, d := legendre(s, 2*x-1)
		weight[i] = 1 / (4 * x * (1 - x) * d * d)
	}
	for j := range s {
		integral := func(to float64) float64 {
			sum := 0.0
			for k, x := range quad {
				sum += weight[k] * m.lagrange(j, x*to)
			}
			return sum * to
		}
		m.b[j] = integral(1)
		for i := range s {
			m.a[i*s+j] = integral(m.c[i])
		}
	}
	m.decompose()
	m.power = make([]float64, s*s)
	for i := range s {
		// theta/c_i prod (theta - c_j)/(c_i - c_j), expanded.
		p := make([]float64, s+1)
		p[1] = 1 / m.c[i]
		deg := 1
		for j := range s {
			if j == i {
				continue
			}
			f := 1 / (m.c[i] - m.c[j])
			deg++
			for l := deg; l >= 1; l-- {
				p[l] = f * (p[l-1] - m.c[j]*p[l])
			}
		}
		for j := range s {
			m.power[j*s+i] = p[j+1]
		}
	}
	if radau && m.real {
		m.embed()
	}
	return m
}

// legendre returns P_s(x) and its derivative.
func legendre(s int, x float64) (p, d float64) {
	p0, p1 := 1.0, x
	if s == 0 {
		return 1, 0
	}
	for k := 2; k <= s; k++ {
		p0, p1 = p1, (float64(2*k-1)*x*p1-float64(k-1)*p0)/float64(k)
	}
	return p1, float64(s) * (p0 - x*p1) / (1 - x*x)
}

// gaussNodes returns the zeros on [0, 1] of P_s, or those of P_s - P_(s-1),
// which has one at 1.
func gaussNodes(s int, radau bool) []float64 {
	c := make([]float64, s)
	f := func(x float64) float64 {
		p, _ := legendre(s, x)
		if radau {
			q, _ := legendre(s-1, x)
			p -= q
		}
		return p
	}
	n := s
	if radau {
		n--
		c[s-1] = 1
	}
	// The zeros separate on a fine grid of angles; bisection is exact enough
	// and needs no derivative.
	const grid = 4000
	found := 0
	prev, last := -1.0, f(-1)
	for k := 1; k < grid && found < n; k++ {
		x := -math.Cos(math.Pi * float64(k) / grid)
		fx := f(x)
		if last*fx < 0 || fx == 0 {
			a, b, fa := prev, x, last
			for range 100 {
				mid := a + (b-a)/2
				if fm := f(mid); fa*fm <= 0 {
					b = mid
				} else {
					a, fa = mid, fm
				}
			}
			c[found] = (1 + b) / 2
			found++
			if fx == 0 {
				fx = f(x + 1e-9)
			}
		}
		prev, last = x, fx
	}
	return c
}

// lagrange returns l_j(x).
func (m *implicit) lagrange(j int, x float64) float64 {
	v := 1.0
	for i, c := range m.c {
		if i != j {
			v *= (x - c) / (m.c[j] - c)
		}
	}
	return v
}

// decompose computes the eigenvalues and vectors of A^-1.
func (m *implicit) decompose() {
	s := m.s
	var inv mat.Dense
	if err := inv.Inverse(mat.NewDense(s, s, append([]float64(nil), m.a...))); err != nil {
		panic("ode: singular tableau")
	}
	var eig mat.Eigen
	if !eig.Factorize(&inv, mat.EigenRight) {
		panic("ode: eigenvalues of the tableau not found")
	}
	values := eig.Values(nil)
	var vec mat.CDense
	eig.VectorsTo(&vec)
	// The real one first, then those of positive imaginary part.
	var order []int
	for i, v := range values {
		if imag(v) == 0 {
			m.real = true
			order = append([]int{i}, order...)
		} else if imag(v) > 0 {
			order = append(order, i)
		}
	}
	q := len(order)
	full := make([]complex128, s*s)
	for i := range s {
		for j := range s {
			full[i*s+j] = vec.At(i, j)
		}
	}
	inverse := invertComplex(append([]complex128(nil), full...), s)
	m.t, m.tinv = make([]complex128, s*q), make([]complex128, q*s)
	for k, j := range order {
		m.lambda = append(m.lambda, values[j])
		for i := range s {
			m.t[i*q+k] = full[i*s+j]
			m.tinv[k*s+i] = inverse[j*s+i]
		}
	}
}

// embed computes the error weights.
func (m *implicit) embed() {
	s := m.s
	m.gamma = 1 / real(m.lambda[0])
	// sum_i d_i c_i^(k-1) = -gamma [k = 1], d = b^ - b; then e = d A^-1, that
	// is e A = d.
	v := mat.NewDense(s, s, nil)
	rhs := mat.NewVecDense(s, nil)
	rhs.SetVec(0, -m.gamma)
	for k := range s {
		for i, c := range m.c {
			v.Set(k, i, math.Pow(c, float64(k)))
		}
	}
	var d, e mat.VecDense
	if d.SolveVec(v, rhs) != nil || e.SolveVec(mat.NewDense(s, s, append([]float64(nil), m.a...)).T(), &d) != nil {
		panic("ode: singular tableau")
	}
	m.e = append([]float64(nil), e.RawVector().Data...)
}
