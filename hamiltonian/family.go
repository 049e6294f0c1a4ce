package hamiltonian

import (
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

// coefficients are the parts of the formulas of a family that depend on nothing
// but the constant that moves, such as 1/eps or exp(-1/eps). They are the inputs by
// which members differ, computed once for each.
type coefficients struct {
	moving *expr.Expr
	list   []expr.Coefficient
}

// take replaces the coefficients in formulas by their symbols, which it returns
// with their numbers.
func (c *coefficients) take(g *expr.Graph, es []*expr.Expr) (out []*expr.Expr, which []int, symbols []*expr.Expr) {
	out, which, c.list = g.Coefficients(es, c.moving, c.list)
	for _, k := range which {
		symbols = append(symbols, c.list[k].Symbol)
	}
	return out, which, symbols
}

// Family compiles the equations for all values of one of their constants, given by
// its symbol, and returns the boundary value problem as a function of the value: a
// member costs little more than its struct.
//
// A member has the values of [Equations.BVP] to rounding. Where something is
// multiplied by zero, as log(y) is in a*log(y) at a = 0, the member is compiled for
// itself: what vanishes need not have a value.
//
// The function returned is not safe for concurrent use, the members are.
func (e *Equations) Family(constant *expr.Expr) (func(value float64) (*ode.BVP, error), error) {
	f := *e
	f.family = &coefficients{moving: constant}
	common, err := f.program()
	if err != nil {
		return nil, err
	}
	list := f.family.list
	formulas := make([]*expr.Expr, len(list))
	for i, c := range list {
		formulas[i] = c.Value
	}
	values, err := expr.Compile([]*expr.Expr{constant}, formulas)
	if err != nil {
		return nil, err
	}
	breaks, err := f.movingBreaks()
	if err != nil {
		return nil, err
	}
	return func(value float64) (*ode.BVP, error) {
		v := make([]float64, len(list))
		values.Eval(v, []float64{value})
		for i, x := range v {
			if x == 0 && list[i].Factor {
				return e.With(constant, value).BVP()
			}
		}
		b := common.member(v)
		if len(breaks) > 0 {
			all := slices.Clone(b.Breaks)
			for _, r := range breaks {
				all = append(all, r.find(e.Start, e.End, value)...)
			}
			b.Breaks = apart(all, e.Start, e.End)
		}
		return b, nil
	}, nil
}

// With returns the equations with another value of a constant, given by its symbol.
func (e *Equations) With(constant *expr.Expr, value float64) *Equations {
	out := *e
	out.Constants = slices.Clone(e.Constants)
	for i := range out.Constants {
		if out.Constants[i].Symbol == constant {
			out.Constants[i].Value = value
		}
	}
	return &out
}

// movingBreaks finds those of [Equations.Thresholds] that depend on the constant of
// the family.
func (e *Equations) movingBreaks() (all []*rootFinder, err error) {
	if e.FreeEnd != nil {
		return nil, nil
	}
	seen := map[*expr.Expr]bool{}
	switches(e.Graph, e.numbers(e.Right), func(u *expr.Expr) {
		v := expr.FreeVars(u)
		if err == nil && !seen[u] && len(v) == 2 && slices.Contains(v, e.Layer) && slices.Contains(v, e.family.moving) {
			var r *rootFinder
			r, err = newRootFinder(e.Graph, u, e.Layer, e.family.moving)
			all = append(all, r)
		}
		seen[u] = true
	})
	return all, err
}
