package shooting

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// Single solves boundary value problems by single shooting: Newton's method
// for the initial values (and parameters) from which the conditions hold at
// the end. It is there for comparison. An error e of the initial values is one
// of growth·e at the end, so it fails where Solver does not; its *Error says
// how large the growth is and how many digits that leaves.
//
// The fields are those of Solver; Growth, Segments and MaxSegments have no
// meaning.
type Single Solver

// Solve solves p. Its results are those of Solver.Solve.
func (s *Single) Solve(ctx context.Context, p *ode.BVP) (*ode.Solution, error) {
	all := Solver(*s)
	all.Segments = 1
	r, err := newRun(&all, p)
	if err != nil {
		return r.finish(ctx, err)
	}
	r.ctx = ctx
	guess := r.firstGuess()
	if err := r.plan(ctx, guess); err != nil {
		return r.finish(ctx, err)
	}
	r.fill(guess)
	o := &oneShot{run: r}
	return r.finish(ctx, o.solve(ctx))
}

// oneShot is a run whose unknowns z are the initial values and the parameters
// only; the nodes follow from them.
type oneShot struct {
	*run
	z, a    []float64
	v       []float64 // derivatives of the nodes with respect to z
	piv     []int
	largest float64 // growth over the interval
	growthT float64 // where it was reached
	failed  error   // of an integration
}

func (o *oneShot) solve(ctx context.Context) error {
	n, m := o.p.Dim, o.p.Params
	cols := n + m
	o.z, o.a, o.piv = make([]float64, cols), make([]float64, cols*cols), make([]int, cols)
	o.v = make([]float64, len(o.t)*n*cols)
	copy(o.z, o.x[:n])
	copy(o.z[n:], o.q(o.x))
	nw := newton.Solver{Tol: 0.03, MaxSteps: o.s.newtonSteps(), MinDamping: o.s.minDamping()}
	nw.Trace = func(s newton.Step) {
		o.trace(Progress{Stage: "newton", Segments: o.pieces(), Step: s.Number, Damping: s.Damping,
			Correction: s.Correction, Contraction: s.Contraction, Growth: o.largest})
	}
	np := newton.Problem{
		Residual: func(dst, z []float64) { o.march(z, false); o.cond.values(dst, o.x, o.run) },
		Factor:   o.factorDense,
		Solve: func(dst, b []float64) {
			copy(dst, b)
			linalg.LUSolve(o.a, cols, o.piv, dst, 1)
		},
		Rescale: func(z, d []float64) { o.weighInitial(z, d) },
		Norm: func(d []float64) float64 {
			big := 0.0
			for i, v := range d {
				w := 0.0
				if i < n {
					w = o.wy[i]
				} else {
					w = o.wp[i-n]
				}
				if q := math.Abs(v) / w; q > big || math.IsNaN(q) {
					big = q
				}
			}
			return big
		},
	}
	for {
		o.measure(o.x)
		o.setTolerances()
		res, err := nw.Solve(ctx, &np, o.z)
		o.stats.Newton += res.Steps
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.march(o.z, true)
		if err != nil && !(errors.Is(err, newton.ErrNoDescent) && res.Correction <= 0.1) {
			return o.explainGrowth(err)
		}
		if o.failed != nil {
			return o.explainGrowth(o.failed)
		}
		if o.rescaled() {
			continue
		}
		done, err := o.refine(ctx)
		if err != nil {
			return o.explainGrowth(err)
		}
		if done {
			if epsilon*o.largest > o.s.rtol() {
				// However well it looks: nothing but luck stands behind it.
				return o.explainGrowth(ode.ErrIllConditioned)
			}
			return nil
		}
	}
}

