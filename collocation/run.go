package collocation

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// run is one boundary value problem being solved: everything that is
// allocated once and lives through all meshes.
type run struct {
	s     *Solver
	p     *ode.BVP
	p0    *ode.BVP // the one to be solved, when p is another of its family
	st    *structure
	fld   *field
	cond  *conditions
	main  *discrete // s stages
	est   *discrete // s+1 stages, for the error
	tb    [2]*tableau
	store [2]*storage

	guess *ode.Solution // to begin from; nil: that of the problem
	x     []float64     // the iterate on main.mesh
	x1    []float64     // the same with s+1 stages, then
	dx    []float64     // its correction
	f     []float64
	nw    newton.Solver
	np    newton.Problem
	wn    []float64 // Newton's weights of y at the nodes
	wq    []float64

	peak, mean []float64 // size of each component: largest, mean of absolute values
	coupling   []float64 // size of what couples into each component
	seen       []float64 // size at the guess: what is below its rounding unit is zero
	weak       []float64 // size below which an algebraic component hardly matters
	qsize      []float64 // size of each parameter

	sum   summary
	stats ode.Stats
	rtol  float64
	last  struct { // on which Newton's iteration converged last
		mesh *mesh
		x    []float64
	}
	known struct { // condition
		mesh    *mesh
		figures ode.Conditioning
	}
	best   float64 // least error over tolerance so far
	bestAt int     // and the mesh that had it
	ratio  float64 // error over tolerance on the mesh before; 0: none

	linear    bool // one Newton step is exact
	analysed  bool // structure looked for
	hurried   bool // on the way of a continuation: give up early
	steps     int  // of Newton's iteration; 0: as the Solver says
	bold      bool // Newton's iteration may go uphill
	verified  bool // the condition was compared with that on a finer mesh
	converged bool // on some mesh since settle began
}

func newRun(s *Solver, p *ode.BVP) *run {
	r := &run{s: s, p: p, p0: p, rtol: s.rtol()}
	r.fld = &field{sys: &p.System, scale: make([]float64, p.Dim), pSize: make([]float64, p.Params)}
	r.cond = newConditions(p)
	r.linear = p.System.Linear && p.Boundary.Linear && p.Algebraic == 0
	for _, j := range p.Jumps {
		r.linear = r.linear && j.Linear
	}
	r.peak, r.mean = make([]float64, p.Dim), make([]float64, p.Dim)
	r.weak, r.seen = make([]float64, p.Dim), make([]float64, p.Dim)
	r.coupling, r.qsize = make([]float64, p.Dim), make([]float64, p.Params)
	r.store = [2]*storage{storages.Get().(*storage), storages.Get().(*storage)}
	for _, s := range r.store {
		for i := range s.scratch {
			s.scratch[i].calls, s.scratch[i].jacob = 0, 0
		}
	}
	r.setStructure(nil)
	r.np = newton.Problem{
		Residual: func(dst, x []float64) { r.main.residual(dst, x) },
		Factor:   func(x []float64) error { return r.main.factor(x) },
		Solve:    func(dst, b []float64) { r.main.solve(dst, b) },
		Norm:     r.norm,
		Rescale:  r.rescale,
		Linear:   r.linear,
	}
	return r
}

// setStructure starts anew with the given links.
func (r *run) setStructure(next []int) {
	r.st = newStructure(&r.p.System, next)
	st := r.st
	stages := r.s.stages()
	r.tb[0], r.tb[1] = tableauOf(stages, st.maxDepth), tableauOf(stages+1, st.maxDepth)
	size, qsize := ones(st.n), ones(st.np)
	for i, d := range []**discrete{&r.main, &r.est} {
		*d = &discrete{bvp: r.p, st: st, fld: r.fld, cond: r.cond, workers: r.s.workers(), stats: &r.stats,
			size: size, qsize: qsize, storage: r.store[i]}
	}
}

