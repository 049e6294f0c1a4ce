package expr

import (
	"errors"
	"maps"
	"slices"
)

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
