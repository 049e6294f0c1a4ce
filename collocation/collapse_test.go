package collocation

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"costate/ode"
)

// eigen is y” = -k y with z' = 1 beside it, and given conditions on y and y' at
// 0, 1/2 and 1.
func eigen(conditions func(g []float64, a, m, b []float64), k float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 3, Params: 1, Names: []string{"y", "y'", "z"}, ParamNames: []string{"k"},
			Func: func(f []float64, t float64, y, p []float64) { f[0], f[1], f[2] = y[1], -p[0]*y[0], 1 }},
		Start: 0, End: 1, GuessParams: []float64{k},
		Boundary: ode.Conditions{Count: 4, Points: []float64{0, 0.5, 1}, Func: func(g []float64, y [][]float64, p []float64) {
			conditions(g, y[0], y[1], y[2])
			g[3] = y[0][2]
		}},
		Guess: func(y []float64, t float64) { y[0], y[1], y[2] = math.Sin(3*t), 3*math.Cos(3*t), t },
	}
}

// A solution that vanishes, and with it all that a parameter acts on, is refused
// with the names; a parameter, or a component, that is zero by itself is not.
func TestCollapse(t *testing.T) {
	ends := func(g, a, m, b []float64) { g[0], g[1], g[2] = a[0], b[0], m[0] }
	start := func(g, a, m, b []float64) { g[0], g[1], g[2] = a[0], a[1], b[1] }
	normal := func(g, a, m, b []float64) { g[0], g[1], g[2] = a[0], a[1]-1, b[0] }
	flat := func(g, a, m, b []float64) { g[0], g[1], g[2] = a[0]-1, a[1], b[1] }
	for _, c := range []struct {
		name string
		p    *ode.BVP
		text string  // of the error; "": solved
		k    float64 // then
	}{
		{"no normalisation, three places", eigen(ends, 8), "y, y' are zero and leave k undetermined", 0},
		{"no normalisation, start", eigen(start, 7), "y, y' are zero and leave k undetermined", 0},
		{"in other units", scaledBVP(eigen(ends, 8), 1e-9), "y, y' are zero and leave k undetermined", 0},
		{"eigenvalue", eigen(normal, 8), "", math.Pi * math.Pi},
		{"eigenvalue in other units", scaledBVP(eigen(normal, 8), 1e-9), "", math.Pi * math.Pi},
		{"eigenvalue zero", eigen(flat, 0.5), "", 0},
	} {
		s := Solver{}
		sol, err := s.Solve(context.Background(), c.p)
		if c.text != "" {
			if !errors.Is(err, ode.ErrSingular) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "normalising") {
				t.Errorf("%s: %v with k = %v, want %q", c.name, err, sol.P, c.text)
			}
			continue
		}
		if err != nil || math.Abs(sol.P[0]-c.k) > 1e-6 {
			t.Errorf("%s: %v, k = %v, want %v", c.name, err, sol.P, c.k)
		}
	}
	cycle := vanDerPol(1)
	cycle.Guess = func(y []float64, t float64) { y[0], y[1] = 0.01*math.Cos(2*math.Pi*t), 0 }
	var s Solver
	sol, err := s.Solve(context.Background(), cycle)
	if err == nil && math.Abs(sol.P[0]-6.66328685932313) > 1e-5 || err != nil && !strings.Contains(err.Error(), "the solution is zero and leaves p1 undetermined") {
		t.Errorf("van der Pol's cycle from a small guess: period %v, %v", sol.P, err)
	}
}

// scaledBVP is p in units in which y and y' are f times as large.
func scaledBVP(p *ode.BVP, f float64) *ode.BVP {
	q := *p
	un := func(y []float64) []float64 { return []float64{y[0] / f, y[1] / f, y[2]} }
	q.Func = func(d []float64, t float64, y, k []float64) {
		p.Func(d, t, un(y), k)
		d[0], d[1] = f*d[0], f*d[1]
	}
	q.Guess = func(y []float64, t float64) {
		p.Guess(y, t)
		y[0], y[1] = f*y[0], f*y[1]
	}
	q.Boundary.Func = func(g []float64, y [][]float64, k []float64) {
		p.Boundary.Func(g, [][]float64{un(y[0]), un(y[1]), un(y[2])}, k)
	}
	return &q
}

// A component that vanishes, as the difference of others, has their size: the
// condition of the problem is that without it.
func TestVanishingComponent(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Params: 1, Linear: true, Func: func(f []float64, t float64, y, q []float64) {
			f[0], f[1] = q[0], q[0]-y[0]/(t+1)
		}},
		Start: 0, End: 1, GuessParams: []float64{0.2},
		Boundary: ode.Conditions{Count: 3, Linear: true, Func: func(g []float64, y [][]float64, q []float64) {
			g[0], g[1], g[2] = y[0][0]-0.7, y[1][0]-1.4, y[0][1]
		}},
	}
	s := Solver{Tol: 1e-9}
	sol := solved(t, &s, p)
	if k := sol.Condition.Kappa; k > 20 {
		t.Errorf("condition %.2g with a component that is zero", k)
	}
	for i := range 11 {
		x := float64(i) / 10
		for c, want := range []float64{0.7 * (x + 1), 0} {
			if e := math.Abs(sol.At(nil, x)[c] - want); e > sol.Error[c] || sol.Error[c] > 1e-13 {
				t.Errorf("y%d(%v) off by %.2g, estimate %.2g", c+1, x, e, sol.Error[c])
			}
		}
	}
	if e := math.Abs(sol.P[0] - 0.7); e > sol.ParamError[0] || sol.ParamError[0] > 1e-13 {
		t.Errorf("parameter off by %.2g, estimate %.2g", e, sol.ParamError[0])
	}
}
