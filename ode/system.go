// Package ode says what a system of ordinary differential equations, a
// boundary value problem and a solution are, and integrates initial value
// problems. It knows nothing of formulas, files or costates.
//
// Vectors are []float64; matrices are row-major []float64 whose shape stands
// in the comment. The destination comes first. Callbacks must be safe for
// concurrent calls and must neither change nor keep their arguments.
package ode

// System is a first-order system with unknown parameters,
//
//	y' = f(t, y, p),   y in R^Dim, p in R^Params,
//
// whose last Algebraic components have no derivative: their rows of Func are
// residuals, 0 = g(t, y, p), of index one (dg/dz invertible).
type System struct {
	Dim       int // number of components of y, at least 1
	Params    int // number of unknown constant parameters [0]
	Algebraic int // how many of the last components are algebraic [0]

	// Quadratures is how many of the last differential components are mere
	// integrals: neither f nor its Jacobians depend on them, as the costates of
	// the parameters. A solver may leave their columns of df/dy unread. [0]
	Quadratures int

	// Func stores f(t, y, p) into dst (Dim).
	Func func(dst []float64, t float64, y, p []float64)

	// Jac stores df/dy (Dim×Dim) and df/dp (Dim×Params). Entries that are
	// always zero must be stored too. nil: forward differences.
	Jac func(dfdy, dfdp []float64, t float64, y, p []float64)

	// Batch evaluates f at m = len(t) points at once: component c of point j
	// of y and dst (Dim×m) is element c*m+j. nil: Func, point by point.
	Batch func(dst, t, y, p []float64)

	// BatchJac stores the Jacobians at m = len(t) points: entry (r, c) of
	// df/dy of point j is element (r*Dim+c)*m+j, of df/dp (r*Params+c)*m+j.
	// nil: Jac, point by point.
	BatchJac func(dfdy, dfdp, t, y, p []float64)

	// Linear states that f is affine in (y, p): one Newton step is exact.
	Linear bool

	Names      []string // of the components, for messages [y1, y2, ...]
	ParamNames []string // of the parameters [p1, p2, ...]
}
