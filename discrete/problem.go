package discrete

// Problem is an action to be minimised: a model, what is known about its
// state, and how the layers approximate it. The zero value of a field means
// what its comment says in brackets.
type Problem struct {
	Model

	// Start and End are the ends of the layer label; with the rule LayerMap
	// they are 0 and Layers.
	Start, End float64
	Layers     int

	// Mesh gives the layers' boundaries (Layers+1, ascending) [uniform, or as
	// OffGrid says].
	Mesh []float64

	Rule   Rule    // [SimpsonHermite]
	Stages int     // of the rule Gauss [2]
	Kappa  float64 // weight of the Hermite residual [16/3]

	// Rf is the precision of the model error: one number, one per component
	// (Dim; +Inf: the equation holds exactly) or a symmetric matrix
	// (Dim×Dim).
	Rf []float64

	// Steady marks the components (Dim) whose Rf is part of the model, such as
	// that of a parameter that walks with the layer: neither Solver.Scale nor
	// annealing multiplies it [none]. In a matrix Rf they are not coupled to
	// the others.
	Steady []bool

	// RfVary stores factors (Dim) that multiply the components of Rf in the
	// layer whose middle is t [1]. Not with a matrix Rf.
	RfVary func(dst []float64, t float64)

	// Jumps are places, ascending, where the model or a signal is not
	// continuous in t. They become ends of layers, unless OffGrid is
	// Interpolate or there are more of them than Layers, and every layer
	// takes the values of its own side. Inside a layer a jump makes the rule
	// one of order 1, and the path has a JumpWarning [none].
	Jumps []float64

	// Seams are places, ascending, where the model or a signal has no more than
	// Smooth continuous derivatives in t: inside a layer no rule has a higher
	// order than Smooth + 2 then, which a convergence study knows [none].
	Seams  []float64
	Smooth int

	Observations []Observation
	Signals      []Signal
	OffGrid      OffGrid

	StatePrior *Prior // of x(Start)
	ParamPrior *Prior // of theta

	// Bounds; nil or infinite entries: none. Equal ends fix a parameter.
	Lower, Upper           []float64 // of the state, Dim
	ParamLower, ParamUpper []float64 // of the parameters, Params

	// FixedStart and FixedEnd hold values (Dim) of components that are known
	// exactly at the ends, NaN for the others [none].
	FixedStart, FixedEnd []float64
}

// Observation is a measurement y = h(x(Time), theta) + noise of precision Rm.
type Observation struct {
	Time float64

	// Index holds the observed components, h(x)_i = x[Index[i]] [all].
	Index []int

	// Operator is a general h instead of Index.
	Operator *Operator

	Y []float64 // the data; NaN: missing

	// Rm is the precision: one number, one per datum, or a symmetric matrix
	// [1]. A matrix excludes missing data.
	Rm []float64
}

// Signal is a continuous measurement y(t), taken with the quadrature that
// belongs to the rule.
type Signal struct {
	Index    []int
	Operator *Operator

	// Y stores y(t) into dst; NaN: missing.
	Y func(dst []float64, t float64)

	Rm []float64 // precision per unit of t, as in Observation
}

// Operator is an observation map h(x, theta) with Rows values.
type Operator struct {
	Rows int

	// Func stores h into dst (Rows).
	Func func(dst []float64, t float64, x, theta []float64)

	// Jac stores dh/dx (Rows×Dim) and dh/dtheta (Rows×Params).
	// nil: central differences.
	Jac func(dhdx, dhdtheta []float64, t float64, x, theta []float64)

	// Hess stores the second derivatives of lam'h with respect to (x, theta).
	// nil: central differences of Jac.
	Hess func(dst []float64, t float64, x, theta, lam []float64)
}

// Prior is 1/2 (v - Mean)' Precision (v - Mean).
type Prior struct {
	Mean      []float64
	Precision []float64 // one number, one per component, or a matrix
}

// OffGrid says what to do with observation times that are no point of the
// uniform grid.
type OffGrid int

const (
	// Insert makes every observation time a layer boundary and divides the
	// intervals between them evenly, so that there are about Layers layers:
	// the rule keeps its order.
	Insert OffGrid = iota

	// Interpolate keeps the uniform grid and observes the polynomial through
	// the layer's points: linear for the rules without inner states (error
	// of order s^2), quadratic for SimpsonHermite (s^3), of degree m for
	// Gauss (its own path).
	Interpolate
)

// Guess is a path to start from.
type Guess struct {
	X     func(dst []float64, t float64) // [zeros]
	Theta []float64                      // [zeros]
	Path  *Path                          // instead of both; any mesh
}
