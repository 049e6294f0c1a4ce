package route

import (
	"context"

	"costate/hamiltonian"
	"costate/ode"
)

// flight is what an integrator is told to look at the solution of collocation.
type flight struct {
	bvp       *ode.BVP
	sol       *ode.Solution
	tol       float64 // of the integrator
	bound     float64 // of what is certified
	phase     hamiltonian.Phase
	canonical bool
	fairly    func(func(least []float64) []hamiltonian.Certificate) []hamiltonian.Certificate
}

// flown is what an integrator finds along the solution. It takes nothing from the
// other routes.
type flown struct {
	err        error // no such figures
	along      []hamiltonian.Certificate
	symplectic hamiltonian.Certificate // of canonical equations

	conjugate *hamiltonian.Conjugate
	unjudged  error // why there is no conjugate
}

func (c *checker) newFlight() *flight {
	f := &flight{bvp: c.Problem.BVP, sol: c.Collocation, tol: c.Tol / 1000, bound: c.Tol, fairly: c.fairly}
	if c.part*digits < 1 && c.least != nil {
		f.tol /= 10 // of what costates are a small part of
	}
	f.phase, f.canonical = c.Problem.Equations.Phase()
	return f
}

func (f *flight) run(ctx context.Context) *flown {
	flow, err := hamiltonian.NewFlow(ctx, f.bvp, f.sol, f.tol)
	if err != nil {
		return &flown{err: err}
	}
	out := &flown{along: f.fairly(func(least []float64) []hamiltonian.Certificate {
		flow.Least = least
		global, _, _ := flow.GlobalError(f.bound)
		return []hamiltonian.Certificate{flow.IntegrationDefect(f.bound), global}
	})}
	if f.canonical {
		out.symplectic = flow.Symplectic(f.phase)
		out.conjugate, out.unjudged = flow.ConjugatePoints(ctx, f.phase)
	}
	return out
}
