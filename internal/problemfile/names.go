package problemfile

import (
	"fmt"
	"regexp"
	"strings"

	"costate/internal/expr"
)

// class is what a name stands for.
type class uint

const (
	classLayer class = 1 << iota
	classConstant
	classParam
	classInput
	classState // states, coordinates
	classVelocity
	classCostate
	classControl
	classDefinition
	classPoint // y(0), in conditions

	classKnown  = classLayer | classConstant
	classFixed  = classConstant | classParam
	classSignal = classLayer | classConstant | classInput
	classModel  = classSignal | classParam | classState | classVelocity
)

func (c class) words() string {
	switch c {
	case classLayer:
		return "the layer"
	case classConstant:
		return "a constant"
	case classParam:
		return "an estimated parameter"
	case classInput:
		return "an input"
	case classState:
		return "a state"
	case classVelocity:
		return "a velocity"
	case classCostate:
		return "a costate"
	case classControl:
		return "a control"
	case classDefinition:
		return "a definition"
	}
	return "a name"
}

// symbol is a declared name, or an element of an indexed family.
type symbol struct {
	name  string
	class class
	pos   int
	e     *expr.Expr // nil for a family as a whole
}

// reserved are the names that formulas use themselves.
var reserved = map[string]string{"pi": "the number pi", "start": "the start of the layer in conditions", "end": "the end of the layer in conditions",
	"if": "a function", "sum": "a function", "integral": "a function", "dot": "a function", "inf": "infinity", "nan": "not a number"}

func init() {
	for _, f := range expr.Functions() {
		reserved[f] = "a function"
	}
}

var identifier = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// splitName splits "x[i]" into the family's name and its index; index is ""
// for a plain name.
func splitName(s string) (base, index string, ok bool) {
	if i := strings.IndexByte(s, '['); i >= 0 {
		if !strings.HasSuffix(s, "]") {
			return "", "", false
		}
		base, index = strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:len(s)-1])
		return base, index, identifier.MatchString(base) && identifier.MatchString(index)
	}
	return s, "", identifier.MatchString(s)
}

// claim takes a name for a class of things, or reports why it cannot be.
func (l *loader) claim(name string, pos int, c class) bool {
	if what, ok := reserved[name]; ok {
		l.errorf(pos, "the name '%s' is taken: it is %s", name, what)
		return false
	}
	if old := l.names[name]; old != nil {
		where := ""
		if old.pos >= 0 {
			where = fmt.Sprintf(" (line %d)", l.line(old.pos))
		}
		l.errorf(pos, "duplicate name '%s': it is already %s%s", name, old.class.words(), where)
		return false
	}
	l.names[name] = &symbol{name: name, class: c, pos: pos}
	return true
}

// declare makes a symbol of a plain name.
func (l *loader) declare(name string, pos int, c class) *expr.Expr {
	if !l.claim(name, pos, c) {
		return nil
	}
	s := l.names[name]
	s.e = l.g.Var(name)
	l.symbols[s.e] = s
	l.order = append(l.order, s)
	l.scope.Names[name] = s.e
	return s.e
}

// checkCostates reports names of the file that derived quantities have: p_x is the
// costate of x, q_theta that of an estimated parameter.
func (l *loader) checkCostates() {
	check := func(prefix string, of *expr.Expr, what string) {
		if of == nil {
			return
		}
		if s := l.symbols[l.g.Var(prefix+of.Name())]; s != nil && s.class != classPoint {
			l.errorf(s.pos, "the name '%s' is taken: it is the costate of the %s '%s'", s.name, what, of.Name())
		}
	}
	if l.kind == KindAction || l.kind == KindLagrangian {
		for _, c := range l.comps {
			check("p_", c.symbol, "state")
		}
	}
	if l.kind == KindAction || l.kind == KindHamiltonian {
		for _, p := range l.params {
			check("q_", p.Symbol, "parameter")
		}
	}
}

// maxFamily bounds the elements of an indexed family.
const maxFamily = 10_000

// declareFamily makes symbols name[lo] .. name[hi].
func (l *loader) declareFamily(name string, pos int, c class, r expr.Range) []*expr.Expr {
	if !l.claim(name, pos, c) {
		return nil
	}
	list := make([]*expr.Expr, r.Hi-r.Lo+1)
	for i := range list {
		s := &symbol{name: fmt.Sprintf("%s[%d]", name, r.Lo+i), class: c, pos: pos}
		s.e = l.g.Var(s.name)
		list[i] = s.e
		l.symbols[s.e] = s
		l.names[s.name] = s
		l.order = append(l.order, s)
	}
	l.family(name, list, r)
	return list
}

// family makes name[i] usable in formulas.
func (l *loader) family(name string, list []*expr.Expr, r expr.Range) {
	l.scope.Families[name] = expr.Family{Lo: r.Lo, Hi: r.Hi, Cyclic: r.Cyclic, Elem: func(i int) *expr.Expr { return list[i-r.Lo] }}
}

// indexRange reads the index of a family's table, "i = 1..20, cyclic", and
// checks it against the name's index.
func (l *loader) indexRange(e *entry, index string) (expr.Range, bool) {
	var r expr.Range
	if e.val.kind != tableNode {
		l.errorf(e.val.pos, "'%s' has an index, expected a table with the key index = '%s = 1..n'", e.key, index)
		return r, false
	}
	k := e.val.get("index")
	if k == nil {
		if e.val.missing("index") {
			l.errorf(e.pos, "'%s' has an index, expected the key index = '%s = 1..n'", e.key, index)
		}
		return r, false
	}
	return l.parseRange(k.val, index)
}

func (l *loader) parseRange(n *node, index string) (expr.Range, bool) {
	scope := &expr.Scope{Names: map[string]*expr.Expr{}}
	for c, v := range l.values {
		scope.Names[c.Name()] = l.g.Num(v)
		if _, used := findName(n.text, c.Name()); used {
			l.p.frozen[c.Name()] = true
		}
	}
	r, err := expr.ParseRangeIn(n.text, scope)
	if err != nil {
		l.formulaError(err, n, 0)
		return r, false
	}
	if index != "" && r.Name != index {
		l.errorf(n.pos, "the index is '%s', expected '%s' as in the name", r.Name, index)
		return r, false
	}
	if r.Hi-r.Lo >= maxFamily {
		l.errorf(n.pos, "the index runs from %d to %d, expected at most %d elements", r.Lo, r.Hi, maxFamily)
		return r, false
	}
	return r, true
}

// namesOf lists the declared names of some classes, for suggestions.
func (l *loader) namesOf(c class) []string {
	var list []string
	for _, s := range l.order {
		if s.class&c != 0 {
			list = append(list, s.name)
		}
	}
	return list
}
