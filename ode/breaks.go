package ode

import (
	"math"
	"slices"
)

// breaks makes the steps of a run end at the places where the right-hand side
// is not smooth.
type breaks struct {
	left     []float64 // those still ahead, in the order of the integration
	lo, hi   float64   // ends of the present step
	atLo     bool      // whether they are breaks
	atHi     bool
	dir      float64
	proposed float64 // size of the step before it was shortened to end at a break; 0: was not
}

// newBreaks returns nil if there is none to heed.
func newBreaks(p *IVP, dir float64) *breaks {
	b := &breaks{dir: dir, lo: p.Start, hi: p.End}
	for _, t := range p.Breaks {
		if (t-p.Start)*dir > 0 && (p.End-t)*dir >= 0 {
			b.left = append(b.left, t)
		}
		b.atLo = b.atLo || t == p.Start
	}
	if len(b.left) == 0 && !b.atLo {
		return nil
	}
	if dir < 0 {
		slices.Reverse(b.left)
	}
	return b
}

// wrap returns the system evaluated inside the present step only: at a break
// the value of its own side is meant.
func (b *breaks) wrap(s System) System {
	f, jac := s.Func, s.Jac
	s.Func = func(dst []float64, t float64, y, p []float64) { f(dst, b.inside(t), y, p) }
	if jac != nil {
		s.Jac = func(dfdy, dfdp []float64, t float64, y, p []float64) { jac(dfdy, dfdp, b.inside(t), y, p) }
	}
	return s
}

func (b *breaks) inside(t float64) float64 {
	switch {
	case b.atHi && (t-b.hi)*b.dir >= 0:
		return math.Nextafter(b.hi, b.lo)
	case b.atLo && (t-b.lo)*b.dir <= 0:
		return math.Nextafter(b.lo, b.lo+b.dir*math.MaxFloat64)
	}
	return t
}

// clip shortens the step from t to next to end at the first break.
func (b *breaks) clip(t, next, size float64) float64 {
	b.lo, b.atHi, b.proposed = t, false, 0
	if len(b.left) > 0 {
		// A break just behind the step would leave a sliver.
		if first := b.left[0]; (next-first)*b.dir > -1e-10*size {
			if (next-first)*b.dir > 0 {
				b.proposed = size
			}
			next, b.atHi = first, true
		}
	}
	b.hi = next
	return next
}

// pass is told that a step has ended at t and says whether that is a break.
func (b *breaks) pass(t float64) bool {
	b.lo = t
	b.atLo = b.atHi && t == b.hi
	b.atHi = false
	if b.atLo {
		b.left = b.left[1:]
	}
	return b.atLo
}

// revisit sets the present step to one made before.
func (b *breaks) revisit(lo, hi float64, all []float64) {
	b.lo, b.hi = lo, hi
	b.atLo, b.atHi = slices.Contains(all, lo), slices.Contains(all, hi)
}
