package problemfile

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// warnUnused warns of estimated parameters that nothing depends on: no data
// can determine them.
func (l *loader) warnUnused() {
	var all []*expr.Expr
	add := func(es ...*expr.Expr) {
		for _, e := range es {
			if e != nil {
				all = append(all, e)
			}
		}
	}
	switch l.kind {
	case KindAction:
		a := l.p.Action
		for _, s := range a.States {
			add(s.F)
		}
		for _, o := range a.Observations {
			add(o.H...)
		}
		for _, s := range a.Signals {
			add(s.H...)
		}
		add(a.Given.G...)
	case KindBoundary:
		b := l.p.Boundary
		for _, v := range b.Variables {
			add(v.F)
		}
		for _, j := range b.Jumps {
			add(j.Value...)
		}
		add(b.Conditions.G...)
	case KindLagrangian:
		add(l.p.Lagrangian.L)
		add(l.p.Lagrangian.Given.G...)
	case KindHamiltonian:
		add(l.p.Hamiltonian.H)
		add(l.p.Hamiltonian.Given.G...)
	}
	for _, p := range l.params {
		if p.Symbol == l.dom.FreeEnd || p.Prior != (hamiltonian.Prior{}) {
			continue
		}
		if !slices.ContainsFunc(all, func(e *expr.Expr) bool { return e.DependsOn(p.Symbol) }) {
			l.warnf(l.symbols[p.Symbol].pos, "nothing depends on the estimated parameter '%s', it cannot be found", p.Symbol.Name())
		}
	}
}

// warnIdle warns of states of an action that enter nothing but their own
// equation: nothing measured depends on them, and no value of theirs is given.
func (l *loader) warnIdle() {
	a := l.p.Action
	if a == nil {
		return
	}
	var seen []*expr.Expr
	for _, o := range a.Observations {
		seen = append(seen, o.H...)
	}
	for _, s := range a.Signals {
		seen = append(seen, s.H...)
	}
	for _, v := range a.Given.Values {
		seen = append(seen, v.Variable)
	}
	for i, x := range a.States {
		enters := x.Prior != (hamiltonian.Prior{}) || slices.ContainsFunc(seen, func(e *expr.Expr) bool { return e.DependsOn(x.Symbol) })
		for j, other := range a.States {
			enters = enters || i != j && other.F != nil && other.F.DependsOn(x.Symbol)
		}
		if s := l.symbols[x.Symbol]; !enters && s != nil {
			l.warnf(s.pos, "nothing but its own equation depends on the state '%s', it cannot be found", x.Symbol.Name())
		}
	}
}

// leastCover is the fraction of the layer that measurements are expected to cover.
const leastCover = 0.05

// warnCover warns of measurements that are squeezed into a small part of the
// layer, as they are when their times have another unit.
func (l *loader) warnCover() {
	e := l.root.get("observations")
	if l.p.Action == nil || e == nil || len(e.val.items) == 0 || len(l.p.Action.Signals) > 0 {
		return
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, o := range l.p.Action.Observations {
		for _, t := range o.Times {
			lo, hi = min(lo, t), max(hi, t)
		}
	}
	if cover := (hi - lo) / (l.dom.End - l.dom.Start); lo < hi && cover < leastCover {
		pos := e.val.items[0].pos
		if at := e.val.items[0].get("at"); at != nil {
			pos = at.pos
		}
		l.warnf(pos, "the measurements cover %.2g %% of the layer only, from %s = %s to %s of %s to %s: do their times have its unit?",
			100*cover, l.dom.Layer.Name(), format(lo), format(hi), format(l.dom.Start), format(l.dom.End))
	}
}

var stepInName = regexp.MustCompile(`dt_?(\d*)[p.](\d+)`)

// NamedStep is the time step that the name of a data file tells, as in
// data_dt0p05.npy.
func NamedStep(name string) (step float64, ok bool) {
	m := stepInName.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	step, err := strconv.ParseFloat("0"+m[1]+"."+m[2], 64)
	return step, err == nil
}

// middleStep is the median of the distances between times.
func middleStep(times []float64) float64 {
	steps := make([]float64, len(times)-1)
	for i := range steps {
		steps[i] = math.Abs(times[i+1] - times[i])
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// warnStep warns when a file's name tells another time step than its times:
// such files are in circulation.
func (l *loader) warnStep(n *node, times []float64) {
	e := n.get("data")
	if e == nil || e.val.kind != stringNode || len(times) < 2 {
		return
	}
	told, ok := NamedStep(e.val.text)
	if !ok {
		return
	}
	step := middleStep(times)
	if math.Abs(step-told) > 0.01*told {
		l.warnf(e.val.pos, "the name of the file tells the time step %g, its times the step %g, which is used", told, step)
	}
}

// warnEmpty warns of observed quantities without any value.
func (l *loader) warnEmpty(n *node, o *hamiltonian.Observations) {
	m := len(o.H)
	for j, name := range o.Names {
		some := false
		for i := range o.Times {
			some = some || !math.IsNaN(o.Y[i*m+j])
		}
		if !some {
			l.warnf(n.pos, "there is no value of '%s' inside the layer", name)
		}
	}
}
