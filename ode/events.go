package ode

import (
	"context"
	"fmt"
	"math"
)

// Event is a zero crossing of g(t, y(t), p) to look for. A zero that is
// touched without a change of sign is no crossing.
type Event struct {
	Name string

	// Func returns g. It must be continuous along the solution.
	Func func(t float64, y, p []float64) float64

	// Direction selects crossings with g rising (+1) or falling (-1) along
	// the integration. [0: both]
	Direction int

	// Stop ends the integration at the Stop-th crossing. [0: never]
	Stop int
}

// Crossing is one event found.
type Crossing struct {
	Event     int // index into the events
	T         float64
	Y         []float64
	Direction int // +1: g rises along the integration, -1: it falls
}

// SolveEvents integrates like Solve and returns the crossings of the events in
// the order in which they are met. They are located on the dense output, to
// the spacing of numbers at t or 1e-14 of the step; double crossings within a
// step are looked for at the extrema of g on the dense output.
func (in *Integrator) SolveEvents(ctx context.Context, p *IVP, events []Event) (*Solution, []Crossing, error) {
	r, err := in.newRun(p, nil)
	if err != nil {
		s, err := r.fail(err)
		return s, nil, err
	}
	for i, e := range events {
		if e.Func == nil {
			panic(fmt.Sprintf("ode: event %d has no Func", i))
		}
	}
	r.events = &eventLog{events: events}
	s, err := r.integrate(ctx)
	return s, r.events.found, err
}

const (
	// samples is the number of parts into which a step is divided to look
	// for sign changes and extrema of g.
	samples = 8

	// slopeStep is the fraction of a step over which the slope of g is taken.
	slopeStep = 1e-5
)

type eventLog struct {
	events []Event
	found  []Crossing
	last   []float64 // last value of each g that is not zero
	count  []int
	y      []float64
	g      [samples + 1]float64
	slope  [samples + 1]float64

	// The step under examination.
	r    *run
	c    []float64
	h    float64
	from int // crossings before this step
}

func (l *eventLog) begin(r *run) {
	if l == nil {
		return
	}
	l.r = r
	l.y = make([]float64, r.n)
	l.last, l.count = make([]float64, len(l.events)), make([]int, len(l.events))
	for i, e := range l.events {
		l.last[i] = e.Func(r.t, r.y[:r.n], r.p)
	}
}

// value returns g at the fraction theta of the step.
func (l *eventLog) value(e *Event, theta float64) float64 {
	r := l.r
	y := r.y[:r.n]
	switch theta {
	case 0:
	case 1:
		y = r.next[:r.n]
	default:
		hornerValue(l.y, y, l.c, theta)
		y = l.y
	}
	return e.Func(r.t+theta*l.h, y, r.p)
}

// step looks for crossings in the step from r.t to tnext with dense output c,
// and returns where the integration stops if it does.
func (l *eventLog) step(r *run, c []float64, tnext, h float64) (t float64, stop bool) {
	l.c, l.h, l.from = c, h, len(l.found)
	for i := range l.events {
		e := &l.events[i]
		for j := range l.g {
			theta := float64(j) / samples
			l.g[j] = l.value(e, theta)
			d := slopeStep
			if j == samples {
				d = -d
			}
			l.slope[j] = (l.value(e, theta+d) - l.g[j]) / d
		}
		prev, at := l.last[i], 0.0 // g not zero, at theta = at
		for j := 1; j <= samples; j++ {
			theta, g := float64(j)/samples, l.g[j]
			if s := float64(sign(g)); l.g[j-1]*g > 0 && s*l.slope[j-1] < 0 && s*l.slope[j] > 0 {
				// |g| has a valley here and may dip through zero.
				if low, gl := l.valley(e, theta, s); gl*g < 0 {
					l.cross(i, at, low, prev, gl)
					prev, at = gl, low
				}
			}
			if g == 0 && !(j == samples && tnext == r.end) {
				continue
			}
			if prev*g < 0 || g == 0 && prev != 0 {
				l.cross(i, at, theta, prev, g)
			}
			if g != 0 {
				prev, at = g, theta
			}
		}
		l.last[i] = prev
	}
	return l.sort(tnext)
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// valley looks by golden section for a point in the part of the step that
// ends at theta where g has the sign opposite to s, or else its least |g|.
func (l *eventLog) valley(e *Event, theta, s float64) (low, g float64) {
	const gold = 0.3819660112501051
	a, b := theta-1./samples, theta
	x1, x2 := a+gold*(b-a), b-gold*(b-a)
	f1, f2 := s*l.value(e, x1), s*l.value(e, x2)
	for range 60 {
		if f1 < 0 {
			return x1, s * f1
		}
		if f2 < 0 {
			return x2, s * f2
		}
		if f1 < f2 {
			b, x2, f2 = x2, x1, f1
			x1 = a + gold*(b-a)
			f1 = s * l.value(e, x1)
		} else {
			a, x1, f1 = x1, x2, f2
			x2 = b - gold*(b-a)
			f2 = s * l.value(e, x2)
		}
	}
	return x1, s * f1
}

// cross locates the crossing between the fractions a and b, where g has the
// values ga and gb of different sign, and records it if it is wanted.
func (l *eventLog) cross(i int, a, b, ga, gb float64) {
	e := &l.events[i]
	dir := -sign(ga)
	if e.Direction*dir < 0 {
		return
	}
	r := l.r
	// Illinois' false position with bisection when it is slow: g need not be
	// smooth.
	side := 0
	tol := max(1e-14, ulp(r.t)/math.Abs(l.h))
	for k := 0; k < 200 && b-a > tol && gb != 0; k++ {
		x := a + (b-a)*ga/(ga-gb)
		if k%4 == 3 || !(x > a && x < b) {
			x = a + (b-a)/2
			side = 0
		}
		g := l.value(e, x)
		switch {
		case g*ga > 0:
			a, ga = x, g
			if side == 1 {
				gb /= 2
			}
			side = 1
		case g == 0:
			b, gb = x, 0
		default:
			b, gb = x, g
			if side == -1 {
				ga /= 2
			}
			side = -1
		}
	}
	y := make([]float64, r.n)
	hornerValue(y, r.y[:r.n], l.c, b)
	l.found = append(l.found, Crossing{Event: i, T: r.t + b*l.h, Y: y, Direction: dir})
}

// sort brings the crossings of this step into their order in time and applies
// the stops.
func (l *eventLog) sort(tnext float64) (float64, bool) {
	new := l.found[l.from:]
	for i := 1; i < len(new); i++ {
		for j := i; j > 0 && (new[j].T-new[j-1].T)*l.h < 0; j-- {
			new[j], new[j-1] = new[j-1], new[j]
		}
	}
	for k, c := range new {
		l.count[c.Event]++
		if stop := l.events[c.Event].Stop; stop > 0 && l.count[c.Event] >= stop {
			l.found = l.found[:l.from+k+1]
			return c.T, true
		}
	}
	return tnext, false
}
