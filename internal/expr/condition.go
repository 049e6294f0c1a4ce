package expr

import (
	"fmt"
	"math"
)

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
