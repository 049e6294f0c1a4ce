package route

import (
	"slices"

	"costate/hamiltonian"
	"costate/internal/expr"
	"costate/ode"
)

// Family returns the boundary value problem as a function of one constant of the
// file, parameters on a bound held there. It returns nil where the file makes no
// sense with that value. The member at the file's own value is the problem itself;
// the others are compiled together, when the first of them is asked for.
func (p *Problem) Family(parameter string) func(value float64) *ode.BVP {
	var compiled *hamiltonian.Equations
	var member func(float64) (*ode.BVP, error)
	return func(value float64) *ode.BVP {
		if own, ok := p.constant(parameter); ok && value == own {
			return p.BVP
		}
		if compiled != p.Equations { // none yet, or other parameters are held now
			compiled, member = p.Equations, p.members(parameter)
		}
		b, err := member(value)
		if err != nil {
			return nil
		}
		return b
	}
}

// members returns the problem as a function of a constant.
func (p *Problem) members(parameter string) func(value float64) (*ode.BVP, error) {
	if s := p.symbol(parameter); s != nil {
		f, err := p.Equations.Family(s)
		if err != nil {
			return func(float64) (*ode.BVP, error) { return nil, err }
		}
		return f
	}
	return func(value float64) (*ode.BVP, error) {
		q, err := p.with(parameter, value)
		if err != nil {
			return nil, err
		}
		return q.Equations.BVP()
	}
}

// symbol returns the symbol of a constant that the equations have; nil: its value
// has been used as a number when the file was read, or is given by a formula.
func (p *Problem) symbol(parameter string) *expr.Expr {
	if p.File.Frozen(parameter) {
		return nil
	}
	for _, c := range p.Equations.Constants {
		if c.Symbol.Name() == parameter {
			return c.Symbol
		}
	}
	return nil
}

// with returns the problem with another value of a constant, its equations not
// compiled. Where the value is more than a number in them, such as an end of the
// layer, the file is read again. Parameters are held on the bounds on which they
// are here, wherever those lie there.
func (p *Problem) with(parameter string, value float64) (*Problem, error) {
	if s := p.symbol(parameter); s != nil {
		q := *p
		q.BVP, q.Equations = nil, p.Equations.With(s, value)
		if p.free != nil {
			q.free = p.free.With(s, value)
		}
		return &q, nil
	}
	file, err := p.File.With(map[string]float64{parameter: value})
	if err != nil {
		return nil, err
	}
	for _, edit := range p.edits {
		edit(file.Action)
	}
	e, err := Derive(file)
	if err != nil {
		return nil, err
	}
	q := &Problem{File: file, Equations: e, edits: p.edits}
	if len(p.pins) > 0 {
		q.pins = movedPins(p.pins, p.File.Action, file.Action)
		q.free, q.Equations = e, e.Pin(q.pins)
	}
	return q, nil
}

// movedPins returns the bounds of b on which parameters are held that are on those
// of a.
func movedPins(pins map[int]float64, a, b *hamiltonian.Action) map[int]float64 {
	out := make(map[int]float64, len(pins))
	for i, v := range pins {
		lo, hi := b.Params[i].Bounds()
		if old, _ := a.Params[i].Bounds(); v == old {
			out[i] = lo
		} else {
			out[i] = hi
		}
	}
	return out
}

// edited returns the problem with its action changed, and again wherever the file
// is read again. change gets a copy of the action, and must not write to its
// slices.
func (p *Problem) edited(change func(*hamiltonian.Action)) (*Problem, error) {
	file, a := *p.File, *p.File.Action
	change(&a)
	file.Action = &a
	q, err := New(&file)
	if err == nil {
		q.edits = append(slices.Clip(p.edits), change)
	}
	return q, err
}
