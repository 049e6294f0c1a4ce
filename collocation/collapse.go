package collocation

import (
	"fmt"
	"math"
	"strings"

	"costate/ode"
)

// negligible is the part of the terms of its equation, or of its guess, below
// which a component is zero: nothing but their rounding.
const negligible = 0x1p6 * epsilon

// vanishes reports whether component c is zero everywhere. Its size then is that
// of what its equation is a difference of, or that of the guess: sized by its
// own rounding errors, a parameter that multiplies it would seem as well
// determined as by a solution, and a costate that is zero like something of no
// accuracy.
func (r *run) vanishes(c int) bool { return r.below(c, negligible) }

func (r *run) below(c int, part float64) bool { return r.peak[c] <= part*r.origin(c) }

// origin is the size of what component c comes from.
func (r *run) origin(c int) float64 { return max(r.seen[c], r.coupling[c], r.terms[c]) }

// rounding is what the value of component c, v at most, is uncertain by itself. One
// that is the difference of others is so by the rounding of all of them.
func (r *run) rounding(c int, v float64) float64 {
	if r.vanishes(c) {
		return 4 * epsilon * r.origin(c)
	}
	return 4 * epsilon * (max(v, r.seen[c]) + r.coupling[c])
}

// size is what component c is measured by.
func (r *run) size(c int) float64 {
	v := r.peak[c]
	if r.vanishes(c) {
		v = r.origin(c)
	}
	return max(v, r.s.atol(c)/r.rtol)
}

// collapse is the cause of an *Error of collapsed.
type collapse struct {
	zero, free []string // names of what vanishes, and of what it leaves undetermined
	all        bool     // everything vanishes
}

func (e *collapse) Error() string {
	free := strings.Join(e.free, ", ")
	switch {
	case e.all:
		return "the solution is zero and leaves " + free + " undetermined"
	case len(e.zero) == 1:
		return e.zero[0] + " is zero and leaves " + free + " undetermined"
	}
	return strings.Join(e.zero, ", ") + " are zero and leave " + free + " undetermined"
}

// named returns the name of element i, or a letter and its number.
func named(names []string, letter string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprint(letter, i+1)
}

// failing is the part below which a component of an iterate that leads nowhere is
// on its way to zero.
const failing = 1e-6

// collapsed returns an *Error if components fall below a part of what they come
// from, and with them all that some unknown parameter acts on, by the matrix of
// d: the equation of an eigenvalue a has the solution zero with any a.
func (r *run) collapsed(d *discrete, part float64) error {
	st := r.st
	e := &collapse{}
	for c := range st.nd {
		if r.below(c, part) {
			e.zero = append(e.zero, named(r.p.Names, "y", c))
		}
	}
	if len(e.zero) == 0 || st.np == 0 {
		return nil
	}
	e.all = len(e.zero) == st.nd
	effect := make([]float64, st.np)
	for i := range d.mesh.intervals() {
		for k, v := range d.abd.C(i) {
			c, q := d.component(i, k/st.np), k%st.np
			effect[q] = larger(effect[q], math.Abs(v)*d.size[c]/max(r.size(c), r.seen[c]))
		}
	}
	for j, points := range d.cond.touch {
		big := 0.0
		for k := range points {
			for _, v := range d.abd.Condition(j, k) {
				big = larger(big, math.Abs(v))
			}
		}
		border := d.abd.ConditionBorder(j)
		for _, v := range border {
			big = larger(big, math.Abs(v))
		}
		for q, v := range border {
			if v != 0 {
				effect[q] = larger(effect[q], math.Abs(v)/big)
			}
		}
	}
	for q, v := range effect {
		// A parameter near zero is measured by its guess.
		if v*max(1, r.qseen[q]/d.qsize[q]) <= part {
			e.free = append(e.free, named(r.p.ParamNames, "p", q))
		}
	}
	if len(e.free) == 0 {
		return nil
	}
	return &Error{Status: ode.Singular, Op: "result", Intervals: d.mesh.pieces(), Component: -1, T: d.mesh.t[0], Err: e,
		Try: fmt.Sprintf("a normalising condition is missing, such as integral(%s^2) = 1, or the guess is too near to zero", e.zero[0])}
}
