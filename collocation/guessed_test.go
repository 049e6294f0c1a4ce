package collocation

import (
	"context"
	"math"
	"strings"
	"testing"

	"costate/ode"
)

// y” = 6 y^2 with the solution (t+a)^-2: a guess that is the solution, or a power
// near to it, is not lost on a first mesh that is too coarse for the pole.
func TestGuessNotResolved(t *testing.T) {
	for _, a := range []float64{1e-2, 1e-3, 1e-4} {
		for _, power := range []float64{1.9, 2, 2.1} {
			f := func(t, e float64) float64 { return math.Pow(t+a, -e) }
			p := &ode.BVP{Start: 0, End: 1, Boundary: dirichlet}
			p.Dim = 2
			p.Guess = func(y []float64, t float64) { y[0], y[1] = f(t, power), -power*f(t, power+1) }
			p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], 6*y[0]*y[0] }
			p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, 12 * y[0], 0}) }
			p.Boundary.Func = func(d []float64, y [][]float64, q []float64) {
				d[0], d[1] = y[0][0]-f(0, 2), y[1][0]-f(1, 2)
			}
			sol := solved(t, &Solver{}, p)
			if n := sol.Intervals(); n > 150 {
				t.Errorf("a = %v, power %v: %d intervals", a, power, n)
			}
			mean := 1 / (a * (1 + a))
			for i, x := range sol.T {
				want := f(x, 2)
				if e := math.Abs(sol.Node(i)[0] - want); e > 10e-6*(want+mean/20) {
					t.Errorf("a = %v, power %v: error %.2g of %.2g at %v", a, power, e, want, x)
				}
			}
		}
	}
}

// A guess with jumps costs no more than it may, and a mesh that resolves the
// guess is left as it is.
func TestResolving(t *testing.T) {
	p := vanDerPol(1)
	p.Guess = func(y []float64, t float64) { y[0], y[1] = math.Floor(1e3*t), math.Sin(1e5*t) }
	r := newRun(&Solver{}, p)
	defer r.release()
	m := r.resolving(r.firstMesh(), nil)
	if m == nil || m.intervals() > guessed+100 {
		t.Error("a wild guess asks for too much, or for nothing")
	}
	p.Guess = func(y []float64, t float64) { y[0], y[1] = math.Cos(t), 1+t }
	if m := r.resolving(r.firstMesh(), nil); m != nil {
		t.Errorf("a smooth guess asks for %d intervals", m.intervals())
	}
}

// Equations that are singular at the guess only say so.
func TestSingularAtGuess(t *testing.T) {
	p := &ode.BVP{Start: 0, End: 1}
	p.Dim = 1
	p.Func = func(d []float64, t float64, y, q []float64) { d[0] = -y[0] }
	p.Boundary = ode.Conditions{Count: 1, At: []int{1}, Func: func(d []float64, y [][]float64, q []float64) { d[0] = y[1][0]*y[1][0] - 1 }}
	p.Boundary.Jac = func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
		gy[0][0], gy[1][0] = 0, 2*y[1][0]
	}
	_, err := (&Solver{}).Solve(context.Background(), p)
	if e, ok := err.(*Error); !ok || e.Status != ode.Singular || !strings.Contains(e.Try, "another guess") {
		t.Errorf("%v", err)
	}
	p.Guess = func(y []float64, t float64) { y[0] = 2 }
	sol := solved(t, &Solver{}, p)
	if e := math.Abs(sol.Node(0)[0] - math.E); e > 1e-5 {
		t.Errorf("y(0) = %v", sol.Node(0)[0])
	}
}
