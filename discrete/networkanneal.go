package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sort"

	"costate/ode"
)

// NetworkAnnealing is variational annealing of a network: the action is
// minimised at Rf = Rf0 Alpha^beta, beta = 0, 1, .., Betas-1, each minimum
// being the start of the next, from several random starts.
type NetworkAnnealing struct {
	Solver NetworkSolver // of one rung [MaxIter 50, Tol 1e-6]

	// LBFGS, if not nil, minimises instead of Solver, for comparison with
	// tools that have no curvature. [nil]
	LBFGS *NetworkLBFGS

	// Rf0 is the first precision in the convention of Normalisation [1e-8
	// times the mean Rm of the outputs, unnormalised].
	Rf0           float64
	Alpha         float64 // [1.1]
	Betas         int     // [436]
	Normalisation NetworkNormalisation

	// Strong adds a last rung at Rf = +Inf.
	Strong bool

	// Plateau ends the ladder once the action has changed by less than this
	// fraction over ten rungs and the model error is below it too [0: never].
	Plateau float64

	// Redraws is how many times, after the ladder and at its last precision, a
	// hidden neuron is drawn anew and the action minimised from there; a lower
	// one is kept. Neurons take turns. It finds the minimum next to that of a
	// ladder which has all neurons right but a few. [0]
	Redraws int

	Starts int    // [1]
	First  int    // index of the first start, to go on where another run ended [0]
	Seed   uint64 // start i draws from the stream i of it

	// Weights draws the first weights; it is called from several goroutines
	// [UniformWeights with bound 1/Widths[0]].
	Weights func(rng *rand.Rand) []float64

	// Hidden states (and unobserved outputs) begin uniformly in [Low, High]
	// [0.4, 0.6], observed states at their data, free inputs N(0, 1).
	Low, High float64

	// OwnPaths begins with the network's own paths instead, with the observed
	// outputs put to their data.
	OwnPaths bool

	// Parallel is how many starts run at once; no result depends on it
	// [GOMAXPROCS].
	Parallel int
}

// ErrNetworkStart is wrapped by an error that says that no start succeeded.
var ErrNetworkStart = errors.New("no start reached a minimum")

func (o NetworkAnnealing) defaults(q *netProblem) (NetworkAnnealing, error) {
	if o.Solver.MaxIter == 0 {
		o.Solver.MaxIter = 50
	}
	if o.Solver.Tol == 0 {
		o.Solver.Tol = 1e-6
	}
	if o.Alpha == 0 {
		o.Alpha = 1.1
	}
	if o.Betas == 0 {
		o.Betas = 436
	}
	if o.Low == 0 && o.High == 0 {
		o.Low, o.High = 0.4, 0.6
	}
	if o.Parallel == 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	o.Starts = max(1, o.Starts)
	if o.Rf0 == 0 {
		o.Rf0 = 1e-8 * q.meanRm
	} else {
		_, rho, err := o.Normalisation.Scale(q.src)
		if err != nil {
			return o, err
		}
		o.Rf0 *= rho
	}
	if !(o.Rf0 > 0) || !(o.Alpha > 1) || o.Betas < 1 || !(o.High >= o.Low) {
		return o, fmt.Errorf("%w: annealing with Rf0 = %g, alpha = %g, %d rungs, hidden states in [%g, %g]", ErrNetwork, o.Rf0, o.Alpha, o.Betas, o.Low, o.High)
	}
	if o.Weights == nil {
		bound := 1 / float64(q.net.Widths[0])
		net := q.net
		o.Weights = func(rng *rand.Rand) []float64 { return net.UniformWeights(bound, rng) }
	}
	return o, nil
}

