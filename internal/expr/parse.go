package expr

import (
	"errors"
	"maps"
	"slices"
)

// Limits that keep any input from exhausting memory or stack.
const (
	maxSource = 1 << 20 // bytes of a formula
	maxDepth  = 500     // levels of nesting
	maxSteps  = 1 << 19 // operands read, those of sums once per index
	maxWork   = 1 << 22 // terms and factors flattened, those of names as often as they are used
	maxLevels = 100_000 // depth of a formula with all its names put in
)

// Parse returns the formula src. The error is an [*Error].
func (g *Graph) Parse(src string, s *Scope) (*Expr, error) {
	p, err := newParser(g, src, s)
	if err != nil {
		return nil, err
	}
	e, perr := p.whole()
	if perr != nil {
		return nil, perr
	}
	return e, nil
}

// parser reads a formula by recursive descent.
type parser struct {
	g     *Graph
	src   string
	scope *Scope
	toks  []token
	pos   int
	depth int
	steps int
	work  int
	local []localIndex // of the sums around, innermost last
}

type localIndex struct {
	name string
	val  int
}

func newParser(g *Graph, src string, s *Scope) (*parser, error) {
	if s == nil {
		s = &Scope{}
	}
	if len(src) > maxSource {
		return nil, newError(src, 0, "", "the formula is longer than %d bytes", maxSource)
	}
	toks, err := lex(src)
	if err != nil {
		return nil, err
	}
	return &parser{g: g, src: src, scope: s, toks: toks}, nil
}

func (p *parser) whole() (*Expr, *Error) {
	if p.peek().kind == tokEnd {
		return nil, p.errorAt(p.peek(), "", "the formula is empty")
	}
	e, err := p.value()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokEnd {
		return nil, p.unexpected(t)
	}
	return e, nil
}

func (p *parser) peek() token { return p.toks[p.pos] }

func (p *parser) next() token {
	t := p.toks[p.pos]
	if t.kind != tokEnd {
		p.pos++
	}
	return t
}

func (p *parser) is(op string) bool {
	t := p.peek()
	return t.kind == tokOp && t.text == op
}

