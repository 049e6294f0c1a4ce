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
//
// A large figure still may say nothing but that v is no null vector. J + sE is
// singular if -1/s is an eigenvalue of J^-1 E, and the data 1 of a condition at
// a singular end, where the equation itself demands 0, have a response that
// differs from scheme to scheme: J^-1 E maps it to something large, and that to
// zero. So a figure that is too large is computed again from J^-1 E v in place of
// v, one step of the power method, which leaves a null vector where it is.

const (
	// lost is the effect of one rounding of the coefficients from which on
	// nothing is called solved: some hundred of them are made.
	lost = 2e-3
	// lucky is the part of that from which on it may be luck that it is no more:
	// what rounding leaves of a singular matrix is singular to rounding, but some
	// of these are a hundred times as far from it as most. Another mesh makes
	// another one of it.
	lucky = 1e-3
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
	v, q := r.known.y, r.known.q
	change := r.compare(v, q)
	amplified := r.perturbed(v, q) / r.known.size
	r.known.rounding = epsilon * amplified
	s := certainty{rounding: r.noise() * amplified}
	if s.rounding > lost {
		y, q, size := r.found()
		s.rounding = min(s.rounding, r.noise()*r.perturbed(y, q)/size)
	}
	if amplified*change < unsure/5 {
		return s
	}
	s.scheme = r.changed(v, q) / r.known.size
	if s.scheme > unsure {
		y, q, size := r.found()
		s.scheme = min(s.scheme, r.changed(y, q)/size)
	}
	return s
}

// compare stores E v in r.main, and |J| |v| in r.est; it returns the largest
// ratio of the two in a row.
func (r *run) compare(v, q []float64) float64 {
	d, e := r.main, r.est
	e.abd.MulVec(e.rhs, e.g, v, q)
	d.abd.MulVec(d.rhs, d.g, v, q)
	align(d, e)
	for i, t := range e.rhs {
		d.rhs[i] -= t
	}
	for i, t := range e.g {
		d.g[i] -= t
	}
	e.abd.MulVecAbs(e.rhs, e.g, v, q)
	change := 0.0
	for i, all := range e.rhs {
		if v := math.Abs(d.rhs[i]); v > 0 {
			change = larger(change, v/all)
		}
	}
	for i, all := range e.g {
		if v := math.Abs(d.g[i]); v > 0 {
			change = larger(change, v/all)
		}
	}
	return change
}

// perturbed returns the size of J^-1 |J| |v|, with random signs.
func (r *run) perturbed(v, q []float64) float64 {
	e, sign := r.est, signs(54321)
	e.abd.MulVecAbs(e.rhs, e.g, v, q)
	e.uncertain(e.rhs, v, q)
	for i := range e.rhs {
		e.rhs[i] *= sign()
	}
	for i := range e.g {
		e.g[i] *= sign()
	}
	return r.solved()
}

// changed returns the size of J^-1 E v.
func (r *run) changed(v, q []float64) float64 {
	r.compare(v, q)
	copy(r.est.rhs, r.main.rhs)
	copy(r.est.g, r.main.g)
	return r.solved()
}

// found returns a copy of what solved found, and its size.
func (r *run) found() (y, q []float64, size float64) {
	e := r.est
	y = append(y, e.sol[:len(e.mesh.t)*r.st.nd]...)
	q = append(q, e.sol[len(y):]...)
	for _, v := range e.sol {
		size = larger(size, math.Abs(v))
	}
	return y, q, size
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
	if c.scheme <= unsure && c.rounding <= lost && !blurred && !r.lucky() {
		return r.loose()
	}
	if err := r.verify(false); err != nil {
		return err
	}
	return r.loose()
}

// lucky reports whether the figures of another mesh have to confirm that the
// matrix is not singular but for rounding.
func (r *run) lucky() bool { return r.known.rounding > lucky*lost }

// approve returns an *Error if an iterate that is to be called the solution is
// not determined, its own error taken into account where that may matter.
func (r *run) approve() error {
	if r.doubtful() {
		if err := r.verify(true); err != nil {
			return err
		}
		return r.loose()
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
