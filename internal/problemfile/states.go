package problemfile

import (
	"fmt"
	"strings"

	"costate/internal/expr"
)

// component is one component of the states, the coordinates or, for an
// equation of higher order, one of the derivatives that it is rewritten with.
type component struct {
	name   string
	symbol *expr.Expr
	family *family
	at     map[string]int // value of the index
	level  int            // 0: the state itself, 1: its derivative, ..
	place  int            // in its family

	f            *expr.Expr // right-hand side; 0 = f for an algebraic one
	guess        *expr.Expr
	costate      *expr.Expr
	costateGuess *expr.Expr
}

// family is an entry of [states] or [coordinates]: one state, or an indexed
// family of them.
type family struct {
	e     *entry
	base  string
	index string // "": a single state
	r     expr.Range

	equation  *node  // nil: none
	right     string // right-hand side, which begins at byte skip of the equation
	skip      int
	order     int // of the differential equation
	algebraic bool

	comps [][]*component // [level][element]
}

// settings is the table of the entry; nil in the short form.
func (f *family) settings() *node {
	if f.e.val.kind == tableNode {
		return f.e.val
	}
	return nil
}

// declareStates makes the names of [states] or [coordinates].
func (l *loader) declareStates() {
	table := "states"
	if l.kind == KindLagrangian {
		table = "coordinates"
	}
	n, pos := l.tableOf(table)
	if n == nil || len(n.keys) == 0 {
		if l.root.missing(table) || n != nil && len(n.index) == 0 {
			l.errorf(pos, "no [%s], expected a table with at least one of them", table)
		}
	} else {
		for _, e := range n.keys {
			if f := l.declareFamilyOf(e); f != nil {
				l.families = append(l.families, f)
			}
		}
	}
	l.declareControls()
}

func (l *loader) declareFamilyOf(e *entry) *family {
	f := &family{e: e, order: 1}
	var ok bool
	if f.base, f.index, ok = splitName(e.key); !ok {
		l.errorf(e.pos, "'%s' is not a name: letters, digits and _, not a digit first, or name[i]", e.key)
		return nil
	}
	switch {
	case l.kind == KindLagrangian, l.kind == KindHamiltonian:
		if f.settings() == nil {
			l.errorf(e.val.pos, "'%s' is %s, expected a table such as { guess = '0' }: its equation follows from the %s", e.key, e.val.kind, l.kind)
			return nil
		}
	case f.settings() == nil:
		f.equation = e.val
	case e.val.get("equation") != nil:
		f.equation = e.val.get("equation").val
	case e.val.missing("equation"):
		l.errorf(e.pos, "the state '%s' has no equation, expected equation = '..'", e.key)
	}
	if f.index != "" {
		if f.r, ok = l.indexRange(e, f.index); !ok {
			return nil
		}
	}
	if f.equation != nil && !l.splitEquation(f) {
		f.equation = nil
	}
	l.unit(f.settings(), f.base)
	levels := f.order
	if l.kind == KindLagrangian {
		levels = 2 // the velocity
	}
	for level := range levels {
		c := classState
		if l.kind == KindLagrangian && level == 1 {
			c = classVelocity
		}
		comps := l.components(f, f.base+strings.Repeat("'", level), level, c)
		if comps == nil {
			return nil
		}
		f.comps = append(f.comps, comps)
		l.comps = append(l.comps, comps...)
	}
	for level := 1; level < levels; level++ {
		for i, c := range f.comps[level] {
			l.velocities[f.comps[level-1][i].symbol] = c.symbol
		}
	}
	if l.kind == KindHamiltonian {
		l.declareCostates(f)
	}
	return f
}

// components declares the symbols of one level of a family.
func (l *loader) components(f *family, name string, level int, c class) []*component {
	if f.index == "" {
		s := l.declare(name, f.e.pos, c)
		if s == nil {
			return nil
		}
		return []*component{{name: name, symbol: s, family: f, level: level}}
	}
	list := l.declareFamily(name, f.e.pos, c, f.r)
	var comps []*component
	for i, s := range list {
		comps = append(comps, &component{name: s.Name(), symbol: s, family: f, level: level, place: i, at: map[string]int{f.index: f.r.Lo + i}})
	}
	return comps
}

// quoted shows a value in a message.
func (n *node) quoted() string {
	switch n.kind {
	case stringNode:
		return "'" + shorten(n.text) + "'"
	case numberNode, boolNode:
		return n.text
	}
	return n.kind.String()
}

// readStates parses the equations and guesses.
func (l *loader) readStates() {
	allowed := classModel
	for _, f := range l.families {
		for level, comps := range f.comps {
			for i, c := range comps {
				l.readGuess(f, c, i)
				switch {
				case level+1 < len(f.comps):
					c.f = f.comps[level+1][i].symbol
				case f.equation == nil:
				case f.equation.kind == stringNode:
					c.f = l.parse(f.equation, f.right, f.skip, allowed, c.at)
				default:
					c.f = l.formula(f.equation, allowed, c.at)
				}
			}
		}
		if f.index != "" && f.equation != nil && f.settings() != nil {
			left := "0"
			if !f.algebraic {
				left = f.base + strings.Repeat("'", f.order) + "[" + f.index + "]"
			}
			l.p.Indexed = append(l.p.Indexed, Equation{left, strings.TrimSpace(f.right), f.settings().get("index").val.text})
		}
	}
}

// levelValue returns the value of a key that is one formula, for the state, or
// a list: of the state, its derivative, ..
func (l *loader) levelValue(f *family, key string, level int) *node {
	e := f.settings().get(key)
	if e == nil {
		return nil
	}
	if e.val.kind != listNode {
		if level > 0 {
			return nil
		}
		return e.val
	}
	if f.order == 1 || len(e.val.items) > f.order || len(e.val.items) == 0 {
		l.errorf(e.val.pos, "%s has %s, expected %s for an equation of order %d", key, count(len(e.val.items), "value"), levels(f.order), f.order)
		return nil
	}
	if level >= len(e.val.items) {
		return nil
	}
	return e.val.items[level]
}

func levels(order int) string {
	if order == 1 {
		return "one formula"
	}
	return fmt.Sprintf("a formula or a list of up to %d", order)
}

// readGuess takes the guess of a component; that of a derivative is, where it
// is not given, the derivative of the guess. i is its place in the family.
func (l *loader) readGuess(f *family, c *component, i int) {
	if v := l.levelValue(f, "guess", c.level); v != nil {
		c.guess = l.formula(v, classKnown, c.at)
	} else if c.level > 0 {
		if lower := f.comps[c.level-1][i]; lower.guess != nil {
			c.guess = l.g.Diff(lower.guess, l.dom.Layer)
		}
	}
	if e := f.settings().get("costate_guess"); e != nil && c.level == 0 {
		c.costateGuess = l.formula(e.val, classKnown, c.at)
	}
}
