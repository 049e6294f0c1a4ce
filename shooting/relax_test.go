package shooting

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// TestRelaxation: the corner layer eps y” = 1 - y'^2, y = 1 + eps log cosh((t -
// 0.745)/eps), is out of reach of the segments from a guess of zero; from the
// relaxed guess it is not. A stiff problem changes the method.
func TestRelaxation(t *testing.T) {
	const eps = 0.01
	exact := func(x float64) float64 {
		// log cosh without overflow
		u := math.Abs(x-0.745) / eps
		return 1 + eps*(u+math.Log1p(math.Exp(-2*u))-math.Ln2)
	}
	p := &ode.BVP{
		System: ode.System{Dim: 2,
			Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], (1-y[1]*y[1])/eps }},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-exact(0), y[1][0]-exact(1) }},
	}
	relaxed := false
	s, err := (&Solver{Trace: func(p Progress) { relaxed = relaxed || p.Stage == "relaxation" }}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if !relaxed {
		t.Error("solved without relaxation: the test tests nothing")
	}
	for x := 0.0; x <= 1; x += 0.05 {
		if y := s.At(nil, x); math.Abs(y[0]-exact(x)) > 1e-5 {
			t.Errorf("y(%g) = %.10g, want %.10g", x, y[0], exact(x))
		}
	}
}

// TestStiffSegments: eps y” + y' = (1 + eps) y has a mode that decays like
// exp(-t/eps); the default method changes to an implicit one.
func TestStiffSegments(t *testing.T) {
	const eps = 1e-4
	p := linearProblem(-1, 1, func(d []float64, _ float64, y []float64) { d[0], d[1] = y[1], ((1+eps)*y[0]-y[1])/eps },
		1+math.Exp(-2), 1+math.Exp(-2*(1+eps)/eps))
	p.Jac = func(dy, _ []float64, _ float64, _, _ []float64) {
		dy[0], dy[1], dy[2], dy[3] = 0, 1, (1+eps)/eps, -1/eps
	}
	s, err := new(Solver).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for x := -1.0; x <= 1; x += 0.1 {
		want := math.Exp(x-1) + math.Exp(-(1+eps)*(1+x)/eps)
		if y := s.At(nil, x); math.Abs(y[0]-want) > 2e-6 {
			t.Errorf("y(%g) = %.10g, want %.10g", x, y[0], want)
		}
	}
	if len(s.T) > 300 {
		t.Errorf("%d steps: not those of an implicit method", len(s.T)-1)
	}
}
