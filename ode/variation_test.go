package ode

import (
	"context"
	"errors"
	"math"
	"testing"
)

// pendulum is y” = -p sin y with its Jacobian.
var pendulum = System{Dim: 2, Params: 1,
	Func: func(d []float64, _ float64, y, p []float64) { d[0], d[1] = y[1], -p[0]*math.Sin(y[0]) },
	Jac: func(dy, dp []float64, _ float64, y, p []float64) {
		dy[0], dy[1], dy[2], dy[3] = 0, 1, -p[0]*math.Cos(y[0]), 0
		dp[0], dp[1] = 0, -math.Sin(y[0])
	}}

// TestVariationIsDerivative compares the variational matrix with central
// differences of the end point at fixed steps.
func TestVariationIsDerivative(t *testing.T) {
	for _, m := range []Method{DormandPrince, Tsitouras, DOP853, Verner, RK4, Gauss2, Gauss6, StormerVerlet, KahanLi8} {
		for _, jac := range []bool{true, false} {
			sys := pendulum
			if !jac {
				sys.Jac = nil
			}
			// A huge tolerance makes every step MaxStep long: the steps do
			// not depend on the perturbation.
			in := &Integrator{Method: m, RelTol: 1e6, Step: 0.25, MaxStep: 0.25}
			if !m.Adaptive() {
				in.RelTol = 0
			}
			p := &IVP{System: sys, End: 5, Initial: []float64{1, 0.3}, Params: []float64{1.7}}
			v, err := in.Variation(context.Background(), p)
			if err != nil {
				t.Fatal(err)
			}
			last := len(v.T) - 1
			end := func(j int, d float64) []float64 {
				x := []float64{1, 0.3, 1.7}
				x[j] += d
				q := &IVP{System: sys, End: 5, Initial: x[:2], Params: x[2:]}
				s, err := in.Solve(context.Background(), q)
				if err != nil {
					t.Fatal(err)
				}
				if len(s.T) != last+1 {
					t.Fatalf("%d steps, want %d", len(s.T)-1, last)
				}
				return s.Node(last)
			}
			const d = 1e-5
			for j := range 3 {
				up, down := end(j, d), end(j, -d)
				for i := range 2 {
					got := v.Matrix[(last*2+i)*3+j]
					want := (up[i] - down[i]) / (2 * d)
					tol := 3e-8 // of the central difference
					if !jac {
						tol = 3e-6 // of the forward differences
					}
					if math.Abs(got-want) > tol {
						t.Errorf("%s, jac %v: dy%d/dx%d = %.12g, want %.12g", m.Name(), jac, i, j, got, want)
					}
				}
			}
		}
	}
}

// TestVariationRadau: the derivatives of the adaptive implicit methods against
// those of DOP853 at a tight tolerance, and with their own error controlled.
func TestVariationRadau(t *testing.T) {
	p := &IVP{System: pendulum, End: 5, Initial: []float64{1, 0.3}, Params: []float64{1.7}}
	want, err := (&Integrator{RelTol: 1e-13, SensitivityTol: 1e-12}).Variation(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	w := want.Matrix[len(want.Matrix)-6:]
	for _, m := range []Method{Radau5, Radau9, Radau13, Radau} {
		v, err := (&Integrator{Method: m, RelTol: 1e-9, SensitivityTol: 1e-8}).Variation(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range v.Matrix[len(v.Matrix)-6:] {
			if math.Abs(x-w[i]) > 1e-6*(1+math.Abs(w[i])) {
				t.Errorf("%s: entry %d is %.10g, want %.10g", m.Name(), i, x, w[i])
			}
		}
	}
	if _, err := (&Integrator{Method: Rodas4}).Variation(context.Background(), p); !errors.Is(err, ErrMethod) {
		t.Errorf("Rosenbrock: %v", err)
	}
}

// TestVariationParts: the blocks are where they are said to be, the start is
// [I | 0], and VariationUntil stops.
func TestVariationParts(t *testing.T) {
	p := &IVP{System: pendulum, End: 5, Initial: []float64{1, 0.3}, Params: []float64{1.7}}
	v, err := new(Integrator).Variation(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if m := v.Initial(nil, 0); m[0] != 1 || m[1] != 0 || m[2] != 0 || m[3] != 1 {
		t.Errorf("V(0) = %v", m)
	}
	last := len(v.T) - 1
	full := v.Matrix[last*6:]
	m, q := v.Initial(nil, last), v.Param(nil, last)
	if m[0] != full[0] || m[1] != full[1] || q[0] != full[2] || m[2] != full[3] || m[3] != full[4] || q[1] != full[5] {
		t.Errorf("%v is not split into %v, %v", full, m, q)
	}
	// det dy/dInitial = 1: the flow conserves area.
	if d := m[0]*m[3] - m[1]*m[2]; math.Abs(d-1) > 1e-4 {
		t.Errorf("determinant %g", d)
	}
	u, err := new(Integrator).VariationUntil(context.Background(), p, func(t float64, _, _ []float64) bool { return t > 2 })
	if err != nil || u.T[len(u.T)-1] <= 2 || u.T[len(u.T)-1] == 5 {
		t.Errorf("stopped at %v, %v", u.T[len(u.T)-1], err)
	}
}
