package shooting_test

import (
	"context"
	"math"
	"testing"

	"costate/collocation"
	"costate/ode"
	"costate/shooting"
)

// smoother is the boundary value problem of a twin experiment with Lorenz 96
// of dimension n on [0, T]: x' = F + p/Rf, p' = -F_x' p, p(0) = p(T) = 0, with a
// jump of p at every observation.
func smoother(t *testing.T, n int, T float64) *ode.BVP {
	const Rf, Rm = 100, 0.2
	field := func(d, x []float64) {
		for i := range n {
			d[i] = x[(i+n-1)%n]*(x[(i+1)%n]-x[(i+n-2)%n]) - x[i] + 8.17
		}
	}
	start := make([]float64, n)
	for i := range start {
		start[i] = 8.17
	}
	start[0] += 0.01
	truth, err := (&ode.Integrator{RelTol: 1e-10}).Solve(context.Background(), &ode.IVP{
		System: ode.System{Dim: n, Func: func(d []float64, _ float64, y, _ []float64) { field(d, y) }},
		Start:  -5, End: T, Initial: start})
	if err != nil {
		t.Fatal(err)
	}
	p := &ode.BVP{
		System: ode.System{Dim: 2 * n, Func: func(d []float64, _ float64, y, _ []float64) {
			x, p, dp := y[:n], y[n:], d[n:]
			field(d, x)
			for i := range n {
				d[i] += p[i] / Rf
				dp[i] = p[i]
			}
			for i := range n {
				a, b, c := (i+n-1)%n, (i+1)%n, (i+n-2)%n
				dp[a] -= (x[b] - x[c]) * p[i]
				dp[b] -= x[a] * p[i]
				dp[c] += x[a] * p[i]
			}
		}},
		Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2 * n, At: make([]int, 2*n),
			Func: func(g []float64, y [][]float64, _ []float64) { copy(g, y[0][n:]); copy(g[n:], y[1][n:]) }},
		Guess: func(y []float64, s float64) {
			truth.At(y[:n], s)
			clear(y[n:])
			for i := range n {
				y[i] += 0.2 * math.Cos(3*s+float64(i))
			}
		},
	}
	for i := range n {
		p.Boundary.At[n+i] = 1
	}
	for s := 0.05; s < T-0.01; s += 0.05 {
		data := truth.At(nil, s)
		for i := range data {
			data[i] += 0.3 * math.Sin(40*s+float64(i))
		}
		p.Jumps = append(p.Jumps, ode.Jump{T: s, Func: func(d, y, _ []float64) {
			copy(d, y)
			for i, v := range data {
				d[n+i] += Rm * (y[i] - v)
			}
		}})
	}
	return p
}

// TestSmoother: shooting and collocation agree on a chaotic model with 19
// observations, whose costates jump.
func TestSmoother(t *testing.T) {
	const n, T, tol = 5, 1, 1e-6
	p := smoother(t, n, T)
	s, err := (&shooting.Solver{Tol: tol}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	c, err := (&collocation.Solver{Tol: tol}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	jumps := 0
	for i := 1; i < len(s.T); i++ {
		if s.T[i] == s.T[i-1] {
			jumps++
			a, b := s.Left(nil, s.T[i]), s.At(nil, s.T[i])
			if a[0] != b[0] || a[n] == b[n] {
				t.Errorf("at t = %g the state jumps from %g to %g, the costate from %g to %g", s.T[i], a[0], b[0], a[n], b[n])
			}
		}
	}
	if jumps != len(p.Jumps) {
		t.Errorf("%d jumps in the solution, want %d", jumps, len(p.Jumps))
	}
	for x := 0.01; x < T; x += 0.017 {
		a, b := s.At(nil, x), c.At(nil, x)
		for i := range a {
			if e := math.Abs(a[i] - b[i]); e > 10*tol*(math.Abs(b[i])+1) {
				t.Errorf("y%d(%g): shooting %.10g, collocation %.10g", i+1, x, a[i], b[i])
			}
		}
	}
}
