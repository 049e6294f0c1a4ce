// Package shooting solves boundary value problems by multiple shooting: the
// interval is cut into segments short enough for the initial value problems on
// them to be well conditioned, and Newton's method makes their ends meet. The
// linear systems are solved as almost block diagonal ones, never condensed to
// the initial values, so that nothing is lost on problems with growing and
// decaying solutions (Bock and Plitt 1984; Ascher, Mattheij, Russell, Numerical
// Solution of Boundary Value Problems, 1988, chapter 4).
package shooting

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"costate/ode"
)

// Solver solves boundary value problems by multiple shooting. The zero value
// works; a Solver may be used by several goroutines.
type Solver struct {
	// Tol is the relative tolerance of every component: the error of y[c] at
	// any t is to be at most Tol (|y[c](t)| + mean of |y[c]|) + AbsTol. [1e-6]
	Tol float64

	// AbsTol is added for every component, AbsTols[c] (Dim) for component c. [0]
	AbsTol  float64
	AbsTols []float64

	// Integrator integrates the segments: Method, Step, MaxStep, MaxSteps and
	// Control are used, its tolerances follow from Tol. For a method of fixed
	// step Step is where the refinement begins. [ode.DOP853, or ode.Radau if
	// that finds the problem stiff]
	Integrator ode.Integrator

	// Growth is the growth of the variational matrix (the largest element
	// after balancing) at which a segment ends. [1e3 for linear problems, 20
	// for others, and there at least 10 segments: short ones are less
	// nonlinear]
	Growth float64

	// Segments is the number of equal segments of every piece between
	// jumps and points of the conditions, in place of those by Growth. [0]
	Segments int

	// MaxSegments is the largest number of segments. [5000]
	MaxSegments int

	// Guess, a solution by any method, takes the place of the problem's
	// guess. [nil]
	Guess *ode.Solution

	// NewtonSteps is the largest number of corrections in one run of Newton's
	// iteration, damped ones included. [40]
	NewtonSteps int

	// MinDamping is the damping below which Newton's iteration gives up. [1e-4]
	MinDamping float64

	// Workers is the number of goroutines that integrate segments; results do
	// not depend on it. [GOMAXPROCS]
	Workers int

	// Trace is told what happens. [nil]
	Trace func(Progress)
}

// Progress is one event of a solution, for Trace.
type Progress struct {
	Stage       string // "segments", "newton", "estimate"
	Segments    int
	Step        int     // of Newton's iteration
	Damping     float64 // of the step
	Correction  float64 // before damping, in tolerances
	Contraction float64
	Growth      float64 // largest of a segment
	Ratio       float64 // estimated error over tolerance
	T           float64 // where the error is largest
	Component   int     // of what component
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

func (r *run) growth() float64 {
	switch {
	case r.s.Growth > 1:
		return r.s.Growth
	case r.linear():
		return 1e3
	}
	return 20
}

func (r *run) linear() bool {
	linear := r.p.System.Linear && r.p.Boundary.Linear
	for _, j := range r.p.Jumps {
		linear = linear && j.Linear
	}
	return linear
}

func (s *Solver) maxSegments() int {
	if s.MaxSegments > 0 {
		return s.MaxSegments
	}
	return 5000
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

func (s *Solver) workers() int {
	if s.Workers > 0 {
		return s.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Solve solves p. The solution is never nil: on failure it is the last
// iterate, with Status and Err; the error returned is Err, an *Error or that
// of ctx. It panics if p is not a well-formed problem.
func (s *Solver) Solve(ctx context.Context, p *ode.BVP) (*ode.Solution, error) {
	r, err := newRun(s, p)
	if err != nil {
		return r.finish(ctx, err)
	}
	return r.finish(ctx, r.solve(ctx))
}

// Error is a failure to solve: what failed, where, with which number, and
// what to try. errors.Is finds the sentinel of its Status.
type Error struct {
	Status    ode.Status
	Op        string  // what was being done
	Segments  int     // how many there were
	T         float64 // where it is worst
	Component int     // of what component, from 0, parameters after them; -1: of none
	Value     float64 // the number that failed
	Growth    float64 // largest growth of the variational matrix over a segment
	Try       string  // what may help
	Err       error   // the cause, or the sentinel

	names []string
	dim   int
}

func (e *Error) Error() string {
	s := fmt.Sprintf("shooting: %s: %v", e.Op, e.Err)
	switch {
	case e.Component >= e.dim:
		s += fmt.Sprintf(" (parameter %d)", e.Component-e.dim+1)
	case e.Component >= 0 && e.Component < len(e.names):
		s += fmt.Sprintf(" (%s = %.3g at t = %.6g)", e.names[e.Component], e.Value, e.T)
	case e.Component >= 0:
		s += fmt.Sprintf(" (y%d = %.3g at t = %.6g)", e.Component+1, e.Value, e.T)
	}
	s += fmt.Sprintf("; %d segments", e.Segments)
	if e.Growth > 0 {
		s += fmt.Sprintf(", growth %.2g", e.Growth)
	}
	if e.Try != "" {
		s += "; " + e.Try
	}
	return s
}

// Unwrap returns the cause and the sentinel of the status.
func (e *Error) Unwrap() []error {
	errs := []error{e.Err}
	if s := sentinel(e.Status); s != nil && !errors.Is(e.Err, s) {
		errs = append(errs, s)
	}
	return errs
}

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
	case ode.NoDescent:
		return ode.ErrNoDescent
	case ode.StepLimit:
		return ode.ErrStepLimit
	}
	return nil
}
