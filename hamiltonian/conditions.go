package hamiltonian

import (
	"fmt"
	"math"

	"costate/internal/expr"
	"costate/ode"
)

// conditions makes the conditions of an action from the gradients of the terms
// that sit at its ends:
//
//	p(t0) = start + c_x(t0)' nu,     p(tF) = -(end + c_x(tF)' nu)
//	q(t0) = theta + c_theta' nu,     q(tF) = -finish
//
// with multipliers nu of given conditions c = 0. A given condition that only
// fixes one state at one end replaces the condition of its costate there, and
// needs no multiplier.
func (a *Action) conditions(e *Equations, start, end, theta, finish []*expr.Expr) error {
	g := a.Graph
	b := newConditionBuilder(&a.Domain, e)
	var fixed [2]map[int]bool
	fixed[0], fixed[1] = map[int]bool{}, map[int]bool{}
	for i, v := range a.Given.Values {
		if v.Point != a.Start && v.Point != a.End {
			return fmt.Errorf("hamiltonian: a condition on %s: an action takes conditions at its ends %g and %g only", v.Symbol.Name(), a.Start, a.End)
		}
		if index(e.States, v.Variable) < 0 {
			return fmt.Errorf("hamiltonian: a condition on %s: expected a state", a.Given.Values[i].Symbol.Name())
		}
	}
	for k, c := range a.Given.G {
		if v, ok := a.fixes(e, c); ok {
			side := 0
			if v.Point == a.End {
				side = 1
			}
			if j := index(e.States, v.Variable); !fixed[side][j] {
				fixed[side][j] = true
				b.add(c, a.Given.Values)
				continue
			}
		}
		nu := e.multiplier(k)
		e.Multipliers = append(e.Multipliers, nu)
		e.Unknowns = append(e.Unknowns, Param{Symbol: nu, Min: math.Inf(-1), Max: math.Inf(1)})
		b.add(c, a.Given.Values)
		for _, v := range a.Given.Values {
			d := g.Diff(c, v.Symbol)
			if isZero(d) {
				continue
			}
			// The pull may name other point values: they are registered
			// with the condition itself.
			j := index(e.States, v.Variable)
			if v.Point == a.Start {
				start[j] = g.Add(start[j], g.Mul(d, nu))
			} else {
				end[j] = g.Add(end[j], g.Mul(d, nu))
			}
		}
		for i, th := range e.Params {
			theta[i] = g.Add(theta[i], g.Mul(g.Diff(c, th), nu))
		}
	}
	for i, p := range e.Costates {
		if !fixed[0][i] {
			b.natural(p, start[i], a.Start)
		}
	}
	for i, q := range e.ParamCostates {
		b.natural(q, theta[i], a.Start)
	}
	for i, p := range e.Costates {
		if !fixed[1][i] {
			b.natural(p, g.Neg(end[i]), a.End)
		}
	}
	for i, q := range e.ParamCostates {
		b.natural(q, g.Neg(finish[i]), a.End)
	}
	return nil
}

// multiplier returns the symbol of the multiplier of condition k: nu1, nu2, .., or
// a name that the problem does not have.
func (e *Equations) multiplier(k int) *expr.Expr {
	taken := concat(e.States, e.Costates, e.Params, e.ParamCostates, e.Controls, []*expr.Expr{e.Layer})
	for _, c := range e.Constants {
		taken = append(taken, c.Symbol)
	}
	for _, in := range e.Inputs {
		taken = append(taken, in.Symbol)
	}
	name := fmt.Sprintf("nu%d", k+1)
	for index(taken, e.Graph.Var(name)) >= 0 {
		name += "_"
	}
	return e.Graph.Var(name)
}

// fixes reports whether c only fixes one state at one end: c depends on one
// point value, linearly, and on no parameter.
func (a *Action) fixes(e *Equations, c *expr.Expr) (PointValue, bool) {
	var found PointValue
	n := 0
	for _, v := range a.Given.Values {
		if c.DependsOn(v.Symbol) {
			found = v
			n++
		}
	}
	for _, th := range e.Params {
		if c.DependsOn(th) {
			return found, false
		}
	}
	if n != 1 {
		return found, false
	}
	d := a.Graph.Diff(c, found.Symbol)
	return found, !d.DependsOn(found.Symbol) && !isZero(d)
}

