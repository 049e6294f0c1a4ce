package collocation

import (
	"context"
	"errors"
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// firstMesh returns the mesh to begin on.
func (r *run) firstMesh() *mesh {
	s := r.s
	switch {
	case s.Mesh != nil:
		return through(r.p, s.Mesh)
	case s.Guess != nil && len(s.Guess.T) > 2:
		if _, own := s.Guess.Inner.(*piecewise); !own {
			// The steps of an integrator are many and short.
			return through(r.p, thinned(s.Guess.T, 100))
		}
		return through(r.p, s.Guess.T)
	case s.Intervals > 0:
		return uniform(r.p, s.Intervals)
	}
	return uniform(r.p, 20)
}

// settle improves the iterate and the mesh until the error estimate is within
// the tolerance. The iterate is placed; begun says that it is a guess.
func (r *run) settle(ctx context.Context, begun bool) error {
	retries := 0
	r.converged = false
	for {
		err := r.newton(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.misjudged() {
			m, guess := r.main.mesh, r.guess
			if !begun || r.converged {
				guess = r.solution()
			}
			r.repair()
			r.place(m)
			r.begin(guess)
			continue
		}
		switch {
		case err == nil:
			retries = 0
			r.converged, r.bold = true, false
		case r.converged && retries < 2:
			// The mesh was too different from the last one on which the
			// iteration converged: divide that instead.
			retries++
			m := r.last.mesh.halved(r.p, 1+retries)
			if m.intervals() > r.maxMesh() {
				return r.explain(err)
			}
			r.place(m)
			r.transfer(r.last.tb, r.last.mesh, r.last.x)
			continue
		default:
			if e := r.collapsed(r.main, failing); e != nil {
				return e
			}
			return r.explain(err)
		}
		done, err := r.refine()
		if done || err != nil {
			return err
		}
	}
}

// refine estimates the error of a converged iterate, and places it on a better
// mesh unless that is not needed.
func (r *run) refine() (done bool, err error) {
	err = r.estimate()
	r.stats.Meshes++
	z := &r.sum
	old := r.main.mesh
	if r.misjudged() {
		return false, nil // settle sees to it
	}
	if err != nil || math.IsNaN(z.ratio) {
		// The right-hand side has no values where one more stage needs them, or the
		// matrix is singular that it gives.
		if r.stats.Meshes-r.bestAt >= patience || 2*old.pieces() > r.maxMesh() {
			if err != nil && linalg.Finite(r.f[:r.est.nx]) {
				return false, r.explain(err)
			}
			return false, &Error{Status: ode.NotFinite, Op: "error estimate", Intervals: old.pieces(), Component: -1, T: old.t[0],
				Err: ode.ErrNotFinite, Try: "the right-hand side must have values all along the solution"}
		}
		r.last.mesh, r.last.tb = old, r.main.tb
		r.last.x = append(r.last.x[:0], r.x...)
		r.place(old.halved(r.p, 2))
		r.transfer(r.tb[0], old, r.last.x)
		return false, nil
	}
	if err := r.collapsed(r.est, negligible); err != nil {
		return false, err
	}
	if t := r.s.Trace; t != nil {
		t(Progress{Stage: "mesh", Intervals: old.pieces(), Ratio: z.ratio, T: z.where, Component: z.component})
	}
	r.ratio = z.ratio
	if r.witness != nil && z.ratio <= 5 && r.confirmed() {
		if err := r.approve(); err == nil || r.stats.Meshes-r.doubtedAt > 3 {
			if z.ratio > 1 { // rounding may raise the estimate above that of the witness
				r.answer = r.witness
			}
			return true, err
		}
	}
	if r.witness != nil && r.stats.Meshes-r.doubtedAt > 3 {
		return false, r.indefinite("comparison of meshes", r.condition().Kappa1 > 1e4)
	}
	if z.ratio <= 1 {
		if err := r.determined(); err != nil || !r.doubtful() {
			return true, err
		}
		if 2*old.pieces() > r.maxMesh() {
			return false, r.indefinite("comparison of meshes", r.condition().Kappa1 > 1e4)
		}
		r.doubts++
		if r.witness == nil {
			r.doubtedAt = r.stats.Meshes
		}
		r.witness = r.solution()
		r.last.mesh, r.last.tb = old, r.main.tb
		r.last.x = append(r.last.x[:0], r.x...)
		r.place(old.halved(r.p, 2))
		r.transfer(r.tb[1], old, r.x1)
		r.restart()
		return false, nil
	}
	if z.ratio < r.best/2 {
		r.best, r.bestAt = z.ratio, r.stats.Meshes
	} else if stuck := r.stats.Meshes - r.bestAt; stuck >= patience {
		return false, r.meshLimit()
	} else if stuck >= 2 && z.node > 0.01*z.ratio {
		if err := r.condemn(epsilon / r.rtol); err != nil {
			return false, err
		}
	}
	finer, density, total := r.adapt()
	if limit := float64(r.maxMesh()); total > limit {
		if old.pieces() >= r.maxMesh() {
			return false, r.meshLimit()
		}
		for i := range density {
			density[i] *= limit / total
		}
	}
	r.last.mesh, r.last.tb = old, r.main.tb
	r.last.x = append(r.last.x[:0], r.x...)
	next := finer.equidistribute(r.p, density)
	if r.crowded(next, total) {
		was := r.tb[1]
		r.stage(was.s)
		for i := range density {
			density[i] /= stageGain
		}
		r.place(finer.equidistribute(r.p, density))
		r.transfer(was, old, r.x1)
		return false, nil
	}
	if !r.anticipated && z.ratio*r.rtol > coarse {
		r.anticipated = true
		if places := r.anticipate(); places != nil && len(places) < r.maxMesh() {
			next = through(r.p, places)
		}
	}
	r.place(next)
	if z.ratio*r.rtol > coarse {
		r.transfer(r.tb[0], old, r.last.x)
	} else {
		r.transfer(r.tb[1], old, r.x1)
	}
	return false, nil
}

// stageGain is how many times as many intervals a stage more stands for.
const stageGain = 1.5

// crowded reports whether one more stage is better than the next mesh: where jumps
// are so many that the piece between two of them is one interval, a mesh that is a
// little finer has twice as many.
func (r *run) crowded(next *mesh, total float64) bool {
	const excess = 1.2
	return r.s.Stages == 0 && r.tb[1].s <= maxStages && r.sum.ratio*r.rtol < 1e-3 &&
		next.pieces() > r.main.mesh.pieces() && float64(next.pieces()) > excess*total
}

// patience is the number of meshes that may pass without the error estimate
// falling to half of its least value so far.
const patience = 8

// finish makes the solution and sets its status.
func (r *run) finish(ctx context.Context, err error) (*ode.Solution, error) {
	sol := r.answer
	if sol == nil || err != nil {
		sol = r.solution()
	}
	sol.Stats = r.stats
	sol.Err = err
	if err != nil {
		sol.Warnings = nil // the error says more
	}
	var e *Error
	switch {
	case err == nil:
		sol.Status = ode.Solved
	case ctx.Err() != nil:
		sol.Status = ode.Cancelled
	case errors.As(err, &e):
		e.sys = &r.p0.System
		sol.Status = e.Status
	}
	return sol, err
}

// maxMesh is the largest mesh allowed now. On the way of a continuation, where
// the tolerance is loose, a member that needs many intervals is a step too
// far. The default is lower where the factors would not fit into a gigabyte.
func (r *run) maxMesh() int {
	limit := r.s.maxMesh()
	if r.s.MaxMesh == 0 {
		st, ns := r.st, r.main.ns
		each := ns*(ns+st.nd+st.np) + 4*st.nd*(2*st.nd+st.np)
		limit = min(limit, max(200, 1<<27/each))
	}
	if r.hurried {
		limit = min(limit, 1000)
	}
	return limit
}
