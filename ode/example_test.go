package ode_test

import (
	"context"
	"fmt"
	"math"

	"costate/ode"
)

// The pendulum, until it has passed the lowest point twice.
func ExampleIntegrator_SolveEvents() {
	p := &ode.IVP{
		System: ode.System{Dim: 2, Func: func(dst []float64, t float64, y, p []float64) {
			dst[0], dst[1] = y[1], -math.Sin(y[0])
		}},
		End:     100,
		Initial: []float64{1, 0},
	}
	in := ode.Integrator{RelTol: 1e-10}
	s, found, err := in.SolveEvents(context.Background(), p, []ode.Event{
		{Name: "lowest point", Func: func(t float64, y, p []float64) float64 { return y[0] }, Stop: 2},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range found {
		fmt.Printf("t = %.6f, speed %+.6f\n", c.T, c.Y[1])
	}
	fmt.Printf("y(1) = %.6f\n", s.At(nil, 1)[0])
	// Output:
	// t = 1.674994, speed -0.958851
	// t = 5.024982, speed +0.958851
	// y(1) = 0.600085
}

// The derivatives of the end point with respect to the initial values and to
// the parameter, and the gradient of a cost by the discrete adjoint.
func ExampleIntegrator_Variation() {
	p := &ode.IVP{
		System: ode.System{Dim: 1, Params: 1, Func: func(dst []float64, t float64, y, p []float64) { dst[0] = p[0] * y[0] }},
		End:    2, Initial: []float64{3}, Params: []float64{0.5},
	}
	in := ode.Integrator{RelTol: 1e-10}
	v, err := in.Variation(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	last := len(v.T) - 1
	fmt.Printf("y = %.5f, dy/dy0 = %.5f, dy/dp = %.5f\n", v.Node(last)[0], v.Initial(nil, last)[0], v.Param(nil, last)[0])
	g, err := in.Gradient(context.Background(), p, &ode.Cost{
		End:     func(y, p []float64) float64 { return y[0] * y[0] },
		EndGrad: func(dy, dp, y, p []float64) { dy[0], dp[0] = 2*y[0], 0 },
	})
	fmt.Printf("y^2 = %.4f, d/dy0 %.4f, d/dp %.4f, %v\n", g.Value, g.Initial[0], g.Params[0], err)
	// Output:
	// y = 8.15485, dy/dy0 = 2.71828, dy/dp = 16.30969
	// y^2 = 66.5015, d/dy0 44.3343, d/dp 266.0060, <nil>
}
