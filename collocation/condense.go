package collocation

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"costate/internal/linalg"
)

// factor eliminates the stages of all intervals at x, assembles the almost
// block diagonal system of the nodes and factors that.
//
// In one interval, with dk the stage unknowns, dy the left node and dq the
// parameters, the linearised equations are
//
//	W dk - M dy - P dq = -rho             stages
//	dy[i+1] - T dy - L dk = -defect       continuity
//
// where T and L hold Taylor and quadrature weights. The factors of W and
// X = W^-1 [M P] are kept; what is left for the nodes is
//
//	dy[i+1] - (T + L X_y) dy - L X_q dq = -defect - L W^-1 rho.
//
// Stages of quadratures, the last ones, are in no equation but their own:
//
//	    | V    |
//	W = |      |,     V of order nc;  columns of X for them are zero.
//	    | U  I |
//
// V is factored, U kept, and the columns are left out.
func (d *discrete) factor(x []float64) error {
	d.staged = false
	return d.factorAgain(x)
}

// factorAgain does so at the x of the last residual, whose stages need not be
// found again on a mesh of one part.
func (d *discrete) factorAgain(x []float64) error {
	d.fld.p = d.q(x)
	ns := d.ns
	d.fail.Store(0)
	d.args = args{x: x}
	d.each(ns*d.nc*d.nc, condensation)
	if i := d.fail.Load(); i > 0 {
		return &linalg.SingularError{Node: int(i - 1)}
	}
	d.jumpBlocks(x)
	d.cond.blocks(d, x)
	d.stats.Factorisations++
	return d.abd.Factor()
}

func (d *discrete) condensePart(w *scratch, x []float64, lo, hi int) {
	st, m, s := d.st, d.mesh, d.tb.s
	if !d.staged {
		d.stages(w, x, lo, hi)
	}
	if w.m > 0 {
		d.fld.jacobians(&w.batch)
	}
	p := 0
	for i := lo; i < hi; i++ {
		if m.jump[i] >= 0 {
			continue
		}
		if !d.condense(w, i, p) {
			// The first one that fails, whatever the order of the workers.
			for {
				old := d.fail.Load()
				if old > 0 && old <= int64(i+1) || d.fail.CompareAndSwap(old, int64(i+1)) {
					break
				}
			}
		}
		for c, u := range st.next {
			if u < 0 {
				continue
			}
			for j := range s {
				if !unitRow(st, &w.batch, p+j, c, u) {
					d.broken.Store(true)
				}
			}
		}
		p += s
	}
}

// assemble writes the stage equations of interval i, whose first point in w is p:
// W and [M P].
func (d *discrete) assemble(w *scratch, i, p int) {
	st, tb, s := d.st, d.tb, d.tb.s
	h := d.mesh.t[i+1] - d.mesh.t[i]
	ny := st.nd - st.nq // columns of X of the nodes
	cols := ny + st.np
	W, _, X := d.eliminated(i)
	ns := d.nc
	clear(W)
	clear(X)
	hp := w.hp
	hp[0] = 1
	for e := 1; e < len(hp); e++ {
		hp[e] = hp[e-1] * h
	}
	for a, r := range st.free {
		scale := 1.0
		if r < st.nd {
			scale = h / d.size[r]
		}
		rows, xs := W[a*s*ns:(a+1)*s*ns], X[a*s*cols:(a+1)*s*cols]
		jac := w.jy[p*w.jps+r*st.n*w.jes:]
		for c := range ny {
			depth, e := st.depth[c], st.end[c]
			f, at := hp[depth]*d.size[e], st.freeAt[e]*s
			weights := tb.a[depth+1]
			for j := range s {
				v := jac[j*w.jps+c*w.jes]
				if v == 0 {
					continue
				}
				v *= scale
				to, g := rows[j*ns+at:][:s], v*f
				for l, t := range weights[j*s : j*s+s] {
					to[l] -= g * t
				}
				xr := xs[j*cols : j*cols+cols]
				if depth == 0 {
					xr[c] += v * d.size[c]
					continue
				}
				u := c
				for q := 0; ; q++ {
					xr[u] += v * hp[q] * tb.ce[q][j] * d.size[u]
					if q == depth {
						break
					}
					u = st.next[u]
				}
			}
		}
		for c := st.nd; c < st.n; c++ {
			for j := range s {
				rows[j*ns+st.freeAt[c]*s+j] -= jac[j*w.jps+c*w.jes] * scale * d.size[c]
			}
		}
		for c := range st.np {
			for j := range s {
				xs[j*cols+ny+c] = scale * w.jp[(p+j)*w.qps+(r*st.np+c)*w.jes] * d.qsize[c]
			}
		}
		if r < ny {
			for j := range s {
				rows[j*ns+a*s+j]++
			}
		}
	}
}

