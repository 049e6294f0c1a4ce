package discrete

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// netCase is a problem with a random point (weights, paths).
type netCase struct {
	name  string
	p     *NetworkProblem
	theta []float64
	x     []float64
}

func netRandom(rng *rand.Rand, n int, sd float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = sd * rng.NormFloat64()
	}
	return v
}

// netCases covers the kinds of layers, activations, biases, sharing,
// recurrence, partial and hidden data and priors.
func netCases() []netCase {
	rng := rand.New(rand.NewPCG(1, 2))
	square := NetActivation{Name: "z/(1+z²)", F: func(z float64) float64 { return z / (1 + z*z) },
		D: func(z float64) float64 { d := 1 + z*z; return (1 - z*z) / (d * d) }}
	var cases []netCase
	add := func(name string, net Network, m int, change func(p *NetworkProblem)) {
		T := max(1, net.Times)
		p := &NetworkProblem{Network: net, Pairs: m}
		N := net.Layers()
		for t := range T {
			p.Observations = append(p.Observations,
				NetworkObservation{Layer: 0, Time: t, Values: netRandom(rng, m*net.Widths[0], 1), Rm: []float64{4}},
				NetworkObservation{Layer: N, Time: t, Values: netRandom(rng, m*net.Widths[N], 1), Rm: []float64{3}})
		}
		if change != nil {
			change(p)
		}
		theta := netRandom(rng, net.Params(), 0.7)
		x := netRandom(rng, m*net.States(), 0.7)
		if q, err := p.compile(); err == nil {
			for k := range m {
				for s, r := range q.root {
					if math.IsInf(r, 0) {
						x[k*q.states+s] = q.target[k*q.states+s]
					}
				}
			}
		}
		cases = append(cases, netCase{name, p, theta, x})
	}
	add("perceptron", Network{Widths: []int{3, 4, 2}}, 3, nil)
	add("bias, activations", Network{Widths: []int{3, 4, 5, 2}, Bias: true, Activation: []NetActivation{NetTanh, NetSoftplus, NetIdentity}}, 2, nil)
	add("user activation", Network{Widths: []int{2, 3, 2}, Bias: true, Activation: []NetActivation{square}}, 2, nil)
	add("residual, shared", Network{Widths: []int{3, 3, 3, 3}, Kind: NetResidual, Step: 0.3, Shared: true, Bias: true, Activation: []NetActivation{NetTanh}}, 3, nil)
	add("relaxation", Network{Widths: []int{3, 3, 3}, Kind: NetRelaxation, Step: 0.5}, 2, nil)
	add("recurrent", Network{Widths: []int{2, 3, 2}, Times: 3, Bias: true}, 2, nil)
	add("recurrent, shared, residual", Network{Widths: []int{2, 2, 2}, Times: 2, Shared: true, Kind: NetResidual}, 2, nil)
	add("exact inputs", Network{Widths: []int{3, 4, 2}, Bias: true}, 3, func(p *NetworkProblem) { p.Observations[0].Rm = []float64{math.Inf(1)} })
	add("partial", Network{Widths: []int{3, 4, 4, 3}, Bias: true}, 2, func(p *NetworkProblem) {
		p.Observations = []NetworkObservation{
			{Layer: 0, Index: []int{2, 0}, Values: netRandom(rng, 4, 1), Rm: []float64{2, math.Inf(1)}},
			{Layer: 2, Index: []int{1}, Values: netRandom(rng, 2, 1)},
			// Within the sigmoid's range: else the free input has its best at infinity.
			{Layer: 3, Index: []int{0, 2}, Values: []float64{0.4, 0.7, 0.6, 0.5}, Rm: []float64{5, 6}},
		}
		p.RfScale = []float64{1, 2, 3}
		p.WeightPrecision = 0.3
		p.WeightMean = netRandom(rng, p.Network.Params(), 1)
	})
	return cases
}

