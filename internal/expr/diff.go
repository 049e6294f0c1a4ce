package expr

import "slices"

// Diff returns the derivative of e with respect to the variable v. Derivatives
// of conditions are zero: if(c, a, b) becomes if(c, da, db). It panics if v is
// no variable.
//
// Every derivative is kept, so that higher derivatives and Jacobians of
// formulas with common parts cost little more than their distinct nodes.
func (g *Graph) Diff(e, v *Expr) *Expr {
	if v.op != OpVar {
		panic("expr: Diff with respect to " + v.op.String())
	}
	return g.diff(e, v)
}

func (g *Graph) diff(e, v *Expr) *Expr {
	switch {
	case e == v:
		return g.one
	case e.mask&v.mask == 0 || e.op == OpVar || e.isCondition():
		return g.zero
	}
	key := uint64(e.id)<<32 | uint64(v.id)
	if d, ok := g.diffs[key]; ok {
		return d
	}
	d := g.diffNode(e, v)
	g.diffs[key] = d
	return d
}

func (g *Graph) diffNode(e, v *Expr) *Expr {
	switch e.op {
	case OpAdd:
		terms := make([]*Expr, 0, len(e.args))
		for _, a := range e.args {
			if d := g.diff(a, v); d != g.zero {
				terms = append(terms, d)
			}
		}
		return g.Add(terms...)
	case OpMul:
		return g.diffMul(e, v)
	case OpPow:
		return g.diffPow(e, v)
	case OpCall:
		du := make([]*Expr, len(e.args))
		any := false
		for i, a := range e.args {
			du[i] = g.diff(a, v)
			any = any || du[i] != g.zero
		}
		if !any {
			return g.zero
		}
		return e.fn.diff(g, e, du)
	case OpIf:
		return g.If(e.args[0], g.diff(e.args[1], v), g.diff(e.args[2], v))
	}
	panic("expr: derivative of " + e.op.String())
}

// longProduct is the number of factors with the variable from which the product
// rule is applied to halves: n terms of n factors would be n^2 nodes, halves
// of halves are n log n.
const longProduct = 12

func (g *Graph) diffMul(e, v *Expr) *Expr {
	var terms []*Expr
	var at []int
	for i, a := range e.args {
		if d := g.diff(a, v); d != g.zero {
			terms = append(terms, d)
			at = append(at, i)
		}
	}
	if len(at) >= longProduct {
		half := at[len(at)/2]
		a, b := g.Mul(e.args[:half]...), g.Mul(e.args[half:]...)
		return g.Add(g.Mul(g.diff(a, v), b), g.Mul(a, g.diff(b, v)))
	}
	for k, i := range at {
		// The derivative stays in the place of its factor.
		factors := slices.Clone(e.args)
		factors[i] = terms[k]
		terms[k] = g.Mul(factors...)
	}
	return g.Add(terms...)
}

func (g *Graph) diffPow(e, v *Expr) *Expr {
	a, b := e.args[0], e.args[1]
	da, db := g.diff(a, v), g.diff(b, v)
	switch {
	case da == g.zero && db == g.zero:
		return g.zero
	case db == g.zero:
		return g.Mul(b, g.Pow(a, g.Sub(b, g.one)), da)
	case da == g.zero:
		return g.Mul(g.Call("log", a), e, db)
	}
	return g.Mul(e, g.Add(g.Mul(db, g.Call("log", a)), g.Div(g.Mul(b, da), a)))
}

// Jacobian returns the derivatives of es with respect to the variables vars:
// entry [r][c] is d es[r]/d vars[c].
func (g *Graph) Jacobian(es, vars []*Expr) [][]*Expr {
	jac := make([][]*Expr, len(es))
	for r, e := range es {
		jac[r] = g.Gradient(e, vars)
	}
	return jac
}

// Hessian returns the second derivatives of e: entry [r][c] is
// d2 e/(d vars[r] d vars[c]), a symmetric matrix of nodes.
func (g *Graph) Hessian(e *Expr, vars []*Expr) [][]*Expr {
	grad := g.Gradient(e, vars)
	h := make([][]*Expr, len(vars))
	for r := range h {
		h[r] = make([]*Expr, len(vars))
		for c := range r + 1 {
			h[r][c] = g.Diff(grad[r], vars[c])
			h[c][r] = h[r][c]
		}
	}
	return h
}

// Subst returns e with the nodes that are keys of m, usually variables,
// replaced by their values, all at once; the result is simplified.
func (g *Graph) Subst(e *Expr, m map[*Expr]*Expr) *Expr {
	return g.SubstAll([]*Expr{e}, m)[0]
}

// SubstAll is [Graph.Subst] for several formulas with common parts.
func (g *Graph) SubstAll(es []*Expr, m map[*Expr]*Expr) []*Expr {
	done := make(map[*Expr]*Expr)
	var mask uint64
	for x := range m {
		mask |= x.mask
		if x.konst {
			mask = ^uint64(0)
		}
	}
	var subst func(e *Expr) *Expr
	subst = func(e *Expr) *Expr {
		if r, ok := m[e]; ok {
			return r
		}
		if len(e.args) == 0 || e.mask&mask == 0 && mask != ^uint64(0) {
			return e
		}
		if r, ok := done[e]; ok {
			return r
		}
		args := make([]*Expr, len(e.args))
		changed := false
		for i, a := range e.args {
			args[i] = subst(a)
			changed = changed || args[i] != a
		}
		r := e
		if changed {
			r = g.rebuild(e, args)
		}
		done[e] = r
		return r
	}
	out := make([]*Expr, len(es))
	for i, e := range es {
		out[i] = subst(e)
	}
	return out
}

// rebuild returns the node of e's operation with other arguments.
func (g *Graph) rebuild(e *Expr, args []*Expr) *Expr {
	switch e.op {
	case OpAdd:
		return g.Add(args...)
	case OpMul:
		return g.Mul(args...)
	case OpPow:
		return g.Pow(args[0], args[1])
	case OpCall:
		return g.Call(e.name, args...)
	case OpIf:
		return g.If(args[0], args[1], args[2])
	case OpCompare:
		return g.Compare(e.name, args[0], args[1])
	case OpAnd:
		return g.And(args...)
	case OpOr:
		return g.Or(args...)
	case OpNot:
		return g.Not(args[0])
	}
	return e
}
