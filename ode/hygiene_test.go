package ode

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"
	"time"
)

var everyMethod = []Method{Euler, Midpoint, RK4, DormandPrince, Tsitouras, DOP853, Verner, Radau5, Radau9, Radau13, Radau, Rodas4,
	Gauss2, Gauss4, Gauss6, Gauss8, Gauss10, Gauss12, StormerVerlet, Yoshida4, Suzuki4, Yoshida6, KahanLi6, KahanLi8}

func solveIn(t *testing.T, m Method, in Integrator, p *IVP) (*Solution, error) {
	t.Helper()
	in.Method = m
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := in.Solve(ctx, p)
	if ctx.Err() != nil {
		t.Errorf("%s does not end", m.Name())
	}
	if (s.Status == Solved) != (err == nil) || !errors.Is(err, s.Err) && err != nil {
		t.Errorf("%s: status %v, error %v", m.Name(), s.Status, err)
	}
	// Whatever happened, the solution can be looked at.
	s.At(nil, p.Start)
	s.At(nil, p.End)
	s.Deriv(nil, p.Start)
	return s, err
}

// TestZeroRightHandSide, t0 = t1, backward integration.
func TestTrivialProblems(t *testing.T) {
	zero := System{Dim: 2, Func: func(d []float64, _ float64, _, _ []float64) { clear(d) }}
	for _, m := range everyMethod {
		s, err := solveIn(t, m, Integrator{}, &IVP{System: zero, End: 1e6, Initial: []float64{1, 0}})
		if err != nil {
			t.Errorf("%s: y' = 0: %v", m.Name(), err)
		} else if y := s.At(nil, 3e5); y[0] != 1 || y[1] != 0 {
			t.Errorf("%s: y' = 0: y = %v", m.Name(), y)
		}
		s, err = solveIn(t, m, Integrator{}, &IVP{System: harmonic, Start: 2, End: 2, Initial: []float64{1, 0}})
		if err != nil || s.At(nil, 2)[0] != 1 || s.T[0] != 2 || s.T[len(s.T)-1] != 2 {
			t.Errorf("%s: t0 = t1: %v, %v", m.Name(), err, s.T)
		}
		s, err = solveIn(t, m, Integrator{Step: 1e-3}, &IVP{System: harmonic, Start: 1, End: -1, Initial: []float64{1, 0}})
		if err != nil {
			t.Errorf("%s: backward: %v", m.Name(), err)
		} else if y := s.At(nil, -1); math.Abs(y[0]-math.Cos(2)) > 3e-3 || math.Abs(y[1]-math.Sin(2)) > 3e-3 {
			t.Errorf("%s: backward: y(-1) = %v", m.Name(), y)
		}
	}
}

// TestNotFinite: NaN and Inf end the integration with a named error at the
// place where they arise, up to a step of a fixed-step method.
func TestNotFinite(t *testing.T) {
	nanFrom1 := System{Dim: 2, Names: []string{"q", "p"}, Func: func(d []float64, t float64, y, _ []float64) {
		d[0], d[1] = y[1], -y[0]
		if t > 1 {
			d[1] = math.NaN()
		}
	}}
	blowUp := System{Dim: 2, Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1]*y[1], y[0]*y[0] }}
	for _, m := range everyMethod {
		s, err := solveIn(t, m, Integrator{}, &IVP{System: nanFrom1, End: 3, Initial: []float64{1, 0}})
		var e *StepError
		if !errors.Is(err, ErrNotFinite) || !errors.As(err, &e) || s.Status != NotFinite {
			t.Errorf("%s: NaN from t = 1: %v", m.Name(), err)
		} else if e.T < 0.9 || e.T > 1.03 {
			t.Errorf("%s: NaN from t = 1 found at %g", m.Name(), e.T)
		}
		if s.T[len(s.T)-1] > 1.03 {
			t.Errorf("%s: reaches %g beyond NaN", m.Name(), s.T[len(s.T)-1])
		}
		// The pole at t = 1: y = 1/(1-t).
		s, err = solveIn(t, m, Integrator{}, &IVP{System: blowUp, End: 3, Initial: []float64{1, 1}})
		if err == nil {
			t.Errorf("%s: integrates across a pole: y = %v", m.Name(), s.At(nil, 3))
		} else if m.Adaptive() {
			if !errors.As(err, &e) || math.Abs(e.T-1) > 1e-3 {
				t.Errorf("%s: pole at 1: %v", m.Name(), err)
			}
		}
		for _, p := range []*IVP{
			{System: harmonic, End: math.NaN(), Initial: []float64{1, 0}},
			{System: harmonic, End: math.Inf(1), Initial: []float64{1, 0}},
			{System: harmonic, End: 1, Initial: []float64{math.NaN(), 0}},
			{System: harmonic, End: 1, Initial: []float64{1, math.Inf(-1)}},
			{System: System{Dim: 1, Func: func(d []float64, _ float64, _, _ []float64) { d[0] = math.Inf(1) }}, End: 1, Initial: []float64{1}},
		} {
			if p.Dim == 1 {
				if _, ok := m.(*Composition); ok {
					continue
				}
			}
			in := Integrator{Method: m}
			if _, err := in.Solve(context.Background(), p); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: [%g, %g], %v: %v", m.Name(), p.Start, p.End, p.Initial, err)
			}
		}
	}
}

