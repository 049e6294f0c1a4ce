package collocation

import "costate/ode"

// Continuation is a family of problems in one parameter, whose last member is
// the problem to be solved.
type Continuation struct {
	From, To float64                       // parameter of a problem that is easy, and of the one to be solved
	Problem  func(lambda float64) *ode.BVP // the family
	Log      bool                          // the parameter acts by its ratios: steps are equal factors
}
