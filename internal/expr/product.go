package expr

import (
	"math"
	"slices"
)

// factor is base^exp in a product, exp an integer.
type factor struct {
	base *Expr
	exp  float64
}

// asFactor takes a factor of a product apart. Exponents that are not integers
// stay in the base, so that x^0.5*x^0.5 does not lose its domain.
func (g *Graph) asFactor(x *Expr) factor {
	if x.op != OpPow || x.args[0].op == OpNum || x.args[1].op != OpNum {
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

// isReciprocal reports whether e is one over something: a power with a negative
// number as exponent. A power of a number that did not fold is none, since
// one over it may not be finite.
func isReciprocal(e *Expr) bool {
	return e.op == OpPow && e.args[0].op != OpNum && e.args[1].op == OpNum && e.args[1].val < 0
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