// march integrates from z through all nodes, with derivatives or without.
func (o *oneShot) march(z []float64, derivatives bool) {
	r, n := o.run, o.p.Dim
	cols := n + r.p.Params
	in := r.integrator(1)
	if derivatives {
		in.SensitivityTol = r.sens
	}
	copy(r.x[:n], z[:n])
	copy(r.q(r.x), z[n:])
	o.failed = nil
	if derivatives {
		o.largest, o.growthT = 0, r.p.Start
		clear(o.v[:n*cols])
		for i := range n {
			o.v[i*cols+i] = 1
		}
	}
	for k := range r.seg {
		sg := &r.seg[k]
		next := r.node(r.x, k+1)
		if r.kind[k] != flow {
			r.jump(sg, r.kind[k], r.node(r.x, k), r.q(r.x), derivatives)
		} else if derivatives {
			clear(sg.area)
			clear(sg.peak)
			last := r.t[k]
			v, err := in.VariationUntil(r.ctx, r.ivp(r.x, k), func(t float64, y, v []float64) bool {
				for c, u := range y {
					sg.area[c] += math.Abs(u) * (t - last)
					sg.peak[c] = max(sg.peak[c], math.Abs(u))
				}
				last = t
				if g := r.balanced(v, cols); !(g <= o.largest) {
					o.largest, o.growthT = g, t
				}
				return false
			})
			r.count(v.Solution)
			o.note(err)
			copy(sg.v, v.Matrix[len(v.Matrix)-len(sg.v):])
			copy(sg.end, v.Node(len(v.T)-1))
		} else {
			sol, err := in.Solve(r.ctx, r.ivp(r.x, k))
			r.count(sol)
			o.note(err)
			copy(sg.end, sol.Node(len(sol.T)-1))
		}
		if o.failed != nil {
			for c := range sg.end {
				sg.end[c] = math.NaN()
			}
		}
		copy(next, sg.end)
		if derivatives {
			// d next/dz = V d node/dz + [0 | d end/dp].
			from, to := o.v[k*n*cols:(k+1)*n*cols], o.v[(k+1)*n*cols:(k+2)*n*cols]
			for i := range n {
				row := to[i*cols : (i+1)*cols]
				clear(row)
				copy(row[n:], sg.v[i*cols+n:(i+1)*cols])
				for l, a := range sg.v[i*cols : i*cols+n] {
					for j, b := range from[l*cols : (l+1)*cols] {
						row[j] += a * b
					}
				}
			}
			if g := r.balanced(to, cols); !(g <= o.largest) {
				o.largest, o.growthT = g, r.t[k+1]
			}
		}
	}
}

func (o *oneShot) note(err error) {
	if err != nil && o.failed == nil {
		o.failed = err
	}
}

func (o *oneShot) factorDense(z []float64) error {
	o.march(z, true)
	if o.failed != nil {
		return o.failed
	}
	n, m := o.p.Dim, o.p.Params
	cols := n + m
	c := o.cond
	c.gather(o.x, o.run)
	c.differentiate(o.q(o.x), o.run)
	for i := range cols {
		row := o.a[i*cols : (i+1)*cols]
		clear(row)
		copy(row[n:], c.dq[i*m:(i+1)*m])
		for k := range c.ys {
			v := o.v[o.at[k]*n*cols:]
			for l, a := range c.dy[k][i*n : (i+1)*n] {
				for j, b := range v[l*cols : (l+1)*cols] {
					row[j] += a * b
				}
			}
		}
	}
	o.stats.Factorisations++
	if j := linalg.LU(o.a, cols, o.piv); j >= 0 {
		return fmt.Errorf("%w: no pivot for unknown %d of %d", ode.ErrSingular, j+1, cols)
	}
	return nil
}

// weighInitial sets the weights of the unknowns as weigh does those of the nodes.
func (o *oneShot) weighInitial(z, d []float64) {
	rtol := o.s.rtol()
	_, fine := o.precision(1)
	for c := range o.p.Dim {
		v := max(math.Abs(z[c]), math.Abs(d[c]))
		w := rtol*(v+o.mean[c]) + o.s.atol(c) + 64*epsilon*(o.peak[c]+o.coupling[c])
		o.wy[c] = max(w, 10*fine*o.tol[c], 0x1p-900)
	}
	for j := range o.wp {
		o.wp[j] = o.paramWeight(j, max(math.Abs(z[o.p.Dim+j]), math.Abs(d[o.p.Dim+j])))
	}
}

// explainGrowth adds to the reason of a failure what the growth means for it.
func (o *oneShot) explainGrowth(err error) error {
	e, ok := o.explain(err).(*Error)
	if !ok {
		return err
	}
	g := o.largest
	e.Op = "single shooting: " + e.Op
	if e.Growth = g; g > 0 {
		digits := -math.Log10(epsilon * g)
		switch {
		case digits < 0:
			e.Status = ode.IllConditioned
			e.Try = fmt.Sprintf("a rounding error of the initial values is %.2g times the solution at t = %.4g: no digit is left; "+
				"use multiple shooting or collocation", epsilon*g, o.growthT)
		case epsilon*g > o.s.rtol():
			e.Status = ode.IllConditioned
			e.Try = fmt.Sprintf("rounding of the initial values leaves %.1f digits at t = %.4g; use multiple shooting or collocation",
				digits, o.growthT)
		}
		if e.Status == ode.IllConditioned && !errors.Is(e.Err, ode.ErrIllConditioned) {
			e.Err = fmt.Errorf("%w: %w", ode.ErrIllConditioned, e.Err)
		}
		e.Growth = g
	}
	return e
}
