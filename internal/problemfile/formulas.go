package problemfile

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"costate/internal/expr"
)

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
	if l.size > maxSize {
		return nil
	}
	scope := *l.scope
	scope.Indices = at
	e, err := l.g.Parse(text, &scope)
	if err != nil {
		l.formulaError(err, n, skip)
		return nil
	}
	if _, tree := expr.Size(e); !l.grow(tree) {
		l.errorf(n.pos, "the formulas of the file are too large here, expected at most %d operations in all", maxSize)
		return nil
	}
	if !l.checkNames(e, n, text, skip, allowed) {
		return nil
	}
	return e
}

// maxSize bounds the operations of all formulas, written out: an index can
// make much of a short text.
const maxSize = 1 << 22

// grow counts the operations of a formula; false: there are too many.
func (l *loader) grow(tree float64) bool {
	l.size += tree
	return l.size <= maxSize
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