// netActionByHand is the action written from its definition, for one weight
// at a time.
func netActionByHand(p *NetworkProblem, theta, x []float64, rf float64) float64 {
	n, N := p.Network, p.Network.Layers()
	var A float64
	states := len(x) / p.Pairs
	for k := range p.Pairs {
		path := x[k*states : (k+1)*states]
		for _, o := range p.Observations {
			layer := n.Layer(path, o.Layer, o.Time)
			idx := o.Index
			if idx == nil {
				for a := range layer {
					idx = append(idx, a)
				}
			}
			for j, a := range idx {
				rm := 1.0
				if len(o.Rm) == 1 {
					rm = o.Rm[0]
				} else if len(o.Rm) > 1 {
					rm = o.Rm[j]
				}
				if !math.IsInf(rm, 0) {
					A += rm / 2 * math.Pow(layer[a]-o.Values[k*len(idx)+j], 2)
				}
			}
		}
		for t := range max(1, n.Times) {
			at := 0
			for l := 1; l <= N; l++ {
				if n.Shared {
					at = 0
				}
				below, here := n.Layer(path, l-1, t), n.Layer(path, l, t)
				f := NetSigmoid.F
				if len(n.Activation) == 1 {
					f = n.Activation[0].F
				} else if len(n.Activation) > 1 {
					f = n.Activation[l-1].F
				}
				for a := range here {
					var z float64
					for _, v := range below {
						z += theta[at] * v
						at++
					}
					if n.Times > 0 {
						for b := range here {
							if t > 0 {
								z += theta[at] * n.Layer(path, l, t-1)[b]
							}
							at++
						}
					}
					if n.Bias {
						z += theta[at]
						at++
					}
					s := n.Step
					if s == 0 {
						s = 1
					}
					m := f(z)
					if n.Kind == NetResidual {
						m = below[a] + s*f(z)
					} else if n.Kind == NetRelaxation {
						m = below[a] + s*(f(z)-below[a])
					}
					w := rf
					if p.RfScale != nil {
						w *= p.RfScale[l-1]
					}
					A += w / 2 * math.Pow(here[a]-m, 2)
				}
			}
		}
	}
	for i, t := range theta {
		if p.WeightMean != nil {
			t -= p.WeightMean[i]
		}
		A += p.WeightPrecision / 2 * t * t
	}
	return A
}

func TestNetworkActionAndGradient(t *testing.T) {
	for _, c := range netCases() {
		rf := 1.7
		got, err := c.p.Action(c.theta, c.x, rf)
		if err != nil {
			t.Fatal(c.name, err)
		}
		want := netActionByHand(c.p, c.theta, c.x, rf)
		if math.Abs(got.Total()-want) > 1e-12*want {
			t.Errorf("%s: action %.16g, by hand %.16g", c.name, got.Total(), want)
		}
		gw, gx := make([]float64, len(c.theta)), make([]float64, len(c.x))
		if _, err := c.p.Gradient(gw, gx, c.theta, c.x, rf); err != nil {
			t.Fatal(c.name, err)
		}
		q, _ := c.p.compile()
		// Central differences: truncation h² and rounding eps A/h, about 1e-9.
		const h = 1e-5
		check := func(what string, v, g []float64, skip func(i int) bool) {
			for i := range v {
				if skip(i) {
					continue
				}
				old := v[i]
				v[i] = old + h
				up, _ := c.p.Action(c.theta, c.x, rf)
				v[i] = old - h
				down, _ := c.p.Action(c.theta, c.x, rf)
				v[i] = old
				d := (up.Total() - down.Total()) / (2 * h)
				if math.Abs(d-g[i]) > 1e-7*(1+math.Abs(d)) {
					t.Errorf("%s: dA/d%s[%d] = %g, differences %g", c.name, what, i, g[i], d)
				}
			}
		}
		check("theta", c.theta, gw, func(int) bool { return false })
		check("x", c.x, gx, func(i int) bool { return math.IsInf(q.root[i%q.states], 0) })
	}
}

// The map dH X/d(roots), the columns G and the reduced weighted problem
// against the dense Gauss-Newton system in (states, weights).
func TestNetworkStepSolvesDenseNormalEquations(t *testing.T) {
	for _, c := range netCases() {
		q, err := c.p.compile()
		if err != nil {
			t.Fatal(err)
		}
		const rf, mu, lambda = 1.7, 0.2, 0.6
		ref := netDenseStep(q, c.theta, c.x, rf, mu, lambda)
		for _, m := range []NetworkMethod{NetWeightsFirst, NetStatesFirst, NetConjugate} {
			lin := newNetLinear(q)
			lin.at(c.x, c.theta, rf, 1)
			if !lin.whiten(c.x, rf, mu, 1) {
				t.Fatal(c.name, "not positive definite")
			}
			red := newNetReduced(lin, m, 1, 1e-13)
			dw := make([]float64, q.params)
			if !red.step(dw, c.theta, lambda) {
				t.Fatal(c.name, m, "failed")
			}
			for i := range dw {
				if math.Abs(dw[i]-ref[i]) > 1e-9*(1+math.Abs(ref[i])) {
					t.Errorf("%s, %v: dW[%d] = %.12g, dense %.12g", c.name, m, i, dw[i], ref[i])
					break
				}
			}
		}
	}
}

