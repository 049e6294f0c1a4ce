package collocation

import (
	"context"
	"errors"
	"sync"

	"costate/internal/newton"
	"costate/ode"
)

// run is one boundary value problem being solved: everything that is
// allocated once and lives through all meshes.
type run struct {
	s     *Solver
	p     *ode.BVP
	p0    *ode.BVP // the one to be solved, when p is another of its family
	st    *structure
	fld   *field
	cond  *conditions
	main  *discrete // s stages
	est   *discrete // s+1 stages, for the error
	tb    [2]*tableau
	store [2]*storage

	guess *ode.Solution // to begin from; nil: that of the problem
	*vectors
	went newton.Result // of Newton's last iteration
	np   newton.Problem

	peak, mean []float64 // size of each component: largest, mean of absolute values
	coupling   []float64 // size of what couples into each component, in one interval
	terms      []float64 // the same of all intervals together
	seen       []float64 // size at the guess: what is below its rounding unit is zero
	weak       []float64 // size below which an algebraic component hardly matters
	qsize      []float64 // size of each parameter
	qseen      []float64 // the same at the guess
	floorOf    []float64 // floor of each component, for floors

	sum       summary
	estimated *mesh // the mesh that sum is of
	stats     ode.Stats
	rtol      float64
	last      struct { // on which Newton's iteration converged last
		mesh *mesh
		tb   *tableau
		x    []float64
	}
	known  known   // condition of the problem
	best   float64 // least error over tolerance so far
	bestAt int     // and the mesh that had it
	ratio  float64 // error over tolerance on the mesh before; 0: none

	linear      bool          // one Newton step is exact
	analysed    bool          // structure looked for
	anticipated bool          // layers looked for in the Jacobians
	hurried     bool          // on the way of a continuation: give up early
	steps       int           // of Newton's iteration; 0: as the Solver says
	brake       float64       // damping that is too much on the way
	bold        bool          // Newton's iteration may go uphill
	doubts      int           // times that a finer mesh had to confirm the solution
	doubtedAt   int           // meshes when there was a witness first
	witness     *ode.Solution // what it has to agree with
	answer      *ode.Solution // the witness, when it was confirmed
	converged   bool          // on some mesh since settle began
}

// vectors are those that grow with the mesh. They are used again for the next
// problem.
type vectors struct {
	x  []float64 // the iterate on main.mesh
	x1 []float64 // the same with s+1 stages, then
	dx []float64 // its correction
	f  []float64
	nw newton.Solver
	wn []float64 // Newton's weights of y at the nodes
	wq []float64
}

var vectorsPool = sync.Pool{New: func() any { return new(vectors) }}

func newRun(s *Solver, p *ode.BVP) *run {
	r := &run{s: s, p: p, p0: p, rtol: s.rtol(), brake: 0.01}
	r.fld = &field{sys: &p.System, scale: make([]float64, p.Dim), pSize: make([]float64, p.Params)}
	r.cond = newConditions(p)
	r.linear = p.System.Linear && p.Boundary.Linear && p.Algebraic == 0
	for _, j := range p.Jumps {
		r.linear = r.linear && j.Linear
	}
	room := make(arena, 7*p.Dim+2*p.Params)
	r.floorOf = room.take(p.Dim)
	r.peak, r.mean = room.take(p.Dim), room.take(p.Dim)
	r.weak, r.seen = room.take(p.Dim), room.take(p.Dim)
	r.coupling, r.terms = room.take(p.Dim), room.take(p.Dim)
	r.qsize, r.qseen = room.take(p.Params), room.take(p.Params)
	r.vectors = vectorsPool.Get().(*vectors)
	r.store = [2]*storage{storages.Get().(*storage), storages.Get().(*storage)}
	for _, s := range r.store {
		for i := range s.scratch {
			s.scratch[i].calls, s.scratch[i].jacob = 0, 0
		}
	}
	r.setStructure(nil)
	r.np = newton.Problem{
		Residual: func(dst, x []float64) { r.main.residual(dst, x) },
		Factor:   func(x []float64) error { return r.main.factorAgain(x) },
		Solve:    func(dst, b []float64) { r.main.solve(dst, b) },
		Norm:     r.norm,
		Rescale:  r.rescale,
		Linear:   r.linear,
	}
	return r
}