// condense eliminates the stages of interval i, whose first point in w is p.
func (d *discrete) condense(w *scratch, i, p int) bool {
	st, tb := d.st, d.tb
	ny := st.nd - st.nq
	cols, ns, hp := ny+st.np, d.nc, w.hp
	d.assemble(w, i, p)
	W, piv, X := d.eliminated(i)
	if q := d.steep[i]; q != nil {
		q.on = false
	}
	if linalg.LU(W[:ns*ns], ns, piv) >= 0 {
		return d.pivot(w, i, p)
	}
	linalg.LUSolve(W[:ns*ns], ns, piv, X[:ns*cols], cols)
	if k := d.ns - ns; k > 0 {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, -1,
			blas64.General{Rows: k, Cols: ns, Stride: ns, Data: W[ns*ns:]},
			blas64.General{Rows: ns, Cols: cols, Stride: cols, Data: X}, 1,
			blas64.General{Rows: k, Cols: cols, Stride: cols, Data: X[ns*cols:]})
	}
	A, B, C := d.abd.A(i), d.abd.B(i), d.abd.C(i)
	clear(A)
	clear(B)
	clear(C)
	for c := range st.nd {
		B[c*st.nd+c] = 1
		depth, e := st.depth[c], st.end[c]
		f := hp[depth] * d.size[e] / d.size[c]
		ac, cc := A[c*st.nd:(c+1)*st.nd], C[c*st.np:(c+1)*st.np]
		u := c
		for q := 0; ; q++ {
			ac[u] -= hp[q] * tb.fac[q] * d.size[u] / d.size[c]
			if q == depth {
				break
			}
			u = st.next[u]
		}
		for l, t := range tb.b[depth+1] {
			t *= f
			row := X[(st.freeAt[e]*tb.s+l)*cols:][:cols]
			for v, x := range row[:ny] {
				ac[v] -= t * x
			}
			for v, x := range row[ny:] {
				cc[v] -= t * x
			}
		}
	}
	if isVertical(A, st.nd) {
		return d.pivot(w, i, p)
	}
	return true
}

// eliminated returns what is kept of the stages of interval i, no jump.
func (d *discrete) eliminated(i int) (W []float64, piv []int, X []float64) {
	i = d.slot[i]
	lu, x := d.ns*d.nc, d.ns*(d.st.nd-d.st.nq+d.st.np)
	return d.lu[i*lu : (i+1)*lu], d.piv[i*d.nc : (i+1)*d.nc], d.x[i*x : (i+1)*x]
}

// solve stores J^-1 r into dst, both laid out as x and the equations.
func (d *discrete) solve(dst, r []float64) {
	d.eliminate(r)
	st, n := d.st, d.mesh.intervals()
	y, q := d.sol[:(n+1)*st.nd], d.sol[(n+1)*st.nd:]
	d.abd.Solve(y, q, d.rhs, d.g)
	d.stats.Solves++
	d.backSubstitute(dst)
}

// eliminate forms the right-hand sides of the nodes from r.
func (d *discrete) eliminate(r []float64) {
	st, n := d.st, d.mesh.intervals()
	cont := r[st.nd+st.np:][:n*st.nd]
	rho := r[st.nd+st.np+n*st.nd:]
	copy(d.g, r[:st.nd+st.np])
	d.args = args{cont: cont, rho: rho}
	d.each(d.ns*d.nc*2, elimination)
}

