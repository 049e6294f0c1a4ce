package ode

import (
	"errors"
	"fmt"
)

var (
	// ErrStiff: the steps of an explicit method are limited by its stability.
	ErrStiff = errors.New("stiff problem")

	// ErrStepSize: the step shrank to the spacing of floating-point numbers.
	ErrStepSize = errors.New("step size vanishes")

	// ErrMethod: the method cannot integrate a system of this kind.
	ErrMethod = errors.New("method does not apply")
)

// StepError says where and why an integration ended early.
type StepError struct {
	Method string
	Step   int     // attempted steps
	T, H   float64 // the place, and the size of the step that failed
	Detail string  // what was found, with numbers
	Hint   string  // what to try
	Err    error   // the sentinel, or the context's error
}

func (e *StepError) Error() string {
	s := fmt.Sprintf("%s: step %d, t = %.10g, h = %.3g: %v", e.Method, e.Step, e.T, e.H, e.Err)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap returns the sentinel.
func (e *StepError) Unwrap() error { return e.Err }

// status returns the Status that belongs to the sentinel.
func (e *StepError) status() Status {
	switch {
	case errors.Is(e.Err, ErrNotFinite):
		return NotFinite
	case errors.Is(e.Err, ErrSingular):
		return Singular
	case errors.Is(e.Err, ErrStepLimit), errors.Is(e.Err, ErrStepSize), errors.Is(e.Err, ErrStiff):
		return StepLimit
	case errors.Is(e.Err, ErrNoDescent):
		return NoDescent
	case errors.Is(e.Err, ErrMethod):
		return Unfinished
	}
	return Cancelled
}
