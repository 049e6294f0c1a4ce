package ode

import (
	"context"
	"math"
	"testing"
)

// TestGradientIsExact compares the discrete adjoint with central differences
// of the value at fixed steps; the running cost depends on everything.
func TestGradientIsExact(t *testing.T) {
	cost := func(running bool) *Cost {
		c := &Cost{
			End: func(y, p []float64) float64 { return y[0]*y[0]*p[0] + math.Sin(y[1]) },
			EndGrad: func(dy, dp []float64, y, p []float64) {
				dy[0], dy[1], dp[0] = 2*y[0]*p[0], math.Cos(y[1]), y[0]*y[0]
			},
		}
		if running {
			c.Run = func(t float64, y, p []float64) float64 { return t*y[0]*y[1] + p[0]*p[0]*y[0] }
			c.RunGrad = func(dy, dp []float64, t float64, y, p []float64) {
				dy[0], dy[1], dp[0] = t*y[1]+p[0]*p[0], t*y[0], 2*p[0]*y[0]
			}
		}
		return c
	}
	for _, m := range []Method{DormandPrince, DOP853, Verner, RK4, Gauss4, Gauss12, Radau5, Radau, KahanLi6} {
		_, composed := m.(*Composition)
		c := cost(!composed)
		in := &Integrator{Method: m, Step: 0.125, MaxStep: 0.125, RelTol: 1e-9}
		if m.Adaptive() {
			// Every step is as long as it may be.
			in.RelTol = 0.05
		}
		const tol = 1e-9
		at := func(x []float64) *Gradient {
			g, err := in.Gradient(context.Background(), &IVP{System: pendulum, End: 2, Initial: x[:2], Params: x[2:]}, c)
			if err != nil {
				t.Fatal(m.Name(), err)
			}
			if n := len(g.Solution.T) - 1; n != 16 {
				t.Fatalf("%s: %d steps, want 16", m.Name(), n)
			}
			return g
		}
		x := []float64{1, 0.3, 1.7}
		g := at(x)
		got := append(append([]float64(nil), g.Initial...), g.Params...)
		const d = 1e-5
		for j := range x {
			x[j] += d
			up := at(x).Value
			x[j] -= 2 * d
			down := at(x).Value
			x[j] += d
			want := (up - down) / (2 * d)
			if math.Abs(got[j]-want) > tol*(1+math.Abs(want)) {
				t.Errorf("%s: derivative %d is %.12g, want %.12g", m.Name(), j, got[j], want)
			}
		}
	}
}
