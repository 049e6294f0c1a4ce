package ode

import (
	"context"
	"fmt"
	"math"
)

// run is one integration: the state that driver and stepper share.
type run struct {
	in     *Integrator
	method Method
	sys    *System
	p      []float64

	// The integrated vector is y (n), followed by the sensitivities
	// (n×cols, row-major) if there are any: size = n (1 + cols).
	n, cols, size int

	t, end, dir float64
	y, f        []float64 // state and derivative at t (size)
	next, fnext []float64 // and at the end of the attempted step (size)
	h           float64   // the last attempted step

	rtol, atol []float64 // (n)
	counted    int       // leading components that the error norm counts
	ctl        Control

	rhs   func(dst []float64, t float64, y []float64)
	stats Stats
	warn  []error

	start0   float64
	rec      recorder
	events   *eventLog
	halt     func(t float64, y, v []float64) bool // asked after every step
	window   int                                  // nodes of the interpolant of a method that has none of its own
	bare     bool                                 // record the nodes only, and the stages of every step
	stagesOf []int8                               // of an implicit method
	breaks   *breaks                              // nil: none
	fatal    error                                // set by a stepper that cannot go on
	stiff    error                                // set by a stepper that finds the problem stiff
}

// newRun checks the problem and allocates the workspace. With a variation,
// the sensitivities are integrated along.
func (in *Integrator) newRun(p *IVP, v *variation) (*run, error) {
	n := p.Dim
	switch {
	case n < 1:
		panic("ode: Dim < 1")
	case len(p.Initial) != n:
		panic(fmt.Sprintf("ode: len(Initial) = %d, want Dim = %d", len(p.Initial), n))
	case p.Params != nil && len(p.Params) != p.System.Params:
		panic(fmt.Sprintf("ode: len(Params) = %d, want %d", len(p.Params), p.System.Params))
	case in.RelTols != nil && len(in.RelTols) != n, in.AbsTols != nil && len(in.AbsTols) != n:
		panic(fmt.Sprintf("ode: tolerances per component must have length Dim = %d", n))
	case p.Func == nil && p.Batch == nil:
		panic("ode: no right-hand side")
	}
	dir := 1.0
	if p.End < p.Start {
		dir = -1
	}
	sys := pointwise(p.System)
	at := newBreaks(p, dir)
	if at != nil {
		sys = at.wrap(sys)
	}
	r := &run{in: in, method: in.Method, sys: &sys, n: n, size: n, t: p.Start, start0: p.Start, end: p.End, dir: dir, breaks: at}
	if r.method == nil {
		r.method = DOP853
	}
	if r.p = p.Params; r.p == nil {
		r.p = make([]float64, p.System.Params)
	}
	if r.breaks != nil && !r.method.Adaptive() {
		r.breaks.left, r.breaks.atLo = nil, false
	}
	if v != nil {
		r.cols = v.cols
		r.size = n * (1 + v.cols)
	}
	buf := make([]float64, 4*r.size)
	r.y, r.f, r.next, r.fnext = buf[:r.size], buf[r.size:2*r.size], buf[2*r.size:3*r.size], buf[3*r.size:]
	copy(r.y, p.Initial)
	r.counted = n
	var raised bool
	r.rtol, r.atol, raised = in.tolerances(n)
	if raised {
		r.warn = append(r.warn, fmt.Errorf("relative tolerance raised to %.2g, the rounding level of a step", float64(leastTol)))
	}
	r.ctl = in.Control
	r.rhs = func(dst []float64, t float64, y []float64) {
		r.stats.Func++
		r.sys.Func(dst, t, y, r.p)
	}
	if v != nil {
		v.attach(r)
	}
	r.rec.reset(r)
	if math.IsNaN(p.Start) || math.IsInf(p.Start, 0) || math.IsNaN(p.End) || math.IsInf(p.End, 0) {
		return r, r.error(ErrNotFinite, fmt.Sprintf("interval [%g, %g]", p.Start, p.End), "give a finite interval")
	}
	for i, yi := range p.Initial {
		if math.IsNaN(yi) || math.IsInf(yi, 0) {
			return r, r.error(ErrNotFinite, fmt.Sprintf("initial value of %s is %g", r.name(i), yi), "")
		}
	}
	return r, nil
}

