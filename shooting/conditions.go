package shooting

import (
	"math"

	"costate/ode"
)

// conditions evaluates the boundary conditions and the jumps.
type conditions struct {
	p      *ode.BVP
	touch  [][]int // points that each condition depends on
	ys, dy [][]float64
	dq     []float64
	g0, g1 []float64
	q      []float64
}

func newConditions(p *ode.BVP) *conditions {
	c := &conditions{p: p}
	b := &p.Boundary
	pts := points(p)
	for i := range b.Count {
		var t []int
		for k := range pts {
			if b.At == nil || b.At[i] < 0 || b.At[i] == k {
				t = append(t, k)
			}
		}
		c.touch = append(c.touch, t)
	}
	for range pts {
		c.ys = append(c.ys, make([]float64, p.Dim))
		c.dy = append(c.dy, make([]float64, b.Count*p.Dim))
	}
	c.dq = make([]float64, b.Count*p.Params)
	c.g0, c.g1 = make([]float64, b.Count), make([]float64, b.Count)
	c.q = make([]float64, p.Params)
	return c
}

// nodes returns the nodes of every condition, at those of the points.
func (c *conditions) nodes(at []int) [][]int {
	all := make([][]int, len(c.touch))
	for i, t := range c.touch {
		for _, k := range t {
			all[i] = append(all[i], at[k])
		}
	}
	return all
}

func (c *conditions) gather(x []float64, r *run) {
	for k, node := range r.at {
		copy(c.ys[k], r.node(x, node))
	}
}

func (c *conditions) values(dst, x []float64, r *run) {
	c.gather(x, r)
	c.p.Boundary.Func(dst, c.ys, r.q(x))
}

// derivatives stores the derivatives at x into the linear system.
func (c *conditions) derivatives(x []float64, r *run) {
	n, m := c.p.Dim, c.p.Params
	c.gather(x, r)
	c.differentiate(r.q(x), r)
	for i, t := range c.touch {
		for k, pt := range t {
			copy(r.abd.Condition(i, k), c.dy[pt][i*n:(i+1)*n])
		}
		copy(r.abd.ConditionBorder(i), c.dq[i*m:(i+1)*m])
	}
}

// differentiate stores dg/dy and dg/dp at ys into dy and dq.
func (c *conditions) differentiate(q []float64, r *run) {
	b := &c.p.Boundary
	if b.Jac != nil {
		b.Jac(c.dy, c.dq, c.ys, q)
		return
	}
	n, m := c.p.Dim, c.p.Params
	b.Func(c.g0, c.ys, q)
	for k := range c.ys {
		for j := range n {
			old := c.ys[k][j]
			c.ys[k][j] = old + increment(old, r.peak[j])
			h := c.ys[k][j] - old
			b.Func(c.g1, c.ys, q)
			c.ys[k][j] = old
			for i := range b.Count {
				c.dy[k][i*n+j] = (c.g1[i] - c.g0[i]) / h
			}
		}
	}
	copy(c.q, q)
	for j := range m {
		old := q[j]
		c.q[j] = old + increment(old, 0)
		h := c.q[j] - old
		b.Func(c.g1, c.ys, c.q)
		c.q[j] = old
		for i := range b.Count {
			c.dq[i*m+j] = (c.g1[i] - c.g0[i]) / h
		}
	}
}

// increment is the step of a forward difference at x; size is the usual size.
func increment(x, size float64) float64 {
	h := math.Sqrt(epsilon) * max(math.Abs(x), size)
	if h == 0 {
		h = math.Sqrt(epsilon)
	}
	return h
}

// jump evaluates jump j as if it were a segment.
func (r *run) jump(sg *segment, j int, y, q []float64, derivatives bool) {
	jp := &r.p.Jumps[j]
	jp.Func(sg.end, y, q)
	if !derivatives {
		return
	}
	n, m := r.p.Dim, r.p.Params
	cols := n + m
	jy, jq := make([]float64, n*n), make([]float64, n*m)
	if jp.Jac != nil {
		jp.Jac(jy, jq, y, q)
		for i := range n {
			copy(sg.v[i*cols:], jy[i*n:(i+1)*n])
			copy(sg.v[i*cols+n:], jq[i*m:(i+1)*m])
		}
		return
	}
	arg, f := append(append([]float64(nil), y...), q...), make([]float64, n)
	for c := range cols {
		old, size := arg[c], 0.0
		if c < n {
			size = r.peak[c]
		}
		arg[c] = old + increment(old, size)
		h := arg[c] - old
		jp.Func(f, arg[:n], arg[n:])
		arg[c] = old
		for i := range n {
			sg.v[i*cols+c] = (f[i] - sg.end[i]) / h
		}
	}
}
