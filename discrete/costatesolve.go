package discrete

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"costate/internal/linalg"
	"costate/ode"
)

// substitute solves for the columns of theta and the residuals, backwards over the
// layers, and puts the solutions into the rows of theta: S dtheta = rhs.
func (c *costateForm) substitute() {
	p, D, P := c.p, c.p.D, c.p.P
	ec, cols, nr := c.ec, c.cols, P+1
	next := c.Z[p.N*ec*nr:]
	for i := 2*D - 1; i >= 0; i-- {
		r := c.end[i*cols : (i+1)*cols]
		z := next[i*nr : (i+1)*nr]
		copy(z, r[ec+2*D:])
		subtractRows(z, r[i+1:2*D], next[(i+1)*nr:])
		divide(z, r[i])
	}
	for n := p.N - 1; n >= 0; n-- {
		Z := c.Z[n*ec*nr:]
		for i := ec - 1; i >= 0; i-- {
			r := c.fac[(n*ec+i)*cols : (n*ec+i+1)*cols]
			z := Z[i*nr : (i+1)*nr]
			copy(z, r[ec+2*D:])
			// The solution at the next boundary follows that of the layer.
			subtractRows(z, r[i+1:ec+2*D], Z[(i+1)*nr:])
			divide(z, r[i])
		}
	}
	L := len(c.off)
	for q := range P {
		c.S[q*nr+P] = -c.g[p.nx+q]
	}
	for n := range p.N {
		Z := c.Z[n*ec*nr:]
		for q := range P {
			s := c.S[q*nr+q : (q+1)*nr] // S is symmetric
			for i, x := range c.T[(n*P+q)*L : (n*P+q+1)*L] {
				if x != 0 {
					subtract(s, x*c.unit[i], Z[c.off[i]*nr+q:])
				}
			}
		}
	}
	for q := range P {
		for j := range q {
			c.S[q*nr+j] = c.S[j*nr+q]
		}
	}
}

// subtractRows subtracts from z the sum of the rows of a, each len(z) long, times
// the elements of u.
func subtractRows(z, u, a []float64) {
	n := len(z)
	j := 0
	for ; j+4 <= len(u); j += 4 {
		u0, u1, u2, u3 := u[j], u[j+1], u[j+2], u[j+3]
		if u0 == 0 && u1 == 0 && u2 == 0 && u3 == 0 {
			continue
		}
		a0, a1, a2, a3 := a[j*n:][:n], a[(j+1)*n:][:n], a[(j+2)*n:][:n], a[(j+3)*n:][:n]
		for q, s := range z {
			z[q] = s - (u0*a0[q] + u1*a1[q] + u2*a2[q] + u3*a3[q])
		}
	}
	for ; j < len(u); j++ {
		if u[j] != 0 {
			subtract(z, u[j], a[j*n:])
		}
	}
}

// subtract subtracts u times the first len(z) elements of a from z.
func subtract(z []float64, u float64, a []float64) {
	floats.AddScaled(z, -u, a[:len(z)])
}

func divide(z []float64, u float64) { floats.Scale(1/u, z) }

// refer solves for the residuals g and con with the factors and the solutions for
// theta of the last factorisation.
func (c *costateForm) refer() {
	p, D, P := c.p, c.p.D, c.p.P
	ec, cols, nr := c.ec, c.cols, P+1
	k, R, r, y := p.k, p.R, c.r, c.y
	clear(r[:D])
	for n := range p.N {
		// What a boundary's residual is split into between its layers is no
		// matter: p_a takes it up.
		for i := range (k + 1) * D {
			r[D+i] = c.rhs(n*(k+1)*D + i)
		}
		for i := range R * D {
			r[(2+k)*D+i] = -c.con[n*R*D+i] / c.xi[i%D]
		}
		clear(r[(2+k+R)*D:])
		if n == p.N-1 {
			for d := range D {
				if j := p.nx - D + d; !c.fix[j] {
					r[ec+d] = c.rhs(j)
				}
			}
		}
		linalg.FrontForward(r, c.fac[n*ec*cols:], c.low[n*D*ec:], cols, c.swaps[n*ec:(n+1)*ec])
		copy(y[n*ec:], r[:ec])
		copy(r[:D], r[ec:])
	}
	for d := range D {
		r[D+d] = 0
		if j := p.nx - D + d; c.fix[j] {
			r[D+d] = c.rhs(j)
		}
	}
	linalg.FrontForward(r[:2*D], c.end, nil, cols, c.swaps[p.N*ec:])
	copy(y[p.N*ec:], r[:2*D])
	back := func(y, upper []float64, rows, width int) {
		for i := rows - 1; i >= 0; i-- {
			u := upper[i*cols : i*cols+width]
			y[i] = (y[i] - floats.Dot(u[i+1:], y[i+1:width])) / u[i]
		}
	}
	back(y[p.N*ec:], c.end, 2*D, 2*D)
	for n := p.N - 1; n >= 0; n-- {
		back(y[n*ec:], c.fac[n*ec*cols:], ec, ec+2*D)
	}
	for i, v := range y {
		c.Z[i*nr+P] = v
	}
	L := len(c.off)
	for q := range P {
		s := -c.g[p.nx+q]
		for n := range p.N {
			y := y[n*ec:]
			for i, x := range c.T[(n*P+q)*L : (n*P+q+1)*L] {
				if x != 0 {
					s -= x * c.unit[i] * y[c.off[i]]
				}
			}
		}
		c.S[q*nr+P] = s
	}
}

