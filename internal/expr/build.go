package expr

import (
	"fmt"
	"math"
	"slices"
)

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

// factor is base^exp in a product, exp an integer.
type factor struct {
	base *Expr
	exp  float64
}

// asFactor takes a factor of a product apart. Exponents that are not integers
// stay in the base, so that x^0.5*x^0.5 does not lose its domain.
func (g *Graph) asFactor(x *Expr) factor {
	if x.op != OpPow || x.args[1].op != OpNum {
		return factor{x, 1}
	}
	base, k := x.args[0], x.args[1]
	switch {
	case isInt(k.val):
		return factor{base, k.val}
	case k.val < 0:
		return factor{g.intern(Expr{op: OpPow, args: []*Expr{base, g.number(k.num.neg())}}), -1}
	}
	return factor{x, 1}
}

// Mul returns the product of xs, 1 if there are none. Products among xs are
// flattened, equal bases with integer exponents collected in the place of the
// first, the numbers folded into a coefficient in front.
func (g *Graph) Mul(xs ...*Expr) *Expr {
	var (
		factors []factor
		loose   []*Expr // numbers that cannot be folded
		index   map[*Expr]int
	)
	coef := rat{1, 1}
	var collect func(x *Expr)
	collect = func(x *Expr) {
		switch x.op {
		case OpMul:
			for _, a := range x.args {
				collect(a)
			}
			return
		case OpNum:
			if finite(x.val) {
				if c, ok := coef.mul(x.num); ok {
					coef = c
					return
				}
			}
			loose = append(loose, x)
			return
		}
		f := g.asFactor(x)
		at := -1
		if index != nil {
			if i, ok := index[f.base]; ok {
				at = i
			}
		} else {
			at = slices.IndexFunc(factors, func(u factor) bool { return u.base == f.base })
		}
		if at >= 0 {
			factors[at].exp += f.exp
			return
		}
		factors = append(factors, f)
		if index != nil {
			index[f.base] = len(factors) - 1
		} else if len(factors) > linearSearch {
			index = make(map[*Expr]int, 2*len(factors))
			for i, u := range factors {
				index[u.base] = i
			}
		}
	}
	for _, x := range xs {
		collect(x)
	}
	args := make([]*Expr, 0, len(factors)+len(loose))
	for _, x := range loose {
		// With all numbers known it may fold after all.
		if c, ok := coef.mul(x.num); ok {
			coef = c
		} else {
			args = append(args, x)
		}
	}
	loose = slices.Clone(args)
	infinite := false
	for _, x := range loose {
		infinite = infinite || !finite(x.val)
	}
	again := false
	for _, f := range factors {
		if f.exp == 0 && !(f.base.konst && (!finite(f.base.val) || f.base.val == 0)) {
			continue
		}
		a := f.base
		if f.exp != 1 {
			a = g.Pow(f.base, g.Num(f.exp))
		}
		again = again || a.op == OpMul || a.op == OpNum
		infinite = infinite || a.konst && !finite(a.val)
		args = append(args, a)
	}
	switch {
	case coef.n == 0 && !infinite:
		return g.zero
	case again:
		return g.Mul(append([]*Expr{g.number(coef)}, args...)...)
	case len(args) == 0:
		return g.number(coef)
	case len(args) == 1:
		if args[0].op == OpNum {
			// A coefficient times a number that would not fold: keep both.
			if coef.isOne() {
				return args[0]
			}
			return g.intern(Expr{op: OpMul, args: []*Expr{g.number(coef), args[0]}, rest: args[0]})
		}
		return g.scale(coef, args[0])
	}
	return g.scale(coef, g.intern(Expr{op: OpMul, args: args}))
}

// Div returns a/b.
func (g *Graph) Div(a, b *Expr) *Expr { return g.Mul(a, g.Pow(b, g.minusOne)) }

// isReciprocal reports whether e is one over something: a power with a negative number as
// exponent.
func isReciprocal(e *Expr) bool {
	return e.op == OpPow && e.args[1].op == OpNum && e.args[1].val < 0
}

// Pow returns a^b.
func (g *Graph) Pow(a, b *Expr) *Expr {
	keep := func() *Expr { return g.intern(Expr{op: OpPow, args: []*Expr{a, b}}) }
	bad := a.konst && !finite(a.val)
	switch {
	case bad:
		return keep()
	case a == g.one && !(b.konst && !finite(b.val)):
		return g.one
	case b.op != OpNum || !finite(b.val):
		return keep()
	case b == g.zero:
		return g.one
	case b == g.one:
		return a
	case a.op == OpNum:
		if r, ok := powRat(a.num, b.val); ok {
			return g.number(r)
		}
		return keep()
	case !isInt(b.val):
		return keep()
	case a.op == OpPow && a.args[1].op == OpNum && finite(a.args[1].val):
		k := a.args[1].num
		if isInt(k.val()) && isInt(k.n*b.val) {
			return g.Pow(a.args[0], g.Num(k.n*b.val))
		}
		if b == g.minusOne {
			return g.Pow(a.args[0], g.number(k.neg()))
		}
	case a.op == OpPow && b == g.minusOne:
		return g.Pow(a.args[0], g.Neg(a.args[1]))
	case a.op == OpMul && b == g.minusOne:
		args := make([]*Expr, len(a.args))
		for i, x := range a.args {
			args[i] = g.Pow(x, b)
		}
		return g.Mul(args...)
	case a.op == OpMul && a.rest != nil && a.args[0] == g.minusOne:
		p := g.Pow(a.rest, b)
		if math.Mod(b.val, 2) != 0 {
			return g.Neg(p)
		}
		return p
	}
	return keep()
}

