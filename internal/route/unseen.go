package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"costate/discrete"
	"costate/ode"
)

// A solver evaluates the right-hand side at its own points only. What happens
// between them, and then only because of t, such as a pulse narrower than the
// mesh, leaves no trace in its error estimate. So a solution is looked at once
// more, at other points, before it is called one.

const (
	watchSamples = 4000 // over the whole interval
	watchLeast   = 10   // in every mesh interval
	watchRounds  = 12   // of solving again; each narrows a feature by eight
)

// watcher is what looking at solutions takes of a problem. It holds no formulas, so
// that it may work beside what builds some.
type watcher struct {
	b      *ode.BVP // with breaks at the centres of functions of t
	forced bool     // the right-hand side depends on t
	marks  []float64
	layer  string
	label  func(s float64, p []float64) float64
}

func (p *Problem) watcher() *watcher {
	e := p.Equations
	w := &watcher{b: p.BVP, forced: e.Forced(), layer: e.Layer.Name(), label: e.Label}
	if c := e.Centres(); len(c) > 0 {
		w.b = withBreaks(w.b, c)
	}
	if w.forced {
		w.marks = e.Landmarks()
	}
	return w
}

// watch calls solve, and calls it again with breaks around what the solution
// has not seen. tol and abs are the tolerances that the solution is to meet.
func (w *watcher) watch(tol float64, abs []float64, guess *ode.Solution, solve func(*ode.BVP, *ode.Solution) (*ode.Solution, error)) (*ode.Solution, error) {
	b := w.b
	for round := 0; ; round++ {
		sol, err := solve(b, guess)
		// A failure may come of what was missed.
		if !w.forced || err != nil && (round > 0 || errors.Is(err, context.Canceled) || sol.Inner == nil) {
			return sol, err
		}
		places, where, c := w.unseen(b, sol, tol, abs)
		if len(places) == 0 {
			return sol, err
		}
		if round == watchRounds {
			sol.Warnings = append(sol.Warnings, fmt.Errorf("between the points of the mesh %s' is not what the equations say: near %s = %.8g the right-hand side has a feature that is too narrow to be resolved",
				b.Names[c], w.layer, w.label(where, sol.P)))
			return sol, nil
		}
		if b = withBreaks(b, places); err == nil {
			guess = sol
		}
	}
}

// withBreaks returns a problem with more breaks.
func withBreaks(b *ode.BVP, places []float64) *ode.BVP {
	out := *b
	out.Breaks = merged(b.Breaks, places, b.Start, b.End)
	return &out
}

// unseen returns places that separate what the solution has not seen from the
// rest of its mesh, with the worst place and its component: there y' differs
// from f by more than the tolerance over the interval, and f stands out in a small part of a
// mesh interval only. (What fills an interval is the business of the error
// estimate.)
func (w *watcher) unseen(b *ode.BVP, sol *ode.Solution, tol float64, abs []float64) (places []float64, where float64, component int) {
	n := b.Dim - b.Algebraic
	size := Largest(sol)
	if tol == 0 {
		tol = 1e-6
	}
	largest := slices.Max(size)
	y, dy, fy := make([]float64, b.Dim), make([]float64, b.Dim), make([]float64, b.Dim)
	f, defect := make([][]float64, n), make([]float64, n)
	var at []float64
	worst := 0.0
	for i := range len(sol.T) - 1 {
		from, h := sol.T[i], sol.T[i+1]-sol.T[i]
		if h == 0 {
			continue
		}
		at = samples(at[:0], from, from+h, (b.End-b.Start)/watchSamples, w.marks)
		share := h / float64(len(at))
		clear(defect)
		for c := range f {
			f[c] = f[c][:0]
		}
		for _, t := range at {
			theta := (t - from) / h
			sol.Inner.Value(y, i, theta)
			sol.Inner.Deriv(dy, i, theta)
			b.Func(fy, t, y, sol.P)
			for c := range n {
				f[c] = append(f[c], fy[c])
				defect[c] += share * math.Abs(dy[c]-fy[c])
			}
		}
		for c := range n {
			limit := tol*size[c] + 1e-12*largest // below that is rounding
			if c < len(abs) {
				limit += abs[c]
			}
			if c < len(sol.Error) {
				limit += sol.Error[c]
			}
			if !(defect[c] > limit) {
				continue
			}
			first, last, ok := outlier(f[c])
			if !ok {
				continue
			}
			lo, hi := at[max(first-1, 0)], at[min(last+1, len(at)-1)]
			places = append(places, lo, at[first]-(at[first]-lo)/8, at[first], at[last], at[last]+(hi-at[last])/8, hi)
			if ratio := defect[c] / limit; ratio > worst {
				worst, where, component = ratio, at[first], c
			}
		}
	}
	return places, where, component
}

