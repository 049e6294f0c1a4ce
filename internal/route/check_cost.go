package route

import (
	"math"

	"costate/hamiltonian"
	"costate/internal/expr"
	"costate/ode"
)

// Cost returns what a canonical problem makes stationary on a solution: the
// action, or int (p x' - H) dt. NaN: the problem has no such thing.
func (p *Problem) Cost(sol *ode.Solution) (value, err float64) {
	if p.Equations.Kind == hamiltonian.KindBoundary {
		return math.NaN(), 0
	}
	s, fail := p.Equations.Action(sol)
	if fail != nil {
		return math.NaN(), 0
	}
	return s.Total(), s.Error
}

// Criterion returns the cost of an optimal control problem, or the action of
// another variational one, with the error of it and the formula that it is the
// integral of; "": the problem has no such thing. The sign of a Hamiltonian with
// controls is told by its second derivative: H = p f - cost has a maximum over
// the controls, H = p f + cost a minimum.
func (p *Problem) Criterion(sol *ode.Solution) (value, err float64, formula string, fail error) {
	e := p.Equations
	switch e.Kind {
	case hamiltonian.KindBoundary:
		return 0, 0, "", nil
	case hamiltonian.KindHamiltonian:
		formula = "p x' - H"
	default:
		formula = "L"
	}
	s, fail := e.Action(sol)
	if fail != nil || len(e.Controls) == 0 {
		return s.Total(), s.Error, formula, fail
	}
	var curvature []*expr.Expr
	for _, u := range e.Controls {
		curvature = append(curvature, e.Graph.Diff(e.Graph.Diff(p.File.Hamiltonian.H, u), u))
	}
	c, _, fail := e.Integrate(sol, e.Graph.Add(curvature...))
	if c > 0 {
		return -s.Total(), s.Error, "H - p x'", fail
	}
	return s.Total(), s.Error, formula, fail
}
