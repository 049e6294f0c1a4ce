package collocation

import (
	"context"
	"fmt"
	"math"

	"costate/ode"
)

// Continuation is a family of problems in one parameter, whose last member is
// the problem to be solved. The interval may depend on the parameter; the
// numbers of components, conditions and jumps may not.
type Continuation struct {
	From float64 // parameter of a problem that can be solved from its guess
	To   float64 // parameter of the problem to be solved

	// Problem returns the member of the family with parameter lambda; nil: there
	// is none.
	Problem func(lambda float64) *ode.BVP

	// Linear makes steps equal differences of the parameter. Otherwise, if
	// From and To have the same sign, they are equal factors: layers
	// sharpen by ratios.
	Linear bool
}

// lambda returns the parameter at the fraction sigma of the way.
func (c *Continuation) lambda(sigma float64) float64 {
	switch {
	case sigma >= 1:
		return c.To
	case c.Linear || c.From*c.To <= 0:
		return c.From + sigma*(c.To-c.From)
	}
	return c.From * math.Pow(c.To/c.From, sigma)
}

const (
	// looseTol is the tolerance on the way: enough for the mesh to follow.
	looseTol = 1e-3
	// minStep is the least fraction of the way that a step may be.
	minStep = 1e-4
	// maxTries is the number of steps that may fail in all.
	maxTries = 40
	// quick is the number of Newton steps up to which the next step doubles.
	quick = 8
)

// follow solves the members of the family from From to To, each from the
// solution of the one before it. Their mesh and solution are carried along at
// a loose tolerance; only the last is solved to the one asked for. The predictor
// is Newton's first correction at the next member: to first order it is the step
// along the tangent, which made separately would be made twice. (Secants through
// two members gain nothing where layers sharpen.)
func (r *run) follow(ctx context.Context, c *Continuation) error {
	r.brake = 0.1 // a shorter step costs less
	return r.followFrom(ctx, c, nil)
}

// followFrom does so from a solution of the first member; nil: from its guess.
func (r *run) followFrom(ctx context.Context, c *Continuation, guess *ode.Solution) error {
	tol := r.rtol
	defer func() { r.rtol, r.hurried = tol, false }()
	r.rtol = max(tol, looseTol)
	first := c.Problem(c.From)
	if first == nil {
		return fmt.Errorf("continuation from %v: there is no such problem", c.From)
	}
	r.enter(first)
	m0 := uniform(r.p, 20)
	if guess != nil {
		m0 = through(r.p, guess.T)
	}
	if err := r.direct(ctx, m0, guess, false); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return prefixed(fmt.Sprintf("continuation from %.8g", c.From), err)
	}
	r.hurried = true
	sigma, step, tries := 0.0, 0.25, 0
	m, x := r.main.mesh, append([]float64(nil), r.x...)
	for sigma < 1 {
		next := min(1, sigma+step)
		if next > 1-1e-9 {
			next = 1
		}
		lambda := c.lambda(next)
		before := r.stats.Newton
		err := fmt.Errorf("there is no problem at %v", lambda)
		if p := c.Problem(lambda); p != nil {
			r.enter(p)
			r.place(m.mapped(r.p))
			copy(r.x, x)
			r.restart()
			err = r.settle(ctx, false)
		}
		if t := r.s.Trace; t != nil {
			t(Progress{Stage: "continuation", Parameter: lambda, Intervals: r.main.mesh.pieces(), Ratio: r.sum.ratio,
				Step: r.stats.Newton - before, Contraction: step})
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			step /= 3
			if tries++; step < minStep || tries > maxTries {
				lambda := c.lambda(sigma)
				r.enter(c.Problem(lambda))
				r.place(m.mapped(r.p))
				copy(r.x, x)
				return stopped("continuation", lambda, r.solution(), c, err)
			}
			continue
		}
		if r.stats.Newton-before <= quick {
			step *= 2
		}
		sigma = next
		m, x = r.main.mesh, append(x[:0], r.x...)
	}
	r.rtol, r.hurried = tol, false
	r.restart()
	return r.settle(ctx, false)
}

// restart forgets the errors of the meshes so far.
func (r *run) restart() {
	r.ratio, r.bestAt, r.best = 0, r.stats.Meshes, math.Inf(1)
}

// enter makes p the problem that is solved: another member of the family.
func (r *run) enter(p *ode.BVP) {
	r.p = p
	r.fld.sys = &p.System
	r.cond.bvp = p
	r.main.bvp, r.est.bvp = p, p
}

// mapped returns m with its fixed places moved to those of p, and the others
// moved along.
func (m *mesh) mapped(p *ode.BVP) *mesh {
	f, old := fixed(p), m.fixed
	if len(old) != len(f) {
		return m
	}
	var t []float64
	k := 0
	for i, v := range m.t {
		if i > 0 && v == m.t[i-1] {
			continue
		}
		for k+2 < len(old) && v >= old[k+1] {
			k++
		}
		switch v {
		case old[k]:
			v = f[k]
		case old[k+1]:
			v = f[k+1]
		default:
			v = f[k] + (f[k+1]-f[k])*(v-old[k])/(old[k+1]-old[k])
		}
		t = append(t, v)
	}
	return newMesh(p, t)
}
