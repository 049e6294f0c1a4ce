package collocation

import (
	"fmt"

	"costate/internal/linalg"
	"costate/ode"
)

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
