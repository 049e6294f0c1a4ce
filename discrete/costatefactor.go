package discrete

import (
	"fmt"

	"costate/internal/linalg"
	"costate/ode"
)

// factor eliminates the Newton matrix at (v, lam) together with the residuals
// there, which it leaves in g and con, up to the border of the parameters. fix and
// hold say which states move by a given amount.
func (c *costateForm) factor(w *work, v []float64, scale float64) error {
	p, D, k, R, P := c.p, c.p.D, c.p.k, c.p.R, c.p.P
	m := (k+2)*D + P + 1
	loc := (k + 2) * D
	ec, cols := c.ec, c.cols
	w.stats.Factorisations++
	c.kept = false
	copy(c.stood, c.fix)
	c.sizes(v)
	c.place()
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
						r[lam0+i*D+b] -= p.rfInv[d*D+b] * p.s[n] / (p.tab.w[i] * p.factor(d, scale)) * sg / (xi[d] * xi[b])
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
		if q := linalg.FrontLU(F, c.rows, cols, cols, ec, c.swaps[n*ec:(n+1)*ec]); q >= 0 {
			bad = &NewtonError{Step: 0, RfScale: scale, Msg: fmt.Sprintf("the linearised canonical equations are singular in the layer at t = %g", p.t[n]), Err: ode.ErrSingular}
			return
		}
		copy(c.fac[n*ec*cols:], F[:ec*cols])
		for d := range D {
			copy(c.low[(n*D+d)*ec:(n*D+d+1)*ec], F[(ec+d)*cols:])
		}
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
	if q := linalg.FrontLU(F, 2*D, cols, cols, 2*D, c.swaps[p.N*ec:]); q >= 0 {
		return &NewtonError{RfScale: scale, Msg: "the linearised canonical equations are singular; is every state observable?", Err: ode.ErrSingular}
	}
	copy(c.end, F[:2*D*cols])
	c.substitute()
	c.kept, c.scale = true, scale
	return nil
}
