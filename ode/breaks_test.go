package ode

import (
	"context"
	"math"
	"testing"
)

// TestBreaks: y' = ±1 changing sign at 1, 2, .., 8, with the value at a break
// that of the far side: with the breaks named every method is exact and no step
// leaps over one; forward and backward.
func TestBreaks(t *testing.T) {
	square := System{Dim: 1, Func: func(d []float64, t float64, _, _ []float64) {
		d[0] = 1
		if math.Mod(t, 2) >= 1 {
			d[0] = -1
		}
	}}
	var at []float64
	for i := range 12 {
		at = append(at, float64(i)-1)
	}
	for _, m := range []Method{DormandPrince, Tsitouras, DOP853, Verner, Radau5, Radau, Rodas4} {
		for _, end := range []float64{9, -9} {
			p := &IVP{System: square, End: 9, Initial: []float64{0}, Breaks: at}
			want := func(t float64) float64 { return 1 - math.Abs(math.Mod(t, 2)-1) }
			if end < 0 {
				p.Start, p.End, p.Initial[0] = 9, 0, 1
			}
			s, err := (&Integrator{Method: m, RelTol: 1e-8}).Solve(context.Background(), p)
			if err != nil {
				t.Errorf("%s: %v", m.Name(), err)
				continue
			}
			for x := 0.0; x <= 9; x += 0.05 {
				if y := s.At(nil, x)[0]; math.Abs(y-want(x)) > 2e-11 {
					t.Errorf("%s: y(%g) = %.15g, want %g", m.Name(), x, y, want(x))
					break
				}
			}
			for k := 1.0; k < 9; k++ {
				found := false
				for _, x := range s.T {
					found = found || x == k
				}
				if !found {
					t.Errorf("%s: no step ends at %g", m.Name(), k)
				}
			}
			if s.Stats.Steps > 120 {
				t.Errorf("%s: %d steps", m.Name(), s.Stats.Steps)
			}
		}
	}
	// The variational equations see the right side too: y' = p (1 or 2) y.
	sys := System{Dim: 1, Params: 1, Func: func(d []float64, t float64, y, p []float64) {
		d[0] = p[0] * y[0]
		if t >= 1 {
			d[0] *= 2
		}
	}}
	v, err := (&Integrator{RelTol: 1e-10}).Variation(context.Background(),
		&IVP{System: sys, End: 2, Initial: []float64{1}, Params: []float64{0.5}, Breaks: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	last := len(v.T) - 1
	if y, q := v.Node(last)[0], v.Param(nil, last)[0]; math.Abs(y-math.Exp(1.5)) > 1e-8 || math.Abs(q-3*math.Exp(1.5)) > 1e-6 {
		t.Errorf("y = %.10g, dy/dp = %.10g, want %.10g, %.10g", y, q, math.Exp(1.5), 3*math.Exp(1.5))
	}
	// So does the adjoint.
	for _, m := range []Method{DOP853, Radau5} {
		g, err := (&Integrator{Method: m, RelTol: 1e-10}).Gradient(context.Background(),
			&IVP{System: sys, End: 2, Initial: []float64{1}, Params: []float64{0.5}, Breaks: []float64{1}},
			&Cost{End: func(y, _ []float64) float64 { return y[0] },
				EndGrad: func(dy, dp, _, _ []float64) { dy[0], dp[0] = 1, 0 }})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(g.Initial[0]-math.Exp(1.5)) > 1e-7 || math.Abs(g.Params[0]-3*math.Exp(1.5)) > 1e-6 {
			t.Errorf("%s: adjoint %v, %v", m.Name(), g.Initial, g.Params)
		}
	}
}
