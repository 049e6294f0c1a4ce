package collocation

import (
	"context"
	"runtime"

	"costate/ode"
)

// Solver solves boundary value problems by Gauss collocation on an adapted
// mesh. The zero value works; a Solver may be used by several goroutines.
type Solver struct {
	// Tol is the relative tolerance of every component: the error of y[c] at
	// any t is to be at most Tol (|y[c](t)| + mean of |y[c]|/20) + AbsTol. No
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

	// MaxMesh is the largest number of mesh intervals. [10000, fewer if the
	// factors would need more than a gigabyte]
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

	// MinDamping is the damping below which Newton's iteration gives up. [1e-4; 1e-3
	// where there is a Continuation to turn to]
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
