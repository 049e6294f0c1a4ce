package ode

// Euler, Midpoint and RK4 take equal steps without an error estimate: the maps
// from layer to layer of a residual network. Their dense output is the cubic
// Hermite interpolant. Euler is the explicit method of order 1, Midpoint the
// explicit midpoint rule of order 2, RK4 the classical method of order 4
// (Kutta 1901).
var (
	Euler = &Explicit{
		Title: "Euler", P: 1,
		C: []float64{0},
		A: [][]float64{{}},
		B: []float64{1},
	}
	Midpoint = &Explicit{
		Title: "midpoint", P: 2,
		C: []float64{0, 1. / 2},
		A: [][]float64{{}, {1. / 2}},
		B: []float64{0, 1},
	}
	RK4 = &Explicit{
		Title: "RK4", P: 4,
		C: []float64{0, 1. / 2, 1. / 2, 1},
		A: [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}},
		B: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
	}
)
