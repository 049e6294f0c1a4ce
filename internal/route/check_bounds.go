package route

import (
	"fmt"
	"math"

	"costate/hamiltonian"
	"costate/ode"
)

// Held is a parameter that the check holds at its bound. Its certificates are
// those of the problem in which such parameters are constants, which has the same
// solution.
type Held struct {
	Name  string
	Value float64

	// Slope is the derivative of the action by the parameter, times its value:
	// not negative at a lower bound, not positive at an upper one.
	Slope float64
	Upper bool
}

// hold goes over to the problem in which the parameters that the solution has on
// a bound are constants.
func (c *checker) hold(sol *ode.Solution) (*ode.Solution, error) {
	p := c.Problem
	for _, i := range p.AtBound() {
		u, at := p.File.Action.Params[i], p.pins[i]
		slope, err := p.free.Slope(i, sol)
		if err != nil {
			return nil, err
		}
		lo, hi := u.Bounds()
		c.Held = append(c.Held, Held{Name: u.Symbol.Name(), Value: at, Upper: at == hi && lo < hi,
			Slope: slope * max(math.Abs(at), math.SmallestNonzeroFloat64)})
	}
	if len(c.Held) == 0 {
		return sol, nil
	}
	var err error
	c.Problem, sol, err = p.asConstants(sol)
	return sol, err
}

// bounds certifies that every held parameter is pressed against its bound, and that
// the others keep theirs.
func (c *checker) bounds() {
	for _, u := range c.Problem.Equations.OutOfBounds(c.Collocation.P) {
		lo, hi := u.Bounds()
		c.certify(hamiltonian.Certificate{Name: "bounds", Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail,
			Note: fmt.Sprintf("%s lies outside [%g, %g]", u.Symbol.Name(), lo, hi)})
	}
	if len(c.Held) == 0 {
		return
	}
	worst := 0.0
	note := "the action falls beyond the bounds of"
	for k, h := range c.Held {
		wrong := -h.Slope
		if h.Upper {
			wrong = h.Slope
		}
		worst = max(worst, wrong/max(1, math.Abs(c.Split.Total())))
		if k > 0 {
			note += ","
		}
		note += fmt.Sprintf(" %s = %.6g", h.Name, h.Value)
	}
	c.certify(hamiltonian.Within("held at bounds", worst, c.Tol, "%s, which are held there", note))
}
