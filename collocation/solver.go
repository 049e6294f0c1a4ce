package collocation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// Solver solves boundary value problems by Gauss collocation on an adapted
// mesh. The zero value works; a Solver may be used by several goroutines.
type Solver struct {
	// Tol is the relative tolerance of every component: the error of y[c] at
	// any t is to be at most Tol (|y[c](t)| + mean of |y[c]|) + AbsTol. No
	// change of units changes what is asked for. [1e-6]
	Tol float64

	// AbsTol is added for every component, AbsTols[c] (Dim) for component c. [0]
	AbsTol  float64
	AbsTols []float64

	// Stages is the number of Gauss points per interval, 1 to 7; the order at
	// the mesh points is twice that. [by Tol: 3 to 7]
	Stages int

	// Intervals is the number of equal intervals of the first mesh. [20]
	Intervals int

	// Mesh is the first mesh, ascending; what lies outside the problem's
	// interval is ignored. nil: that of Guess, or Intervals equal ones.
	Mesh []float64

	// MaxMesh is the largest number of mesh intervals. [10000]
	MaxMesh int

	// Guess, a solution by any method, takes the place of the problem's
	// guess. [nil]
	Guess *ode.Solution

	// Continuation is the family of problems that the one to be solved is the
	// last member of. It is used only when the direct solution fails. [nil]
	Continuation *Continuation

	// NewtonSteps is the largest number of corrections on one mesh, damped
	// ones included. [40]
	NewtonSteps int

	// MinDamping is the damping below which Newton's iteration gives up. [1e-4]
	MinDamping float64

	// Workers is the number of goroutines that evaluate the problem's
	// functions; results do not depend on it. [GOMAXPROCS]
	Workers int

	// Trace is told what happens. [nil]
	Trace func(Progress)
}

// Progress is one event of a solution, for Trace: a Newton step, or a mesh
// with its error estimate, or a step of continuation.
type Progress struct {
	Stage       string // "newton", "mesh", "continuation"
	Intervals   int
	Step        int     // of Newton's iteration on this mesh
	Damping     float64 // of the step
	Correction  float64 // before damping, in tolerances
	Contraction float64
	Ratio       float64 // estimated error over tolerance
	T           float64 // where the error is largest
	Component   int     // of what component
	Parameter   float64 // of the continuation
}

func (s *Solver) rtol() float64 {
	if s.Tol > 0 {
		return s.Tol
	}
	return 1e-6
}

func (s *Solver) atol(c int) float64 {
	if c < len(s.AbsTols) {
		return s.AbsTol + s.AbsTols[c]
	}
	return s.AbsTol
}

func (s *Solver) stages() int {
	if s.Stages > 0 {
		return min(s.Stages, maxStages)
	}
	switch t := s.rtol(); {
	case t >= 1e-3:
		return 3
	case t >= 1e-5:
		return 4
	case t >= 1e-7:
		return 5
	case t >= 1e-9:
		return 6
	}
	return 7
}

