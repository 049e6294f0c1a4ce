package discrete

import "math"

// What a layer's matrix holds.
const (
	gaussNewton  = iota // G'WG and the measurements' h'Rm h
	exact               // and the second derivatives
	lagrangian          // second derivatives and measurements, without G'WG
	gradientOnly        // the last row
)

// layerMatrix adds to the lower triangle of H (m×m, order: start, inner
// states, end, theta, right-hand side) what layer n contributes, and to its
// last row minus the gradient. The chunk of n must be evaluated, with
// costates for exact and lagrangian. diag, if not nil, receives the diagonal
// of the Gauss-Newton part (m).
//
//	        start  inner  end  theta
//	start  [  H                      ]
//	inner  [  H      H               ]
//	end    [  H      H     H         ]
//	theta  [  H      H     H     H   ]
//	       [ -g     -g    -g    -g   ]
func (w *work) layerMatrix(H []float64, m, n int, v []float64, scale float64, mode int, diag []float64) {
	p, D := w.p, w.p.D
	g := H[(m-1)*m : m*m]
	for i := range p.R {
		lam := w.lam[(n*p.R+i)*D : (n*p.R+i+1)*D]
		if p.rfFull != nil && mode < lagrangian {
			w.denseRows(H, m, n, i, scale)
		}
		for d, l := range lam {
			rs := &w.rowsym[i*D+d]
			vals := w.row(n, rs)
			idx := rs.idx
			for a, x := range vals {
				g[idx[a]] -= l * x
			}
			if p.rfFull != nil || mode >= lagrangian {
				continue
			}
			wt := w.weight(n, i, d, scale)
			for a, x := range vals {
				if x == 0 {
					continue
				}
				x *= wt
				r := H[int(idx[a])*m : int(idx[a])*m+int(idx[a])+1]
				for b, y := range vals[:a+1] {
					r[idx[b]] += x * y
				}
			}
		}
	}
	for k := p.first[n]; k < p.first[n+1]; k++ {
		w.measureMatrix(H, m, &p.attach[k], v, mode)
	}
	if diag != nil {
		for i := range m - 1 {
			diag[i] = H[i*m+i]
		}
	}
	if mode == gaussNewton || mode == gradientOnly || len(w.hessym) == 0 {
		return
	}
	np := w.np
	e, q := int32(-1), 0
	for k := range w.hessym {
		x := &w.hessym[k]
		if x.e != e {
			e = x.e
			q = w.point(n, int(e))
		}
		H[int(x.row)*m+int(x.col)] += x.coef * w.hs[int(x.entry)*np+q]
	}
	if w.ends && n == w.n1-1 {
		w.lastHess(H, m)
	}
}

// lastHess adds the second derivatives at the chunk's last boundary, to which
// only the layer before it has contributed.
func (w *work) lastHess(H []float64, m int) {
	p, D := w.p, w.p.D
	q := D + p.P
	pt := w.nn - 1
	base := (p.k + 1) * D // theta follows the end
	for r := range q {
		for c := range r + 1 {
			if w.hesNZ[r*q+c] {
				H[(base+r)*m+base+c] += w.hs[(r*q+c)*w.np+pt]
			}
		}
	}
}

// denseRows adds G_i' W G_i for a matrix Rf = U'U, through the rows of U G.
func (w *work) denseRows(H []float64, m, n, i int, scale float64) {
	p, D := w.p, w.p.D
	L := (p.k+2)*D + p.P
	G, S := w.dense, w.dense2
	clear(G)
	for d := range D {
		rs := &w.rowsym[i*D+d]
		for a, x := range w.row(n, rs) {
			G[d*L+int(rs.idx[a])] = x
		}
	}
	clear(S)
	for a := range D {
		for b := a; b < D; b++ {
			u := p.rfFull[a*D+b]
			if u == 0 {
				continue
			}
			for c, x := range G[b*L : (b+1)*L] {
				S[a*L+c] += u * x
			}
		}
	}
	for d := range D {
		c := p.tab.w[i] / p.s[n] * p.factor(d, scale)
		row := S[d*L : (d+1)*L]
		for a, x := range row {
			if x == 0 {
				continue
			}
			x *= c
			h := H[a*m : a*m+a+1]
			for b, y := range row[:a+1] {
				h[b] += x * y
			}
		}
	}
}

