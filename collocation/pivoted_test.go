package collocation

import (
	"context"
	"fmt"
	"math"
	"testing"

	"costate/ode"
)

// euler is y” = k y/s^2 on [0, 1], where s is the distance from an end, with the
// value zero there and one at the other; as a system of first order, of y and s y',
// if first is true.
func euler(k float64, right, first bool) *ode.BVP {
	p := &ode.BVP{Start: 0, End: 1}
	p.Dim, p.Linear = 2, true
	sign, from := 1.0, 0.0
	if right {
		sign, from = -1, 1
	}
	p.Func = func(d []float64, t float64, y, q []float64) {
		if s := math.Abs(t - from); first {
			d[0], d[1] = sign*y[1]/s, sign*(y[1]+k*y[0])/s
		} else {
			d[0], d[1] = y[1], k*y[0]/(s*s)
		}
	}
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
		if s := math.Abs(t - from); first {
			copy(jy, []float64{0, sign / s, sign * k / s, sign / s})
		} else {
			copy(jy, []float64{0, 1, k / (s * s), 0})
		}
	}
	c := dirichlet
	c.Func = func(d []float64, y [][]float64, q []float64) {
		d[0], d[1] = y[0][0], y[1][0]
		if right {
			d[0]--
		} else {
			d[1]--
		}
	}
	p.Boundary = c
	return p
}

// Where solutions begin like a power of the distance from an end, whether the
// stages represent it or not, a result is right, also of the slope, at either end.
func TestSingularPowers(t *testing.T) {
	for _, m := range []float64{1.5, 1.8, 2, 2.5, 3, 4, 5, 6, 10} {
		for _, right := range []bool{false, true} {
			for _, first := range []bool{false, true} {
				for _, tol := range []float64{1e-3, 1e-4, 1e-6, 1e-9, 1e-11} {
					name := fmt.Sprintf("power %v, right %v, first order %v, tol %v", m, right, first, tol)
					p := euler(m*(m-1), right, first)
					sol, err := (&Solver{Tol: tol}).Solve(context.Background(), p)
					if m == 1.5 && right && !first && tol < 1e-7 {
						// The slope is a root of 1-t, whose rounding allows no more.
						if sol.Status != ode.MeshLimit {
							t.Errorf("%s: %v, want the limit of the mesh", name, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					worst := 0.0
					for i, at := range sol.T {
						s, sign := at, 1.0
						if right {
							s, sign = 1-at, -1
						}
						y := sol.Node(i)
						slope := m * math.Pow(s, m-1)
						if first {
							slope, sign = m*math.Pow(s, m), 1
						}
						// A twentieth of the mean belongs to the weights.
						worst = max(worst, math.Abs(y[0]-math.Pow(s, m))/(math.Pow(s, m)+0.05/(m+1)),
							math.Abs(sign*y[1]-slope)/(slope+0.05))
					}
					if !(worst <= 10*tol) {
						t.Errorf("%s: error %.2g", name, worst)
					}
				}
			}
		}
	}
}

// y = t^2 (1-t)^2 solves y” = 2 y/(t (1-t))^2 - 12 t + 12 t^2, singular at both ends.
func TestSingularAtBothEnds(t *testing.T) {
	p := &ode.BVP{Start: 0, End: 1, Boundary: dirichlet}
	p.Dim, p.Linear = 2, true
	k := func(t float64) float64 { return 2 / (t * t * (1 - t) * (1 - t)) }
	p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], k(t)*y[0]-12*t+12*t*t }
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, k(t), 0}) }
	for _, tol := range []float64{1e-3, 1e-6, 1e-9, 1e-12} {
		sol := solved(t, &Solver{Tol: tol}, p)
		for i, x := range sol.T {
			y := sol.Node(i)
			if e := max(math.Abs(y[0]-x*x*(1-x)*(1-x)), math.Abs(y[1]-2*x*(1-x)*(1-2*x))); e > 0.1*tol {
				t.Errorf("tol %v: error %.2g at %v", tol, e, x)
			}
		}
	}
}

