package expr

import (
	"strings"
	"unicode"
)

// box is a piece of typeset mathematics, between a formula and its LaTeX or
// MathML: what a fraction, a root, a case distinction is is decided here, once.
type box struct {
	kind boxKind
	text string
	kids []box
}

type boxKind uint8

const (
	boxRow   boxKind = iota // kids side by side
	boxNum                  // number text
	boxName                 // variable text
	boxOp                   // operator text, in the notation of the language; "" is an invisible product
	boxFunc                 // function name text
	boxFrac                 // kids[0] over kids[1]
	boxPower                // kids[0] to the power kids[1]
	boxIndex                // kids[0] with the subscript kids[1]
	boxRoot                 // square root of kids[0]
	boxParen                // kids[0] in parentheses
	boxAbs                  // absolute value of kids[0]
	boxCases                // kids[0] if kids[1], otherwise kids[2]
)

func row(kids ...box) box { return box{kind: boxRow, kids: kids} }

func op(text string) box { return box{kind: boxOp, text: text} }

func paren(b box) box { return box{kind: boxParen, kids: []box{b}} }

// layout typesets e, in parentheses if it binds less than prec.
func layout(e *Expr, prec int) box {
	b := layoutBare(e)
	if layoutStrength(e) < prec {
		return paren(b)
	}
	return b
}

// layoutStrength is [strength], except for what is written otherwise than as
// text.
func layoutStrength(e *Expr) int {
	switch {
	case e.op == OpNum && e.num.n >= 0 && e.num.d != 1:
		return precMul
	case e.op == OpCall && e.name == "exp":
		return precPow
	case e.op == OpIf:
		return precNot
	case e.op == OpNum && e.num.n >= 0 && strings.Contains(formatFloat(e.num.n), "e"):
		return precMul
	}
	return strength(e)
}

func layoutBare(e *Expr) box {
	switch e.op {
	case OpNum:
		return layoutSigned(e)
	case OpConst, OpVar:
		return box{kind: boxName, text: e.name}
	case OpAdd:
		var kids []box
		for i, a := range e.args {
			neg, abs := splitSign(a)
			if neg {
				kids = append(kids, op("-"))
			} else if i > 0 {
				kids = append(kids, op("+"))
			}
			kids = append(kids, layoutTerm(abs, a))
		}
		return row(kids...)
	case OpMul:
		return layoutSigned(e)
	case OpPow:
		return layoutPow(e)
	case OpCall:
		return layoutCall(e)
	case OpIf:
		return box{kind: boxCases, kids: []box{layout(e.args[1], 0), layout(e.args[0], 0), layout(e.args[2], 0)}}
	case OpCompare:
		return row(layout(e.args[0], precAdd), op(e.name), layout(e.args[1], precAdd))
	case OpAnd, OpOr:
		var kids []box
		for i, a := range e.args {
			if i > 0 {
				kids = append(kids, op(e.op.String()))
			}
			kids = append(kids, layout(a, strength(e)+1))
		}
		return row(kids...)
	}
	return row(op("not"), layout(e.args[0], precAtom))
}

func layoutSigned(e *Expr) box {
	neg, abs := splitSign(e)
	t := layoutTerm(abs, e)
	if neg {
		return row(op("-"), t)
	}
	return t
}

// layoutTerm typesets the absolute value of the term e, whose coefficient is c.
func layoutTerm(c rat, e *Expr) box {
	switch {
	case e.op == OpNum:
		return layoutFraction(fraction{num: c.n, den: c.d})
	case e.op == OpMul && e.rest != nil:
		return layoutFraction(quotient(c, e.args[1:]))
	case e.op == OpMul:
		return layoutFraction(quotient(c, e.args))
	}
	return layout(e, precMul)
}

func layoutFraction(f fraction) box {
	if f.den == 1 && len(f.down) == 0 {
		return layoutFactors(f.num, f.up, precNeg)
	}
	return box{kind: boxFrac, kids: []box{layoutFactors(f.num, f.up, 0), layoutFactors(f.den, f.down, 0)}}
}

