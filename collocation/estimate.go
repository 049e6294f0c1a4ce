package collocation

import (
	"math"
)

// summary is what the error estimate of one mesh says. Ratios are errors over
// tolerances.
type summary struct {
	ratio     float64   // largest over all components and places
	node      float64   // largest at the nodes
	where     float64   // place of the largest
	component int       // and its component
	abs       []float64 // largest error of each component
	param     []float64 // error of each parameter
	local     []float64 // interval -> error that arises between its nodes
	source    []float64 // interval -> error that it adds to the nodes
}

// estimate compares the solution with that of s+1 stages on the same mesh:
// one Newton step of that scheme from the present polynomials, whose
// differences are the error. The step has factors of its own. Those of the
// s-stage scheme would differ by the order of the error only; but where the
// problem is nearly singular and the mesh does not show it yet, a solve with
// them would not amplify what the next mesh will. Afterwards r.x1 holds the
// improved solution of s+1 stages.
func (r *run) estimate() error {
	d, e, st := r.main, r.est, r.st
	m := d.mesh
	r.estimated = m
	e.reset(r.tb[1], m)
	r.x1, r.dx = resized(r.x1, e.nx), resized(r.dx, e.nx)
	if len(r.f) < e.nx {
		r.f = resized(r.f, e.nx)
	}
	r.lift(r.x1, r.x)
	e.residual(r.f[:e.nx], r.x1)
	if err := e.factorAgain(r.x1); err != nil {
		r.estimated = nil
		return err
	}
	e.solve(r.dx, r.f[:e.nx])
	r.measure(d, r.x)
	r.couple()

	n, s1 := m.intervals(), e.tb.s
	z := &r.sum
	z.ratio, z.node, z.where, z.component = 0, 0, m.t[0], 0
	z.abs, z.param = zeroed(z.abs, st.n), zeroed(z.param, st.np)
	z.local, z.source = zeroed(z.local, n), zeroed(z.source, n)
	for c, v := range e.q(r.dx) {
		z.param[c] = math.Abs(v)
		z.note(math.Abs(v)/r.paramWeight(c, math.Abs(e.q(r.x1)[c])), m.t[0], st.n+c)
	}
	w := &e.scratch[0]
	if !e.staged {
		r.fld.shape(&w.batch, s1)
	}
	floor := r.floors()
	dy, y := e.y(r.dx), e.y(r.x1)
	for i := range m.t {
		for c := range st.nd {
			v := math.Abs(dy[i*st.nd+c])
			z.abs[c] = larger(z.abs[c], v)
			q := v / (floor[c] + r.rtol*math.Abs(y[i*st.nd+c]))
			if v == 0 {
				q = 0
			}
			z.node = larger(z.node, q)
			z.note(q, m.t[i], c)
		}
	}
	first := 0 // point of the interval in w
	for i := range n {
		h := m.t[i+1] - m.t[i]
		piv := e.pivoted(i)
		for c := range st.nd {
			v := math.Abs(e.rhs[i*st.nd+c])
			if v > 0 {
				if piv != nil {
					c = piv.comp[c]
				}
				v *= e.size[c]
				z.source[i] = larger(z.source[i], v/(floor[c]+r.rtol*max(math.Abs(y[i*st.nd+c]), math.Abs(y[(i+1)*st.nd+c]))))
			}
		}
		if m.jump[i] >= 0 {
			continue
		}
		e.expand(w, w.f, r.dx, i) // errors and values at the stages
		if !e.staged {
			e.expand(w, w.y, r.x1, i)
		}
		worst := 0.0
		for c := range st.n {
			values, fc := w.y[first*w.ps+c*w.cs:], floor[c]
			d0, d1 := 0.0, 0.0
			if c < st.nd {
				d0, d1 = dy[i*st.nd+c], dy[(i+1)*st.nd+c]
			}
			for j, theta := range e.tb.c {
				v := w.f[j*w.ps+c*w.cs]
				if v == 0 {
					continue
				}
				weight := fc + r.rtol*math.Abs(values[j*w.ps])
				z.abs[c] = larger(z.abs[c], math.Abs(v))
				z.note(math.Abs(v)/weight, m.t[i]+theta*h, c)
				v -= (1-theta)*d0 + theta*d1
				worst = larger(worst, math.Abs(v)/weight)
			}
		}
		z.local[i] = worst
		if piv != nil {
			// How much its rows change of what they give is not what the nodes do.
			z.source[i] = larger(z.source[i], worst)
		}
		if e.staged {
			first += s1
		}
	}
	if st.na > 0 {
		r.nodeErrors()
	}
	// The improved solution starts the next mesh.
	for i, v := range r.dx[:e.nx] {
		r.x1[i] -= v
	}
	return nil
}

