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
