package discrete

import (
	"context"
	"fmt"
	"math"
	"slices"

	"costate/ode"
)

// merit is half the square of the scaled residuals of the canonical
// equations.
func (c *costateForm) merit(v []float64, sc []float64) float64 {
	p, D := c.p, c.p.D
	s := 0.0
	for i, g := range c.g {
		if c.fix[i] {
			continue
		}
		if i < p.nx {
			u := g * c.xi[i%D]
			s += u * u / c.sigma
		} else {
			s += g * g / sc[i-p.nx]
		}
	}
	for i, r := range c.con {
		u := r / c.xi[i%D]
		s += u * u * c.sigma
	}
	return 0.5 * s
}

// stands reports whether the states that are held are those of the factors; the
// parameters are eliminated after them.
func (c *costateForm) stands() bool { return slices.Equal(c.fix[:c.p.nx], c.stood[:c.p.nx]) }

// met reports whether the residuals are zero to rounding.
func (c *costateForm) met() bool {
	for i, r := range c.con {
		if !(math.Abs(r) <= 1e-12*c.xi[i%c.p.D]) {
			return false
		}
	}
	return true
}

// costate moves the current path to the stationary point in the costate form.
func (m *minimiser) costate(ctx context.Context, scale float64, o newtonOptions) outcome {
	p, w := m.p, m.w
	if m.c == nil {
		m.c = newCostateForm(p)
	}
	c := m.c
	var out outcome
	if !m.dual {
		if p.hasInf || !m.warm {
			if pre := m.approach(ctx, scale, 1e7, o); pre.err != nil {
				return pre
			}
		} else if w.dual != nil {
			copy(c.lam, w.dual)
		} else {
			m.warmCostates(m.from)
		}
		m.dual = true
	}
	fail := func(err error, msg string) outcome {
		action := out.total()
		if p.hasInf && !c.met() {
			action = math.NaN()
		}
		out.err = &NewtonError{out.steps, scale, action, msg, err}
		return out
	}
	sc := make([]float64, p.P)
	last, full := math.Inf(1), false // of the step before
	known := false                   // g and con are those of the current path
	reuse := o.once && c.kept && c.scale == scale
	for {
		if err := ctx.Err(); err != nil {
			return fail(err, "interrupted")
		}
		if !known && (reuse || p.touches(m.v)) {
			c.gradients(w, m.v, c.lam, scale, nil)
			known = true
		}
		for i := range c.fix {
			x := m.v[i]
			c.fix[i] = p.fixed != nil && p.fixed[i] || p.lo != nil && (x <= p.lo[i] && c.g[i] >= 0 || x >= p.hi[i] && c.g[i] <= 0)
			c.hold[i] = 0
		}
		reuse = reuse && c.stands()
		for round := 0; ; round++ {
			var err error
			switch {
			case round == 0 && reuse:
				c.refer()
			case round == 0 || !c.stands():
				reuse = false
				err = c.factor(w, m.v, scale)
			}
			if err == nil {
				err = c.step(w, scale)
			}
			if err != nil {
				ne := err.(*NewtonError)
				ne.Step = out.steps
				out.err = ne
				return out
			}
			if p.lo == nil || round == 8 {
				break
			}
			again := false
			for i, d := range c.dx {
				if x := m.v[i] + d; c.fix[i] {
					continue
				} else if x < p.lo[i] {
					c.fix[i], c.hold[i], again = true, p.lo[i]-m.v[i], true
				} else if x > p.hi[i] {
					c.fix[i], c.hold[i], again = true, p.hi[i]-m.v[i], true
				}
			}
			if !again {
				break
			}
		}
		// What the step changes the Lagrangian by, both ways, and what the
		// action is from it.
		a, b, gap := 0.0, 0.0, 0.0
		for i, d := range c.dx {
			if !c.fix[i] {
				a += c.g[i] * d
			}
		}
		for i, d := range c.dl {
			b += c.con[i] * d
			gap += c.con[i] * c.lam[i]
		}
		out.pred = 0.5 * (math.Abs(a) + math.Abs(b))
		e := w.action(m.v, scale)
		e.fe = c.modelError(scale)
		out.energy = e
		A := math.Abs(out.total())
		for q := range sc {
			sc[q] = max(math.Abs(c.g[p.nx+q]), 1e-300)
			if d := math.Abs(c.dx[p.nx+q]); d > 0 {
				sc[q] = max(sc[q]/d, 1e-12)
			}
		}
		m0 := c.merit(m.v, sc)
		done := out.pred <= o.tol*A && (out.steps > 0 || math.Abs(gap) <= o.tol*A)
		near := out.pred <= 1e-6*A // else the action is rounding
		switch {
		case reuse && !near:
			reuse = false
			continue
		case near && out.steps > 0 && full && !reuse:
			// Of full steps each contracts by the square of the one before, and
			// what they change is quadratic in them: the next is not worth the
			// factors that would tell so.
			r := out.pred / last
			done = done || out.pred*r*r <= o.tol*A && r < 1e-2
		case near && o.once && !reuse:
			done = true
		}
		alpha := 1.0
		for {
			if alpha == 1 {
				p.move(c.tv, m.v, c.dx, c.fix, c.hold)
			} else {
				for i, x := range m.v {
					c.tv[i] = x + alpha*c.dx[i]
				}
				p.project(c.tv)
			}
			for i, l := range c.lam {
				c.tl[i] = l + alpha*c.dl[i]
			}
			if done {
				break
			}
			c.gradients(w, c.tv, c.tl, scale, nil)
			m1, least := c.merit(c.tv, sc), 1e-24*c.sigma*float64(p.nv)
			if reuse {
				// Steps with old factors cost little, and are taken until
				// rounding, not they, says what is left.
				done = !(m1 < 0.01*m0)
				break
			}
			if alpha == 1 && m0 <= least && m1 > 0.1*m0 {
				out.converged = true // also where there is no action left to compare with
				return out
			}
			if m1 < (1-0.1*alpha)*m0 || m1 <= least {
				break
			}
			// At the level of rounding the merit no longer falls.
			if alpha == 1 && out.pred < 1e-9*A && out.pred > 0.1*last {
				out.converged = true
				return out
			}
			w.stats.Rejected++
			alpha *= 0.5
			if alpha < 1e-3 {
				return fail(ode.ErrNoDescent, "no decrease of the residuals in the costate form; approach a large Rf in smaller steps")
			}
		}
		last, full, known = out.pred, alpha == 1, !done
		copy(m.v, c.tv)
		copy(c.lam, c.tl)
		out.steps++
		w.stats.Steps++
		if done {
			e := w.action(m.v, scale)
			e.fe = c.modelError(scale)
			out.energy, out.converged = e, true
			return out
		}
		if out.steps >= o.maxIter {
			return fail(ErrSteps, fmt.Sprintf("not converged; predicted change %.3g", out.pred))
		}
	}
}