// release gives the storage back. Nothing of r may be used afterwards.
func (r *run) release() {
	for i, s := range r.store {
		storages.Put(s)
		r.store[i] = nil
	}
	r.main, r.est = nil, nil
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// place sets the mesh; x is then of the right length and not yet filled.
func (r *run) place(m *mesh) {
	newDiscrete(r.main, r.tb[0], m, nil)
	r.x = resized(r.x, r.main.nx)
	r.f = resized(r.f, r.main.nx)
	r.wn = resized(r.wn, len(m.t)*r.st.nd)
	r.wq = resized(r.wq, r.st.np)
}

// measure takes the sizes of the components from x on the mesh of d.
func (r *run) measure(d *discrete, x []float64) {
	st, t := r.st, d.mesh.t
	clear(r.peak)
	clear(r.mean)
	y := d.y(x)
	length := d.mesh.length()
	for i := range t {
		w := 0.0
		if i > 0 {
			w += t[i] - t[i-1]
		}
		if i+1 < len(t) {
			w += t[i+1] - t[i]
		}
		w /= 2 * length
		for c := range st.nd {
			v := math.Abs(y[i*st.nd+c])
			r.peak[c] = max(r.peak[c], v)
			r.mean[c] += w * v
		}
	}
	if st.na > 0 {
		s := d.tb.s
		for i := range d.mesh.intervals() {
			h := t[i+1] - t[i]
			for c := st.nd; c < st.n; c++ {
				for _, v := range d.k(x)[i*d.ns+st.freeAt[c]*s:][:s] {
					r.peak[c] = max(r.peak[c], math.Abs(v))
					r.mean[c] += math.Abs(v) * h / (float64(s) * length)
				}
			}
		}
	}
	copy(r.fld.scale, r.peak)
	for c, v := range d.q(x) {
		r.qsize[c] = math.Abs(v)
		r.fld.pSize[c] = r.qsize[c]
	}
}

// floor is the part of the weight of component c that does not depend on the
// place: tolerance times mean size, the absolute tolerance, rounding.
func (r *run) floor(c int) float64 {
	return r.rtol*max(0.1*r.mean[c], r.weak[c]) + r.s.atol(c) + 4*epsilon*(max(r.peak[c], r.seen[c])+r.coupling[c])
}

const epsilon = 0x1p-52

// rescale sets Newton's weights: as those of the error, for the iterate or
// the correction, whichever is larger.
func (r *run) rescale(x, d []float64) {
	st, m := r.st, r.main.mesh
	y, dy := r.main.y(x), r.main.y(d)
	length := m.length()
	var mean, peak [16]float64
	mm, pk := mean[:], peak[:]
	if st.nd > len(mm) {
		mm, pk = make([]float64, st.nd), make([]float64, st.nd)
	}
	for i := range m.t {
		w := 0.0
		if i > 0 {
			w += m.t[i] - m.t[i-1]
		}
		if i+1 < len(m.t) {
			w += m.t[i+1] - m.t[i]
		}
		w /= 2 * length
		for c := range st.nd {
			v := max(math.Abs(y[i*st.nd+c]), math.Abs(dy[i*st.nd+c]))
			mm[c] += w * v
			pk[c] = max(pk[c], v)
			r.wn[i*st.nd+c] = r.rtol * v
		}
	}
	for c := range st.nd {
		f := 0.1*r.rtol*mm[c] + r.s.atol(c) + 4*epsilon*(max(pk[c], r.seen[c])+r.coupling[c])
		if f == 0 {
			f = 1 // zero, and to remain zero
		}
		for i := range m.t {
			r.wn[i*st.nd+c] += f
		}
	}
	for c := range st.np {
		r.wq[c] = r.paramWeight(c, max(math.Abs(x[c]), math.Abs(d[c])))
	}
}

// paramWeight is the tolerance of parameter c, of the given size now.
func (r *run) paramWeight(c int, size float64) float64 {
	w := r.rtol*max(size, 1e-2*r.natural(c)) + r.s.AbsTol
	if w == 0 {
		w = r.rtol
	}
	return w
}

// natural is the size of parameter c whose effect on some component, over the
// whole interval, is the size of that component.
func (r *run) natural(c int) float64 {
	d, st := r.main, r.st
	effect := 0.0
	for i := range d.mesh.intervals() {
		big := 0.0
		for v := range st.nd {
			big = max(big, math.Abs(d.abd.C(i)[v*st.np+c]))
		}
		effect += big
	}
	if effect == 0 {
		return 0
	}
	return d.qsize[c] / effect
}

// norm is the root of the mean square of correction over weight: over the
// nodes with the stages of an interval, of the components, and the parameters.
func (r *run) norm(d []float64) float64 {
	st, m := r.st, r.main
	sum := 0.0
	for c, v := range m.q(d) {
		v /= r.wq[c]
		sum += v * v
	}
	nodes := 0.0
	for i, v := range m.y(d) {
		v /= r.wn[i]
		nodes += v * v
	}
	nodes /= float64(len(r.wn))
	s := m.tb.s
	k := m.k(d)
	stages := 0.0
	for i := range m.mesh.intervals() {
		for a, c := range st.free {
			if c >= st.nd {
				continue
			}
			w := max(r.wn[i*st.nd+c], r.wn[(i+1)*st.nd+c])
			t := 0.0
			for _, v := range k[i*m.ns+a*s:][:s] {
				t += v * v
			}
			stages += t / (w * w)
		}
	}
	stages /= float64(len(k) + 1)
	return math.Sqrt(nodes + stages + sum)
}

// larger is max, but a NaN wins.
func larger(a, b float64) float64 {
	if b > a || b != b {
		return b
	}
	return a
}

// newton solves on the present mesh, from r.x.
func (r *run) newton(ctx context.Context) error {
	r.measure(r.main, r.x)
	if !r.converged {
		copy(r.seen, r.peak)
	}
	r.main.setSizes(r.fld.scale, r.fld.pSize)
	r.nw.Tol, r.nw.MaxSteps, r.nw.MinDamping = r.innerTol(), r.s.newtonSteps(), r.s.minDamping()
	if r.steps > 0 {
		r.nw.MaxSteps = min(r.nw.MaxSteps, r.steps)
	}
	r.nw.Bold = r.bold
	if r.bold {
		r.nw.MinDamping = 1.0 / 16
	}
	if r.hurried {
		r.nw.MaxSteps, r.nw.MinDamping = min(r.nw.MaxSteps, 15), max(r.nw.MinDamping, 0.01)
	}
	if t := r.s.Trace; t != nil {
		r.nw.Trace = func(st newton.Step) {
			t(Progress{Stage: "newton", Intervals: r.main.mesh.pieces(), Step: st.Number, Damping: st.Damping,
				Correction: st.Correction, Contraction: st.Contraction})
		}
	}
	f0 := r.stats.Factorisations
	res, err := r.nw.Solve(ctx, &r.np, r.x)
	r.stats.Newton += res.Steps
	r.stats.Factorisations = f0 + res.Factorisations
	if err == nil || ctx.Err() != nil {
		return err
	}
	if errors.Is(err, newton.ErrNoDescent) && res.Correction <= 1 {
		return nil // rounding stops it within the tolerance
	}
	return err
}

// innerTol is Newton's tolerance in tolerances: a tenth of the error that the
// mesh can be expected to leave.
func (r *run) innerTol() float64 {
	if r.ratio > 0 {
		return min(max(0.02, 1e-3*r.ratio), 1e-4/r.rtol)
	}
	return min(max(0.02, 1e-5/r.rtol), 1e3)
}

// begin fills x from the user's guess on the present mesh.
func (r *run) begin(guess *ode.Solution) {
	d, st := r.main, r.st
	p := r.p
	clear(r.x)
	q := d.q(r.x)
	if p.GuessParams != nil {
		copy(q, p.GuessParams)
	}
	value := func(dst []float64, t float64, left bool) { p.Guess(dst, t) }
	if guess != nil {
		if len(guess.P) == len(q) {
			copy(q, guess.P)
		}
		value = func(dst []float64, t float64, left bool) {
			if left {
				guess.Left(dst, t)
			} else {
				guess.At(dst, t)
			}
		}
	} else if p.Guess == nil {
		return
	}
	v := make([]float64, st.n)
	m := d.mesh
	for i, t := range m.t {
		left := i+1 < len(m.t) && m.t[i+1] == t
		value(v, t, left)
		copy(d.y(r.x)[i*st.nd:], v[:st.nd])
	}
	s := d.tb.s
	inv := d.tb.inv
	g := make([]float64, st.n*s)
	for i := range m.intervals() {
		if m.jump[i] >= 0 {
			continue
		}
		h := m.t[i+1] - m.t[i]
		for j, c := range d.tb.c {
			value(v, m.t[i]+c*h, false)
			for k, f := range v {
				g[k*s+j] = f
			}
		}
		k := d.k(r.x)[i*d.ns:]
		for a, c := range st.free {
			if c >= st.nd {
				copy(k[a*s:(a+1)*s], g[c*s:(c+1)*s])
				continue
			}
			yc := d.y(r.x)[i*st.nd+c]
			for j := range s {
				t := 0.0
				for l := range s {
					t += inv[j*s+l] * (g[c*s+l] - yc)
				}
				k[a*s+j] = t
			}
		}
	}
}

// transfer fills x from the polynomials of x0, with the stages of tb on the
// mesh m0.
func (r *run) transfer(tb *tableau, m0 *mesh, x0 []float64) {
	d, st, m := r.main, r.st, r.main.mesh
	copy(d.q(r.x), x0[:st.np])
	s, s0 := d.tb.s, tb.s
	var l [maxStages + 1]float64
	y, k := d.y(r.x), d.k(r.x)
	nd := st.nd
	y0 := x0[st.np:]
	k0 := x0[st.np+len(m0.t)*nd:]
	ns0 := s0 * len(st.free)
	i0 := 0
	for i := range m.intervals() {
		if m.jump[i] >= 0 {
			clear(k[i*d.ns : (i+1)*d.ns])
			continue
		}
		h := m.t[i+1] - m.t[i]
		for i0+1 < m0.intervals() && (m0.jump[i0] >= 0 || m0.t[i0+1] <= m.t[i]) {
			i0++
		}
		if m0.t[i0] == m.t[i] {
			copy(y[i*nd:(i+1)*nd], y0[i0*nd:(i0+1)*nd])
		} else {
			r.polynomial(y[i*nd:(i+1)*nd], tb, m0, y0, k0, i0, m.t[i])
		}
		q := i0
		for j, c := range d.tb.c {
			t := m.t[i] + c*h
			for q+1 < m0.intervals() && (m0.jump[q] >= 0 || m0.t[q+1] <= t) {
				q++
			}
			h0 := m0.t[q+1] - m0.t[q]
			tb.lagrange(l[:s0], (t-m0.t[q])/h0)
			for a, c := range st.free {
				v := 0.0
				for b, f := range k0[q*ns0+a*s0:][:s0] {
					v += l[b] * f
				}
				if c < nd {
					v *= h / h0
				}
				k[i*d.ns+a*s+j] = v
			}
		}
		// The end of a part, before a jump, belongs to no other interval.
		if i+1 == m.intervals() || m.jump[i+1] >= 0 {
			for q+1 < m0.intervals() && m0.t[q+1] < m.t[i+1] {
				q++
			}
			copy(y[(i+1)*nd:(i+2)*nd], y0[(q+1)*nd:(q+2)*nd])
		}
	}
}

// polynomial stores the differential components at t in interval i.
func (r *run) polynomial(dst []float64, tb *tableau, m *mesh, y, k []float64, i int, t float64) {
	st, s := r.st, tb.s
	h := m.t[i+1] - m.t[i]
	theta := (t - m.t[i]) / h
	var beta [maxStages + 1]float64
	for d := range st.maxDepth + 1 {
		tb.integrals(beta[:s], d+1, theta)
		for _, c := range st.order {
			if st.depth[c] == d {
				dst[c] = polyValue(st, tb, beta[:s], y[i*st.nd:(i+1)*st.nd], k[i*s*len(st.free):], c, h, theta)
			}
		}
	}
}

// polyValue is component c at the fraction theta of an interval of length h
// that starts at y; beta are the integrals of order depth+1 at theta.
func polyValue(st *structure, tb *tableau, beta, y, k []float64, c int, h, theta float64) float64 {
	sum, hp, u := 0.0, 1.0, c
	for q := range st.depth[c] {
		sum += hp * tb.fac[q] * y[u]
		u, hp = st.next[u], hp*h*theta
	}
	sum += hp * tb.fac[st.depth[c]] * y[u]
	v := 0.0
	for l, f := range k[st.freeAt[u]*tb.s:][:tb.s] {
		v += beta[l] * f
	}
	hd := 1.0
	for range st.depth[c] {
		hd *= h
	}
	return sum + hd*v
}

func inverse(a []float64, n int) []float64 {
	lu, piv, inv := append([]float64(nil), a...), make([]int, n), make([]float64, n*n)
	for i := range n {
		inv[i*n+i] = 1
	}
	if linalg.LU(lu, n, piv) >= 0 {
		panic(fmt.Sprintf("collocation: tableau of %d stages is singular", n))
	}
	linalg.LUSolve(lu, n, piv, inv, n)
	return inv
}
