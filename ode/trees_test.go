package ode

import (
	"math"
	"math/big"
	"sort"
	"strings"
	"testing"
)

// tree is a rooted tree, a list of subtrees. An order condition of a
// Runge-Kutta method belongs to each: sum_i b_i Phi_i(tree) = 1/gamma(tree)
// (Hairer, Norsett, Wanner I, II.2).
type tree struct {
	sub   []*tree
	order int
	gamma int64
	name  string
}

// trees returns all rooted trees of the orders 1 .. max, by order.
func trees(max int) [][]*tree {
	all := make([][]*tree, max+1)
	all[1] = []*tree{{order: 1, gamma: 1, name: "."}}
	for n := 2; n <= max; n++ {
		seen := map[string]bool{}
		var grow func(left int, sub []*tree)
		grow = func(left int, sub []*tree) {
			if left == 0 {
				names := make([]string, len(sub))
				gamma := int64(n)
				for i, s := range sub {
					names[i] = s.name
					gamma *= s.gamma
				}
				sort.Strings(names)
				name := "[" + strings.Join(names, "") + "]"
				if !seen[name] {
					seen[name] = true
					all[n] = append(all[n], &tree{append([]*tree(nil), sub...), n, gamma, name})
				}
				return
			}
			top := left
			if len(sub) > 0 {
				top = min(top, sub[len(sub)-1].order)
			}
			for k := top; k >= 1; k-- {
				for _, s := range all[k] {
					grow(left-k, append(sub, s))
				}
			}
		}
		grow(n-1, nil)
	}
	return all
}

// elementary evaluates the Phi of trees in rational arithmetic.
type elementary struct {
	a    [][]*big.Rat
	seen map[*tree][]*big.Rat
}

func (e *elementary) phi(t *tree) []*big.Rat {
	if v, ok := e.seen[t]; ok {
		return v
	}
	v := make([]*big.Rat, len(e.a))
	for i := range v {
		v[i] = big.NewRat(1, 1)
		for _, s := range t.sub {
			p := e.phi(s)
			sum := new(big.Rat)
			for j, a := range e.a[i] {
				if a.Sign() != 0 {
					sum.Add(sum, new(big.Rat).Mul(a, p[j]))
				}
			}
			v[i].Mul(v[i], sum)
		}
	}
	e.seen[t] = v
	return v
}

// rationals returns the exact values of the coefficients. Those given as
// decimals of 16 digits are rounded, so the conditions hold to 1e-15 or so.
func rationals(x []float64) []*big.Rat {
	r := make([]*big.Rat, len(x))
	for i, v := range x {
		r[i] = new(big.Rat).SetFloat64(v)
	}
	return r
}

// residual returns the largest |sum b Phi - 1/gamma| over the trees.
func residual(e *elementary, b []*big.Rat, ts []*tree) float64 {
	worst := 0.0
	for _, t := range ts {
		s := big.NewRat(-1, t.gamma)
		for i, p := range e.phi(t) {
			if i < len(b) && b[i].Sign() != 0 {
				s.Add(s, new(big.Rat).Mul(b[i], p))
			}
		}
		f, _ := s.Float64()
		worst = max(worst, math.Abs(f))
	}
	return worst
}

func TestTreeCount(t *testing.T) {
	want := []int{0, 1, 1, 2, 4, 9, 20, 48, 115, 286}
	for n, ts := range trees(9) {
		if len(ts) != want[n] {
			t.Errorf("%d trees of order %d, want %d", len(ts), n, want[n])
		}
	}
}

// rowsOf returns A with the row of f(t+h, y1) filled in, as rationals.
func rowsOf(m *Explicit) [][]*big.Rat {
	s := len(m.B)
	a := make([][]*big.Rat, max(len(m.A), s+1))
	for i := range a {
		if i == s {
			a[i] = rationals(m.B)
		} else {
			a[i] = rationals(m.A[i])
		}
	}
	return a
}

