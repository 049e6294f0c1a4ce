package discrete

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// netLinear is the action's Gauss-Newton model at a point, in the variables
// (inputs, defects, weights) instead of (states, weights).
//
// With e_c the defect of a state, its path is x = X(inputs, e, W), and the
// action is sum Rf/2 e² + Rm/2 |H X - y|² + ..: only the last term is not
// quadratic, and Rf enters as a prior variance 1/Rf of e. In these variables
// the normal equations do not get worse with Rf, up to and including
// infinity, where the same algebra in the states has a condition of order Rf.
//
// For pair k and a small change, H dX = K d + K B dW with
//
//	K = dH X/de           (observed × states), by adjoint sweeps,
//	B dW = step f'(z_a) u . dW_a  at state a of each cell.
//
// Eliminating the roots d (inputs and defects; prior mean dbar, variance C)
// leaves the weights' problem
//
//	min sum_k 1/2 |v_k - G_k dW|²_{S_k^-1} + ..,
//	S = 1/Rm + K C K',   v = -(H X - y) - K dbar,   G = K B,
//
// the Schur complement of the states: S is observed×observed, small, and the
// pairs are independent. G's block of one neuron is a column of K times u',
// and is never formed.
type netLinear struct {
	p  *netProblem
	q  int       // observed states of a pair
	r  []float64 // m×states: defects; of inputs: x - y, 0 if free
	u  []float64 // m×ulen
	df []float64 // m×states
	k  []float64 // m×q×states
	kw []float64 // m×q×states: L^-1 K step f', L L' = S
	v  []float64 // m×q: L^-1 v
	l  []float64 // m×q×q: L
	g  []float64 // m×q×params: L^-1 G, only where cells share weights
	c  []float64 // states: prior variance of the roots

	// freeScale times mu is the damping's precision of free inputs.
	freeScale float64

	shrink float64 // dbar = -shrink r
	failed []bool  // m: S not positive definite
}

func newNetLinear(p *netProblem) *netLinear {
	q := len(p.obs)
	n := p.m * p.states
	w := &netLinear{p: p, q: q, r: make([]float64, n), u: make([]float64, p.m*p.ulen), df: make([]float64, n),
		k: make([]float64, n*q), kw: make([]float64, n*q), v: make([]float64, p.m*q), l: make([]float64, p.m*q*q),
		c: make([]float64, p.states), freeScale: 1, failed: make([]bool, p.m)}
	// Where many cells share weights, products of G cell by cell would cost
	// the square of their number; there are few weights then, and G is small.
	if len(p.sets[0].cells) > 1 {
		w.g = make([]float64, p.m*q*p.params)
	}
	return w
}

// shared stores L^-1 G of all pairs into w.g.
func (w *netLinear) shared(workers int) {
	p, n, q := w.p, w.p.states, w.q
	netFor(p.m, workers, func(_, k int) {
		for i := range q {
			g := w.g[(k*q+i)*p.params : (k*q+i+1)*p.params]
			row := w.kw[(k*q+i)*n : (k*q+i+1)*n]
			clear(g)
			for j := range p.cells {
				c := &p.cells[j]
				if c.set < 0 {
					continue
				}
				u := w.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
				o := p.sets[c.set].off
				for _, v := range row[c.off : c.off+c.width] {
					floats.AddScaled(g[o:o+c.cols], v, u)
					o += c.cols
				}
			}
		}
	})
}

// at evaluates defects and K at (x, theta).
func (w *netLinear) at(x, theta []float64, rf float64, workers int) {
	p, n := w.p, w.p.states
	netFor(p.m, workers, func(_, k int) {
		xk, rk := x[k*n:(k+1)*n], w.r[k*n:(k+1)*n]
		df := w.df[k*n : (k+1)*n]
		p.residual(rk, w.u[k*p.ulen:(k+1)*p.ulen], df, xk, theta)
		if math.IsInf(rf, 0) {
			clear(rk) // the path is the network's own: what is left is rounding
		}
		y := p.target[k*n : (k+1)*n]
		for i := range p.cells {
			if c := &p.cells[i]; c.set < 0 {
				for s := c.off; s < c.off+c.width; s++ {
					rk[s] = 0
					if p.root[s] > 0 {
						rk[s] = xk[s] - y[s]
					}
				}
			}
		}
		for j, s := range p.obs {
			row := w.k[(k*w.q+j)*n : (k*w.q+j+1)*n]
			clear(row)
			row[s] = 1
			for i := len(p.cells) - 1; i >= 0; i-- {
				c := &p.cells[i]
				if c.set >= 0 && c.off <= s {
					p.adjoint(row, row, 1, df, theta, c, !p.exact)
				}
			}
		}
	})
}

