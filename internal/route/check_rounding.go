package route

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// roundings is how many roundings of a measured value its residual must have for
// the action, and the costates that are its derivatives, to have any digits.
const roundings = 1e3

// measured calls do for the precision and the value of every measurement at single
// times whose precision is finite.
func (c *checker) measured(do func(rm, y float64)) {
	a := c.Problem.File.Action
	if a == nil {
		return
	}
	for _, o := range a.Observations {
		m := len(o.H)
		for n := range o.Times {
			for j := range m {
				rm := 0.0
				switch {
				case o.Matrix != nil:
					rm = o.Matrix[j*m+j]
				case len(o.Rm) == m:
					rm = o.Rm[j]
				default:
					rm = o.Rm[n*m+j]
				}
				if y := o.Y[n*m+j]; rm > 0 && !math.IsInf(rm, 1) && !math.IsNaN(y) {
					do(rm, y)
				}
			}
		}
	}
}

// floor is the action of an action problem below which it consists of roundings:
// every measured value off by some roundings of its own.
func (c *checker) floor() float64 {
	sum := 0.0
	c.measured(func(rm, y float64) { sum += rm * y * y / 2 })
	return sum * (roundings * 0x1p-52) * (roundings * 0x1p-52)
}

// terms returns the largest Rm y^2 of a measured value: costates are Rm (x - y), and
// p x has the unit of the action, so that p x over it is the part of the terms of
// the costates that is left of them, whatever the units of the states.
func (c *checker) terms() float64 {
	unit := 0.0
	c.measured(func(rm, y float64) { unit = max(unit, rm*y*y) })
	return unit
}

// remains returns the part of their terms that is left of costates (i of d each),
// given the sizes of states and costates; 1 if that cannot be told.
func (c *checker) remains(x, p []float64) float64 {
	unit := c.terms()
	if unit == 0 {
		return 1
	}
	product := 0.0
	for i := range x {
		product = max(product, x[i]*p[i])
	}
	return min(product/unit, 1)
}

// digits is how many times more accurate the routes are than what is certified. They
// are so of measured values and states, and of the terms of costates; where less is
// left of these the costates themselves cannot be judged.
const digits = 1e3

// weigh finds the sizes below which costates are not judged: those of which what is
// certified is the accuracy of their terms. None, if all are larger.
func (c *checker) weigh() {
	e := c.Problem.Equations
	d, last := len(e.States), len(e.States)+len(e.Costates)+len(e.ParamCostates)
	if c.Problem.File.Action == nil || len(e.Costates) != d {
		return
	}
	size := Largest(c.Collocation)
	c.part = c.remains(size[:d], size[d:2*d])
	x := slices.Clone(size[:d])
	for i := range last - 2*d {
		x = append(x, math.Abs(c.Collocation.P[i])) // a parameter is a state that is constant
	}
	faint, note := c.faint(x, size[d:last])
	if c.part*digits >= 1 {
		if faint != nil {
			c.least, c.faintly = make([]float64, c.Collocation.Dim), note
			copy(c.least[d:], faint)
		}
		return
	}
	c.least = make([]float64, c.Collocation.Dim)
	for i := d; i < last; i++ {
		switch {
		case c.part > 0:
			c.least[i] = size[i] / c.part / digits
			if faint != nil {
				c.least[i] = max(c.least[i], faint[i-d]/c.part)
			}
		case i < 2*d && size[i-d] > 0:
			c.least[i] = c.terms() / size[i-d] / digits
		}
	}
}

// fairly judges by the sizes of the components, and what fails so once more by those
// of costates' terms: what passes then is left open, or passes with a remark where
// only faint costates need it.
func (c *checker) fairly(judge func(least []float64) []hamiltonian.Certificate) []hamiltonian.Certificate {
	out := judge(nil)
	if c.least == nil {
		return out
	}
	for i, again := range judge(c.least) {
		switch {
		case out[i].Verdict != hamiltonian.Fail || again.Verdict != hamiltonian.Pass:
		case c.faintly != "":
			out[i] = again
			out[i].Note += c.faintly
		default:
			out[i] = c.cancelled(out[i], c.part)
		}
	}
	return out
}

