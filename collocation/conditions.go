package collocation

import (
	"math"

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
	col      []float64
	fine     bool // differences are to be of high order
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
	n, k, na := p.Dim, p.Params, p.Algebraic
	m := max(c.count, n)
	room := make(arena, c.np*n*(1+c.count)+c.count*(k+2)+m+(n+1)*(n+k)+na*(n-na+k)+3*n)
	c.ys, c.dy = make([][]float64, c.np), make([][]float64, c.np)
	for i := range pts {
		c.ys[i], c.dy[i] = room.take(n), room.take(c.count*n)
	}
	c.dq = room.take(c.count * k)
	c.g0, c.g1, c.col = room.take(c.count), room.take(c.count), room.take(m)
	c.eff = room.take(n + k)
	c.jac, c.jq = room.take(n*n), room.take(n*k)
	c.zy, c.zq = room.take(na*(n-na)), room.take(na*k)
	c.fv, c.yn, c.jump = room.take(n), room.take(n), room.take(n)
	c.used = make([][]bool, 0, c.count)
	all := make([]bool, c.count*c.np)
	for i := range c.count {
		used := all[i*c.np:][:c.np:c.np]
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
	all := make([]int, 0, c.count*c.np)
	for _, used := range c.used {
		t := all[len(all):len(all):cap(all)]
		for k, u := range used {
			if u {
				t = append(t, k)
			}
		}
		if len(t) == 0 {
			t = append(t, 0)
		}
		c.touch = append(c.touch, t)
		all = all[:len(all)+len(t)]
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
	qq := c.eff[:np]
	copy(qq, q)
	eval := func(dst []float64) { b.Func(dst, c.ys, qq) }
	for k := range c.ys {
		for j := range n {
			difference(c.col[:c.count], c.g0, c.g1, &c.ys[k][j], size[j], c.fine, eval)
			for i, v := range c.col[:c.count] {
				c.dy[k][i*n+j] = v
			}
		}
	}
	for j := range np {
		difference(c.col[:c.count], c.g0, c.g1, &qq[j], qsize[j], c.fine, eval)
		for i, v := range c.col[:c.count] {
			c.dq[i*np+j] = v
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
