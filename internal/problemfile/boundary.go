package problemfile

import (
	"sort"

	"costate/hamiltonian"
)

// readBoundary fills a boundary value problem given by its equations.
func (l *loader) readBoundary() {
	b := l.p.Boundary
	differential := 0
	for _, c := range l.comps {
		v := hamiltonian.Variable{Symbol: c.symbol, F: c.f, Guess: c.guess, Algebraic: c.family.algebraic}
		if !v.Algebraic {
			differential++
		}
		b.Variables = append(b.Variables, v)
	}
	b.Conditions = l.readConditions()
	for _, c := range l.integrals {
		differential++
		b.Variables = append(b.Variables, hamiltonian.Variable{Symbol: c.symbol, F: c.f})
	}
	sort.SliceStable(b.Variables, func(i, j int) bool { return !b.Variables[i].Algebraic && b.Variables[j].Algebraic })
	b.Params = l.params
	b.Jumps = l.readJumps()
	if len(l.errs) > 0 {
		return // conditions may be missing because they are wrong
	}
	if got, want := len(b.Conditions.G), differential+len(b.Params); got != want {
		n, pos := l.tableOf("boundary")
		if e := n.get("conditions"); e != nil {
			pos = e.val.pos
		} else if n == nil {
			_, pos = l.tableOf("states")
		}
		why := count(differential, "first-order equation")
		if len(b.Params) > 0 {
			why += " and " + count(len(b.Params), "estimated parameter")
		}
		l.errorf(pos, "%s given, expected %d: %s", count(got, "condition"), want, why)
	}
}

// readJumps reads [[jumps]].
func (l *loader) readJumps() []hamiltonian.Jump {
	e := l.root.get("jumps")
	if e == nil {
		return nil
	}
	var jumps []hamiltonian.Jump
	for _, n := range e.val.items {
		for _, key := range []string{"at", "set"} {
			if n.missing(key) {
				l.errorf(n.pos, "[[jumps]] has no %s, expected at = the place and set = { y = 'new value' }", key)
			}
		}
		t, pos, ok := l.numberKey(n, "at", nil)
		if ok && (t <= l.dom.Start || t >= l.dom.End) {
			l.errorf(pos, "the jump at %g is not inside the layer, expected a number between %g and %g", t, l.dom.Start, l.dom.End)
		}
		for _, j := range jumps {
			if ok && j.T == t {
				l.errorf(pos, "a second jump at %g, expected all new values in one table", t)
			}
		}
		j := hamiltonian.Jump{T: t}
		if set := n.get("set"); set != nil {
			if len(set.val.keys) == 0 {
				l.errorf(set.val.pos, "set is empty, expected { y = 'new value' }")
			}
			for _, k := range set.val.keys {
				c := l.component(k.key)
				if c == nil {
					l.errorf(k.pos, "'%s' is no state%s", k.key, hint(k.key, l.namesOf(classState)))
					continue
				}
				if f := l.formula(k.val, classModel, nil); f != nil {
					j.Symbol = append(j.Symbol, c.symbol)
					j.Value = append(j.Value, f)
				}
			}
		}
		jumps = append(jumps, j)
	}
	sort.SliceStable(jumps, func(i, j int) bool { return jumps[i].T < jumps[j].T })
	return jumps
}
