package route

import (
	"fmt"
	"math"

	"costate/ode"
)

// Accuracy is what the error estimates of a solution mean for its digits.
type Accuracy struct {
	Component int     // of the largest error relative to the size of the component
	Relative  float64 // that error

	// Zero are the components that are zero within their error: no digit of
	// them is known, only that they are not larger than that.
	Zero []int
}

// AccuracyOf is one rule for all routes: a component has the relative error that
// its estimate is of its largest value. If that is above a tenth it has no digit,
// and is no part of the figure. What is nothing but rounding beside all others
// has no relative error either.
func AccuracyOf(s *ode.Solution) Accuracy {
	var a Accuracy
	if s.Error == nil {
		return a
	}
	size := make([]float64, s.Dim)
	largest := 0.0
	for i, v := range s.Y {
		size[i%s.Dim] = max(size[i%s.Dim], math.Abs(v))
		largest = max(largest, math.Abs(v))
	}
	for c, v := range size {
		switch e := s.Error[c]; {
		case max(v, e) <= 1e-12*largest:
		case e > 0.1*v:
			a.Zero = append(a.Zero, c)
		case e/v > a.Relative:
			a.Component, a.Relative = c, e/v
		}
	}
	return a
}

// unsure adds warnings of components that are zero within their error, unless
// that is within the absolute tolerance asked for.
func (p *Problem) unsure(sol *ode.Solution, abs []float64) {
	for _, c := range AccuracyOf(sol).Zero {
		if c < len(abs) && sol.Error[c] <= 10*abs[c] {
			continue
		}
		sol.Warnings = append(sol.Warnings, fmt.Errorf("no digit of %s is known: it is zero within the estimate of its error, %.2g; a smaller tolerance may tell more", p.BVP.Names[c], sol.Error[c]))
	}
}
