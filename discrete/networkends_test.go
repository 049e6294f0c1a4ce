package discrete_test

import (
	"context"
	"math"
	"testing"

	"costate/collocation"
	"costate/ode"
)

// Check 19: data at the ends give p(0) = Rm (x - y) and p(End) = -Rm (x - y)
// of a network with fixed weights. Data spread over narrow bumps of the same
// integral, with the natural conditions p = 0 at both ends, tend to the same
// solution, at order one in the width of the bumps.
func TestNarrowMeasurementsTendToEndConditions(t *testing.T) {
	const rm, rf, end = 2.0, 5.0, 2.0
	weights := [4]float64{1.2, -0.7, 0.5, 0.9}
	first, last := [2]float64{0.8, -0.4}, [2]float64{0.5, 0.3}
	// bump has the integral 1 over [0, width].
	bump := func(s, width float64) float64 {
		if s = s / width; s <= 0 || s >= 1 {
			return 0
		}
		return 30 * s * s * (1 - s) * (1 - s) / width
	}
	solve := func(width float64) *ode.Solution {
		p := &ode.BVP{Start: 0, End: end, Guess: func(dst []float64, s float64) {
			for a := range 2 {
				dst[a] = first[a] + (last[a]-first[a])*s/end
			}
		}}
		p.Dim = 4
		p.Func = func(dst []float64, s float64, y, _ []float64) {
			x, c := y[:2], y[2:]
			var f [2]float64
			for a := range 2 {
				f[a] = math.Tanh(weights[2*a]*x[0] + weights[2*a+1]*x[1])
				dst[a] = f[a] - x[a] + c[a]/rf
			}
			for b := range 2 {
				dst[2+b] = c[b]
				for a := range 2 {
					dst[2+b] -= weights[2*a+b] * (1 - f[a]*f[a]) * c[a]
				}
				if width > 0 {
					dst[2+b] += rm * (bump(s, width)*(x[b]-first[b]) + bump(end-s, width)*(x[b]-last[b]))
				}
			}
		}
		p.Boundary = ode.Conditions{Count: 4, At: []int{0, 0, 1, 1}, Func: func(dst []float64, y [][]float64, _ []float64) {
			for a := range 2 {
				dst[a], dst[2+a] = y[0][2+a], y[1][2+a]
				if width == 0 {
					dst[a] -= rm * (y[0][a] - first[a])
					dst[2+a] += rm * (y[1][a] - last[a])
				}
			}
		}}
		sol, err := (&collocation.Solver{Tol: 1e-9, Intervals: 400, Workers: 1}).Solve(context.Background(), p)
		if err != nil {
			t.Fatalf("width %g: %v", width, err)
		}
		return sol
	}
	limit := solve(0)
	y, z := make([]float64, 4), make([]float64, 4)
	for i, s := range []float64{0, end} {
		limit.At(y, s)
		for a := range 2 {
			want := rm * (y[a] - first[a])
			if i == 1 {
				want = -rm * (y[a] - last[a])
			}
			if math.Abs(y[2+a]-want) > 1e-8 {
				t.Errorf("p_%d(%g) = %.10g, want %.10g", a, s, y[2+a], want)
			}
		}
	}
	var before float64
	for _, width := range []float64{0.1, 0.05, 0.025} {
		sol := solve(width)
		var e float64
		for i := range 41 {
			// Within a bump the costates rise from 0 to their value beyond it.
			s := 0.1 + (end-0.2)*float64(i)/40
			limit.At(y, s)
			sol.At(z, s)
			for j := range y {
				e = max(e, math.Abs(y[j]-z[j]))
			}
		}
		order := math.Log2(before / e)
		t.Logf("width %g: error %.3e, order %.2f", width, e, order)
		if before > 0 && math.Abs(order-1) > 0.1 {
			t.Errorf("width %g: order %.3f", width, order)
		}
		before = e
	}
}
