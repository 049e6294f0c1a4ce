package problemfile

import "costate/hamiltonian"

func (l *loader) declareCostates(f *family) {
	base, pos := "p_"+f.base, f.e.pos
	if e := f.settings().get("costate"); e != nil {
		base, pos = e.val.text, e.val.place(0)
		if b, _, ok := splitName(base); !ok {
			l.errorf(pos, "'%s' is not a name: letters, digits and _, not a digit first", base)
			return
		} else {
			base = b // costate = 'p[i]' for a family
		}
	}
	for i, c := range l.components(&family{e: &entry{pos: pos}, index: f.index, r: f.r}, base, 0, classCostate) {
		f.comps[0][i].costate = c.symbol
	}
}

func (l *loader) declareControls() {
	e := l.root.get("controls")
	if e == nil {
		return
	}
	for _, item := range e.val.items {
		if item.kind != stringNode || !identifier.MatchString(item.text) {
			l.errorf(item.pos, "controls holds %s, expected names in quotes", item.quoted())
			continue
		}
		if s := l.declare(item.text, item.pos, classControl); s != nil {
			l.controls = append(l.controls, s)
		}
	}
}

// readHamiltonian fills a problem given by its Hamiltonian.
func (l *loader) readHamiltonian() {
	h := l.p.Hamiltonian
	e := l.root.get("hamiltonian")
	allowed := classSignal | classParam | classState | classCostate | classControl
	h.H = l.formula(e.val, allowed, nil)
	for _, c := range l.comps {
		h.Pairs = append(h.Pairs, hamiltonian.Pair{X: c.symbol, P: c.costate, Guess: c.guess, CostateGuess: c.costateGuess})
	}
	for _, u := range l.controls {
		if h.H != nil && !h.H.DependsOn(u) {
			l.errorf(l.symbols[u].pos, "the Hamiltonian does not depend on the control '%s'", u.Name())
		}
	}
	h.Controls = l.controls
	h.Params = l.params
	h.Given = l.readConditions()
	for _, c := range l.integrals {
		// A state that grows with the integrand: nothing depends on it, so
		// that its costate is a constant, the multiplier of the condition.
		multiplier := l.g.Var("p_" + c.name)
		if h.H != nil {
			h.H = l.g.Add(h.H, l.g.Mul(multiplier, c.f))
		}
		h.Pairs = append(h.Pairs, hamiltonian.Pair{X: c.symbol, P: multiplier})
	}
}

// readLagrangian fills a problem given by its Lagrangian.
func (l *loader) readLagrangian() {
	p := l.p.Lagrangian
	e := l.root.get("lagrangian")
	if e != nil {
		p.L = l.formula(e.val, classSignal|classState|classVelocity, nil)
	}
	for _, f := range l.families {
		for i, c := range f.comps[0] {
			v := f.comps[1][i]
			if p.L != nil && !p.L.DependsOn(v.symbol) {
				l.errorf(f.e.pos, "the Lagrangian does not depend on the velocity %s, expected a term in it", v.name)
			}
			p.Coordinates = append(p.Coordinates, hamiltonian.Coordinate{Q: c.symbol, V: v.symbol, Guess: c.guess})
		}
	}
	p.Given = l.readConditions()
}
