package problemfile

import (
	"costate/hamiltonian"
	"costate/internal/expr"
)

// readConditions gathers the given values of states and [boundary].
func (l *loader) readConditions() hamiltonian.Conditions {
	p := l.newPoints()
	defer p.done()
	var g []*expr.Expr
	for _, f := range l.families {
		g = append(g, l.endValues(p, f)...)
	}
	n, _ := l.tableOf("boundary")
	if e := n.get("conditions"); e != nil {
		for _, item := range e.val.items {
			if c := l.condition(item); c != nil {
				g = append(g, c)
			}
		}
	}
	if e := n.get("periodic"); e != nil {
		g = append(g, l.periodic(p, e.val)...)
	}
	for _, c := range p.integrals {
		g = append(g, p.variable(c.symbol, l.dom.Start, "start"))
	}
	l.integrals = p.integrals
	return hamiltonian.Conditions{G: g, Values: p.list}
}

// endValues makes conditions of start = '..' and end = '..'.
func (l *loader) endValues(p *pointValues, f *family) (g []*expr.Expr) {
	for _, end := range []struct {
		key string
		t   float64
	}{{"start", l.dom.Start}, {"end", l.dom.End}} {
		for level, comps := range f.comps {
			if l.kind == KindLagrangian && level > 0 {
				break
			}
			v := l.levelValue(f, end.key, level)
			if v == nil {
				continue
			}
			for _, c := range comps {
				if e := l.formula(v, classFixed, c.at); e != nil {
					g = append(g, l.g.Sub(p.variable(c.symbol, end.t, end.key), e))
				}
			}
		}
	}
	return g
}

// condition parses 'g' or 'left = right'.
func (l *loader) condition(n *node) *expr.Expr {
	if n.kind != stringNode {
		l.errorf(n.pos, "a condition is %s, expected a formula such as 'y(start) = 1'", n.quoted())
		return nil
	}
	allowed := classFixed | classPoint
	before := len(l.points.list)
	i := equalsSign(n.text)
	if i < 0 {
		i = len(n.text)
	}
	left := l.parse(n, n.text[:i], 0, allowed, nil)
	g := left
	if i < len(n.text) {
		right := l.parse(n, n.text[i+1:], i+1, allowed, nil)
		if left == nil || right == nil {
			return nil
		}
		g = l.g.Sub(left, right)
	}
	if g == nil {
		return nil
	}
	m := map[*expr.Expr]*expr.Expr{}
	for _, v := range expr.FreeVars(g) { // start and end as numbers
		switch v {
		case l.points.start:
			m[v] = l.g.Num(l.dom.Start)
		case l.points.end:
			m[v] = l.g.Num(l.dom.End)
			if l.dom.FreeEnd != nil {
				m[v] = l.dom.FreeEnd
			}
		}
	}
	if len(m) > 0 {
		g = l.g.Subst(g, m)
	}
	for _, v := range expr.FreeVars(g) {
		if s := l.symbols[v]; s != nil && s.class&(classPoint|classParam) != 0 {
			return g
		}
	}
	if before == len(l.points.list) || len(expr.FreeVars(g)) == 0 {
		l.errorf(n.pos, "the condition depends on no state, expected values such as %s(start)", l.exampleVariable())
		return nil
	}
	return g
}

// periodic makes y(start) = y(end) of names.
func (l *loader) periodic(p *pointValues, n *node) (g []*expr.Expr) {
	for _, item := range n.items {
		found := false
		for _, c := range l.comps {
			if item.kind == stringNode && (c.name == item.text || c.family.index != "" && c.level == 0 && c.family.base == item.text) {
				found = true
				g = append(g, l.g.Sub(p.variable(c.symbol, l.dom.Start, "start"), p.variable(c.symbol, l.dom.End, "end")))
			}
		}
		if !found {
			l.errorf(item.pos, "periodic holds %s, expected the name of a state%s", item.quoted(), hint(item.text, l.namesOf(classState)))
		}
	}
	return g
}
