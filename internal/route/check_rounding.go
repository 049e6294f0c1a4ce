package route

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// roundings is how many roundings of a measured value its residual must have for
// the action, and the costates that are its derivatives, to have any digits.
const roundings = 1e3

// floor is the action of an action problem below which it consists of roundings:
// every measured value off by some roundings of its own.
func (c *checker) floor() float64 {
	a := c.Problem.File.Action
	if a == nil {
		return 0
	}
	sum := 0.0
	add := func(rm, y float64) {
		if w := rm * y * y; w > 0 && !math.IsInf(w, 1) {
			sum += w / 2
		}
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
				add(rm, o.Y[n*m+j])
			}
		}
	}
	return sum * (roundings * 0x1p-52) * (roundings * 0x1p-52)
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

// silence returns a solution whose components from and up to (not with) to are zero.
func silence(sol *ode.Solution, from, to int) *ode.Solution {
	out := *sol
	out.Y = append([]float64(nil), sol.Y...)
	for i := range sol.T {
		clear(out.Node(i)[from:to])
	}
	out.Error = append([]float64(nil), sol.Error...)
	if out.Error != nil {
		clear(out.Error[from:to])
	}
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
