package collocation

import (
	"context"
	"math"
	"strings"
	"testing"

	"costate/ode"
)

// What users of other solvers found broken there.

// vanDerPol is the limit cycle with unknown period: y” = mu (1-y^2) y' - y in
// s = t/T, y'(0) = 0 as phase.
func vanDerPol(mu float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Params: 1, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = p[0] * y[1]
			f[1] = p[0] * (mu*(1-y[0]*y[0])*y[1] - y[0])
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, Func: func(dst []float64, y [][]float64, p []float64) {
			dst[0], dst[1], dst[2] = y[0][0]-y[1][0], y[0][1]-y[1][1], y[0][1]
		}},
		Guess: func(y []float64, t float64) {
			y[0], y[1] = 2*math.Cos(2*math.Pi*t), -2*math.Sin(2*math.Pi*t)
		},
		GuessParams: []float64{2 * math.Pi},
	}
}

// Periodic van der Pol at mu = 10 and 20, where a conditions' error of order
// one was once called solved. The periods are by integration with another program (Radau, 1e-11).
func TestVanDerPol(t *testing.T) {
	for _, c := range []struct{ mu, period float64 }{{1, 6.6632868593231301896996820305}, {10, 19.078369567}, {20, 34.68232331}} {
		s := Solver{Tol: 1e-8, Continuation: &Continuation{From: 1, To: c.mu, Problem: vanDerPol}}
		sol := solved(t, &s, vanDerPol(c.mu))
		if e := math.Abs(sol.P[0]-c.period) / c.period; e > 2e-8 {
			t.Errorf("mu = %v: period %.9f, want %.9f", c.mu, sol.P[0], c.period)
		}
		y0, y1 := sol.Node(0), sol.Node(len(sol.T)-1)
		if math.Abs(y0[0]-y1[0]) > 1e-8 || math.Abs(y0[1]-y1[1]) > 1e-8 {
			t.Errorf("mu = %v: ends %v and %v", c.mu, y0, y1)
		}
	}
}

// Newton's tolerance follows the outer one: y” = -y from 1e-4 to 1e-12 needs
// few intervals.
func TestTightTolerances(t *testing.T) {
	for _, tol := range []float64{1e-4, 1e-6, 1e-8, 1e-10, 1e-12} {
		sol := solved(t, &Solver{Tol: tol}, wave(20))
		if n := len(sol.T) - 1; n > 80 {
			t.Errorf("tol %v: %d intervals", tol, n)
		}
		for i := range 50 {
			x := float64(i) / 50
			if e := math.Abs(sol.At(nil, x)[0] - math.Sin(20*x)); e > 10*tol {
				t.Errorf("tol %v: error %v at %v", tol, e, x)
			}
		}
	}
}

// Sixty components with one to three unknown parameters.
func TestManyComponents(t *testing.T) {
	for k := 1; k <= 3; k++ {
		p := &ode.BVP{
			System: ode.System{Dim: 60, Params: k, Func: func(f []float64, t float64, y, p []float64) {
				for i := range f {
					f[i] = p[i%k] * y[(i+1)%60] / (1 + y[i]*y[i])
				}
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 60 + k, Func: func(dst []float64, y [][]float64, p []float64) {
				for i := range 60 {
					dst[i] = y[0][i] - 1 - float64(i%7)/10
				}
				for j := range k {
					dst[60+j] = y[1][j] - y[0][j] - 0.3 - 0.1*float64(j)
				}
			}},
			Guess: func(y []float64, t float64) {
				for i := range y {
					y[i] = 1 + float64(i%7)/10
				}
			},
			GuessParams: make([]float64, k),
		}
		sol := solved(t, &Solver{}, p)
		for j := range k {
			if e := sol.Node(len(sol.T) - 1)[j] - sol.Node(0)[j] - 0.3 - 0.1*float64(j); math.Abs(e) > 1e-6 {
				t.Errorf("k = %d: condition %d off by %v", k, j, e)
			}
		}
	}
}

// Free end time: the brachistochrone-like problem of least time is not needed;
// x” = u, |u| = 1 has the closed form T = 2 sqrt(d). Here y” = 1 to reach a
// height with the time unknown.
func TestFreeEndTime(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Params: 1, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = p[0]*y[1], p[0]
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, At: []int{0, 0, 1}, Func: func(dst []float64, y [][]float64, p []float64) {
			dst[0], dst[1], dst[2] = y[0][0], y[0][1], y[1][0]-2
		}},
		GuessParams: []float64{1},
	}
	sol := solved(t, &Solver{}, p)
	if math.Abs(sol.P[0]-2) > 10*2e-6 {
		t.Errorf("time %v, want 2", sol.P[0])
	}
}

// Singular terms at both ends: Gauss points never touch them. Legendre's
// equation (1-t^2) y” - 2 t y' + 6 y = 0 has y = (3t^2-1)/2.
func TestSingularEnds(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = y[1] / (1 - t*t) // y[1] = (1-t^2) y'
			f[1] = -6 * y[0]
		}},
		Start: -1, End: 1,
		Boundary: separated(2, 1, []int{1, 0}, []float64{0, 1}),
	}
	sol := solved(t, &Solver{}, p)
	for _, x := range []float64{-1, -0.5, 0, 0.3, 0.9, 1} {
		if e := sol.At(nil, x)[0] - (3*x*x-1)/2; math.Abs(e) > 1e-6 {
			t.Errorf("y(%v) off by %v", x, e)
		}
	}
}

