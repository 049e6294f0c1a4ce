package collocation

import "math"

// Is the linearised problem singular? Its discrete matrix tells only up to what
// it is uncertain by itself: the error of the discretisation, which the
// matrices of s and s+1 stages show by their difference E, and rounding, eps |J|.
// Let v be the largest solution for data of size one; near a singular matrix it
// is the null vector, whatever the data were. A change E makes the matrix
// singular, for all that can be known, if J^-1 E v is as large as v:
//
//	rounding = |J^-1 (eps |J| |v|)| / |v|,     scheme = |J^-1 E v| / |v|.
//
// Both compare v with itself, and rows with themselves: neither the units of
// the components nor how the conditions are scaled matters, as both do for the
// condition number. A singular problem shows scheme > 1 on every mesh, until
// rounding is all that is left; one that is only stiff or badly conditioned
// shows a scheme that falls with the order of the method when the mesh is
// refined.

const (
	// lost is the effect of one rounding of the coefficients from which on
	// nothing is called solved: some hundred of them are made.
	lost = 2e-3
	// unsure is the effect of the error of the discretisation from which on a
	// finer mesh has to tell.
	unsure = 0.5
	// frail is the effect of a relative change of the coefficients over that
	// change from which on v counts as a null vector.
	frail = 1e4
	// rough and fine are the relative errors of differences in place of
	// derivatives, forward and of order four.
	rough, fine = 1e-8, 1e-13
)

// certainty is what a mesh says about the matrix.
type certainty struct{ rounding, scheme float64 }

// certainty computes both figures on the present mesh; scheme is zero if a
// bound shows that it is small, so that usually there is one solve.
func (r *run) certainty() certainty {
	r.condition()
	d, e := r.main, r.est
	v, q := r.known.y, r.known.q
	e.abd.MulVec(e.rhs, e.g, v, q)
	d.abd.MulVec(d.rhs, d.g, v, q)
	for i, t := range e.rhs {
		d.rhs[i] -= t
	}
	for i, t := range e.g {
		d.g[i] -= t
	}
	e.abd.MulVecAbs(e.rhs, e.g, v, q)
	change, sign := 0.0, signs(54321)
	for i, all := range e.rhs {
		if v := math.Abs(d.rhs[i]); v > 0 {
			change = larger(change, v/all)
		}
		e.rhs[i] = all * sign()
	}
	for i, all := range e.g {
		if v := math.Abs(d.g[i]); v > 0 {
			change = larger(change, v/all)
		}
		e.g[i] = all * sign()
	}
	amplified := r.solved() / r.known.size
	r.known.rounding = epsilon * amplified
	s := certainty{rounding: r.noise() * amplified}
	if !(amplified*change < unsure/5) {
		copy(e.rhs, d.rhs)
		copy(e.g, d.g)
		s.scheme = r.solved() / r.known.size
	}
	return s
}

// solved solves for the right-hand sides in r.est with its factors and returns
// the largest element of the solution.
func (r *run) solved() float64 {
	e := r.est
	nodes := len(e.mesh.t) * r.st.nd
	e.abd.Solve(e.sol[:nodes], e.sol[nodes:], e.rhs, e.g)
	e.stats.Solves++
	big := 0.0
	for _, v := range e.sol {
		big = larger(big, math.Abs(v))
	}
	return big
}

// determined returns an *Error if the linearised problem is singular.
func (r *run) determined() error {
	if r.hurried {
		return nil
	}
	c := r.certainty()
	// The condition may be that of the errors of differences.
	blurred := r.noise() == rough && r.condition().Kappa*rough > 0.1
	if c.scheme <= unsure && c.rounding <= lost && !blurred {
		return nil
	}
	return r.verify(false)
}

// approve returns an *Error if an iterate that is to be called the solution is
// not determined, its own error taken into account where that may matter.
func (r *run) approve() error {
	if r.doubtful() {
		return r.verify(true)
	}
	return r.determined()
}

// noise is the relative error of the coefficients of the matrix.
func (r *run) noise() float64 {
	switch {
	case !r.differenced():
		return epsilon
	case r.fld.fine:
		return fine
	}
	return rough
}

// differenced reports whether some derivatives are differences.
func (r *run) differenced() bool {
	p := r.p
	if p.Jac == nil && p.BatchJac == nil || p.Boundary.Jac == nil {
		return true
	}
	for i := range p.Jumps {
		if p.Jumps[i].Jac == nil {
			return true
		}
	}
	return false
}
