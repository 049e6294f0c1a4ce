package ode

import "sort"

// Solution is a function of t on [T[0], T[len(T)-1]], with what is known
// about it. A jump appears as two equal neighbours in T: the value before it
// and the value after.
type Solution struct {
	Status Status
	Err    error // nil if Status is Solved; else what failed, where, and what to try

	Dim   int
	T     []float64 // mesh, ascending (descending for a backward integration)
	Y     []float64 // len(T)×Dim, values at the mesh points
	P     []float64 // parameters
	Inner Interpolant

	// Error is an estimate of the largest global error of each component
	// over the interval, absolute (Dim); ParamError the same for P. nil:
	// not estimated.
	Error, ParamError []float64

	// Residual is the largest scaled residual of the boundary conditions.
	Residual float64

	Condition Conditioning
	Stats     Stats
	Warnings  []error
}

// Interpolant evaluates a solution inside a mesh interval.
type Interpolant interface {
	// Value stores y, and Deriv y', at the fraction theta in [0, 1] of the
	// interval from T[i] to T[i+1].
	Value(dst []float64, i int, theta float64)
	Deriv(dst []float64, i int, theta float64)
}

// Conditioning are the conditioning figures of a boundary value problem
// (Cash and Mazzia 2005): Kappa bounds the effect of a perturbation of the
// right-hand side and the conditions together, Kappa1 of the conditions only,
// Gamma1 is the mean over t of what Kappa1 takes the maximum of: the effect on
// the largest component or parameter, in units of its size. Zero: not computed.
type Conditioning struct {
	Kappa, Kappa1, Gamma1 float64
}

// Stats counts the work done.
type Stats struct {
	Func           int // right-hand sides, points
	Jac            int // Jacobians, points
	Factorisations int // of the matrix of all nodes, those of error estimates included
	Solves         int // solves with a factorised matrix
	Newton         int // Newton steps
	Meshes         int
	Steps          int // accepted steps of an integrator
	Rejected       int // rejected steps
}

// Left stores y(t-) into dst and returns it; a nil dst is allocated.
// Outside the mesh the nearest end value is stored.
func (s *Solution) Left(dst []float64, t float64) []float64 { return s.at(dst, t, true, false) }

// At stores y(t), after the jump if there is one at t, into dst and returns
// it; a nil dst is allocated.
func (s *Solution) At(dst []float64, t float64) []float64 { return s.at(dst, t, false, false) }

// Deriv stores y'(t), after the jump if there is one at t, into dst and
// returns it; a nil dst is allocated.
func (s *Solution) Deriv(dst []float64, t float64) []float64 { return s.at(dst, t, false, true) }

// Node returns the values at mesh point i, a slice of Y.
func (s *Solution) Node(i int) []float64 { return s.Y[i*s.Dim : (i+1)*s.Dim] }

// Intervals returns the number of mesh intervals; a jump, which stands twice in
// T, is none.
func (s *Solution) Intervals() int {
	n := 0
	for i := 1; i < len(s.T); i++ {
		if s.T[i] != s.T[i-1] {
			n++
		}
	}
	return n
}

func (s *Solution) at(dst []float64, t float64, left, deriv bool) []float64 {
	if dst == nil {
		dst = make([]float64, s.Dim)
	}
	n := len(s.T)
	down := s.T[n-1] < s.T[0]
	// i is the first mesh point at or beyond t (left), or beyond t.
	i := sort.Search(n, func(i int) bool {
		d := s.T[i] - t
		if down {
			d = -d
		}
		if left {
			return d >= 0
		}
		return d > 0
	})
	i = min(max(i, 1), n-1)
	if !deriv {
		if t == s.T[i] {
			copy(dst, s.Node(i))
			return dst
		}
		if t == s.T[i-1] {
			copy(dst, s.Node(i-1))
			return dst
		}
	}
	h := s.T[i] - s.T[i-1]
	theta := 0.0
	if h != 0 {
		theta = min(max((t-s.T[i-1])/h, 0), 1)
	}
	if deriv {
		s.Inner.Deriv(dst, i-1, theta)
	} else {
		s.Inner.Value(dst, i-1, theta)
	}
	return dst
}
