package collocation_test

import (
	"context"
	"math"
	"testing"

	"costate/collocation"
	"costate/ode"
)

// Between many jumps there is one interval each. Where that is not quite enough, a
// stage more is better than twice as many intervals.
func TestCrowded(t *testing.T) {
	const n, h = 100, 0.15
	p := &ode.BVP{Start: 0, End: n * h}
	p.Dim = 2
	p.Func = func(dst []float64, t float64, y, _ []float64) {
		dst[0] = y[1] + math.Sin(2*t)
		dst[1] = 4*y[0] + 0.1*y[0]*y[0]
	}
	for k := 1; k < n; k++ {
		data := math.Cos(float64(3 * k))
		p.Jumps = append(p.Jumps, ode.Jump{T: h * float64(k), Func: func(dst, y, _ []float64) {
			dst[0], dst[1] = y[0], y[1]+(y[0]-data)/4
		}})
	}
	p.Boundary = ode.Conditions{Count: 2, At: []int{0, 1},
		Func: func(dst []float64, y [][]float64, _ []float64) { dst[0], dst[1] = y[0][1], y[1][1] }}
	fine, err := (&collocation.Solver{Tol: 1e-12, Stages: 7}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	raised := false
	for _, tol := range []float64{1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9} {
		sol, err := (&collocation.Solver{Tol: tol}).Solve(context.Background(), p)
		if err != nil {
			t.Fatalf("tolerance %g: %v", tol, err)
		}
		worst, size := 0.0, 0.0
		for s := h / 20; s < n*h; s += h / 10 {
			a, b := sol.At(nil, s), fine.At(nil, s)
			for c := range a {
				worst, size = max(worst, math.Abs(a[c]-b[c])), max(size, math.Abs(b[c]))
			}
		}
		if worst > tol*size {
			t.Errorf("tolerance %g: error %.2g of %.2g", tol, worst, size)
		}
		pieces := len(sol.T) - 1 - len(p.Jumps)
		t.Logf("tolerance %g: %d pieces, %d meshes, error %.2g", tol, pieces, sol.Stats.Meshes, worst/size)
		raised = raised || pieces == n && sol.Stats.Meshes > 1
		if pieces > 3*n/2 {
			t.Errorf("tolerance %g: %d intervals between %d jumps", tol, pieces, len(p.Jumps))
		}
	}
	if !raised {
		t.Error("no solution took another stage on the mesh that it had")
	}
}
