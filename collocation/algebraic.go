package collocation

import (
	"math"

	"costate/internal/linalg"
)

// chain adds dg/dz dz/dy and dg/dz dz/dq, scaled.
func (c *conditions) chain(row, border, dz []float64, d *discrete) {
	st := d.st
	for a, v := range dz {
		if v == 0 {
			continue
		}
		for j := range row {
			row[j] += v * c.zy[a*st.nd+j] * d.size[j]
		}
		for j := range border {
			border[j] += v * c.zq[a*st.np+j] * d.qsize[j]
		}
	}
}

// nodeValue stores all components at a node, algebraic ones from d.zn.
func (d *discrete) nodeValue(dst, x []float64, node int) {
	st := d.st
	copy(dst, d.y(x)[node*st.nd:(node+1)*st.nd])
	copy(dst[st.nd:], d.zn[node*st.na:(node+1)*st.na])
}

// nodeAlgebraic finds the algebraic components at the nodes that conditions
// and jumps look at: 0 = g(t, y, z, q) by Newton's iteration from the value
// that the stages extrapolate to. Where that fails (a problem of higher
// index) the extrapolated value stays.
func (d *discrete) nodeAlgebraic(x []float64) {
	for _, node := range d.mesh.at {
		d.solveNode(x, node)
	}
	for i, j := range d.mesh.jump {
		if j >= 0 {
			d.solveNode(x, i)
		}
	}
}

func (d *discrete) solveNode(x []float64, node int) {
	st, c := d.st, d.cond
	z := d.zn[node*st.na : (node+1)*st.na]
	d.extrapolate(z, x, node)
	start := make([]float64, st.na)
	copy(start, z)
	gz, piv, r := make([]float64, st.na*st.na), make([]int, st.na), make([]float64, st.na)
	last := math.Inf(1)
	for range 12 {
		d.nodeValue(c.yn, x, node)
		d.nodeJacobian(d.mesh.t[node], x)
		for a := range st.na {
			r[a] = c.fv[st.nd+a]
			copy(gz[a*st.na:(a+1)*st.na], c.jac[(st.nd+a)*st.n+st.nd:(st.nd+a+1)*st.n])
		}
		if linalg.LU(gz, st.na, piv) >= 0 {
			copy(z, start)
			return
		}
		linalg.LUSolve(gz, st.na, piv, r, 1)
		norm, moved := 0.0, 0.0
		for a := range z {
			z[a] -= r[a]
			size := math.Abs(start[a]) + d.fld.scale[st.nd+a]
			norm = max(norm, math.Abs(r[a])/size)
			moved = max(moved, math.Abs(z[a]-start[a])/size)
		}
		if !(norm < last) && norm > 1e-12 || !(moved < 1) {
			copy(z, start)
			return
		}
		if norm <= 1e-14 || norm >= last {
			return
		}
		last = norm
	}
}

// nodeJacobian evaluates the system at c.yn: c.fv, c.jac, c.jq.
func (d *discrete) nodeJacobian(t float64, x []float64) {
	c, w := d.cond, &d.scratch[0]
	d.fld.shape(&w.batch, 1)
	w.t[0] = t
	copy(w.y, c.yn)
	d.fld.values(&w.batch)
	copy(c.fv, w.f)
	d.fld.jacobians(&w.batch)
	copy(c.jac, w.jy)
	copy(c.jq, w.jp)
}

// implicit stores dz/dy and dz/dq at a node; false if dg/dz is singular there.
func (d *discrete) implicit(x []float64, node int) bool {
	st, c := d.st, d.cond
	keepJac, keepQ := append([]float64(nil), c.jac...), append([]float64(nil), c.jq...)
	d.nodeValue(c.yn, x, node)
	d.nodeJacobian(d.mesh.t[node], x)
	na, nd := st.na, st.nd
	gz, piv := make([]float64, na*na), make([]int, na)
	for a := range na {
		copy(gz[a*na:(a+1)*na], c.jac[(nd+a)*st.n+nd:(nd+a+1)*st.n])
		for k := range nd {
			c.zy[a*nd+k] = -c.jac[(nd+a)*st.n+k]
		}
		for k := range st.np {
			c.zq[a*st.np+k] = -c.jq[(nd+a)*st.np+k]
		}
	}
	copy(c.jac, keepJac)
	copy(c.jq, keepQ)
	if linalg.LU(gz, na, piv) >= 0 {
		return false
	}
	linalg.LUSolve(gz, na, piv, c.zy, nd)
	if st.np > 0 {
		linalg.LUSolve(gz, na, piv, c.zq, st.np)
	}
	return true
}

// extrapolate stores the algebraic components at a node from the stages of
// the interval before it, or of the one after it.
func (d *discrete) extrapolate(z, x []float64, node int) {
	st, s := d.st, d.tb.s
	i, theta := node-1, 1.0
	if i < 0 || d.mesh.jump[i] >= 0 {
		i, theta = node, 0
	}
	var l [maxStages + 1]float64
	d.tb.lagrange(l[:s], theta)
	k := d.k(x)[i*d.ns:]
	for a := range z {
		t := 0.0
		for j, v := range k[st.freeAt[st.nd+a]*s:][:s] {
			t += v * l[j]
		}
		z[a] = t
	}
}

// nodeErrors notes the errors of the algebraic components at the nodes, which
// follow there from those of the other components and of the parameters: more
// than the stages have if what Newton's iteration left differs among them.
func (r *run) nodeErrors() {
	d, e, st := r.main, r.est, r.st
	z := &r.sum
	dy, dq := e.y(r.dx), e.q(r.dx)
	for i, t := range d.mesh.t {
		d.solveNode(r.x, i)
		if !d.implicit(r.x, i) {
			continue
		}
		for a := range st.na {
			c := st.nd + a
			v := math.Abs(dot(d.cond.zy[a*st.nd:(a+1)*st.nd], dy[i*st.nd:(i+1)*st.nd]) +
				dot(d.cond.zq[a*st.np:(a+1)*st.np], dq))
			if v == 0 {
				continue
			}
			z.abs[c] = larger(z.abs[c], v)
			z.note(v/(r.floor(c)+r.rtol*math.Abs(d.zn[i*st.na+a])), t, c)
		}
	}
}
