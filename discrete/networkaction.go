package discrete

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
)

// NetworkAction is a value of the action in its parts, unnormalised and with
// the factor 1/2.
type NetworkAction struct {
	In    float64 // measurement error of the inputs
	Out   float64 // measurement error of the other observed layers
	Model float64 // model error, of precision Rf
	Prior float64 // of the weights
}

// Total is the action.
func (a NetworkAction) Total() float64 { return a.In + a.Out + a.Model + a.Prior }

// Data is the action without the weights' prior: what the expected level
// (NetworkProblem.Expected) is about.
func (a NetworkAction) Data() float64 { return a.In + a.Out + a.Model }

// Times returns the action with every part multiplied by c.
func (a NetworkAction) Times(c float64) NetworkAction {
	return NetworkAction{a.In * c, a.Out * c, a.Model * c, a.Prior * c}
}

// NetworkNormalisation is a convention for the action and for Rf.
type NetworkNormalisation int

const (
	// NetUnnormalised is this project's: A = ME + FE, with the factors 1/2.
	NetUnnormalised NetworkNormalisation = iota

	// NetPaper divides measurement terms by M (L_in + L_out) and model terms
	// by M times the number of states that a map produces.
	NetPaper

	// NetVaranneal is NetPaper without the factors 1/2.
	NetVaranneal
)

var netNormNames = [...]string{"unnormalised, 1/2", "paper", "varanneal"}

func (n NetworkNormalisation) String() string {
	if n < 0 || int(n) >= len(netNormNames) {
		return "unknown normalisation"
	}
	return netNormNames[n]
}

// Scale returns the factor c and the ratio rho between convention n and the
// unnormalised one: the action in n at the precision rf quoted in n is
// c·A at Rf = rho·rf. A minimiser in one convention is one in the other.
func (n NetworkNormalisation) Scale(p *NetworkProblem) (c, rho float64, err error) {
	q, err := p.compile()
	if err != nil {
		return 0, 0, err
	}
	if n == NetUnnormalised {
		return 1, 1, nil
	}
	l := float64(q.measurements())
	c = 1 / (l * float64(q.m))
	if n == NetVaranneal {
		c *= 2
	}
	return c, l / float64(q.mapped), nil
}

// Action returns the action at the weights theta and the paths x
// (Pairs×States); rf may be +Inf, which leaves the model term out.
func (p *NetworkProblem) Action(theta, x []float64, rf float64) (NetworkAction, error) {
	q, err := p.compile()
	if err != nil {
		return NetworkAction{}, err
	}
	if err := q.check(theta, x, rf); err != nil {
		return NetworkAction{}, err
	}
	return q.action(theta, x, rf), nil
}

// Gradient stores the derivatives of the action with respect to the weights
// into dtheta and to the paths into dx (Pairs×States; 0 for exact inputs),
// and returns the action. rf must be finite.
func (p *NetworkProblem) Gradient(dtheta, dx, theta, x []float64, rf float64) (NetworkAction, error) {
	q, err := p.compile()
	if err != nil {
		return NetworkAction{}, err
	}
	if err := q.check(theta, x, rf); err != nil {
		return NetworkAction{}, err
	}
	if math.IsInf(rf, 0) || len(dtheta) != len(theta) || len(dx) != len(x) {
		return NetworkAction{}, fmt.Errorf("%w: gradient needs a finite Rf and room for %d and %d derivatives", ErrNetwork, len(theta), len(x))
	}
	return q.gradient(dtheta, dx, theta, x, rf, newNetGradient(q)), nil
}

func (p *netProblem) check(theta, x []float64, rf float64) error {
	if len(theta) != p.params || len(x) != p.m*p.states {
		return fmt.Errorf("%w: %d weights and %d states given, want %d and %d×%d", ErrNetwork, len(theta), len(x), p.params, p.m, p.states)
	}
	if !(rf >= 0) {
		return fmt.Errorf("%w: Rf = %g", ErrNetwork, rf)
	}
	if p.src.Loss == NetCrossEntropy && !math.IsInf(rf, 0) {
		return fmt.Errorf("%w: cross-entropy needs Rf = +Inf", ErrNetwork)
	}
	return nil
}

func (p *netProblem) action(theta, x []float64, rf float64) NetworkAction {
	r, u := make([]float64, p.states), make([]float64, p.ulen)
	var sum NetworkAction
	for k := range p.m {
		xk := x[k*p.states : (k+1)*p.states]
		if !math.IsInf(rf, 0) {
			p.residual(r, u, nil, xk, theta)
		}
		a := p.sample(k, xk, r, rf)
		sum.In += a.In
		sum.Out += a.Out
		sum.Model += a.Model
	}
	sum.Prior = p.prior(theta)
	return sum
}

