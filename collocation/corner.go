package collocation

import (
	"context"
	"math"
)

// corner returns the first station between a and b, a step h apart, at which a
// watched quantity vanishes, and which one; b and -1 if none becomes negative.
func (w *walk) corner(ctx context.Context, a, b *station, h float64) (*station, int, error) {
	if w.o.Watch == nil {
		return b, -1, nil
	}
	v0, v1 := w.watched(a), w.watched(b)
	first, corner := -1, b
	for k := range min(len(v0), len(v1)) {
		// Every crossing found shortens the step to look at.
		if !(v1[k] < 0) {
			continue
		}
		s, x, err := w.vanishing(ctx, a, k, max(v0[k], 0), v1[k], h)
		if err != nil {
			return nil, -1, err
		}
		first, corner, h = k, s, x
		v1 = w.watched(s)
		v1[k] = 0
	}
	return corner, first, nil
}

// vanishing finds the step from a, at most h, after which quantity k, v0 at a and
// v1 after h, vanishes, by regula falsi (Illinois).
func (w *walk) vanishing(ctx context.Context, a *station, k int, v0, v1, h float64) (*station, float64, error) {
	x0, x1, f0, f1 := 0.0, h, v0, v1
	for n := 0; ; n++ {
		x := x1 - f1*(x1-x0)/(f1-f0)
		s, err := w.advance(ctx, a, x)
		if err != nil {
			return nil, 0, err
		}
		f := w.watched(s)[k]
		if math.Abs(x-x1) <= 1e-9*h || f == 0 || n == 50 {
			return s, x, nil
		}
		if f*f1 < 0 {
			x0, f0 = x1, f1
		} else {
			f0 /= 2
		}
		x1, f1 = x, f
	}
}

func (w *walk) watched(s *station) []float64 {
	return w.o.Watch(s.lambda, s.point(false).Solution)
}

// turnCorner goes over to the family that the branch goes on with after corner
// k, in the direction in which the quantity grows. nil: there is none.
func (w *walk) turnCorner(ctx context.Context, at *station, k int) (*station, string, error) {
	if w.o.Switch == nil {
		return nil, "", nil
	}
	family, name := w.o.Switch(k)
	if family == nil {
		return nil, name, nil
	}
	w.m = &members{family: family}
	s, err := w.solve(ctx, at.sol, anchor{component: -1, value: at.lambda}, at.lambda)
	if err != nil {
		return nil, name, err
	}
	const probe = 1e-4 // of the size of what changes most: for a difference
	ahead := *s
	ahead.sol = shifted(s.sol, s.tangent, probe)
	ahead.lambda = s.lambda + probe*s.rate
	if w.watched(&ahead)[k] < w.watched(s)[k] {
		s.turn()
	}
	s.corner = true
	return s, name, nil
}
