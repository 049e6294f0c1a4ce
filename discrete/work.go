package discrete

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

	// caps are the largest Rf of each component, on the way to +Inf for
	// instance; nil: there is none
	caps []float64

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

// jacobians evaluates the Jacobians over the chunk.
func (w *work) jacobians(v []float64) {
	p, np, D := w.p, w.np, w.p.D
	w.bt.jacs(&p.pr.Model, w.jac[:D*D*np], w.jac[D*D*np:D*(D+p.P)*np], w.tp[:np], w.xp[:np*D], v[p.nx:])
	w.stats.Jac += np
	if grew(w.jacNZ, w.jac, np) || w.rowsym == nil {
		w.symbolicRows()
	}
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
