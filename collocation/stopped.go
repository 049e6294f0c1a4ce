package collocation

import (
	"errors"
	"fmt"

	"costate/ode"
)

// stopped is the error of a continuation, or a branch, that stops at a solution
// on its way to a parameter. It says so if the problem does not even exist
// there: solutions approach a singular limit, such as that of a layer without
// width, but none is one of the limit itself. Otherwise it is err, nil if
// there was none.
func stopped(what string, at float64, sol *ode.Solution, c *Continuation, err error) error {
	p := c.Problem(c.To)
	if p == nil && err != nil {
		return prefixed(fmt.Sprintf("%s stopped at %.8g, and there is no problem at %.8g", what, at, c.To), err)
	}
	if t, component := undefined(p, sol); component >= 0 {
		return &Error{Status: ode.NotFinite, Op: fmt.Sprintf("%s stopped at %.8g, for at %.8g itself the right-hand side is not finite", what, at, c.To),
			Intervals: sol.Intervals(), T: t, Component: component, Err: ode.ErrNotFinite, sys: &p.System,
			Try: "a singular limit: solutions approach it, but it is none of the problems; ask for a value before it"}
	}
	if err == nil {
		return nil
	}
	return prefixed(fmt.Sprintf("%s stopped at %.8g, on the way to %.8g", what, at, c.To), err)
}

// prefixed says when an error happened.
func prefixed(when string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		more := *e
		more.Op = when + ": " + e.Op
		return &more
	}
	return fmt.Errorf("collocation: %s: %w", when, err)
}

// undefined returns the first place along a solution, and the component, where
// the right-hand side of p is not finite; component -1: nowhere.
func undefined(p *ode.BVP, sol *ode.Solution) (t float64, component int) {
	if p == nil {
		return 0, -1
	}
	eval, f := pointFunc(&p.System), make([]float64, p.Dim)
	places := append([]float64(nil), sol.T...)
	for i := range len(sol.T) - 1 {
		places = append(places, (sol.T[i]+sol.T[i+1])/2)
	}
	for _, t := range places {
		eval(f, t, sol.At(nil, t), sol.P)
		for c, v := range f {
			if v-v != 0 {
				return t, c
			}
		}
	}
	return 0, -1
}
