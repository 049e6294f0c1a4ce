package ode

import (
	"context"
	"math"
	"testing"
)

// kepler is the two-body problem, y = (q, p).
var kepler = System{Dim: 4,
	Func: func(d []float64, _ float64, y, _ []float64) {
		r := math.Hypot(y[0], y[1])
		r3 := r * r * r
		d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]/r3, -y[1]/r3
	}}

// driven is not autonomous and not separable.
var driven = System{Dim: 2,
	Func: func(d []float64, t float64, y, _ []float64) {
		d[0] = y[1]*math.Cos(t) - y[0]*y[0]
		d[1] = -y[0] + math.Sin(2*t)*y[1]*y[1]
	}}

// forcedKepler is separable with forces that depend on t.
var forcedKepler = System{Dim: 2,
	Func: func(d []float64, t float64, y, _ []float64) {
		d[0], d[1] = y[1]+0.3*math.Cos(t)*y[1], -math.Sin(y[0])*(1+0.5*math.Sin(3*t))
	}}

// equalSteps integrates with n steps of equal size and returns the largest errors at the end and of the dense output.
func equalSteps(t *testing.T, m Method, sys System, y0 []float64, end float64, ref *Solution, n int) (node, dense float64) {
	t.Helper()
	h := end / float64(n)
	in := Integrator{Method: m, Step: h, MaxStep: h}
	if m.Adaptive() {
		in.RelTol = 1e9 // every step is accepted
	}
	p := &IVP{System: sys, End: end, Initial: y0}
	r, err := in.newRun(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := m.(*RadauIIA); ok {
		// The iteration would stop early for such a tolerance.
		r.method = exactRadau{m}
	}
	s, err := r.integrate(context.Background())
	if err != nil {
		t.Fatal(m.Name(), err)
	}
	if len(s.T) != n+1 {
		t.Fatalf("%s: %d steps, want %d", m.Name(), len(s.T)-1, n)
	}
	y, want := make([]float64, len(y0)), make([]float64, len(y0))
	for i := range n {
		for _, theta := range []float64{0.2, 0.5, 0.9} {
			s.Inner.Value(y, i, theta)
			ref.At(want, s.T[i]+theta*h)
			for c := range y {
				dense = max(dense, math.Abs(y[c]-want[c]))
			}
		}
	}
	for c, v := range ref.At(want, end) {
		node = max(node, math.Abs(s.Node(n)[c]-v))
	}
	return node, dense
}

// exactRadau solves the stage equations to rounding level.
type exactRadau struct{ *RadauIIA }

func (m exactRadau) newStepper(r *run) (stepper, error) {
	st, err := m.RadauIIA.newStepper(r)
	if err == nil {
		rs := st.(*radauStepper)
		rs.newtonTo, rs.iters = 1e-24, 30
	}
	return st, err
}

// TestObservedOrder: the error falls like h^p, at the mesh points and between
// them.
func TestObservedOrder(t *testing.T) {
	type problem struct {
		sys System
		y0  []float64
		end float64
	}
	orbit := problem{kepler, []float64{0.7, 0, 0, math.Sqrt(1.3 / 0.7)}, 3}
	drive := problem{driven, []float64{1, 0.3}, 2}
	force := problem{forcedKepler, []float64{1, 0.3}, 3}
	for _, c := range []struct {
		m     Method
		p     problem
		n     int     // steps of the coarser of two meshes
		dense float64 // order of the dense output, where it is less than the method's
	}{
		{m: Euler, p: drive, n: 200}, {m: Midpoint, p: drive, n: 100}, {m: RK4, p: drive, n: 40},
		{m: DormandPrince, p: drive, n: 40}, {m: Tsitouras, p: orbit, n: 32},
		{m: DOP853, p: orbit, n: 32}, {m: Verner, p: orbit, n: 16, dense: 8},
		{m: Rodas4, p: drive, n: 40},
		{m: Radau5, p: drive, n: 20, dense: 4}, {m: Radau9, p: orbit, n: 16, dense: 6}, {m: Radau13, p: orbit, n: 7, dense: 7},
		{m: Gauss2, p: drive, n: 40}, {m: Gauss4, p: drive, n: 20}, {m: Gauss6, p: drive, n: 10},
		{m: Gauss8, p: orbit, n: 20}, {m: Gauss10, p: orbit, n: 10, dense: 9}, {m: Gauss12, p: orbit, n: 8, dense: 8.5},
		{m: StormerVerlet, p: force, n: 60}, {m: Yoshida4, p: force, n: 60}, {m: Suzuki4, p: force, n: 40},
		{m: Yoshida6, p: force, n: 40}, {m: KahanLi6, p: force, n: 20}, {m: KahanLi8, p: force, n: 15},
	} {
		ref, err := (&Integrator{Method: DOP853, RelTol: 2e-15, AbsTol: 1e-16, MaxStep: c.p.end / 100}).Solve(context.Background(),
			&IVP{System: c.p.sys, End: c.p.end, Initial: c.p.y0})
		if err != nil {
			t.Fatal(err)
		}
		a, ad := equalSteps(t, c.m, c.p.sys, c.p.y0, c.p.end, ref, c.n)
		b, bd := equalSteps(t, c.m, c.p.sys, c.p.y0, c.p.end, ref, 2*c.n)
		p := float64(c.m.Order())
		if c.dense == 0 {
			c.dense = p
		}
		got, gotDense := math.Log2(a/b), math.Log2(ad/bd)
		t.Logf("%-20s nodes %.2g %.2g: order %.2f; between %.2g %.2g: order %.2f", c.m.Name(), a, b, got, ad, bd, gotDense)
		// Both ends of the range allow for the rounding error of the values.
		if b > a*math.Pow(2, 0.4-p)+4e-15 || got > p+1.6 {
			t.Errorf("%s: errors %.3g, %.3g: order %.2f, want %g", c.m.Name(), a, b, got, p)
		}
		if gotDense < c.dense-0.5 {
			t.Errorf("%s: between the steps: errors %.3g, %.3g: order %.2f, want %g", c.m.Name(), ad, bd, gotDense, c.dense)
		}
	}
}
