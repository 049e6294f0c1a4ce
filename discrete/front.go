package discrete

import "costate/internal/linalg"

// fronts eliminates the Hessian of the action layer by layer. The front of
// layer n holds the layer's matrix and what the earlier layers left behind;
// its leading (k+1) Dim unknowns, the layer's start and inner states, are
// eliminated, and the Schur complement over its end and theta is carried to
// the next front. The last front is eliminated whole. The right-hand side is
// the last row of every front, so that it is solved on the way; memory grows
// with the number of layers, (k+1)(k+2) Dim^2 numbers each.
type fronts struct {
	p *plan
	m int // rows of a front: (k+2) Dim + P + 1
	e int // unknowns eliminated in a front: (k+1) Dim

	asm  []float64 // the layers' matrices, N×m×m; nil if too large to keep
	F, G []float64 // m×m
	fac  []float64 // the eliminated columns, (N-1)×m×e, and the last front m×m

	g    []float64 // gradient, nv
	diag []float64 // diagonal of the Gauss-Newton matrix, nv
	d    []float64 // the step
	fix  []bool    // unknowns that the step moves by hold, whatever the rest does
	hold []float64
	sc   []float64 // the damping matrix
	pred float64   // decrease of the damped quadratic model at d
	box  *box      // the step's bounds on theta, kept exactly; nil: none
	kept bool      // asm holds the matrices of the current point
	mode int
}

// keepLimit is the size of the layers' matrices up to which they are kept for
// a second factorisation with other damping; beyond they are formed again.
const keepLimit = 128 << 20 / 8

func newFronts(p *plan) *fronts {
	f := &fronts{p: p, m: (p.k+2)*p.D + p.P + 1, e: (p.k + 1) * p.D}
	if n := p.N * f.m * f.m; n <= keepLimit {
		f.asm = make([]float64, n)
	}
	f.F, f.G = make([]float64, f.m*f.m), make([]float64, f.m*f.m)
	f.fac = make([]float64, (p.N-1)*f.m*f.e+f.m*f.m)
	f.g, f.diag, f.d = make([]float64, p.nv), make([]float64, p.nv), make([]float64, p.nv)
	f.fix, f.hold = make([]bool, p.nv), make([]float64, p.nv)
	return f
}

// index returns the global number of local unknown i of layer n.
func (f *fronts) index(n, i int) int {
	if q := (f.p.k + 2) * f.p.D; i >= q {
		return f.p.nx + i - q
	}
	return n*f.e + i
}

// assemble forms the gradient, the diagonal and, if they fit, the layers'
// matrices at v; mode is gaussNewton or exact. It returns the action.
func (f *fronts) assemble(w *work, v []float64, scale float64, mode int) energy {
	f.mode = mode
	f.kept = f.asm != nil
	return f.pass(w, v, scale, func(n int, H []float64) bool { return true }, true)
}

// pass forms the layers' matrices in turn and gives each to use.
func (f *fronts) pass(w *work, v []float64, scale float64, use func(n int, H []float64) bool, grad bool) energy {
	p, m := f.p, f.m
	var en energy
	if grad {
		clear(f.g)
		clear(f.diag)
	}
	diag := f.G[:m]
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		if !w.given {
			w.costates(scale)
		}
		w.jacobians(v)
		if f.mode == exact {
			w.hessians(v)
		}
		for n := w.n0; n < w.n1; n++ {
			H := f.F
			if f.asm != nil {
				H = f.asm[n*m*m : (n+1)*m*m]
			}
			clear(H)
			w.layerMatrix(H, m, n, v, scale, f.mode, diag)
			if n == p.N-1 && p.P > 0 {
				f.thetaPrior(w, v, H, diag)
			}
			if grad {
				for i := range p.R {
					o := (n*p.R + i) * p.D
					en.fe += 0.5 * w.misfit(n, i, w.res[o:o+p.D], scale)
				}
				w.measure(n, v, &en)
				for i, x := range H[(m-1)*m : (m-1)*m+m-1] {
					j := f.index(n, i)
					f.g[j] -= x
					f.diag[j] += diag[i]
				}
			}
			if !use(n, H) {
				return en
			}
		}
	}
	if grad {
		en.pe += w.paramPrior(v, nil, nil)
	}
	return en
}

func (f *fronts) thetaPrior(w *work, v, H, diag []float64) {
	p, m := f.p, f.m
	if p.pr.ParamPrior == nil {
		return
	}
	g, h := make([]float64, p.P), make([]float64, p.P*p.P)
	w.paramPrior(v, g, h)
	b := (p.k + 2) * p.D
	for i := range p.P {
		H[(m-1)*m+b+i] -= g[i]
		diag[b+i] += h[i*p.P+i]
		for j := 0; j <= i; j++ {
			H[(b+i)*m+b+j] += h[i*p.P+j]
		}
	}
}

