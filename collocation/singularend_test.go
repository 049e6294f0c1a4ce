package collocation

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// bessel is Bessel's equation of order nu, for y and y', with the solution J_nu: at t = 0 the
// equation itself demands y' = 0.
func bessel(nu int, end float64) *ode.BVP {
	p := &ode.BVP{Start: 0, End: end, Guess: func(y []float64, t float64) { y[0], y[1] = t, 1 }}
	p.Dim, p.Linear = 2, true
	n2 := float64(nu * nu)
	p.Func = func(d []float64, t float64, y, q []float64) {
		d[0], d[1] = y[1], -y[1]/t+(n2/(t*t)-1)*y[0]
	}
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
		copy(jy, []float64{0, 1, n2/(t*t) - 1, -1 / t})
	}
	c := dirichlet
	c.Func = func(d []float64, y [][]float64, q []float64) {
		d[0], d[1] = y[0][0], y[1][0]-math.Jn(nu, end)
	}
	p.Boundary = c
	return p
}

// A solution that begins like a power which the stages represent makes the
// matrix of the first interval singular but for rounding. That hides no error,
// and the problem is not singular.
func TestSingularEnd(t *testing.T) {
	for _, nu := range []int{1, 2, 3, 4, 5, 6, 7} {
		for _, end := range []float64{1, 5, 20} {
			for _, tol := range []float64{1e-3, 1e-4, 1e-6, 1e-9, 1e-12} {
				s := Solver{Tol: tol}
				sol, err := s.Solve(context.Background(), bessel(nu, end))
				if err != nil {
					t.Errorf("J%d to %v, tol %v: %v", nu, end, tol, err)
					continue
				}
				big, worst := 0.0, 0.0
				var y [2]float64
				for i := range 201 {
					x := end * float64(i) / 200
					sol.At(y[:], x)
					big = max(big, math.Abs(math.Jn(nu, x)))
					worst = max(worst, math.Abs(y[0]-math.Jn(nu, x)))
				}
				for c, e := range sol.Error {
					if !(e <= tol) && len(sol.Warnings) == 0 || c == 0 && !(e >= 0.1*worst-1e-14) {
						t.Errorf("J%d to %v, tol %v: estimate %d is %.2g", nu, end, tol, c, e)
					}
				}
				if allowed := max(tol, 1e-13); !(worst <= allowed*big) {
					t.Errorf("J%d to %v, tol %v: error %.2g of %.2g", nu, end, tol, worst, big)
				}
			}
		}
	}
}