// sample returns the action of pair k with path x and defects r.
func (p *netProblem) sample(k int, x, r []float64, rf float64) NetworkAction {
	var a NetworkAction
	y := p.target[k*p.states : (k+1)*p.states]
	for i := range p.cells {
		c := &p.cells[i]
		if c.set < 0 {
			if p.exact {
				continue
			}
			for s := c.off; s < c.off+c.width; s++ {
				if w := p.root[s]; w > 0 && !math.IsInf(w, 0) {
					d := x[s] - y[s]
					a.In += w * d * d / 2
				}
			}
		} else if !math.IsInf(rf, 0) {
			for s := c.off; s < c.off+c.width; s++ {
				a.Model += rf * p.root[s] * r[s] * r[s] / 2
			}
		}
	}
	v := p.value[k*len(p.obs) : (k+1)*len(p.obs)]
	if p.src.Loss == NetCrossEntropy {
		o := p.obs[0]
		lse := netLogSumExp(x[o : o+len(v)])
		for j, t := range v {
			if t != 0 {
				a.Out += t * (lse - x[o+j])
			}
		}
		return a
	}
	for j, s := range p.obs {
		d := x[s] - v[j]
		a.Out += p.rm[j] * d * d / 2
	}
	return a
}

func (p *netProblem) prior(theta []float64) float64 {
	w := p.src.WeightPrecision
	if w == 0 {
		return 0
	}
	var sum float64
	for i, t := range theta {
		if p.src.WeightMean != nil {
			t -= p.src.WeightMean[i]
		}
		sum += t * t
	}
	return w * sum / 2
}

// netGradient is the workspace of gradient.
type netGradient struct{ r, u, df, pz []float64 }

func newNetGradient(p *netProblem) *netGradient {
	return &netGradient{make([]float64, p.states), make([]float64, p.ulen),
		make([]float64, p.states), make([]float64, p.states)}
}

func (p *netProblem) gradient(dtheta, dx, theta, x []float64, rf float64, w *netGradient) NetworkAction {
	clear(dx)
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
	var sum NetworkAction
	for k := range p.m {
		xk, gk := x[k*p.states:(k+1)*p.states], dx[k*p.states:(k+1)*p.states]
		y := p.target[k*p.states : (k+1)*p.states]
		p.residual(w.r, w.u, w.df, xk, theta)
		a := p.sample(k, xk, w.r, rf)
		sum.In += a.In
		sum.Out += a.Out
		sum.Model += a.Model
		for j, s := range p.obs {
			gk[s] = p.rm[j] * (xk[s] - p.value[k*len(p.obs)+j])
		}
		for i := range p.cells {
			c := &p.cells[i]
			if c.set < 0 {
				for s := c.off; s < c.off+c.width; s++ {
					if q := p.root[s]; !math.IsInf(q, 0) {
						gk[s] += q * (xk[s] - y[s])
					}
				}
				continue
			}
			set := &p.sets[c.set]
			u := w.u[c.u : c.u+c.cols]
			for a := range c.width {
				s := c.off + a
				w.pz[s] = rf * p.root[s] * w.r[s]
				gk[s] += w.pz[s]
				o := set.off + a*set.cols
				g := -w.pz[s] * w.df[s]
				for b, v := range u {
					dtheta[o+b] += g * v
				}
			}
			p.adjoint(gk, w.pz, -1, w.df, theta, c, true)
		}
		for i := range p.cells {
			if c := &p.cells[i]; c.set < 0 {
				for s := c.off; s < c.off+c.width; s++ {
					if math.IsInf(p.root[s], 0) {
						gk[s] = 0
					}
				}
			}
		}
	}
	sum.Prior = p.prior(theta)
	return sum
}

func netLogSumExp(z []float64) float64 {
	m := z[0]
	for _, v := range z {
		m = max(m, v)
	}
	var s float64
	for _, v := range z {
		s += math.Exp(v - m)
	}
	return m + math.Log(s)
}

// netFor calls f(worker, i) for i = 0..n-1 from several goroutines. What f
// stores for i must depend on i alone and sums over i be taken afterwards in
// order: then no result depends on the number of workers.
func netFor(n, workers int, f func(worker, i int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for i := range n {
			f(0, i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(w, i)
			}
		})
	}
	wg.Wait()
}
