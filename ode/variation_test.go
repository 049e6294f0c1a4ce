package ode

import (
	"context"
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
	for _, m := range []Method{DormandPrince, Tsitouras, DOP853} {
		for _, jac := range []bool{true, false} {
			sys := pendulum
			if !jac {
				sys.Jac = nil
			}
			// A huge tolerance makes every step MaxStep long: the steps do
			// not depend on the perturbation.
			in := &Integrator{Method: m, RelTol: 1e6, Step: 0.25, MaxStep: 0.25}
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
