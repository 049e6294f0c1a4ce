package ode

import (
	"context"
	"math"
)

// IVP is an initial value problem: y' = f(t, y, p), y(Start) = Initial,
// wanted on the interval from Start to End. End < Start integrates backward.
type IVP struct {
	System
	Start, End float64
	Initial    []float64 // y(Start) (Dim)
	Params     []float64 // p (System.Params) [zeros]

	// Breaks are places, ascending, where the right-hand side or one of its
	// derivatives with respect to t is not continuous: steps end there, and
	// its values on the two sides are kept apart. Methods of fixed step
	// ignore them. nil: none.
	Breaks []float64
}

// Method is an integration method, a description without state: the methods
// of this package are values that any number of integrations may share.
type Method interface {
	// Name is the method's usual name.
	Name() string

	// Order is the classical order of the step.
	Order() int

	// Adaptive reports whether the method estimates its error and chooses its
	// steps; otherwise it takes equal steps of about Integrator.Step.
	Adaptive() bool

	// newStepper returns what performs the steps of one integration.
	newStepper(r *run) (stepper, error)
}

// stepper performs single steps. The driver owns t, y and the counters; the
// stepper owns everything between two steps.
type stepper interface {
	// start is called once, with r.t, r.y and r.f = f(t, y) set, and returns
	// the size of the first step, > 0.
	start() float64

	// try attempts the step of signed size h from r.t and stores the result
	// into r.next. The step is accepted if ok; size is the proposed size,
	// > 0, of the next attempt. ok must be false if r.next is not finite.
	try(h float64) (size float64, ok bool)

	// accept is called when the step of size h has been accepted, before the
	// driver moves r.t and r.y: it stores f(t+h, next) into r.fnext if the
	// method needs it.
	accept(h float64)

	// dense appends the interpolant of the accepted step, rows 1..deg of
	// y(t + theta h) = y + sum_j row_j theta^j, to dst and returns it. It may
	// be called once between accept and moved.
	dense(dst []float64, h float64) []float64

	// moved is called when r.t and r.y have moved to the end of the step.
	moved()

	// restart is called after moved when r.f has been evaluated anew on the
	// far side of a break, across which nothing may be extrapolated.
	restart()
}

// Control are the constants of the step size control: a step with scaled
// error e after one with error e1 proposes the next step
// h min(Max, max(Min, Safety e^(-1/q + 0.75 Beta) e1^Beta)), where q is one
// more than the order of the error estimate (Hairer, Norsett, Wanner I, II.4,
// and II, IV.2). Zero fields take the method's constants.
type Control struct {
	Safety float64 // [0.9]
	Min    float64 // smallest factor [0.2]
	Max    float64 // largest factor [10]
	Beta   float64 // weight of the previous error; negative: none [0.04 for order 5, none above]
}

// Integrator integrates initial value problems. The zero value is ready to
// use; one Integrator may be used by several goroutines at once.
//
// The error of every step is kept below
//
//	sqrt(1/n sum_i (e_i / (AbsTol_i + RelTol_i max|y_i|))^2) <= 1.
type Integrator struct {
	// Method is the method. [DOP853]
	Method Method

	// RelTol and AbsTol are the tolerances of all components; RelTol is
	// raised to 2e-15 if it is below, with a warning. [1e-6, RelTol]
	RelTol, AbsTol float64

	// RelTols and AbsTols are tolerances per component (Dim), in place of
	// RelTol and AbsTol. [nil]
	RelTols, AbsTols []float64

	// Step is the size of the step of a fixed-step method, and of the first
	// step of the others, > 0. [fixed: (End-Start)/100; else Hairer's choice]
	Step float64

	// MaxStep bounds the step. [none]
	MaxStep float64

	// MaxSteps bounds the number of attempted steps. [1e6]
	MaxSteps int

	// Control are the constants of the step size control. [of the method]
	Control Control

	// EndOnly records nothing but the two end points: the solution can then
	// be evaluated there only (its Inner is nil), and the memory used does
	// not depend on the number of steps. [false]
	EndOnly bool

	// StopIfStiff ends an explicit integration with ErrStiff when its steps
	// are limited by stability; otherwise that is a warning. [false]
	StopIfStiff bool

	// SensitivityTol is a relative tolerance for the derivatives of a
	// Variation: the step error of V[i][j] is then also kept below
	// SensitivityTol (|V[i][j]| + s_i/s_j), s = AbsTol/RelTol being the sizes
	// of the components. [0: the steps are those of the state]
	SensitivityTol float64
}

const (
	defaultTol      = 1e-6
	defaultMaxSteps = 1_000_000
	epsilon         = 0x1p-52
	leastTol        = 2e-15 // relative; below it rounding errors are taken for errors of the step
)

// Solve integrates the problem and returns the solution, on the mesh of the
// steps. If it fails the solution holds what was reached, and the error, also
// in Solution.Err, is a *StepError. It panics if the shapes are wrong.
func (in *Integrator) Solve(ctx context.Context, p *IVP) (*Solution, error) {
	r, err := in.newRun(p, nil)
	if err != nil {
		return r.fail(err)
	}
	return r.integrate(ctx)
}

// tolerances returns the tolerances per component and whether a relative one
// had to be raised.
func (in *Integrator) tolerances(n int) (rtol, atol []float64, raised bool) {
	rel := in.RelTol
	if rel <= 0 || math.IsNaN(rel) {
		rel = defaultTol
	}
	abs := in.AbsTol
	if abs <= 0 || math.IsNaN(abs) {
		abs = rel
	}
	rtol, atol = make([]float64, n), make([]float64, n)
	for i := range n {
		rtol[i], atol[i] = rel, abs
		if in.RelTols != nil {
			rtol[i] = in.RelTols[i]
		}
		if in.AbsTols != nil {
			atol[i] = in.AbsTols[i]
		}
		if !(rtol[i] >= leastTol) {
			rtol[i], raised = leastTol, true
		}
		// A pure relative error has no meaning at zero.
		atol[i] = max(atol[i], 1e-290)
	}
	return rtol, atol, raised
}
