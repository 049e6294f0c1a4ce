package problemfile

import (
	"math"
	"strings"
)

var (
	methods  = []string{"collocation", "shooting", "discrete"}
	offGrids = []string{"insert", "interpolate"}
)

// leastTolerance is what the rounding of double precision leaves of a
// well-conditioned problem.
const leastTolerance = 1e-14

// readSettings reads [solve], [anneal], [continuation] and [integrate].
func (l *loader) readSettings() {
	if n, _ := l.tableOf("solve"); n != nil {
		s := &l.p.Solve
		s.Method = l.choice(n, "method", methods...)
		if s.Tolerance = l.positive(n, "tolerance"); s.Tolerance > 0 && s.Tolerance < leastTolerance {
			l.errorf(n.get("tolerance").val.pos, "'tolerance' is %g, expected at least %g: double precision has 16 digits", s.Tolerance, leastTolerance)
		}
		s.Stages = l.integer(n, "stages", 1)
		if s.Stages > 7 {
			l.errorf(n.get("stages").val.pos, "'stages' is %d, expected 1 to 7", s.Stages)
		}
		s.Intervals = l.integer(n, "intervals", 1)
		s.MaxIntervals = l.integer(n, "max_intervals", 1)
		s.Layers = l.integer(n, "layers", 1)
		s.Rule = l.choice(n, "rule", Rules...)
	}
	l.readAnneal()
	l.readContinuation()
	l.readIntegrate()
}

func (l *loader) readAnneal() {
	n, _ := l.tableOf("anneal")
	if n == nil {
		return
	}
	a := &l.p.Anneal
	if e := n.get("Rf0"); e != nil {
		s := l.spread(e.val, "Rf0", true)
		for _, st := range l.p.Action.States {
			v := st.Rf // of states whose equation holds exactly
			if c := l.component(st.Symbol.Name()); c != nil && c.level+1 == c.family.order {
				got, ok := s.of(c.family.comps[0][c.place], c.at)
				if !ok && !s.failed {
					l.errorf(e.pos, "Rf0 names no precision for the state '%s'", c.name)
				}
				if ok && math.IsInf(got, 1) {
					l.errorf(e.val.pos, "Rf0 is inf, expected a finite precision to start from")
				}
				v = got
			}
			a.Rf0 = append(a.Rf0, v)
		}
	}
	a.Alpha = l.aboveOne(n, "alpha")
	a.Beta = l.integer(n, "beta", 0)
	a.BetaGiven = !n.missing("beta")
	a.Starts = l.integer(n, "starts", 1)
	a.Seed = uint64(l.integer(n, "seed", 0))
	a.Layers = l.integer(n, "layers", 1)
	a.Rule = l.choice(n, "rule", Rules...)
	a.Convention = l.choice(n, "convention", Conventions...)
	a.Kappa = l.positive(n, "kappa")
	a.OffGrid = l.choice(n, "off_grid", offGrids...)
	a.Predict = l.positive(n, "predict")
}

// component returns the state of that name; nil: none.
func (l *loader) component(name string) *component {
	if l.byName == nil {
		l.byName = make(map[string]*component, len(l.comps))
		for _, c := range l.comps {
			l.byName[c.name] = c
		}
	}
	return l.byName[name]
}

func (l *loader) readContinuation() {
	n, pos := l.tableOf("continuation")
	if n == nil {
		return
	}
	if n.missing("parameter") {
		l.errorf(pos, "[continuation] has no parameter, expected parameter = \"name\"")
	}
	if n.missing("from") && n.missing("to") {
		l.errorf(pos, "[continuation] has neither from nor to: from is a value at which solve can start when it fails at the file's own value, to is where costate continue goes")
	}
	e := n.get("parameter")
	if e == nil {
		return
	}
	s := l.names[e.val.text]
	var value float64
	known := false
	for _, c := range l.dom.Constants {
		if c.Symbol.Name() == e.val.text {
			value, known = c.Value, true
		}
	}
	switch {
	case s == nil:
		l.errorf(e.val.pos, "unknown constant '%s'%s", e.val.text, suggest(e.val.text, l.namesOf(classConstant)))
		return
	case !known && s.class == classConstant:
		l.errorf(e.val.pos, "'%s' is a formula of other constants, expected one that is a number", e.val.text)
		return
	case !known:
		l.errorf(e.val.pos, "'%s' is %s, expected a constant or fixed parameter", e.val.text, s.class.words())
		return
	}
	c := &Continuation{Parameter: e.val.text, From: value, To: value}
	if from, _, ok := l.numberKey(n, "from", nil); ok {
		c.From = from
	}
	if to, _, ok := l.numberKey(n, "to", nil); ok {
		c.To = to
	}
	l.p.Continuation = c
}

