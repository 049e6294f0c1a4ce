package shooting

import (
	"context"
	"errors"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

const epsilon = 0x1p-52

// run is one boundary value problem being solved.
type run struct {
	s   *Solver
	p   *ode.BVP
	sys ode.System

	method  ode.Method     // of the segments; nil: the default
	stiff   bool           // the default method has found the problem stiff
	probe   ode.Integrator // for choosing segments
	tau     float64        // tolerance of the integration
	careful bool           // take shorter steps than it allows
	step    float64        // step of a fixed-step method
	sens    float64        // tolerance of the derivatives

	tight    float64 // and of the state along with them, as a part of tau
	patience int     // bound for the steps of a segment with derivatives; 0: none
	equal    int     // equal segments per piece; 0: by growth

	// The integrators stop at stops: the breaks of the problem, and its seams when
	// Newton's iteration has ended in the errors of steps over them.
	stops []float64
	seams bool

	limit   float64 // growth at which a segment ends
	longest float64 // bound for the length of a segment

	// Nodes t[0] .. t[N]; segment k from t[k] to t[k+1] is a flow or, where
	// the two are equal, a jump. The unknowns x are the states at the nodes
	// (N+1)×n and the parameters.
	t    []float64
	kind []int
	at   []int // node of each point of the conditions
	x    []float64
	abd  linalg.ABD

	known struct { // condition of the factors
		figures ode.Conditioning
		of      int // the number of factorisations that there were
	}

	sure     bool // the derivatives are known to be accurate enough
	factored bool // whether abd holds factors of these nodes' system

	cond   *conditions
	params []float64 // parameters of the guess

	seg []segment
	ctx context.Context

	peak, mean, coupling []float64 // size of each component
	wy, wp               []float64 // Newton's weights
	tol                  []float64 // mean sizes that the integration's tolerances were set by

	nw                        newton.Solver
	np                        newton.Problem
	retries, replans, rescale int
	bold                      int

	abs      []float64 // error estimates
	absP     []float64
	stats    ode.Stats
	recorded []*ode.Solution // recorded segments
	resid    float64
}

func newRun(s *Solver, p *ode.BVP) (*run, error) {
	check(p)
	r := &run{s: s, p: p, sys: p.System, method: s.Integrator.Method, equal: max(s.Segments, 0)}
	n, m := p.Dim, p.Params
	r.stops = p.Breaks
	r.params = make([]float64, m)
	r.peak, r.mean, r.coupling, r.tol = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	r.wp = make([]float64, m)
	r.tau = s.rtol() / 30
	r.sens, r.tight = 1e-4, 1
	if r.linear() {
		r.sens = 1e-6
	}
	r.step = s.Integrator.Step
	if !r.adaptive() && r.step == 0 {
		r.step = (p.End - p.Start) / 100
	}
	r.probe = s.Integrator
	if !r.adaptive() {
		r.probe.Method, r.probe.Step = nil, 0
	}
	r.probe.RelTol, r.probe.AbsTol, r.probe.SensitivityTol = 1e-4, 1e-4, 1e-2
	r.probe.RelTols, r.probe.AbsTols, r.probe.EndOnly = nil, nil, true
	r.probe.StopIfStiff = r.method == nil
	r.limit = r.growth()
	r.longest = p.End - p.Start
	if !r.linear() {
		r.longest /= 10
	}
	r.cond = newConditions(p)
	r.np = newton.Problem{Residual: r.residual, Factor: r.factor, Solve: r.solveLinear, Norm: r.norm, Rescale: r.weigh}
	r.t, r.kind = []float64{p.Start, p.End}, []int{flow}
	if p.Algebraic > 0 {
		r.x = make([]float64, 2*n+m)
		return r, r.error(&Error{Op: "starting", Component: -1, Err: ode.ErrMethod,
			Try: "the system has algebraic components: use collocation"})
	}
	r.layout()
	return r, nil
}

func (r *run) adaptive() bool {
	return r.method == nil || r.method.Adaptive()
}

// pieces returns the number of segments that are integrated.
func (r *run) pieces() int {
	n := 0
	for _, k := range r.kind {
		if k == flow {
			n++
		}
	}
	return n
}

// layout allocates for the present nodes.
func (r *run) layout() {
	n, m, nodes := r.p.Dim, r.p.Params, len(r.t)
	r.at = r.at[:0]
	for _, t := range points(r.p) {
		k := 0
		for r.t[k] != t {
			if k++; k == nodes {
				k = nodes - 1 // only before the first plan
				break
			}
		}
		r.at = append(r.at, k)
	}
	r.x, r.wy = make([]float64, nodes*n+m), make([]float64, nodes*n)
	r.factored, r.sure = false, false
	r.abd.Reset(n, m, nodes-1, r.cond.nodes(r.at))
	r.seg = make([]segment, nodes-1)
	buf := make([]float64, (nodes-1)*(3*n+n*(n+m)))
	for i := range r.seg {
		r.seg[i].area, buf = buf[:n], buf[n:]
		r.seg[i].peak, buf = buf[:n], buf[n:]
		r.seg[i].end, buf = buf[:n], buf[n:]
		r.seg[i].v, buf = buf[:n*(n+m)], buf[n*(n+m):]
	}
}

// fill takes x from a guess.
func (r *run) fill(g guess) {
	n := r.p.Dim
	for k, t := range r.t {
		left := k+1 < len(r.t) && r.t[k+1] == t
		g(r.x[k*n:(k+1)*n], t, left)
	}
	copy(r.q(r.x), r.params)
}

func (r *run) node(x []float64, k int) []float64 { return x[k*r.p.Dim : (k+1)*r.p.Dim] }
func (r *run) q(x []float64) []float64           { return x[len(r.t)*r.p.Dim:] }

// residual stores F(x): the gaps y[k+1] - end of segment k, and the conditions.
func (r *run) residual(dst, x []float64) {
	r.shoot(r.trajectory(1), x, false)
	r.gaps(dst, x)
}

func (r *run) gaps(dst, x []float64) {
	n, last := r.p.Dim, len(r.t)-1
	for k := range last {
		for c := range n {
			dst[k*n+c] = x[(k+1)*n+c] - r.seg[k].end[c]
		}
	}
	r.cond.values(dst[last*n:], x, r)
}

// factor factors F'(x).
func (r *run) factor(x []float64) error {
	in := r.integrator(r.tight)
	in.SensitivityTol = r.sens
	if r.patience > 0 {
		in.MaxSteps = r.patience
	}
	r.shoot(in, x, true)
	n, m := r.p.Dim, r.p.Params
	r.factored = false
	for k := range r.seg {
		sg := &r.seg[k]
		if sg.err != nil {
			return sg.err
		}
		a, b, c := r.abd.A(k), r.abd.B(k), r.abd.C(k)
		clear(b)
		for i := range n {
			row := sg.v[i*(n+m) : (i+1)*(n+m)]
			for j := range n {
				a[i*n+j] = -row[j]
			}
			for j := range m {
				c[i*m+j] = -row[n+j]
			}
			b[i*n+i] = 1
		}
	}
	r.cond.derivatives(x, r)
	r.stats.Factorisations++
	err := r.abd.Factor()
	r.factored = err == nil
	return err
}

func (r *run) solveLinear(dst, b []float64) {
	n, last := r.p.Dim, len(r.t)-1
	r.stats.Solves++
	r.abd.Solve(dst[:(last+1)*n], r.q(dst), b[:last*n], b[last*n:])
}

// worstGrowth returns the largest growth over a segment.
func (r *run) worstGrowth() float64 {
	g := 0.0
	for k, kind := range r.kind {
		if kind == flow && k < len(r.seg) {
			g = max(g, r.seg[k].growth)
		}
	}
	return g
}

// newton iterates from r.x.
func (r *run) newton(ctx context.Context) error {
	r.ctx = ctx
	r.measure(r.x)
	r.setTolerances()
	r.nw = newton.Solver{Tol: 0.03, MaxSteps: r.s.newtonSteps(), MinDamping: r.s.minDamping()}
	if r.bold == bold {
		r.nw.Bold, r.nw.MinDamping, r.nw.MaxSteps = true, 1.0/16, min(r.nw.MaxSteps, 12)
	}
	r.nw.Trace = func(s newton.Step) {
		r.trace(Progress{Stage: "newton", Segments: r.pieces(), Step: s.Number, Damping: s.Damping,
			Correction: s.Correction, Contraction: s.Contraction, Growth: r.worstGrowth()})
	}
	res, err := r.nw.Solve(ctx, &r.np, r.x)
	r.stats.Newton += res.Steps
	if err != nil && ctx.Err() == nil && errors.Is(err, newton.ErrNoDescent) && res.Correction <= 0.1*max(1, min(100, r.noise())) {
		return nil // the errors of the integration stop it; the estimate decides
	}
	return err
}

func (r *run) trace(p Progress) {
	if r.s.Trace != nil {
		r.s.Trace(p)
	}
}
