package shooting

import (
	"context"
	"math"

	"costate/internal/newton"
)

// relax improves a guess from which the segments do not converge: on 16 equal
// steps, then on 32, 64 and 128, each from the solution before, it solves the
// equations of the implicit midpoint rule,
//
//	y[k+1] - y[k] = h f(t[k] + h/2, (y[k] + y[k+1])/2, p),
//
// whose unknowns are the states at all steps, and no initial value problem has
// to be followed to where it may lead. The solution, drawn as straight lines,
// is a guess of order 2 for the segments. Few steps come first as they do not
// resolve what makes the problem ill-conditioned. It returns nil if even those
// fail; the nodes are as before.
func (r *run) relax(ctx context.Context, g guess) guess {
	t, kind := r.t, r.kind
	var best guess
	for count := 16; count <= 128; count *= 2 {
		better, err := r.relaxOn(ctx, g, count)
		if err == nil {
			best, g = better, better
		} else if best != nil || ctx.Err() != nil {
			break
		}
	}
	r.t, r.kind = t, kind
	r.layout()
	return best
}

func (r *run) relaxOn(ctx context.Context, g guess, count int) (guess, error) {
	places := r.places()
	m := &nodes{t: []float64{places[0]}}
	jump := 0
	for i, end := range places[1:] {
		from := places[i]
		parts := max(2, int(math.Ceil(float64(count)*(end-from)/(r.p.End-r.p.Start))))
		for k := 1; k < parts; k++ {
			m.add(from+(end-from)*float64(k)/float64(parts), flow)
		}
		m.add(end, flow)
		if jump < len(r.p.Jumps) && r.p.Jumps[jump].T == end {
			m.add(end, jump)
			jump++
		}
	}
	r.t, r.kind = m.t, m.kind
	r.layout()
	r.fill(g)
	r.ctx = ctx
	r.recorded = nil
	b := newBox(r)
	np := newton.Problem{Residual: b.residual, Factor: b.factor, Solve: r.solveLinear, Norm: r.norm, Rescale: r.weigh}
	// A guess need not be better than the rule is.
	nw := newton.Solver{Tol: max(1, 1e-4/r.s.rtol()), MaxSteps: 2 * r.s.newtonSteps(), MinDamping: r.s.minDamping()}
	nw.Trace = func(s newton.Step) {
		r.trace(Progress{Stage: "relaxation", Segments: r.pieces(), Step: s.Number, Damping: s.Damping,
			Correction: s.Correction, Contraction: s.Contraction})
	}
	r.measure(r.x)
	res, err := nw.Solve(ctx, &np, r.x)
	r.stats.Newton += res.Steps
	return r.present(), err
}

// box is the implicit midpoint rule on the nodes of a run.
type box struct {
	r          *run
	mid, f, f1 []float64
	arg, q     []float64
	dfdy, dfdp []float64
}

func newBox(r *run) *box {
	n, m := r.p.Dim, r.p.Params
	return &box{r: r, mid: make([]float64, n), f: make([]float64, n), f1: make([]float64, n), arg: make([]float64, n),
		q: make([]float64, m), dfdy: make([]float64, n*n), dfdp: make([]float64, n*m)}
}

// middle stores the middle of step k into b.mid and returns its place and the
// step.
func (b *box) middle(x []float64, k int) (t, h float64) {
	r := b.r
	a, c := r.node(x, k), r.node(x, k+1)
	for i := range b.mid {
		b.mid[i] = (a[i] + c[i]) / 2
	}
	return (r.t[k] + r.t[k+1]) / 2, r.t[k+1] - r.t[k]
}

func (b *box) eval(dst []float64, t float64, y, q []float64) {
	b.r.stats.Func++
	if f := b.r.sys.Func; f != nil {
		f(dst, t, y, q)
		return
	}
	b.r.sys.Batch(dst, []float64{t}, y, q)
}

func (b *box) residual(dst, x []float64) {
	r, n := b.r, b.r.p.Dim
	last := len(r.t) - 1
	for k := range last {
		a, c := r.node(x, k), r.node(x, k+1)
		if j := r.kind[k]; j != flow {
			r.jump(&r.seg[k], j, a, r.q(x), false)
			for i := range n {
				dst[k*n+i] = c[i] - r.seg[k].end[i]
			}
			continue
		}
		t, h := b.middle(x, k)
		b.eval(b.f, t, b.mid, r.q(x))
		for i := range n {
			dst[k*n+i] = c[i] - a[i] - h*b.f[i]
		}
	}
	r.cond.values(dst[last*n:], x, r)
}

func (b *box) factor(x []float64) error {
	r, n, m := b.r, b.r.p.Dim, b.r.p.Params
	r.measure(x)
	for k := range r.seg {
		a, c, d := r.abd.A(k), r.abd.B(k), r.abd.C(k)
		clear(c)
		for i := range n {
			c[i*n+i] = 1
		}
		if j := r.kind[k]; j != flow {
			sg := &r.seg[k]
			r.jump(sg, j, r.node(x, k), r.q(x), true)
			for i := range n {
				for l := range n {
					a[i*n+l] = -sg.v[i*(n+m)+l]
				}
				for l := range m {
					d[i*m+l] = -sg.v[i*(n+m)+n+l]
				}
			}
			continue
		}
		t, h := b.middle(x, k)
		b.jacobian(t, r.q(x))
		for i, v := range b.dfdy {
			a[i] = -h / 2 * v
			c[i] -= h / 2 * v
		}
		for i := range n {
			a[i*n+i]--
		}
		for i, v := range b.dfdp {
			d[i] = -h * v
		}
	}
	r.cond.derivatives(x, r)
	r.stats.Factorisations++
	return r.abd.Factor()
}

// jacobian stores the derivatives of f at (t, b.mid, q), by differences if
// need be.
func (b *box) jacobian(t float64, q []float64) {
	r, n, m := b.r, b.r.p.Dim, b.r.p.Params
	r.stats.Jac++
	switch {
	case r.sys.Jac != nil:
		r.sys.Jac(b.dfdy, b.dfdp, t, b.mid, q)
		return
	case r.sys.BatchJac != nil:
		r.sys.BatchJac(b.dfdy, b.dfdp, []float64{t}, b.mid, q)
		return
	}
	b.eval(b.f, t, b.mid, q)
	copy(b.arg, b.mid)
	for j, v := range b.mid {
		b.arg[j] = v + increment(v, r.peak[j])
		b.eval(b.f1, t, b.arg, q)
		h := b.arg[j] - v
		b.arg[j] = v
		for i := range n {
			b.dfdy[i*n+j] = (b.f1[i] - b.f[i]) / h
		}
	}
	copy(b.q, q)
	for j, v := range q {
		b.q[j] = v + increment(v, 0)
		b.eval(b.f1, t, b.mid, b.q)
		h := b.q[j] - v
		b.q[j] = v
		for i := range n {
			b.dfdp[i*m+j] = (b.f1[i] - b.f[i]) / h
		}
	}
}
