package route

import (
	"fmt"
	"maps"
	"math"

	"costate/ode"
)

// tracker keeps parameters to their bounds along a branch: it tells the
// continuation where a parameter meets a bound, or a held one would leave it,
// and changes the set of held parameters there.
type tracker struct {
	p         *Problem // with the parameters held that are so now
	parameter string   // constant that moves
}

// watch returns two numbers for each unknown, of its lower and its upper bound,
// that must not be negative: the distance to it, or, where it is held there, the
// derivative of the action towards the inside.
func (w *tracker) watch(value float64, sol *ode.Solution) []float64 {
	q, err := w.p.with(w.parameter, value)
	if err != nil {
		return nil
	}
	out := make([]float64, 2*len(q.Equations.Unknowns))
	for i, u := range q.Equations.Unknowns {
		lo, hi := u.Bounds()
		side := out[2*i : 2*i+2]
		side[0], side[1] = sol.P[i]-lo, hi-sol.P[i]
		at, held := q.pins[i]
		if !held {
			continue
		}
		side[0], side[1] = math.Inf(1), math.Inf(1)
		if slope, err := q.free.Slope(i, sol); err == nil && lo < hi {
			if at == lo {
				side[0] = slope
			} else {
				side[1] = -slope
			}
		}
	}
	return out
}

// change holds the parameter that watch's number k is of, or lets it go, and
// returns the family to go on with; nil: the problem has no action, and so
// nothing to hold a parameter against.
func (w *tracker) change(k int) (family func(float64) *ode.BVP, name string) {
	i := k / 2
	u := w.p.Equations.Unknowns[i]
	lo, hi := u.Bounds()
	at, side := lo, "lower"
	if k%2 == 1 {
		at, side = hi, "upper"
	}
	if w.p.File.Action == nil {
		return nil, fmt.Sprintf("%s meets its %s bound", u.Symbol.Name(), side)
	}
	pins, what := maps.Clone(w.p.pins), "meets its "+side+" bound and is held there"
	if _, held := pins[i]; held {
		delete(pins, i)
		what = "leaves its " + side + " bound"
	} else {
		if pins == nil {
			pins = map[int]float64{}
		}
		pins[i] = at
	}
	next := *w.p
	if err := next.pin(pins); err != nil {
		return nil, err.Error()
	}
	w.p = &next
	return next.Family(w.parameter), u.Symbol.Name() + " " + what
}