// The eigenvalue m(m-1) of Euler's equation, from its slope at the regular end.
func TestSingularEigenvalue(t *testing.T) {
	for _, m := range []float64{2, 2.5, 3, 4} {
		for _, right := range []bool{false, true} {
			p := euler(1, right, false)
			sign := 1.0
			if right {
				sign = -1
			}
			s := func(t float64) float64 {
				if right {
					return 1 - t
				}
				return t
			}
			p.Linear, p.Params, p.GuessParams = false, 1, []float64{0.8 * m * (m - 1)}
			p.Guess = func(y []float64, t float64) { y[0], y[1] = s(t)*s(t), 2*sign*s(t) }
			p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], q[0]*y[0]/(s(t)*s(t)) }
			p.Jac = nil
			p.Boundary = ode.Conditions{Count: 3, Func: func(d []float64, y [][]float64, q []float64) {
				zero, one := y[0], y[1]
				if right {
					zero, one = one, zero
				}
				d[0], d[1], d[2] = zero[0], one[0]-1, sign*one[1]-m
			}}
			for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
				sol := solved(t, &Solver{Tol: tol}, p)
				if e := math.Abs(sol.P[0]/(m*(m-1)) - 1); e > 10*tol {
					t.Errorf("power %v, right %v, tol %v: eigenvalue %v", m, right, tol, sol.P[0])
				}
			}
		}
	}
}

// y = t^5 solves y”' = 60 y/t^3, whose other solutions begin with y = y' = 0 as
// little as they can: the equation demands y” = 0 besides.
func TestSingularThirdOrder(t *testing.T) {
	p := &ode.BVP{Start: 0, End: 1}
	p.Dim, p.Linear = 3, true
	p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1], d[2] = y[1], y[2], 60*y[0]/(t*t*t) }
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
		copy(jy, []float64{0, 1, 0, 0, 0, 1, 60 / (t * t * t), 0, 0})
	}
	p.Boundary = ode.Conditions{Count: 3, At: []int{0, 0, 1}, Func: func(d []float64, y [][]float64, q []float64) {
		d[0], d[1], d[2] = y[0][0], y[0][1], y[1][0]-1
	}}
	for _, tol := range []float64{1e-3, 1e-4, 1e-6, 1e-9} {
		sol := solved(t, &Solver{Tol: tol}, p)
		for i, x := range sol.T {
			if e := math.Abs(sol.Node(i)[0] - math.Pow(x, 5)); e > tol {
				t.Errorf("tol %v: error %.2g at %v", tol, e, x)
			}
		}
	}
}

// Pivots from all rows give the same as the usual ones where both may be used,
// with chains, quadratures, algebraic components and parameters.
func TestPivotedEquivalence(t *testing.T) {
	p := &ode.BVP{Start: 0, End: 1, Guess: func(y []float64, t float64) { y[0], y[1], y[2], y[3] = t, 1, t, 0.5 }}
	p.Dim, p.Params, p.Algebraic, p.GuessParams = 4, 1, 1, []float64{1}
	p.Func = func(d []float64, t float64, y, q []float64) {
		d[0], d[1], d[2], d[3] = y[1], q[0]*y[3]-y[0]*y[2], math.Cos(t)*y[0], y[3]+y[0]*y[3]-math.Exp(y[0])
	}
	p.Boundary = ode.Conditions{Count: 4, Func: func(d []float64, y [][]float64, q []float64) {
		d[0], d[1], d[2], d[3] = y[0][0], y[1][0]-1, y[0][2], y[0][1]-y[1][2]-1
	}}
	s := &Solver{}
	r := newRun(s, p)
	defer r.release()
	r.analyse(nil)
	r.place(uniform(p, 5))
	r.begin(nil)
	d := r.main
	r.measure(d, r.x)
	d.setSizes(r.fld.scale, r.fld.pSize)
	rhs, one, other := make([]float64, d.nx), make([]float64, d.nx), make([]float64, d.nx)
	u := scatter(1)
	for i := range rhs {
		rhs[i] = u()
	}
	if err := d.factor(r.x); err != nil {
		t.Fatal(err)
	}
	d.solve(one, rhs)
	w := &d.scratch[0]
	for i := range d.mesh.intervals() {
		d.stages(w, r.x, i, i+1)
		r.fld.jacobians(&w.batch)
		d.condense(w, i, 0) // for the powers of h
		if !d.pivot(w, i, 0) {
			t.Fatal("no pivot")
		}
	}
	if err := d.abd.Factor(); err != nil {
		t.Fatal(err)
	}
	d.solve(other, rhs)
	big := 0.0
	for _, v := range one {
		big = max(big, math.Abs(v))
	}
	for i, v := range one {
		if e := math.Abs(other[i] - v); e > 1e-10*big {
			t.Errorf("unknown %d: %v and %v", i, v, other[i])
		}
	}
}

