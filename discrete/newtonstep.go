package discrete

// stepRounds limits the factorisations of one step: states within bounds are
// as many as layers, so that their active set is followed from step to step
// and found within one step only where it settles soon.
const stepRounds = 8

// step solves for f.d, the minimum of the quadratic model within the bounds:
// in the parameters exactly (fronts.border), in the states by an active set
// that sets those on their bounds which the step would carry beyond, and
// frees those which the model's derivative draws inside again. It returns
// false if the matrix is not positive definite.
func (w *work) step(f *fronts, v []float64, scale, mu float64) bool {
	p := w.p
	w.held = false
	for i := range p.nx {
		f.hold[i] = 0
		f.fix[i] = p.fixed != nil && p.fixed[i] || p.lo != nil && (v[i] <= p.lo[i] && f.g[i] >= 0 || v[i] >= p.hi[i] && f.g[i] <= 0)
	}
	if p.lo != nil && p.P > 0 && f.box == nil {
		f.box = newBox(p.P)
	}
	for round := 1; ; round++ {
		for i := p.nx; i < p.nv; i++ {
			f.fix[i], f.hold[i] = false, 0
			if f.box != nil {
				f.box.lo[i-p.nx], f.box.hi[i-p.nx] = p.lo[i]-v[i], p.hi[i]-v[i]
			}
		}
		if !f.factor(w, v, scale, mu, f.sc) {
			return false
		}
		if p.lo == nil || !f.bind(v, mu, round < stepRounds/2) {
			return true
		}
		w.held = true
		if round == stepRounds {
			return true
		}
	}
}

// bind changes the set of states on bounds to what the step f.d asks for, and
// reports whether it did. free allows it to let states go.
func (f *fronts) bind(v []float64, mu float64, free bool) bool {
	p := f.p
	changed := false
	for i, d := range f.d[:p.nx] {
		if p.fixed != nil && p.fixed[i] {
			continue
		}
		x := v[i] + d
		switch {
		case f.fix[i]:
			if free && f.kept && p.lo[i] < p.hi[i] {
				g := f.slope(i, mu)
				if x <= p.lo[i] && g < 0 || x >= p.hi[i] && g > 0 {
					f.fix[i], f.hold[i], changed = false, 0, true
				}
			}
		case x < p.lo[i]:
			f.fix[i], f.hold[i], changed = true, p.lo[i]-v[i], true
		case x > p.hi[i]:
			f.fix[i], f.hold[i], changed = true, p.hi[i]-v[i], true
		}
	}
	return changed
}

// slope returns the quadratic model's derivative with respect to state i at
// the step f.d, from the layers' matrices, which must be kept.
func (f *fronts) slope(i int, mu float64) float64 {
	p, m, e := f.p, f.m, f.e
	s := f.g[i] + mu*f.sc[i]*f.d[i]
	row := func(n, l int) {
		H := f.asm[n*m*m : (n+1)*m*m]
		for c := range m - 1 {
			s += H[max(l, c)*m+min(l, c)] * f.d[f.index(n, c)]
		}
	}
	n, l := i/e, i%e
	if n < p.N {
		row(n, l)
	}
	if l < p.D && n > 0 {
		row(n-1, e+l)
	}
	return s
}
