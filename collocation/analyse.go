package collocation

import (
	"fmt"
	"math"

	"costate/ode"
)

// analyse looks for links y' = y[c] and for separated conditions in values
// and derivatives near the guess, which may be zero: a link must hold anywhere.
func (r *run) analyse(guess *ode.Solution) {
	const places = 12
	r.analysed = true
	p, st, b := r.p, r.st, new(batch)
	r.fld.reserve(b, places)
	r.fld.shape(b, places)
	y, q := make([]float64, st.n), make([]float64, st.np)
	copy(q, p.GuessParams)
	if guess != nil {
		copy(q, guess.P)
	}
	at := func(dst []float64, t float64) {
		switch {
		case guess != nil:
			guess.At(dst, t)
		case p.Guess != nil:
			p.Guess(dst, t)
		}
	}
	u := 0.37
	moved := func(v float64) float64 {
		u = 3.9 * u * (1 - u) // the logistic map: anything without a pattern
		return v + (0.01+0.01*u)*(1+math.Abs(v))
	}
	for i := range q {
		q[i] = moved(q[i])
	}
	r.fld.p = q
	for j := range places {
		b.t[j] = p.Start + (p.End-p.Start)*(float64(j)+0.41)/places
		at(y, b.t[j])
		for c, v := range y {
			b.y[j*b.ps+c*b.cs] = moved(v)
		}
	}
	r.fld.values(b)
	keep := append([]float64(nil), b.f...)
	r.fld.jacobians(b)
	copy(b.f, keep)
	r.stats.Func += b.calls
	r.stats.Jac += b.jacob
	next := findLinks(st, b)
	if c := r.cond; p.Boundary.At == nil && c.np > 1 {
		for k, t := range points(p) {
			at(c.ys[k], t)
			for i, v := range c.ys[k] {
				c.ys[k][i] = moved(v)
			}
		}
		c.derivatives(q, r.fld.scale, r.fld.pSize)
		c.separate()
	}
	for _, c := range next {
		if c >= 0 {
			r.setStructure(next)
			break
		}
	}
}

// misjudged reports whether something that analyse found did not hold at a
// later iterate.
func (r *run) misjudged() bool {
	return r.main.broken.Load() || r.est.broken.Load() || r.cond.broken
}

// repair undoes what analyse found. The iterate is lost if there were links.
func (r *run) repair() {
	if r.main.broken.Load() || r.est.broken.Load() {
		r.setStructure(nil)
	}
	if r.cond.broken {
		for i := range r.cond.used {
			for k := range r.cond.used[i] {
				r.cond.used[i][k] = true
			}
		}
		r.cond.collect()
		r.cond.broken = false
	}
}

// check panics if p is malformed.
func check(p *ode.BVP) {
	b := &p.Boundary
	bad := ""
	switch {
	case p.Dim < 1 || p.Params < 0 || p.Algebraic < 0 || p.Algebraic >= p.Dim:
		bad = fmt.Sprintf("Dim %d, Params %d, Algebraic %d", p.Dim, p.Params, p.Algebraic)
	case p.Func == nil && p.Batch == nil:
		bad = "no right-hand side"
	case !(p.Start < p.End):
		bad = fmt.Sprintf("interval [%v, %v] is empty", p.Start, p.End)
	case b.Func == nil:
		bad = "no conditions"
	case b.Count != p.Dim-p.Algebraic+p.Params:
		bad = fmt.Sprintf("%d conditions, want Dim - Algebraic + Params = %d", b.Count, p.Dim-p.Algebraic+p.Params)
	case b.At != nil && len(b.At) != b.Count:
		bad = fmt.Sprintf("len(Boundary.At) is %d, want %d", len(b.At), b.Count)
	}
	last := p.Start
	for _, j := range p.Jumps {
		if !(j.T > last) || !(j.T < p.End) {
			bad = fmt.Sprintf("jump at %v: want ascending places inside (%v, %v)", j.T, p.Start, p.End)
		}
		last = j.T
	}
	for i, t := range b.Points {
		if !(t >= p.Start && t <= p.End) || i > 0 && !(t > b.Points[i-1]) {
			bad = fmt.Sprintf("condition point %v: want ascending places in [%v, %v]", t, p.Start, p.End)
		}
	}
	for _, k := range b.At {
		if k >= len(points(p)) {
			bad = fmt.Sprintf("Boundary.At names point %d of %d", k, len(points(p)))
		}
	}
	if bad != "" {
		panic("collocation: " + bad)
	}
}
