package collocation

import (
	"costate/ode"
)

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
	qq := c.eff[:np]
	copy(qq, q)
	eval := func(dst []float64) { j.Func(dst, c.yn, qq) }
	eval(c.jump)
	for k := range n {
		difference(c.col[:n], c.jump, c.fv, &c.yn[k], f.scale[k], c.fine, eval)
		for r, v := range c.col[:n] {
			c.jac[r*n+k] = v
		}
	}
	for k := range np {
		difference(c.col[:n], c.jump, c.fv, &qq[k], f.pSize[k], c.fine, eval)
		for r, v := range c.col[:n] {
			c.jq[r*np+k] = v
		}
	}
}