// powRat returns a^b, exactly if a is a fraction and b a small integer, and
// false if the value is not a finite number or underflows.
func powRat(a rat, b float64) (rat, bool) {
	if isInt(b) && math.Abs(b) <= 8 {
		r := rat{1, 1}
		ok := true
		for range int(math.Abs(b)) {
			if r, ok = r.mul(a); !ok {
				return rat{}, false
			}
		}
		if b < 0 {
			return r.inv()
		}
		return r, true
	}
	v := math.Pow(a.val(), b)
	if !finite(v) || v == 0 && a.n != 0 {
		return rat{}, false
	}
	return rat{v, 1}, true
}

// Call returns the function fn of args; numbers are folded if the value is
// finite. It panics if there is no such function or it takes another number of
// arguments, see [Functions].
func (g *Graph) Call(fn string, args ...*Expr) *Expr {
	f := functions[fn]
	if f == nil {
		panic(fmt.Sprintf("expr: no function %q", fn))
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		panic(fmt.Sprintf("expr: %s takes %s, not %d", fn, f.arity(), len(args)))
	}
	switch {
	case fn == "pow":
		return g.Pow(args[0], args[1])
	case f.max < 0: // min and max are idempotent
		args = unique(args)
		if len(args) == 1 {
			return args[0]
		}
	}
	numbers := true
	for _, a := range args {
		numbers = numbers && a.op == OpNum
	}
	if numbers {
		vals := make([]float64, len(args))
		for i, a := range args {
			vals[i] = a.val
		}
		if v := f.eval(vals); finite(v) {
			return g.Num(v)
		}
	}
	return g.intern(Expr{op: OpCall, name: fn, fn: f, args: slices.Clone(args)})
}

func unique(xs []*Expr) []*Expr {
	out := make([]*Expr, 0, len(xs))
	for _, x := range xs {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// If returns a where the condition c holds and b elsewhere. Both sides are
// evaluated and one is selected, so a side may be undefined where the other is
// taken.
func (g *Graph) If(c, a, b *Expr) *Expr {
	if !c.isCondition() && c.op != OpNum {
		panic("expr: If needs a condition")
	}
	switch {
	case a == b:
		return a
	case c.konst && !math.IsNaN(c.val):
		if c.val != 0 {
			return a
		}
		return b
	}
	return g.intern(Expr{op: OpIf, args: []*Expr{c, a, b}})
}

func (e *Expr) isCondition() bool { return e.op >= OpCompare }

// Compare returns the condition "a op b", op one of < <= > >= == !=. A
// comparison of numbers becomes the number 1 or 0.
func (g *Graph) Compare(op string, a, b *Expr) *Expr {
	switch op {
	case "<", "<=", ">", ">=", "==", "!=":
	default:
		panic(fmt.Sprintf("expr: no comparison %q", op))
	}
	c := g.intern(Expr{op: OpCompare, name: op, args: []*Expr{a, b}})
	if c.konst && finite(a.val) && finite(b.val) {
		return g.Num(c.val)
	}
	return c
}

// And returns the condition that all of cs hold.
func (g *Graph) And(cs ...*Expr) *Expr { return g.junction(OpAnd, g.one, g.zero, cs) }

// Or returns the condition that one of cs holds.
func (g *Graph) Or(cs ...*Expr) *Expr { return g.junction(OpOr, g.zero, g.one, cs) }

func (g *Graph) junction(op Op, neutral, absorbing *Expr, cs []*Expr) *Expr {
	var args []*Expr
	for _, c := range cs {
		switch {
		case c == absorbing:
			return absorbing
		case c == neutral:
		case c.op == op:
			args = append(args, c.args...)
		default:
			args = append(args, c)
		}
	}
	args = unique(args)
	switch len(args) {
	case 0:
		return neutral
	case 1:
		return args[0]
	}
	return g.intern(Expr{op: op, args: args})
}

// Not returns the condition that c does not hold.
func (g *Graph) Not(c *Expr) *Expr {
	switch {
	case c.op == OpNot:
		return c.args[0]
	case c.op == OpNum && c.val != 0:
		return g.zero
	case c.op == OpNum:
		return g.one
	}
	return g.intern(Expr{op: OpNot, args: []*Expr{c}})
}