// integrate drives the stepper from r.t to r.end.
func (r *run) integrate(ctx context.Context) (*Solution, error) {
	st, err := r.method.newStepper(r)
	if err != nil {
		return r.fail(err)
	}
	if s, ok := st.(interface{ release() }); ok {
		defer s.release()
	}
	limit := r.in.MaxSteps
	if limit <= 0 {
		limit = defaultMaxSteps
	}
	largest := math.Abs(r.end - r.t)
	if r.in.MaxStep > 0 {
		largest = min(largest, r.in.MaxStep)
	}
	if err := r.consistent(); err != nil {
		return r.fail(err)
	}
	r.rhs(r.f, r.t, r.y)
	if i := notFinite(r.f[:r.n]); i >= 0 {
		return r.fail(r.error(ErrNotFinite, fmt.Sprintf("derivative of %s at the start is %g", r.name(i), r.f[i]),
			"check the initial values"))
	}
	if r.t == r.end {
		return r.done(nil)
	}
	r.events.begin(r)
	size := min(st.start(), largest)
	equal := 0.0 // number of steps of a fixed-step method
	if !r.method.Adaptive() {
		equal = math.Round(math.Abs(r.end-r.t) / size)
	}
	for attempts := 0; r.t != r.end; attempts++ {
		if attempts == limit {
			return r.fail(r.limitError(limit))
		}
		if attempts%64 == 0 {
			if err := ctx.Err(); err != nil {
				return r.fail(r.error(err, "", ""))
			}
		}
		// h is the step that the floating-point numbers t and t+h really
		// are apart; the last one ends exactly at r.end, and no sliver of a
		// step is left behind it.
		tnext := r.t + r.dir*size
		if equal > 0 {
			// Rounding errors do not add up in t, and all steps are equal.
			tnext = r.start0 + (r.end-r.start0)*(float64(r.stats.Steps+1)/equal)
		}
		if rest := (r.end - tnext) * r.dir; rest < 1e-10*size {
			tnext = r.end
		}
		if r.breaks != nil {
			tnext = r.breaks.clip(r.t, tnext, size)
		}
		h := tnext - r.t
		if math.Abs(h) < 10*ulp(r.t) && tnext != r.end && (r.breaks == nil || !r.breaks.atHi) || h == 0 {
			return r.fail(r.smallStep(st))
		}
		r.h = h
		next, ok := st.try(h)
		if r.fatal != nil {
			return r.fail(r.fatal)
		}
		if !ok {
			r.stats.Rejected++
			if next < 10*ulp(r.t) {
				return r.fail(r.smallStep(st))
			}
			size = next
			continue
		}
		r.stats.Steps++
		st.accept(h)
		if r.stiff != nil && r.in.StopIfStiff {
			return r.fail(r.stiff)
		}
		var stop bool
		r.t, stop = r.rec.step(r, st, tnext, h)
		r.y, r.next = r.next, r.y
		r.f, r.fnext = r.fnext, r.f
		if stop || r.halt != nil && r.halt(r.t, r.y[:r.n], r.y[r.n:]) {
			return r.done(nil)
		}
		st.moved()
		if b := r.breaks; b != nil {
			next = max(next, b.proposed)
			if b.pass(r.t) && r.t != r.end {
				r.rhs(r.f, r.t, r.y)
				st.restart()
			}
		}
		size = min(next, largest)
	}
	return r.done(nil)
}

// smallStep is the error of a step below the resolution of t. If the last
// attempt met a number that is not finite, that is the reason.
func (r *run) smallStep(st stepper) error {
	if s, ok := st.(interface{ bad() int }); ok && s.bad() >= 0 {
		return r.error(ErrNotFinite, fmt.Sprintf("derivative of %s beyond this point", r.name(s.bad()%r.n)),
			"the solution leaves the domain of the right-hand side or grows without bound")
	}
	if i := notFinite(r.next[:r.n]); i >= 0 {
		return r.error(ErrNotFinite, fmt.Sprintf("%s = %g beyond this point", r.name(i), r.next[i]),
			"the solution leaves the domain of the right-hand side or grows without bound")
	}
	return r.error(ErrStepSize, fmt.Sprintf("below the spacing of numbers at t, %.3g", ulp(r.t)),
		"the solution may have a singularity here, or the tolerance is out of reach")
}

func (r *run) limitError(limit int) error {
	hint := "raise MaxSteps, or loosen the tolerances"
	for _, w := range r.warn {
		if e, ok := w.(*StepError); ok && e.Err == ErrStiff {
			hint = "the problem is stiff: use Radau"
		}
	}
	return r.error(ErrStepLimit, fmt.Sprintf("%d steps, end is %g", limit, r.end), hint)
}

func (r *run) error(sentinel error, detail, hint string) *StepError {
	return &StepError{Method: r.method.Name(), Step: r.stats.Steps + r.stats.Rejected, T: r.t, H: r.h,
		Detail: detail, Hint: hint, Err: sentinel}
}

func (r *run) fail(err error) (*Solution, error) { return r.done(err) }

func (r *run) done(err error) (*Solution, error) {
	s := r.rec.solution(r)
	s.Stats, s.Warnings, s.Status = r.stats, r.warn, Solved
	if err != nil {
		s.Err, s.Status = err, Unfinished
		if e, ok := err.(*StepError); ok {
			s.Status = e.status()
		}
	}
	return s, err
}

func (r *run) name(i int) string { return componentName(r.sys.Names, i) }

func componentName(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("y%d", i+1)
}

// ulp returns the distance from |x| to the next larger number.
func ulp(x float64) float64 {
	x = math.Abs(x)
	return math.Nextafter(x, math.Inf(1)) - x
}

// notFinite returns the index of the first NaN or Inf in x, or -1.
func notFinite(x []float64) int {
	s := 0.0
	for _, v := range x {
		s += v * 0
	}
	if s == 0 {
		return -1
	}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return i
		}
	}
	return -1
}

// pointwise fills in Func and Jac from their batch forms, at one point. The
// result belongs to one run: its functions share a buffer.
func pointwise(s System) System {
	at := make([]float64, 1)
	if s.Func == nil {
		s.Func = func(dst []float64, t float64, y, p []float64) {
			at[0] = t
			s.Batch(dst, at, y, p)
		}
	}
	if s.Jac == nil && s.BatchJac != nil {
		s.Jac = func(dfdy, dfdp []float64, t float64, y, p []float64) {
			at[0] = t
			s.BatchJac(dfdy, dfdp, at, y, p)
		}
	}
	return s
}
