package route

import (
	"costate/hamiltonian"
)

// flown is what an integrator finds along the solution of collocation. It takes
// nothing from the other routes.
type flown struct {
	err        error // no such figures
	along      []hamiltonian.Certificate
	symplectic hamiltonian.Certificate // of canonical equations

	conjugate *hamiltonian.Conjugate
	unjudged  error // why there is no conjugate
}

func (c *checker) fly() *flown {
	p := c.Problem
	tol := c.Tol / 1000
	if c.least != nil {
		tol /= 10 // of what costates are a small part of
	}
	flow, err := hamiltonian.NewFlow(c.ctx, p.BVP, c.Collocation, tol)
	if err != nil {
		return &flown{err: err}
	}
	f := &flown{along: c.fairly(func(least []float64) []hamiltonian.Certificate {
		flow.Least = least
		global, _, _ := flow.GlobalError(c.Tol)
		return []hamiltonian.Certificate{flow.IntegrationDefect(c.Tol), global}
	})}
	if phase, canonical := p.Equations.Phase(); canonical {
		f.symplectic = flow.Symplectic(phase)
		f.conjugate, f.unjudged = flow.ConjugatePoints(c.ctx, phase)
	}
	return f
}
