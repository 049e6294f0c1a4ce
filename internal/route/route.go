// Package route takes a problem along the three independent routes to a
// solution: Gauss collocation, multiple shooting, and discrete layers.
package route

import (
	"context"
	"errors"

	"costate/collocation"
	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/ode"
)

// Problem is a problem file with the equations that follow from it.
type Problem struct {
	File      *problemfile.Problem
	Equations *hamiltonian.Equations
	BVP       *ode.BVP

	free *hamiltonian.Equations // before parameters were held on bounds; nil: none are
	pins map[int]float64        // parameters held on bounds

	edits []func(*hamiltonian.Action) // what has been changed since the file was read

	noGuess error // why the search for a first guess failed; nil: it did not
}

// New derives and compiles the equations of a problem file.
func New(file *problemfile.Problem) (*Problem, error) {
	e, err := Derive(file)
	if err != nil {
		return nil, err
	}
	b, err := e.BVP()
	if err != nil {
		return nil, err
	}
	return &Problem{File: file, Equations: e, BVP: b}, nil
}

// Derive returns the equations of any kind of problem.
func Derive(p *problemfile.Problem) (*hamiltonian.Equations, error) {
	switch p.Kind {
	case problemfile.KindBoundary:
		return p.Boundary.Derive()
	case problemfile.KindLagrangian:
		return p.Lagrangian.Derive()
	case problemfile.KindHamiltonian:
		return p.Hamiltonian.Derive()
	case problemfile.KindNetwork:
		return nil, ErrNetworkOnly
	}
	return p.Action.Derive()
}

// Options are what the continuous routes are told. The zero value takes the
// settings of the problem file, then the defaults of the solvers.
type Options struct {
	Tol          float64       // relative tolerance of every component
	Stages       int           // of collocation
	Intervals    int           // of the first mesh
	MaxIntervals int           // of collocation
	Guess        *ode.Solution // instead of the guess that the route makes itself
	Trace        func(collocation.Progress)
}

func (o Options) with(s problemfile.Solve) Options {
	if o.Tol == 0 {
		o.Tol = s.Tolerance
	}
	if o.Stages == 0 {
		o.Stages = s.Stages
	}
	if o.Intervals == 0 {
		o.Intervals = s.Intervals
	}
	if o.MaxIntervals == 0 {
		o.MaxIntervals = s.MaxIntervals
	}
	return o
}

// Collocate solves the boundary value problem by Gauss collocation. The guess
// of an action is the minimum that annealing of discrete layers finds, so that
// the solution is a minimum and not merely stationary; where that fails, or for
// other kinds, it is the guess of the file. Estimated parameters keep to their
// bounds: AtBound lists those that stand on one.
func (p *Problem) Collocate(ctx context.Context, o Options) (*ode.Solution, error) {
	o = o.with(p.File.Solve)
	if o.Guess == nil {
		o.Guess = p.annealedGuess(ctx)
	}
	s := p.collocation(o)
	s.AbsTols = p.absTols(o.Tol, o.Guess)
	try := func(guess *ode.Solution) (*ode.Solution, error) {
		return p.watcher().watch(o.Tol, s.AbsTols, guess, func(b *ode.BVP, guess *ode.Solution) (*ode.Solution, error) {
			s.Guess = guess
			return s.Solve(ctx, b)
		})
	}
	sol, err := p.persistent(ctx, o.Guess, try)
	return p.explained(p.judged(ctx, sol, s.AbsTols, err))
}

// collocation sets up the solver, with the continuation of the file.
func (p *Problem) collocation(o Options) *collocation.Solver {
	s := &collocation.Solver{Tol: o.Tol, Stages: o.Stages, Intervals: o.Intervals, MaxMesh: o.MaxIntervals, Guess: o.Guess, Trace: o.Trace}
	if s.MaxMesh == 0 {
		// Every jump and break is a mesh point: many measurements need many
		// intervals.
		s.MaxMesh = max(10000, 20*len(p.BVP.Jumps), 4*len(p.BVP.Breaks))
	}
	if c := p.File.Continuation; c != nil {
		s.Continuation = p.continuation(c)
	}
	return s
}

// continuation makes the family of problems in one constant of the file, from
// the value where the file says that it is easy.
func (p *Problem) continuation(c *problemfile.Continuation) *collocation.Continuation {
	to, ok := p.constant(c.Parameter)
	if !ok || c.From == to {
		return nil
	}
	return &collocation.Continuation{From: c.From, To: to, Problem: p.Family(c.Parameter)}
}

// constant returns the value of a constant of the problem.
func (p *Problem) constant(name string) (float64, bool) {
	for _, c := range p.File.Settable {
		if c.Symbol.Name() == name {
			return c.Value, true
		}
	}
	return 0, false
}

// ErrNoLayers says that a kind of problem has no discrete action.
var ErrNoLayers = errors.New("discrete layers need an action: this file gives a problem of another kind")