// TestTolerances: zero, tiny and huge ones.
func TestTolerances(t *testing.T) {
	p := &IVP{System: harmonic, End: 2, Initial: []float64{1, 0}}
	for _, m := range []Method{DormandPrince, DOP853, Verner, Radau5, Radau, Rodas4} {
		for _, in := range []Integrator{{}, {RelTol: 1e-6, AbsTol: 1e-300}, {RelTol: 1e-300, AbsTol: 1e-9}, {RelTol: 1}, {RelTol: math.NaN()},
			{RelTols: []float64{1e-6, 1e-3}, AbsTols: []float64{1e-9, 1e-3}}, {RelTols: []float64{0, 1e-6}, AbsTols: []float64{1e-6, 0}}} {
			if m == Rodas4 && in.RelTol == 1e-300 {
				in.MaxSteps = 5000 // 1e-15 takes order 4 too long
			}
			s, err := solveIn(t, m, in, p)
			if errors.Is(err, ErrStepLimit) && in.MaxSteps > 0 {
				continue
			}
			if err != nil {
				t.Errorf("%s, %+v: %v", m.Name(), in, err)
			} else if e := math.Abs(s.At(nil, 2)[0] - math.Cos(2)); e > 1e-3 && in.RelTol != 1 {
				t.Errorf("%s, %+v: error %g", m.Name(), in, e)
			}
			if in.RelTol == 1e-300 && len(s.Warnings) == 0 {
				t.Errorf("%s: no warning that 1e-300 is out of reach", m.Name())
			}
		}
	}
}

// TestScales: intervals and values of extreme sizes, and a right-hand side
// with jumps (between which no step may leap).
func TestScales(t *testing.T) {
	decay := func(rate float64) System {
		return System{Dim: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0] = -rate * y[0] }}
	}
	square := System{Dim: 1, Func: func(d []float64, t float64, _, _ []float64) {
		d[0] = 1
		if math.Mod(t, 2) >= 1 {
			d[0] = -1
		}
	}}
	for _, m := range []Method{DormandPrince, Tsitouras, DOP853, Verner, Radau5, Radau, Rodas4} {
		for _, scale := range []float64{1e-200, 1e-20, 1, 1e20, 1e200} {
			s, err := solveIn(t, m, Integrator{}, &IVP{System: decay(1 / scale), End: 3 * scale, Initial: []float64{1}})
			if err != nil || math.Abs(s.At(nil, 3*scale)[0]-math.Exp(-3)) > 1e-4 {
				t.Errorf("%s: time scale %g: %v, %v", m.Name(), scale, err, s.At(nil, 3*scale))
			}
			s, err = solveIn(t, m, Integrator{AbsTol: 1e-6 * scale}, &IVP{System: decay(1), End: 3, Initial: []float64{scale}})
			if err != nil || math.Abs(s.At(nil, 3)[0]/scale-math.Exp(-3)) > 1e-4 {
				t.Errorf("%s: value scale %g: %v, %v", m.Name(), scale, err, s.At(nil, 3))
			}
		}
		s, err := solveIn(t, m, Integrator{RelTol: 1e-8, MaxStep: 0.3}, &IVP{System: square, End: 9, Initial: []float64{0}})
		if err != nil || math.Abs(s.At(nil, 9)[0]-1) > 1e-4 {
			t.Errorf("%s: discontinuous: %v, y(9) = %v", m.Name(), err, s.At(nil, 9))
		}
	}
}