// whiten eliminates the roots with damping mu: their precision R becomes
// R(1+mu) about the mean -r/(1+mu), that of a free input mu freeScale. It reports whether every S is positive definite.
func (w *netLinear) whiten(x []float64, rf, mu float64, workers int) bool {
	return w.whitenFree(x, rf, mu, 1/(mu*w.freeScale), workers)
}

// scaleFree takes the mean curvature that the data give the free inputs as
// the scale of their damping.
func (w *netLinear) scaleFree(rf float64) {
	p, n := w.p, w.p.states
	w.freeScale = 1
	if p.free == 0 {
		return
	}
	var sum float64
	for k := range p.m {
		for i := range p.cells {
			c := &p.cells[i]
			for s := c.off; c.set < 0 && s < c.off+c.width; s++ {
				for j, rm := range p.rm {
					if v := w.k[(k*w.q+j)*n+s]; p.root[s] == 0 {
						sum += v * v / (1/rm + 1/rf)
					}
				}
			}
		}
	}
	if sum > 0 && !math.IsInf(sum, 0) {
		w.freeScale = sum / float64(p.m*p.free)
	}
}

// whitenFree is whiten with the given prior variance of free inputs.
func (w *netLinear) whitenFree(x []float64, rf, mu, free float64, workers int) bool {
	p, n, q := w.p, w.p.states, w.q
	if p.src.Loss == NetCrossEntropy {
		w.softmax(x, workers)
		if w.g != nil {
			w.shared(workers)
		}
		return true
	}
	w.shrink = 1 / (1 + mu)
	for i := range p.cells {
		c := &p.cells[i]
		for s := c.off; s < c.off+c.width; s++ {
			switch r := p.root[s]; {
			case c.set >= 0:
				w.c[s] = 1 / (rf * r * (1 + mu)) // 0 if rf is infinite
			case r == 0:
				w.c[s] = free
			default:
				w.c[s] = 1 / (r * (1 + mu))
			}
		}
	}
	netFor(p.m, workers, func(_, k int) {
		r, df := w.r[k*n:(k+1)*n], w.df[k*n:(k+1)*n]
		S := w.l[k*q*q : (k+1)*q*q]
		for i := range q {
			ki := w.k[(k*q+i)*n : (k*q+i+1)*n]
			// kw holds K C for the while.
			kc := w.kw[(k*q+i)*n : (k*q+i+1)*n]
			floats.MulTo(kc, ki, w.c)
			for j := range i + 1 {
				S[i*q+j] = floats.Dot(kc, w.k[(k*q+j)*n:(k*q+j+1)*n])
			}
			S[i*q+i] += 1 / p.rm[i]
			w.v[k*q+i] = p.value[k*q+i] - x[k*n+p.obs[i]] + w.shrink*floats.Dot(ki, r)
		}
		w.failed[k] = !netCholesky(S, q)
		if w.failed[k] {
			return
		}
		netLowerSolve(S, q, w.v[k*q:(k+1)*q])
		for i := range q {
			floats.MulTo(w.kw[(k*q+i)*n:(k*q+i+1)*n], w.k[(k*q+i)*n:(k*q+i+1)*n], df)
		}
		// L^-1 on the rows of K step f'.
		for i := range q {
			row := w.kw[(k*q+i)*n : (k*q+i+1)*n]
			for j := range i {
				floats.AddScaled(row, -S[i*q+j], w.kw[(k*q+j)*n:(k*q+j+1)*n])
			}
			floats.Scale(1/S[i*q+i], row)
		}
	})
	for _, f := range w.failed {
		if f {
			return false
		}
	}
	if w.g != nil {
		w.shared(workers)
	}
	return true
}

