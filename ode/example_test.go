package ode_test

import (
	"context"
	"fmt"
	"math"

	"costate/ode"
)

// A pendulum is released from rest at a right angle. It hangs straight down
// for the first time after a quarter of its period, 4 K(sin(pi/4)).
func ExampleIntegrator_SolveEvents() {
	p := &ode.IVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, _ []float64) {
			f[0], f[1] = y[1], -math.Sin(y[0])
		}},
		Start: 0, End: 10,
		Initial: []float64{math.Pi / 2, 0},
	}
	down := ode.Event{Func: func(t float64, y, _ []float64) float64 { return y[0] }, Stop: 1}
	in := ode.Integrator{RelTol: 1e-10}
	sol, found, err := in.SolveEvents(context.Background(), p, []ode.Event{down})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, angle at t = 1: %.5f\n", sol.Status, sol.At(nil, 1)[0])
	fmt.Printf("period %.6f\n", 4*found[0].T)
	// Output:
	// solved, angle at t = 1: 1.07491
	// period 7.416299
}

// How the populations of a predator-prey model at t = 5 depend on the rate at
// which the prey grows: a derivative that is exact for the computed solution.
func ExampleIntegrator_Variation() {
	p := &ode.IVP{
		System: ode.System{Dim: 2, Params: 1, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = p[0]*y[0]-y[0]*y[1], y[0]*y[1]-y[1]
		}},
		Start: 0, End: 5,
		Initial: []float64{2, 1},
		Params:  []float64{1.5},
	}
	in := ode.Integrator{RelTol: 1e-9}
	v, err := in.Variation(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	last := len(v.T) - 1
	y, dy := v.Node(last), v.Param(nil, last)
	fmt.Printf("prey %.5f, d/dp %.5f\n", y[0], dy[0])
	fmt.Printf("predators %.5f, d/dp %.5f\n", y[1], dy[1])
	// Output:
	// prey 1.50472, d/dp 1.24658
	// predators 0.72186, d/dp 0.69024
}
