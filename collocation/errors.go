package collocation

import (
	"errors"
	"fmt"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// Error is a failure to solve: what failed, where, with which number, and
// what to try. errors.Is finds the sentinel of its Status.
type Error struct {
	Status    ode.Status
	Op        string  // what was being done
	Intervals int     // of the mesh
	T         float64 // where it is worst
	Component int     // of what component, from 0, or Dim + k of parameter k; -1: of none
	Value     float64 // the number that failed
	Try       string  // what may help
	Err       error   // the cause, or the sentinel

	sys *ode.System // that has the names
}

func (e *Error) Error() string {
	s := fmt.Sprintf("collocation: %s: %v", e.Op, e.Err)
	if e.Component >= 0 {
		s += " (" + e.name() + ")"
	}
	s += fmt.Sprintf(" on %d intervals", e.Intervals)
	if e.Try != "" {
		s += "; " + e.Try
	}
	return s
}

// name says of what component and where, or of what parameter: by the names
// of the system if it has any.
func (e *Error) name() string {
	dim, k := e.Component+1, e.Component
	var names, params []string
	if e.sys != nil {
		dim, names, params = e.sys.Dim, e.sys.Names, e.sys.ParamNames
	}
	if p := k - dim; p >= 0 {
		if p < len(params) {
			return "parameter " + params[p]
		}
		return fmt.Sprintf("parameter p%d", p+1)
	}
	name := fmt.Sprintf("y%d", k+1)
	if k < len(names) {
		name = names[k]
	}
	return fmt.Sprintf("%s near t = %.6g", name, e.T)
}

// Unwrap returns the sentinel of the status and the cause.
func (e *Error) Unwrap() []error { return []error{sentinel(e.Status), e.Err} }

func sentinel(s ode.Status) error {
	switch s {
	case ode.MeshLimit:
		return ode.ErrMeshLimit
	case ode.Singular:
		return ode.ErrSingular
	case ode.IllConditioned:
		return ode.ErrIllConditioned
	case ode.NotFinite:
		return ode.ErrNotFinite
	}
	return ode.ErrNoDescent
}

// explain makes an *Error of a failure of Newton's iteration.
func (r *run) explain(err error) error {
	e := &Error{Status: ode.NoDescent, Op: "Newton's iteration", Intervals: r.main.mesh.pieces(), Component: -1, Err: err}
	var ne *newton.Error
	if errors.As(err, &ne) {
		e.Value = ne.Correction
	}
	var se *linalg.SingularError
	switch {
	case errors.Is(err, newton.ErrNotFinite):
		e.Status, e.Try = ode.NotFinite, "the right-hand side is not finite at the guess: change it"
		e.T, e.Component = r.notFinite()
	case errors.As(err, &se):
		e.Status, e.Try = ode.Singular, "check that the conditions determine the solution"
		if r.went.Steps == 0 && !r.converged && !r.linear {
			e.Try = "give another guess, for they are so at this one, or check that the conditions determine the solution"
		}
		e.T, e.Component = r.main.mesh.t[min(se.Node, r.main.mesh.intervals())], se.Column
		if k := se.Column - r.st.nd; k >= 0 { // of the last system, in y, parameters and border
			e.Component = min(r.p.Dim+k, r.p.Dim+r.p.Params-1)
		}
	case r.rtol < 10*epsilon:
		e.Status = ode.IllConditioned
		e.Try = fmt.Sprintf("the tolerance %.0e is less than rounding leaves: the smallest that can be met is some 1e-14", r.rtol)
	case r.doubts > 0 || r.converged && e.Value*r.rtol < 0.05:
		// Rounding, amplified, is what stops it.
		e.Status, e.Try = ode.IllConditioned, "rounding alone stops the iteration: shorten the interval, or change what is given where"
	default:
		e.Try = "give a better guess, or a parameter to continue in"
	}
	return e
}

// notFinite returns the place and the component of the first value of the
// right-hand side, or of a jump or condition (component -1), that is no number.
func (r *run) notFinite() (t float64, component int) {
	d, st := r.main, r.st
	d.residual(r.f[:d.nx], r.x)
	n, s := d.mesh.intervals(), d.tb.s
	rho := r.f[st.nd+st.np+n*st.nd:]
	for i := range n {
		for a, c := range st.free {
			for j, theta := range d.tb.c {
				if v := rho[i*d.ns+a*s+j]; v-v != 0 {
					return d.mesh.t[i] + theta*(d.mesh.t[i+1]-d.mesh.t[i]), c
				}
			}
		}
	}
	return d.mesh.t[0], -1
}

func (r *run) meshLimit() error {
	if err := r.condemn(100 * epsilon / r.rtol); err != nil {
		return err
	}
	if err := r.determined(); err != nil {
		return err
	}
	try := "allow more intervals, or a larger tolerance"
	if k := r.condition().Kappa; k*epsilon > 1 {
		try = fmt.Sprintf("with condition number %.2g more intervals will hardly help: shorten the interval, or change what is given where", k)
	}
	if m, at := r.main.mesh, r.sum.where; at != 0 {
		if i := max(1, sortSearch(m.t, at)); !resolves(m.t[i-1], m.t[i-1]+(m.t[i]-m.t[i-1])/4) {
			try = "intervals there are as short as the rounding of t allows: shift t so that this place is zero, or allow a larger tolerance"
		}
	}
	return &Error{Status: ode.MeshLimit, Op: "mesh selection", Intervals: r.main.mesh.pieces(), T: r.sum.where,
		Component: r.sum.component, Value: r.sum.ratio, Err: ode.ErrMeshLimit,
		Try: fmt.Sprintf("the error is still %.3g tolerances: %s", r.sum.ratio, try)}
}