// netDenseStep solves the damped Gauss-Newton system in all states and
// weights, with derivatives by differences, by elimination.
func netDenseStep(q *netProblem, theta, x []float64, rf, mu, lambda float64) []float64 {
	nx, n := q.m*q.states, q.m*q.states+q.params
	var rows [][]float64
	var rhs []float64
	row := func(f func(z []float64) float64, weight, at float64) {
		z := append(append([]float64(nil), x...), theta...)
		g := make([]float64, n)
		const h = 1e-6
		for i := range g {
			old := z[i]
			z[i] = old + h
			up := f(z)
			z[i] = old - h
			g[i] = (up - f(z)) / (2 * h)
			z[i] = old
			g[i] *= math.Sqrt(weight)
		}
		rows = append(rows, g)
		rhs = append(rhs, -math.Sqrt(weight)*at)
	}
	r, u := make([]float64, q.states), make([]float64, q.ulen)
	for k := range q.m {
		for s := range q.states {
			root := q.root[s]
			if c := netCellOf(q.netPlan, s); c.set < 0 {
				i := k*q.states + s
				f := func(z []float64) float64 { return z[i] }
				switch {
				case root == 0:
					row(f, mu, 0) // freeScale is 1 here
				case math.IsInf(root, 0):
					row(f, 1e14, 0)
				default:
					row(f, root, x[i]-q.target[i])
					row(f, root*mu, 0)
				}
				continue
			}
			f := func(z []float64) float64 {
				q.residual(r, u, nil, z[k*q.states:(k+1)*q.states], z[nx:])
				return r[s]
			}
			now := f(append(append([]float64(nil), x...), theta...))
			row(f, rf*root, now)
			row(f, rf*root*mu, 0)
		}
		for j, s := range q.obs {
			i := k*q.states + s
			row(func(z []float64) float64 { return z[i] }, q.rm[j], x[i]-q.value[k*len(q.obs)+j])
		}
	}
	for i := range theta {
		P := q.src.WeightPrecision
		d := theta[i]
		if q.src.WeightMean != nil {
			d -= q.src.WeightMean[i]
		}
		f := func(z []float64) float64 { return z[nx+i] }
		row(f, P, d)
		row(f, lambda, 0)
	}
	// Normal equations by Gaussian elimination with pivoting.
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
	}
	for k, g := range rows {
		for i := range n {
			if g[i] == 0 {
				continue
			}
			for j := range n {
				a[i][j] += g[i] * g[j]
			}
			a[i][n] += g[i] * rhs[k]
		}
	}
	for i := range n {
		p := i
		for j := i; j < n; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[p][i]) {
				p = j
			}
		}
		a[i], a[p] = a[p], a[i]
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for l := i; l <= n; l++ {
				a[j][l] -= f * a[i][l]
			}
		}
	}
	z := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		v := a[i][n]
		for j := i + 1; j < n; j++ {
			v -= a[i][j] * z[j]
		}
		z[i] = v / a[i][i]
	}
	return z[nx:]
}

func netCellOf(pl *netPlan, s int) *netCell {
	for i := range pl.cells {
		if c := &pl.cells[i]; s >= c.off && s < c.off+c.width {
			return c
		}
	}
	return nil
}