// TestOrderConditions checks every order condition of the step, the error
// estimate and the dense output of the explicit methods, and that the next
// order fails: the order is neither less nor more than stated.
func TestOrderConditions(t *testing.T) {
	all := trees(9)
	for _, c := range []struct {
		m           *Explicit
		hat         int     // order of the embedded formula
		dense       int     // order of the dense output
		tol, denseT float64 // rounding of the coefficients; those of D reach 15, 190, 2e3, 1e4
	}{
		{Euler, 0, 0, 0, 0}, {Midpoint, 0, 0, 0, 0}, {RK4, 0, 0, 1e-16, 0},
		{DormandPrince, 4, 4, 2e-15, 2e-14}, {Tsitouras, 4, 4, 2e-14, 3e-13},
		{DOP853, 5, 7, 1e-15, 2e-12}, {Verner, 8, 8, 2e-15, 1e-11},
	} {
		e := &elementary{rowsOf(c.m), map[*tree][]*big.Rat{}}
		b := rationals(c.m.B)
		for i, row := range e.a {
			sum := new(big.Rat)
			for _, a := range row {
				sum.Add(sum, a)
			}
			ci := 1.0
			if i < len(c.m.C) {
				ci = c.m.C[i]
			}
			if f, _ := sum.Float64(); math.Abs(f-ci) > 5e-15 {
				t.Errorf("%s: row %d sums to %g, want %g", c.m.Title, i, f, ci)
			}
		}
		for n := 1; n <= c.m.P; n++ {
			if r := residual(e, b, all[n]); r > c.tol {
				t.Errorf("%s: order %d: residual %.3g", c.m.Title, n, r)
			}
		}
		if c.m.P < 9 && residual(e, b, all[c.m.P+1]) < 1e-7 {
			t.Errorf("%s has order %d, more than stated", c.m.Title, c.m.P+1)
		}
		if c.hat > 0 {
			hat := make([]float64, len(e.a))
			copy(hat, c.m.B)
			h := rationals(hat)
			for i, v := range rationals(c.m.E) {
				h[i].Sub(h[i], v)
			}
			worst := 0.0
			for n := 1; n <= c.hat; n++ {
				worst = max(worst, residual(e, h, all[n]))
			}
			next := residual(e, h, all[c.hat+1])
			if worst > 5*c.tol || next < 1e-7 {
				t.Errorf("%s: embedded formula: residual %.3g up to order %d, %.3g above", c.m.Title, worst, c.hat, next)
			}
		}
		// sum_i D_ij Phi_i = [order = j+1]/gamma.
		worst := 0.0
		for n := 1; n <= c.dense; n++ {
			for _, tr := range all[n] {
				p := e.phi(tr)
				for j := range c.m.D[0] {
					s := new(big.Rat)
					if tr.order == j+1 {
						s.SetFrac64(-1, tr.gamma)
					}
					for i := range c.m.D {
						if d := c.m.D[i][j]; d != 0 {
							s.Add(s, new(big.Rat).Mul(new(big.Rat).SetFloat64(d), p[i]))
						}
					}
					f, _ := s.Float64()
					worst = max(worst, math.Abs(f))
				}
			}
		}
		if worst > c.denseT {
			t.Errorf("%s: dense output of order %d: residual %.3g", c.m.Title, c.dense, worst)
		}
		// At theta = 1 the dense output is the step.
		for i := range c.m.D {
			sum, b := 0.0, 0.0
			for _, d := range c.m.D[i] {
				sum += d
			}
			if i < len(c.m.B) {
				b = c.m.B[i]
			}
			if math.Abs(sum-b) > 5e-12 {
				t.Errorf("%s: D[%d] sums to %g, want %g", c.m.Title, i, sum, b)
			}
		}
		// R(z) is within 1 on the negative axis up to Reach, and not far beyond.
		if c.m.Reach > 0 {
			if r := stability(c.m, -c.m.Reach); math.Abs(r) > 1 {
				t.Errorf("%s: |R(-%g)| = %g", c.m.Title, c.m.Reach, r)
			}
			if r := stability(c.m, -1.1*c.m.Reach); math.Abs(r) < 1 {
				t.Errorf("%s: stable beyond %g", c.m.Title, 1.1*c.m.Reach)
			}
		}
	}
}

