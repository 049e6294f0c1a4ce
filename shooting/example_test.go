package shooting_test

import (
	"context"
	"fmt"
	"math"

	"costate/collocation"
	"costate/ode"
	"costate/shooting"
)

// Troesch's problem, y' = v, v' = 5 sinh(5 y) with y(0) = 0, y(1) = 1, is hard to
// shoot at: with too large a slope at 0 the solution has a pole before 1.
// Collocation and shooting take the same problem and check each other.
func ExampleSolver_Solve() {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, _ []float64) {
			f[0], f[1] = y[1], 5*math.Sinh(5*y[0])
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 2, Func: func(g []float64, y [][]float64, _ []float64) {
			g[0], g[1] = y[0][0], y[1][0]-1
		}},
		Guess: func(y []float64, t float64) { y[0], y[1] = t, 1 },
	}
	shoot := shooting.Solver{Tol: 1e-8}
	a, err := shoot.Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	colloc := collocation.Solver{Tol: 1e-8}
	b, err := colloc.Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("shooting    y'(0) = %.6f\n", a.At(nil, 0)[1])
	fmt.Printf("collocation y'(0) = %.6f\n", b.At(nil, 0)[1])
	// Output:
	// shooting    y'(0) = 0.045750
	// collocation y'(0) = 0.045750
}
