package shooting

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/ode"
)

// refine estimates the error of a converged iterate; if it is above the
// tolerance it tightens the integration, and when rounding bounds what can be
// asked of a step it takes shorter ones.
func (r *run) refine(ctx context.Context) (done bool, err error) {
	ratio, t, comp, err := r.estimate(ctx)
	if err != nil {
		return false, r.explain(err)
	}
	r.stats.Meshes++
	r.trace(Progress{Stage: "estimate", Segments: r.pieces(), Growth: r.worstGrowth(), Ratio: ratio, T: t, Component: comp})
	if rounding := r.rounding(); rounding > 10 || rounding > 1 && ratio > 1 && r.tau <= 5e-15 {
		return false, r.error(&Error{Status: ode.IllConditioned, Op: "estimating the error", T: t, Component: comp, Value: r.at0(t, comp),
			Err: fmt.Errorf("%w: rounding errors alone are worth %.2g tolerances", ode.ErrIllConditioned, rounding),
			Try: "the problem has no answer to this tolerance in double precision"})
	}
	if ratio <= 1 {
		return true, nil
	}
	if r.adaptive() {
		if r.tau <= leastTau && !r.careful {
			r.careful = true
			return false, nil
		}
		if r.tau <= leastTau {
			return false, r.error(&Error{Status: ode.IllConditioned, Op: "refining", T: t, Component: comp, Value: r.at0(t, comp),
				Err: fmt.Errorf("%w: the error is %.2g tolerances at the tightest integration", ode.ErrIllConditioned, ratio),
				Try: "loosen the tolerance"})
		}
		r.tau = max(r.tau*max(0.3/ratio, 1e-4), leastTau)
		return false, nil
	}
	if r.step < (r.p.End-r.p.Start)*1e-7 {
		return false, r.error(&Error{Status: ode.MeshLimit, Op: "refining the step", T: t, Component: comp, Value: r.at0(t, comp),
			Err: ode.ErrMeshLimit, Try: "loosen the tolerance, or use a method of higher order"})
	}
	r.step *= min(0.5, max(0.05, math.Pow(0.5/ratio, 1/float64(r.method.Order()))))
	return false, nil
}

func (r *run) at0(t float64, c int) float64 {
	if c < 0 || c >= r.p.Dim {
		return 0
	}
	return r.solution().At(nil, t)[c]
}

// estimate compares the solution with one integrated a hundred times as
// accurately (or with half the step): the gaps that this leaves at the nodes
// are propagated by the linearised matching conditions to all nodes, and the
// segments are integrated from the nodes so corrected. The difference at and
// between the mesh points is the error. It returns the largest ratio to the
// tolerance, its place and component.
func (r *run) estimate(ctx context.Context) (ratio, where float64, comp int, err error) {
	r.ctx = ctx
	if err := r.factorSurely(); err != nil {
		return 0, 0, 0, err
	}
	r.measure(r.x)
	r.couple()
	n, last := r.p.Dim, len(r.t)-1
	fine := r.trajectory(0.01)
	r.shoot(fine, r.x, false)
	for k := range r.seg {
		if err := r.seg[k].err; err != nil {
			return 0, 0, 0, err
		}
	}
	f, d := make([]float64, len(r.x)), make([]float64, len(r.x))
	r.gaps(f, r.x)
	r.residuals(f[last*n:])
	r.solveLinear(d, f)
	if err := r.record(ctx); err != nil {
		return 0, 0, 0, err
	}
	x1 := make([]float64, len(r.x))
	for i := range x1 {
		x1[i] = r.x[i] - d[i]
	}
	better, err := r.pieceSolutions(fine, x1)
	if err != nil {
		return 0, 0, 0, err
	}
	r.abs, r.absP = make([]float64, n), make([]float64, r.p.Params)
	comp = -1
	note := func(e, w, t float64, c int) {
		if q := e / w; q > ratio || math.IsNaN(q) {
			ratio, where, comp = q, t, c
		}
	}
	for j := range r.absP {
		r.absP[j] = math.Abs(r.q(d)[j])
		note(r.absP[j], r.paramWeight(j, math.Abs(r.q(r.x)[j])), r.p.Start, n+j)
	}
	y, y1 := make([]float64, n), make([]float64, n)
	rtol := r.s.rtol()
	for k, sol := range r.recorded {
		if sol == nil {
			continue
		}
		for i := range sol.T[1:] {
			for _, theta := range []float64{0, 0.5, 1} {
				t := sol.T[i] + theta*(sol.T[i+1]-sol.T[i])
				if theta == 0 {
					copy(y, sol.Node(i))
				} else {
					sol.Inner.Value(y, i, theta)
				}
				better[k].At(y1, t)
				for c := range n {
					e := math.Abs(y[c] - y1[c])
					if e > r.abs[c] || math.IsNaN(e) {
						r.abs[c] = e
					}
					if e > 0 {
						note(e, r.floor(c)+rtol*math.Abs(y[c]), t, c)
					}
				}
			}
		}
	}
	return ratio, where, comp, nil
}