// warmCostates takes the costates from the residuals of the current path.
func (m *minimiser) warmCostates(scale float64) {
	p, w, c := m.p, m.w, m.c
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, m.v)
		w.residuals(m.v)
		w.costates(scale)
	}
	copy(c.lam, w.lam)
}

// approach goes towards a large Rf in the state form, from the weight of the
// measurements up to limit times it, by factors of ten; Rf = +Inf takes the
// same way. The costates are left in m.c, if there is one.
func (m *minimiser) approach(ctx context.Context, scale, limit float64, o newtonOptions) outcome {
	p, w := m.p, m.w
	full := p.stiffness(scale)
	var out outcome
	defer func() { w.caps = nil }()
	o.tol = max(o.tol, 1e-8)
	for r := 1.0; ; r *= 10 {
		sub := scale
		if !p.allInf {
			sub *= min(1, r/full)
		}
		if p.hasInf {
			w.caps = m.weak(r)
		}
		out = w.minimise(ctx, m.fronts(), m.v, sub, o, &m.lm)
		if out.err != nil {
			return out
		}
		if r >= limit || !p.hasInf && r >= full {
			if m.c != nil {
				m.warmCostates(sub)
			}
			return out
		}
	}
}

// weak returns values of Rf, for the components whose own is +Inf, that hold the
// model r times as firmly as the measurements hold the path, every component in
// units of its size.
func (m *minimiser) weak(r float64) []float64 {
	p := m.p
	xi, sigma := p.sizes(m.v)
	caps := make([]float64, p.D)
	for d := range caps {
		caps[d] = math.Inf(1)
		if math.IsInf(p.rf[d], 1) {
			caps[d] = r * p.s[0] * sigma / (xi[d] * xi[d])
		}
	}
	return caps
}
