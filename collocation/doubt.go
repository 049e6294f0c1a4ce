package collocation

import "math"

// doubtful reports whether the condition at the iterate is so large, for its
// error, that it may be another one at the solution: by the theorem of Newton
// and Kantorovich the error estimate is sure if condition times error is
// small, for a nonlinearity of order one. An instanton on a long interval, of
// which any shift solves all but an exponentially small part of the problem,
// shows a moderate condition on a mesh that pins it. In such a case the
// solution on halved intervals has to agree.
func (r *run) doubtful() bool {
	if r.linear || r.hurried {
		return false
	}
	worst := 0.0
	for c, v := range r.sum.abs[:r.st.nd] {
		if r.peak[c] > 0 {
			worst = max(worst, v/r.peak[c])
		}
	}
	return r.condition().Kappa*max(worst, 0x1p10*epsilon) > 0.2
}

// confirmed reports whether the iterate agrees with the witness, the solution
// on the mesh before, to three tolerances, and so do their conditions to a
// factor 5.
func (r *run) confirmed() bool {
	if k, k0 := r.condition().Kappa, r.witness.Condition.Kappa; !(k < 5*k0 && k0 < 5*k) {
		return false
	}
	d, st := r.main, r.st
	v := make([]float64, st.n)
	for i, t := range d.mesh.t {
		if i+1 < len(d.mesh.t) && d.mesh.t[i+1] == t {
			r.witness.Left(v, t)
		} else {
			r.witness.At(v, t)
		}
		for c, y := range d.y(r.x)[i*st.nd : (i+1)*st.nd] {
			if w := r.floor(c) + r.rtol*math.Abs(y); !(math.Abs(y-v[c]) <= 3*w) && y != v[c] {
				return false
			}
		}
	}
	return true
}