// Run anneals p from every start. The error is not nil if the problem is
// invalid, the context ended or no start reached a minimum; what was
// finished is returned with it.
func (o NetworkAnnealing) Run(ctx context.Context, p *NetworkProblem) (*NetworkLevels, error) {
	q, err := p.compile()
	if err != nil {
		return nil, err
	}
	if p.Loss == NetCrossEntropy {
		return nil, fmt.Errorf("%w: cross-entropy has no finite Rf to anneal", ErrNetwork)
	}
	if o, err = o.defaults(q); err != nil {
		return nil, err
	}
	levels := &NetworkLevels{Problem: p, Seed: o.Seed, Starts: make([]NetworkStart, o.Starts)}
	netFor(o.Starts, o.Parallel, func(_, i int) { levels.Starts[i] = o.start(ctx, q, o.First+i) })
	sort.SliceStable(levels.Starts, func(i, j int) bool {
		a, b := levels.Starts[i].Fit, levels.Starts[j].Fit
		x, y := a.Action.Total(), b.Action.Total()
		// Starts that ended at a smaller Rf come last: their actions are lower.
		if a.Rf != b.Rf && (levels.Starts[i].Err != nil || levels.Starts[j].Err != nil) {
			return a.Rf > b.Rf
		}
		return x < y || math.IsNaN(y) && !math.IsNaN(x)
	})
	if err := ctx.Err(); err != nil {
		return levels, err
	}
	for i := range levels.Starts {
		if levels.Starts[i].Err == nil {
			return levels, nil
		}
	}
	return levels, fmt.Errorf("%w of %d: %w", ErrNetworkStart, o.Starts, levels.Starts[0].Err)
}

// netMinimiser goes down from weights and paths that it holds, which it leaves
// at the result.
type netMinimiser interface {
	point() (weights, paths []float64)

	// descend minimises at the precision rf; mu is a first damping, steps the
	// limit in Gauss-Newton steps, 0: that of the options.
	descend(ctx context.Context, rf, mu float64, steps int) *NetworkFit

	// carry moves from a minimum at the precision from to a start at to.
	carry(from, to float64)
}

func (o *NetworkAnnealing) minimiser(q *netProblem) netMinimiser {
	if o.LBFGS != nil {
		return &netQuasi{*o.LBFGS, q, make([]float64, q.params), make([]float64, q.m*q.states)}
	}
	return newNetNewton(q, o.Solver)
}

// begin stores the first weights and paths of a start.
func (o *NetworkAnnealing) begin(q *netProblem, weights, paths []float64, rng *rand.Rand) error {
	w := o.Weights(rng)
	if len(w) != q.params {
		return fmt.Errorf("%w: first weights are %d, want %d", ErrNetwork, len(w), q.params)
	}
	copy(weights, w)
	u := make([]float64, q.ulen)
	for k := range q.m {
		x := paths[k*q.states : (k+1)*q.states]
		for i := range q.cells {
			c := &q.cells[i]
			for s := c.off; s < c.off+c.width; s++ {
				switch {
				case c.set >= 0:
					x[s] = o.Low + (o.High-o.Low)*rng.Float64()
				case q.root[s] == 0:
					x[s] = rng.NormFloat64()
				default:
					x[s] = q.target[k*q.states+s]
				}
			}
		}
		if o.OwnPaths {
			q.propagate(x, u, weights, nil)
		}
		for j, s := range q.obs {
			x[s] = q.value[k*len(q.obs)+j]
		}
	}
	return nil
}

func (o *NetworkAnnealing) start(ctx context.Context, q *netProblem, index int) NetworkStart {
	st := NetworkStart{Index: index}
	m := o.minimiser(q)
	weights, paths := m.point()
	rng := rand.New(rand.NewPCG(o.Seed, uint64(index)))
	if st.Err = o.begin(q, weights, paths, rng); st.Err != nil {
		st.Fit = &NetworkFit{Err: st.Err, Action: NetworkAction{Out: math.NaN()}}
		return st
	}
	first := o.Solver.defaults().Damping
	mu := first
	rf := o.Rf0
	for beta := 0; ; beta++ {
		if beta == o.Betas {
			if !o.Strong {
				break
			}
			rf = math.Inf(1)
		}
		if beta > 0 {
			m.carry(st.Fit.Rf, rf)
		}
		fit := m.descend(ctx, rf, mu, 0)
		st.Fit = fit
		st.Rungs = append(st.Rungs, NetworkRung{beta, rf, fit.Action, fit.Gradient, fit.Iterations, fit.Evaluations, fit.Status})
		// A rung that runs out of steps is carried on: the next one goes on
		// from its last iterate. Other failures end the start.
		if fit.Status == ode.NotFinite || fit.Status == ode.Cancelled {
			st.Err = fit.Err
			break
		}
		if beta >= o.Betas || o.flat(st.Rungs) && !o.Strong {
			break
		}
		if o.flat(st.Rungs) {
			beta = o.Betas - 1
			continue
		}
		mu = min(max(fit.Damping, 1e-10), first)
		rf = o.Rf0 * math.Pow(o.Alpha, float64(beta+1))
	}
	o.redraw(ctx, q, m, &st, rng)
	st.judge(st.Fit)
	return st
}

