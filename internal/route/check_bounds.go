package route

import (
	"fmt"
	"math"
	"slices"

	"costate/discrete"
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

// bounded finds the minimum in layers and, if parameters of it stand on a bound,
// goes over to the problem in which they are held. It returns the minimum as a
// guess for the continuous routes, nil if there is none.
func (c *checker) bounded() *ode.Solution {
	a := c.Problem.File.Action
	if a == nil {
		return nil
	}
	path, err := minimum(c.ctx, a)
	if err != nil {
		return nil
	}
	if c.outside || len(path.AtBound) > 0 {
		// Which parameters they are depends on the accuracy.
		pr, err := Layers(a)
		if err != nil {
			return nil
		}
		pr.Rule, pr.Stages, pr.Layers = discrete.Gauss, 2, guessLayers
		s := discrete.Solver{Tolerance: 1e-9}
		if better, err := s.Solve(c.ctx, pr, discrete.Guess{Path: path}); err == nil {
			path = better
		}
	}
	if len(path.AtBound) > 0 {
		held, err := c.Problem.hold(path.AtBound, path.Theta)
		if err != nil {
			return nil
		}
		for _, i := range path.AtBound {
			_, hi := a.Params[i].Bounds()
			c.Held = append(c.Held, Held{Name: a.Params[i].Symbol.Name(), Value: path.Theta[i], Upper: path.Theta[i] >= hi})
		}
		c.whole, c.heldAt = c.Problem, path.AtBound
		c.Problem = held
		reduced := *path
		reduced.Theta = without(path.Theta, path.AtBound)
		path = &reduced
	}
	return pathSolution(c.Problem.Equations, path)
}

// hold returns the problem in which some parameters are constants.
func (p *Problem) hold(index []int, theta []float64) (*Problem, error) {
	file, a := *p.File, *p.File.Action
	a.Constants = slices.Clone(a.Constants)
	for _, i := range index {
		a.Constants = append(a.Constants, hamiltonian.Constant{Symbol: a.Params[i].Symbol, Value: theta[i]})
	}
	a.Params = without(a.Params, index)
	file.Action = &a
	return New(&file)
}

// without returns a copy of list without the elements at index.
func without[T any](list []T, index []int) []T {
	var out []T
	for i, v := range list {
		if !slices.Contains(index, i) {
			out = append(out, v)
		}
	}
	return out
}

// bounds certifies that every held parameter is pressed against its bound, and that
// the others keep theirs.
func (c *checker) bounds() error {
	for _, u := range c.Problem.Equations.OutOfBounds(c.Collocation.P) {
		lo, hi := u.Bounds()
		c.certify(hamiltonian.Certificate{Name: "bounds", Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail,
			Note: fmt.Sprintf("%s lies outside [%g, %g]", u.Symbol.Name(), lo, hi)})
	}
	if len(c.Held) == 0 {
		return nil
	}
	worst := 0.0
	note := "the action falls beyond the bounds of"
	whole := c.whole.File.Action
	theta := slices.Clone(c.Collocation.P[:len(c.Problem.File.Action.Params)])
	for k, i := range c.heldAt { // ascending
		theta = slices.Insert(theta, i, c.Held[k].Value)
	}
	pulls, err := whole.ParamPull(c.Collocation, theta)
	if err != nil {
		return err
	}
	e := c.Problem.Equations
	for k, i := range c.heldAt {
		h := &c.Held[k]
		integral, _, err := e.Integrate(c.Collocation, e.Graph.Neg(e.Graph.Diff(e.Hamiltonian, whole.Params[i].Symbol)))
		if err != nil {
			return err
		}
		h.Slope = (integral + pulls[i]) * max(math.Abs(h.Value), math.SmallestNonzeroFloat64)
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
	return nil
}
