package shooting

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// A parameter that turns out to be zero is found to a part of the size at which it
// would matter.
func TestZeroParameter(t *testing.T) {
	// y = x + exp(-x), with the integral of x y.
	p := &ode.BVP{Start: 0, End: 1, GuessParams: []float64{1}}
	p.Dim, p.Params = 2, 1
	p.Func = func(d []float64, x float64, y, q []float64) { d[0], d[1] = -y[0]+x+1+q[0], x*y[0] }
	p.Jac = func(jy, jp []float64, x float64, y, q []float64) {
		copy(jy, []float64{-1, 0, x, 0})
		copy(jp, []float64{1, 0})
	}
	p.Boundary = ode.Conditions{Count: 3, At: []int{0, 0, 1},
		Func: func(d []float64, y [][]float64, q []float64) {
			d[0], d[1], d[2] = y[0][0]-1, y[0][1], y[1][1]-4.0/3+2*math.Exp(-1)
		},
		Jac: func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
			gy[0][0], gy[0][3], gy[1][5] = 1, 1, 1
		}}
	for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
		sol, err := (&Solver{Tol: tol}).Solve(context.Background(), p)
		if err != nil {
			t.Errorf("tolerance %v: %v", tol, err)
		} else if e := math.Abs(sol.P[0]); e > tol {
			t.Errorf("tolerance %v: parameter %v, want 0", tol, e)
		}
	}
}