// stability returns R(z) = y(1) of y' = z y, y(0) = 1, after one step of 1.
func stability(m *Explicit, z float64) float64 {
	k := make([]float64, len(m.B))
	y := 1.0
	for i, row := range m.A[:len(k)] {
		v := 1.0
		for j, a := range row {
			v += z * a * k[j]
		}
		k[i] = v
		y += z * m.B[i] * v
	}
	return y
}

// TestImplicitTables checks the simplifying assumptions B(p), C(s), D(s) of the
// collocation methods, which imply their order (Hairer and Wanner II, IV.5),
// the symplecticity of the Gauss methods, the decomposition of A^-1, and the
// order of Radau's error estimate.
func TestImplicitTables(t *testing.T) {
	const tol = 2e-15
	for s := 1; s <= 7; s++ {
		for _, radau := range []bool{false, true} {
			m := gaussTable(s)
			p := 2 * s
			if radau {
				m, p = radauTable(s), 2*s-1
			}
			worst := 0.0
			note := func(v float64) { worst = max(worst, math.Abs(v)) }
			for k := 1; k <= p; k++ {
				sum := -1 / float64(k)
				for i, c := range m.c {
					sum += m.b[i] * math.Pow(c, float64(k-1))
				}
				note(sum)
			}
			eta := s
			if radau {
				eta = s - 1
			}
			for k := 1; k <= s; k++ {
				kf := float64(k)
				for i, c := range m.c {
					sum := -math.Pow(c, kf) / kf
					for j := range s {
						sum += m.a[i*s+j] * math.Pow(m.c[j], kf-1)
					}
					note(sum)
					if k <= eta {
						sum := -m.b[i] / kf * (1 - math.Pow(c, kf))
						for j := range s {
							sum += m.b[j] * math.Pow(m.c[j], kf-1) * m.a[j*s+i]
						}
						note(sum)
					}
				}
			}
			if !radau {
				for i := range s {
					for j := range s {
						note(m.b[i]*m.a[i*s+j] + m.b[j]*m.a[j*s+i] - m.b[i]*m.b[j])
					}
				}
			}
			if worst > tol {
				t.Errorf("s = %d, Radau %v: residual %.3g", s, radau, worst)
			}
			// A T diag(lambda) T^-1 = I.
			q := len(m.lambda)
			for i := range s {
				for j := range s {
					sum := 0.0
					if i == j {
						sum = -1
					}
					for l := range s {
						for k := range q {
							f := 2.0
							if k == 0 && m.real {
								f = 1
							}
							sum += m.a[i*s+l] * f * real(m.t[l*q+k]*m.lambda[k]*m.tinv[k*s+j])
						}
					}
					if math.Abs(sum) > 1e-12 {
						t.Errorf("s = %d, Radau %v: decomposition off by %.3g", s, radau, sum)
					}
				}
			}
			if m.e != nil {
				// h gamma f0 + sum e_i Z_i vanishes for Z of degree <= s.
				for k := 1; k <= s; k++ {
					sum := 0.0
					if k == 1 {
						sum = m.gamma
					}
					for i, c := range m.c {
						sum += m.e[i] * math.Pow(c, float64(k))
					}
					if math.Abs(sum) > 1e-12 {
						t.Errorf("s = %d: error estimate, degree %d: %.3g", s, k, sum)
					}
				}
			}
		}
	}
}