func (z *summary) note(q, t float64, c int) {
	if q > z.ratio || q != q {
		z.ratio, z.where, z.component = q, t, c
	}
}

// lift stores the polynomials of x in terms of one stage more.
func (r *run) lift(dst, x []float64) {
	d, e, st := r.main, r.est, r.st
	n := d.mesh.intervals()
	copy(dst, x[:st.np+(n+1)*st.nd])
	s, s1 := d.tb.s, e.tb.s
	k, k1 := d.k(x), e.k(dst)
	for i := range n {
		for a := range st.free {
			from := k[i*d.ns+a*s:][:s]
			to := k1[i*e.ns+a*s1:][:s1]
			for j := range to {
				to[j] = dot(d.tb.up[j*s:j*s+s], from)
			}
		}
	}
}

// local is the size of an element of the matrix of an interval from which on what
// it multiplies counts with its value there, not with its size elsewhere.
const local = 10

// couple measures how large a value the equations of the nodes could give to
// each component: what is below a few rounding units of it is rounding. It is
// what makes a component that is zero everywhere pass. The others count with
// what they were at the guess, if they are zero as well. Where it is
// large the matrix of an interval may multiply what is small: only the product
// says something.
func (r *run) couple() {
	d, st := r.main, r.st
	clear(r.coupling)
	clear(r.terms)
	y, q := d.y(r.x), d.q(r.x)
	size := make([]float64, st.nd)
	for c := range size {
		if size[c] = r.peak[c]; size[c] <= negligible*r.seen[c] {
			size[c] = r.seen[c]
		}
	}
	for i := range d.mesh.intervals() {
		a, b := d.abd.A(i), d.abd.C(i)
		piv := d.pivoted(i)
		for row := range st.nd {
			v, c := 0.0, row
			if piv != nil {
				c = piv.comp[row]
			}
			for k := range st.nd {
				f := math.Abs(a[row*st.nd+k])
				if piv != nil { // else B is I
					f = larger(f, math.Abs(d.abd.B(i)[row*st.nd+k]))
				}
				if k == c || f == 0 {
					continue
				}
				u := size[k]
				if f > local {
					u = max(math.Abs(y[i*st.nd+k]), math.Abs(y[(i+1)*st.nd+k]))
				}
				v = larger(v, f*d.size[c]/d.size[k]*u)
			}
			for k := range st.np {
				v = larger(v, math.Abs(b[row*st.np+k])*d.size[c]/d.qsize[k]*math.Abs(q[k]))
			}
			if piv == nil {
				// Where it grows the row says what y is at the left, not at the right.
				v /= larger(1, math.Abs(a[row*st.nd+c]))
			}
			r.coupling[c] = larger(r.coupling[c], v)
			r.terms[c] += v
		}
	}
	if st.na > 0 {
		r.weaken()
	}
}

// weaken finds for every algebraic component the size at which it changes some
// other by a thousandth over the interval, from the Jacobians of a few places.
func (r *run) weaken() {
	d, st := r.main, r.st
	w := &d.scratch[0]
	n := d.mesh.intervals()
	big := make([]float64, st.na)
	for i := 0; i < n; i += 1 + n/8 {
		if d.mesh.jump[i] >= 0 {
			continue
		}
		d.stages(w, r.x, i, i+1)
		r.fld.jacobians(&w.batch)
		for p := range w.m {
			for c := range st.nd {
				if r.peak[c] == 0 {
					continue
				}
				for a := range big {
					v := w.jy[p*w.jps+(c*st.n+st.nd+a)*w.jes]
					big[a] = max(big[a], math.Abs(v)*d.mesh.length()/r.peak[c])
				}
			}
		}
	}
	h := d.mesh.length()
	for i := range n {
		if d.mesh.jump[i] < 0 {
			h = min(h, d.mesh.t[i+1]-d.mesh.t[i])
		}
	}
	for a, v := range big {
		if v > 0 {
			r.weak[st.nd+a] = 1e-3 / v
			// A problem of index two differentiates, and rounding with it.
			r.coupling[st.nd+a] = d.mesh.length() / (v * h)
		}
	}
}