// A system of many Euler equations, singular at either end, is solved alike by any
// number of workers, to the last bit.
func TestPivotedWorkers(t *testing.T) {
	const n = 24
	p := &ode.BVP{Start: 0, End: 1}
	p.Dim, p.Linear = 2*n, true
	p.Func = func(d []float64, t float64, y, q []float64) {
		for k := range n {
			m := float64(2 + k%4)
			s := t
			if k%2 == 1 {
				s = 1 - t
			}
			d[2*k], d[2*k+1] = y[2*k+1], m*(m-1)*y[2*k]/(s*s)
		}
	}
	at := make([]int, 2*n)
	for k := range n {
		at[2*k+1] = 1
	}
	p.Boundary = ode.Conditions{Count: 2 * n, At: at, Linear: true, Func: func(d []float64, y [][]float64, q []float64) {
		for k := range n {
			left, right := 0.0, 1.0
			if k%2 == 1 {
				left, right = 1, 0
			}
			d[2*k], d[2*k+1] = y[0][2*k]-left, y[1][2*k]-right
		}
	}}
	one := solved(t, &Solver{Workers: 1}, p)
	for k := range n {
		m, i := float64(2+k%4), len(one.T)/2
		s := one.T[i]
		if k%2 == 1 {
			s = 1 - s
		}
		if e := math.Abs(one.Node(i)[2*k] - math.Pow(s, m)); e > 1e-6 {
			t.Errorf("component %d: error %.2g", 2*k, e)
		}
	}
	other := solved(t, &Solver{Workers: 4}, p)
	for i, v := range one.Y {
		if other.Y[i] != v {
			t.Fatalf("values differ: %v and %v", v, other.Y[i])
		}
	}
}

// A step of length pole/lambda is where the map from node to node has a pole: a mode
// that grows is followed backwards over such steps, however near they are to it.
func TestPole(t *testing.T) {
	for s, pole := range map[int]float64{1: 2, 3: 4.644370709252171, 5: 7.293477190} {
		for _, f := range []float64{0, 1e-14, 1e-12, 1e-9, -1e-6, 1e-3} {
			lambda := 20 * pole * (1 + f)
			p := &ode.BVP{Start: 0, End: 1}
			p.Dim, p.Linear = 1, true
			p.Func = func(d []float64, t float64, y, q []float64) { d[0] = lambda*(y[0]-math.Sin(t)) + math.Cos(t) }
			p.Jac = func(jy, jp []float64, t float64, y, q []float64) { jy[0] = lambda }
			p.Boundary = ode.Conditions{Count: 1, At: []int{1}, Linear: true,
				Func: func(d []float64, y [][]float64, q []float64) { d[0] = y[1][0] - math.Sin(1) - 1e-3 }}
			sol := solved(t, &Solver{Stages: s}, p)
			for i, x := range sol.T {
				if e := math.Abs(sol.Node(i)[0] - math.Sin(x) - 1e-3*math.Exp(lambda*(x-1))); e > 1e-6 {
					t.Errorf("%d stages, %g from the pole: error %.2g at %v", s, f, e, x)
				}
			}
		}
	}
}

// Factoring again and solving allocate nothing.
func TestPivotedAllocations(t *testing.T) {
	p := euler(6, true, false)
	r := newRun(&Solver{Workers: 1}, p)
	defer r.release()
	r.analyse(nil)
	r.place(uniform(p, 20))
	d := r.main
	rhs, dx := make([]float64, d.nx), make([]float64, d.nx)
	once := func() {
		if err := d.factor(r.x); err != nil {
			t.Fatal(err)
		}
		d.solve(dx, rhs)
	}
	once()
	if d.pivoted(19) == nil {
		t.Error("the last interval has the usual pivots")
	}
	if n := testing.AllocsPerRun(10, once); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