// layoutFactors typesets a product; one factor alone is put in parentheses if
// it binds less than alone.
func layoutFactors(c float64, factors []power, alone int) box {
	var kids []box
	if c != 1 || len(factors) == 0 {
		kids = append(kids, layoutFloat(c))
	}
	prec := precNeg
	if len(kids)+len(factors) == 1 {
		prec = alone
	}
	for _, f := range factors {
		if len(kids) > 0 {
			times := op("")
			if beginsWithNumber(f.base) {
				times = op("*")
			}
			kids = append(kids, times)
		}
		if f.n.isOne() {
			kids = append(kids, layout(f.base, prec))
			continue
		}
		kids = append(kids, layoutPower(f.base, layoutRat(f.n), f.n))
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return row(kids...)
}

func beginsWithNumber(e *Expr) bool {
	for e.op == OpPow {
		e = e.args[0]
	}
	return e.op == OpNum
}

func layoutRat(r rat) box {
	if r.d == 1 {
		return layoutFloat(r.n)
	}
	if r.n < 0 {
		return row(op("-"), layoutRat(r.neg()))
	}
	return row(layoutFloat(r.n), op("/"), layoutFloat(r.d))
}

func layoutFloat(x float64) box {
	if x < 0 {
		return row(op("-"), layoutFloat(-x))
	}
	mant, exp, ok := strings.Cut(formatFloat(x), "e")
	if !ok {
		return box{kind: boxNum, text: mant}
	}
	e := box{kind: boxNum, text: exp}
	if exp[0] == '-' {
		e = row(op("-"), box{kind: boxNum, text: exp[1:]})
	}
	ten := box{kind: boxPower, kids: []box{{kind: boxNum, text: "10"}, e}}
	if mant == "1" {
		return ten
	}
	return row(box{kind: boxNum, text: mant}, op("*"), ten)
}

func layoutPow(e *Expr) box {
	if isReciprocal(e) {
		return layoutFraction(quotient(rat{1, 1}, []*Expr{e}))
	}
	if k := e.args[1]; k.op == OpNum {
		return layoutPower(e.args[0], layoutRat(k.num), k.num)
	}
	return layoutPower(e.args[0], layout(e.args[1], 0), rat{})
}

// layoutPower typesets base^exp; k is the exponent if it is a number. Powers
// of trigonometric and hyperbolic functions are written at the name.
func layoutPower(base *Expr, exp box, k rat) box {
	switch {
	case k.n == 1 && k.d == 2 || k.val() == 0.5:
		return box{kind: boxRoot, kids: []box{layout(base, 0)}}
	case base.op == OpCall && raisedName[base.name] && k.n > 0 && isInt(k.val()):
		name := box{kind: boxPower, kids: []box{{kind: boxFunc, text: base.name}, exp}}
		return row(name, layoutArguments(base.args))
	}
	b := layout(base, precAtom)
	if base.op == OpNum && (base.num.n < 0 || base.num.d != 1) && b.kind != boxParen {
		b = paren(b)
	}
	return box{kind: boxPower, kids: []box{b, exp}}
}

var raisedName = map[string]bool{"sin": true, "cos": true, "tan": true, "sinh": true, "cosh": true, "tanh": true}

func layoutCall(e *Expr) box {
	switch e.name {
	case "sqrt":
		return box{kind: boxRoot, kids: []box{layout(e.args[0], 0)}}
	case "abs":
		return box{kind: boxAbs, kids: []box{layout(e.args[0], 0)}}
	case "exp":
		return box{kind: boxPower, kids: []box{{kind: boxFunc, text: "e"}, layout(e.args[0], 0)}}
	}
	return row(box{kind: boxFunc, text: e.name}, layoutArguments(e.args))
}

func layoutArguments(args []*Expr) box {
	var kids []box
	for i, a := range args {
		if i > 0 {
			kids = append(kids, op(","))
		}
		kids = append(kids, layout(a, 0))
	}
	return paren(row(kids...))
}

// nameParts is a variable's name taken apart for typesetting: q_1[3]' is the
// base q with the subscripts 1 and 3 and one prime; y(0) has the argument 0.
type nameParts struct {
	base   string
	subs   []string
	primes int
	arg    string
}

func splitName(name string) nameParts {
	var p nameParts
	if i := strings.IndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		p.arg = name[i+1 : len(name)-1]
		name = name[:i]
	}
	trimmed := strings.TrimRight(name, "'")
	p.primes = len(name) - len(trimmed)
	name = trimmed
	var indices []string
	if i := strings.IndexByte(name, '['); i > 0 && strings.HasSuffix(name, "]") {
		indices = strings.Split(name[i+1:len(name)-1], ",")
		name = name[:i]
	}
	if trimmed := strings.TrimRight(name, "'"); trimmed != name { // q'[3]
		p.primes += len(name) - len(trimmed)
		name = trimmed
	}
	base, sub, ok := strings.Cut(name, "_")
	if ok && base != "" {
		for s := range strings.SplitSeq(sub, "_") {
			if s != "" {
				p.subs = append(p.subs, s)
			}
		}
	} else {
		base = name
	}
	if letters := strings.TrimRightFunc(base, unicode.IsDigit); letters != "" && letters != base {
		p.subs = append([]string{base[len(letters):]}, p.subs...)
		base = letters
	}
	p.base = base
	for _, i := range indices {
		p.subs = append(p.subs, strings.TrimSpace(i))
	}
	return p
}
