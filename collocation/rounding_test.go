package collocation

import (
	"context"
	"errors"
	"math"
	"testing"

	"costate/ode"
)

// What a growing mode makes of a value in one interval is no measure of its
// rounding: next to a layer the slope, 1e4 in it, is accurate too.
func TestBesideLayer(t *testing.T) {
	for _, eps := range []float64{1e-5, 1e-6, 1e-8} {
		p := find("T14").make(eps)
		sol := solved(t, &Solver{Tol: 1e-10}, p)
		k, l, mean := math.Pi, math.Sqrt(eps), 3.0
		for i := range len(sol.T) - 1 {
			for j := range 8 {
				x := sol.T[i] + (sol.T[i+1]-sol.T[i])*float64(j)/8
				want := -k*math.Sin(k*x) + (math.Exp((x-1)/l)-math.Exp(-(x+1)/l))/l
				got := sol.At(nil, x)[column(p, 1)]
				if e := math.Abs(got - want); e > 1e-9*(math.Abs(want)+mean/20) {
					t.Fatalf("eps %g: slope %v at %v, want %v", eps, got, x, want)
				}
			}
		}
	}
}

// A matrix that is singular but for rounding is not always so to the same degree:
// whatever the length, y” = 1 with both slopes zero has no solution.
func TestSingularByLuck(t *testing.T) {
	one := func(float64) float64 { return 1 }
	step := 1
	if testing.Short() {
		step = 25
	}
	for k := 0; k < 250; k += step {
		end := 0.5 + 0.01*float64(k)
		for _, tol := range []float64{1e-4, 1e-6} {
			sol, err := (&Solver{Tol: tol}).Solve(context.Background(), linear2(0, one, end, true, neumann))
			if err == nil {
				t.Errorf("length %v, tolerance %v: solved, condition %.2g", end, tol, sol.Condition.Kappa)
			} else if sol.Status != ode.Singular && sol.Status != ode.MeshLimit {
				t.Errorf("length %v, tolerance %v: status %v", end, tol, sol.Status)
			}
		}
	}
}

// A layer whose place is determined to 1e-7 is not free: at smaller tolerances the
// problem is ill-conditioned, not singular.
func TestBarelyDetermined(t *testing.T) {
	const eps = 0.05
	top := math.Tanh(1 / (2 * eps))
	p := &ode.BVP{Start: -1, End: 1}
	p.Dim = 2
	p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], -y[0]*y[1]/eps }
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, -y[1] / eps, -y[0] / eps}) }
	p.Guess = func(d []float64, t float64) {
		d[0] = math.Tanh(t / (2 * eps))
		d[1] = (1 - d[0]*d[0]) / (2 * eps)
	}
	p.Boundary = ode.Conditions{Count: 2, At: []int{0, 1},
		Func: func(d []float64, y [][]float64, q []float64) { d[0], d[1] = y[0][0]+top, y[1][0]-top },
		Jac: func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
			gy[0][0], gy[1][2] = 1, 1
		}}
	solved(t, &Solver{Tol: 1e-6}, p)
	for _, tol := range []float64{3e-8, 1e-8, 3e-9, 1e-9, 1e-10} {
		if sol, err := (&Solver{Tol: tol}).Solve(context.Background(), p); err != nil && sol.Status != ode.IllConditioned {
			t.Errorf("tolerance %v: %v", tol, err)
		}
	}
}

// A power of something negative has a value at the exponent 2 only: it has no
// derivative with respect to that.
func TestSensitivityNotFinite(t *testing.T) {
	family := func(v float64) *ode.BVP {
		p := &ode.BVP{Start: 0, End: 1}
		p.Dim = 1
		p.Func = func(d []float64, t float64, y, q []float64) { d[0] = -math.Pow(y[0], v) }
		p.Boundary = ode.Conditions{Count: 1, At: []int{0},
			Func: func(d []float64, y [][]float64, q []float64) { d[0] = y[0][0] + 0.5 }}
		return p
	}
	s := &Solver{}
	sol := solved(t, s, family(2))
	if _, err := s.Sensitivity(context.Background(), sol, []float64{2}, family); !errors.Is(err, ode.ErrNotFinite) {
		t.Errorf("error %v", err)
	}
}
