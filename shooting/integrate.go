package shooting

import (
	"errors"
	"math"
	"sort"
	"sync"
	"sync/atomic"

	"costate/ode"
)

// segment is what one integration gave.
type segment struct {
	end    []float64 // state at its end (n)
	v      []float64 // [d end/d start | d end/dp] n×(n+m)
	growth float64
	area   []float64 // integral of |y| (n)
	peak   []float64 // largest |y| (n)
	err    error
	stats  ode.Stats
	stiff  bool
}

// leastTau is the smallest tolerance of the integration. A relative error is
// bounded by rounding, but a component that is small in places can be had to a
// smaller part of its mean.
const leastTau = 1e-17

// precision returns the tolerances of the integration refined by the factor
// fine, relative to the value and to the size of a component.
func (r *run) precision(fine float64) (rel, abs float64) {
	tau := max(r.tau*fine, leastTau)
	return max(tau, 5e-15), tau
}

// integrator returns the integrator of the segments with tolerance and step
// refined by the factor fine <= 1.
func (r *run) integrator(fine float64) *ode.Integrator {
	in := r.s.Integrator
	in.Method = r.method
	rel, abs := r.precision(fine)
	in.RelTol, in.AbsTol, in.RelTols = rel, 0, nil
	in.AbsTols = make([]float64, r.p.Dim)
	for c := range in.AbsTols {
		// What the other components leave of themselves in this one is no
		// better than rounding allows, however small this one is.
		in.AbsTols[c] = max(abs*(r.tol[c]+r.s.atol(c)/r.s.rtol()), 32*epsilon*r.coupling[c])
	}
	in.Step = 0
	if !r.adaptive() {
		in.Step = r.step * max(fine, 0.5)
	}
	if fine < 1 {
		// Where rounding bounds the tolerance, shorter steps still make a
		// difference, that of truncation and rounding.
		in.Control.Safety = 0.5
	}
	if in.MaxSteps == 0 {
		in.MaxSteps = 100_000 // a segment that needs more is not for shooting
	}
	in.EndOnly, in.StopIfStiff = true, false
	return &in
}

// trajectory returns the integrator of segments without derivatives. Where the
// tolerance is bounded by rounding and does not do, shorter steps still may: where
// the error estimate passes through zero, if no step is much longer than the one
// before. Even shorter ones would wait for rounding errors to become small.
func (r *run) trajectory(fine float64) *ode.Integrator {
	in := r.integrator(fine)
	if r.careful {
		in.Control.Safety, in.Control.Max = 0.5, 1.2
		if fine < 1 {
			in.Control.Safety = 0.35
		}
	}
	return in
}

// each integrates all segments, in parallel, with work(k).
func (r *run) each(work func(k int)) {
	workers := min(r.s.workers(), len(r.seg))
	if workers <= 1 {
		for k := range r.seg {
			work(k)
		}
	} else {
		var next atomic.Int64
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for {
					k := int(next.Add(1)) - 1
					if k >= len(r.seg) {
						return
					}
					work(k)
				}
			})
		}
		wg.Wait()
	}
	for k := range r.seg {
		s := &r.seg[k].stats
		r.stats.Func += s.Func
		r.stats.Jac += s.Jac
		r.stats.Steps += s.Steps
		r.stats.Rejected += s.Rejected
		*s = ode.Stats{}
		r.stiff = r.stiff || r.seg[k].stiff
	}
}

// foundStiff says whether an explicit method met stiffness.
func foundStiff(s *ode.Solution) bool {
	for _, w := range s.Warnings {
		if errors.Is(w, ode.ErrStiff) {
			return true
		}
	}
	return false
}

func (r *run) count(s *ode.Solution) {
	r.stiff = r.stiff || foundStiff(s)
	r.stats.Func += s.Stats.Func
	r.stats.Jac += s.Stats.Jac
	r.stats.Steps += s.Stats.Steps
	r.stats.Rejected += s.Stats.Rejected
}

// breaks returns the breaks of the right-hand side in [a, b], and its seams if
// they disturb.
func (r *run) breaks(a, b float64) []float64 {
	all := r.stops
	from := sort.SearchFloat64s(all, a)
	to := from
	for to < len(all) && all[to] <= b {
		to++
	}
	return all[from:to]
}

func (r *run) ivp(x []float64, k int) *ode.IVP {
	return &ode.IVP{System: r.sys, Start: r.t[k], End: r.t[k+1], Initial: r.node(x, k), Params: r.q(x),
		Breaks: r.breaks(r.t[k], r.t[k+1])}
}

// shoot integrates all segments from x, with their derivatives or without.
func (r *run) shoot(in *ode.Integrator, x []float64, derivatives bool) {
	n := r.p.Dim
	r.each(func(k int) {
		sg := &r.seg[k]
		sg.err = nil
		if j := r.kind[k]; j != flow {
			r.jump(sg, j, r.node(x, k), r.q(x), derivatives)
			return
		}
		var sol *ode.Solution
		if derivatives {
			clear(sg.area)
			clear(sg.peak)
			last := r.t[k]
			v, err := in.VariationUntil(r.ctx, r.ivp(x, k), func(t float64, y, _ []float64) bool {
				for c, v := range y {
					sg.area[c] += math.Abs(v) * (t - last)
					sg.peak[c] = max(sg.peak[c], math.Abs(v))
				}
				last = t
				return false
			})
			sol, sg.err = v.Solution, err
			copy(sg.v, v.Matrix[len(v.Matrix)-len(sg.v):])
			sg.growth = r.balanced(sg.v, n+r.p.Params)
		} else {
			sol, sg.err = in.Solve(r.ctx, r.ivp(x, k))
		}
		copy(sg.end, sol.Node(len(sol.T)-1))
		sg.stats, sg.stiff = sol.Stats, foundStiff(sol)
		if sg.err != nil {
			for c := range sg.end {
				sg.end[c] = math.NaN()
			}
		}
	})
}
