package collocation

import (
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// conditions evaluates the boundary conditions and the jumps.
type conditions struct {
	bvp   *ode.BVP
	count int
	np    int     // points
	touch [][]int // points that each condition depends on, ascending

	ys, dy   [][]float64 // y and dg/dy at every point
	dq       []float64
	g0, g1   []float64
	eff      []float64
	used     [][]bool // used[i][k]: condition i may depend on point k
	broken   bool     // a derivative outside touch is not zero
	jac      []float64
	jq       []float64
	zy, zq   []float64 // dz/dy, dz/dq of the algebraic components at a node
	fv       []float64
	yn, jump []float64
}

func newConditions(p *ode.BVP) *conditions {
	pts := points(p)
	c := &conditions{bvp: p, count: p.Boundary.Count, np: len(pts)}
	n, k := p.Dim, p.Params
	for range pts {
		c.ys = append(c.ys, make([]float64, n))
		c.dy = append(c.dy, make([]float64, c.count*n))
	}
	c.dq = make([]float64, c.count*k)
	c.g0, c.g1 = make([]float64, c.count), make([]float64, c.count)
	c.eff = make([]float64, n+k)
	c.jac, c.jq = make([]float64, n*n), make([]float64, n*k)
	na := p.Algebraic
	c.zy, c.zq = make([]float64, na*(n-na)), make([]float64, na*k)
	c.fv, c.yn, c.jump = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range c.count {
		used := make([]bool, c.np)
		for k := range used {
			used[k] = p.Boundary.At == nil || p.Boundary.At[i] == k || p.Boundary.At[i] < 0
		}
		c.used = append(c.used, used)
	}
	c.collect()
	return c
}

// collect makes touch of used. A condition that depends on nothing looks at
// the first point: the matrix is singular, and says so.
func (c *conditions) collect() {
	c.touch = c.touch[:0]
	for _, used := range c.used {
		var t []int
		for k, u := range used {
			if u {
				t = append(t, k)
			}
		}
		if t == nil {
			t = []int{0}
		}
		c.touch = append(c.touch, t)
	}
}

// separate finds from the derivatives in c.dy which coupled conditions look at
// one point only. blocks checks it again at every later iterate.
func (c *conditions) separate() {
	n := c.bvp.Dim
	for i, used := range c.used {
		for k := range used {
			zero := true
			for _, v := range c.dy[k][i*n : (i+1)*n] {
				zero = zero && v == 0
			}
			if zero {
				used[k] = false
			}
		}
	}
	c.collect()
}

// nodes returns the nodes of every condition on a mesh.
func (c *conditions) nodes(m *mesh) [][]int {
	all := make([][]int, c.count)
	for i, t := range c.touch {
		for _, k := range t {
			all[i] = append(all[i], m.at[k])
		}
	}
	return all
}

// gather collects y at the points.
func (c *conditions) gather(d *discrete, x []float64) {
	for k, node := range d.mesh.at {
		d.nodeValue(c.ys[k], x, node)
	}
}

// values stores the residuals of the conditions into dst.
func (c *conditions) values(d *discrete, dst, x []float64) {
	c.gather(d, x)
	c.bvp.Boundary.Func(dst, c.ys, d.q(x))
}

// derivatives stores dg/dy and dg/dp at c.ys into c.dy and c.dq.
func (c *conditions) derivatives(q, size, qsize []float64) {
	b := &c.bvp.Boundary
	if b.Jac != nil {
		b.Jac(c.dy, c.dq, c.ys, q)
		return
	}
	b.Func(c.g0, c.ys, q)
	n, np := c.bvp.Dim, c.bvp.Params
	for k := range c.ys {
		for j := range n {
			old := c.ys[k][j]
			h := step(old, size[j])
			c.ys[k][j] = old + h
			h = c.ys[k][j] - old
			b.Func(c.g1, c.ys, q)
			c.ys[k][j] = old
			for i := range c.count {
				c.dy[k][i*n+j] = (c.g1[i] - c.g0[i]) / h
			}
		}
	}
	qq := c.eff[:np]
	copy(qq, q)
	for j := range np {
		old := qq[j]
		qq[j] = old + step(old, qsize[j])
		h := qq[j] - old
		b.Func(c.g1, c.ys, qq)
		qq[j] = old
		for i := range c.count {
			c.dq[i*np+j] = (c.g1[i] - c.g0[i]) / h
		}
	}
}

// blocks writes the linearised conditions into the almost block diagonal
// system.
func (c *conditions) blocks(d *discrete, x []float64) {
	st := d.st
	c.gather(d, x)
	c.derivatives(d.q(x), d.fld.scale, d.fld.pSize)
	for i := range c.count {
		border := d.abd.ConditionBorder(i)
		for j := range border {
			border[j] = c.dq[i*st.np+j] * d.qsize[j]
		}
		for at, k := range c.touch[i] {
			row := d.abd.Condition(i, at)
			for j := range row {
				row[j] = c.dy[k][i*st.n+j] * d.size[j]
			}
		}
		for k, used := range c.used[i] {
			if used {
				continue
			}
			for _, v := range c.dy[k][i*st.n : (i+1)*st.n] {
				if v != 0 && !math.IsNaN(v) {
					c.broken = true
				}
			}
		}
	}
	if st.na == 0 {
		return
	}
	for k, node := range d.mesh.at {
		if !d.implicit(x, node) {
			continue
		}
		for i := range c.count {
			border := d.abd.ConditionBorder(i)
			for at, kk := range c.touch[i] {
				if kk != k {
					continue
				}
				row := d.abd.Condition(i, at)
				c.chain(row, border, c.dy[k][i*st.n+st.nd:(i+1)*st.n], d)
			}
		}
	}
}

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

// jumpResiduals stores y(T+) - g(y(T-), q) of every jump.
func (d *discrete) jumpResiduals(cont, x []float64) {
	st, c := d.st, d.cond
	y := d.y(x)
	for i, j := range d.mesh.jump {
		if j < 0 {
			continue
		}
		d.nodeValue(c.yn, x, i)
		d.bvp.Jumps[j].Func(c.jump, c.yn, d.q(x))
		for k := range st.nd {
			cont[i*st.nd+k] = y[(i+1)*st.nd+k] - c.jump[k]
		}
	}
}

// jumpBlocks writes the linearised jumps.
func (d *discrete) jumpBlocks(x []float64) {
	st, c := d.st, d.cond
	for i, j := range d.mesh.jump {
		if j < 0 {
			continue
		}
		d.nodeValue(c.yn, x, i)
		c.jumpJacobian(&d.bvp.Jumps[j], d.q(x), d.fld)
		A, B, C := d.abd.A(i), d.abd.B(i), d.abd.C(i)
		clear(B)
		implicit := st.na > 0 && d.implicit(x, i)
		for r := range st.nd {
			B[r*st.nd+r] = 1
			row, border := A[r*st.nd:(r+1)*st.nd], C[r*st.np:(r+1)*st.np]
			for k := range row {
				row[k] = c.jac[r*st.n+k] * d.size[k]
			}
			for k := range border {
				border[k] = c.jq[r*st.np+k] * d.qsize[k]
			}
			if implicit {
				c.chain(row, border, c.jac[r*st.n+st.nd:(r+1)*st.n], d)
			}
			for k := range row {
				row[k] /= -d.size[r]
			}
			for k := range border {
				border[k] /= -d.size[r]
			}
		}
	}
}

// jumpJacobian stores the derivatives of a jump at c.yn into c.jac, c.jq.
func (c *conditions) jumpJacobian(j *ode.Jump, q []float64, f *field) {
	if j.Jac != nil {
		j.Jac(c.jac, c.jq, c.yn, q)
		return
	}
	n, np := len(c.yn), len(q)
	j.Func(c.jump, c.yn, q)
	for k := range n {
		old := c.yn[k]
		c.yn[k] = old + step(old, f.scale[k])
		h := c.yn[k] - old
		j.Func(c.fv, c.yn, q)
		c.yn[k] = old
		for r := range n {
			c.jac[r*n+k] = (c.fv[r] - c.jump[r]) / h
		}
	}
	qq := c.eff[:np]
	copy(qq, q)
	for k := range np {
		old := qq[k]
		qq[k] = old + step(old, f.pSize[k])
		h := qq[k] - old
		j.Func(c.fv, c.yn, qq)
		qq[k] = old
		for r := range n {
			c.jq[r*np+k] = (c.fv[r] - c.jump[r]) / h
		}
	}
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