// A right-hand side that overflows for large iterates shortens the step.
func TestOverflow(t *testing.T) {
	p := bratu(3.5)
	p.Guess = func(y []float64, t float64) { y[0], y[1] = 400*t*(1-t), 400-800*t }
	sol, err := (&Solver{}).Solve(context.Background(), p)
	if err == nil && sol.At(nil, 0.5)[0] > 5 {
		t.Errorf("y(1/2) = %v", sol.At(nil, 0.5)[0])
	}
	if err != nil && sol.Status != ode.NoDescent && sol.Status != ode.NotFinite {
		t.Errorf("status %v", sol.Status)
	}
}

// The Hamiltonian is constant along solutions of autonomous problems.
func TestHamiltonian(t *testing.T) {
	for _, c := range []struct {
		id string
		v  float64
		h  func(y []float64) float64
	}{
		{"H4_double_well_instanton", 10, func(y []float64) float64 { return y[1]*(y[0]-y[0]*y[0]*y[0]) + y[1]*y[1]/2 }},
		{"H9_vdp_control", 5, func(y []float64) float64 {
			return y[0]*y[0] + y[1]*y[1] - y[3]*y[3]/2 + y[2]*y[1] + y[3]*((1-y[0]*y[0])*y[1]-y[0])
		}},
		{"H3_lqr", 10, func(y []float64) float64 { return y[0]*y[0]/2 - y[1]*y[1]/2 }},
	} {
		sol := solved(t, &Solver{}, find(c.id).make(c.v))
		h0, size := c.h(sol.Node(0)), 0.0
		for i := range sol.T {
			size = max(size, math.Abs(c.h(sol.Node(i))), math.Abs(sol.Node(i)[0]), math.Abs(sol.Node(i)[1]))
		}
		for i := range 301 {
			x := sol.T[0] + (sol.T[len(sol.T)-1]-sol.T[0])*float64(i)/300
			if e := math.Abs(c.h(sol.At(nil, x)) - h0); e > 1e-5*size {
				t.Errorf("%s: H off by %v at %v", c.id, e, x)
			}
		}
	}
}

// A right-hand side with a switch is solved at full order if the switch is a
// break: with as many intervals as a smooth one.
func TestBreaks(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = y[1], -1
			if t > math.Sqrt(0.5) {
				f[1] = 1
			}
		}},
		Start: 0, End: 1,
		Boundary: separated(2, 2, []int{0, 1}, []float64{0, 0}),
	}
	p.Breaks = []float64{math.Sqrt(0.5)}
	sol := solved(t, &Solver{Tol: 1e-9}, p)
	c := math.Sqrt(0.5)
	if want := -c*c/2 - c*(1-c) + (1-c)*(1-c)/2; math.Abs(sol.At(nil, 1)[0]-want) > 1e-12 {
		t.Errorf("y(1) = %v, want %v", sol.At(nil, 1)[0], want)
	}
	if sol.Stats.Meshes != 1 {
		t.Errorf("%d meshes", sol.Stats.Meshes)
	}
}

// The instanton on [0, 20] is placed by exponentials of size 1e-11; a mesh
// that does not resolve the condition pins it somewhere else, with a small
// residual and a small difference between schemes. p(0) is from the energy
// integral.
func TestInstanton(t *testing.T) {
	tp := find("H4_double_well_instanton")
	for _, tol := range []float64{1e-4, 1e-6} {
		sol := solved(t, &Solver{Tol: tol, Continuation: family(tp, 20)}, tp.make(20))
		if e := sol.Node(0)[1]/3.23918833783442e-06 - 1; math.Abs(e) > 100*tol {
			t.Errorf("tol %v: p(0) off by a factor %v", tol, 1+e)
		}
	}
}

// Hundreds of oscillations, of which the first mesh shows none: where no wave
// can run on a mesh the solution is zero there, and its error too.
func TestWaves(t *testing.T) {
	p := find("T16").make(1.0 / 2187)
	sol := solved(t, &Solver{}, p)
	if n := len(sol.T) - 1; n > 8000 {
		t.Errorf("%d intervals for 547 periods", n)
	}
	for i := range 100 {
		x := (float64(i) + 0.37) / 100
		if e := sol.At(nil, x)[0] - math.Sin(math.Pi*x*2187/2); math.Abs(e) > 1e-5 {
			t.Errorf("y(%v) off by %v", x, e)
		}
	}
}

// A failure names what is free by the names of the problem.
func TestNames(t *testing.T) {
	p := product(true)
	p.Names, p.ParamNames = []string{"mass"}, []string{"rate", "share"}
	_, err := (&Solver{}).Solve(context.Background(), p)
	if err == nil || !strings.Contains(err.Error(), "(parameter rate)") && !strings.Contains(err.Error(), "(parameter share)") {
		t.Errorf("error %v, want it to name a parameter", err)
	}
	q := linear2(0, func(float64) float64 { return 1 }, 1, false, neumann)
	q.Names = []string{"height", "slope"}
	if _, err = (&Solver{}).Solve(context.Background(), q); err == nil || !strings.Contains(err.Error(), "(height near t = ") {
		t.Errorf("error %v, want it to name height", err)
	}
	q.Names = nil
	if _, err = (&Solver{}).Solve(context.Background(), q); err == nil || !strings.Contains(err.Error(), "(y1 near t = ") {
		t.Errorf("error %v, want it to name y1", err)
	}
}
