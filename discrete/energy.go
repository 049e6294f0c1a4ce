package discrete

import "math"

// residuals evaluates F over the chunk and stores its residuals.
func (w *work) residuals(v []float64) {
	p, np, D := w.p, w.np, w.p.D
	w.bt.funcs(&p.pr.Model, w.f[:np*D], w.tp[:np], w.xp[:np*D], v[p.nx:])
	w.stats.Func += np
	for n := w.n0; n < w.n1; n++ {
		z := w.state(v, n)
		s := p.s[n]
		for i, A := range p.tab.A {
			r := w.res[(n*p.R+i)*D : (n*p.R+i+1)*D]
			for d := range r {
				r[d] = 0
			}
			for e, b := range p.tab.B[i] {
				if b != 0 {
					q := w.point(n, e)
					sb := s * b
					for d := range r {
						r[d] -= sb * w.f[d*np+q]
					}
				}
			}
			for j, a := range A {
				if a != 0 {
					for d, x := range z[j*D : (j+1)*D] {
						r[d] += a * x
					}
				}
			}
		}
	}
}

// energy is an action in parts: measurement, model, prior.
type energy struct{ me, fe, pe float64 }

func (e energy) total() float64 { return e.me + e.fe + e.pe }

// action returns the action at v, with Rf multiplied by scale, and leaves the
// residuals behind. Components with Rf = +Inf do not count: see costate.go.
func (w *work) action(v []float64, scale float64) energy {
	p, D := w.p, w.p.D
	var e energy
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		for n := w.n0; n < w.n1; n++ {
			fe := 0.0
			for i := range p.R {
				r := w.res[(n*p.R+i)*D : (n*p.R+i+1)*D]
				fe += w.misfit(n, i, r, scale)
			}
			e.fe += 0.5 * fe
			w.measure(n, v, &e)
		}
	}
	e.pe += w.paramPrior(v, nil, nil)
	return e
}

// defect returns the sums over the layers of the largest residual of each
// component (Dim) with Rf = +Inf, from the residuals that action leaves behind.
func (w *work) defect() []float64 {
	p, D := w.p, w.p.D
	sum := make([]float64, D)
	for d := range sum {
		if !math.IsInf(p.rf[d], 1) {
			continue
		}
		for n := range p.N {
			worst := 0.0
			for i := range p.R {
				worst = max(worst, math.Abs(w.res[(n*p.R+i)*D+d]))
			}
			sum[d] += worst
		}
	}
	return sum
}

// steadyError returns the model error of the steady components at v.
func (w *work) steadyError(v []float64) float64 {
	p, D := w.p, w.p.D
	if p.steady == nil {
		return 0
	}
	sum := 0.0
	r := make([]float64, D)
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		for n := w.n0; n < w.n1; n++ {
			for i := range p.R {
				copy(r, w.res[(n*p.R+i)*D:(n*p.R+i+1)*D])
				for d := range r {
					if !p.steady[d] || p.rf != nil && math.IsInf(p.rf[d], 1) {
						r[d] = 0
					}
				}
				sum += 0.5 * w.misfit(n, i, r, 1)
			}
		}
	}
	return sum
}

// weight is plan.weight, with the number that stands for +Inf, if any.
func (w *work) weight(n, i, d int, scale float64) float64 {
	p := w.p
	if w.caps != nil {
		return min(p.weight(n, i, d, scale), p.tab.w[i]/p.s[n]*w.caps[d])
	}
	return p.weight(n, i, d, scale)
}

// misfit returns r' W r for residual i of layer n.
func (w *work) misfit(n, i int, r []float64, scale float64) float64 {
	p, D := w.p, w.p.D
	s := 0.0
	if p.rfFull != nil {
		for a := range D {
			u := 0.0
			for b := a; b < D; b++ {
				u += p.rfFull[a*D+b] * r[b]
			}
			s += u * u * p.factor(a, scale)
		}
		return s * p.tab.w[i] / p.s[n]
	}
	c := p.tab.w[i] / p.s[n] * scale
	rf := p.rf
	if p.vary != nil || p.hasInf || p.steady != nil {
		for d, x := range r {
			if !math.IsInf(rf[d], 1) || w.caps != nil {
				s += w.weight(n, i, d, scale) * x * x
			}
		}
		return s
	}
	for d, x := range r {
		s += rf[d] * x * x
	}
	return c * s
}

// costates stores W r for the layers of the chunk into lam.
func (w *work) costates(scale float64) {
	p, D := w.p, w.p.D
	for n := w.n0; n < w.n1; n++ {
		for i := range p.R {
			o := (n*p.R + i) * D
			w.weigh(w.lam[o:o+D], n, i, w.res[o:o+D], scale)
		}
	}
}

// weigh stores W r for residual i of layer n.
func (w *work) weigh(dst []float64, n, i int, r []float64, scale float64) {
	p, D := w.p, w.p.D
	if p.rfMat != nil {
		c := p.tab.w[i] / p.s[n]
		for a := range dst {
			s := 0.0
			for b, x := range r {
				s += p.rfMat[a*D+b] * x
			}
			dst[a] = c * p.factor(a, scale) * s
		}
		return
	}
	for d, x := range r {
		dst[d] = w.weight(n, i, d, scale) * x
	}
}
