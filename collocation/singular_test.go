package collocation

import (
	"context"
	"math"
	"testing"

	"costate/ode"
)

// linear2 is y” = a y + f(t) on [0, end]; mixed: for u = y, v = y + y' in place of
// y and y', so that nothing is a chain.
func linear2(a float64, f func(float64) float64, end float64, mixed bool, c ode.Conditions) *ode.BVP {
	p := &ode.BVP{Start: 0, End: end, Boundary: c}
	p.Dim, p.Linear = 2, true
	p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], a*y[0]+f(t) }
	p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, a, 0}) }
	if mixed {
		p.Func = func(d []float64, t float64, y, q []float64) {
			d[0], d[1] = y[1]-y[0], a*y[0]+f(t)+y[1]-y[0]
		}
		p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{-1, 1, a - 1, 1}) }
		p.Boundary.Func = func(d []float64, y [][]float64, q []float64) {
			c.Func(d, [][]float64{{y[0][0], y[0][1] - y[0][0]}, {y[1][0], y[1][1] - y[1][0]}}, q)
		}
		p.Boundary.Jac = func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
			c.Jac(gy, gp, y, q)
			for _, g := range gy {
				g[0], g[2] = g[0]-g[1], g[2]-g[3]
			}
		}
	}
	return p
}

// ends makes conditions g0 (y, y')(0) + g1 (y, y')(end) = 0, two rows each.
func ends(at []int, g0, g1 [4]float64) ode.Conditions {
	return ode.Conditions{Count: 2, At: at, Linear: true,
		Func: func(d []float64, y [][]float64, q []float64) {
			for i := range d {
				d[i] = dot(g0[2*i:2*i+2], y[0]) + dot(g1[2*i:2*i+2], y[1])
			}
		},
		Jac: func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
			copy(gy[0], g0[:])
			copy(gy[1], g1[:])
		}}
}

var (
	periodic  = ends(nil, [4]float64{1, 0, 0, 1}, [4]float64{-1, 0, 0, -1})
	dirichlet = ends([]int{0, 1}, [4]float64{1, 0, 0, 0}, [4]float64{0, 0, 1, 0})
	neumann   = ends([]int{0, 1}, [4]float64{0, 1, 0, 0}, [4]float64{0, 0, 0, 1})
)

// robin is y' + s y = 0 at the left and y = 0 at the right end. If s is the
// square root of a, the decaying mode obeys the condition where it begins.
func robin(s float64) ode.Conditions {
	return ends([]int{0, 1}, [4]float64{s, 1, 0, 0}, [4]float64{0, 0, 1, 0})
}

