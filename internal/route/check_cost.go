package route

import (
	"math"

	"costate/internal/expr"
	"costate/ode"
)

// Cost returns what a canonical problem makes stationary on a solution: the
// action, or int (p x' - H) dt. NaN: the problem has no such thing.
func (p *Problem) Cost(sol *ode.Solution) (value, err float64) {
	e := p.Equations
	if p.File.Action != nil {
		s, fail := e.Action(sol)
		if fail != nil {
			return math.NaN(), 0
		}
		return s.Total(), s.Error
	}
	phase, ok := e.Phase()
	if !ok || e.Hamiltonian == nil || e.FreeEnd != nil {
		return math.NaN(), 0
	}
	g := e.Graph
	terms := []*expr.Expr{g.Neg(e.Hamiltonian)}
	for i := range phase.States {
		terms = append(terms, g.Mul(e.Costates[i], e.Right[i]))
	}
	value, err, fail := e.Integrate(sol, g.Add(terms...))
	if fail != nil {
		return math.NaN(), 0
	}
	return value, err
}