func (d *discrete) eliminatePart(cont, rho []float64, lo, hi int) {
	st, s, ns := d.st, d.tb.s, d.ns
	for i := lo; i < hi; i++ {
		out := d.rhs[i*st.nd : (i+1)*st.nd]
		for c := range out {
			out[c] = cont[i*st.nd+c] / d.size[c]
		}
		b := d.w[i*ns : (i+1)*ns]
		if d.mesh.jump[i] >= 0 {
			copy(b, rho[i*ns:(i+1)*ns])
			continue
		}
		for a, c := range st.free {
			f := 1.0
			if c < st.nd {
				f = 1 / d.size[c]
			}
			for j := range s {
				b[a*s+j] = rho[i*ns+a*s+j] * f
			}
		}
		if q := d.pivoted(i); q != nil {
			q.reduce(d, out, b)
			continue
		}
		W, piv, _ := d.eliminated(i)
		linalg.LUSolve(W[:d.nc*d.nc], d.nc, piv, b[:d.nc], 1)
		for r := d.nc; r < ns; r++ {
			b[r] -= dot(W[r*d.nc:(r+1)*d.nc], b)
		}
		h := d.mesh.t[i+1] - d.mesh.t[i]
		for c := range out {
			depth, e := st.depth[c], st.end[c]
			f := d.size[e] / d.size[c]
			for range depth {
				f *= h
			}
			t := 0.0
			k := b[st.freeAt[e]*s:]
			for l, v := range d.tb.b[depth+1] {
				t += v * k[l]
			}
			out[c] += f * t
		}
	}
}

// backSubstitute finds the stages from the nodes in d.sol, and undoes the
// scaling.
func (d *discrete) backSubstitute(dst []float64) {
	st, n := d.st, d.mesh.intervals()
	y, q := d.sol[:(n+1)*st.nd], d.sol[(n+1)*st.nd:]
	for c := range q {
		d.q(dst)[c] = q[c] * d.qsize[c]
	}
	to := d.y(dst)
	for i := range n + 1 {
		for c := range st.nd {
			to[i*st.nd+c] = y[i*st.nd+c] * d.size[c]
		}
	}
	k := d.k(dst)
	d.args = args{k: k, y: y, q: q}
	d.each(d.ns*(st.nd-st.nq+st.np), substitution)
}

func (d *discrete) backPart(k, y, q []float64, lo, hi int) {
	st, s, ns := d.st, d.tb.s, d.ns
	ny := st.nd - st.nq
	cols := ny + st.np
	for i := lo; i < hi; i++ {
		b := d.w[i*ns : (i+1)*ns]
		if d.mesh.jump[i] >= 0 {
			copy(k[i*ns:(i+1)*ns], b)
			continue
		}
		if v := d.pivoted(i); v != nil {
			for a, c := range st.free {
				for j := range s {
					k[i*ns+a*s+j] = (b[a*s+j] + v.stage(d, a*s+j, y[i*st.nd:(i+2)*st.nd], q)) * d.size[c]
				}
			}
			continue
		}
		_, _, X := d.eliminated(i)
		yi := y[i*st.nd:][:ny]
		for a, c := range st.free {
			for j := range s {
				row := X[(a*s+j)*cols:][:cols]
				t := b[a*s+j]
				for v, f := range yi {
					t += row[v] * f
				}
				for v, f := range q {
					t += row[ny+v] * f
				}
				k[i*ns+a*s+j] = t * d.size[c]
			}
		}
	}
}

// setSizes takes the scaling of the linear algebra from sizes of components
// and parameters: powers of two, so that it rounds nothing.
func (d *discrete) setSizes(y, q []float64) {
	for c := range d.size {
		d.size[c] = power(y[c])
	}
	for c := range d.qsize {
		d.qsize[c] = power(q[c])
	}
}

func power(v float64) float64 {
	if !(v > 0) || v > math.MaxFloat64 {
		return 1
	}
	_, e := math.Frexp(v)
	return math.Ldexp(1, min(max(e, -300), 300))
}
