package problemfile

import (
	"math"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// unknown is an estimated or varying parameter whose settings are read once
// the constants have values.
type unknown struct {
	e       *entry
	symbols []*expr.Expr
	index   string // "": a single one
	lo      int    // index of the first symbol
	varies  bool
}

// declareConstants makes the names of [constants].
func (l *loader) declareConstants() {
	n, _ := l.tableOf("constants")
	if n == nil {
		return
	}
	for _, e := range n.keys {
		if !identifier.MatchString(e.key) {
			l.errorf(e.pos, "'%s' is not a name: letters, digits and _, not a digit first", e.key)
			continue
		}
		if e.val.kind == listNode {
			l.constantList(e)
			continue
		}
		l.declareConstant(e.key, e.pos, e.val)
	}
}

// constantList makes c[1], c[2], .. of c = [.., ..].
func (l *loader) constantList(e *entry) {
	if len(e.val.items) == 0 {
		l.errorf(e.val.pos, "an empty list, expected numbers")
		return
	}
	list := l.declareFamily(e.key, e.pos, classConstant, expr.Range{Lo: 1, Hi: len(e.val.items)})
	for i, s := range list {
		item := e.val.items[i]
		if item.kind != numberNode || math.IsNaN(item.num) || math.IsInf(item.num, 0) {
			l.errorf(item.pos, "a list of constants holds %s, expected finite numbers", item.describe())
			continue
		}
		l.constant(s, item.num)
	}
}

// describe says what a value is, for messages.
func (n *node) describe() string {
	if n.kind == numberNode {
		return n.text
	}
	return n.kind.String()
}

// declareConstant makes a constant of a number, or a definition in terms of
// constants of a formula: then a changed constant changes what follows from it.
func (l *loader) declareConstant(name string, pos int, v *node) {
	s := l.declare(name, pos, classConstant)
	if s == nil {
		return
	}
	l.settable = append(l.settable, s)
	if x, ok := l.set[name]; ok {
		l.constant(s, x)
		return
	}
	if v.kind == stringNode {
		l.definitions = append(l.definitions, &definition{name: name, symbol: s, node: v, allowed: classConstant, constant: true})
		return
	}
	if math.IsNaN(v.num) || math.IsInf(v.num, 0) {
		l.errorf(v.pos, "%s, expected a finite number or a formula", v.text)
		return
	}
	l.constant(s, v.num)
}

// settableConstants returns the constants that can be given another value, in
// the order of the file.
func (l *loader) settableConstants() []hamiltonian.Constant {
	formulas := map[*expr.Expr]*expr.Expr{}
	for _, d := range l.definitions {
		if d.constant {
			formulas[d.symbol] = d.value
		}
	}
	var out []hamiltonian.Constant
	for _, s := range l.settable {
		v, ok := l.values[s]
		if f := formulas[s]; !ok && f != nil {
			v, ok = l.constantValue(f)
		}
		if ok {
			out = append(out, hamiltonian.Constant{Symbol: s, Value: v})
		}
	}
	return out
}

// declareParameters makes the names of [parameters]: fixed ones are constants.
func (l *loader) declareParameters() {
	n, _ := l.tableOf("parameters")
	if n == nil {
		return
	}
	for _, e := range n.keys {
		base, index, ok := splitName(e.key)
		if !ok {
			l.errorf(e.pos, "'%s' is not a name: letters, digits and _, not a digit first, or name[i]", e.key)
			continue
		}
		if e.val.kind != tableNode {
			if index != "" {
				l.errorf(e.val.pos, "'%s' has an index, expected a table with the key index = '%s = 1..n'", e.key, index)
				continue
			}
			l.declareConstant(base, e.pos, e.val)
			continue
		}
		l.unit(e.val, base)
		t := e.val
		flag := func(key string) bool { k := t.get(key); return k != nil && k.val.text == "true" }
		estimate, varies := flag("estimate"), flag("varies")
		value := t.get("value")
		if value == nil && !estimate && !varies && t.get("estimate") != nil {
			value = t.get("guess") // estimate = false: fixed at its guess
		}
		switch {
		case estimate && varies:
			l.errorf(t.get("varies").pos, "both estimate and varies are true, expected one: an estimated parameter is constant")
		case (estimate || varies) && value != nil:
			l.errorf(value.pos, "a value for an unknown parameter, expected guess = .., or estimate = false")
		case estimate || varies:
			l.declareUnknown(e, base, index, varies)
		case value != nil && index != "":
			l.declareIndexedConstant(e, base, index, value.val)
		case value != nil:
			l.declareConstant(base, e.pos, value.val)
		case !t.bad("value") && !t.bad("estimate") && !t.bad("varies"):
			l.errorf(e.pos, "the parameter '%s' is neither known nor unknown, expected value = .., estimate = true or varies = true", e.key)
		}
	}
}

func (l *loader) declareIndexedConstant(e *entry, base, index string, v *node) {
	r, ok := l.indexRange(e, index)
	if !ok {
		return
	}
	for i, s := range l.declareFamily(base, e.pos, classConstant, r) {
		l.definitions = append(l.definitions, &definition{name: s.Name(), symbol: s, node: v, allowed: classConstant, constant: true,
			at: map[string]int{index: r.Lo + i}})
	}
}

func (l *loader) declareUnknown(e *entry, base, index string, varies bool) {
	if l.kind == KindLagrangian {
		l.errorf(e.pos, "a lagrangian problem has no parameters to estimate, expected value = ..")
		return
	}
	c := classParam
	if varies {
		c = classState
	}
	u := &unknown{e: e, index: index, varies: varies}
	if index == "" {
		if s := l.declare(base, e.pos, c); s != nil {
			u.symbols = []*expr.Expr{s}
		}
	} else if r, ok := l.indexRange(e, index); ok {
		u.lo = r.Lo
		u.symbols = l.declareFamily(base, e.pos, c, r)
	}
	l.unknowns = append(l.unknowns, u)
}

// readParameters reads the settings of estimated and varying parameters.
func (l *loader) readParameters() {
	for _, u := range l.unknowns {
		for i, s := range u.symbols {
			var at map[string]int
			if u.index != "" {
				at = map[string]int{u.index: u.lo + i}
			}
			if u.varies {
				l.readVarying(u, s, at)
			} else {
				l.readEstimated(u, s, at)
			}
		}
	}
}

func (l *loader) readEstimated(u *unknown, s *expr.Expr, at map[string]int) {
	t := u.e.val
	p := hamiltonian.Param{Symbol: s}
	p.Min, p.Max = l.bounds(t, at)
	pr, hasPrior := l.prior(t, at)
	p.Prior = pr
	lo, hi, hasRange := l.rangeKey(t, s.Name(), at)
	if k := t.get("Rf"); k != nil {
		l.errorf(k.pos, "Rf of an estimated parameter, which is constant; expected varies = true instead of estimate = true")
	}
	guess, pos, ok := l.numberKey(t, "guess", at)
	switch {
	case ok:
		p.Guess = guess
		l.within("guess", guess, p.Min, p.Max, pos)
	case !t.missing("guess"): // reported
	case hasPrior:
		p.Guess = pr.Mean
	case hasRange:
		p.Guess = (lo + hi) / 2
	case t.missing("prior") && t.missing("range"):
		l.errorf(u.e.pos, "the estimated parameter '%s' has no guess, expected guess = .. (or a prior or a range)", u.e.key)
	}
	l.params = append(l.params, p)
}

func (l *loader) readVarying(u *unknown, s *expr.Expr, at map[string]int) {
	t := u.e.val
	st := hamiltonian.State{Symbol: s, F: l.g.Num(0), Varying: true}
	st.Min, st.Max = l.bounds(t, at)
	st.Prior, _ = l.prior(t, at)
	l.rangeKey(t, s.Name(), at)
	if t.missing("Rf") {
		l.errorf(u.e.pos, "the varying parameter '%s' has no Rf, expected the precision of its derivative", u.e.key)
	}
	if k := t.get("Rf"); k != nil {
		if v, ok := l.precision(k.val, at); ok {
			st.Rf = v
			if math.IsInf(v, 1) {
				l.errorf(k.val.pos, "Rf of a varying parameter is inf, expected a finite number, or estimate = true for a constant")
			}
		}
	}
	if t.missing("guess") && t.missing("prior") {
		l.errorf(u.e.pos, "the varying parameter '%s' has no guess, expected guess = ..", u.e.key)
	}
	if k := t.get("guess"); k != nil {
		st.Guess = l.formula(k.val, classKnown, at)
	} else {
		st.Guess = l.g.Num(st.Prior.Mean)
	}
	l.varying = append(l.varying, st)
}
