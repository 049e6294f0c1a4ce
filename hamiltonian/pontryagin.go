package hamiltonian

import (
	"fmt"

	"costate/internal/expr"
)

// Derive makes the canonical equations of a problem given by its Hamiltonian,
//
//	x' = dH/dp,   p' = -dH/dx,   dH/du = 0   (Pontryagin).
//
// Controls that enter H quadratically are eliminated by formula; where that
// cannot be done they stay as algebraic components, 0 = dH/du. An estimated
// parameter theta has a costate q' = -dH/dtheta that vanishes at both ends.
// With a free end, H vanishes there unless enough conditions are given.
func (h *Hamiltonian) Derive() (*Equations, error) {
	if err := h.Domain.check(); err != nil {
		return nil, err
	}
	if len(h.Pairs) == 0 {
		return nil, fmt.Errorf("hamiltonian: a Hamiltonian without states")
	}
	g := h.Graph
	e := &Equations{Domain: h.Domain, Kind: KindHamiltonian, Hamiltonian: h.H, Controls: h.Controls}
	var guess, costateGuess []*expr.Expr
	for _, p := range h.Pairs {
		e.States = append(e.States, p.X)
		e.Costates = append(e.Costates, p.P)
		guess = append(guess, p.Guess)
		costateGuess = append(costateGuess, p.CostateGuess)
	}
	full := h.H
	if len(h.Controls) > 0 {
		if err := h.eliminate(e); err != nil {
			return nil, err
		}
	}
	explicit := e.ControlLaw != nil || len(h.Controls) == 0
	for _, p := range e.Costates {
		e.Right = append(e.Right, g.Diff(e.Hamiltonian, p))
	}
	for _, x := range e.States {
		e.Right = append(e.Right, g.Neg(g.Diff(e.Hamiltonian, x)))
	}
	e.Components = concat(e.States, e.Costates)
	e.Guess = append(append(e.Guess, guess...), costateGuess...)
	e.Unknowns = append(e.Unknowns, h.Params...)

	// With as many conditions as unknowns the parameters are determined by
	// them; otherwise they are chosen optimally.
	raw := len(h.Given.G) == 2*len(h.Pairs)+len(h.Params)
	for _, p := range h.Params {
		e.Params = append(e.Params, p.Symbol)
		if raw || p.Symbol == h.FreeEnd {
			continue
		}
		q := g.Var("q_" + p.Symbol.Name())
		e.ParamCostates = append(e.ParamCostates, q)
		e.Components = append(e.Components, q)
		e.Right = append(e.Right, g.Neg(g.Diff(e.Hamiltonian, p.Symbol)))
		e.Guess = append(e.Guess, nil)
	}
	if !explicit {
		e.Components = append(e.Components, h.Controls...)
		e.Right = append(e.Right, g.Gradient(full, h.Controls)...)
		e.Guess = append(e.Guess, make([]*expr.Expr, len(h.Controls))...)
		e.Algebraic = len(h.Controls)
	}
	return e, variational(&h.Domain, e, h.Given, ends{momenta: e.Costates, raw: raw})
}

// eliminate solves dH/du = A u + b = 0 where A can be inverted by formula and
// does not depend on u.
func (h *Hamiltonian) eliminate(e *Equations) error {
	g := h.Graph
	hu := g.Gradient(h.H, h.Controls)
	a := g.Jacobian(hu, h.Controls)
	inv, singular, ok := inverse(g, a)
	if singular {
		return fmt.Errorf("hamiltonian: the control %s does not enter H quadratically: the determinant of the second derivatives is zero, so dH/du = 0 does not determine it (bang-bang and singular controls need a different formulation)", names(h.Controls))
	}
	if !ok || dependsOnAny(concat(a...), h.Controls) {
		return nil
	}
	b := setTo(g, hu, h.Controls, zeros(g, len(h.Controls)))
	e.ControlLaw = apply(g, inv, b)
	for i, u := range e.ControlLaw {
		e.ControlLaw[i] = g.Neg(u)
	}
	e.Hamiltonian = setTo(g, []*expr.Expr{h.H}, h.Controls, e.ControlLaw)[0]
	return nil
}
