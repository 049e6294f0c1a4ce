package problemfile

import (
	"fmt"
	"math"
	"sort"

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

// spread is one value for all states, or one per state by name.
type spread struct {
	l      *loader
	one    *node
	byName map[string]*entry // of states and of families
	at     map[*entry]string // index of a family's key
	inf    bool
	failed bool
	single float64
}

// spread reads a value that is one number or formula or a table of them by
// state; n may be nil.
func (l *loader) spread(n *node, what string, inf bool) *spread {
	s := &spread{l: l, byName: map[string]*entry{}, at: map[*entry]string{}, inf: inf}
	if n == nil {
		return s
	}
	if n.kind != tableNode {
		s.one = n
		v, ok := l.spreadValue(n, nil, inf)
		s.single, s.failed = v, !ok
		return s
	}
	names := l.stateNames()
	for _, e := range n.keys {
		base, index, ok := splitName(e.key)
		if !ok || !names[base] && !names[e.key] {
			known := make([]string, 0, len(names))
			for k := range names {
				known = append(known, k)
			}
			sort.Strings(known)
			l.errorf(e.pos, "%s of '%s', which is no state%s", what, e.key, hint(e.key, known))
			s.failed = true
			continue
		}
		if names[e.key] { // a state, a family as a whole, or one element x[3]
			s.byName[e.key] = e
			continue
		}
		s.byName[base] = e
		s.at[e] = index
	}
	return s
}

// stateNames are the names that settings per state may use.
func (l *loader) stateNames() map[string]bool {
	m := map[string]bool{}
	for _, c := range l.comps {
		if c.level == 0 {
			m[c.name] = true
			m[c.family.base] = true
		}
	}
	return m
}

func (l *loader) spreadValue(n *node, at map[string]int, precision bool) (float64, bool) {
	if precision {
		return l.precision(n, at)
	}
	return l.number(n, at, false)
}

// of returns the value for a state.
func (s *spread) of(c *component, at map[string]int) (float64, bool) {
	if s.one != nil {
		return s.single, !s.failed
	}
	e := s.byName[c.name]
	if e == nil {
		e = s.byName[c.family.base]
	}
	if e == nil {
		return 0, false
	}
	if index := s.at[e]; index != "" {
		at = map[string]int{index: at[c.family.index]}
	}
	v, ok := s.l.spreadValue(e.val, at, s.inf)
	if !ok {
		s.failed = true
	}
	return v, ok
}

// modelMatrix reads a full precision matrix of the model error.
func (l *loader) modelMatrix(a *hamiltonian.Action, n *node) {
	d := len(l.comps)
	for _, c := range l.comps {
		if c.family.order > 1 {
			l.errorf(n.pos, "a matrix Rf with the equation of order %d for '%s', expected one number per state", c.family.order, c.family.base)
			return
		}
		if e := c.family.settings().get("Rf"); e != nil {
			l.errorf(e.pos, "Rf of a state beside the matrix Rf of [model], expected one of them")
			return
		}
	}
	m := l.matrix(n, d, "state")
	if m == nil {
		return
	}
	all := len(a.States) // varying parameters follow the states
	a.Rf = make([]float64, all*all)
	for i := range d {
		copy(a.Rf[i*all:], m[i*d:(i+1)*d])
		a.States[i].Rf = m[i*d+i]
	}
	for i := d; i < all; i++ {
		a.Rf[i*all+i] = a.States[i].Rf
	}
}

// matrix reads a symmetric positive definite matrix (d×d).
func (l *loader) matrix(n *node, d int, per string) []float64 {
	if len(n.items) != d {
		l.errorf(n.pos, "the matrix has %s, expected %d: one per %s", count(len(n.items), "row"), d, per)
		return nil
	}
	m := make([]float64, d*d)
	good := true
	for i, row := range n.items {
		if row.kind != listNode || len(row.items) != d {
			what := row.describe()
			if row.kind == listNode {
				what = count(len(row.items), "number")
			}
			l.errorf(row.pos, "a row of the matrix is %s, expected a list of %s", what, count(d, "number"))
			return nil
		}
		for j, item := range row.items {
			v, ok := l.number(item, nil, false)
			good = good && ok
			m[i*d+j] = v
			if ok && j < i && math.Abs(v-m[j*d+i]) > 1e-12*(math.Abs(v)+math.Abs(m[j*d+i])) {
				l.errorf(item.pos, "the matrix is not symmetric: %g here, %g across the diagonal", v, m[j*d+i])
				good = false
			}
		}
	}
	if !good {
		return nil
	}
	for i := range d {
		for j := range i {
			m[i*d+j] = m[j*d+i]
		}
	}
	if k := notPositive(m, d); k >= 0 {
		l.errorf(n.items[k].pos, "the matrix is not positive definite at row %d, expected a precision: the inverse of a covariance", k+1)
		return nil
	}
	return m
}

// notPositive returns the first row whose pivot in the Cholesky factorisation
// is not positive, or -1.
func notPositive(m []float64, d int) int {
	c := append([]float64(nil), m...)
	for j := range d {
		for k := range j {
			c[j*d+j] -= c[j*d+k] * c[j*d+k]
		}
		if !(c[j*d+j] > 0) {
			return j
		}
		c[j*d+j] = math.Sqrt(c[j*d+j])
		for i := j + 1; i < d; i++ {
			for k := range j {
				c[i*d+j] -= c[i*d+k] * c[j*d+k]
			}
			c[i*d+j] /= c[j*d+j]
		}
	}
	return -1
}

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

// elementName is the name of an element of an indexed key.
func elementName(base string, i int) string { return fmt.Sprintf("%s[%d]", base, i) }
