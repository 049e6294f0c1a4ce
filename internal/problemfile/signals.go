package problemfile

import (
	"math"
	"sort"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// declareInputs makes the names of [inputs]: formulas of the layer, or symbols
// of signals interpolated from data.
func (l *loader) declareInputs() {
	n, _ := l.tableOf("inputs")
	if n == nil {
		return
	}
	for _, e := range n.keys {
		if !identifier.MatchString(e.key) {
			l.errorf(e.pos, "'%s' is not a name: letters, digits and _, not a digit first", e.key)
			continue
		}
		if e.val.kind != tableNode {
			l.define(e.key, e.pos, e.val, classDefinition, classSignal)
			continue
		}
		l.unit(e.val, e.key)
		for _, key := range []string{"data", "value"} {
			if e.val.missing(key) {
				l.errorf(e.pos, "the input '%s' has no %s, expected data = \"file\" and value = 'column', or a formula", e.key, key)
			}
		}
		if s := l.declare(e.key, e.pos, classInput); s != nil {
			l.inputs = append(l.inputs, e)
			if rate := l.declare(e.key+"'", e.pos, classInput); rate != nil {
				l.velocities[s] = rate
			}
		}
	}
}

// readInputs reads the data of the inputs.
func (l *loader) readInputs() {
	for _, e := range l.inputs {
		in := hamiltonian.Input{Symbol: l.names[e.key].e, Rate: l.names[e.key+"'"].e,
			Value: func(float64) (float64, float64) { return math.NaN(), math.NaN() }}
		t := l.dataTable(e.val)
		times, t, ok := l.times(e.val, t)
		v := e.val.get("value")
		if ok && v != nil {
			if y, ok := l.columnOf(l.newColumns(t), observed{key: e, y: v.val}, len(times)); ok {
				l.interpolate(&in, e.val, times, y, t)
			}
		}
		l.dom.Inputs = append(l.dom.Inputs, in)
	}
}

// interpolate makes a signal of times and values. Missing values are bridged.
func (l *loader) interpolate(in *hamiltonian.Input, n *node, times, y []float64, t *table) bool {
	type sample struct {
		t, y float64
		row  int
	}
	var s []sample
	for i, v := range y {
		if !math.IsNaN(v) {
			s = append(s, sample{times[i], v, i})
		}
	}
	sort.SliceStable(s, func(i, j int) bool { return s[i].t < s[j].t })
	if len(s) < 2 {
		l.errorf(n.pos, "a signal of %s, expected at least two", count(len(s), "value"))
		return false
	}
	xs, ys := make([]float64, len(s)), make([]float64, len(s))
	for i, p := range s {
		if i > 0 && p.t == s[i-1].t {
			l.dataError(t, p.row, l.timeColumn(n, t), "a second value at "+format(p.t)+", expected one value per time of an interpolated signal")
			return false
		}
		xs[i], ys[i] = p.t, p.y
	}
	slack := 1e-9 * (l.dom.End - l.dom.Start)
	if first, last := xs[0], xs[len(xs)-1]; first > l.dom.Start+slack || last < l.dom.End-slack {
		l.errorf(n.pos, "the signal covers %s from %s to %s, expected the whole layer from %s to %s",
			l.layerName(), format(first), format(last), format(l.dom.Start), format(l.dom.End))
		return false
	}
	in.Knots = xs
	switch l.choice(n, "interpolation", "cubic", "linear", "previous") {
	case "linear":
		in.Value = linear(xs, ys)
		in.Breaks = l.inside(kinks(xs, ys))
	case "previous":
		in.Value = previous(xs, ys)
		in.Breaks = l.inside(steps(xs, ys))
	default:
		if len(xs) < 3 { // a line
			in.Value = linear(xs, ys)
			return true
		}
		in.Value = notAKnot(xs, ys).at
		in.Smooth = 2
	}
	return true
}

func linear(xs, ys []float64) func(float64) (float64, float64) {
	return func(t float64) (float64, float64) {
		i := interval(xs, t)
		slope := (ys[i+1] - ys[i]) / (xs[i+1] - xs[i])
		return ys[i] + slope*(t-xs[i]), slope
	}
}

// previous holds a value until the next one.
func previous(xs, ys []float64) func(float64) (float64, float64) {
	return func(t float64) (float64, float64) {
		if n := len(xs); t >= xs[n-1] {
			return ys[n-1], 0
		}
		return ys[interval(xs, t)], 0
	}
}

// kinks are the places where the slope of a polygon changes.
func kinks(xs, ys []float64) []float64 {
	var b []float64
	for i := 1; i+1 < len(xs); i++ {
		if (ys[i]-ys[i-1])*(xs[i+1]-xs[i]) != (ys[i+1]-ys[i])*(xs[i]-xs[i-1]) {
			b = append(b, xs[i])
		}
	}
	return b
}

// steps are the places where a held value changes.
func steps(xs, ys []float64) []float64 {
	var b []float64
	for i := 1; i < len(xs); i++ {
		if ys[i] != ys[i-1] {
			b = append(b, xs[i])
		}
	}
	return b
}

// inside keeps the places inside the layer.
func (l *loader) inside(places []float64) []float64 {
	var in []float64
	for _, t := range places {
		if t > l.dom.Start && t < l.dom.End {
			in = append(in, t)
		}
	}
	return in
}

// readSignal reads a continuous measurement: formulas of the layer, or columns
// interpolated.
func (l *loader) readSignal(a *hamiltonian.Action, n *node, list []observed) {
	for _, key := range []string{"outside", "every"} {
		if k := n.get(key); k != nil {
			l.errorf(k.pos, "'%s' has no meaning for a continuous measurement", key)
		}
	}
	var s hamiltonian.Signal
	t := l.dataTable(n)
	var times []float64
	withData := t != nil || !n.missing("at")
	if withData {
		var ok bool
		if times, t, ok = l.times(n, t); !ok {
			return
		}
	} else if !n.missing("data") {
		return
	}
	good := true
	var cols *columns
	if withData {
		cols = l.newColumns(t)
	} else {
		cols = l.newColumns(&table{file: "the formula", columns: [][]float64{{0}}})
	}
	for _, o := range list {
		s.Names = append(s.Names, o.name)
		s.H = append(s.H, o.h)
		var y *expr.Expr
		if !withData {
			y = l.formula(o.y, classSignal, o.at)
		} else if col, ok := l.columnOf(cols, o, len(times)); ok {
			y = l.measured(n, o, times, col, t)
		}
		good = good && y != nil
		s.Y = append(s.Y, y)
	}
	w := l.weights(n, list, cols, len(times))
	if w == nil || !good {
		return
	}
	if w.perRow {
		l.errorf(n.pos, "the precision of a continuous measurement depends on a column, expected a constant")
		return
	}
	s.Rm, s.Matrix = w.rm, w.matrix
	a.Signals = append(a.Signals, s)
}

// measured makes an input of the measured values.
func (l *loader) measured(n *node, o observed, times, col []float64, t *table) *expr.Expr {
	base := "data_" + identifierOf(o.name)
	name := base
	for k := 2; l.names[name] != nil || l.names[name+"'"] != nil; k++ {
		name = base + "_" + itoa(k)
	}
	in := hamiltonian.Input{Symbol: l.declare(name, o.key.pos, classInput), Rate: l.declare(name+"'", o.key.pos, classInput)}
	if !l.interpolate(&in, n, times, col, t) {
		return nil
	}
	l.dom.Inputs = append(l.dom.Inputs, in)
	return in.Symbol
}

// identifierOf makes a name of a formula: x[3] gives x_3.
func identifierOf(s string) string {
	out := []rune{}
	for _, c := range s {
		if identifier.MatchString("_" + string(c)) {
			out = append(out, c)
		} else if len(out) > 0 && out[len(out)-1] != '_' {
			out = append(out, '_')
		}
	}
	for len(out) > 0 && out[len(out)-1] == '_' {
		out = out[:len(out)-1]
	}
	return string(out)
}