// faint finds the costates that are next to nothing beside others, given the sizes of
// states and costates, as those of states that no measurement depends on: they consist
// of roundings of the others. All products p x have the unit of the action, so that
// these are compared. least are the sizes below which such costates are not judged,
// and note says so; nil: there are none.
func (c *checker) faint(x, p []float64) (least []float64, note string) {
	product, part := 0.0, 0.0
	for i := range x {
		product = max(product, x[i]*p[i])
	}
	e := c.Problem.Equations
	all := slices.Concat(e.Costates, e.ParamCostates)
	var names []string
	for i := range x {
		if of := x[i] * p[i] / product; x[i] > 0 && of*digits < 1 {
			if least == nil {
				least = make([]float64, len(p))
			}
			least[i], part = product/x[i]/digits, max(part, of)
			names = append(names, all[i].Name())
		}
	}
	return least, fmt.Sprintf("; of %s, %.0e of the largest costate (products p x), relative to %.0e of it", strings.Join(names, ", "), part, 1/digits)
}

// cancelled leaves open what fails because only a part of their terms is left of
// the costates.
func (c *checker) cancelled(k hamiltonian.Certificate, part float64) hamiltonian.Certificate {
	k.Verdict = hamiltonian.NotJudged
	k.Note += fmt.Sprintf("; costates are %.0e of the terms of Rm (x - y): rounding leaves the costates only to %.0e", part, 0x1p-52/max(part, 0x1p-52))
	return k
}

// lost judges costates of layers, and leaves a failure open if next to nothing of
// their terms is left of them. Faint ones are not judged by their own size.
func (c *checker) lost(path *discrete.Path, judge func(least []float64) hamiltonian.Certificate) hamiltonian.Certificate {
	k := judge(nil)
	if k.Verdict != hamiltonian.Fail {
		return k
	}
	x, p := make([]float64, path.Dim), make([]float64, path.Dim)
	for n := range path.Layers + 1 {
		for i, v := range path.Node(n) {
			x[i] = max(x[i], math.Abs(v))
			p[i] = max(p[i], math.Abs(path.CostateLeft[n*path.Dim+i]), math.Abs(path.CostateRight[n*path.Dim+i]))
		}
	}
	if least, note := c.faint(x, p); least != nil {
		if k = judge(least); k.Verdict == hamiltonian.Pass {
			k.Note += note
			return k
		}
	}
	if part := c.remains(x, p); part*digits < 1 && k.Value*part*digits <= layerBound {
		return c.cancelled(k, part)
	}
	return k
}

// settle looks whether the solution fits its data to rounding. All costates of such
// a solution are roundings of zero, so that figures relative to their size mean
// nothing: they are set to zero.
func (c *checker) settle() {
	total := c.Split.Total()
	if total > c.floor() {
		return
	}
	c.Exact = true
	c.certify(hamiltonian.Unjudged("action", total, "at rounding level: the model fits all data to their last digits; costates are zero to rounding"))
	e := c.Problem.Equations
	last := len(e.States) + len(e.Costates) + len(e.ParamCostates)
	c.Collocation = silence(c.Collocation, len(e.States), last)
}

// silence returns a solution whose components from and up to (not with) to are zero;
// what they were is their error.
func silence(sol *ode.Solution, from, to int) *ode.Solution {
	out := *sol
	out.Y = append([]float64(nil), sol.Y...)
	for i := range sol.T {
		clear(out.Node(i)[from:to])
	}
	out.Error = make([]float64, sol.Dim)
	copy(out.Error, sol.Error)
	copy(out.Error[from:to], Largest(sol)[from:to])
	out.Inner = silent{sol.Inner, from, to}
	return &out
}

// silent is an interpolant with some components zero.
type silent struct {
	ode.Interpolant
	from, to int
}

func (s silent) Value(dst []float64, i int, theta float64) {
	s.Interpolant.Value(dst, i, theta)
	clear(dst[s.from:s.to])
}

func (s silent) Deriv(dst []float64, i int, theta float64) {
	s.Interpolant.Deriv(dst, i, theta)
	clear(dst[s.from:s.to])
}

// unsolved certifies that layers of a rule were not minimised, which is no fault
// where there is nothing left to minimise.
func (c *checker) unsolved(s discrete.Scheme, err error) hamiltonian.Certificate {
	name := "minimum, " + s.String()
	var n *discrete.NewtonError
	if errors.As(err, &n) && n.Action <= c.floor() {
		return hamiltonian.Unjudged(name, n.Action, "at rounding level: the layers fit all data to their last digits")
	}
	return hamiltonian.Certificate{Name: name, Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail, Note: brief(err)}
}

// brief is the first line of an error, and how many follow: an error of every
// mesh interval fills a screen.
func brief(err error) string {
	first, rest, more := strings.Cut(err.Error(), "\n")
	if !more {
		return first
	}
	return fmt.Sprintf("%s (and %d more)", first, 1+strings.Count(rest, "\n"))
}