// factorSurely factors F'(x) with derivatives accurate enough that their errors
// cannot hide how near to singular it is. Errors d of the derivatives either
// show, as a condition of about 1/d, or they mend a singular system, and then
// the condition changes when they are made smaller: so the derivatives are
// computed a hundred times as accurately until neither happens.
func (r *run) factorSurely() error {
	n := r.p.Dim
	cols := n + r.p.Params
	var before [][]float64
	kappa := 0.0
	sens, tight, patience := r.sens, r.tight, r.patience
	for {
		steps := r.stats.Steps
		if err := r.factor(r.x); err != nil {
			if before == nil || !errors.Is(err, ode.ErrStepLimit) && !errors.Is(err, ode.ErrStepSize) {
				return err
			}
			// Where the right-hand side is noisy derivatives cannot be had as
			// accurately as that. Nor need they be, if those before were good
			// enough for the condition found: no error as small as theirs
			// leads from it to a singular system.
			if r.sens, r.tight, r.patience = sens, tight, patience; !(kappa*sens < 1e-3) {
				return r.doubtful(1)
			}
			r.sure = true
			if err := r.factor(r.x); err != nil {
				return err
			}
			r.measure(r.x)
			r.weigh(r.x, r.x)
			return nil
		}
		r.measure(r.x)
		r.couple()
		r.weigh(r.x, r.x)
		for i := range r.wy {
			if c := i % n; r.vanishes(c) {
				r.wy[i] = max(r.wy[i], r.s.rtol()*r.coupling[c])
			}
		}
		if !r.adaptive() || r.sure {
			return nil // the derivatives of a fixed-step method are exact
		}
		change := func(i int) float64 {
			k, c := i/n, i%n
			size := 0.0
			for j := range n {
				x := math.Abs(r.x[k*n+j])
				v := r.seg[k].v[c*cols+j]
				if before == nil {
					size = max(size, r.sens*math.Abs(v)*x)
				} else {
					size = max(size, math.Abs(v-before[k][c*cols+j])*x)
				}
			}
			return size
		}
		doubt := r.perturb(change) * r.s.rtol()
		last := kappa
		kappa = r.conditioning().Kappa
		if doubt < 0.1 && before != nil && kappa < 3*last {
			r.sure = true
			return nil
		}
		if r.sens <= 1e-12 {
			return r.doubtful(doubt)
		}
		sens, tight, patience = r.sens, r.tight, r.patience
		r.sens = max(r.sens*1e-2, 1e-12)
		r.tight *= 1e-2
		r.patience = 3*(r.stats.Steps-steps) + 1000
		before = before[:0]
		for k := range r.seg {
			before = append(before, append([]float64(nil), r.seg[k].v...))
		}
	}
}

// doubtful is the error of a system that may be singular for all that can be
// known.
func (r *run) doubtful(doubt float64) error {
	return r.error(&Error{Status: ode.IllConditioned, Op: "estimating the error", T: r.p.Start, Component: -1, Value: doubt,
		Err: fmt.Errorf("%w: the derivatives of the segments cannot be had accurately enough to tell it from a singular one", ode.ErrIllConditioned),
		Try: "the problem has no unique answer in double precision"})
}

// residuals notes the largest residual of the conditions g, relative to the
// terms that cancel in them.
func (r *run) residuals(g []float64) {
	n, m := r.p.Dim, r.p.Params
	r.resid = 0
	for i, v := range g {
		size := 0.0
		for k, pt := range r.cond.touch[i] {
			y := r.node(r.x, r.at[pt])
			for c, a := range r.abd.Condition(i, k)[:n] {
				if a != 0 {
					size += math.Abs(a) * max(math.Abs(y[c]), r.mean[c])
				}
			}
		}
		for j, a := range r.abd.ConditionBorder(i)[:m] {
			size += math.Abs(a * r.q(r.x)[j])
		}
		if size == 0 {
			size = 1
		}
		r.resid = max(r.resid, math.Abs(v)/size)
	}
}

// rounding estimates the effect of rounding errors in the matching conditions
// on the solution, in tolerances.
func (r *run) rounding() float64 { return r.effect(epsilon/2, 0) }

// hopeless says whether the system factored last was so ill-conditioned that
// rounding errors in it are worth a thousand tolerances.
func (r *run) hopeless() bool { return r.factored && !(r.rounding() < 1e3) }

// noise estimates the effect of the errors of integration, as large as its
// tolerances allow, on the solution, in tolerances.
func (r *run) noise() float64 { return r.effect(r.precision(1)) }

// effect returns the effect on the solution of errors of the ends of all
// segments, rel and abs relative to values and to sizes.
func (r *run) effect(rel, abs float64) float64 {
	n := r.p.Dim
	r.weigh(r.x, r.x)
	return r.perturb(func(i int) float64 {
		return rel*max(math.Abs(r.x[n+i]), math.Abs(r.x[i])) + abs*r.tol[i%n]
	})
}

// perturb returns the largest effect on the solution, in Newton's norm, of
// errors of the given size in the matching conditions, for a few patterns of
// signs.
func (r *run) perturb(size func(i int) float64) float64 {
	n, m, last := r.p.Dim, r.p.Params, len(r.t)-1
	signs := newSigns()
	b := make([]float64, last*n*patterns)
	for k := range patterns {
		for i := range last * n {
			b[i*patterns+k] = signs.next() * size(i)
		}
	}
	y, q := make([]float64, (last+1)*n*patterns), make([]float64, m*patterns)
	r.stats.Solves += patterns
	r.abd.SolveMany(y, q, b, make([]float64, (n+m)*patterns), patterns)
	worst := 0.0
	d := make([]float64, len(r.x))
	for k := range patterns {
		for i := range d {
			if j := i - (last+1)*n; j < 0 {
				d[i] = y[i*patterns+k]
			} else {
				d[i] = q[j*patterns+k]
			}
		}
		if q := r.norm(d); q > worst || math.IsNaN(q) {
			worst = q
		}
	}
	return worst
}
