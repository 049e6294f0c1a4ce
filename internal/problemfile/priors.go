package problemfile

import (
	"fmt"
	"math"

	"costate/hamiltonian"
)

// bounds reads min and max; both 0 when neither is given.
func (l *loader) bounds(n *node, at map[string]int) (lo, hi float64) {
	lo, _, okLo := l.numberKey(n, "min", at)
	hi, posHi, okHi := l.numberKey(n, "max", at)
	switch {
	case okLo && okHi:
		if lo >= hi {
			l.errorf(posHi, "max is %g, expected a number above min, which is %g", hi, lo)
			return 0, 0
		}
	case okLo:
		hi = math.Inf(1)
	case okHi:
		lo = math.Inf(-1)
	}
	return lo, hi
}

// within checks a value against bounds.
func (l *loader) within(what string, v, lo, hi float64, pos int) {
	if lo == 0 && hi == 0 {
		return
	}
	if v < lo || v > hi {
		want := fmt.Sprintf("from %g to %g", lo, hi)
		if math.IsInf(lo, -1) {
			want = fmt.Sprintf("of at most %g", hi)
		} else if math.IsInf(hi, 1) {
			want = fmt.Sprintf("of at least %g", lo)
		}
		l.errorf(pos, "the %s %g is outside the bounds, expected a number %s", what, v, want)
	}
}

// rangeKey reads range = [lo, hi] for the starts of annealing.
func (l *loader) rangeKey(n *node, name string, at map[string]int) (lo, hi float64, ok bool) {
	e := n.get("range")
	if e == nil {
		return 0, 0, false
	}
	if len(e.val.items) != 2 {
		l.errorf(e.val.pos, "range has %s, expected [lowest, highest]", count(len(e.val.items), "number"))
		return 0, 0, false
	}
	lo, ok1 := l.number(e.val.items[0], at, false)
	hi, ok2 := l.number(e.val.items[1], at, false)
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	if lo > hi {
		l.errorf(e.val.items[1].pos, "the range ends at %g, expected a number not below its start %g", hi, lo)
		return 0, 0, false
	}
	l.p.ranges[name] = [2]float64{lo, hi}
	return lo, hi, true
}

// prior reads { mean, sd } or { mean, precision }.
func (l *loader) prior(n *node, at map[string]int) (pr hamiltonian.Prior, ok bool) {
	e := n.get("prior")
	if e == nil {
		return pr, false
	}
	t := e.val
	if t.missing("mean") {
		l.errorf(e.pos, "the prior has no mean, expected { mean = .., sd = .. }")
	}
	mean, _, ok := l.numberKey(t, "mean", at)
	sd, sdPos, okSD := l.numberKey(t, "sd", at)
	prec, precPos, okPrec := l.numberKey(t, "precision", at)
	switch {
	case t.missing("sd") && t.missing("precision"):
		l.errorf(e.pos, "the prior has no width, expected sd (a standard deviation) or precision (1/sd^2)")
	case okSD && okPrec:
		l.errorf(max(sdPos, precPos), "the prior has both sd and precision, expected one of them")
	case okSD && sd <= 0:
		l.errorf(sdPos, "sd is %g, expected a number greater than 0", sd)
	case okPrec && prec <= 0:
		l.errorf(precPos, "the precision is %g, expected a number greater than 0", prec)
	case okSD:
		return hamiltonian.Prior{Mean: mean, Precision: 1 / (sd * sd)}, ok
	case okPrec:
		return hamiltonian.Prior{Mean: mean, Precision: prec}, ok
	}
	return pr, false
}

// precision reads the precision of a model error: positive, or inf.
func (l *loader) precision(n *node, at map[string]int) (float64, bool) {
	v, ok := l.number(n, at, true)
	if !ok {
		return 0, false
	}
	if !(v > 0) {
		l.errorf(n.pos, "the precision is %g, expected a number greater than 0, or inf", v)
		return 0, false
	}
	return v, true
}
