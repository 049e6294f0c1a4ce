package route

import (
	"costate/hamiltonian"
)

// flown is what an integrator finds along the solution of collocation. It takes
// nothing from the other routes, and so is computed beside them.
type flown struct {
	err            error // no such figures
	defect, global hamiltonian.Certificate
	symplectic     hamiltonian.Certificate // of canonical equations

	conjugate *hamiltonian.Conjugate
	unjudged  error // why there is no conjugate
}

func (c *checker) fly() *flown {
	p := c.Problem
	flow, err := hamiltonian.NewFlow(c.ctx, p.BVP, c.Collocation, c.Tol/1000)
	if err != nil {
		return &flown{err: err}
	}
	f := &flown{defect: flow.IntegrationDefect(c.Tol)}
	f.global, _, _ = flow.GlobalError(c.Tol)
	if phase, canonical := p.Equations.Phase(); canonical {
		f.symplectic = flow.Symplectic(phase)
		f.conjugate, f.unjudged = flow.ConjugatePoints(c.ctx, phase)
	}
	return f
}
