package discrete

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Costates stores into p (Pairs×States) the costates of the paths x by the
// backward recursion
//
//	p_N = -Rm (x_N - y_N),   p_n = Df_n(x_n)' p_{n+1} - Rm_n (x_n - y_n),
//
// which is back-propagation: p = -delta, delta the derivative of the
// measurement term with respect to the states along an ordinary network's
// path. At a stationary point of the action p_n = Rf (x_n - f(x_{n-1})) on
// mapped layers and 0 on the inputs not held exact. dtheta, if not nil,
// receives the derivative of measurement term and prior with respect to the
// weights, -sum p_{n+1} . df_n/dW_n: of the path sums of the strong
// constraint the total derivative.
func (p *NetworkProblem) Costates(costates, dtheta, theta, x []float64) error {
	q, err := p.compile()
	if err != nil {
		return err
	}
	if err := q.check(theta, x, math.Inf(1)); err != nil {
		return err
	}
	if len(costates) != len(x) || dtheta != nil && len(dtheta) != len(theta) {
		return fmt.Errorf("%w: %d costates and %d derivatives for %d states and %d weights", ErrNetwork, len(costates), len(dtheta), len(x), len(theta))
	}
	q.backward(costates, dtheta, theta, x, newNetGradient(q), true)
	return nil
}

// backward is Costates. The costates of the inputs are left out if inputs is
// false.
func (p *netProblem) backward(costates, dtheta, theta, x []float64, w *netGradient, inputs bool) {
	for i := range dtheta {
		dtheta[i] = 0
		if P := p.src.WeightPrecision; P != 0 {
			d := theta[i]
			if p.src.WeightMean != nil {
				d -= p.src.WeightMean[i]
			}
			dtheta[i] = P * d
		}
	}
	n := p.states
	for k := range p.m {
		xk, lam := x[k*n:(k+1)*n], costates[k*n:(k+1)*n]
		p.residual(w.r, w.u, w.df, xk, theta)
		clear(lam)
		y := p.value[k*len(p.obs) : (k+1)*len(p.obs)]
		if p.src.Loss == NetCrossEntropy {
			z := xk[p.obs[0] : p.obs[0]+len(y)]
			lse := netLogSumExp(z)
			var total float64
			for _, v := range y {
				total += v
			}
			for j, v := range y {
				lam[p.obs[j]] = v - total*math.Exp(z[j]-lse)
			}
		} else {
			for j, s := range p.obs {
				lam[s] = -p.rm[j] * (xk[s] - y[j])
			}
		}
		for i := len(p.cells) - 1; i >= 0; i-- {
			c := &p.cells[i]
			if c.set < 0 {
				for s := c.off; inputs && s < c.off+c.width; s++ {
					if r := p.root[s]; r > 0 && !math.IsInf(r, 0) {
						lam[s] -= r * (xk[s] - p.target[k*n+s])
					}
				}
				continue
			}
			p.adjoint(lam, lam, 1, w.df, theta, c, inputs)
			if dtheta == nil {
				continue
			}
			set := &p.sets[c.set]
			u := w.u[c.u : c.u+c.cols]
			for a := range c.width {
				o := set.off + a*set.cols
				floats.AddScaled(dtheta[o:o+set.cols], -lam[c.off+a]*w.df[c.off+a], u)
			}
		}
	}
}