// factor factorises the Hessian plus mu times the scaling matrix sc (nv), and
// solves for the step on the way. It returns false if the matrix is not
// positive definite. The layers' matrices must have been assembled at v.
func (f *fronts) factor(w *work, v []float64, scale, mu float64, sc []float64) bool {
	p, m, e := f.p, f.m, f.e
	w.stats.Factorisations++
	f.pred = 0
	ok := true
	F := f.F
	carry := f.G // trailing (end, theta, rhs) of the last front, in place
	first := true
	step := func(n int, H []float64) bool {
		last := n == p.N-1
		for i := range m {
			copy(F[i*m:i*m+i+1], H[i*m:i*m+i+1])
		}
		if !first {
			f.addCarry(F, carry)
		}
		first = false
		cols := e
		if last {
			cols = m - 1
		}
		for i := range cols {
			if mu > 0 {
				F[i*m+i] += mu * sc[f.index(n, i)]
			}
			if j := f.index(n, i); f.fix[j] {
				f.unit(F, i, f.hold[j])
			}
		}
		// The border last: theta's bounds are those of a small programme in
		// what is left when the states are eliminated.
		states := min(cols, (p.k+2)*p.D)
		if linalg.FrontCholesky(F, m, m, states, 1e-14) >= 0 {
			ok = false
			return false
		}
		f.gain(F, n, 0, states)
		if last && p.P > 0 {
			if f.box != nil && !f.border(F) || linalg.FrontCholesky(F[states*m+states:], p.P+1, m, p.P, 1e-14) >= 0 {
				ok = false
				return false
			}
			f.gain(F, n, states, cols)
		}
		if last {
			copy(f.fac[(p.N-1)*m*e:], F)
			return true
		}
		L := f.fac[n*m*e : (n+1)*m*e]
		for i := range m {
			copy(L[i*e:(i+1)*e], F[i*m:i*m+e])
		}
		carry = F
		F, f.F, f.G = f.G, f.G, F
		return true
	}
	if f.kept {
		for n := 0; n < p.N; n++ {
			if !step(n, f.asm[n*m*m:(n+1)*m*m]) {
				return false
			}
		}
	} else {
		f.stream(w, v, scale, step)
	}
	if ok {
		f.back(f.fac[(p.N-1)*m*e:])
	}
	return ok
}

// gain adds what the eliminated columns i0 .. i1-1 of front n bring.
func (f *fronts) gain(F []float64, n, i0, i1 int) {
	m := f.m
	for i, y := range F[(m-1)*m+i0 : (m-1)*m+i1] {
		if !f.fix[f.index(n, i0+i)] {
			f.pred += 0.5 * y * y
		}
	}
}

// border puts those parameters on their bounds that the quadratic model's
// minimum has there.
func (f *fronts) border(F []float64) bool {
	p, m, q := f.p, f.m, f.box
	s := m - 1 - p.P
	for i := range p.P {
		if f.fix[p.nx+i] {
			q.lo[i], q.hi[i] = 0, 0
		}
	}
	if !q.solve(F[s*m+s:], m, F[(m-1)*m+s:(m-1)*m+m-1]) {
		return false
	}
	for i, a := range q.at {
		if a != 0 && !f.fix[p.nx+i] {
			f.fix[p.nx+i], f.hold[p.nx+i] = true, q.d[i]
			f.unit(F, s+i, q.d[i])
		}
	}
	return true
}

// stream is pass for chains whose matrices are not kept: it needs a matrix
// of its own, since F and G hold the front and the carry.
func (f *fronts) stream(w *work, v []float64, scale float64, step func(n int, H []float64) bool) {
	p, m := f.p, f.m
	H, diag := make([]float64, m*m), make([]float64, m)
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		if !w.given {
			w.costates(scale)
		}
		w.jacobians(v)
		if f.mode == exact {
			w.hessians(v)
		}
		for n := w.n0; n < w.n1; n++ {
			clear(H)
			w.layerMatrix(H, m, n, v, scale, f.mode, nil)
			if n == p.N-1 && p.P > 0 {
				f.thetaPrior(w, v, H, diag)
			}
			if !step(n, H) {
				return
			}
		}
	}
}