func (p *parser) accept(op string) bool {
	if p.is(op) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) acceptWord(word string) bool {
	if t := p.peek(); t.kind == tokName && t.text == word {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(op, where string) *Error {
	if p.accept(op) {
		return nil
	}
	t := p.peek()
	if op == ")" || op == "," || op == "]" {
		if err := p.missingOperator(t); err != nil {
			return err
		}
	}
	return p.errorAt(t, followHint(t), "expected %q %s, found %s", op, where, t.describe())
}

func (p *parser) errorAt(t token, hint, format string, args ...any) *Error {
	return newError(p.src, t.off, hint, format, args...)
}

// unexpected reports a token that cannot follow an operand.
func (p *parser) unexpected(t token) *Error {
	if err := p.missingOperator(t); err != nil {
		return err
	}
	hint := followHint(t)
	switch t.text {
	case ")":
		hint = `there is no matching "("`
	case "]":
		hint = `there is no matching "["`
	}
	return p.errorAt(t, hint, "unexpected %s", t.describe())
}

// followHint explains an operator that cannot follow.
func followHint(t token) string {
	switch t.text {
	case "=":
		return "equality is written =="
	case "<", "<=", ">", ">=", "==", "!=":
		return "a chain of comparisons is written a < b and b < c"
	}
	return ""
}

// missingOperator reports an operand that follows an operand.
func (p *parser) missingOperator(t token) *Error {
	if p.pos == 0 {
		return nil
	}
	prev := p.toks[p.pos-1]
	operand := prev.kind == tokNumber || prev.kind == tokName || prev.text == ")" || prev.text == "]"
	begins := t.kind == tokNumber || t.kind == tokName && t.text != "and" && t.text != "or" || t.kind == tokOp && t.text == "("
	if !operand || !begins {
		return nil
	}
	return p.errorAt(t, `did you forget "*" before it?`, "expected an operator, found %s", t.describe())
}

func (p *parser) enter(t token) *Error {
	p.depth++
	if p.depth > maxDepth {
		return p.errorAt(t, "", "the formula is nested more than %d levels deep", maxDepth)
	}
	return nil
}

// check rejects constants without a value and formulas that are too large.
func (p *parser) check(e *Expr, t token) (*Expr, *Error) {
	if e.konst && !finite(e.val) {
		return nil, p.errorAt(t, "", "%s is not a finite number", Text(e))
	}
	if e.depth > maxLevels {
		return nil, p.errorAt(t, "", "the formula is nested more than %d levels deep", maxLevels)
	}
	return e, nil
}

// spend counts the terms or factors that the operand e brings into a sum or
// product.
func (p *parser) spend(e *Expr, t token) *Error {
	if e.op == OpAdd || e.op == OpMul {
		p.work += len(e.args)
	}
	if p.work > maxWork {
		return p.errorAt(t, "", "the formula is too large: more than %d terms and factors", maxWork)
	}
	return nil
}

// value reads a number-valued expression.
func (p *parser) value() (*Expr, *Error) {
	t := p.peek()
	e, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if e.cond {
		return nil, p.errorAt(t, "conditions are used as in if(x > 0, a, b)", "expected a number, found a condition")
	}
	return e.Expr, nil
}

// condition reads a condition.
func (p *parser) condition() (*Expr, *Error) {
	t := p.peek()
	e, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if !e.cond {
		return nil, p.errorAt(t, "", "expected a condition such as x > 0, found a number")
	}
	return e.Expr, nil
}

// operand is an expression and whether it is a condition: folded conditions
// are numbers.
type operand struct {
	*Expr
	cond bool
}

func (p *parser) disjunction() (operand, *Error) {
	return p.junction("or", p.conjunction, p.g.Or)
}

func (p *parser) conjunction() (operand, *Error) {
	return p.junction("and", p.negation, p.g.And)
}

func (p *parser) junction(word string, part func() (operand, *Error), build func(...*Expr) *Expr) (operand, *Error) {
	t := p.peek()
	first, err := part()
	if err != nil {
		return first, err
	}
	if u := p.peek(); u.kind != tokName || u.text != word {
		return first, nil
	}
	if !first.cond {
		return first, p.errorAt(t, "", "%q joins conditions, found a number", word)
	}
	parts := []*Expr{first.Expr}
	for p.acceptWord(word) {
		t := p.peek()
		c, err := part()
		if err != nil {
			return c, err
		}
		if !c.cond {
			return c, p.errorAt(t, "", "%q joins conditions, found a number", word)
		}
		parts = append(parts, c.Expr)
	}
	return operand{build(parts...), true}, nil
}

func (p *parser) negation() (operand, *Error) {
	t := p.peek()
	if !p.acceptWord("not") {
		return p.comparison()
	}
	if err := p.enter(t); err != nil {
		return operand{}, err
	}
	defer func() { p.depth-- }()
	c, err := p.negation()
	if err != nil {
		return c, err
	}
	if !c.cond {
		return c, p.errorAt(t, "", `"not" needs a condition, found a number`)
	}
	return operand{p.g.Not(c.Expr), true}, nil
}

func (p *parser) comparison() (operand, *Error) {
	at := p.peek()
	a, err := p.sum()
	if err != nil {
		return a, err
	}
	t := p.peek()
	if t.kind != tokOp {
		return a, nil
	}
	switch t.text {
	case "<", "<=", ">", ">=", "==", "!=":
	default:
		return a, nil
	}
	if a.cond {
		return a, p.errorAt(at, "", "%q compares numbers, found a condition", t.text)
	}
	p.next()
	bt := p.peek()
	b, err := p.sum()
	if err != nil {
		return b, err
	}
	if b.cond {
		return b, p.errorAt(bt, "", "%q compares numbers, found a condition", t.text)
	}
	return operand{p.g.Compare(t.text, a.Expr, b.Expr), true}, nil
}

// number reports a condition where a number must stand.
func (p *parser) number(e operand, t token) *Error {
	if e.cond {
		return p.errorAt(t, "conditions are used as in if(x > 0, a, b)", "expected a number, found a condition")
	}
	return nil
}

// sum reads terms and adds them in one go, so that no partial sums are kept.
func (p *parser) sum() (operand, *Error) {
	at := p.peek()
	first, err := p.product()
	if err != nil || !p.is("+") && !p.is("-") {
		return first, err
	}
	if err := p.number(first, at); err != nil {
		return first, err
	}
	terms := []*Expr{first.Expr}
	for p.is("+") || p.is("-") {
		minus := p.next().text == "-"
		t := p.peek()
		e, err := p.product()
		if err == nil {
			err = p.number(e, t)
		}
		if err == nil {
			err = p.spend(e.Expr, t)
		}
		if err != nil {
			return e, err
		}
		if minus {
			e.Expr = p.g.Neg(e.Expr)
		}
		terms = append(terms, e.Expr)
	}
	e, err := p.check(p.g.Add(terms...), at)
	return operand{e, false}, err
}

// product reads factors. A sign in front is one of the product: in -(a + b)*c
// the sum stays as it is.
func (p *parser) product() (operand, *Error) {
	negate, signs := false, false
	for p.is("-") || p.is("+") {
		signs = true
		negate = (p.next().text == "-") != negate
	}
	at := p.peek()
	first, err := p.power()
	if err != nil || !signs && !p.is("*") && !p.is("/") {
		return first, err
	}
	err = p.number(first, at)
	if err == nil {
		err = p.spend(first.Expr, at)
	}
	if err != nil {
		return first, err
	}
	factors := []*Expr{first.Expr}
	for p.is("*") || p.is("/") {
		op := p.next()
		t := p.peek()
		e, err := p.unary()
		if err == nil {
			err = p.number(e, t)
		}
		if err == nil {
			err = p.spend(e.Expr, t)
		}
		if err != nil {
			return e, err
		}
		if op.text == "/" {
			e.Expr = p.g.Pow(e.Expr, p.g.minusOne)
			if e.konst && !finite(e.val) {
				return e, p.errorAt(t, "", "division by zero")
			}
		}
		factors = append(factors, e.Expr)
	}
	if negate {
		factors = append(factors, p.g.minusOne)
	}
	e, err := p.check(p.g.Mul(factors...), at)
	return operand{e, false}, err
}

func (p *parser) unary() (operand, *Error) {
	t := p.peek()
	if !p.is("-") && !p.is("+") {
		return p.power()
	}
	p.next()
	if err := p.enter(t); err != nil {
		return operand{}, err
	}
	defer func() { p.depth-- }()
	at := p.peek()
	e, err := p.unary()
	if err == nil {
		err = p.number(e, at)
	}
	if err == nil {
		err = p.spend(e.Expr, at)
	}
	if err == nil && t.text == "-" {
		e.Expr = p.g.Neg(e.Expr)
	}
	return e, err
}

// power reads base^exponent; the exponent may have a sign and associates to
// the right.
func (p *parser) power() (operand, *Error) {
	at := p.peek()
	base, err := p.primary()
	if err != nil || !p.is("^") {
		return base, err
	}
	if err := p.number(base, at); err != nil {
		return base, err
	}
	if err := p.enter(p.next()); err != nil {
		return operand{}, err
	}
	defer func() { p.depth-- }()
	t := p.peek()
	exp, err := p.unary()
	if err == nil {
		err = p.number(exp, t)
	}
	if err != nil {
		return exp, err
	}
	e, err := p.check(p.g.Pow(base.Expr, exp.Expr), at)
	return operand{e, false}, err
}

func (p *parser) primary() (operand, *Error) {
	t := p.next()
	p.steps++
	if p.steps > maxSteps {
		return operand{}, p.errorAt(t, "", "the formula is too large: more than %d operands", maxSteps)
	}
	switch {
	case t.kind == tokNumber:
		return operand{p.g.Num(t.num), false}, nil
	case t.kind == tokOp && t.text == "(":
		if err := p.enter(t); err != nil {
			return operand{}, err
		}
		defer func() { p.depth-- }()
		e, err := p.disjunction()
		if err != nil {
			return e, err
		}
		return e, p.expect(")", `to close the "("`)
	case t.kind == tokName && (t.text == "and" || t.text == "or" || t.text == "not"):
	case t.kind == tokName:
		e, err := p.name(t)
		return operand{e, false}, err
	}
	return operand{}, p.errorAt(t, "", "expected a number, a name or \"(\", found %s", t.describe())
}

// name reads what begins with a name.
func (p *parser) name(t token) (*Expr, *Error) {
	if err := p.enter(t); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	switch {
	case p.is("("):
		return p.call(t)
	case p.is("["):
		return p.element(t)
	}
	if i, ok := p.index(t.text); ok {
		return p.g.Num(float64(i)), nil
	}
	if e, ok := p.scope.Names[t.text]; ok && e != nil {
		return e, nil
	}
	if t.text == "pi" {
		return p.g.pi, nil
	}
	if f, ok := p.scope.Families[t.text]; ok {
		return nil, p.errorAt(t, "", "%s is a family: write %s[i], i = %d..%d", t.text, t.text, f.Lo, f.Hi)
	}
	if functions[t.text] != nil || slices.Contains(p.scope.Functions, t.text) || reserved(t.text) {
		return nil, p.errorAt(t, "", "%s is a function: write %s(...)", t.text, t.text)
	}
	if t.text == "e" {
		return nil, p.errorAt(t, "Euler's number is exp(1)", "unknown name e")
	}
	return nil, p.unknown(t, "unknown name %s", p.values())
}

func (p *parser) index(name string) (int, bool) {
	for _, l := range slices.Backward(p.local) {
		if l.name == name {
			return l.val, true
		}
	}
	i, ok := p.scope.Indices[name]
	return i, ok
}

// values are the names that may stand where a number is expected.
func (p *parser) values() []string {
	names := []string{"pi"}
	names = slices.AppendSeq(names, maps.Keys(p.scope.Names))
	names = slices.AppendSeq(names, maps.Keys(p.scope.Families))
	names = slices.AppendSeq(names, maps.Keys(p.scope.Indices))
	for _, l := range p.local {
		names = append(names, l.name)
	}
	return names
}

func (p *parser) callables() []string {
	return append(append(Functions(), "if", "sum", "prod"), p.scope.Functions...)
}

func (p *parser) unknown(t token, format string, candidates []string) *Error {
	hint := ""
	if s := Suggest(t.text, candidates); s != "" {
		hint = "did you mean " + s + "?"
	}
	return p.errorAt(t, hint, format, t.text)
}

// call reads name(arguments).
func (p *parser) call(t token) (*Expr, *Error) {
	switch t.text {
	case "if":
		return p.conditional(t)
	case "sum", "prod":
		return p.series(t)
	}
	if functions[t.text] == nil && p.scope.Call == nil {
		// Say so before complaining about the arguments.
		return nil, p.notFunction(t)
	}
	p.next() // the parenthesis
	var args []*Expr
	if !p.accept(")") {
		for {
			a, err := p.value()
			if err != nil {
				return nil, err
			}
			args = append(args, a)
			if !p.accept(",") {
				break
			}
		}
		if err := p.expect(")", "to close the arguments of "+t.text); err != nil {
			return nil, err
		}
	}
	if p.scope.Call != nil {
		e, ok, err := p.scope.Call(t.text, args)
		if err != nil {
			var perr *Error
			if errors.As(err, &perr) {
				return nil, p.errorAt(t, perr.Hint, "%s", perr.Msg)
			}
			return nil, p.errorAt(t, "", "%s", err.Error())
		}
		if ok {
			return p.check(e, t)
		}
	}
	f := functions[t.text]
	if f == nil {
		return nil, p.notFunction(t)
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		hint := ""
		if t.text == "atan" && len(args) == 2 {
			hint = "did you mean atan2?"
		}
		return nil, p.errorAt(t, hint, "%s takes %s, found %d", t.text, f.arity(), len(args))
	}
	return p.check(p.g.Call(t.text, args...), t)
}

// notFunction reports a call of what is no function.
func (p *parser) notFunction(t token) *Error {
	_, name := p.scope.Names[t.text]
	_, index := p.index(t.text)
	switch {
	case name || index || t.text == "pi":
		return p.errorAt(p.peekAfter(t), `did you forget "*" before it?`, "%s is not a function", t.text)
	case t.text == "ln":
		return p.errorAt(t, "the natural logarithm is log", "unknown function ln")
	case t.text == "arcsin" || t.text == "arccos" || t.text == "arctan":
		return p.errorAt(t, "did you mean a"+t.text[3:]+"?", "unknown function %s", t.text)
	}
	if f, ok := p.scope.Families[t.text]; ok {
		return p.errorAt(t, "", "%s is a family: write %s[i], i = %d..%d", t.text, t.text, f.Lo, f.Hi)
	}
	return p.unknown(t, "unknown function %s", p.callables())
}

// peekAfter returns the token that follows t.
func (p *parser) peekAfter(t token) token {
	i, _ := slices.BinarySearchFunc(p.toks, t.off, func(u token, off int) int { return u.off - off })
	return p.toks[min(i+1, len(p.toks)-1)]
}

// conditional reads if(c, a, b).
func (p *parser) conditional(t token) (*Expr, *Error) {
	p.next()
	c, err := p.condition()
	if err != nil {
		return nil, err
	}
	var sides [2]*Expr
	for i := range sides {
		if err := p.expect(",", "in if(condition, a, b)"); err != nil {
			return nil, err
		}
		if sides[i], err = p.value(); err != nil {
			return nil, err
		}
	}
	if err := p.expect(")", "to close the arguments of if"); err != nil {
		return nil, err
	}
	return p.check(p.g.If(c, sides[0], sides[1]), t)
}
