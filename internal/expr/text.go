package expr

import (
	"math"
	"strconv"
	"strings"
)

// maxText is the number of nodes of the largest formula that is written out
// as text; a formula with shared parts can be exponentially larger than its
// graph.
const maxText = 1 << 20

// binding strengths, weakest first.
const (
	precOr = iota
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precNeg
	precPow
	precAtom
)

// Text returns the formula in the language of [Graph.Parse], which gives e
// again if the names are in scope. A formula of more than a million nodes,
// written out, is named by its size only.
func Text(e *Expr) string {
	if e.size > maxText {
		return "<formula of " + strconv.FormatFloat(e.size, 'g', 3, 64) + " nodes>"
	}
	var b strings.Builder
	p := printer{&b}
	p.expr(e, precOr)
	return b.String()
}

type printer struct{ *strings.Builder }

// expr writes e, in parentheses if it binds less than prec.
func (p printer) expr(e *Expr, prec int) {
	own := strength(e)
	if own < prec {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch e.op {
	case OpNum:
		p.number(e.num)
	case OpConst, OpVar:
		p.WriteString(e.name)
	case OpAdd:
		for i, a := range e.args {
			neg, abs := splitSign(a)
			switch {
			case i == 0 && neg:
				p.WriteByte('-')
			case i > 0 && neg:
				p.WriteString(" - ")
			case i > 0:
				p.WriteString(" + ")
			}
			p.term(abs, a, precMul)
		}
	case OpMul:
		neg, abs := splitSign(e)
		if neg {
			p.WriteByte('-')
		}
		p.term(abs, e, precMul)
	case OpPow:
		if isReciprocal(e) {
			p.product(quotient(rat{1, 1}, []*Expr{e}))
			return
		}
		p.power(e.args[0], e.args[1])
	case OpCall:
		p.WriteString(e.name)
		p.arguments(e.args)
	case OpIf:
		p.WriteString("if")
		p.arguments(e.args)
	case OpCompare:
		p.expr(e.args[0], precAdd)
		p.WriteString(" " + e.name + " ")
		p.expr(e.args[1], precAdd)
	case OpAnd, OpOr:
		for i, a := range e.args {
			if i > 0 {
				p.WriteString(" " + e.op.String() + " ")
			}
			p.expr(a, own+1)
		}
	case OpNot:
		p.WriteString("not ")
		p.expr(e.args[0], precCompare)
	}
}

func (p printer) arguments(args []*Expr) {
	p.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			p.WriteString(", ")
		}
		p.expr(a, precOr)
	}
	p.WriteByte(')')
}

// term writes the absolute value of the term e, whose coefficient is c.
func (p printer) term(c rat, e *Expr, prec int) {
	switch {
	case e.op == OpNum:
		p.number(c)
	case e.op == OpMul && e.rest != nil:
		p.product(quotient(c, e.args[1:]))
	case e.op == OpMul:
		p.product(quotient(c, e.args))
	default:
		p.expr(e, prec)
	}
}

// splitSign returns whether the leading coefficient of a term is negative, and
// its absolute value.
func splitSign(e *Expr) (bool, rat) {
	c := rat{1, 1}
	switch {
	case e.op == OpNum:
		c = e.num
	case e.op == OpMul && e.rest != nil:
		c = e.args[0].num
	}
	if c.n < 0 {
		return true, c.neg()
	}
	return false, c
}

// power is the factor base^n of a numerator or denominator.
type power struct {
	base *Expr
	n    rat
}

// fraction is num*up/(den*down).
type fraction struct {
	num, den float64
	up, down []power
}

// quotient separates the factors into numerator and denominator.
func quotient(c rat, factors []*Expr) fraction {
	f := fraction{num: c.n, den: c.d}
	for _, x := range factors {
		if isReciprocal(x) {
			f.down = append(f.down, power{base: x.args[0], n: x.args[1].num.neg()})
		} else {
			f.up = append(f.up, power{base: x, n: rat{1, 1}})
		}
	}
	return f
}

func (p printer) product(f fraction) {
	first := true
	sep := func() {
		if !first {
			p.WriteByte('*')
		}
		first = false
	}
	if f.num != 1 || len(f.up) == 0 {
		sep()
		p.float(f.num)
	}
	for _, u := range f.up {
		sep()
		p.expr(u.base, precNeg)
	}
	n := len(f.down)
	if f.den != 1 {
		n++
	}
	if n == 0 {
		return
	}
	p.WriteByte('/')
	if n > 1 {
		p.WriteByte('(')
	}
	first = true
	if f.den != 1 {
		sep()
		p.float(f.den)
	}
	for _, d := range f.down {
		sep()
		if d.n.isOne() {
			p.expr(d.base, precPow)
			continue
		}
		p.base(d.base)
		p.WriteByte('^')
		p.exponent(d.n)
	}
	if n > 1 {
		p.WriteByte(')')
	}
}

func (p printer) power(base, exp *Expr) {
	p.base(base)
	p.WriteByte('^')
	if exp.op == OpNum {
		p.exponent(exp.num)
		return
	}
	p.expr(exp, precAtom)
}

func (p printer) base(e *Expr) {
	if e.op == OpNum && (e.num.n < 0 || e.num.d != 1) {
		p.WriteByte('(')
		p.number(e.num)
		p.WriteByte(')')
		return
	}
	p.expr(e, precAtom)
}

func (p printer) exponent(r rat) {
	if r.n < 0 || r.d != 1 {
		p.WriteByte('(')
		p.number(r)
		p.WriteByte(')')
		return
	}
	p.number(r)
}

func (p printer) number(r rat) {
	p.float(r.n)
	if r.d != 1 {
		p.WriteByte('/')
		p.float(r.d)
	}
}

func (p printer) float(x float64) { p.WriteString(formatFloat(x)) }

// formatFloat returns the shortest decimal number that is x, without the
// padding of the exponent: 1e-7.
func formatFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	case isInt(x) && math.Abs(x) < 1e15:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	s := strconv.FormatFloat(x, 'g', -1, 64)
	mant, exp, ok := strings.Cut(s, "e")
	if !ok {
		return s
	}
	sign := ""
	if exp[0] == '-' {
		sign = "-"
	}
	return mant + "e" + sign + strings.TrimLeft(exp[1:], "0")
}

// strength returns how strongly the text of e binds.
func strength(e *Expr) int {
	switch e.op {
	case OpNum:
		switch {
		case e.num.n < 0:
			return precAdd
		case e.num.d != 1:
			return precMul
		}
		return precAtom
	case OpAdd:
		return precAdd
	case OpMul:
		if neg, _ := splitSign(e); neg {
			return precAdd
		}
		return precMul
	case OpPow:
		if isReciprocal(e) {
			return precMul
		}
		return precPow
	case OpCompare:
		return precCompare
	case OpAnd:
		return precAnd
	case OpOr:
		return precOr
	case OpNot:
		return precNot
	}
	return precAtom
}