// outlier returns the range of the elements that stand out from the median, and
// whether they are at most a quarter of all.
func outlier(f []float64) (first, last int, ok bool) {
	sorted := slices.Clone(f)
	slices.Sort(sorted)
	middle, top, count := sorted[len(f)/2], 0.0, 0
	for _, v := range f {
		top = max(top, math.Abs(v-middle))
	}
	for k, v := range f {
		if math.Abs(v-middle) > top/10 {
			if count == 0 {
				first = k
			}
			last = k
			count++
		}
	}
	return first, last, count > 0 && count <= len(f)/4
}

// samples appends places inside an interval, one in each of equal parts that are
// not longer than step, and the landmarks there.
func samples(dst []float64, from, to, step float64, marks []float64) []float64 {
	n := max(watchLeast, int(math.Ceil((to-from)/step)))
	for k := range n {
		_, jitter := math.Modf(0.618033988749895 * float64(k+1))
		dst = append(dst, from+(to-from)*(float64(k)+0.1+0.8*jitter)/float64(n))
	}
	lo, _ := slices.BinarySearch(marks, from)
	hi, found := slices.BinarySearch(marks, to)
	if found {
		hi++
	}
	if hi > lo {
		dst = append(dst, marks[lo:hi]...)
		slices.Sort(dst)
	}
	return dst
}

// merged returns ascending places that are different, and inside the interval.
func merged(a, b []float64, start, end float64) []float64 {
	near := 1e-14 * max(math.Abs(start), math.Abs(end))
	out := slices.Concat(a, b)
	slices.Sort(out)
	out = slices.CompactFunc(out, func(x, before float64) bool { return x-before <= near })
	return slices.DeleteFunc(out, func(t float64) bool { return t-start <= near || end-t <= near })
}

// hidden returns a warning if the formulas switch twice within a layer of a path, or
// change and change back, which layers see by chance only; nil: they do not.
func (p *Problem) hidden(path *discrete.Path) error {
	name := p.Equations.Layer.Name()
	if a, b, h, ok := together(p.Equations.Thresholds(), path); ok {
		return fmt.Errorf("the equations switch at %s = %.8g and again at %.8g, within one layer of length %.3g: take layers shorter than that (--layers), or --method collocation",
			name, a, b, h)
	}
	if a, b, h, ok := together(p.Equations.NarrowCentres(), path); ok {
		return fmt.Errorf("the equations have a feature between %s = %.8g and %.8g, within one layer of length %.3g: take layers shorter than that (--layers), or --method collocation",
			name, a, b, h)
	}
	return nil
}

// together returns two neighbours among ascending places that lie in one layer of a
// path, and its length.
func together(places []float64, path *discrete.Path) (first, second, length float64, ok bool) {
	n := 0
	for i := 1; i < len(places); i++ {
		for n < path.Layers && path.Time(n+1) <= places[i-1] {
			n++
		}
		if places[i] < path.Time(n+1) {
			return places[i-1], places[i], path.Time(n+1) - path.Time(n), true
		}
	}
	return 0, 0, 0, false
}
