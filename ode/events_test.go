package ode

import (
	"context"
	"math"
	"testing"
)

// harmonic is y” = -y as a system.
var harmonic = System{Dim: 2,
	Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], -y[0] },
	Jac:  func(dy, _ []float64, _ float64, _, _ []float64) { dy[0], dy[1], dy[2], dy[3] = 0, 1, -1, 0 },
}

func TestEventsLocated(t *testing.T) {
	// y1 = cos t crosses zero at pi/2 + k pi, falling first.
	for _, dir := range []float64{1, -1} {
		in := Integrator{RelTol: 1e-13}
		p := &IVP{System: harmonic, End: dir * 20, Initial: []float64{1, 0}}
		g := func(_ float64, y, _ []float64) float64 { return y[0] }
		s, found, err := in.SolveEvents(context.Background(), p, []Event{
			{Name: "zero", Func: g}, {Name: "up", Func: g, Direction: 1},
			{Name: "third fall", Func: g, Direction: -1, Stop: 3},
		})
		if err != nil {
			t.Fatal(err)
		}
		end := dir * (math.Pi/2 + 4*math.Pi)
		if last := s.T[len(s.T)-1]; math.Abs(last-end) > 1e-12*20 {
			t.Errorf("end at %.15g, want %.15g", last, end)
		}
		if y := s.At(nil, end); math.Abs(y[0]) > 1e-11 || math.Abs(y[1]+dir) > 1e-11 {
			t.Errorf("state at the end is %v", y)
		}
		var zero, up int
		for _, c := range found {
			if math.Abs(c.Y[0]) > 1e-12 {
				t.Errorf("event %d at %.15g has g = %g", c.Event, c.T, c.Y[0])
			}
			switch c.Event {
			case 0:
				want := dir * (math.Pi/2 + float64(zero)*math.Pi)
				if math.Abs(c.T-want) > 1e-11 {
					t.Errorf("crossing %d at %.15g, want %.15g", zero, c.T, want)
				}
				zero++
			case 1:
				up++
			}
		}
		if zero != 5 || up != 2 {
			t.Errorf("%d crossings, %d rising; want 5, 2", zero, up)
		}
	}
}

// TestEventsDoubleCrossing has a window [w, w+1e-3] of negative g far inside
// single steps of a linear motion, which takes steps as long as it likes.
func TestEventsDoubleCrossing(t *testing.T) {
	line := System{Dim: 1, Func: func(d []float64, _ float64, _, _ []float64) { d[0] = 1 }}
	for w := 0.01; w < 10; w += 0.173 {
		in := Integrator{Step: 10}
		g := func(_ float64, y, _ []float64) float64 { return (y[0] - w) * (y[0] - w - 1e-3) }
		s, found, err := in.SolveEvents(context.Background(),
			&IVP{System: line, End: 10, Initial: []float64{0}}, []Event{{Func: g}})
		if err != nil {
			t.Fatal(err)
		}
		if s.Stats.Steps != 1 {
			t.Fatalf("%d steps, want 1", s.Stats.Steps)
		}
		if len(found) != 2 || math.Abs(found[0].T-w) > 1e-12 || math.Abs(found[1].T-w-1e-3) > 1e-12 ||
			found[0].Direction != -1 || found[1].Direction != 1 {
			t.Errorf("window at %g: found %v", w, found)
		}
	}
}

// TestEventsTouch: g touches zero at 5 without a crossing, starts at zero,
// and ends at zero.
func TestEventsTouch(t *testing.T) {
	line := System{Dim: 1, Func: func(d []float64, _ float64, _, _ []float64) { d[0] = 1 }}
	count := func(g func(t float64) float64) int {
		_, found, err := new(Integrator).SolveEvents(context.Background(),
			&IVP{System: line, End: 10, Initial: []float64{0}},
			[]Event{{Func: func(t float64, _, _ []float64) float64 { return g(t) }}})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if n := count(func(t float64) float64 { return (t-5)*(t-5) + 1e-300 }); n != 0 {
		t.Errorf("touching: %d crossings", n)
	}
	if n := count(func(t float64) float64 { return t }); n != 0 {
		t.Errorf("starting at zero: %d crossings", n)
	}
	if n := count(func(t float64) float64 { return t - 10 }); n != 1 {
		t.Errorf("ending at zero: %d crossings, want 1", n)
	}
	if n := count(func(t float64) float64 {
		if t < math.Pi {
			return -1
		}
		return 1
	}); n != 1 {
		t.Errorf("a step of g: %d crossings, want 1", n)
	}
}

// TestEventsEveryMethod: the crossing of cos t at 3 pi/2, the second one, stops
// every method, with the error of its dense output; recording only the ends
// changes nothing.
func TestEventsEveryMethod(t *testing.T) {
	for _, m := range everyMethod {
		var last float64
		for _, endOnly := range []bool{false, true} {
			in := Integrator{Method: m, RelTol: 1e-10, Step: 0.05, EndOnly: endOnly}
			p := &IVP{System: harmonic, End: 10, Initial: []float64{1, 0}}
			s, found, err := in.SolveEvents(context.Background(), p, []Event{
				{Func: func(_ float64, y, _ []float64) float64 { return y[0] }, Stop: 2}})
			if err != nil || len(found) != 2 {
				t.Errorf("%s: %v, %v", m.Name(), err, found)
				continue
			}
			end := s.T[len(s.T)-1]
			tol := 1e-8
			if !m.Adaptive() {
				tol += 6 * math.Pow(0.05, float64(m.Order()))
			}
			if end != found[1].T || math.Abs(end-3*math.Pi/2) > tol {
				t.Errorf("%s: ends at %.12g, crossing at %.12g, want %.12g", m.Name(), end, found[1].T, 3*math.Pi/2)
			}
			if endOnly && end != last {
				t.Errorf("%s: recording the ends only, %.15g instead of %.15g", m.Name(), end, last)
			}
			last = end
			if y := s.Node(len(s.T) - 1); math.Abs(y[0]) > 1e-11 {
				t.Errorf("%s: g = %g at the end", m.Name(), y[0])
			}
			if !endOnly {
				// The cut step is still an interpolant.
				x := end - 0.01
				if y := s.At(nil, x); math.Abs(y[0]-math.Cos(x)) > 10*tol {
					t.Errorf("%s: y(%g) = %v", m.Name(), x, y)
				}
			}
		}
	}
}
