package discrete_test

import (
	"context"
	"fmt"

	"costate/discrete"
)

// A cup of coffee cools, x' = -k (x - 20), in a room of 20 degrees. Five
// readings with errors of about half a degree (Rm = 1/0.5^2) give the rate k.
// The action is minimised over the path and k; with Rf = 10 the law may be
// wrong by about 1/sqrt(10) degrees per square root of a minute.
func ExampleSolver_Solve() {
	pr := &discrete.Problem{
		Model: discrete.Model{Dim: 1, Params: 1, Func: func(f []float64, t float64, x, k []float64) {
			f[0] = -k[0] * (x[0] - 20)
		}},
		Start: 0, End: 20, Layers: 40,
		Rf: []float64{10},
	}
	for i, reading := range []float64{80.3, 66.2, 56.6, 48.2, 42.5} {
		pr.Observations = append(pr.Observations, discrete.Observation{
			Time: 5 * float64(i), Y: []float64{reading}, Rm: []float64{4},
		})
	}
	s := discrete.Solver{Covariance: true}
	guess := discrete.Guess{
		X:     func(x []float64, t float64) { x[0] = 80 - 2*t },
		Theta: []float64{0.1},
	}
	path, err := s.Solve(context.Background(), pr, guess)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("k = %.5f, sd %.5f\n", path.Theta[0], path.ThetaSD(0))
	fmt.Printf("action %.5f = measurements %.5f + model %.5f\n", path.Action, path.Measurement, path.Model)
	// Output:
	// k = 0.05013, sd 0.00206
	// action 0.67273 = measurements 0.39048 + model 0.28225
}

// The same by variational annealing: minima are followed from a weak model
// (small Rf) to a strong one, from five starts drawn at random.
func ExampleAnnealing_Run() {
	pr := &discrete.Problem{
		Model: discrete.Model{Dim: 2, Params: 1, Func: func(f []float64, t float64, x, w []float64) {
			f[0], f[1] = x[1], -w[0]*w[0]*x[0]
		}},
		Start: 0, End: 4, Layers: 40,
		Rf:         []float64{1},
		ParamLower: []float64{0.5}, ParamUpper: []float64{4},
	}
	for i, y := range []float64{1.02, 0.07, -0.99, -0.22, 0.96, 0.29, -0.88, -0.43, 0.85} {
		pr.Observations = append(pr.Observations, discrete.Observation{
			Time: float64(i) / 2, Index: []int{0}, Y: []float64{y}, Rm: []float64{1 / (0.05 * 0.05)},
		})
	}
	a := discrete.Annealing{Starts: 5, Seed: 1, Lower: []float64{-2, -6}, Upper: []float64{2, 6}}
	e, err := a.Run(context.Background(), pr)
	if err != nil {
		fmt.Println(err)
		return
	}
	low := e.Levels[0]
	fmt.Printf("%d of 5 starts: omega = %.4f\n", low.Count, low.Theta[0])
	fmt.Printf("action %.3f, expected %.1f +- %.1f, consistent: %v\n", low.Limit, low.Expected, low.SD, low.Consistent)
	// Output:
	// 5 of 5 starts: omega = 3.0150
	// action 0.741, expected 3.0 +- 1.7, consistent: true
}