// addCarry adds the Schur complement of the last front to this one: its end
// is this front's start.
func (f *fronts) addCarry(F, c []float64) {
	m, e, D := f.m, f.e, f.p.D
	shift := e // theta and the right-hand side keep their place
	for i := e; i < m; i++ {
		r := i
		if i < e+D {
			r -= shift
		}
		src := c[i*m : i*m+i+1]
		dst := F[r*m : r*m+r+1]
		for j := e; j < min(i+1, e+D); j++ {
			dst[j-shift] += src[j]
		}
		for j := e + D; j <= i; j++ {
			dst[j] += src[j]
		}
	}
}

// unit makes unknown i of a front move by x: its column goes to the
// right-hand side, its row becomes that of the identity, and the quadratic
// model changes by what the move alone costs.
func (f *fronts) unit(F []float64, i int, x float64) {
	m := f.m
	rhs := F[(m-1)*m : m*m]
	f.pred -= 0.5*F[i*m+i]*x*x - rhs[i]*x
	for c, a := range F[i*m : i*m+i] {
		rhs[c] -= a * x
	}
	clear(F[i*m : i*m+i])
	F[i*m+i] = 1
	for r := i + 1; r < m-1; r++ {
		rhs[r] -= F[r*m+i] * x
		F[r*m+i] = 0
	}
	rhs[i] = x
}

// back solves L' d = y from the last front to the first; y is the last row
// of every front.
func (f *fronts) back(last []float64) {
	p, m, e := f.p, f.m, f.e
	q := m - 1
	z := f.diagScratch()
	y := last[q*m:]
	for i := q - 1; i >= 0; i-- {
		s := y[i]
		for r := i + 1; r < q; r++ {
			s -= last[r*m+i] * z[r]
		}
		z[i] = s / last[i*m+i]
	}
	for i := range q {
		f.d[f.index(p.N-1, i)] = z[i]
	}
	for n := p.N - 2; n >= 0; n-- {
		L := f.fac[n*m*e : (n+1)*m*e]
		for i := e; i < q; i++ {
			z[i] = f.d[f.index(n, i)]
		}
		// z[:e] = L_EE^-T (y - L_BE' z_B), column by column of the panel.
		copy(z[:e], L[q*e:q*e+e])
		for r := q - 1; r >= e; r-- {
			x := z[r]
			for c, l := range L[r*e : r*e+e] {
				z[c] -= l * x
			}
		}
		for r := e - 1; r >= 0; r-- {
			z[r] /= L[r*e+r]
			x := z[r]
			for c, l := range L[r*e : r*e+r] {
				z[c] -= l * x
			}
		}
		copy(f.d[n*e:n*e+e], z[:e])
	}
}

// diagScratch returns a vector that is free between passes.
func (f *fronts) diagScratch() []float64 { return f.F[:f.m] }

// solve stores into x the solution of L L' x = b for the matrix last
// factorised; held unknowns get 0. (Their rows are units only in the front
// that eliminates them: the fronts before still write into them.)
func (f *fronts) solve(x, b []float64) {
	p, m, e := f.p, f.m, f.e
	q := m - 1
	copy(x, b)
	for n := range p.N - 1 {
		L := f.fac[n*m*e : (n+1)*m*e]
		for i := range q {
			j := f.index(n, i)
			s := x[j]
			for c, l := range L[i*e : i*e+min(i, e)] {
				s -= l * x[n*e+c]
			}
			if i < e {
				s /= L[i*e+i]
				if f.fix[j] {
					s = 0
				}
			}
			x[j] = s
		}
	}
	last := f.fac[(p.N-1)*m*e:]
	z := f.diagScratch()
	for i := range q {
		z[i] = x[f.index(p.N-1, i)]
		if f.fix[f.index(p.N-1, i)] {
			z[i] = 0
		}
	}
	for i := range q {
		s := z[i]
		for c, l := range last[i*m : i*m+i] {
			s -= l * z[c]
		}
		z[i] = s / last[i*m+i]
	}
	for i := q - 1; i >= 0; i-- {
		s := z[i]
		for r := i + 1; r < q; r++ {
			s -= last[r*m+i] * z[r]
		}
		z[i] = s / last[i*m+i]
	}
	for i := range q {
		x[f.index(p.N-1, i)] = z[i]
	}
	for n := p.N - 2; n >= 0; n-- {
		L := f.fac[n*m*e : (n+1)*m*e]
		y := x[n*e : n*e+e]
		for r := e; r < q; r++ {
			v := x[f.index(n, r)]
			for c, l := range L[r*e : r*e+e] {
				y[c] -= l * v
			}
		}
		for r := e - 1; r >= 0; r-- {
			y[r] /= L[r*e+r]
			for c, l := range L[r*e : r*e+r] {
				y[c] -= l * y[r]
			}
		}
	}
}