// TestRodasConditions brings RODAS4 into the standard form and checks the
// order conditions of Rosenbrock methods (Hairer and Wanner II, IV.7, table
// 7.1), of the step to order 4 and of the embedded formula to order 3.
func TestRodasConditions(t *testing.T) {
	m := Rodas4
	s := len(m.A)
	// Gamma^-1 = I/gamma - C; alpha = A Gamma, b = m Gamma.
	inv := make([]float64, s*s)
	for i := range s {
		inv[i*s+i] = 1 / m.Gamma
		for j, c := range m.C[i] {
			inv[i*s+j] = -c
		}
	}
	gam := inverseLower(inv, s)
	times := func(row []float64) []float64 {
		r := make([]float64, s)
		for j, a := range row {
			for k := range s {
				r[k] += a * gam[j*s+k]
			}
		}
		return r
	}
	alpha, beta := make([][]float64, s), make([][]float64, s)
	for i := range s {
		alpha[i] = times(m.A[i])
		beta[i] = make([]float64, s)
		for j := range s {
			beta[i][j] = alpha[i][j] + gam[i*s+j]
		}
	}
	check := func(name string, weights []float64, order int) {
		b := times(weights)
		sum := func(f func(i int) float64) float64 {
			v := 0.0
			for i := range s {
				v += b[i] * f(i)
			}
			return v
		}
		dot := func(row []float64, f func(j int) float64) float64 {
			v := 0.0
			for j, a := range row {
				v += a * f(j)
			}
			return v
		}
		one := func(int) float64 { return 1 }
		al := func(i int) float64 { return dot(alpha[i], one) }
		be := func(i int) float64 { return dot(beta[i], one) }
		for _, c := range []struct {
			order     int
			got, want float64
		}{
			{1, sum(one), 1}, {2, sum(be), 1. / 2},
			{3, sum(func(i int) float64 { return al(i) * al(i) }), 1. / 3},
			{3, sum(func(i int) float64 { return dot(beta[i], be) }), 1. / 6},
			{4, sum(func(i int) float64 { return al(i) * al(i) * al(i) }), 1. / 4},
			{4, sum(func(i int) float64 { return al(i) * dot(alpha[i], be) }), 1. / 8},
			{4, sum(func(i int) float64 { return dot(beta[i], func(j int) float64 { return al(j) * al(j) }) }), 1. / 12},
			{4, sum(func(i int) float64 { return dot(beta[i], func(j int) float64 { return dot(beta[j], be) }) }), 1. / 24},
		} {
			if c.order <= order && math.Abs(c.got-c.want) > 2e-14 {
				t.Errorf("%s: order %d: %.16g, want %.16g", name, c.order, c.got, c.want)
			}
		}
		for i := range s {
			if math.Abs(al(i)-m.Alpha[i]) > 2e-14 {
				t.Errorf("alpha_%d = %g, want %g", i, al(i), m.Alpha[i])
			}
			if g := be(i) - al(i); math.Abs(g-m.D[i]) > 2e-14 {
				t.Errorf("gamma_%d = %g, want %g", i, g, m.D[i])
			}
		}
	}
	last := append(append([]float64(nil), m.A[s-1]...), 1)
	check("step", last, 4)
	check("embedded", m.A[s-1], 3)
}

func inverseLower(a []float64, n int) []float64 {
	inv := make([]float64, n*n)
	for j := range n {
		for i := j; i < n; i++ {
			v := 0.0
			if i == j {
				v = 1
			}
			for k := j; k < i; k++ {
				v -= a[i*n+k] * inv[k*n+j]
			}
			inv[i*n+j] = v / a[i*n+i]
		}
	}
	return inv
}

// TestCompositionConditions: sums of odd powers of the step sizes vanish up to
// the order (Hairer, Lubich, Wanner, V.3, (3.3)); the conditions that mix them
// are covered by the observed order.
func TestCompositionConditions(t *testing.T) {
	for _, m := range []*Composition{StormerVerlet, Yoshida4, Suzuki4, Yoshida6, KahanLi6, KahanLi8} {
		for k := 1; k < m.P; k += 2 {
			sum := new(big.Rat)
			for _, g := range rationals(m.Gamma) {
				p := big.NewRat(1, 1)
				for range k {
					p.Mul(p, g)
				}
				sum.Add(sum, p)
			}
			want := 0.0
			if k == 1 {
				want = 1
			}
			if f, _ := sum.Float64(); math.Abs(f-want) > 3e-15 {
				t.Errorf("%s: sum of powers %d is %g", m.Title, k, f)
			}
		}
		for i, g := range m.Gamma {
			if g != m.Gamma[len(m.Gamma)-1-i] {
				t.Errorf("%s is not symmetric", m.Title)
			}
		}
	}
}