// conditionBuilder collects conditions and the point values that they name.
type conditionBuilder struct {
	d    *Domain
	e    *Equations
	seen map[*expr.Expr]bool
}

func newConditionBuilder(d *Domain, e *Equations) *conditionBuilder {
	return &conditionBuilder{d: d, e: e, seen: map[*expr.Expr]bool{}}
}

// add appends c = 0, with those of values that it depends on.
func (b *conditionBuilder) add(c *expr.Expr, values []PointValue) {
	b.e.Conditions.G = append(b.e.Conditions.G, c)
	for _, v := range values {
		if c.DependsOn(v.Symbol) {
			b.register(v)
		}
	}
}

// natural appends the condition lhs - rhs = 0 at t, formulas of the components,
// taken at t, and of point values.
func (b *conditionBuilder) natural(lhs, rhs *expr.Expr, t float64) {
	g := b.d.Graph
	at := map[*expr.Expr]*expr.Expr{b.d.Layer: g.Num(t)}
	if b.d.FreeEnd != nil && t == b.d.End {
		at[b.d.Layer] = b.d.FreeEnd
	}
	c := g.Sub(lhs, rhs)
	var values []PointValue
	for _, y := range b.e.Components {
		if c.DependsOn(y) {
			v := ValueAt(g, y, t)
			if b.d.FreeEnd != nil && t == b.d.End {
				v.Symbol = g.Var(y.Name() + "(" + b.d.FreeEnd.Name() + ")") // t is only a guess
			}
			at[y] = v.Symbol
			values = append(values, v)
		}
	}
	lhs, rhs, component := g.Subst(lhs, at), g.Subst(rhs, at), lhs
	b.add(g.Sub(lhs, rhs), append(values, b.e.Conditions.Values...))
	b.e.Natural = append(b.e.Natural, Natural{
		Row: len(b.e.Conditions.G) - 1, Component: component, AtEnd: t == b.d.End, Left: lhs, Right: rhs,
	})
}

func (b *conditionBuilder) register(v PointValue) {
	if !b.seen[v.Symbol] {
		b.seen[v.Symbol] = true
		b.e.Conditions.Values = append(b.e.Conditions.Values, v)
	}
}

// Pin returns the equations with estimated parameters held at given values, by
// their index in Params: the condition that the costate of the parameter
// vanishes at the end gives way to theta = value.
func (e *Equations) Pin(values map[int]float64) *Equations {
	out := *e
	out.Conditions.G = append([]*expr.Expr(nil), e.Conditions.G...)
	out.Natural = nil
	for _, n := range e.Natural {
		i := index(e.ParamCostates, n.Component)
		v, ok := values[i]
		if i < 0 || !n.AtEnd || !ok {
			out.Natural = append(out.Natural, n)
			continue
		}
		out.Conditions.G[n.Row] = e.Graph.Sub(e.Params[i], e.Graph.Num(v))
	}
	return &out
}

// Slope returns dA/dtheta of the estimated parameter i at a solution: the
// residual of the natural condition of its costate at the end. It is zero where
// the parameter is free, and tells at a bound which way it pushes.
func (e *Equations) Slope(i int, sol *ode.Solution) (float64, error) {
	for _, n := range e.Natural {
		if !n.AtEnd || index(e.ParamCostates, n.Component) != i {
			continue
		}
		args := e.unknowns()
		in := append([]float64(nil), sol.P...)
		for _, v := range e.Conditions.Values {
			args = append(args, v.Symbol)
			in = append(in, sol.Left(nil, v.Point)[e.Index(v.Variable)])
		}
		tape, err := expr.Compile(args, e.numbers(e.Conditions.G[n.Row:n.Row+1]))
		if err != nil {
			return 0, err
		}
		var out [1]float64
		tape.Eval(out[:], in)
		return out[0], nil
	}
	return 0, nil
}
