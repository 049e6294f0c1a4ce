package shooting_test

import (
	"context"
	"math"
	"testing"

	"costate/collocation"
	"costate/ode"
	"costate/shooting"
)

// TestInterchange starts each solver from the other's solution; the two agree.
func TestInterchange(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2,
			Func: func(d []float64, _ float64, y, _ []float64) {
				d[0], d[1] = y[0]-y[0]*y[0]*y[0]+y[1], -(1-3*y[0]*y[0])*y[1]
			}},
		Start: 0, End: 20,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]+1, y[1][0]-1 }},
		Guess: func(y []float64, t float64) { x := math.Tanh(t - 10); y[0], y[1] = x, 1-x*x },
	}
	const tol = 1e-6
	c, err := (&collocation.Solver{Tol: tol}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	s, err := (&shooting.Solver{Tol: tol, Guess: c}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	// Both measure the condition in the same units, at other places.
	if q := s.Condition.Kappa1 / c.Condition.Kappa1; q < 0.1 || q > 10 {
		t.Errorf("kappa1 %.3g by shooting, %.3g by collocation", s.Condition.Kappa1, c.Condition.Kappa1)
	}
	back, err := (&collocation.Solver{Tol: tol, Guess: s}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for x := 0.0; x <= 20; x += 0.25 {
		a, b, d := c.At(nil, x), s.At(nil, x), back.At(nil, x)
		for i := range a {
			if e := max(math.Abs(a[i]-b[i]), math.Abs(d[i]-b[i])); e > 10*tol*(math.Abs(a[i])+0.5) {
				t.Errorf("y%d(%g): collocation %.10g, shooting %.10g, collocation again %.10g", i+1, x, a[i], b[i], d[i])
			}
		}
	}
}