// misfitAt stores into w.at.r the residual h - y of a measurement, with 0 for
// what is missing, into w.at.lr the precision times it, and returns their
// product.
func (w *work) misfitAt(a *attachment, v []float64) float64 {
	p, D := w.p, w.p.D
	z := w.state(v, a.layer)
	x := w.at.x
	if a.single >= 0 {
		x = z[a.single*D : (a.single+1)*D]
	} else {
		clear(x)
		for j, c := range a.coef {
			if c != 0 {
				for d := range x {
					x[d] += c * z[j*D+d]
				}
			}
		}
	}
	r, lr := w.at.r[:len(a.y)], w.at.lr[:len(a.y)]
	if a.op != nil {
		a.op.Func(w.at.h[:len(a.y)], a.t, x, v[p.nx:])
		copy(r, w.at.h[:len(a.y)])
	} else {
		for i, c := range a.idx {
			r[i] = x[c]
		}
	}
	for i, y := range a.y {
		if math.IsNaN(y) {
			r[i] = 0
		} else {
			r[i] -= y
		}
	}
	s := 0.0
	for i := range lr {
		if a.full {
			lr[i] = 0
			for j, x := range r {
				lr[i] += a.rm[i*len(r)+j] * x
			}
		} else {
			lr[i] = a.rm[i] * r[i]
		}
		s += lr[i] * r[i]
	}
	if a.single >= 0 {
		copy(w.at.x, x)
	}
	return s
}

// measure adds the measurement errors and the prior of layer n.
func (w *work) measure(n int, v []float64, e *energy) {
	p := w.p
	for k := p.first[n]; k < p.first[n+1]; k++ {
		a := &p.attach[k]
		s := 0.5 * w.misfitAt(a, v)
		if a.kind == kindPrior {
			e.pe += s
		} else {
			e.me += s
		}
	}
}

// measureMatrix adds a measurement to a layer's matrix.
func (w *work) measureMatrix(H []float64, m int, a *attachment, v []float64, mode int) {
	p, D, P := w.p, w.p.D, w.p.P
	w.misfitAt(a, v)
	g := H[(m-1)*m : m*m]
	lr := w.at.lr[:len(a.y)]
	if a.op == nil && a.single >= 0 && !a.full {
		for i, c := range a.idx {
			if math.IsNaN(a.y[i]) {
				continue
			}
			j := a.single*D + c
			H[j*m+j] += a.rm[i]
			g[j] -= lr[i]
		}
		return
	}
	L := (p.k+2)*D + P
	rows := len(a.y)
	J := w.at.jh[:rows*L]
	clear(J)
	if a.op == nil {
		for i, c := range a.idx {
			for j, q := range a.coef {
				J[i*L+j*D+c] = q
			}
		}
	} else {
		jx, jt := w.at.jx[:rows*D], w.at.jt[:rows*P]
		a.op.jac(jx, jt, a.t, w.at.x, v[p.nx:])
		for i := range rows {
			for j, q := range a.coef {
				if q == 0 {
					continue
				}
				for c := range D {
					J[i*L+j*D+c] = q * jx[i*D+c]
				}
			}
			copy(J[i*L+(p.k+2)*D:(i+1)*L], jt[i*P:(i+1)*P])
		}
	}
	for i, y := range a.y {
		if math.IsNaN(y) {
			clear(J[i*L : (i+1)*L])
		}
	}
	for i := range rows {
		ri := J[i*L : (i+1)*L]
		for a, x := range ri {
			g[a] -= lr[i] * x
		}
		for k := range rows {
			rm := 0.0
			switch {
			case a.full:
				rm = a.rm[i*rows+k]
			case i == k:
				rm = a.rm[i]
			}
			if rm == 0 {
				continue
			}
			rk := J[k*L : (k+1)*L]
			for r, x := range ri {
				if x == 0 {
					continue
				}
				x *= rm
				h := H[r*m : r*m+r+1]
				for c, y := range rk[:r+1] {
					h[c] += x * y
				}
			}
		}
	}
	if mode == gaussNewton || a.op == nil {
		return
	}
	hh, q := w.at.hh, D+P
	a.op.hess(hh, a.t, w.at.x, v[p.nx:], lr)
	base := (p.k + 2) * D
	for r := range q {
		for c := range q {
			x := hh[r*q+c]
			if x == 0 {
				continue
			}
			switch {
			case r >= D && c >= D:
				if c <= r {
					H[(base+r-D)*m+base+c-D] += x
				}
			case r >= D:
				for j, cj := range a.coef {
					H[(base+r-D)*m+j*D+c] += cj * x
				}
			case c < D:
				for j1, c1 := range a.coef {
					for j2, c2 := range a.coef {
						if j2*D+c <= j1*D+r {
							H[(j1*D+r)*m+j2*D+c] += c1 * c2 * x
						}
					}
				}
			}
		}
	}
}