// Linear problems without a unique solution are refused at every tolerance,
// whether they have no solution or many, whether what is asked for shows it or
// not, with and without derivatives; their well-posed neighbours are solved.
func TestSingularLinear(t *testing.T) {
	zero := func(t float64) float64 { return 0 }
	one := func(t float64) float64 { return 1 }
	cos := func(k float64) func(float64) float64 { return func(t float64) float64 { return math.Cos(k * t) } }
	sin := func(k float64) func(float64) float64 { return func(t float64) float64 { return math.Sin(k * t) } }
	const pi = math.Pi
	for _, c := range []struct {
		name     string
		a        float64
		f        func(float64) float64
		end      float64
		c        ode.Conditions
		singular bool
	}{
		{"one wave", -1, zero, 2 * pi, periodic, true},
		{"one wave, orthogonal forcing", -1, cos(2), 2 * pi, periodic, true},
		{"one wave, resonant forcing", -1, cos(1), 2 * pi, periodic, true},
		{"two waves", -1, zero, 4 * pi, periodic, true},
		{"two waves, constant forcing", -1, one, 4 * pi, periodic, true},
		{"a hundred waves, slow solution", -1e4, cos(3), 2 * pi, periodic, true},
		{"a hundred waves and a half", -100.5 * 100.5, cos(3), 2 * pi, periodic, false},
		{"six", -1, cos(1), 6, periodic, false},
		{"Neumann", 0, zero, 1, neumann, true},
		{"Neumann, balanced", 0, cos(2 * pi), 1, neumann, true},
		{"Neumann, not balanced", 0, one, 1, neumann, true},
		{"Neumann, a peak", 0, func(t float64) float64 { return math.Exp(-1000 * (t - 0.3) * (t - 0.3)) }, 1, neumann, true},
		{"half a wave", -1, zero, pi, dirichlet, true},
		{"half a wave, orthogonal forcing", -1, sin(2), pi, dirichlet, true},
		{"half a wave, resonant forcing", -1, sin(1), pi, dirichlet, true},
		{"50 half waves", -1, sin(2), 50 * pi, dirichlet, true},
		{"nearly half a wave", -1, sin(2), pi + 1e-3, dirichlet, false},
		{"very nearly half a wave", -1, one, pi + 1e-6, dirichlet, false},
		{"a free layer", 1e6, zero, 1, robin(1e3), true},
		{"a free layer, a smooth solution", 1e6, cos(1), 1, robin(1e3), true},
		{"no free layer", 1e6, cos(1), 1, robin(-1e3), false},
		{"layers at both ends", 1e8, one, 1, dirichlet, false},
		{"stiff and periodic", 1e8, one, 1, periodic, false},
	} {
		for _, tol := range []float64{1e-3, 1e-4, 1e-6, 1e-9} {
			for variant := range 3 {
				p := linear2(c.a, c.f, c.end, variant == 1, c.c)
				if variant == 2 {
					p.Jac, p.Boundary.Jac = nil, nil
				}
				sol, err := (&Solver{Tol: tol}).Solve(context.Background(), p)
				switch {
				case !c.singular && err != nil:
					t.Errorf("%s, tol %v, variant %d: %v", c.name, tol, variant, err)
				case c.singular && err == nil:
					t.Errorf("%s, tol %v, variant %d: solved, condition %.2g", c.name, tol, variant, sol.Condition.Kappa)
				case c.singular && sol.Status != ode.Singular && sol.Status != ode.MeshLimit:
					t.Errorf("%s, tol %v, variant %d: status %v", c.name, tol, variant, sol.Status)
				}
			}
		}
	}
}

// cycle is a limit cycle whose third condition follows from the other two, so
// that its phase is free.
func cycle() *ode.BVP {
	p := vanDerPol(1)
	p.Boundary.Func = func(d []float64, y [][]float64, q []float64) {
		d[0], d[1] = y[0][0]-y[1][0], y[0][1]-y[1][1]
		d[2] = y[0][0]*y[0][0] + 2*y[0][1]*y[0][1] - y[1][0]*y[1][0] - 2*y[1][1]*y[1][1]
	}
	return p
}

// pendulum is a swing of period 10 that may begin anywhere.
func pendulum(jac bool) *ode.BVP {
	p := &ode.BVP{Start: 0, End: 10, Boundary: periodic, Guess: func(y []float64, t float64) {
		const w = 2 * math.Pi / 10
		y[0], y[1] = 2.4*math.Cos(w*t), -2.4*w*math.Sin(w*t)
	}}
	p.Dim = 2
	p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = y[1], -math.Sin(y[0]) }
	if jac {
		p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{0, 1, -math.Cos(y[0]), 0}) }
	}
	return p
}

// product is y' = -a b y through three points of exp(-t): only a b is known.
func product(jac bool) *ode.BVP {
	p := &ode.BVP{Start: 0, End: 1, GuessParams: []float64{0.8, 1}, Guess: func(y []float64, t float64) { y[0] = 1 - t/2 }}
	p.Dim, p.Params = 1, 2
	p.Func = func(d []float64, t float64, y, q []float64) { d[0] = -q[0] * q[1] * y[0] }
	if jac {
		p.Jac = func(jy, jp []float64, t float64, y, q []float64) {
			jy[0], jp[0], jp[1] = -q[0]*q[1], -q[1]*y[0], -q[0]*y[0]
		}
	}
	p.Boundary = ode.Conditions{Count: 3, Points: []float64{0, 0.5, 1}, At: []int{0, 1, 2},
		Func: func(d []float64, y [][]float64, q []float64) {
			d[0], d[1], d[2] = y[0][0]-1, y[1][0]-math.Exp(-0.5), y[2][0]-math.Exp(-1)
		}}
	return p
}

