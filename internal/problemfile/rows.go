package problemfile

import (
	"math"
	"sort"
	"strings"

	"costate/hamiltonian"
)

// times evaluates at; a list of numbers makes a table of its own.
func (l *loader) times(n *node, t *table) ([]float64, *table, bool) {
	at := n.get("at")
	if t == nil {
		switch {
		case !n.missing("data"):
			return nil, nil, false // reported
		case at == nil:
			if n.missing("at") {
				l.errorf(n.pos, "observations without times, expected data = \"file\", or at = [..] and numbers in observe")
			}
			return nil, nil, false
		}
		list := at.val
		if list.kind != listNode {
			v, ok := l.number(list, nil, false)
			if !ok {
				return nil, nil, false
			}
			t = &table{file: "the data", names: []string{l.layerName()}, columns: [][]float64{{v}}, inline: true}
			t.cell = func(int, int) (int, int) { return l.position(list.pos) }
			return t.columns[0], t, true
		}
		times, ok := l.numbers(list, "at")
		if !ok {
			return nil, nil, false
		}
		if len(times) == 0 {
			l.errorf(list.pos, "an empty list of times, expected numbers")
			return nil, nil, false
		}
		t = &table{file: "the data", names: []string{l.layerName()}, columns: [][]float64{times}, inline: true}
		t.cell = func(i, _ int) (int, int) { return l.position(list.items[i].pos) }
		return times, t, l.timesThere(times, t, 0)
	}
	if at == nil {
		c := t.column(l.layerName())
		if !n.missing("at") {
			return nil, nil, false
		}
		if c < 0 {
			l.errorf(n.pos, "no times: there is no column '%s' in %s, expected at = 'column' of %s", l.layerName(), t.file, strings.Join(t.names, ", "))
			return nil, nil, false
		}
		return t.columns[c], t, l.timesThere(t.columns[c], t, c)
	}
	if at.val.kind == listNode {
		l.errorf(at.val.pos, "a list of times beside data, expected a formula of the columns")
		return nil, nil, false
	}
	cols := l.newColumns(t)
	times, _, ok := cols.eval(at.val, nil)
	if !ok {
		return nil, nil, false
	}
	return times, t, l.timesThere(times, t, cols.sole(at.val))
}

// timesThere refuses missing times, in the data file.
func (l *loader) timesThere(times []float64, t *table, col int) bool {
	for i, v := range times {
		if math.IsNaN(v) {
			l.dataError(t, i, col, "the time is missing, expected a number in every row")
			return false
		}
	}
	return true
}

// dataError reports an error at a cell.
func (l *loader) dataError(t *table, row, col int, msg string) {
	e := &Error{File: t.file, Msg: msg, seq: l.files}
	if t.inline {
		e.File, e.seq = l.file, 0
	}
	if t.cell != nil {
		e.Line, e.Col = t.cell(row, col)
	}
	if e.Line == 0 {
		e.Msg = "row " + itoa(row) + ": " + msg
	}
	l.add(e)
}

// columnOf evaluates what was measured of one quantity.
func (l *loader) columnOf(cols *columns, o observed, rows int) ([]float64, bool) {
	if o.y.kind == listNode {
		if !cols.t.inline {
			l.errorf(o.y.pos, "a list of numbers beside a data file, expected a formula of its columns")
			return nil, false
		}
		col, ok := l.numbers(o.y, o.key.key)
		if ok && len(col) != rows {
			l.errorf(o.y.pos, "'%s' has %s, expected %d: one per time", o.key.key, count(len(col), "number"), rows)
			return nil, false
		}
		return col, ok
	}
	if o.y.kind == numberNode && math.IsNaN(o.y.num) {
		return constantColumn(math.NaN(), rows), true
	}
	col, _, ok := cols.eval(o.y, o.at)
	return col, ok
}

// window sorts the rows by time, thins them by every, and refuses, drops or
// keeps for prediction what is outside the layer.
func (l *loader) window(n *node, times []float64, t *table) (keep, held []int, ok bool) {
	step := max(l.integer(n, "every", 1), 1)
	outside := l.choice(n, "outside", "error", "ignore", "predict")
	slack := 1e-9 * (l.dom.End - l.dom.Start) // times computed from steps miss by rounding
	for i := 0; i < len(times); i += step {
		v := times[i]
		switch {
		case math.IsNaN(l.dom.Start) || math.IsNaN(l.dom.End):
			return nil, nil, false // reported
		case v < l.dom.Start-slack || v > l.dom.End+slack:
			if v > l.dom.End && outside == "predict" {
				held = append(held, i)
			} else if outside != "ignore" && outside != "predict" {
				l.dataError(t, i, l.timeColumn(n, t), "the observation at "+format(v)+" is outside the layer, expected "+
					l.layerName()+" from "+format(l.dom.Start)+" to "+format(l.dom.End)+", or outside = \"ignore\" or \"predict\"")
				return nil, nil, false
			}
			continue
		}
		times[i] = min(max(v, l.dom.Start), l.dom.End)
		keep = append(keep, i)
	}
	for _, rows := range [][]int{keep, held} {
		sort.SliceStable(rows, func(i, j int) bool { return times[rows[i]] < times[rows[j]] })
	}
	return keep, held, true
}

func (l *loader) timeColumn(n *node, t *table) int {
	if at := n.get("at"); at != nil && at.val.kind == stringNode {
		return l.newColumns(t).sole(at.val)
	}
	return max(t.column(l.layerName()), 0)
}

// pick makes observations of some rows; rows with no value at all are left out.
func (l *loader) pick(list []observed, times, y []float64, w *weights, rows []int) (hamiltonian.Observations, bool) {
	m := len(list)
	var o hamiltonian.Observations
	for _, q := range list {
		o.Names = append(o.Names, q.name)
		o.H = append(o.H, q.h)
	}
	for _, i := range rows {
		some := false
		for _, v := range y[i*m : (i+1)*m] {
			some = some || !math.IsNaN(v)
		}
		if !some {
			continue
		}
		o.Times = append(o.Times, times[i])
		o.Y = append(o.Y, y[i*m:(i+1)*m]...)
		if w.perRow {
			o.Rm = append(o.Rm, w.rm[i*m:(i+1)*m]...)
		}
	}
	if w.matrix != nil {
		o.Matrix = w.matrix
	} else if !w.perRow {
		o.Rm = w.rm
	}
	return o, len(o.Times) > 0
}