// rhs returns the right-hand side of the row of state j: its scaled derivative, or
// the step that it is to take.
func (c *costateForm) rhs(j int) float64 {
	xi := c.xi[j%c.p.D]
	if c.fix[j] {
		return c.hold[j] / xi
	}
	return -xi / c.sigma * c.g[j]
}

// step stores the Newton step dx, dl, those parameters that fix says moving by what
// hold says.
func (c *costateForm) step(w *work, scale float64) error {
	p, D, k, R, P := c.p, c.p.D, c.p.k, c.p.R, c.p.P
	ec, nr := c.ec, P+1
	w.stats.Costate++
	dth := c.dx[p.nx:]
	if P > 0 {
		copy(c.border, c.S)
		for q := range P {
			if c.fix[p.nx+q] {
				clear(c.border[q*nr : (q+1)*nr])
				c.border[q*nr+q], c.border[q*nr+P] = 1, c.hold[p.nx+q]
			}
		}
		if !solveSmall(c.border, P, dth) {
			return &NewtonError{RfScale: scale, Msg: "the parameters are not determined by the data", Err: ode.ErrSingular}
		}
	}
	value := func(row int) float64 {
		z := c.Z[row*nr : (row+1)*nr]
		return z[P] - floats.Dot(z[:P], dth)
	}
	for n := range p.N + 1 {
		for d := range D {
			c.dx[n*(k+1)*D+d] = value(n*ec+d) * c.xi[d]
		}
		if n == p.N {
			break
		}
		for i := range k * D {
			c.dx[n*(k+1)*D+D+i] = value(n*ec+2*D+i) * c.xi[i%D]
		}
		for i := range R * D {
			c.dl[n*R*D+i] = value(n*ec+(2+k)*D+i) * c.sigma / c.xi[i%D]
		}
	}
	if !linalg.Finite(c.dx) || !linalg.Finite(c.dl) {
		return &NewtonError{RfScale: scale, Msg: "the Newton step is not finite", Err: ode.ErrNotFinite}
	}
	return nil
}

// place finds, for each state and costate of a layer, the row of its solution
// counted from the layer's first, and the factor that undoes its scaling.
func (c *costateForm) place() {
	D, k := c.p.D, c.p.k
	for i := range c.off {
		switch {
		case i < D:
			c.off[i] = i
		case i < (k+1)*D:
			c.off[i] = D + i
		case i < (k+2)*D:
			c.off[i] = c.ec + i - (k+1)*D
		default:
			c.off[i] = (2+k)*D + i - (k+2)*D
			c.unit[i] = c.sigma / c.xi[i%D]
			continue
		}
		c.unit[i] = c.xi[i%D]
	}
}

// solveSmall solves the n×n system with one right-hand side in the last
// column of a (n×(n+1)), rows equilibrated.
func solveSmall(a []float64, n int, x []float64) bool {
	ld := n + 1
	for i := range n {
		r := a[i*ld : (i+1)*ld]
		big := 0.0
		for _, v := range r[:n] {
			big = max(big, math.Abs(v))
		}
		if big == 0 {
			return false
		}
		for j := range r {
			r[j] /= big
		}
	}
	if linalg.FrontLU(a, n, ld, ld, n, nil) >= 0 {
		return false
	}
	for i := n - 1; i >= 0; i-- {
		s := a[i*ld+n]
		for j := i + 1; j < n; j++ {
			s -= a[i*ld+j] * x[j]
		}
		x[i] = s / a[i*ld+i]
	}
	return linalg.Finite(x[:n])
}
