package shooting

import (
	"math"
	"testing"

	"costate/ode"
)

// TestUphill: y' = k y with jumps, of unknown k, from a guess that is 1 all along.
// No damping of the first corrections gives descent; going on uphill does.
func TestUphill(t *testing.T) {
	const k = 1.3776874061
	jumps := []struct{ at, f, add float64 }{{0.1, -1, 1}, {1.0 / 3, 2, 1}, {0.5, 2, -0.5}}
	const start = 1.8375
	end, last := start, 0.0
	p := &ode.BVP{System: ode.System{Dim: 1, Params: 1, Func: func(d []float64, t float64, y, q []float64) { d[0] = q[0] * y[0] }},
		Start: 0, End: 1, Guess: func(y []float64, t float64) { y[0] = 1 }, GuessParams: []float64{k + 0.3}}
	for _, j := range jumps {
		end = j.f*end*math.Exp(k*(j.at-last)) + j.add
		last = j.at
		p.Jumps = append(p.Jumps, ode.Jump{T: j.at, Func: func(dst, y, q []float64) { dst[0] = j.f*y[0] + j.add }})
	}
	end *= math.Exp(k * (1 - last))
	p.Boundary = ode.Conditions{Count: 2, At: []int{0, 1}, Func: func(d []float64, y [][]float64, q []float64) {
		d[0], d[1] = y[0][0]-start, y[1][0]-end
	}}
	sol, err := (&Solver{}).Solve(t.Context(), p)
	if err != nil || math.Abs(sol.P[0]-k) > 1e-6 {
		t.Errorf("k = %v, %v", sol.P, err)
	}
}
