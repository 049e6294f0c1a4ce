package expr

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
