// Package hamiltonian derives the equations of a variational problem: from an
// action, a Lagrangian or a Hamiltonian it makes the Euler-Lagrange equations,
// the canonical equations of states and costates, the jumps at measurements and
// the conditions at both ends, and compiles them into an ode.BVP. It does not
// know how anything is solved.
//
// Notation: t is the layer label, x the states, p their costates, theta the
// estimated parameters, q the costates of the parameters.
package hamiltonian

import (
	"math"

	"costate/internal/expr"
)

// Domain is the part that all kinds of problem share: the independent variable,
// its interval, and the names whose values are known.
type Domain struct {
	Graph      *expr.Graph
	Layer      *expr.Expr // symbol of the independent variable t
	Start, End float64
	Constants  []Constant
	Inputs     []Input

	// FreeEnd, when not nil, is the symbol of an estimated parameter that is
	// the unknown end of the interval: all formulas are in t on
	// [Start, FreeEnd], and End is its guess.
	FreeEnd *expr.Expr
}

// Constant is a named number. It stays a symbol in the equations, so that they
// read as written.
type Constant struct {
	Symbol *expr.Expr
	Value  float64
}

// Input is a known signal of t, such as a stimulus interpolated from data.
type Input struct {
	Symbol *expr.Expr
	Rate   *expr.Expr // symbol of its derivative, which x'' contains

	// Value returns the signal and its derivative at t.
	Value func(t float64) (value, rate float64)

	// Breaks are the places inside the interval, ascending, where the signal
	// or one of its first derivatives jumps; they become mesh points.
	Breaks []float64

	// Knots are the places of the data, ascending. Between them nothing is
	// hidden.
	Knots []float64

	// Smooth is the number of derivatives that are continuous at the knots that
	// are no breaks; 0: all.
	Smooth int
}

// Param is an unknown constant.
type Param struct {
	Symbol   *expr.Expr
	Guess    float64
	Min, Max float64 // bounds; both 0: none. -Inf, +Inf: none on that side

	// Prior adds 1/2 Precision (theta - Mean)^2 to the action; Precision 0: none.
	Prior Prior
}

// Prior is a Gaussian prior. Precision is an inverse variance; 0: no prior.
type Prior struct {
	Mean, Precision float64
}

// Bounds returns Min and Max, with both zero read as unbounded.
func (p Param) Bounds() (lo, hi float64) { return bounds(p.Min, p.Max) }

func bounds(lo, hi float64) (float64, float64) {
	if lo == 0 && hi == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return lo, hi
}

// State is one component of x with its model x' = F(x, t, theta).
type State struct {
	Symbol *expr.Expr
	F      *expr.Expr

	// Rf is the precision of the model error of this component, greater than
	// zero; +Inf: the equation holds exactly.
	Rf float64

	Guess        *expr.Expr // function of t and constants; nil: 0
	CostateGuess *expr.Expr // the same for p; nil: 0
	Min, Max     float64    // bounds for discrete layers; both 0: none
	Prior        Prior      // of x(Start)

	// Varying marks a parameter that varies with the layer: F is 0 and Rf is
	// the precision on its derivative.
	Varying bool
}

// Bounds returns Min and Max, with both zero read as unbounded.
func (s State) Bounds() (lo, hi float64) { return bounds(s.Min, s.Max) }

// Observations are measurements y_k of h(x, theta, t) at the times tau_k:
// each adds 1/2 (h - y)' Rm (h - y) to the action.
type Observations struct {
	Names []string     // of the observed quantities
	H     []*expr.Expr // what is observed, m of them
	Times []float64    // n of them, ascending, in [Start, End]
	Y     []float64    // n×m, NaN: missing
	Rm    []float64    // precisions: m, or n×m; ignored when Matrix is set

	// Matrix is a full symmetric precision (m×m). Where values are missing,
	// the others have their marginal precision, see Precision. nil: Rm.
	Matrix []float64
}

// Signal is a continuous measurement y(t) of h(x, theta, t): it adds
// int 1/2 (h - y)' rm (h - y) dt to the action.
type Signal struct {
	Names  []string
	H      []*expr.Expr // m
	Y      []*expr.Expr // m, formulas of t, constants and inputs
	Rm     []float64    // m; ignored when Matrix is set
	Matrix []float64    // m×m; nil: Rm
}

// PointValue is a symbol that stands for the value of a variable at a place,
// as y(0) in a boundary condition.
type PointValue struct {
	Symbol   *expr.Expr
	Variable *expr.Expr // the state, costate or coordinate meant
	Point    float64    // with a FreeEnd, End stands for the free end
}

// Conditions are equations g = 0 between values at points, parameters and
// constants.
type Conditions struct {
	G      []*expr.Expr
	Values []PointValue // every point value that occurs in G
}

// Action is the variational problem of data assimilation: a model with its
// error, measurements, priors, and conditions that are given (where none is,
// the natural ones hold).
type Action struct {
	Domain
	States []State
	Params []Param

	// Rf is a full symmetric precision of the model error (D×D), replacing
	// those of the states. nil: State.Rf.
	Rf []float64

	Observations []Observations
	Signals      []Signal

	// Given are conditions on x(Start), x(End) and theta; their multipliers
	// become unknowns of the boundary value problem.
	Given Conditions
}

// Variable is a component of a boundary value problem given by its equation.
type Variable struct {
	Symbol    *expr.Expr
	F         *expr.Expr // y' = F; for an algebraic component 0 = F
	Algebraic bool
	Guess     *expr.Expr // function of t and constants; nil: 0
}

// Boundary is a boundary value problem given by right-hand sides and conditions.
// The number of conditions is that of the differential variables plus that of
// the parameters.
type Boundary struct {
	Domain
	Variables  []Variable
	Params     []Param
	Conditions Conditions
	Jumps      []Jump
}

// Jump is a discontinuity at T: the listed variables take new values, formulas
// of the values before the jump; the others are continuous.
type Jump struct {
	T      float64
	Symbol []*expr.Expr
	Value  []*expr.Expr
}

// Coordinate is a component q of a Lagrangian problem with its velocity q'.
type Coordinate struct {
	Q, V  *expr.Expr
	Guess *expr.Expr // of q, function of t and constants; nil: 0
}

// Lagrangian is the problem of making int L(q, q', t) dt stationary. At an end
// where no condition is given for a coordinate, its momentum vanishes.
type Lagrangian struct {
	Domain
	Coordinates []Coordinate
	L           *expr.Expr
	Given       Conditions // on q at Start and End
}

// Pair is a state with its costate.
type Pair struct {
	X, P         *expr.Expr
	Guess        *expr.Expr // of x; nil: 0
	CostateGuess *expr.Expr // of p; nil: 0
}

// Hamiltonian is a problem given by H(x, p, u, t): x' = dH/dp, p' = -dH/dx, with
// controls u that enter H quadratically and are eliminated by dH/du = 0. At an
// end where no condition on a state or its costate is given, the costate
// vanishes.
type Hamiltonian struct {
	Domain
	Pairs    []Pair
	Controls []*expr.Expr
	H        *expr.Expr
	Params   []Param
	Given    Conditions // on x and p at Start and End
}
