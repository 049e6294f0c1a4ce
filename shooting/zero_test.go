package shooting

import (
	"math"
	"testing"

	"costate/ode"
)

// TestVanishingComponent: u = 0, but what drives it cancels to rounding only. It
// can neither be integrated nor judged in units of itself.
func TestVanishingComponent(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 3, Linear: true, Func: func(d []float64, t float64, y, _ []float64) {
			s := 3 * math.Sin(2*t)
			d[0] = -19*y[0] - 0.04*(y[1]-s) - 0.2*(y[2]-t*t*t)
			d[1] = 6*math.Cos(2*t) + 1.2*(y[1]-s) + 0.1*y[0]
			d[2] = 3*t*t + y[0] - (y[2] - t*t*t)
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, At: []int{0, 1, 0}, Linear: true, Func: func(d []float64, y [][]float64, _ []float64) {
			d[0], d[1], d[2] = y[0][0], y[1][1]-3*math.Sin(2), y[0][2]
		}},
	}
	for _, tol := range []float64{1e-3, 1e-6, 1e-10} {
		sol, err := (&Solver{Tol: tol}).Solve(t.Context(), p)
		if err != nil {
			t.Errorf("tolerance %g: %v", tol, err)
			continue
		}
		if sol.Stats.Func > 5_000_000 {
			t.Errorf("tolerance %g: %d evaluations", tol, sol.Stats.Func)
		}
		y := sol.At(nil, 0.5)
		for c, want := range []float64{0, 3 * math.Sin(1), 0.125} {
			if math.Abs(y[c]-want) > 2*tol*math.Max(want, 1e-6) {
				t.Errorf("tolerance %g: component %d is %g, want %g", tol, c, y[c], want)
			}
		}
	}
}
