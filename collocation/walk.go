package collocation

import (
	"context"
	"errors"
	"math"

	"costate/ode"
)

// walk moves along a branch.
type walk struct {
	s     *Solver
	m     *members
	scale float64 // of the parameter
	o     *BranchOptions
}

// station is a point of the walk with its tangent, normalised to a largest
// change of one size.
type station struct {
	lambda  float64
	sol     *ode.Solution // of the augmented problem
	tangent *ode.Solution
	rate    float64 // part of the tangent in the parameter, signed along the walk
	along   anchor  // what changes most, its value here
	slope   float64 // of that along the tangent
	steps   int     // Newton steps it took
	corner  bool    // the branch turned a corner here
}

func (a *station) point(fold bool) BranchPoint {
	p := *a.sol
	p.P = p.P[:len(p.P)-1]
	if len(p.P) == 0 {
		p.P = nil
	}
	if len(p.ParamError) > 0 {
		p.ParamError = p.ParamError[:len(p.ParamError)-1]
	}
	return BranchPoint{Parameter: a.lambda, Solution: &p, Fold: fold}
}

func (w *walk) start(ctx context.Context, sol *ode.Solution, c *Continuation) (*station, error) {
	g := *sol
	g.P = append(append([]float64(nil), sol.P...), c.From)
	a, err := w.solve(ctx, &g, anchor{component: -1, value: c.From}, c.From)
	if err != nil {
		return nil, err
	}
	if a.rate*(c.To-c.From) < 0 {
		a.turn()
	}
	return a, nil
}

// turn reverses the tangent.
func (a *station) turn() {
	for i := range a.tangent.Y {
		a.tangent.Y[i] = -a.tangent.Y[i]
	}
	for i := range a.tangent.P {
		a.tangent.P[i] = -a.tangent.P[i]
	}
	p := a.tangent.Inner.(*piecewise)
	for i := range p.y {
		p.y[i] = -p.y[i]
	}
	for i := range p.k {
		p.k[i] = -p.k[i]
	}
	a.rate, a.slope = -a.rate, -a.slope
}

// advance makes a step of length h along the tangent of at.
func (w *walk) advance(ctx context.Context, at *station, h float64) (*station, error) {
	to := at.along
	to.value += h * at.slope
	next, err := w.solve(ctx, shifted(at.sol, at.tangent, h), to, at.lambda+h*at.tangent.P[len(at.tangent.P)-1])
	if err != nil {
		return nil, err
	}
	// The tangents must agree in what the step was measured by.
	if d := next.change(at.along); d*at.slope < 0 {
		next.turn()
	}
	return next, nil
}

// change is the part of the tangent in a.
func (a *station) change(b anchor) float64 {
	if b.component < 0 {
		return a.tangent.P[len(a.tangent.P)-1]
	}
	return a.tangent.Left(nil, b.t)[b.component]
}

// fold finds the place between two stations where the tangent has no part in
// the parameter, by regula falsi (Illinois) in the coordinate of the second.
func (w *walk) fold(ctx context.Context, a, b *station) (*station, error) {
	along := b.along
	if along.component < 0 {
		along = a.along
	}
	if along.component < 0 {
		return nil, errors.New("collocation: no component marks the fold")
	}
	value := func(s *station) float64 { return s.sol.Left(nil, along.t)[along.component] }
	// dlambda/dvalue at either end.
	rate := func(s *station) float64 { return s.change(anchor{component: -1}) / s.change(along) }
	x0, x1, f0, f1 := value(a), value(b), rate(a), rate(b)
	best := b
	for range 30 {
		x := x1 - f1*(x1-x0)/(f1-f0)
		along.value = x
		c, err := w.solve(ctx, best.sol, along, best.lambda)
		if err != nil {
			return nil, err
		}
		f := rate(c)
		best = c
		if math.Abs(f*(x1-x0)) < 0.1*w.s.rtol()*math.Abs(c.lambda) || math.Abs(x-x1) < 1e-9*math.Abs(x) {
			return best, nil
		}
		if f*f1 < 0 {
			x0, f0 = x1, f1
		} else {
			f0 /= 2
		}
		x1, f1 = x, f
	}
	return best, nil
}

// land solves at the end of the parameter's interval, between two stations.
func (w *walk) land(ctx context.Context, a, b *station, lambda float64) (*station, error) {
	if a.lambda == lambda {
		return a, nil
	}
	f := (lambda - a.lambda) / (b.lambda - a.lambda)
	h := 0.0
	if t := a.tangent.P[len(a.tangent.P)-1]; t != 0 {
		h = f * (b.lambda - a.lambda) / t
	}
	return w.solve(ctx, shifted(a.sol, a.tangent, h), anchor{component: -1, value: lambda}, lambda)
}

// solve solves the augmented problem from a guess and finds the tangent.
func (w *walk) solve(ctx context.Context, guess *ode.Solution, a anchor, lambda float64) (*station, error) {
	p := augmented(w.m, lambda, a)
	r := newRun(w.s, p)
	defer r.release()
	r.hurried = true
	if err := r.direct(ctx, through(p, guess.T), guess, false); err != nil {
		return nil, err
	}
	sol, _ := r.finish(ctx, nil)
	d, st := r.main, r.st
	rhs, dx := make([]float64, d.nx), make([]float64, d.nx)
	rhs[p.Boundary.Count-1] = 1
	if err := d.factor(r.x); err != nil {
		return nil, r.explain(err)
	}
	d.solve(dx, rhs)
	s := &station{lambda: sol.P[st.np-1], sol: sol, steps: sol.Stats.Newton}
	// What changes most, in sizes.
	dl := d.q(dx)[st.np-1]
	big := math.Abs(dl) / w.scale
	s.along, s.slope = anchor{component: -1, value: s.lambda}, dl
	size := r.peak
	for i, t := range d.mesh.t {
		if i > 0 && t == d.mesh.t[i-1] {
			continue // a condition sees the value before a jump
		}
		for c := range st.nd {
			if v := math.Abs(d.y(dx)[i*st.nd+c]) / max(size[c], 1e-3*maxOf(size[:st.nd])); v > big {
				big = v
				s.along = anchor{t: t, component: c, value: d.y(r.x)[i*st.nd+c]}
				s.slope = d.y(dx)[i*st.nd+c]
			}
		}
	}
	for i := range dx {
		dx[i] /= big
	}
	s.slope /= big
	s.tangent = r.derivative(dx)
	s.rate = dl / big
	return s, nil
}

func maxOf(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

// shifted returns sol + h tangent, as a guess.
func shifted(sol, tangent *ode.Solution, h float64) *ode.Solution {
	g := *sol
	g.Inner = sum{sol.Inner, tangent.Inner, h}
	g.Y = append([]float64(nil), sol.Y...)
	for i, v := range tangent.Y {
		g.Y[i] += h * v
	}
	g.P = append([]float64(nil), sol.P...)
	for i, v := range tangent.P {
		g.P[i] += h * v
	}
	return &g
}

// sum is a + h b.
type sum struct {
	a, b ode.Interpolant
	h    float64
}

func (s sum) Value(dst []float64, i int, theta float64) {
	t := make([]float64, len(dst))
	s.a.Value(dst, i, theta)
	s.b.Value(t, i, theta)
	for c, v := range t {
		dst[c] += s.h * v
	}
}

func (s sum) Deriv(dst []float64, i int, theta float64) {
	t := make([]float64, len(dst))
	s.a.Deriv(dst, i, theta)
	s.b.Deriv(t, i, theta)
	for c, v := range t {
		dst[c] += s.h * v
	}
}
