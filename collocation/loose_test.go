package collocation

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// A condition at a singular end that the equation demands by itself leaves a
// multiple of the solution free, and one that it does not allow leaves none.
func TestSingularEndFree(t *testing.T) {
	powers := []float64{0.5, 1, 1.5, 2, 2.5, 3, 5}
	if testing.Short() {
		powers = []float64{1, 2.5}
	}
	for _, m := range powers {
		for _, right := range []bool{false, true} {
			for _, order := range []int{1, 2, 3} { // 3: two of first order
				if order > 1 && m <= 1 {
					continue // the slope has no value
				}
				p := euler(m*(m-1), right, order == 3)
				if order == 1 {
					p = &ode.BVP{Start: 0, End: 1, System: ode.System{Dim: 1, Linear: true}}
					p.Func = func(d []float64, t float64, y, q []float64) {
						if d[0] = m * y[0] / t; right {
							d[0] = m * y[0] / (t - 1)
						}
					}
					p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
						if jy[0] = m / t; right {
							jy[0] = m / (t - 1)
						}
					}
				}
				at := 0
				if right {
					at = 1
				}
				for _, value := range []float64{0, 1} {
					p.Boundary = ode.Conditions{Count: p.Dim, At: []int{at, at}[:p.Dim], Linear: true,
						Func: func(d []float64, y [][]float64, q []float64) {
							copy(d, y[at])
							d[0] -= value
						},
						Jac: func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
							clear(gy[0])
							clear(gy[1])
							for c := range p.Dim {
								gy[at][c*p.Dim+c] = 1
							}
						}}
					for _, tol := range []float64{1e-4, 1e-7} {
						if value == 1 && tol != 1e-4 {
							continue
						}
						sol, err := (&Solver{Tol: tol}).Solve(context.Background(), p)
						switch {
						case err == nil:
							t.Errorf("power %v, right %v, order %d, value %v, tol %v: solved, condition %.2g", m, right, order, value, tol, sol.Condition.Kappa)
						case value == 0 && sol.Status != ode.Singular:
							t.Errorf("power %v, right %v, order %d, tol %v: %v", m, right, order, tol, err)
						}
					}
				}
			}
		}
	}
}

// A circular plate under load: w'(0) = w”'(0) = 0 leave nothing free, though the
// equation demands the first by itself.
func TestPlate(t *testing.T) {
	p := &ode.BVP{Start: 0, End: 1}
	p.Dim, p.Linear = 4, true
	p.Func = func(d []float64, t float64, y, q []float64) {
		copy(d, y[1:])
		d[3] = 64 - 2*y[3]/t + y[2]/(t*t) - y[1]/(t*t*t)
	}
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
		clear(jy)
		jy[1], jy[6], jy[11] = 1, 1, 1
		copy(jy[12:], []float64{0, -1 / (t * t * t), 1 / (t * t), -2 / t})
	}
	p.Boundary = ode.Conditions{Count: 4, At: []int{0, 0, 1, 1}, Func: func(d []float64, y [][]float64, q []float64) {
		d[0], d[1], d[2], d[3] = y[0][1], y[0][3], y[1][0], y[1][1]
	}}
	for _, tol := range []float64{1e-3, 1e-6, 1e-9} {
		sol := solved(t, &Solver{Tol: tol}, p)
		for i, x := range sol.T {
			if e := math.Abs(sol.Node(i)[0] - (1-x*x)*(1-x*x)); e > tol {
				t.Errorf("tol %v: error %.2g at %v", tol, e, x)
			}
		}
	}
}
