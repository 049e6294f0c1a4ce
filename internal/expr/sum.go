package expr

import "slices"

// linearSearch is the length up to which sums and products are searched
// without a map.
const linearSearch = 12

// term is coef*rest in a sum; rest is the number 1 for the constant term.
type term struct {
	rest *Expr
	coef rat
}

// Add returns the sum of xs, 0 if there are none. Sums among xs are flattened
// and like terms collected in the place of the first. A long sum should be
// built by one call: adding terms one by one keeps every partial sum.
func (g *Graph) Add(xs ...*Expr) *Expr {
	var (
		terms []term
		loose []*Expr // numbers that cannot be folded
		index map[*Expr]int
	)
	var collect func(x *Expr)
	collect = func(x *Expr) {
		t := term{x, rat{1, 1}}
		switch {
		case x.op == OpAdd:
			for _, a := range x.args {
				collect(a)
			}
			return
		case x.op == OpNum:
			if !finite(x.val) {
				loose = append(loose, x)
				return
			}
			t = term{g.one, x.num}
		case x.op == OpMul && x.rest != nil:
			t = term{x.rest, x.args[0].num}
		}
		at := -1
		if index != nil {
			if i, ok := index[t.rest]; ok {
				at = i
			}
		} else {
			at = slices.IndexFunc(terms, func(u term) bool { return u.rest == t.rest })
		}
		if at >= 0 {
			if c, ok := terms[at].coef.add(t.coef); ok {
				terms[at].coef = c
				return
			}
			loose = append(loose, g.scale(t.coef, t.rest))
			return
		}
		terms = append(terms, t)
		if index != nil {
			index[t.rest] = len(terms) - 1
		} else if len(terms) > linearSearch {
			index = make(map[*Expr]int, 2*len(terms))
			for i, u := range terms {
				index[u.rest] = i
			}
		}
	}
	for _, x := range xs {
		collect(x)
	}
	args := make([]*Expr, 0, len(terms)+len(loose))
	again := false
	for _, t := range terms {
		if t.coef.n == 0 && !(t.rest.konst && !finite(t.rest.val)) {
			continue
		}
		a := g.scale(t.coef, t.rest)
		again = again || a.op == OpAdd // 3*(x + y) - 2*(x + y)
		args = append(args, a)
	}
	args = append(args, loose...)
	switch {
	case again:
		return g.Add(args...)
	case len(args) == 0:
		return g.zero
	case len(args) == 1:
		return args[0]
	}
	return g.intern(Expr{op: OpAdd, args: args})
}

// Sub returns a - b.
func (g *Graph) Sub(a, b *Expr) *Expr { return g.Add(a, g.Neg(b)) }

// Neg returns -a; the sign goes into a sum.
func (g *Graph) Neg(a *Expr) *Expr { return g.Mul(g.minusOne, a) }

// scale returns c*x for an x without coefficient.
func (g *Graph) scale(c rat, x *Expr) *Expr {
	switch {
	case c.isOne():
		return x
	case x == g.one:
		return g.number(c)
	case c.n == 0 && !(x.konst && !finite(x.val)):
		return g.zero
	case c == rat{-1, 1} && x.op == OpAdd:
		args := make([]*Expr, len(x.args))
		for i, a := range x.args {
			if a.op == OpNum && !finite(a.val) {
				args[i] = g.Num(-a.val)
				continue
			}
			args[i] = g.Neg(a)
		}
		return g.intern(Expr{op: OpAdd, args: args})
	case x.op == OpMul:
		return g.intern(Expr{op: OpMul, args: append([]*Expr{g.number(c)}, x.args...), rest: x})
	}
	return g.intern(Expr{op: OpMul, args: []*Expr{g.number(c), x}, rest: x})
}
