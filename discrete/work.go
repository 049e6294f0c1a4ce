package discrete

import (
	"math"
	"slices"
)

// work is the memory of one minimisation. It evaluates the model over chunks
// of layers, many points at once, so that the derivatives of a long chain
// are never all in memory.
//
// The points of the chunk of layers n0 .. n1-1 are, in this order, the
// boundaries (if the rule evaluates F there), then for each inner evaluation
// of the rule one point per layer.
type work struct {
	p     *plan
	chunk int // layers in a chunk
	nodes bool
	ends  bool
	in    []int // number of an evaluation among the inner ones

	n0, n1, np, nn int // the current chunk: layers, points, boundaries

	tp, xp, f, jac, mu, hs []float64
	bt                     *batch

	lam []float64 // costates of the residuals, N×R×D
	res []float64 // residuals, N×R×D

	jacNZ, hesNZ []bool // entries that were ever not zero
	rowsym       []rowSym
	hessym       []hesSym
	vals, tv     []float64
	dense        []float64 // R? one residual's rows, D×local, for a matrix Rf
	dense2       []float64

	at struct {
		x, h, r, lr, jx, jh, jt, hh []float64
	}
	val  *valley
	dual []float64 // costates of the second derivatives; nil: lam

	// infinite stands for Rf = +Inf on the way there; 0: it is infinite
	infinite float64

	held  bool // the last step set unknowns on bounds
	given bool // lam is given, not the weight times the residual

	grad  *fronts // of the gradient alone
	stats Stats
}

// Stats counts the work done.
type Stats struct {
	Func, Jac, Hess int // evaluations, points
	Steps           int // accepted Newton steps (gradient steps with LBFGS)
	Rejected        int // rejected ones
	Factorisations  int
	Exact           int // steps with second derivatives
	Costate         int // steps in the costate form
}

func (s *Stats) add(o Stats) {
	s.Func += o.Func
	s.Jac += o.Jac
	s.Hess += o.Hess
	s.Steps += o.Steps
	s.Rejected += o.Rejected
	s.Factorisations += o.Factorisations
	s.Exact += o.Exact
	s.Costate += o.Costate
}

// rowSym is the sparsity of one row of a layer's residual Jacobian: the local
// columns, and where their values come from.
type rowSym struct {
	idx  []int32
	cpos []int32 // constant terms A[i][j]
	cval []float64
	src  []rowSrc
}

type rowSrc struct {
	pos   int32 // into idx
	e     int32 // evaluation
	entry int32 // of the Jacobian
	coef  float64
}

// hesSym adds coef times an entry of an evaluation's second derivative to an
// element of the lower triangle of a layer's matrix.
type hesSym struct {
	row, col int32
	e        int32
	entry    int32
	coef     float64
}

const chunkLayers = 96

func newWork(p *plan) *work {
	D, P := p.D, p.P
	chunks := (p.N + chunkLayers - 1) / chunkLayers
	w := &work{p: p, chunk: (p.N + chunks - 1) / chunks, bt: newBatch(&p.pr.Model)}
	inner := 0
	for _, k := range p.tab.where {
		w.in = append(w.in, inner)
		switch k {
		case atStart:
			w.nodes = true
		case atEnd:
			w.nodes, w.ends = true, true
		case inside:
			inner++
		}
	}
	m := inner * w.chunk
	if w.nodes {
		m += w.chunk
	}
	if w.ends {
		m++
	}
	w.tp, w.xp, w.f = make([]float64, m), make([]float64, m*D), make([]float64, m*D)
	w.mu = make([]float64, m*D)
	w.jac = make([]float64, m*D*(D+P))
	w.lam, w.res = make([]float64, p.N*p.R*D), make([]float64, p.N*p.R*D)
	w.jacNZ, w.hesNZ = make([]bool, D*(D+P)), make([]bool, (D+P)*(D+P))
	local := (p.k+2)*D + P
	w.vals = make([]float64, local)
	if p.rfFull != nil {
		w.dense, w.dense2 = make([]float64, D*local), make([]float64, D*local)
	}
	rows := 0
	for i := range p.attach {
		rows = max(rows, len(p.attach[i].y))
	}
	a := &w.at
	a.x, a.h, a.r, a.lr = make([]float64, D), make([]float64, rows), make([]float64, rows), make([]float64, rows)
	a.jx, a.jt, a.jh = make([]float64, rows*D), make([]float64, rows*P), make([]float64, rows*local)
	a.hh = make([]float64, (D+P)*(D+P))
	return w
}

