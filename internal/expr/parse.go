package expr

// Limits that keep any input from exhausting memory or stack.
const (
	maxSource  = 1 << 20 // bytes of a formula
	maxDepth   = 500     // levels of nesting
	maxSteps   = 1 << 19 // operands read, those of sums once per index
	maxFactors = 4096    // of a prod: its gradient is of the square of that size
	maxWork    = 1 << 22 // terms and factors flattened, those of names as often as they are used
	maxLevels  = 2000    // depth with all names put in; the derivative of f(f(f(...))) is a product of that many factors
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

// number reports a condition where a number must stand.
func (p *parser) number(e operand, t token) *Error {
	if e.cond {
		return p.errorAt(t, "conditions are used as in if(x > 0, a, b)", "expected a number, found a condition")
	}
	return nil
}
