package ode

import (
	"context"
	"errors"
	"math"
	"testing"
)

// vanDerPol is stiff for small eps.
func vanDerPol(eps float64) System {
	return System{Dim: 2,
		Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], ((1-y[0]*y[0])*y[1]-y[0])/eps },
		Jac: func(j, _ []float64, _ float64, y, _ []float64) {
			j[0], j[1], j[2], j[3] = 0, 1, (-2*y[0]*y[1]-1)/eps, (1-y[0]*y[0])/eps
		}}
}

var robertson = System{Dim: 3,
	Func: func(d []float64, _ float64, y, _ []float64) {
		a, b, c := 0.04*y[0], 1e4*y[1]*y[2], 3e7*y[1]*y[1]
		d[0], d[1], d[2] = b-a, a-b-c, c
	},
	Jac: func(j, _ []float64, _ float64, y, _ []float64) {
		j[0], j[1], j[2] = -0.04, 1e4*y[2], 1e4*y[1]
		j[3], j[4], j[5] = 0.04, -1e4*y[2]-6e7*y[1], -1e4*y[1]
		j[6], j[7], j[8] = 0, 6e7*y[1], 0
	}}

// stiffSet with reference values of the test set of Mazzia and Magherini.
var stiffSet = []struct {
	name string
	sys  System
	end  float64
	y0   []float64
	want []float64
	atol float64 // part of the relative tolerance
}{
	{"van der Pol", vanDerPol(1e-6), 2, []float64{2, 0}, []float64{1.706167732170483, -0.8928097010247975}, 1},
	{"Robertson", robertson, 1e11, []float64{1, 0, 0}, []float64{0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505}, 1e-10},
	{"Oregonator", System{Dim: 3, Func: func(d []float64, _ float64, y, _ []float64) {
		d[0] = 77.27 * (y[1] + y[0]*(1-8.375e-6*y[0]-y[1]))
		d[1] = (y[2] - (1+y[0])*y[1]) / 77.27
		d[2] = 0.161 * (y[0] - y[2])
	}}, 360, []float64{1, 2, 3}, []float64{1.000814870318523, 1228.178521549917, 132.0554942846706}, 1e-2},
	{"HIRES", System{Dim: 8, Func: func(d []float64, _ float64, y, _ []float64) {
		d[0] = -1.71*y[0] + 0.43*y[1] + 8.32*y[2] + 0.0007
		d[1] = 1.71*y[0] - 8.75*y[1]
		d[2] = -10.03*y[2] + 0.43*y[3] + 0.035*y[4]
		d[3] = 8.32*y[1] + 1.71*y[2] - 1.12*y[3]
		d[4] = -1.745*y[4] + 0.43*y[5] + 0.43*y[6]
		d[5] = -280*y[5]*y[7] + 0.69*y[3] + 1.71*y[4] - 0.43*y[5] + 0.69*y[6]
		d[6] = 280*y[5]*y[7] - 1.81*y[6]
		d[7] = -d[6]
	}}, 321.8122, []float64{1, 0, 0, 0, 0, 0, 0, 0.0057}, []float64{
		0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
		0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2}, 1e-4},
}

// TestStiffSet: the relative error at the end is a moderate multiple of the
// tolerance.
func TestStiffSet(t *testing.T) {
	for _, p := range stiffSet {
		for _, m := range []Method{Radau5, Radau9, Radau13, Radau, Rodas4} {
			for _, tol := range []float64{1e-5, 1e-8} {
				s, err := (&Integrator{Method: m, RelTol: tol, AbsTol: tol * p.atol}).Solve(context.Background(),
					&IVP{System: p.sys, End: p.end, Initial: p.y0})
				if err != nil {
					t.Errorf("%s, %s, %g: %v", p.name, m.Name(), tol, err)
					continue
				}
				worst := 0.0
				for i, want := range p.want {
					worst = max(worst, math.Abs(s.At(nil, p.end)[i]/want-1))
				}
				t.Logf("%-12s %-12s %g: error %.1e, %+v", p.name, m.Name(), tol, worst, s.Stats)
				if worst > 100*tol {
					t.Errorf("%s, %s, %g: relative error %.2g", p.name, m.Name(), tol, worst)
				}
			}
		}
	}
}