// fit is the least-squares problem of y' = -a b y with perfect data at ten
// points: every costate is zero, and the second variation is singular.
func fit() *ode.BVP {
	p := &ode.BVP{Start: 0, End: 1.05, GuessParams: []float64{0.8, 1}, Guess: func(y []float64, t float64) { y[0] = 1 - t/2 }}
	p.Dim, p.Params = 4, 2 // y, p, and q' = -F_theta' p for a and b
	p.Func = func(d []float64, t float64, y, q []float64) {
		d[0], d[1] = -q[0]*q[1]*y[0], q[0]*q[1]*y[1]
		d[2], d[3] = q[1]*y[0]*y[1], q[0]*y[0]*y[1]
	}
	p.Boundary = ode.Conditions{Count: 6, At: []int{0, 0, 0, 1, 1, 1}, Linear: true,
		Func: func(d []float64, y [][]float64, q []float64) {
			copy(d, y[0][1:])
			copy(d[3:], y[1][1:])
		},
		Jac: func(gy [][]float64, gp []float64, y [][]float64, q []float64) {
			for k := range gy {
				clear(gy[k])
				for i := range 3 {
					gy[k][(3*k+i)*4+1+i] = 1
				}
			}
		}}
	for k := range 10 {
		at := float64(k+1) / 10
		p.Jumps = append(p.Jumps, ode.Jump{T: at, Linear: true, Func: func(dst, y, q []float64) {
			copy(dst, y)
			dst[1] += 1000 * (y[0] - math.Exp(-at))
		}})
	}
	return p
}

// The linearisation of a nonlinear problem is singular at its solutions only,
// which the iterates are not: free phases and parameters.
func TestSingularNonlinear(t *testing.T) {
	known := vanDerPol(1)
	f := known.Func
	known.Params, known.GuessParams, known.Boundary = 0, nil, periodic
	known.Func = func(d []float64, t float64, y, q []float64) { f(d, t, y, []float64{6.66328685932313}) }
	for _, c := range []struct {
		name string
		p    *ode.BVP
	}{{"limit cycle of free phase", cycle()}, {"limit cycle of known period", known}, {"pendulum", pendulum(true)},
		{"pendulum, differences", pendulum(false)}, {"product", product(true)}, {"product, differences", product(false)}, {"fit", fit()}} {
		for _, tol := range []float64{1e-3, 1e-4, 1e-6, 1e-9} {
			sol, err := (&Solver{Tol: tol}).Solve(context.Background(), c.p)
			if err == nil {
				t.Errorf("%s, tol %v: solved, condition %.2g", c.name, tol, sol.Condition.Kappa)
			} else if s := sol.Status; s != ode.Singular && s != ode.NoDescent {
				t.Errorf("%s, tol %v: %v", c.name, tol, err)
			}
		}
	}
}

// A component that is only fixed by a condition with a tiny coefficient, as a
// weak prior makes it, is fixed.
func TestBadlyScaled(t *testing.T) {
	for _, tiny := range []float64{1e-8, 1e-16, 1e-24} {
		p := &ode.BVP{Start: 0, End: 1}
		p.Dim, p.Linear = 2, true
		p.Func = func(d []float64, t float64, y, q []float64) { d[0], d[1] = -y[0]+y[1], y[1] }
		p.Jac = func(jy, jp []float64, t float64, y, q []float64) { copy(jy, []float64{-1, 1, 0, 1}) }
		p.Boundary = ends([]int{0, 1}, [4]float64{-tiny, 1, 0, 0}, [4]float64{0, 0, 0, 1})
		inner := p.Boundary.Func
		p.Boundary.Func = func(d []float64, y [][]float64, q []float64) {
			inner(d, y, q)
			d[0] += tiny
		}
		sol := solved(t, &Solver{AbsTols: []float64{0, 1e-6}}, p)
		if e := math.Abs(sol.Node(0)[0] - 1); e > 1e-6 {
			t.Errorf("coefficient %v: y(0) = %v, want 1", tiny, sol.Node(0)[0])
		}
		if len(sol.Warnings) > 0 {
			t.Errorf("coefficient %v: %v", tiny, sol.Warnings)
		}
	}
}