// TestLimits: steps, time, cancelling.
func TestLimits(t *testing.T) {
	p := &IVP{System: harmonic, End: 1e9, Initial: []float64{1, 0}}
	for _, m := range everyMethod {
		s, err := solveIn(t, m, Integrator{MaxSteps: 37, Step: 0.01}, p)
		if !errors.Is(err, ErrStepLimit) || s.Status != StepLimit || s.Stats.Steps+s.Stats.Rejected != 37 {
			t.Errorf("%s: step limit: %v, %+v", m.Name(), err, s.Stats)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
		in := Integrator{Method: m, Step: 0.01, EndOnly: true, MaxSteps: math.MaxInt}
		start := time.Now()
		s, err = in.Solve(ctx, p)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || s.Status != Cancelled || time.Since(start) > 5*time.Second {
			t.Errorf("%s: time limit: %v after %v", m.Name(), err, time.Since(start))
		}
	}
}

// TestAllocations: a step allocates nothing.
func TestAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates too")
	}
	for _, m := range everyMethod {
		for _, variation := range []bool{false, true} {
			if _, ok := m.(*Rosenbrock); ok && variation {
				continue
			}
			count := func(steps int) float64 {
				in := Integrator{Method: m, Step: 0.01, MaxStep: 0.01, EndOnly: true, MaxSteps: steps}
				p := &IVP{System: harmonic, End: 1e6, Initial: []float64{1, 0}}
				return testing.AllocsPerRun(3, func() {
					var err error
					if variation {
						_, err = in.Variation(context.Background(), p)
					} else {
						_, err = in.Solve(context.Background(), p)
					}
					if !errors.Is(err, ErrStepLimit) {
						t.Fatal(m.Name(), err)
					}
				})
			}
			// The runtime itself allocates now and then.
			if a, b := count(300), count(800); math.Abs(b-a) > 20 {
				t.Errorf("%s, variation %v: %g allocations in 500 steps", m.Name(), variation, b-a)
			}
		}
	}
}

// TestIntegratorCounters are the golden work counters on the Lorenz system.
func TestIntegratorCounters(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("counted on amd64")
	}
	for _, c := range []struct {
		m    Method
		want Stats
	}{
		{DormandPrince, Stats{Func: 493, Steps: 81, Rejected: 1}},
		{Tsitouras, Stats{Func: 451, Steps: 74, Rejected: 1}},
		{DOP853, Stats{Func: 483, Steps: 27, Rejected: 7}},
		{Verner, Stats{Func: 616, Steps: 27, Rejected: 5}},
		{Radau5, Stats{Func: 968, Jac: 83, Factorisations: 188, Solves: 513, Steps: 103}},
		{Radau, Stats{Func: 576, Jac: 32, Factorisations: 98, Solves: 307, Steps: 36, Rejected: 1}},
		{Rodas4, Stats{Func: 1771, Jac: 176, Factorisations: 178, Solves: 1068, Steps: 176, Rejected: 2}},
		{Gauss6, Stats{Func: 3843, Jac: 29, Factorisations: 58, Solves: 2370, Steps: 200}},
	} {
		s, err := (&Integrator{Method: c.m, Step: 0.01}).Solve(context.Background(), &IVP{System: lorenz63, End: 2, Initial: []float64{1, 1, 1}})
		if err != nil {
			t.Fatal(err)
		}
		if s.Stats != c.want {
			t.Errorf("%s: %+v, want %+v", c.m.Name(), s.Stats, c.want)
		}
	}
}
