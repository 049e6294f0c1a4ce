package ode

// BVP is a boundary value problem for a System on [Start, End]: two-point or
// multipoint, with jumps of the state at given places.
//
// The number of conditions is Dim - Algebraic + Params.
type BVP struct {
	System
	Start, End float64
	Boundary   Conditions
	Jumps      []Jump // in ascending order of T, Start < T < End

	// Breaks are places, ascending, where the right-hand side or one of its
	// derivatives with respect to t is not continuous: a switch, a knot of an
	// interpolated signal. They are always mesh points. nil: none.
	Breaks []float64

	// Seams are places, ascending, where only a higher derivative with respect
	// to t jumps: a knot of a spline. A mesh need not have them; an integrator
	// that steps over one is less accurate than it believes. nil: none.
	Seams []float64

	// Guess stores a first guess of y(t) into dst (Dim). nil: zeros.
	Guess func(dst []float64, t float64)

	// GuessParams is the first guess of the parameters (Params). nil: zeros.
	GuessParams []float64
}

// Conditions are the equations g(y(Points[0]), y(Points[1]), ..., p) = 0.
//
// A condition that looks at one point only is separated: At names its point,
// and a solver keeps it local. At a jump the value before the jump is meant.
type Conditions struct {
	// Count is the number of conditions.
	Count int

	// Points are the places the conditions look at, ascending.
	// nil: Start and End.
	Points []float64

	// At[i] is the index into Points of the only point that condition i
	// depends on, or -1 if it couples several. nil: -1 for all.
	At []int

	// Func stores the residuals into dst (Count); y[k] (Dim) is y(Points[k]).
	Func func(dst []float64, y [][]float64, p []float64)

	// Jac stores the derivatives: dgdy[k] (Count×Dim) with respect to
	// y(Points[k]), dgdp (Count×Params). nil: forward differences.
	Jac func(dgdy [][]float64, dgdp []float64, y [][]float64, p []float64)

	// Linear states that g is affine in all its arguments.
	Linear bool
}

// Jump is a discontinuity of the state at T: y(T+) = g(y(T-), p).
// A measurement at T kicks the costate in this way. T is always a mesh point.
type Jump struct {
	T float64

	// Func stores g(y, p) into dst (Dim).
	Func func(dst []float64, y, p []float64)

	// Jac stores dg/dy (Dim×Dim) and dg/dp (Dim×Params). nil: forward
	// differences.
	Jac func(dgdy, dgdp []float64, y, p []float64)

	// Linear states that g is affine in (y, p).
	Linear bool
}