// paramPrior returns the energy of the parameters' prior and adds its
// gradient g (Params) and its matrix h (Params×Params), if not nil.
func (w *work) paramPrior(v, g, h []float64) float64 {
	q := w.p.pr.ParamPrior
	if q == nil {
		return 0
	}
	P := w.p.P
	th := v[w.p.nx:]
	s := 0.0
	for i := range P {
		for j := range P {
			c := 0.0
			switch {
			case len(q.Precision) == P*P && P > 1:
				c = q.Precision[i*P+j]
			case i == j && len(q.Precision) == 0:
				c = 1
			case i == j && len(q.Precision) == 1:
				c = q.Precision[0]
			case i == j:
				c = q.Precision[i]
			}
			d := c * (th[j] - q.Mean[j])
			s += 0.5 * d * (th[i] - q.Mean[i])
			if g != nil {
				g[i] += d
			}
			if h != nil {
				h[i*P+j] += c
			}
		}
	}
	return s
}

func (o *Operator) jac(jx, jt []float64, t float64, x, theta []float64) {
	if o.Jac != nil {
		o.Jac(jx, jt, t, x, theta)
		return
	}
	m := Model{Dim: len(x), Params: len(theta)}
	xs, th := append([]float64(nil), x...), append([]float64(nil), theta...)
	fp, fm := make([]float64, o.Rows), make([]float64, o.Rows)
	for c := range m.Dim + m.Params {
		u, dst, k, ld := xs, jx, c, m.Dim
		if c >= m.Dim {
			u, dst, k, ld = th, jt, c-m.Dim, m.Params
		}
		old := u[k]
		h := fdStep * max(math.Abs(old), 1)
		u[k] = old + h
		up := u[k]
		o.Func(fp, t, xs, th)
		u[k] = old - h
		inv := 1 / (up - u[k])
		o.Func(fm, t, xs, th)
		u[k] = old
		for r := range fp {
			dst[r*ld+k] = (fp[r] - fm[r]) * inv
		}
	}
}

func (o *Operator) hess(dst []float64, t float64, x, theta, lam []float64) {
	if o.Hess != nil {
		o.Hess(dst, t, x, theta, lam)
		return
	}
	// lam'h is a model of one component whose Jacobian is lam'(dh/dx).
	D, P := len(x), len(theta)
	m := Model{Dim: D, Params: P}
	jx, jt := make([]float64, o.Rows*D), make([]float64, o.Rows*P)
	one := make([]float64, D)
	one[0] = 1
	if o.Jac == nil {
		h := make([]float64, o.Rows)
		m.Func = func(dst []float64, t float64, x, th []float64) {
			o.Func(h, t, x, th)
			clear(dst)
			for r, l := range lam {
				dst[0] += l * h[r]
			}
		}
		newBatch(&m).hess(&m, dst, t, x, theta, one)
		return
	}
	m.Jac = func(dfdx, dfdp []float64, t float64, x, th []float64) {
		clear(dfdx)
		clear(dfdp)
		o.jac(jx, jt, t, x, th)
		for r, l := range lam {
			for c := range D {
				dfdx[c] += l * jx[r*D+c]
			}
			for c := range P {
				dfdp[c] += l * jt[r*P+c]
			}
		}
	}
	newBatch(&m).hess(&m, dst, t, x, theta, one)
}