func (s *Solver) workers() int {
	if s.Workers > 0 {
		return s.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (s *Solver) newtonSteps() int {
	if s.NewtonSteps > 0 {
		return s.NewtonSteps
	}
	return 40
}

func (s *Solver) minDamping() float64 {
	if s.MinDamping > 0 {
		return s.MinDamping
	}
	return 1e-4
}

func (s *Solver) maxMesh() int {
	if s.MaxMesh > 0 {
		return s.MaxMesh
	}
	return 10000
}

// Solve solves p. The solution is never nil: on failure it is the last
// iterate, with Status and Err; the error returned is Err, an *Error or that
// of ctx. It panics if p is not a well-formed problem.
func (s *Solver) Solve(ctx context.Context, p *ode.BVP) (*ode.Solution, error) {
	check(p)
	r := newRun(s, p)
	defer r.release()
	return r.finish(ctx, r.solve(ctx))
}

// firstMesh returns the mesh to begin on.
func (r *run) firstMesh() *mesh {
	s := r.s
	switch {
	case s.Mesh != nil:
		return through(r.p, s.Mesh)
	case s.Guess != nil && len(s.Guess.T) > 2:
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
		if begun && r.repair() {
			m := r.main.mesh
			r.place(m)
			r.begin(r.guess)
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
			if m.intervals() > r.s.maxMesh() {
				return r.explain(err)
			}
			r.place(m)
			r.transfer(r.main.tb, r.last.mesh, r.last.x)
			continue
		default:
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
	if err := r.estimate(); err != nil {
		return false, r.explain(err)
	}
	r.stats.Meshes++
	z := &r.sum
	old := r.main.mesh
	if t := r.s.Trace; t != nil {
		t(Progress{Stage: "mesh", Intervals: old.pieces(), Ratio: z.ratio, T: z.where, Component: z.component})
	}
	r.ratio = z.ratio
	if z.ratio <= 1 {
		return true, r.approve()
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
	density, total := r.adapt()
	if limit := float64(r.s.maxMesh()); total > limit {
		if old.pieces() >= r.s.maxMesh() {
			return false, r.meshLimit()
		}
		for i := range density {
			density[i] *= limit / total
		}
	}
	r.last.mesh = old
	r.last.x = append(r.last.x[:0], r.x...)
	r.place(old.equidistribute(r.p, density))
	if z.ratio*r.rtol > coarse {
		r.transfer(r.tb[0], old, r.last.x)
	} else {
		r.transfer(r.tb[1], old, r.x1)
	}
	return false, nil
}

// patience is the number of meshes that may pass without the error estimate
// falling to half of its least value so far.
const patience = 8

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

// repair undoes what analyse assumed if it did not hold, and says whether it
// had to.
func (r *run) repair() bool {
	bad := false
	if r.main.broken.Load() || r.est.broken.Load() {
		r.setStructure(nil)
		bad = true
	}
	if r.cond.broken {
		for i := range r.cond.used {
			for k := range r.cond.used[i] {
				r.cond.used[i][k] = true
			}
		}
		r.cond.collect()
		r.cond.broken = false
		bad = true
	}
	return bad
}

// finish makes the solution and sets its status.
func (r *run) finish(ctx context.Context, err error) (*ode.Solution, error) {
	sol := r.solution()
	sol.Err = err
	if r.sum.abs != nil {
		sol.Error = r.sum.abs
		sol.ParamError = r.sum.param
	}
	var e *Error
	switch {
	case err == nil:
		sol.Status = ode.Solved
	case ctx.Err() != nil:
		sol.Status = ode.Cancelled
	case errors.As(err, &e):
		sol.Status = e.Status
	}
	return sol, err
}

// Error is a failure to solve: what failed, where, with which number, and
// what to try. errors.Is finds the sentinel of its Status.
type Error struct {
	Status    ode.Status
	Op        string  // what was being done
	Intervals int     // of the mesh
	T         float64 // where it is worst
	Component int     // of what component, from 0; -1: of none
	Value     float64 // the number that failed
	Try       string  // what may help
	Err       error   // the cause, or the sentinel
}

func (e *Error) Error() string {
	s := fmt.Sprintf("collocation: %s: %v", e.Op, e.Err)
	if e.Component >= 0 {
		s += fmt.Sprintf(" (y%d near t = %.6g)", e.Component+1, e.T)
	}
	s += fmt.Sprintf(" on %d intervals", e.Intervals)
	if e.Try != "" {
		s += "; " + e.Try
	}
	return s
}

// Unwrap returns the sentinel of the status and the cause.
func (e *Error) Unwrap() []error { return []error{sentinel(e.Status), e.Err} }

func sentinel(s ode.Status) error {
	switch s {
	case ode.MeshLimit:
		return ode.ErrMeshLimit
	case ode.Singular:
		return ode.ErrSingular
	case ode.IllConditioned:
		return ode.ErrIllConditioned
	case ode.NotFinite:
		return ode.ErrNotFinite
	}
	return ode.ErrNoDescent
}

// explain makes an *Error of a failure of Newton's iteration.
func (r *run) explain(err error) error {
	e := &Error{Status: ode.NoDescent, Op: "Newton's iteration", Intervals: r.main.mesh.pieces(), Component: -1, Err: err}
	var ne *newton.Error
	if errors.As(err, &ne) {
		e.Value = ne.Correction
	}
	var se *linalg.SingularError
	switch {
	case errors.Is(err, newton.ErrNotFinite):
		e.Status, e.Try = ode.NotFinite, "the right-hand side is not finite at the guess: change it"
	case errors.As(err, &se):
		e.Status, e.Try = ode.Singular, "check that the conditions determine the solution"
		e.T, e.Component = r.main.mesh.t[min(se.Node, r.main.mesh.intervals())], min(se.Column, r.p.Dim-1)
	default:
		e.Try = "give a better guess, or a parameter to continue in"
	}
	return e
}

func (r *run) meshLimit() error {
	if err := r.condemn(100 * epsilon / r.rtol); err != nil {
		return err
	}
	return &Error{Status: ode.MeshLimit, Op: "mesh selection", Intervals: r.main.mesh.pieces(), T: r.sum.where,
		Component: min(r.sum.component, r.p.Dim-1), Value: r.sum.ratio, Err: ode.ErrMeshLimit,
		Try: fmt.Sprintf("the error is still %.3g tolerances: allow more intervals, or a larger tolerance", r.sum.ratio)}
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
