package problemfile

import (
	"bytes"
	"errors"
	"io/fs"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// observed is one quantity of observe = { 'h' = 'y' }, or one element of an
// indexed one.
type observed struct {
	name string
	key  *entry
	at   map[string]int
	h    *expr.Expr
	y    *node
}

// readObservations reads [[observations]].
func (l *loader) readObservations(a *hamiltonian.Action) {
	e := l.root.get("observations")
	if e == nil {
		return
	}
	for _, n := range e.val.items {
		list, ok := l.observeKeys(n)
		if !ok || l.modelOnly && l.unmeasured(n) {
			continue
		}
		if l.flag(n, "continuous") {
			l.readSignal(a, n, list)
		} else {
			l.readDiscrete(a, n, list)
		}
	}
}

// unmeasured reports, and notes, that observations name a file that does not
// exist, or is empty: a shell has emptied the file that a command is to write.
func (l *loader) unmeasured(n *node) bool {
	e := n.get("data")
	if e == nil || e.val.kind != stringNode {
		return false
	}
	data, err := l.open(e.val.text)
	if !errors.Is(err, fs.ErrNotExist) && (err != nil || len(bytes.TrimSpace(data)) > 0) {
		return false
	}
	l.p.NoData = append(l.p.NoData, e.val.text)
	return true
}

// flag reads true or false; false when absent.
func (l *loader) flag(n *node, key string) bool {
	e := n.get(key)
	return e != nil && e.val.text == "true"
}

// observeKeys parses the observed functions of the state.
func (l *loader) observeKeys(n *node) ([]observed, bool) {
	e := n.get("observe")
	if e == nil || len(e.val.keys) == 0 {
		if n.missing("observe") || e != nil {
			l.errorf(n.pos, "observations of nothing, expected observe = { 'function of the state' = 'function of the columns' }")
		}
		return nil, false
	}
	r := expr.Range{}
	if k := n.get("index"); k != nil {
		var ok bool
		if r, ok = l.parseRange(k.val, ""); !ok {
			return nil, false
		}
	} else if n.bad("index") {
		return nil, false
	}
	var list []observed
	good := true
	for _, k := range e.val.keys {
		text := l.keyNode(k)
		if r.Name == "" || !usesIndex(k.key, r.Name) {
			h := l.parse(text, k.key, 0, classModel, nil)
			good = good && h != nil
			list = append(list, observed{name: k.key, key: k, h: h, y: k.val})
			continue
		}
		for i := r.Lo; i <= r.Hi; i++ {
			at := map[string]int{r.Name: i}
			h := l.parse(text, k.key, 0, classModel, at)
			if h == nil {
				good = false
				break
			}
			list = append(list, observed{name: expr.Text(h), key: k, at: at, h: h, y: k.val})
		}
	}
	for _, o := range list {
		if o.h != nil && !l.dependsOnState(o.h) {
			l.errorf(o.key.pos, "'%s' does not depend on a state, expected an observed function of the state", o.key.key)
			good = false
		}
	}
	return list, good
}

// usesIndex tells whether a formula contains the name of an index.
func usesIndex(text, index string) bool {
	_, ok := findName(text, index)
	return ok
}

// keyNode makes a formula's node of a key.
func (l *loader) keyNode(k *entry) *node {
	n := &node{kind: stringNode, pos: k.pos, text: k.key}
	at := k.pos
	if c := l.src[at]; c == '\'' || c == '"' {
		at++
	}
	if end := at + len(k.key); end <= len(l.src) && string(l.src[at:end]) == k.key {
		n.at, n.exact = at, true
	}
	return n
}

func (l *loader) dependsOnState(e *expr.Expr) bool {
	for _, v := range expr.FreeVars(e) {
		if s := l.symbols[v]; s != nil && s.class&(classState|classVelocity) != 0 {
			return true
		}
	}
	return false
}

// readDiscrete reads measurements at times.
func (l *loader) readDiscrete(a *hamiltonian.Action, n *node, list []observed) {
	if k := n.get("interpolation"); k != nil {
		l.errorf(k.pos, "interpolation of measurements at times, expected continuous = true with it")
	}
	t := l.dataTable(n)
	times, t, ok := l.times(n, t)
	if !ok {
		return
	}
	cols := l.newColumns(t)
	m, rows := len(list), len(times)
	y := make([]float64, rows*m)
	for j, o := range list {
		col, ok := l.columnOf(cols, o, rows)
		if !ok {
			times = nil
			continue
		}
		for i, v := range col {
			y[i*m+j] = v
		}
	}
	w := l.weights(n, list, cols, rows)
	if times == nil || w == nil {
		return
	}
	keep, held, ok := l.window(n, times, t)
	if !ok {
		return
	}
	obs, ok := l.pick(list, times, y, w, keep)
	if ok {
		l.warnStep(n, times)
		l.warnEmpty(n, &obs)
		a.Observations = append(a.Observations, obs)
	} else if len(held) == 0 {
		l.errorf(n.pos, "no observation is left, expected at least one value inside the layer")
	}
	if len(held) > 0 {
		if obs, ok := l.pick(list, times, y, w, held); ok {
			l.p.Held = append(l.p.Held, obs)
		}
	}
}
