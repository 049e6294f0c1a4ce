package discrete

import (
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// solve computes the Newton step dx, dl at (v, lam). fix and hold
// say which states and parameters move by a given amount.
func (c *costateForm) solve(w *work, v []float64, scale float64) error {
	p, D, k, R, P := c.p, c.p.D, c.p.k, c.p.R, c.p.P
	m := (k+2)*D + P + 1
	loc := (k + 2) * D
	ec, cols := c.ec, c.cols
	w.stats.Factorisations++
	w.stats.Costate++
	c.sizes(v)
	xi, sg := c.xi, c.sigma
	rhs := cols - 1
	// Column of local state i.
	colx := func(i int) int {
		switch {
		case i < D:
			return i
		case i < (k+1)*D:
			return D + i // u follows a, p_a
		default:
			return ec + i - (k+1)*D
		}
	}
	F, G := c.F, c.G
	var bad error
	clear(F)
	for d := range D {
		F[d*cols+D+d] = 1
	}
	clear(c.S)
	build := func(n int) {
		if bad != nil {
			return
		}
		H := c.H
		for r := D; r < c.rows; r++ {
			clear(F[r*cols : (r+1)*cols])
		}
		// Row of local state i.
		rowx := func(i int) int {
			if i < (k+1)*D {
				return D + i
			}
			return (2+k+R)*D + i - (k+1)*D
		}
		T := c.T[n*P*(loc+R*D) : (n+1)*P*(loc+R*D)]
		for i := range loc {
			r := F[rowx(i)*cols : (rowx(i)+1)*cols]
			si := xi[i%D] / sg
			for j := range loc {
				r[colx(j)] += si * xi[j%D] * H[max(i, j)*m+min(i, j)]
			}
			for q := range P {
				h := H[(loc+q)*m+i]
				r[ec+2*D+q] += si * h
				T[q*(loc+R*D)+i] = h
			}
			r[rhs] = si * H[(m-1)*m+i]
		}
		for d := range D {
			F[(D+d)*cols+D+d] = 1
			r := (2+k+R)*D + d
			F[r*cols+ec+D+d] = -1
		}
		for q := range P {
			for j := range q + 1 {
				h := H[(loc+q)*m+loc+j]
				c.S[q*(P+1)+j] += h
				if j != q {
					c.S[j*(P+1)+q] += h
				}
			}
		}
		lam0 := (2 + k) * D // column of lam
		for i := range R {
			for d := range D {
				l := i*D + d
				r := F[((2+k)*D+l)*cols : ((2+k)*D+l+1)*cols]
				rs := &w.rowsym[l]
				for a, x := range w.row(n, rs) {
					j := int(rs.idx[a])
					if j >= loc {
						r[ec+2*D+j-loc] += x / xi[d]
						T[(j-loc)*(loc+R*D)+loc+l] = x
						continue
					}
					y := x * xi[j%D] / xi[d]
					r[colx(j)] += y
					F[rowx(j)*cols+lam0+l] += y
				}
				r[rhs] = -c.con[(n*R+i)*D+d] / xi[d]
				if p.rfInv != nil {
					for b := range D {
						r[lam0+i*D+b] -= p.rfInv[d*D+b] * p.s[n] / (p.tab.w[i] * scale) * sg / (xi[d] * xi[b])
					}
				} else {
					r[lam0+l] -= sg / (xi[d] * xi[d] * p.weight(n, i, d, scale))
				}
			}
		}
		for i := range (k + 1) * D {
			if j := n*(k+1)*D + i; c.fix[j] {
				r := F[rowx(i)*cols : (rowx(i)+1)*cols]
				clear(r)
				r[colx(i)], r[rhs] = 1, c.hold[j]/xi[i%D]
			}
		}
		if q := linalg.FrontLU(F, c.rows, cols, cols, ec); q >= 0 {
			bad = &NewtonError{Step: 0, RfScale: scale, Msg: fmt.Sprintf("the linearised canonical equations are singular in the layer at t = %g", p.t[n]), Err: ode.ErrSingular}
			return
		}
		copy(c.fac[n*ec*cols:], F[:ec*cols])
		// What is left is pending at the next boundary.
		for d := range D {
			src := F[(ec+d)*cols : (ec+d+1)*cols]
			dst := G[d*cols : (d+1)*cols]
			clear(dst)
			copy(dst[:2*D], src[ec:ec+2*D])
			copy(dst[ec+2*D:], src[ec+2*D:])
		}
		F, G = G, F
	}
	c.gradients(w, v, c.lam, scale, build)
	if bad != nil {
		return bad
	}
	// The last boundary: the pending rows, and p(t_N) = 0.
	for d := range D {
		r := F[(D+d)*cols : (D+d+1)*cols]
		clear(r)
		if j := p.nx - D + d; c.fix[j] {
			r[d], r[rhs] = 1, c.hold[j]/xi[d]
		} else {
			r[D+d] = 1
		}
	}
	if q := linalg.FrontLU(F, 2*D, cols, cols, 2*D); q >= 0 {
		return &NewtonError{RfScale: scale, Msg: "the linearised canonical equations are singular; is every state observable?", Err: ode.ErrSingular}
	}
	nr := P + 1
	Z := c.Z
	end := Z[p.N*ec*nr:]
	for i := 2*D - 1; i >= 0; i-- {
		r := F[i*cols : (i+1)*cols]
		z := end[i*nr : (i+1)*nr]
		copy(z, r[ec+2*D:])
		for j := i + 1; j < 2*D; j++ {
			for q := range z {
				z[q] -= r[j] * end[j*nr+q]
			}
		}
		for q := range z {
			z[q] /= r[i]
		}
	}
	next := end
	for n := p.N - 1; n >= 0; n-- {
		zl := Z[n*ec*nr : (n+1)*ec*nr]
		for i := ec - 1; i >= 0; i-- {
			r := c.fac[(n*ec+i)*cols : (n*ec+i+1)*cols]
			z := zl[i*nr : (i+1)*nr]
			copy(z, r[ec+2*D:])
			for j := i + 1; j < ec; j++ {
				if x := r[j]; x != 0 {
					for q := range z {
						z[q] -= x * zl[j*nr+q]
					}
				}
			}
			for j := range 2 * D {
				if x := r[ec+j]; x != 0 {
					for q := range z {
						z[q] -= x * next[j*nr+q]
					}
				}
			}
			for q := range z {
				z[q] /= r[i]
			}
		}
		next = zl
	}
	// The parameters: S dtheta = rhs, with the solutions put in.
	dth := c.dx[p.nx:]
	if P > 0 {
		for q := range P {
			c.S[q*(P+1)+P] = -c.g[p.nx+q]
		}
		for n := range p.N {
			T := c.T[n*P*(loc+R*D) : (n+1)*P*(loc+R*D)]
			for q := range P {
				s := c.S[q*(P+1) : (q+1)*(P+1)]
				for i, x := range T[q*(loc+R*D) : (q+1)*(loc+R*D)] {
					if x == 0 {
						continue
					}
					z, f := c.local(n, i)
					for j := range P {
						s[j] -= x * f * z[j]
					}
					s[P] -= x * f * z[P]
				}
			}
		}
		for q := range P {
			if c.fix[p.nx+q] {
				clear(c.S[q*(P+1) : (q+1)*(P+1)])
				c.S[q*(P+1)+q], c.S[q*(P+1)+P] = 1, c.hold[p.nx+q]
			}
		}
		if !solveSmall(c.S, P, dth) {
			return &NewtonError{RfScale: scale, Msg: "the parameters are not determined by the data", Err: ode.ErrSingular}
		}
	}
	value := func(z []float64) float64 {
		s := z[P]
		for q, t := range dth {
			s -= z[q] * t
		}
		return s
	}
	for n := range p.N + 1 {
		base := Z[min(n*ec, p.N*ec)*nr:]
		for d := range D {
			c.dx[n*(k+1)*D+d] = value(base[d*nr:(d+1)*nr]) * xi[d]
		}
		if n == p.N {
			break
		}
		for i := range k * D {
			c.dx[n*(k+1)*D+D+i] = value(base[(2*D+i)*nr:(2*D+i+1)*nr]) * xi[i%D]
		}
		for i := range R * D {
			o := (2+k)*D + i
			c.dl[n*R*D+i] = value(base[o*nr:(o+1)*nr]) * sg / xi[i%D]
		}
	}
	if !finite(c.dx) || !finite(c.dl) {
		return &NewtonError{RfScale: scale, Msg: "the Newton step is not finite", Err: ode.ErrNotFinite}
	}
	return nil
}

// local returns the solution of local unknown i of layer n (states, then
// lam), and the factor that undoes its scaling.
func (c *costateForm) local(n, i int) (z []float64, f float64) {
	p, D, k := c.p, c.p.D, c.p.k
	nr := p.P + 1
	var o int
	switch {
	case i < D:
		o = n*c.ec + i
	case i < (k+1)*D:
		o = n*c.ec + D + i
	case i < (k+2)*D:
		o = (n+1)*c.ec + i - (k+1)*D
	default:
		l := i - (k+2)*D
		return c.Z[(n*c.ec+(2+k)*D+l)*nr:], c.sigma / c.xi[l%D]
	}
	return c.Z[o*nr:], c.xi[i%D]
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
	if linalg.FrontLU(a, n, ld, ld, n) >= 0 {
		return false
	}
	for i := n - 1; i >= 0; i-- {
		s := a[i*ld+n]
		for j := i + 1; j < n; j++ {
			s -= a[i*ld+j] * x[j]
		}
		x[i] = s / a[i*ld+i]
	}
	return finite(x[:n])
}