// softmax whitens the cross-entropy's Gauss-Newton model: with
// P = softmax(x), its Hessian is R'R, R = diag(sqrt P)(I - 1 P'), and R'v =
// y - P for v = (y - P)/sqrt P.
func (w *netLinear) softmax(x []float64, workers int) {
	p, n, q := w.p, w.p.states, w.q
	w.shrink = 1
	netFor(p.m, workers, func(_, k int) {
		df := w.df[k*n : (k+1)*n]
		z := x[k*n+p.obs[0] : k*n+p.obs[0]+q]
		lse := netLogSumExp(z)
		prob := w.l[k*q*q : k*q*q+q] // L is not needed
		mean := w.kw[k*q*n : k*q*n+n]
		for i := range q {
			// The floor keeps v finite where a class has underflowed.
			prob[i] = max(math.Exp(z[i]-lse), 1e-30)
		}
		// The rows are stored last to first, so that the first can hold P'K.
		clear(mean)
		for i := range q {
			floats.AddScaled(mean, prob[i], w.k[(k*q+i)*n:(k*q+i+1)*n])
		}
		for i := q - 1; i >= 0; i-- {
			row := w.kw[(k*q+i)*n : (k*q+i+1)*n]
			floats.SubTo(row, w.k[(k*q+i)*n:(k*q+i+1)*n], mean)
			root := math.Sqrt(prob[i])
			floats.Scale(root, row)
			floats.Mul(row, df)
			w.v[k*q+i] = (p.value[k*q+i] - prob[i]) / root
		}
	})
}

// rows stores the coefficients alpha = Kw' y of pair k's neurons: the
// gradient with respect to the weight row of a state is alpha u.
func (w *netLinear) rows(alpha, y []float64, k int) {
	n, q := w.p.states, w.q
	clear(alpha)
	for i := range q {
		floats.AddScaled(alpha, y[i], w.kw[(k*q+i)*n:(k*q+i+1)*n])
	}
}

// apply stores L^-1 G_k dW into t (q), with scratch s (states).
func (w *netLinear) apply(t, s, dw []float64, k int) {
	p, n, q := w.p, w.p.states, w.q
	clear(s)
	for i := range p.cells {
		c := &p.cells[i]
		if c.set < 0 {
			continue
		}
		u := w.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
		o := p.sets[c.set].off
		for a := range c.width {
			s[c.off+a] = floats.Dot(dw[o+a*c.cols:o+(a+1)*c.cols], u)
		}
	}
	for i := range q {
		t[i] = floats.Dot(w.kw[(k*q+i)*n:(k*q+i+1)*n], s)
	}
}

// gather stores sum_k (G_k' y_k) into g, from the coefficients alpha
// (m×states), neuron by neuron.
func (w *netLinear) gather(g, alpha []float64, workers int) {
	p := w.p
	netFor(len(p.sets), workers, func(_, i int) {
		set := &p.sets[i]
		block := g[set.off : set.off+set.rows*set.cols]
		clear(block)
		for k := range p.m {
			for _, ci := range set.cells {
				c := &p.cells[ci]
				u := w.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
				al := alpha[k*p.states+c.off : k*p.states+c.off+c.width]
				for a, v := range al {
					if v != 0 {
						floats.AddScaled(block[a*c.cols:(a+1)*c.cols], v, u)
					}
				}
			}
		}
	})
}

// scale is the size of the weights' curvature: the largest mean diagonal of
// G' S^-1 G over the weight matrices.
func (w *netLinear) scale() float64 {
	p, n, q := w.p, w.p.states, w.q
	var h float64
	for i := range p.sets {
		set := &p.sets[i]
		var sum float64
		for k := range p.m {
			for _, ci := range set.cells {
				c := &p.cells[ci]
				u := w.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
				var kk float64
				for j := range q {
					row := w.kw[(k*q+j)*n+c.off : (k*q+j)*n+c.off+c.width]
					kk += floats.Dot(row, row)
				}
				sum += kk * floats.Dot(u, u)
			}
		}
		h = max(h, sum/float64(set.rows*set.cols))
	}
	return h
}
