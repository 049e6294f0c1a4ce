package shooting

import (
	"math"

	"costate/ode"
)

// lqr is x' = -p, p' = -x, x(0) = 1, p(T) = 0: solutions grow and decay like
// exp(±t).
func lqr(T float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Linear: true,
			Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = -y[1], -y[0] },
			Jac:  func(dy, _ []float64, _ float64, _, _ []float64) { dy[0], dy[1], dy[2], dy[3] = 0, -1, -1, 0 },
		},
		Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-1, y[1][1] },
			Jac: func(dg [][]float64, _ []float64, _ [][]float64, _ []float64) {
				dg[0][0], dg[0][1], dg[0][2], dg[0][3] = 1, 0, 0, 0
				dg[1][0], dg[1][1], dg[1][2], dg[1][3] = 0, 0, 0, 1
			}},
	}
}

// wellSystem is Hamilton's system of H = p (x - x^3) + p^2/2.
var wellSystem = ode.System{Dim: 2,
	Func: func(d []float64, _ float64, y, _ []float64) {
		x, p := y[0], y[1]
		d[0], d[1] = x-x*x*x+p, -(1-3*x*x)*p
	},
	Jac: func(dy, _ []float64, _ float64, y, _ []float64) {
		x, p := y[0], y[1]
		dy[0], dy[1], dy[2], dy[3] = 1-3*x*x, 1, 6*x*p, -(1 - 3*x*x)
	}}

// well is the instanton from -1 to 0 in the time T.
func well(T float64) *ode.BVP {
	return &ode.BVP{System: wellSystem, Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]+1, y[1][0] }},
		Guess: func(y []float64, t float64) {
			e := math.Exp(2 * (t - T/3))
			y[0], y[1] = -1/math.Sqrt(1+e), 2*e/math.Pow(1+e, 1.5)
		}}
}

// instanton goes from -1 to +1 in the time T.
func instanton(T float64) *ode.BVP {
	return &ode.BVP{System: wellSystem, Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]+1, y[1][0]-1 }},
		Guess: func(y []float64, t float64) {
			x := math.Tanh(t - T/2)
			y[0], y[1] = x, max(0, 1-x*x)
		}}
}