// readIntegrate reads the settings of the forward model.
func (l *loader) readIntegrate() {
	in := &l.p.Integrate
	var symbols []string
	switch l.kind {
	case KindAction:
		for _, s := range l.p.Action.States {
			symbols = append(symbols, s.Symbol.Name())
		}
	case KindBoundary:
		for _, v := range l.p.Boundary.Variables {
			symbols = append(symbols, v.Symbol.Name())
		}
	default:
		return
	}
	n, _ := l.tableOf("integrate")
	if n == nil {
		return
	}
	if e := n.get("start"); e != nil {
		in.Start = l.named(e.val, "start", symbols)
	}
	if e := n.get("parameters"); e != nil {
		var names []string
		for _, p := range l.params {
			names = append(names, p.Symbol.Name())
		}
		in.Parameters = l.named(e.val, "parameters", names)
	}
	if until, pos, ok := l.numberKey(n, "until", nil); ok {
		if until <= l.dom.Start {
			l.errorf(pos, "until is %g, expected a number after the start %g", until, l.dom.Start)
		}
		in.Until = until
	}
	in.Every = l.positive(n, "every")
	in.Seed = uint64(l.integer(n, "seed", 0))
	if e := n.get("noise"); e != nil {
		s := l.spread(e.val, "noise", false)
		for _, name := range symbols {
			v := 0.0
			if c := l.component(name); c != nil {
				v, _ = s.of(c, c.at)
			}
			if v < 0 {
				l.errorf(e.val.pos, "the noise is %g, expected a standard deviation, not negative", v)
			}
			in.Noise = append(in.Noise, v)
		}
	}
}

// familyList reads x = [.., ..], one number per element.
func (l *loader) familyList(e *entry, base string, names []string, values []float64) bool {
	var elements []int
	for i, name := range names {
		if b, _, isElement := strings.Cut(name, "["); isElement && b == base {
			elements = append(elements, i)
		}
	}
	if len(elements) == 0 {
		return false
	}
	if len(e.val.items) != len(elements) {
		l.errorf(e.val.pos, "'%s' has %s, expected %d: one per element", e.key, count(len(e.val.items), "number"), len(elements))
		return true
	}
	for k, i := range elements {
		if v, ok := l.number(e.val.items[k], nil, false); ok {
			values[i] = v
		}
	}
	return true
}

// named reads numbers by name: plain names, elements x[3], families 'x[i]'
// with a formula of the index, families as a whole by one formula or a list.
// NaN: not given.
func (l *loader) named(n *node, what string, names []string) []float64 {
	values := constantColumn(math.NaN(), len(names))
	for _, e := range n.keys {
		found := false
		for i, name := range names {
			if name == e.key {
				if v, ok := l.number(e.val, nil, false); ok {
					values[i] = v
				}
				found = true
			}
		}
		if found {
			continue
		}
		base, index, ok := splitName(e.key)
		if e.val.kind == listNode && ok && index == "" {
			found = l.familyList(e, base, names, values)
		}
		for i, name := range names {
			if found && e.val.kind == listNode {
				break
			}
			b, k, isElement := strings.Cut(name, "[")
			if !ok || !isElement || b != base {
				continue
			}
			found = true
			var at map[string]int
			if index != "" {
				at = map[string]int{index: atoi(strings.TrimSuffix(k, "]"))}
			}
			if v, ok := l.number(e.val, at, false); ok {
				values[i] = v
			}
		}
		if !found {
			l.errorf(e.pos, "%s names '%s', which is not there%s", what, e.key, hint(e.key, names))
		}
	}
	return values
}