// TestCallsOfRadau5: counts of RADAU5 on the van der Pol equation, as printed
// by the driver of Hairer and Wanner's program and by Assimulo, which wraps it:
// 2233 to 2248 calls, 160 to 162 Jacobians, 241 accepted steps, 251
// factorisations (of a real and a complex matrix each).
func TestCallsOfRadau5(t *testing.T) {
	s, err := (&Integrator{Method: Radau5, RelTol: 1e-4, AbsTol: 1e-4, Step: 1e-6, EndOnly: true}).Solve(context.Background(),
		&IVP{System: vanDerPol(1e-6), End: 2, Initial: []float64{2, -0.6}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want int
	}{{"calls", s.Stats.Func, 2240}, {"Jacobians", s.Stats.Jac, 161}, {"steps", s.Stats.Steps, 241},
		{"factorisations", s.Stats.Factorisations / 2, 251}} {
		if r := float64(c.got)/float64(c.want) - 1; math.Abs(r) > 0.1 {
			t.Errorf("%s: %d, RADAU5 %d", c.name, c.got, c.want)
		}
	}
}

// TestStiffnessIsNamed: an explicit method says that the problem is stiff, as
// a warning or as an error.
func TestStiffnessIsNamed(t *testing.T) {
	p := &IVP{System: vanDerPol(1e-3), End: 0.5, Initial: []float64{2, 0}}
	for _, m := range []Method{DormandPrince, Tsitouras, DOP853, Verner} {
		s, err := (&Integrator{Method: m, RelTol: 1e-5}).Solve(context.Background(), p)
		if err != nil || len(s.Warnings) != 1 || !errors.Is(s.Warnings[0], ErrStiff) {
			t.Errorf("%s: error %v, warnings %v", m.Name(), err, s.Warnings)
		}
		s, err = (&Integrator{Method: m, RelTol: 1e-5, StopIfStiff: true}).Solve(context.Background(), p)
		if !errors.Is(err, ErrStiff) || s.Status != StepLimit {
			t.Errorf("%s: error %v, status %v", m.Name(), err, s.Status)
		}
	}
}

// TestAlgebraic: the index-1
// system x' = -z, 0 = z^3 + z - x from x = 2, z = 1, in implicit form z' =
// -z/(3 z^2 + 1).
func TestAlgebraic(t *testing.T) {
	sys := System{Dim: 2, Algebraic: 1,
		Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = -y[1], y[1]*y[1]*y[1]+y[1]-y[0] }}
	plain := System{Dim: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0] = -y[0] / (3*y[0]*y[0] + 1) }}
	want, err := (&Integrator{RelTol: 1e-12}).Solve(context.Background(), &IVP{System: plain, End: 3, Initial: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Method{Radau5, Radau9, Radau13, Radau, Rodas4} {
		s, err := (&Integrator{Method: m, RelTol: 1e-8}).Solve(context.Background(), &IVP{System: sys, End: 3, Initial: []float64{2, 1}})
		if err != nil {
			t.Errorf("%s: %v", m.Name(), err)
			continue
		}
		for i, x := range s.T {
			z := want.At(nil, x)[0]
			if y := s.Node(i); math.Abs(y[1]-z) > 1e-6 || math.Abs(y[0]-z*z*z-z) > 1e-6 {
				t.Errorf("%s: y(%g) = %v, want %v", m.Name(), x, y, []float64{z*z*z + z, z})
				break
			}
		}
	}
	// Inconsistent initial values are made consistent, with a warning.
	s, err := (&Integrator{Method: Radau5, RelTol: 1e-8}).Solve(context.Background(), &IVP{System: sys, End: 3, Initial: []float64{2, 0.3}})
	if err != nil || len(s.Warnings) != 1 || math.Abs(s.Node(0)[1]-1) > 1e-8 {
		t.Errorf("inconsistent start: %v, %v, z = %g", err, s.Warnings, s.Node(0)[1])
	}
	for _, m := range []Method{DOP853, Gauss4, StormerVerlet} {
		_, err := (&Integrator{Method: m}).Solve(context.Background(), &IVP{System: sys, End: 3, Initial: []float64{2, 1}})
		if !errors.Is(err, ErrMethod) {
			t.Errorf("%s: %v", m.Name(), err)
		}
	}
}
