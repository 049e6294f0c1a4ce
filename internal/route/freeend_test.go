package route

import (
	"math"
	"testing"
)

// The errors of a problem with a free end are those of what is printed beside a
// label, the error of the end included: x1 itself is exact at the scaled place.
func TestFreeEndErrors(t *testing.T) {
	p := problem(t, `hamiltonian = "p1*x2 + p2*u - u^2/2 - 0.5"
controls = ["u"]
[layer]
start = 0
end = { estimate = true, guess = 5.09, name = "T" }
[states]
x1 = { costate = "p1", start = 3, end = 0, guess = "1 - t/3" }
x2 = { costate = "p2", start = 0, end = 0, guess = "-0.3" }
`)
	rate := math.Sqrt2 / 3
	exact := []func(t float64) float64{
		func(t float64) float64 { return 3 - t*t/2 + rate*t*t*t/6 },
		func(t float64) float64 { return -t + rate*t*t/2 },
		func(t float64) float64 { return -rate },
		func(t float64) float64 { return -1 + rate*t },
	}
	for _, tol := range []float64{1e-3, 1e-6, 1e-9} {
		sol, err := p.Collocate(t.Context(), Options{Tol: tol})
		if err != nil {
			t.Fatalf("tol %v: %v", tol, err)
		}
		for c, f := range exact {
			worst := 0.0
			for i, s := range sol.T {
				worst = max(worst, math.Abs(sol.Node(i)[c]-f(p.Equations.Label(s, sol.P))))
			}
			if !(worst <= 1.5*sol.Error[c]+1e-14) || !(sol.Error[c] <= 10*tol) {
				t.Errorf("tol %v, component %d: error %.2g, estimate %.2g", tol, c, worst, sol.Error[c])
			}
		}
	}
}
