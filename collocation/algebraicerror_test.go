package collocation

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// The error of an algebraic component is that of the values which are printed,
// at the nodes, where it follows from a parameter that has an error.
func TestAlgebraicError(t *testing.T) {
	const k = 1.5
	z := func(t float64) float64 { return 1 + t + t*t*t }
	x := func(t float64) float64 { return math.Exp(-t) - 1.5*t }
	p := &ode.BVP{Start: 0, End: 1, GuessParams: []float64{1.35}, Guess: func(y []float64, t float64) {
		y[0], y[1] = 0.9*x(t), 1.05*z(t)
	}}
	p.Dim, p.Params, p.Algebraic = 2, 1, 1
	p.Func = func(d []float64, t float64, y, q []float64) {
		d[0] = -math.Exp(-t) - 1.5 - (y[0] - x(t)) + y[1] - z(t)
		d[1] = y[1] + q[0]*y[1]*y[1]*y[1] - y[0]/2 - (z(t) + k*z(t)*z(t)*z(t) - x(t)/2)
	}
	p.Boundary = ode.Conditions{Count: 2, At: []int{0, 1}, Func: func(d []float64, y [][]float64, q []float64) {
		d[0], d[1] = y[0][0]-1, y[1][1]-3
	}}
	for _, tol := range []float64{1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8} {
		s := Solver{Tol: tol}
		sol, err := s.Solve(context.Background(), p)
		if err != nil {
			t.Errorf("tol %v: %v", tol, err)
			continue
		}
		var worst [2]float64
		var y [2]float64
		for _, u := range sol.T {
			sol.At(y[:], u)
			worst[0] = max(worst[0], math.Abs(y[0]-x(u)))
			worst[1] = max(worst[1], math.Abs(y[1]-z(u)))
		}
		for c, e := range worst {
			if !(e <= 2*sol.Error[c]+1e-14) || !(sol.Error[c] <= 3*tol) {
				t.Errorf("tol %v, component %d: error %.2g, estimate %.2g", tol, c, e, sol.Error[c])
			}
		}
	}
}
