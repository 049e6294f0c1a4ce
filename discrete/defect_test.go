package discrete

import (
	"errors"
	"math"
	"testing"
)

// TestDefectOfUnconverged: a path that stopped on the way to an exact model says
// how far it is from it, as the residuals of its own layers do, and its error
// names no action; a converged one has no defect.
func TestDefectOfUnconverged(t *testing.T) {
	pr := relaxing(1, 24)
	pr.Rf = []float64{math.Inf(1), 5}
	pr.Rule = Trapezoid
	guess := Guess{Theta: []float64{0.3}, X: func(x []float64, t float64) { x[0], x[1] = 10*math.Cos(t), 1 }}
	a, err := (&Solver{MaxSteps: 3}).Solve(ctx, pr, guess)
	var ne *NewtonError
	if !errors.As(err, &ne) || a.Converged || len(a.Defect) != 2 {
		t.Fatalf("%v, converged %v, defect %v", err, a.Converged, a.Defect)
	}
	want, f, g := 0.0, make([]float64, 2), make([]float64, 2)
	for n := range a.Layers {
		pr.Func(f, a.Time(n), a.Node(n), a.Theta)
		pr.Func(g, a.Time(n+1), a.Node(n+1), a.Theta)
		want += math.Abs(a.Node(n + 1)[0] - a.Node(n)[0] - (a.Time(n+1)-a.Time(n))*(f[0]+g[0])/2)
	}
	if !(want > 1e-3) || math.Abs(a.Defect[0]/want-1) > 1e-9 || a.Defect[1] != 0 {
		t.Errorf("defect %v, expected %g and 0", a.Defect, want)
	}
	if a, err = (&Solver{}).Solve(ctx, pr, guess); err != nil || a.Defect != nil {
		t.Errorf("converged: %v, defect %v", err, a.Defect)
	}
}