func (w *work) state(v []float64, n int) []float64 {
	p := w.p
	b := n * (p.k + 1) * p.D
	return v[b : b+(p.k+2)*p.D]
}

// point returns the number within the chunk of evaluation e of layer n.
func (w *work) point(n, e int) int {
	switch w.p.tab.where[e] {
	case atStart:
		return n - w.n0
	case atEnd:
		return n - w.n0 + 1
	}
	return w.nn + w.in[e]*(w.n1-w.n0) + n - w.n0
}

// gather takes the chunk beginning at layer n0 and sets up its points.
func (w *work) gather(n0 int, v []float64) {
	p := w.p
	w.n0, w.n1 = n0, min(n0+w.chunk, p.N)
	L := w.n1 - w.n0
	w.nn = 0
	if w.nodes {
		w.nn = L
		if w.ends {
			w.nn++
		}
	}
	inner := 0
	for _, k := range p.tab.where {
		if k == inside {
			inner++
		}
	}
	w.np = w.nn + inner*L
	np, D := w.np, p.D
	stride := (p.k + 1) * D
	for j := range w.nn {
		w.tp[j] = p.t[w.n0+j]
		x := v[(w.n0+j)*stride : (w.n0+j)*stride+D]
		for d, a := range x {
			w.xp[d*np+j] = a
		}
	}
	for e, kind := range p.tab.where {
		if kind != inside {
			continue
		}
		C := p.tab.C[e]
		for n := w.n0; n < w.n1; n++ {
			q := w.point(n, e)
			w.tp[q] = p.at(n, e)
			z := w.state(v, n)
			for d := range D {
				s := 0.0
				for j, c := range C {
					if c != 0 {
						s += c * z[j*D+d]
					}
				}
				w.xp[d*np+q] = s
			}
		}
	}
}

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
	if w.infinite > 0 && math.IsInf(p.rf[d], 1) {
		return p.tab.w[i] / p.s[n] * w.infinite
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
			if !math.IsInf(rf[d], 1) || w.infinite > 0 {
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

// jacobians evaluates the Jacobians over the chunk.
func (w *work) jacobians(v []float64) {
	p, np, D := w.p, w.np, w.p.D
	w.bt.jacs(&p.pr.Model, w.jac[:D*D*np], w.jac[D*D*np:D*(D+p.P)*np], w.tp[:np], w.xp[:np*D], v[p.nx:])
	w.stats.Jac += np
	if grew(w.jacNZ, w.jac, np) || w.rowsym == nil {
		w.symbolicRows()
	}
}

// grew marks the entries that are not zero somewhere, and reports new ones.
func grew(nz []bool, a []float64, np int) bool {
	g := false
	for e := range nz {
		if nz[e] {
			continue
		}
		for _, x := range a[e*np : (e+1)*np] {
			if x != 0 {
				nz[e], g = true, true
				break
			}
		}
	}
	return g
}

// hessians evaluates over the chunk the second derivatives of the model in
// the direction of the costates.
func (w *work) hessians(v []float64) {
	p, np, D, P := w.p, w.np, w.p.D, w.p.P
	mu := w.mu[:np*D]
	clear(mu)
	lam := w.lam
	if w.dual != nil {
		lam = w.dual
	}
	for n := w.n0; n < w.n1; n++ {
		for i, B := range p.tab.B {
			l := lam[(n*p.R+i)*D : (n*p.R+i+1)*D]
			for e, b := range B {
				if b == 0 {
					continue
				}
				q := w.point(n, e)
				c := -p.s[n] * b
				for d, x := range l {
					mu[d*np+q] += c * x
				}
			}
		}
	}
	if w.hs == nil {
		w.hs = make([]float64, len(w.tp)*(D+P)*(D+P))
	}
	hs := w.hs[:np*(D+P)*(D+P)]
	w.bt.hesses(&p.pr.Model, hs, w.tp[:np], w.xp[:np*D], v[p.nx:], mu)
	w.stats.Hess += np
	if grew(w.hesNZ, hs, np) {
		w.symbolicHess()
	}
}

// symbolicRows lists, for every row of a layer's residuals, the columns and
// the sources of its entries.
func (w *work) symbolicRows() {
	p, D, P := w.p, w.p.D, w.p.P
	w.rowsym = w.rowsym[:0]
	for i := range p.R {
		for d := range D {
			set := map[int32]bool{}
			for j, a := range p.tab.A[i] {
				if a != 0 {
					set[int32(j*D+d)] = true
				}
			}
			type raw struct {
				col int32
				s   rowSrc
			}
			var src []raw
			for e, b := range p.tab.B[i] {
				if b == 0 {
					continue
				}
				for c := range D {
					if !w.jacNZ[d*D+c] {
						continue
					}
					for j, cj := range p.tab.C[e] {
						if cj != 0 {
							col := int32(j*D + c)
							set[col] = true
							src = append(src, raw{col, rowSrc{e: int32(e), entry: int32(d*D + c), coef: b * cj}})
						}
					}
				}
				for c := range P {
					if !w.jacNZ[D*D+d*P+c] {
						continue
					}
					col := int32((p.k+2)*D + c)
					set[col] = true
					src = append(src, raw{col, rowSrc{e: int32(e), entry: int32(D*D + d*P + c), coef: b}})
				}
			}
			var rs rowSym
			for c := range set {
				rs.idx = append(rs.idx, c)
			}
			slices.Sort(rs.idx)
			find := func(c int32) int32 {
				k, _ := slices.BinarySearch(rs.idx, c)
				return int32(k)
			}
			for j, a := range p.tab.A[i] {
				if a != 0 {
					rs.cpos = append(rs.cpos, find(int32(j*D+d)))
					rs.cval = append(rs.cval, a)
				}
			}
			for _, s := range src {
				s.s.pos = find(s.col)
				rs.src = append(rs.src, s.s)
			}
			w.rowsym = append(w.rowsym, rs)
		}
	}
}

// symbolicHess lists where the second derivatives go. Those of a boundary
// that two layers share hold the sum of both, and go to the later one.
func (w *work) symbolicHess() {
	p, D, q := w.p, w.p.D, w.p.D+w.p.P
	w.hessym = w.hessym[:0]
	place := func(j, r int) int32 {
		if r < D {
			return int32(j*D + r)
		}
		return int32((p.k+2)*D + r - D)
	}
	for e, kind := range p.tab.where {
		C := p.tab.C[e]
		if kind == atEnd {
			continue
		}
		for r := range q {
			for c := range q {
				if !w.hesNZ[r*q+c] {
					continue
				}
				for j1, c1 := range C {
					for j2, c2 := range C {
						if r >= D {
							if j1 > 0 {
								continue
							}
							c1 = 1
						}
						if c >= D {
							if j2 > 0 {
								continue
							}
							c2 = 1
						}
						a, b := place(j1, r), place(j2, c)
						if c1*c2 == 0 || b > a {
							continue
						}
						w.hessym = append(w.hessym, hesSym{a, b, int32(e), int32(r*q + c), c1 * c2})
					}
				}
			}
		}
	}
}

// row evaluates row rs of layer n's residual Jacobian into vals.
func (w *work) row(n int, rs *rowSym) []float64 {
	vals := w.vals[:len(rs.idx)]
	clear(vals)
	for k, c := range rs.cpos {
		vals[c] += rs.cval[k]
	}
	np, s := w.np, w.p.s[n]
	e, q := int32(-1), 0
	for k := range rs.src {
		x := &rs.src[k]
		if x.e != e {
			e = x.e
			q = w.point(n, int(e))
		}
		vals[x.pos] -= s * x.coef * w.jac[int(x.entry)*np+q]
	}
	return vals
}
