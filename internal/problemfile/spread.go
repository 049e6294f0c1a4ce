package problemfile

import "sort"

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
	if what == "Rf0" { // the ladder may take a varying parameter along
		for _, st := range l.varying {
			names[st.Symbol.Name()] = true
		}
	}
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
