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

// lost is what a rounding of a measured value is in its costate, relative to the
// largest: costates are Rm (x - y), and where the model is weak x is next to y. p x
// has the unit of the action, so that the states' units do not matter.
func (c *checker) lost() float64 {
	unit, product := 0.0, 0.0
	c.measured(func(rm, y float64) { unit = max(unit, rm*y*y) })
	size, d := largest(c.Collocation), len(c.Problem.Equations.States)
	if len(c.Problem.Equations.Costates) != d || unit == 0 {
		return 0
	}
	for i := range d {
		product = max(product, size[i]*size[d+i])
	}
	return 0x1p-52 * unit / product
}

// forgive leaves open what fails by no more than the roundings of the data explain.
func (c *checker) forgive() {
	lost := c.lost()
	for i := range c.Certificates {
		k := &c.Certificates[i]
		name, _, _ := strings.Cut(k.Name, ",")
		switch name {
		case "stationary", "error estimate", "integration defect", "global error by integration", "natural conditions", "jumps of the costates":
			if k.Verdict == hamiltonian.Fail && k.Value <= 10*lost {
				k.Verdict = hamiltonian.NotJudged
				k.Note += fmt.Sprintf("; at rounding level: the model is so weak that Rm (x - y) leaves the costates only to %.0e", lost)
			}
		}
	}
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
