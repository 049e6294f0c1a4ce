package expr

import "slices"

// reverseFrom is the number of (node, variable) pairs from which a gradient is
// accumulated in reverse. Below it every derivative is taken by itself, which
// prints more like what one writes by hand.
const reverseFrom = 200_000

// Gradient returns the derivatives of e with respect to vars. For a large
// formula of many variables it accumulates them in one reverse sweep, at a
// cost proportional to the formula instead of formula times variables; the
// terms of a derivative are then grouped by the parts that they share.
func (g *Graph) Gradient(e *Expr, vars []*Expr) []*Expr {
	if len(vars) > 1 {
		nodes, _ := Size(e)
		if nodes*len(vars) >= reverseFrom {
			return g.reverse(e, vars)
		}
	}
	grad := make([]*Expr, len(vars))
	for i, v := range vars {
		grad[i] = g.Diff(e, v)
	}
	return grad
}

// reverse accumulates the adjoints de/dx of all nodes x below e, from e down
// to the variables.
func (g *Graph) reverse(e *Expr, vars []*Expr) []*Expr {
	for _, v := range vars {
		if v.op != OpVar {
			panic("expr: gradient with respect to " + v.op.String())
		}
	}
	// Arguments are older than the nodes made of them, so descending id is an
	// order in which every node comes before its arguments.
	var order []*Expr
	walk([]*Expr{e}, func(x *Expr) bool {
		if !x.konst && !x.isCondition() {
			order = append(order, x)
			return true
		}
		return false
	})
	slices.SortFunc(order, func(a, b *Expr) int { return int(b.id) - int(a.id) })
	parts := make(map[*Expr][]*Expr, len(order))
	parts[e] = []*Expr{g.one}
	adjoint := make(map[*Expr]*Expr, len(vars))
	for _, x := range order {
		adj := g.Add(parts[x]...)
		delete(parts, x)
		if x.op == OpVar {
			adjoint[x] = adj
			continue
		}
		if adj == g.zero {
			continue
		}
		for i, a := range x.args {
			if a.konst || a.isCondition() {
				continue
			}
			if d := g.Mul(adj, g.partial(x, i)); d != g.zero {
				parts[a] = append(parts[a], d)
			}
		}
	}
	grad := make([]*Expr, len(vars))
	for i, v := range vars {
		grad[i] = adjoint[v]
		if grad[i] == nil {
			grad[i] = g.zero
		}
	}
	return grad
}

// partial returns the derivative of the node x with respect to its i-th
// argument, the others held fixed.
func (g *Graph) partial(x *Expr, i int) *Expr {
	switch x.op {
	case OpAdd:
		return g.one
	case OpMul:
		rest := make([]*Expr, 0, len(x.args)-1)
		rest = append(rest, x.args[:i]...)
		return g.Mul(append(rest, x.args[i+1:]...)...)
	case OpPow:
		a, b := x.args[0], x.args[1]
		if i == 1 {
			return g.Mul(g.Call("log", a), x)
		}
		return g.Mul(b, g.Pow(a, g.Sub(b, g.one)))
	case OpCall:
		du := make([]*Expr, len(x.args))
		for j := range du {
			du[j] = g.zero
		}
		du[i] = g.one
		return x.fn.diff(g, x, du)
	case OpIf:
		if i == 1 {
			return g.If(x.args[0], g.one, g.zero)
		}
		return g.If(x.args[0], g.zero, g.one)
	}
	panic("expr: derivative of " + x.op.String())
}
