package newton

import (
	"context"
	"errors"
	"math"
	"testing"

	"costate/internal/linalg"
)

// dense makes a Problem of f and its Jacobian (n×n).
func dense(n int, f func(dst, x []float64), jac func(dst, x []float64)) *Problem {
	a, piv := make([]float64, n*n), make([]int, n)
	return &Problem{
		Residual: f,
		Factor: func(x []float64) error {
			jac(a, x)
			if k := linalg.LU(a, n, piv); k >= 0 {
				return &linalg.SingularError{Column: k}
			}
			return nil
		},
		Solve: func(dst, r []float64) {
			copy(dst, r)
			linalg.LUSolve(a, n, piv, dst, 1)
		},
		Norm: func(d []float64) float64 {
			s := 0.0
			for _, v := range d {
				s = max(s, math.Abs(v))
			}
			return s / 1e-10
		},
	}
}

func atan(dst, x []float64) { dst[0] = math.Atan(x[0] - 3) }
func atanJac(a, x []float64) {
	a[0] = 1 / (1 + (x[0]-3)*(x[0]-3))
}

// The plain iteration on atan diverges from |x - 3| > 1.39.
func TestDamping(t *testing.T) {
	for _, x0 := range []float64{3, 3.1, 4.5, 10, -100} {
		x := []float64{x0}
		var s Solver
		res, err := s.Solve(context.Background(), dense(1, atan, atanJac), x)
		if err != nil || math.Abs(x[0]-3) > 1e-10 {
			t.Errorf("from %v: x = %v, %v, %+v", x0, x[0], err, res)
		}
		if x0 == 3 && res.Steps > 1 {
			t.Errorf("the exact solution takes %d steps", res.Steps)
		}
	}
}

func rosenbrock(dst, x []float64) { dst[0], dst[1] = 10*(x[1]-x[0]*x[0]), 1-x[0] }
func rosenbrockJac(a, x []float64) {
	a[0], a[1], a[2], a[3] = -20*x[0], 10, -1, 0
}

// The iterates do not depend on the units of F.
func TestAffineInvariance(t *testing.T) {
	var steps [2]int
	for k, f := range []float64{1, 1e8} {
		x := []float64{-1.2, 1}
		p := dense(2, func(d, x []float64) { rosenbrock(d, x); d[0] *= f; d[1] /= f },
			func(a, x []float64) { rosenbrockJac(a, x); a[0] *= f; a[1] *= f; a[2] /= f; a[3] /= f })
		var s Solver
		res, err := s.Solve(context.Background(), p, x)
		if err != nil || math.Abs(x[0]-1)+math.Abs(x[1]-1) > 1e-9 {
			t.Fatal(x, err)
		}
		steps[k] = res.Steps
	}
	if steps[0] != steps[1] {
		t.Errorf("%d and %d steps", steps[0], steps[1])
	}
}

// A residual that is not finite beyond x = 0 shortens the step.
func TestNotFinite(t *testing.T) {
	x := []float64{9}
	p := dense(1, func(d, x []float64) { d[0] = math.Log(x[0]) - 0.5 }, func(a, x []float64) { a[0] = 1 / x[0] })
	var s Solver
	if _, err := s.Solve(context.Background(), p, x); err != nil || math.Abs(x[0]-math.Exp(0.5)) > 1e-9 {
		t.Fatal(x, err)
	}
	x[0] = -1
	_, err := s.Solve(context.Background(), p, x)
	var e *Error
	if !errors.Is(err, ErrNotFinite) || !errors.As(err, &e) || e.Step != 1 {
		t.Errorf("err = %v", err)
	}
}

func TestFailures(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var s Solver
	p := dense(1, func(d, x []float64) { d[0] = x[0]*x[0] + 1 }, func(a, x []float64) { a[0] = 2 * x[0] })
	if _, err := s.Solve(ctx, p, []float64{3}); !errors.Is(err, ErrNoDescent) && !errors.Is(err, ErrSingular) {
		t.Errorf("no root: %v", err)
	}
	if _, err := s.Solve(ctx, p, []float64{0}); !errors.Is(err, ErrSingular) {
		t.Errorf("singular: %v", err)
	}
	cancel()
	if _, err := s.Solve(ctx, p, []float64{3}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLinear(t *testing.T) {
	p := dense(2, func(d, x []float64) { d[0], d[1] = x[0]+x[1]-3, x[0]-x[1]-1 },
		func(a, x []float64) { a[0], a[1], a[2], a[3] = 1, 1, 1, -1 })
	p.Linear = true
	x := make([]float64, 2)
	var s Solver
	res, err := s.Solve(context.Background(), p, x)
	if err != nil || res.Steps != 1 || res.Factorisations != 1 || res.Solves != 1 || x[0] != 2 || x[1] != 1 {
		t.Error(x, res, err)
	}
}

func TestAllocations(t *testing.T) {
	p := dense(2, rosenbrock, rosenbrockJac)
	x := make([]float64, 2)
	var s Solver
	ctx := context.Background()
	if a := testing.AllocsPerRun(10, func() {
		x[0], x[1] = -1.2, 1
		if _, err := s.Solve(ctx, p, x); err != nil {
			t.Fatal(err)
		}
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

// TestOldFactors: a first step that lands well may leave factors that no longer
// fit; new ones, not shorter steps, are the way on. f = (x - 1, x y - x^3/1000): the
// factors at x = 16 are sixteen times too large at x = 1.
func TestOldFactors(t *testing.T) {
	p := dense(2, func(d, x []float64) { d[0], d[1] = x[0]-1, x[0]*x[1]-1e-3*x[0]*x[0]*x[0] },
		func(a, x []float64) { a[0], a[1], a[2], a[3] = 1, 0, x[1]-3e-3*x[0]*x[0], x[0] })
	p.Norm = func(d []float64) float64 { return 1e6 * math.Hypot(d[0], d[1]) }
	x := []float64{16, 0.256}
	s := Solver{MinDamping: 1e-4}
	res, err := s.Solve(context.Background(), p, x)
	if err != nil || math.Abs(x[0]-1) > 1e-6 || math.Abs(x[1]-1e-3) > 1e-6 || res.Damped > 0 {
		t.Error(x, res, err)
	}
}
