package collocation

import (
	"sync"
	"sync/atomic"

	"costate/internal/linalg"
	"costate/ode"
)

// discrete is a boundary value problem collocated on one mesh: the nonlinear
// system in
//
//	x = ( q | y[0] .. y[N] | k[0] .. k[N-1] ),
//
// parameters, differential components at the nodes, and stage unknowns: h
// times the slope of every component with slopes of its own, then the
// algebraic components, each at all stages (free component major). Its
// equations are ( conditions | continuity | stages ).
type discrete struct {
	bvp  *ode.BVP
	st   *structure
	tb   *tableau
	mesh *mesh
	fld  *field
	cond *conditions

	ns, nx int
	nc     int       // of the ns stage unknowns, those that are coupled
	size   []float64 // power of two near the size of each component and
	qsize  []float64 // parameter: the scaling of the linear algebra
	*storage

	workers int
	perPart int
	args    args
	staged  bool        // scratch[0] holds the stages of the last residual
	broken  atomic.Bool // a link of the structure does not hold
	fail    atomic.Int64

	stats *ode.Stats
}

// storage is what a discretisation writes into. It is used again on the next
// mesh, and for the next problem.
type storage struct {
	slot    []int     // interval -> how many before it are no jumps, M in all
	lu      []float64 // M×ns×nc stage matrices, the leading nc×nc part factored
	piv     []int
	x       []float64 // M×ns×(nd-nq+np): lu^-1 times the derivative of the stages by y[i] and q
	w       []float64 // N×ns: lu^-1 times the right-hand side
	rhs     []float64 // N×nd, continuity with the stages eliminated
	g       []float64
	sol     []float64 // (N+1)×nd, q: the scaled solution
	zn      []float64 // (N+1)×na: algebraic components at the nodes that need them
	abd     linalg.ABD
	steep   []*pivoted // interval -> its elimination with pivots from all rows, if it has one
	scratch []scratch
}

var storages = sync.Pool{New: func() any { return new(storage) }}

// reset makes room for the problem on a mesh.
func (d *discrete) reset(tb *tableau, m *mesh) {
	d.tb, d.mesh, d.staged = tb, m, false
	st := d.st
	n := m.intervals()
	d.ns = tb.s * len(st.free)
	d.nc = tb.s * st.core
	d.nx = st.np + (n+1)*st.nd + n*d.ns
	d.slot = resized(d.slot, n)
	pieces := 0
	for i, j := range m.jump {
		d.slot[i] = pieces
		if j < 0 {
			pieces++
		}
	}
	d.lu = resized(d.lu, pieces*d.ns*d.nc)
	d.piv = resized(d.piv, pieces*d.nc)
	d.x = resized(d.x, pieces*d.ns*(st.nd-st.nq+st.np))
	d.w = zeroed(d.w, n*d.ns)
	d.steep = grown(d.steep, n)
	for _, q := range d.steep {
		if q != nil {
			q.on = false
		}
	}
	d.rhs = resized(d.rhs, n*st.nd)
	d.g = resized(d.g, st.nd+st.np)
	d.sol = resized(d.sol, (n+1)*st.nd+st.np)
	d.zn = zeroed(d.zn, (n+1)*st.na)
	d.abd.Reset(st.nd, st.np, n, d.cond.nodes(m))
	// Parts of a size that does not depend on the number of workers, small
	// enough that their Jacobians stay in the cache.
	points := min(max(32768/(st.n*st.n), 2*tb.s), 256)
	d.perPart = min(max(1, points/tb.s), n)
	d.scratch = grown(d.scratch, max(1, d.workers))
	for i := range d.scratch {
		w := &d.scratch[i]
		d.fld.reserve(&w.batch, d.perPart*tb.s)
		w.hp = resized(w.hp, st.maxDepth+2)
	}
}

// The parts of x.
func (d *discrete) q(x []float64) []float64 { return x[:d.st.np] }

func (d *discrete) y(x []float64) []float64 {
	return x[d.st.np : d.st.np+(d.mesh.intervals()+1)*d.st.nd]
}

func (d *discrete) k(x []float64) []float64 {
	return x[d.st.np+(d.mesh.intervals()+1)*d.st.nd:]
}

// stages stores places and stage values of the intervals lo..hi-1 into w.
func (d *discrete) stages(w *scratch, x []float64, lo, hi int) {
	m := d.mesh
	count := 0
	for i := lo; i < hi; i++ {
		if m.jump[i] < 0 {
			count += d.tb.s
		}
	}
	d.fld.shape(&w.batch, count)
	p := 0
	for i := lo; i < hi; i++ {
		if m.jump[i] >= 0 {
			continue
		}
		h := m.t[i+1] - m.t[i]
		for j, c := range d.tb.c {
			w.t[p+j] = m.t[i] + c*h
		}
		d.expand(w, w.y[p*w.ps:], x, i)
		p += d.tb.s
	}
}

