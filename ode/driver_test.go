package ode

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// TestBatchOnly: a system given for many points at once only.
func TestBatchOnly(t *testing.T) {
	batch := System{Dim: 2, Params: 1,
		Batch: func(dst, t, y, p []float64) {
			m := len(t)
			for j := range m {
				dst[j], dst[m+j] = y[m+j], -p[0]*math.Sin(y[j])
			}
		},
		BatchJac: func(dfdy, dfdp, t, y, p []float64) {
			m := len(t)
			for j := range m {
				dfdy[j], dfdy[m+j], dfdy[2*m+j], dfdy[3*m+j] = 0, 1, -p[0]*math.Cos(y[j]), 0
				dfdp[j], dfdp[m+j] = 0, -math.Sin(y[j])
			}
		}}
	for _, m := range []Method{DOP853, Radau, Rodas4} {
		var ends [2][]float64
		for i, sys := range []System{batch, pendulum} {
			s, err := (&Integrator{Method: m}).Solve(context.Background(),
				&IVP{System: sys, End: 3, Initial: []float64{1, 0}, Params: []float64{2}})
			if err != nil {
				t.Fatal(err)
			}
			ends[i] = s.At(nil, 3)
		}
		if ends[0][0] != ends[1][0] || ends[0][1] != ends[1][1] {
			t.Errorf("%s: %v from Batch, %v from Func", m.Name(), ends[0], ends[1])
		}
	}
}

// TestMessages: an error names the method, the place, the component, the
// number and what to try.
func TestMessages(t *testing.T) {
	pole := System{Dim: 2, Names: []string{"position", "speed"}, Func: func(d []float64, t float64, y, _ []float64) {
		d[0], d[1] = y[1], math.Sqrt(1-t)
	}}
	_, err := new(Integrator).Solve(context.Background(), &IVP{System: pole, End: 2, Initial: []float64{1, 0}})
	for _, want := range []string{"DOP853", "t = ", "not finite", "speed", "domain"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	_, err = (&Integrator{Method: DormandPrince, MaxSteps: 3000, RelTol: 1e-4}).Solve(context.Background(),
		&IVP{System: vanDerPol(1e-5), End: 2, Initial: []float64{2, 0}})
	if !errors.Is(err, ErrStepLimit) || !strings.Contains(err.Error(), "use Radau") {
		t.Errorf("%q does not say that the problem is stiff", err)
	}
	for _, want := range []string{"unknown status", "solved", "step limit", "cancelled"} {
		found := false
		for s := Status(-1); s <= Cancelled; s++ {
			found = found || s.String() == want
		}
		if !found {
			t.Errorf("no status reads %q", want)
		}
	}
}

// TestFixedStepTooLarge: stage equations that cannot be solved are an error,
// not an endless iteration.
func TestFixedStepTooLarge(t *testing.T) {
	square := System{Dim: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0] = y[0]*y[0] + 1 }}
	for _, m := range []Method{Gauss2, Gauss4, Gauss6, Gauss12} {
		s, err := (&Integrator{Method: m, Step: 5}).Solve(context.Background(), &IVP{System: square, End: 20, Initial: []float64{0}})
		if !errors.Is(err, ErrNoDescent) && !errors.Is(err, ErrNotFinite) && !errors.Is(err, ErrSingular) {
			t.Errorf("%s: %v, y = %v", m.Name(), err, s.Y)
		}
	}
	for _, m := range []Method{&GaussLegendre{Stages: 9}, &RadauIIA{Stages: 4}} {
		if _, err := (&Integrator{Method: m}).Solve(context.Background(), &IVP{System: square, End: 1, Initial: []float64{0}}); !errors.Is(err, ErrMethod) {
			t.Errorf("%s: %v", m.Name(), err)
		}
	}
	singular := System{Dim: 2, Algebraic: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], y[0]-1 }}
	for _, m := range []Method{Radau, Rodas4} {
		s, err := (&Integrator{Method: m}).Solve(context.Background(), &IVP{System: singular, End: 1, Initial: []float64{1, 0}})
		if !errors.Is(err, ErrSingular) || s.Status != Singular {
			t.Errorf("%s: index 2: %v", m.Name(), err)
		}
	}
}

// TestControl: the constants of the step size control are used.
func TestControl(t *testing.T) {
	p := &IVP{System: lorenz63, End: 5, Initial: []float64{1, 1, 1}}
	steps := func(c Control) int {
		s, err := (&Integrator{Method: DormandPrince, Control: c}).Solve(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		return s.Stats.Steps
	}
	usual := steps(Control{})
	if n := steps(Control{Safety: 0.5}); n < usual*3/2 {
		t.Errorf("safety 0.5: %d steps instead of %d", n, usual)
	}
	if n := steps(Control{Beta: -1}); n == usual {
		t.Errorf("without the integral part: %d steps as before", n)
	}
	if n := steps(Control{Max: 1.0001, Min: 0.9}); n < usual {
		t.Errorf("steps that cannot grow: %d instead of %d", n, usual)
	}
	s, err := (&Integrator{MaxStep: 0.01}).Solve(context.Background(), p)
	if err != nil || s.Stats.Steps < 500 {
		t.Errorf("steps of at most 0.01: %d, %v", s.Stats.Steps, err)
	}
}

// TestProgrammerErrors panic.
func TestProgrammerErrors(t *testing.T) {
	good := IVP{System: pendulum, End: 1, Initial: []float64{1, 0}, Params: []float64{1}}
	for name, f := range map[string]func(p *IVP, in *Integrator){
		"dim":        func(p *IVP, _ *Integrator) { p.Dim = 0 },
		"initial":    func(p *IVP, _ *Integrator) { p.Initial = p.Initial[:1] },
		"params":     func(p *IVP, _ *Integrator) { p.Params = []float64{1, 2} },
		"func":       func(p *IVP, _ *Integrator) { p.Func = nil },
		"tolerances": func(_ *IVP, in *Integrator) { in.RelTols = []float64{1} },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			p, in := good, Integrator{}
			f(&p, &in)
			in.Solve(context.Background(), &p)
		}()
	}
}
