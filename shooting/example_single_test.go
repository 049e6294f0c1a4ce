package shooting_test

import (
	"context"
	"fmt"

	"costate/ode"
	"costate/shooting"
)

// The linear regulator over a long horizon: x' = -p, p' = -x, x(0) = 1, p(T) =
// 0. Its solutions grow and decay like exp(±t); single shooting has no digit
// left at T = 50.
func ExampleSolver() {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Linear: true, Names: []string{"x", "p"},
			Func: func(dst []float64, t float64, y, p []float64) { dst[0], dst[1] = -y[1], -y[0] }},
		Start: 0, End: 50,
		Boundary: ode.Conditions{
			Count: 2, At: []int{0, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, p []float64) { g[0], g[1] = y[0][0]-1, y[1][1] },
		},
	}
	s, err := (&shooting.Solver{Tol: 1e-8}).Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, p(0) = %.6f, x(2) = %.6f\n", s.Status, s.At(nil, 0)[1], s.At(nil, 2)[0])
	s, _ = (&shooting.Single{Tol: 1e-8}).Solve(context.Background(), p)
	fmt.Println(s.Status)
	// Output:
	// solved, p(0) = 1.000000, x(2) = 0.135335
	// ill-conditioned
}
