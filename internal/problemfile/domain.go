package problemfile

import (
	"math"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// declareLayer makes the symbol of the independent variable, and that of a
// free end.
func (l *loader) declareLayer() {
	n, _ := l.tableOf("layer")
	name, pos := "t", -1
	if e := n.get("name"); e != nil {
		name, pos = e.val.text, e.val.place(0)
	}
	if !identifier.MatchString(name) {
		l.errorf(pos, "'%s' is not a name: letters, digits and _, not a digit first", name)
		name = "t"
	}
	l.dom.Layer = l.declare(name, pos, classLayer)
	if l.dom.Layer == nil { // a reserved name, reported
		l.dom.Layer = l.g.Var(name)
	}
	l.unit(n, name)

	end := n.get("end")
	if end == nil || end.val.kind != tableNode {
		return
	}
	free := name + "_end"
	pos = end.pos
	if e := end.val.get("name"); e != nil {
		free, pos = e.val.text, e.val.place(0)
		if !identifier.MatchString(free) {
			l.errorf(pos, "'%s' is not a name: letters, digits and _, not a digit first", free)
			return
		}
	}
	if l.kind == KindLagrangian || l.kind == KindAction {
		l.errorf(end.val.pos, "a free end has no meaning in %s problem, expected a number", withArticle(l.kind.String()))
		return
	}
	if s := l.declare(free, pos, classParam); s != nil {
		l.dom.FreeEnd = s
	}
}

// unit notes the unit of a name.
func (l *loader) unit(n *node, name string) {
	if u := l.text(n, "unit"); u != "" {
		l.p.Units[name] = u
	}
}

// readLayer reads the ends of the layer.
func (l *loader) readLayer() {
	n, pos := l.tableOf("layer")
	if n == nil {
		if l.root.missing("layer") {
			l.errorf(0, "no [layer], expected a table with start and end of the independent variable")
		}
		l.dom.Start, l.dom.End = math.NaN(), math.NaN()
		return
	}
	read := func(key string) float64 {
		if n.missing(key) {
			l.errorf(pos, "[layer] has no %s, expected a number", key)
		}
		if e := n.get(key); e != nil && e.val.kind != tableNode {
			if v, ok := l.number(e.val, nil, false); ok {
				return v
			}
		}
		return math.NaN()
	}
	l.dom.Start, l.dom.End = read("start"), read("end")
	end := n.get("end")
	if end != nil && end.val.kind == tableNode {
		l.readFreeEnd(end)
	}
	if end != nil && l.dom.Start >= l.dom.End {
		l.errorf(end.val.pos, "the end %g is not after the start %g", l.dom.End, l.dom.Start)
		l.dom.Start, l.dom.End = math.NaN(), math.NaN()
	}
}

func (l *loader) readFreeEnd(end *entry) {
	if e := end.val.get("estimate"); (e == nil || e.val.text != "true") && !end.val.bad("estimate") {
		l.errorf(end.pos, "a table as end, expected { estimate = true, guess = .. }")
	}
	if end.val.missing("guess") {
		l.errorf(end.pos, "a free end has no guess, expected { estimate = true, guess = .. }")
	}
	guess, pos, ok := l.numberKey(end.val, "guess", nil)
	if !ok {
		return
	}
	l.dom.End = guess
	if l.dom.FreeEnd == nil {
		return
	}
	p := hamiltonian.Param{Symbol: l.dom.FreeEnd, Guess: guess}
	p.Min, p.Max = l.bounds(end.val, nil)
	l.within("guess", guess, p.Min, p.Max, pos)
	l.params = append(l.params, p)
}

// constant adds a named number.
func (l *loader) constant(s *expr.Expr, v float64) {
	l.values[s] = v
	l.dom.Constants = append(l.dom.Constants, hamiltonian.Constant{Symbol: s, Value: v})
}
