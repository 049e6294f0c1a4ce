package expr

import (
	_ "embed"
	"fmt"
	gotoken "go/token"
	"slices"
	"strings"
	"unicode"
)

// The Go source of the functions that package math does not have.
var (
	//go:embed dawson.go
	dawsonSource string
	//go:embed airy.go
	airySource string
)

// GoSource returns the formula as a Go expression of type float64, which needs
// the package math. name gives the Go expression of a variable; nil stands for
// [GoName]. An if becomes a function literal; the functions that have no short
// form in Go are those of [GoHelpers]. For several formulas, or one with large
// common parts, see [GoBlock].
func GoSource(e *Expr, name func(string) string) string {
	if e.size > maxText {
		// Written out it would not fit; with its common parts in variables it does.
		stmts, exprs := GoBlock([]*Expr{e}, name, func(i int) string { return fmt.Sprintf("tmp%d_", i) })
		return "func() float64 {\n" + strings.Join(stmts, "\n") + "\nreturn " + exprs[0] + "\n}()"
	}
	p := goPrinter{name: name}
	if name == nil {
		p.name = GoName
	}
	p.expr(e, precOr)
	return p.String()
}

// GoHelpers returns the Go declarations of the functions that the source of es
// calls and package math does not have, or the empty string.
func GoHelpers(es ...*Expr) string {
	var needDawson, needAiry bool
	walk(es, func(e *Expr) bool {
		if e.op == OpCall {
			needDawson = needDawson || e.name == "dawson" || e.name == "erfi"
			needAiry = needAiry || strings.HasPrefix(e.name, "airy")
		}
		return true
	})
	body := func(src string) string {
		_, after, _ := strings.Cut(src, "import \"math\"\n\n")
		return after
	}
	switch {
	case needDawson && needAiry:
		return body(dawsonSource) + "\n" + body(airySource)
	case needDawson:
		return body(dawsonSource)
	case needAiry:
		return body(airySource)
	}
	return ""
}

func abs(x float64) float64 { return max(x, -x) }

// shortPower reports whether x^k is written as a product.
func shortPower(k float64) bool { return isInt(k) && k >= 2 && k <= 4 }

type goPrinter struct {
	strings.Builder
	name  func(string) string
	temps map[*Expr]string
}