// expand stores the values of all components at the stages of interval i:
// point j, component c at j*ps + c*cs.
func (d *discrete) expand(w *scratch, dst, x []float64, i int) {
	st, tb := d.st, d.tb
	s := tb.s
	y := d.y(x)[i*st.nd : (i+1)*st.nd]
	k := d.k(x)[i*d.ns : (i+1)*d.ns]
	h := d.mesh.t[i+1] - d.mesh.t[i]
	for c := range st.nd {
		depth := st.depth[c]
		ke := k[st.freeAt[st.end[c]]*s:][:s]
		a := tb.a[depth+1]
		out := dst[c*w.cs:]
		switch depth {
		case 0:
			yc := y[c]
			for j := range s {
				out[j*w.ps] = yc + dot(a[j*s:j*s+s], ke)
			}
		case 1:
			yc, slope := y[c], h*y[st.next[c]]
			for j := range s {
				out[j*w.ps] = yc + tb.c[j]*slope + h*dot(a[j*s:j*s+s], ke)
			}
		default:
			hd := 1.0
			for range depth {
				hd *= h
			}
			for j := range s {
				v := hd * dot(a[j*s:j*s+s], ke)
				u, hp := c, 1.0
				for q := 0; q < depth; q++ {
					v += hp * tb.ce[q][j] * y[u]
					u, hp = st.next[u], hp*h
				}
				out[j*w.ps] = v + hp*tb.ce[depth][j]*y[u]
			}
		}
	}
	for c := st.nd; c < st.n; c++ {
		for j, v := range k[st.freeAt[c]*s:][:s] {
			dst[j*w.ps+c*w.cs] = v
		}
	}
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

// atEnd returns the value of component c at the end of interval i.
func (d *discrete) atEnd(y, k []float64, c int, h float64) float64 {
	st, tb := d.st, d.tb
	depth := st.depth[c]
	v := 0.0
	for l, f := range tb.b[depth+1] {
		v += f * k[st.freeAt[st.end[c]]*tb.s+l]
	}
	u, hp, sum := c, 1.0, 0.0
	for q := 0; q < depth; q++ {
		sum += hp * tb.fac[q] * y[u]
		u, hp = st.next[u], hp*h
	}
	sum += hp * tb.fac[depth] * y[u]
	return sum + hp*v
}

// residual stores the left sides of all equations at x.
func (d *discrete) residual(dst, x []float64) {
	st, m := d.st, d.mesh
	d.fld.p = d.q(x)
	n := m.intervals()
	cont := dst[st.nd+st.np:][:n*st.nd]
	rho := dst[st.nd+st.np+n*st.nd:]
	d.args = args{x: x, cont: cont, rho: rho}
	d.each(d.ns*40, residuals)
	d.staged = n <= d.perPart && st.na == 0
	if st.na > 0 {
		d.nodeAlgebraic(x)
	}
	d.jumpResiduals(cont, x)
	d.cond.values(d, dst[:st.nd+st.np], x)
}

func (d *discrete) residualPart(w *scratch, cont, rho, x []float64, lo, hi int) {
	st, m, s := d.st, d.mesh, d.tb.s
	d.stages(w, x, lo, hi)
	if w.m > 0 {
		d.fld.values(&w.batch)
	}
	y, k := d.y(x), d.k(x)
	p := 0
	for i := lo; i < hi; i++ {
		out := rho[i*d.ns : (i+1)*d.ns]
		if m.jump[i] >= 0 {
			copy(out, k[i*d.ns:(i+1)*d.ns]) // no stages: the unknowns are zero
			continue
		}
		h := m.t[i+1] - m.t[i]
		ki := k[i*d.ns : (i+1)*d.ns]
		for a, c := range st.free {
			for j := range s {
				f := w.f[(p+j)*w.ps+c*w.cs]
				if c < st.nd {
					out[a*s+j] = ki[a*s+j] - h*f
				} else {
					out[a*s+j] = -f
				}
			}
		}
		for c := range st.nd {
			if u := st.next[c]; u >= 0 {
				for j := range s {
					if w.f[(p+j)*w.ps+c*w.cs] != w.y[(p+j)*w.ps+u*w.cs] {
						d.broken.Store(true)
					}
				}
			}
			cont[i*st.nd+c] = y[(i+1)*st.nd+c] - d.atEnd(y[i*st.nd:(i+1)*st.nd], ki, c, h)
		}
		p += s
	}
}
