package discrete

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

func (nw *netNewton) action(x, r, theta []float64, rf float64) NetworkAction {
	p, n := nw.p, nw.p.states
	netFor(p.m, nw.opt.Workers, func(_, k int) {
		nw.part[k] = p.sample(k, x[k*n:(k+1)*n], r[k*n:(k+1)*n], rf)
	})
	return nw.sum(theta)
}

func (nw *netNewton) sum(theta []float64) NetworkAction {
	var a NetworkAction
	for _, b := range nw.part {
		a.In += b.In
		a.Out += b.Out
		a.Model += b.Model
	}
	a.Prior = nw.p.prior(theta)
	return a
}

// resimulate takes the step in inputs, defects and weights: the paths are
// propagated anew, so that the defects are exactly those of the model and
// only the observed layers are subject to its error. It stores the trial
// (xt, wt) and returns its action and the predicted decrease from now.
func (nw *netNewton) resimulate(rf float64, now NetworkAction) (NetworkAction, float64) {
	p, lin, n, q := nw.p, nw.lin, nw.p.states, nw.lin.q
	floats.AddTo(nw.wt, nw.w, nw.dw)
	strong := math.IsInf(rf, 0)
	loss := p.src.Loss
	netFor(p.m, nw.opt.Workers, func(w, k int) {
		x, xt, e, r := nw.x[k*n:(k+1)*n], nw.xt[k*n:(k+1)*n], nw.e[k*n:(k+1)*n], lin.r[k*n:(k+1)*n]
		y := nw.red.y[k*q : (k+1)*q]
		var model float64
		if loss == NetCrossEntropy {
			// The decrease: |v|²/2 - |v - G dW|²/2.
			for i, v := range y {
				model += (lin.v[k*q+i] - v) * (lin.v[k*q+i] + v) / 2
			}
		} else {
			netUpperSolve(lin.l[k*q*q:(k+1)*q*q], q, y)
			for i, v := range y {
				model += v * v / (2 * p.rm[i])
			}
		}
		clear(e)
		if !(strong && p.exact) {
			for i, v := range y {
				floats.AddScaled(e, v, lin.k[(k*q+i)*n:(k*q+i+1)*n])
			}
			floats.Mul(e, lin.c)
		}
		for i := range p.cells {
			c := &p.cells[i]
			for s := c.off; s < c.off+c.width; s++ {
				if c.set >= 0 {
					e[s] += (1 - lin.shrink) * r[s]
					if !strong {
						model += rf * p.root[s] * e[s] * e[s] / 2
					}
					continue
				}
				if math.IsInf(p.root[s], 0) {
					xt[s], e[s] = x[s], 0
					continue
				}
				if p.root[s] > 0 {
					e[s] -= lin.shrink * r[s]
					model += p.root[s] * (r[s] + e[s]) * (r[s] + e[s]) / 2
				}
				xt[s] = x[s] + e[s]
			}
		}
		p.propagate(xt, nw.u[w*p.ulen:(w+1)*p.ulen], nw.wt, e)
		nw.part[k] = p.sample(k, xt, e, rf)
		nw.pred[k] = model
	})
	next := nw.sum(nw.wt)
	model := floats.Sum(nw.pred)
	if loss == NetCrossEntropy {
		return next, model + now.Prior - next.Prior
	}
	return next, now.Total() - model - next.Prior
}

// linearised takes the same step in states and weights, with trial (xs, wt).
func (nw *netNewton) linearised(rf float64) NetworkAction {
	p, lin, n := nw.p, nw.lin, nw.p.states
	netFor(p.m, nw.opt.Workers, func(w, k int) {
		x, xs, e, df := nw.x[k*n:(k+1)*n], nw.xs[k*n:(k+1)*n], nw.e[k*n:(k+1)*n], lin.df[k*n:(k+1)*n]
		r := lin.r[k*n : (k+1)*n]
		u, dx := nw.u[w*p.ulen:(w+1)*p.ulen], nw.s[w*n:(w+1)*n]
		for i := range p.cells {
			c := &p.cells[i]
			if c.set < 0 {
				copy(dx[c.off:c.off+c.width], e[c.off:c.off+c.width])
				continue
			}
			du := u[:c.cols]
			p.gather(du, dx, c)
			if p.net.Bias {
				du[c.cols-1] = 0
			}
			uk := lin.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
			o := p.sets[c.set].off
			for a := range c.width {
				s := c.off + a
				dz := floats.Dot(nw.w[o:o+c.cols], du) + floats.Dot(nw.dw[o:o+c.cols], uk)
				o += c.cols
				dx[s] = df[s]*dz + e[s] - r[s]
				if c.skip >= 0 {
					dx[s] += c.kappa * dx[c.skip+a]
				}
			}
		}
		floats.AddTo(xs, x, dx)
		p.residual(dx, u, nil, xs, nw.wt)
		nw.part[k] = p.sample(k, xs, dx, rf)
	})
	return nw.sum(nw.wt)
}