func (p *goPrinter) expr(e *Expr, prec int) {
	if t, ok := p.temps[e]; ok {
		p.WriteString(t)
		return
	}
	if e.konst && !finite(e.val) {
		p.nonfinite(e.val)
		return
	}
	own := goStrength(e)
	if own < prec {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch e.op {
	case OpNum:
		p.number(e.num)
	case OpConst:
		p.WriteString("math.Pi")
	case OpVar:
		p.WriteString(p.name(e.name))
	case OpAdd:
		for i, a := range e.args {
			neg, abs := splitSign(a)
			if t, ok := p.temps[a]; ok {
				if i > 0 {
					p.WriteString(" + ")
				}
				p.WriteString(t)
				continue
			}
			switch {
			case i == 0 && neg:
				p.WriteByte('-')
			case i > 0 && neg:
				p.WriteString(" - ")
			case i > 0:
				p.WriteString(" + ")
			}
			p.term(abs, a)
		}
	case OpMul:
		neg, abs := splitSign(e)
		if neg {
			p.WriteByte('-')
		}
		p.term(abs, e)
	case OpPow:
		if isReciprocal(e) {
			p.product(quotient(rat{1, 1}, []*Expr{e}))
		} else {
			p.power(e.args[0], e.args[1])
		}
	case OpCall:
		p.call(e)
	case OpIf:
		p.WriteString("func() float64 { if ")
		p.expr(e.args[0], precOr)
		p.WriteString(" { return ")
		p.expr(e.args[1], precOr)
		p.WriteString(" }; return ")
		p.expr(e.args[2], precOr)
		p.WriteString(" }()")
	case OpCompare:
		p.expr(e.args[0], precAdd)
		p.WriteString(" " + e.name + " ")
		p.expr(e.args[1], precAdd)
	case OpAnd, OpOr:
		for i, a := range e.args {
			if i > 0 {
				p.WriteString(map[Op]string{OpAnd: " && ", OpOr: " || "}[e.op])
			}
			p.expr(a, own+1)
		}
	case OpNot:
		p.WriteByte('!')
		p.expr(e.args[0], precAtom)
	}
}

func goStrength(e *Expr) int {
	if e.op == OpPow && !isReciprocal(e) {
		if e.args[1].op == OpNum && shortPower(e.args[1].val) {
			return precMul
		}
		return precAtom
	}
	return strength(e)
}

func (p *goPrinter) nonfinite(x float64) {
	switch {
	case x > 0:
		p.WriteString("math.Inf(1)")
	case x < 0:
		p.WriteString("math.Inf(-1)")
	default:
		p.WriteString("math.NaN()")
	}
}

func (p *goPrinter) term(c rat, e *Expr) {
	switch {
	case e.op == OpNum:
		p.number(c)
	case e.op == OpMul && e.rest != nil:
		if t, ok := p.temps[e.rest]; ok {
			p.product(fraction{num: c.n, den: c.d}, t)
			return
		}
		p.product(quotient(c, e.args[1:]))
	case e.op == OpMul:
		p.product(quotient(c, e.args))
	default:
		p.expr(e, precMul)
	}
}

// product writes a fraction, the texts in more being further factors.
func (p *goPrinter) product(f fraction, more ...string) {
	n := 0
	sep := func() {
		if n > 0 {
			p.WriteByte('*')
		}
		n++
	}
	if f.num != 1 || len(f.up)+len(more) == 0 {
		sep()
		p.float(f.num)
		if len(f.up)+len(more) == 0 && isInt(f.num) {
			p.WriteString(".0") // 1.0/3.0 is no division of integers
		}
	}
	for _, t := range more {
		sep()
		p.WriteString(t)
	}
	// Numbers last: a product of literals is a constant, which may be too large.
	for _, last := range [...]bool{false, true} {
		for _, u := range f.up {
			if u.base.konst == last {
				sep()
				p.expr(u.base, precNeg)
			}
		}
	}
	down := len(f.down)
	if f.den != 1 {
		down++
	}
	if down == 0 {
		return
	}
	p.WriteByte('/')
	single := down == 1 && !(len(f.down) == 1 && shortPower(f.down[0].n.val()))
	if !single {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	n = 0
	if f.den != 1 {
		sep()
		p.float(f.den)
		if isInt(f.den) {
			p.WriteString(".0")
		}
	}
	for _, d := range f.down {
		sep()
		if d.n.isOne() {
			p.expr(d.base, precPow)
			continue
		}
		p.powerNum(d.base, d.n)
	}
}

func (p *goPrinter) power(base, exp *Expr) {
	if exp.op == OpNum {
		p.powerNum(base, exp.num)
		return
	}
	p.WriteString("math.Pow(")
	p.expr(base, precOr)
	p.WriteString(", ")
	p.expr(exp, precOr)
	p.WriteByte(')')
}

// powerNum writes base^k, k > 0, as a product if the base is a name and k
// small.
func (p *goPrinter) powerNum(base *Expr, k rat) {
	_, named := p.temps[base]
	switch {
	case k.val() == 0.5:
		p.WriteString("math.Sqrt(")
		p.expr(base, precOr)
		p.WriteByte(')')
	case shortPower(k.val()) && (named || base.op == OpVar || base.konst):
		for i := range int(k.val()) {
			if i > 0 {
				p.WriteByte('*')
			}
			p.expr(base, precPow)
		}
	default:
		p.WriteString("math.Pow(")
		p.expr(base, precOr)
		p.WriteString(", ")
		p.number(k)
		p.WriteByte(')')
	}
}

func (p *goPrinter) number(r rat) {
	if r.d == 1 {
		p.float(r.n)
		return
	}
	neg := r.n < 0
	if neg {
		p.WriteByte('-')
		r = r.neg()
	}
	p.product(fraction{num: r.n, den: r.d})
}

func (p *goPrinter) float(x float64) {
	if !finite(x) {
		p.nonfinite(x)
		return
	}
	p.WriteString(formatFloat(x))
}

// goFuncs are the functions that are calls in Go.
var goFuncs = map[string]string{
	"sin": "math.Sin", "cos": "math.Cos", "tan": "math.Tan", "asin": "math.Asin", "acos": "math.Acos",
	"atan": "math.Atan", "atan2": "math.Atan2", "sinh": "math.Sinh", "cosh": "math.Cosh", "tanh": "math.Tanh",
	"exp": "math.Exp", "log": "math.Log", "log10": "math.Log10", "sqrt": "math.Sqrt", "abs": "math.Abs",
	"erf": "math.Erf", "erfc": "math.Erfc", "erfi": "erfi", "dawson": "dawson",
	"airyai": "airyai", "airybi": "airybi", "airyaiprime": "airyaiprime", "airybiprime": "airybiprime", "min": "min", "max": "max",
	"sign":      "func(x float64) float64 { if x > 0 { return 1 }; if x < 0 { return -1 }; return x }",
	"heaviside": "func(x float64) float64 { if x > 0 { return 1 }; if x < 0 { return 0 }; if x == 0 { return 0.5 }; return x }",
	"sigmoid":   "func(x float64) float64 { if x < 0 { return math.Exp(x)/(1 + math.Exp(x)) }; return 1/(1 + math.Exp(-x)) }",
	"softplus":  "func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }",
	"relu":      "max",
}

func (p *goPrinter) call(e *Expr) {
	if e.konst && (e.name == "min" || e.name == "max" || e.name == "relu") {
		// Of constants they would be constants, of a type that may not fit.
		p.float(e.val)
		return
	}
	p.WriteString(goFuncs[e.name])
	p.WriteByte('(')
	for i, a := range e.args {
		if i > 0 {
			p.WriteString(", ")
		}
		p.expr(a, precOr)
	}
	if e.name == "relu" {
		p.WriteString(", 0")
	}
	p.WriteByte(')')
}

// GoName turns the name of a variable into a Go identifier: q with one prime
// is qDot, with two qDDot; x[3] and y(0) are x_3 and y_0. Different names may become the same
// identifier (x[3] and x_3); a caller who cannot exclude that gives its own.
func GoName(name string) string {
	trimmed := strings.TrimRight(name, "'")
	primes := len(name) - len(trimmed)
	var b strings.Builder
	for _, r := range trimmed {
		switch {
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case r == ']' || r == ')' || unicode.IsSpace(r):
		case r == '-':
			b.WriteString("m")
		case r == '\'':
			b.WriteString("Dot")
		default:
			b.WriteByte('_')
		}
	}
	if primes > 0 {
		b.WriteString(strings.Repeat("D", primes) + "ot")
	}
	s := b.String()
	switch {
	case s == "" || unicode.IsDigit(rune(s[0])) || s == "_":
		return "v" + s
	case gotoken.IsKeyword(s), slices.Contains(predeclared, s):
		return s + "_"
	}
	return s
}

// predeclared are the identifiers that the generated source uses itself.
var predeclared = []string{"math", "max", "min", "float64", "dawson", "erfi", "airyai", "airybi", "airyaiprime", "airybiprime"}
