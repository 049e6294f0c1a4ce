package problemfile

import (
	"fmt"
	"math"

	"costate/hamiltonian"
)

// readAction fills the variational problem of a model with measurements.
func (l *loader) readAction() {
	a := l.p.Action
	for _, c := range l.comps {
		a.States = append(a.States, l.state(c))
	}
	a.States = append(a.States, l.varying...)
	a.Params = l.params
	l.readModel(a)
	l.readObservations(a)
	a.Given = l.readConditions()
	for _, c := range l.integrals {
		a.States = append(a.States, hamiltonian.State{Symbol: c.symbol, F: c.f, Rf: math.Inf(1)})
		if a.Rf != nil {
			n, _ := l.tableOf("model")
			l.errorf(n.get("Rf").pos, "a matrix Rf with integral(..) in the conditions, expected one number per state")
		}
	}
	if limit := 2 * len(a.States); len(a.Given.G) > limit {
		n, pos := l.tableOf("boundary")
		if e := n.get("conditions"); e != nil {
			pos = e.val.pos
		}
		l.errorf(pos, "%s, expected at most %d: two per state", count(len(a.Given.G), "condition"), limit)
	}
	a.Inputs = l.dom.Inputs
}

// state makes the state of a component; its precision is read with the model.
func (l *loader) state(c *component) hamiltonian.State {
	s := hamiltonian.State{Symbol: c.symbol, F: c.f, Guess: c.guess, CostateGuess: c.costateGuess, Rf: math.Inf(1)}
	t := c.family.settings()
	if c.level == 0 {
		s.Min, s.Max = l.bounds(t, c.at)
		s.Prior, _ = l.prior(t, c.at)
		l.rangeKey(t, c.name, c.at)
	}
	return s
}

// readModel reads the precisions of the model error: those of [model], and
// those of the states, which come first.
func (l *loader) readModel(a *hamiltonian.Action) {
	n, pos := l.tableOf("model")
	var rf *node
	if e := n.get("Rf"); e != nil {
		rf = e.val
	} else if n.bad("Rf") {
		return
	}
	if rf != nil && rf.kind == listNode {
		l.modelMatrix(a, rf)
		return
	}
	spread := l.spread(rf, "Rf", true)
	for i, c := range l.comps {
		if c.level+1 < c.family.order {
			continue // y' = v holds exactly
		}
		if e := c.family.settings().get("Rf"); e != nil {
			if v, ok := l.precision(e.val, c.at); ok {
				a.States[i].Rf = v
			}
			continue
		}
		if c.family.settings().bad("Rf") {
			continue
		}
		base := c
		if c.level > 0 { // the table names the state, not its derivative
			base = c.family.comps[0][c.place]
		}
		v, ok := spread.of(base, c.at)
		switch {
		case ok:
			a.States[i].Rf = v
		case spread.failed:
		case rf != nil:
			l.errorf(rf.pos, "Rf names no precision for the state '%s'", base.name)
		case n == nil:
			l.errorf(c.family.e.pos, "no precision of the model error for the state '%s', expected [model] Rf = .., a number or inf", base.name)
		default:
			l.errorf(pos, "[model] has no Rf, expected the precision of the model error: a number, one per state, or inf")
		}
	}
}

// elementName is the name of an element of an indexed key.
func elementName(base string, i int) string { return fmt.Sprintf("%s[%d]", base, i) }
