package collocation_test

import (
	"context"
	"fmt"
	"math"

	"costate/collocation"
	"costate/ode"
)

// Bratu's problem as a system, y' = v, v' = -e^y with y(0) = y(1) = 0. No
// derivatives, no guess, no tolerance: the zero Solver does.
func ExampleSolver_Solve() {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = y[1], -math.Exp(y[0])
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 2, Func: func(g []float64, y [][]float64, p []float64) {
			g[0], g[1] = y[0][0], y[1][0]
		}},
	}
	var s collocation.Solver
	sol, err := s.Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, y(1/2) = %.5f\n", sol.Status, sol.At(nil, 0.5)[0])
	// Output: solved, y(1/2) = 0.14054
}

// An eigenvalue is an unknown parameter: y' = v, v' = -k^2 y with y(0) = y(1) = 0
// and v(0) = k.
func ExampleSolver_Solve_parameter() {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Params: 1, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = y[1], -p[0]*p[0]*y[0]
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, Func: func(g []float64, y [][]float64, p []float64) {
			g[0], g[1], g[2] = y[0][0], y[1][0], y[0][1]-p[0]
		}},
		Guess:       func(y []float64, t float64) { y[0], y[1] = 4*t*(1-t), 4-8*t },
		GuessParams: []float64{3},
	}
	var s collocation.Solver
	sol, err := s.Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("k = %.5f\n", sol.P[0])
	// Output: k = 3.14159
}

// The fold of Bratu's problem, y' = v, v' = -lambda e^y.
func ExampleSolver_Continue() {
	bratu := func(lambda float64) *ode.BVP {
		return &ode.BVP{
			System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
				f[0], f[1] = y[1], -lambda*math.Exp(y[0])
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Func: func(g []float64, y [][]float64, p []float64) {
				g[0], g[1] = y[0][0], y[1][0]
			}},
		}
	}
	var s collocation.Solver
	c := collocation.Continuation{From: 1, To: 4, Problem: bratu}
	b, err := s.Continue(context.Background(), &c, collocation.BranchOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range b.Folds() {
		fmt.Printf("fold at %.6f\n", f.Parameter)
	}
	last := b.Points[len(b.Points)-1]
	fmt.Printf("back at %g with y(1/2) = %.5f\n", last.Parameter, last.Solution.At(nil, 0.5)[0])
	// Output:
	// fold at 3.513831
	// back at 1 with y(1/2) = 4.09147
}
