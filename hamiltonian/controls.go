package hamiltonian

import (
	"costate/ode"
)

// ControlLaws returns the names of the controls that were eliminated by dH/du = 0,
// and their values as a function of the solver's variable; nil: there are none.
// Controls that could not be eliminated are components of the solution.
func (e *Equations) ControlLaws() (names []string, at func(dst []float64, s float64, y, p []float64), err error) {
	if e.ControlLaw == nil {
		return nil, nil, nil
	}
	tape, err := e.tape(nil, e.numbers(e.ControlLaw))
	if err != nil {
		return nil, nil, err
	}
	for _, u := range e.Controls {
		names = append(names, u.Name())
	}
	return names, func(dst []float64, s float64, y, p []float64) {
		tape.eval(dst, e.Label(s, p), y, p, nil)
	}, nil
}

// ControlErrors returns how far the error estimate of a solution can move each of
// the eliminated controls, the most over the mesh points; nil: not estimated.
func (e *Equations) ControlErrors(sol *ode.Solution) ([]float64, error) {
	if sol.Error == nil {
		return nil, nil
	}
	out := make([]float64, len(e.ControlLaw))
	for i, u := range e.ControlLaw {
		slope, err := e.sensitivity(nil, u, sol)
		if err != nil {
			return nil, err
		}
		for k, s := range sol.T {
			out[i] = max(out[i], slope(s, sol.Node(k), sol.P, nil))
		}
	}
	return out, nil
}