func TestNetworkMinimise(t *testing.T) {
	for _, c := range netCases() {
		for _, rf := range []float64{0.1, 10, 1e6, math.Inf(1)} {
			q, _ := c.p.compile()
			s := &NetworkSolver{Tol: 1e-12, MaxIter: 3000}
			// A small prior makes the minimum unique up to permutations.
			p := *c.p
			p.WeightPrecision = max(p.WeightPrecision, 0.1)
			fit, err := s.Minimise(context.Background(), &p, rf, c.theta, c.x)
			if err != nil {
				t.Errorf("%s, Rf %g: %v", c.name, rf, err)
				continue
			}
			a, _ := p.Action(fit.Weights, fit.Paths, rf)
			if math.Abs(a.Total()-fit.Action.Total()) > 1e-9*a.Total() {
				t.Errorf("%s: action %.15g, result says %.15g", c.name, a.Total(), fit.Action.Total())
			}
			if math.IsInf(rf, 0) {
				continue
			}
			gw, gx := make([]float64, q.params), make([]float64, len(c.x))
			p.Gradient(gw, gx, fit.Weights, fit.Paths, rf)
			// Gauss-Newton converges linearly here: a decrease of 1e-12 A is a
			// gradient of about 1e-5.
			for i, g := range append(gw, gx...) {
				if math.Abs(g) > 1e-4*(1+math.Sqrt(rf)*0.1) {
					t.Errorf("%s, Rf %g: derivative %d of the action is %g at the minimum %g", c.name, rf, i, g, a.Total())
					break
				}
			}
		}
	}
}

func TestNetworkWorkersBitIdentical(t *testing.T) {
	for _, c := range netCases() {
		for _, m := range []NetworkMethod{NetWeightsFirst, NetStatesFirst, NetConjugate} {
			var first *NetworkFit
			for _, w := range []int{1, 2, 3} {
				s := &NetworkSolver{MaxIter: 6, Workers: w, Method: m}
				fit, _ := s.Minimise(context.Background(), c.p, 5, c.theta, c.x)
				if first == nil {
					first = fit
					continue
				}
				for i := range fit.Weights {
					if fit.Weights[i] != first.Weights[i] {
						t.Fatalf("%s, %v, %d workers: weight %d differs", c.name, m, w, i)
					}
				}
				if fit.Action != first.Action {
					t.Fatalf("%s, %v, %d workers: action differs", c.name, m, w)
				}
			}
		}
	}
}

func TestNetworkRejects(t *testing.T) {
	two := func() *NetworkProblem {
		return NetworkPairs(Network{Widths: []int{2, 2}}, make([]float64, 4), make([]float64, 4), 1, 1)
	}
	for name, change := range map[string]func(p *NetworkProblem){
		"one layer":           func(p *NetworkProblem) { p.Network.Widths = []int{2} },
		"zero width":          func(p *NetworkProblem) { p.Network.Widths = []int{2, 0} },
		"residual width":      func(p *NetworkProblem) { p.Network.Widths = []int{2, 3}; p.Network.Kind = NetResidual },
		"activations":         func(p *NetworkProblem) { p.Network.Activation = make([]NetActivation, 3) },
		"no pairs":            func(p *NetworkProblem) { p.Pairs = 0 },
		"values":              func(p *NetworkProblem) { p.Observations[1].Values = make([]float64, 3) },
		"NaN":                 func(p *NetworkProblem) { p.Observations[1].Values[2] = math.NaN() },
		"exact output":        func(p *NetworkProblem) { p.Observations[1].Rm = []float64{math.Inf(1)} },
		"negative Rm":         func(p *NetworkProblem) { p.Observations[0].Rm = []float64{-1} },
		"twice":               func(p *NetworkProblem) { p.Observations = append(p.Observations, p.Observations[1]) },
		"layer":               func(p *NetworkProblem) { p.Observations[1].Layer = 2 },
		"only inputs":         func(p *NetworkProblem) { p.Observations = p.Observations[:1] },
		"prior mean":          func(p *NetworkProblem) { p.WeightMean = []float64{1} },
		"cross-entropy noisy": func(p *NetworkProblem) { p.Loss = NetCrossEntropy },
	} {
		p := two()
		change(p)
		if _, err := (&NetworkSolver{}).Minimise(context.Background(), p, 1, make([]float64, 4), nil); !errors.Is(err, ErrNetwork) {
			t.Errorf("%s: error %v, want ErrNetwork", name, err)
		}
	}
	if _, err := (&NetworkSolver{}).Minimise(context.Background(), two(), 0, make([]float64, 4), nil); !errors.Is(err, ErrNetwork) {
		t.Errorf("Rf = 0: error %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	fit, err := (&NetworkSolver{}).Minimise(ctx, two(), 1, make([]float64, 4), nil)
	if !errors.Is(err, context.Canceled) || fit == nil || len(fit.Weights) != 4 {
		t.Errorf("cancelled: %v, %v", fit, err)
	}
}
