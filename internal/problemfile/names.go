package problemfile

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"costate/hamiltonian"
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

// formula parses a number or a formula in the names of the given classes.
// at, when not nil, gives the values of indices. nil: an error was reported.
func (l *loader) formula(n *node, allowed class, at map[string]int) *expr.Expr {
	switch n.kind {
	case numberNode:
		if math.IsNaN(n.num) || math.IsInf(n.num, 0) {
			l.errorf(n.pos, "%s, expected a finite number or a formula", n.text)
			return nil
		}
		return l.g.Num(n.num)
	case stringNode:
		return l.parse(n, n.text, 0, allowed, at)
	}
	l.errorf(n.pos, "%s, expected a number or a formula in quotes", n.kind)
	return nil
}

// parse parses text, which begins at the byte skip of the string n.
func (l *loader) parse(n *node, text string, skip int, allowed class, at map[string]int) *expr.Expr {
	scope := *l.scope
	scope.Indices = at
	e, err := l.g.Parse(text, &scope)
	if err != nil {
		l.formulaError(err, n, skip)
		return nil
	}
	if !l.checkNames(e, n, text, skip, allowed) {
		return nil
	}
	return e
}

// place returns the offset in the file of a byte of the string's text; where
// the string has escapes, of the string.
func (n *node) place(offset int) int {
	if n.exact {
		return n.at + offset
	}
	return n.pos
}

// formulaError reports an error of the formula language at its character.
func (l *loader) formulaError(err error, n *node, skip int) {
	var fe *expr.Error
	if !errors.As(err, &fe) {
		l.errorf(n.pos, "%s", err)
		return
	}
	msg := fe.Msg
	if fe.Hint != "" {
		msg += ", " + fe.Hint
	}
	l.errorf(n.place(skip+fe.Offset), "%s", msg)
}

// checkNames reports the first name of a formula that is of a class not
// allowed there, at its place.
func (l *loader) checkNames(e *expr.Expr, n *node, text string, skip int, allowed class) bool {
	for _, v := range expr.FreeVars(e) {
		s := l.symbols[v]
		if s == nil || s.class&allowed != 0 {
			continue
		}
		what := fmt.Sprintf("'%s' is %s", s.name, s.class.words())
		base, _, _ := strings.Cut(s.name, "[")
		offset, found := findName(text, base)
		if !found {
			what = "the formula depends on '" + s.name + "', " + s.class.words()
		}
		l.errorf(n.place(skip+offset), "%s, expected a formula of %s", what, l.describe(allowed))
		return false
	}
	return true
}

// describe says what a formula may depend on.
func (l *loader) describe(allowed class) string {
	var w []string
	if allowed&classPoint != 0 {
		return "values at points such as " + l.exampleVariable() + "(start), parameters and constants"
	}
	if allowed&classLayer != 0 {
		w = append(w, "the layer "+l.layerName())
	}
	if allowed&classState != 0 {
		w = append(w, "states")
	}
	if allowed&classParam != 0 {
		w = append(w, "parameters")
	}
	if allowed&classInput != 0 {
		w = append(w, "inputs")
	}
	w = append(w, "constants")
	if len(w) == 1 {
		return "constants only"
	}
	return strings.Join(w[:len(w)-1], ", ") + " and " + w[len(w)-1]
}

func (l *loader) layerName() string {
	if l.dom.Layer != nil {
		return l.dom.Layer.Name()
	}
	return "t"
}

func (l *loader) exampleVariable() string {
	if len(l.comps) > 0 {
		return l.comps[0].name
	}
	return "y"
}

// findName finds a name in a formula as a whole word.
func findName(text, name string) (int, bool) {
	word := func(c byte) bool {
		return c == '_' || c == '\'' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return 0, false
		}
		i += from
		end := i + len(name)
		if (i == 0 || !word(text[i-1])) && (end == len(text) || !word(text[end])) {
			return i, true
		}
		from = i + 1
	}
}

// number evaluates a number or a formula of constants. Infinite values are
// accepted from the word inf only, where inf is true.
func (l *loader) number(n *node, at map[string]int, inf bool) (float64, bool) {
	if n.kind == numberNode && math.IsInf(n.num, 0) && inf {
		return n.num, true
	}
	if n.kind == stringNode && inf && strings.TrimSpace(n.text) == "inf" {
		return math.Inf(1), true
	}
	e := l.formula(n, classConstant, at)
	if e == nil {
		return 0, false
	}
	v, ok := l.value(e)
	if !ok {
		return 0, false // a constant without a value has been reported
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		l.errorf(n.pos, "the formula gives %g, expected a finite number", v)
		return 0, false
	}
	return v, true
}

// value evaluates a formula of constants and remembers that they are used as
// numbers. ok is false when a constant has no value, which has been reported.
func (l *loader) value(e *expr.Expr) (v float64, ok bool) {
	v, ok = l.constantValue(e)
	if ok {
		for _, c := range expr.FreeVars(e) {
			l.p.frozen[c.Name()] = true
		}
	}
	return v, ok
}

// numberKey reads a number of a table; ok is false when it is absent or wrong.
func (l *loader) numberKey(n *node, key string, at map[string]int) (v float64, pos int, ok bool) {
	e := n.get(key)
	if e == nil {
		return 0, 0, false
	}
	v, ok = l.number(e.val, at, false)
	return v, e.val.pos, ok
}

// positive reads a number greater than zero; 0 when absent or wrong.
func (l *loader) positive(n *node, key string) float64 {
	v, pos, ok := l.numberKey(n, key, nil)
	if ok && v <= 0 {
		l.errorf(pos, "'%s' is %g, expected a number greater than 0", key, v)
		return 0
	}
	return v
}

// param returns the estimated parameter of a symbol.
func (l *loader) param(e *expr.Expr) *hamiltonian.Param {
	for i := range l.params {
		if l.params[i].Symbol == e {
			return &l.params[i]
		}
	}
	return nil
}
