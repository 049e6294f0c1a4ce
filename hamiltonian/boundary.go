package hamiltonian

import (
	"fmt"

	"costate/internal/expr"
)

// Derive brings a boundary value problem into the common form: algebraic
// components last.
func (b *Boundary) Derive() (*Equations, error) {
	if err := b.Domain.check(); err != nil {
		return nil, err
	}
	if len(b.Variables) == 0 {
		return nil, fmt.Errorf("hamiltonian: a boundary value problem without equations")
	}
	e := &Equations{Domain: b.Domain, Kind: KindBoundary, Unknowns: b.Params}
	for _, p := range b.Params {
		e.Params = append(e.Params, p.Symbol)
	}
	for _, algebraic := range []bool{false, true} {
		for _, v := range b.Variables {
			if v.Algebraic != algebraic {
				continue
			}
			e.Components = append(e.Components, v.Symbol)
			e.Right = append(e.Right, v.F)
			e.Guess = append(e.Guess, v.Guess)
			if algebraic {
				e.Algebraic++
			}
		}
	}
	e.States = e.Components
	e.Conditions = Conditions{G: b.Conditions.G}
	build := newConditionBuilder(&b.Domain, e)
	for _, v := range b.Conditions.Values {
		build.register(v)
	}
	g := b.Graph
	for _, j := range b.Jumps {
		if !(j.T > b.Start && j.T < b.End) {
			return nil, fmt.Errorf("hamiltonian: jump at %g: expected a place inside (%g, %g)", j.T, b.Start, b.End)
		}
		k := Kick{Symbols: j.Symbol, Times: []float64{j.T}}
		for i, s := range j.Symbol {
			k.Increment = append(k.Increment, g.Sub(j.Value[i], s))
		}
		e.Kicks = append(e.Kicks, k)
	}
	return e, nil
}

// ends says what a variational problem demands where nothing is given.
type ends struct {
	momenta []*expr.Expr // formulas of the components that vanish at free ends
	raw     bool         // the conditions given are complete
}

// variational adds the conditions of a Lagrangian or Hamiltonian problem. A
// given condition that names one state or its costate at one end stands in for
// the natural condition there. One that couples several states gets a
// multiplier nu: momentum = c_x' nu at the start, -c_x' nu at the end.
func variational(d *Domain, e *Equations, given Conditions, end ends) error {
	g := d.Graph
	b := newConditionBuilder(d, e)
	if end.raw {
		for _, c := range given.G {
			b.add(c, given.Values)
		}
		return nil
	}
	n := len(e.States)
	pull := [2][]*expr.Expr{zeros(g, n), zeros(g, n)}
	fixed := [2]map[int]bool{{}, {}}
	for k, c := range given.G {
		var hits []PointValue
		for _, v := range given.Values {
			if !c.DependsOn(v.Symbol) {
				continue
			}
			if v.Point != d.Start && v.Point != d.End {
				return fmt.Errorf("hamiltonian: condition on %s: expected a place at an end, %g or %g", v.Symbol.Name(), d.Start, d.End)
			}
			hits = append(hits, v)
		}
		side, which, single := -1, -1, true
		states := true
		for _, v := range hits {
			s := 0
			if v.Point == d.End {
				s = 1
			}
			i := index(e.States, v.Variable)
			if i < 0 {
				states = false
				if i = index(e.Costates, v.Variable); i < 0 {
					i = index(e.Velocities, v.Variable)
				}
			}
			if i < 0 {
				return fmt.Errorf("hamiltonian: condition on %s: expected a state or its costate", v.Symbol.Name())
			}
			if which >= 0 && (which != i || side != s) {
				single = false
			}
			side, which = s, i
		}
		switch {
		case len(hits) == 0:
			return fmt.Errorf("hamiltonian: the condition %s = 0 names no state at an end", expr.Text(c))
		case single && !fixed[side][which]:
			fixed[side][which] = true
			b.add(c, given.Values)
		case !states:
			return fmt.Errorf("hamiltonian: the condition %s = 0 couples costates: give all %d conditions then, since the natural ones cannot be told", expr.Text(c), 2*n)
		default:
			nu := e.multiplier(k)
			e.Multipliers = append(e.Multipliers, nu)
			e.Unknowns = append(e.Unknowns, Param{Symbol: nu})
			b.add(c, given.Values)
			for _, v := range hits {
				s := 0
				if v.Point == d.End {
					s = 1
				}
				i := index(e.States, v.Variable)
				pull[s][i] = g.Add(pull[s][i], g.Mul(g.Diff(c, v.Symbol), nu))
			}
		}
	}
	for side, t := range []float64{d.Start, d.End} {
		for i, p := range end.momenta {
			if fixed[side][i] {
				continue
			}
			rhs := pull[side][i]
			if side == 1 {
				rhs = g.Neg(rhs)
			}
			b.natural(p, rhs, t)
		}
		for _, q := range e.ParamCostates {
			b.natural(q, g.Num(0), t)
		}
	}
	if d.FreeEnd != nil {
		b.natural(e.Hamiltonian, g.Num(0), d.End)
	}
	return nil
}
