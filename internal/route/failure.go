package route

import (
	"errors"
	"fmt"
	"strings"

	"costate/collocation"
	"costate/internal/linalg"
	"costate/ode"
	"costate/shooting"
)

// Failure is the error of a solver in the words of the problem: the names of
// its components and parameters, and its layer.
type Failure struct {
	Err  error // of the solver, which knows numbers only
	text string
}

func (e *Failure) Error() string { return e.text }
func (e *Failure) Unwrap() error { return e.Err }

// worded makes a *Failure of the error of a solver; other errors stay as they
// are.
func (p *Problem) worded(sol *ode.Solution, err error) error {
	text := ""
	place := func(component int, t float64) string {
		if component < 0 || sol == nil {
			return ""
		}
		if component >= len(p.BVP.Names) {
			return fmt.Sprintf(" (%s)", p.name(component))
		}
		return fmt.Sprintf(" (%s near %s = %.6g)", p.name(component), p.Equations.Layer.Name(), p.Equations.Label(t, sol.P))
	}
	switch e := err.(type) {
	case *collocation.Error:
		text = fmt.Sprintf("collocation: %s: %s%s on %d intervals", e.Op, cause(e.Err), place(e.Component, e.T), e.Intervals)
		if e.Try != "" {
			text += "; " + e.Try
		}
	case *shooting.Error:
		text = fmt.Sprintf("shooting: %s: %s%s on %d segments", e.Op, cause(e.Err), place(e.Component, e.T), e.Segments)
		if e.Growth > 0 {
			text += fmt.Sprintf(" (growth %.2g)", e.Growth)
		}
		if e.Try != "" {
			text += "; " + e.Try
		}
	default:
		return err
	}
	return &Failure{Err: err, text: text}
}

// name returns the name of a component, or of a parameter, which solvers count
// on after the components.
func (p *Problem) name(i int) string {
	if n := len(p.BVP.Names); i >= n && i-n < len(p.BVP.ParamNames) {
		return p.BVP.ParamNames[i-n]
	}
	return p.BVP.Names[min(i, len(p.BVP.Names)-1)]
}

// cause says why, without the numbers of rows and columns.
func cause(err error) string {
	var singular *linalg.SingularError
	if errors.As(err, &singular) {
		return "the linearised equations are singular"
	}
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "newton: "), "\n", "; ")
}
