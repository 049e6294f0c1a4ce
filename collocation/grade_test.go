package collocation

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// A fine place between wide intervals does not make these fine all over: what is
// near is graded, and a pulse found by mesh points around it is resolved with few.
func TestPulse(t *testing.T) {
	const c = 0.3
	for _, w := range []float64{1e-4, 1e-5, 1e-6, 1e-7} {
		p := &ode.BVP{Start: 0, End: 1, Boundary: dirichlet}
		p.Dim, p.Linear = 2, true
		p.Breaks = []float64{c - 300*w, c - 10*w, c - 1e-12, c, c + 1e-12, c + 10*w, c + 300*w}
		p.Func = func(d []float64, t float64, y, q []float64) {
			d[0], d[1] = y[1], -math.Exp(-math.Abs(t-c)/w)/w-math.Pi*math.Pi*math.Sin(math.Pi*t)
		}
		p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, 0, 0}) }
		hat := func(t float64) float64 { return -w*math.Exp(-math.Abs(t-c)/w) - math.Abs(t-c) }
		for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
			var sizes []int
			s := &Solver{Tol: tol, Trace: func(e Progress) {
				if e.Stage == "mesh" {
					sizes = append(sizes, e.Intervals)
				}
			}}
			sol, err := s.Solve(context.Background(), p)
			if err != nil {
				t.Errorf("width %v, tol %v: %v, meshes %v", w, tol, err, sizes)
				continue
			}
			if n := len(sol.T); n > 200 {
				t.Errorf("width %v, tol %v: meshes %v", w, tol, sizes)
			}
			for i := range 1000 {
				at := float64(i) / 1000
				want := hat(at) - hat(0)*(1-at) - hat(1)*at + math.Sin(math.Pi*at)
				if e := math.Abs(sol.At(nil, at)[0] - want); e > tol {
					t.Errorf("width %v, tol %v: error %.2g at %v", w, tol, e, at)
					break
				}
			}
		}
	}
}

// The lengths of neighbours of a graded mesh differ by no more than the rule says,
// and the integral of the density is what it says.
func TestGraded(t *testing.T) {
	m := &mesh{fixed: []float64{0, 1}, t: []float64{0, 0.4, 0.4 + 1e-10, 0.4 + 2e-10, 1}, jump: []int{-1, -1, -1, -1}}
	finer, density, total := graded(m, []float64{0.1, 1e-10, 1e-10, 0.2})
	if total > 200 {
		t.Errorf("%.3g intervals", total)
	}
	sum := 0.0
	for i, f := range density {
		h := finer.t[i+1] - finer.t[i]
		sum += f * h
		if !(h > 0) || f < 5 {
			t.Errorf("interval %d: length %g, density %g", i, h, f)
		}
		if i > 0 && max(1/density[i-1], 1/f) > 1.001*(1+grade)*min(1/density[i-1], 1/f) {
			t.Errorf("lengths %g and %g at %v", 1/density[i-1], 1/f, finer.t[i])
		}
	}
	if math.Abs(sum-total) > 1e-9*total {
		t.Errorf("integral %v, want %v", total, sum)
	}
}