// flat reports whether the ladder has come to its plateau.
func (o *NetworkAnnealing) flat(r []NetworkRung) bool {
	n := len(r)
	if o.Plateau == 0 || n < 11 {
		return false
	}
	a := r[n-1].Action
	for _, b := range r[n-11:] {
		if math.Abs(a.Total()-b.Action.Total()) > o.Plateau*a.Total() {
			return false
		}
	}
	return a.Model <= o.Plateau*a.Total()
}

// judge adds the warnings.
func (st *NetworkStart) judge(fit *NetworkFit) {
	if fit.Status != ode.Solved {
		st.Warnings = append(st.Warnings, fmt.Errorf("the last rung did not converge: %w", fit.Err))
	}
	if a := fit.Action; a.Model > 0.05*a.Total() {
		st.Warnings = append(st.Warnings, fmt.Errorf("the model error is still %.2g of the action %.4g at Rf = %.3g: the ladder ends too early", a.Model/a.Total(), a.Total(), fit.Rf))
	}
	// dA/d ln Rf = FE along a tracked minimum, and FE Rf tends to a constant
	// there (half the integral of p²): an action that falls with Rf, or a
	// model error that grows where it is small, is a change of basin.
	drops := 0
	for i := 1; i < len(st.Rungs); i++ {
		a, b := st.Rungs[i-1].Action, st.Rungs[i].Action
		if b.Total() < 0.999*a.Total() {
			drops++
		}
	}
	if drops > 0 {
		st.Warnings = append(st.Warnings, fmt.Errorf("the action fell on %d of %d rungs though Rf grew: the rungs before were not at a minimum", drops, len(st.Rungs)))
	}
}

func (nw *netNewton) point() (weights, paths []float64) { return nw.w, nw.x }

func (nw *netNewton) descend(ctx context.Context, rf, mu float64, steps int) *NetworkFit {
	limit := nw.opt.MaxIter
	defer func() { nw.opt.MaxIter = limit }()
	if steps > 0 {
		nw.opt.MaxIter = steps
	}
	return nw.run(ctx, rf, mu)
}

// carry: near a minimum the costates p = Rf e change little, so that defects
// scaled by from/to are the better prediction once they are small; the paths
// as they are, while they are large. The lower action decides.
func (nw *netNewton) carry(from, to float64) {
	p, n := nw.p, nw.p.states
	if math.IsInf(to, 0) {
		return // run propagates
	}
	lin := nw.lin
	lin.at(nw.x, nw.w, from, nw.opt.Workers)
	same := nw.action(nw.x, lin.r, nw.w, to)
	f := from / to
	netFor(p.m, nw.opt.Workers, func(w, k int) {
		e := lin.r[k*n : (k+1)*n]
		xt := nw.xt[k*n : (k+1)*n]
		for i := range p.cells {
			c := &p.cells[i]
			for s := c.off; s < c.off+c.width; s++ {
				if c.set < 0 {
					xt[s] = nw.x[k*n+s]
				} else {
					e[s] *= f
				}
			}
		}
		p.propagate(xt, nw.u[w*p.ulen:(w+1)*p.ulen], nw.w, e)
	})
	if nw.action(nw.xt, lin.r, nw.w, to).Total() < same.Total() {
		nw.x, nw.xt = nw.xt, nw.x
	}
}