// setStructure starts anew with the given links.
func (r *run) setStructure(next []int) {
	r.st = newStructure(&r.p.System, next)
	st := r.st
	r.stage(r.s.stages())
	size, qsize := ones(st.n), ones(st.np)
	for i, d := range []**discrete{&r.main, &r.est} {
		*d = &discrete{bvp: r.p, st: st, fld: r.fld, cond: r.cond, workers: r.s.workers(), stats: &r.stats,
			size: size, qsize: qsize, storage: r.store[i]}
	}
}

// stage sets the number of stages, for the meshes that are placed from now on.
func (r *run) stage(s int) {
	r.tb[0], r.tb[1] = tableauOf(s, r.st.maxDepth), tableauOf(s+1, r.st.maxDepth)
}

// release gives the storage back. Nothing of r may be used afterwards.
func (r *run) release() {
	for i, s := range r.store {
		storages.Put(s)
		r.store[i] = nil
	}
	r.main, r.est = nil, nil
	r.nw.Trace = nil
	vectorsPool.Put(r.vectors)
	r.vectors = nil
}

// arena hands out slices of one allocation.
type arena []float64

func (a *arena) take(n int) []float64 {
	s := (*a)[:n:n]
	*a = (*a)[n:]
	return s
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// place sets the mesh; x is then of the right length and not yet filled.
func (r *run) place(m *mesh) {
	r.main.reset(r.tb[0], m)
	r.x = resized(r.x, r.main.nx)
	r.f = resized(r.f, r.main.nx)
	r.wn = resized(r.wn, len(m.t)*r.st.nd)
	r.wq = resized(r.wq, r.st.np)
}

// newton solves on the present mesh, from r.x.
func (r *run) newton(ctx context.Context) error {
	r.measure(r.main, r.x)
	if !r.converged {
		r.look()
	}
	r.main.setSizes(r.fld.scale, r.fld.pSize)
	r.nw.Tol, r.nw.MaxSteps, r.nw.MinDamping = r.innerTol(), r.s.newtonSteps(), r.s.minDamping()
	if r.steps > 0 {
		r.nw.MaxSteps = min(r.nw.MaxSteps, r.steps)
	}
	if r.s.Continuation != nil && r.s.MinDamping == 0 {
		r.nw.MinDamping = familyDamping
	}
	r.nw.Bold = r.bold
	if r.bold {
		r.nw.MinDamping = 1.0 / 16
	}
	if r.hurried {
		r.nw.MaxSteps, r.nw.MinDamping = min(r.nw.MaxSteps, 15), max(r.nw.MinDamping, r.brake)
	}
	if t := r.s.Trace; t != nil {
		r.nw.Trace = func(st newton.Step) {
			t(Progress{Stage: "newton", Intervals: r.main.mesh.pieces(), Step: st.Number, Damping: st.Damping,
				Correction: st.Correction, Contraction: st.Contraction})
		}
	}
	f0 := r.stats.Factorisations
	res, err := r.nw.Solve(ctx, &r.np, r.x)
	r.went = res
	r.stats.Newton += res.Steps
	r.stats.Factorisations = f0 + res.Factorisations
	if err == nil || ctx.Err() != nil {
		return err
	}
	if errors.Is(err, newton.ErrNoDescent) && res.Correction <= 1 {
		return nil // rounding stops it within the tolerance
	}
	return err
}

// familyDamping is the damping below which the way through a family is shorter than
// the one straight ahead.
const familyDamping = 1e-3

// look notes the sizes at a guess, the largest of all that were tried: from one
// that has collapsed nothing would be seen to.
func (r *run) look() {
	for c, v := range r.peak {
		r.seen[c] = max(r.seen[c], v)
	}
	for c, v := range r.qsize {
		r.qseen[c] = max(r.qseen[c], v)
	}
}

// innerTol is Newton's tolerance in tolerances: a tenth of the error that the
// mesh can be expected to leave, which on the way of a continuation, on the
// mesh of the member before, is about one: what Newton's iteration left over
// would look like an error of the mesh, and refine it without need.
func (r *run) innerTol() float64 {
	if r.ratio > 0 || r.hurried {
		return min(max(0.02, 1e-3*r.ratio), 1e-4/r.rtol)
	}
	return min(max(0.02, 1e-5/r.rtol), 1e3)
}
