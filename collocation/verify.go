package collocation

import "math"

// matrix is what is at fault.
const matrix = "condition of the matrix"

// verify looks at the linearised problem on finer meshes until they resolve it.
// The iterate stays on its mesh. First comes the mesh that has points where
// the modes of the equation need them: the solution may be zero, or smooth, on
// a mesh that shows no mode as it is. Where rounding leaves little no mesh is taken
// at its word alone. If strict is true the error of the iterate counts too.
func (r *run) verify(strict bool) error {
	p := r.probe(r.main.mesh)
	defer func() { r.dismiss(p) }()
	last := 0.0
	for k := 0; ; k++ {
		if p.main.factor(p.x) != nil || p.linearise() != nil {
			return r.indefinite(matrix, true)
		}
		c := p.certainty()
		r.known.figures, r.known.rounding = p.known.figures, p.known.rounding
		weak := c.rounding < frail*p.noise() && p.known.figures.Kappa < frail
		switch {
		case !(c.rounding <= lost):
			return r.indefinite(matrix, true)
		case c.scheme <= unsure && (k > 0 || !p.lucky()):
			if strict && !r.linear {
				return r.improve(p)
			}
			return nil
		case k >= 3 && weak:
			return nil
		case k >= 6 && (c.scheme < 1 || math.Abs(c.scheme-last) < 1e-3*last):
			// A singular problem shows more by now, and more on every mesh: the
			// matrix is that of the better scheme. At a singular end the equation
			// looks the same on every scale, and so does this figure.
			return nil
		case k >= 6:
			return r.indefinite(matrix, true)
		}
		last = c.scheme
		m := p.main.mesh
		next := m.halved(r.p, 2)
		if k == 0 {
			if places := p.anticipate(); places != nil {
				next = through(r.p, places)
			}
		}
		if next.intervals() > 10*r.maxMesh() {
			if weak {
				return nil
			}
			return r.indefinite(matrix, true)
		}
		finer := r.probe(next)
		r.dismiss(p)
		p = finer
	}
}

// improve looks at the matrix of s+1 stages at an improved iterate of a
// nonlinear problem, and a few roundings off. Where the true matrix is singular
// that of the iterate is not, but only by its error, and so the condition seems
// to be bounded. An error along v does not count: it is what v says anyway.
func (r *run) improve(p *run) error {
	e, st := p.est, p.st
	p.f, p.dx = resized(p.f, e.nx), resized(p.dx, e.nx)
	e.residual(p.f, p.x1)
	e.solve(p.dx, p.f)
	u := scatter(777)
	const some = 0x1p8 * epsilon
	for i, v := range p.dx {
		p.x1[i] -= v
	}
	for c, v := range e.q(p.x1) {
		e.q(p.x1)[c] += some * v * u()
	}
	for i := range e.y(p.x1) {
		c := i % st.nd
		e.y(p.x1)[i] += some * (r.fld.scale[c] + r.coupling[c]) * u()
	}
	if e.factor(p.x1) != nil {
		return r.indefinite(matrix, true)
	}
	p.known.mesh = nil
	if c := p.certainty(); !(c.rounding <= lost && c.scheme <= unsure) {
		return r.indefinite(matrix, true)
	}
	return nil
}

// probe returns a run placed on m at the solution of r.
func (r *run) probe(m *mesh) *run {
	p := newRun(r.s, r.p)
	p.cond.used, p.analysed = r.cond.used, true
	p.cond.collect()
	p.fld.fine, p.cond.fine = true, true
	p.setStructure(r.st.next)
	p.place(m)
	p.transfer(r.tb[1], r.main.mesh, r.x1)
	copy(p.fld.scale, r.fld.scale)
	copy(p.fld.pSize, r.fld.pSize)
	p.main.setSizes(r.fld.scale, r.fld.pSize)
	return p
}

// dismiss adds the work of a probe to that of r, and releases it.
func (r *run) dismiss(p *run) {
	r.stats.Func += p.stats.Func
	r.stats.Jac += p.stats.Jac
	r.stats.Factorisations += p.stats.Factorisations
	r.stats.Solves += p.stats.Solves
	r.stats.Newton += p.stats.Newton
	p.release()
}

// linearise factors the matrix of s+1 stages at the iterate.
func (r *run) linearise() error {
	e := r.est
	e.reset(r.tb[1], r.main.mesh)
	r.x1 = resized(r.x1, e.nx)
	r.lift(r.x1, r.x)
	return e.factor(r.x1)
}
