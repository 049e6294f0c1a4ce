package discrete

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/num/dual"
)

// netDualLoss is the measurement term of a sigmoid network's own paths in
// dual numbers, written from the definition, recurrent or not.
func netDualLoss(p *NetworkProblem, theta []float64, seed int) dual.Number {
	n, N := p.Network, p.Network.Layers()
	one := dual.Number{Real: 1}
	sigmoid := func(z dual.Number) dual.Number { return dual.Inv(dual.Add(one, dual.Exp(dual.Scale(-1, z)))) }
	w := make([]dual.Number, len(theta))
	for i, v := range theta {
		w[i].Real = v
	}
	w[seed].Emag = 1
	var loss dual.Number
	for k := range p.Pairs {
		var before [][]dual.Number
		for t := range max(1, n.Times) {
			var at int
			layers := make([][]dual.Number, N+1)
			layers[0] = make([]dual.Number, n.Widths[0])
			for a := range layers[0] {
				layers[0][a].Real = p.Observations[2*t].Values[k*n.Widths[0]+a]
			}
			for l := 1; l <= N; l++ {
				layers[l] = make([]dual.Number, n.Widths[l])
				for a := range layers[l] {
					var z dual.Number
					for _, v := range layers[l-1] {
						z = dual.Add(z, dual.Mul(w[at], v))
						at++
					}
					if n.Times > 0 {
						for b := range layers[l] {
							if t > 0 {
								z = dual.Add(z, dual.Mul(w[at], before[l][b]))
							}
							at++
						}
					}
					if n.Bias {
						z = dual.Add(z, w[at])
						at++
					}
					layers[l][a] = sigmoid(z)
				}
			}
			o := p.Observations[2*t+1]
			for a, v := range layers[N] {
				d := dual.Sub(v, dual.Number{Real: o.Values[k*len(layers[N])+a]})
				loss = dual.Add(loss, dual.Scale(o.Rm[0]/2, dual.Mul(d, d)))
			}
			before = layers
		}
	}
	return loss
}

func TestBackPropagationIsTheCostateEquation(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, net := range []Network{
		{Widths: []int{3, 4, 3, 2}, Bias: true},
		{Widths: []int{2, 3, 2}, Times: 4, Bias: true},
	} {
		const m = 3
		p := &NetworkProblem{Network: net, Pairs: m}
		for s := range max(1, net.Times) {
			p.Observations = append(p.Observations,
				NetworkObservation{Layer: 0, Time: s, Values: netRandom(rng, m*net.Widths[0], 1), Rm: []float64{math.Inf(1)}},
				NetworkObservation{Layer: net.Layers(), Time: s, Values: netRandom(rng, m*2, 1), Rm: []float64{2.5}})
		}
		theta := netRandom(rng, net.Params(), 1)
		q, err := p.compile()
		if err != nil {
			t.Fatal(err)
		}
		x := q.ownPaths(theta)
		pc, g := make([]float64, len(x)), make([]float64, len(theta))
		if err := p.Costates(pc, g, theta, x); err != nil {
			t.Fatal(err)
		}
		for i := range theta {
			want := netDualLoss(p, theta, i).Emag
			if math.Abs(g[i]-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("%v: derivative %d is %.16g, dual numbers say %.16g", net.Widths, i, g[i], want)
			}
		}
		// p = -delta: minus the derivative of the loss with respect to a
		// defect added at that state. Differences: 1e-10 relative at best.
		e, u := make([]float64, q.states), make([]float64, q.ulen)
		loss := func(k int) float64 {
			y := append([]float64(nil), x[k*q.states:(k+1)*q.states]...)
			q.propagate(y, u, theta, e)
			return q.sample(k, y, e, math.Inf(1)).Out
		}
		const h = 1e-5
		for k := range m {
			for s := range q.states {
				if netCellOf(q.netPlan, s).set < 0 {
					continue
				}
				e[s] = h
				up := loss(k)
				e[s] = -h
				d := (up - loss(k)) / (2 * h)
				e[s] = 0
				if got := pc[k*q.states+s]; math.Abs(got+d) > 1e-8*(1+math.Abs(d)) {
					t.Errorf("%v: costate of state %d is %g, -delta = %g", net.Widths, s, got, -d)
				}
			}
		}
	}
}

// At a minimum of the action the model's residuals are the costates,
// Rf (x - f) = p, the inputs' costates vanish, and so does sum p df/dW.
func TestNetworkCostatesAtMinimum(t *testing.T) {
	for _, c := range netCases() {
		p := *c.p
		p.WeightPrecision = max(p.WeightPrecision, 0.1)
		const rf = 3.0
		fit, err := (&NetworkSolver{Tol: 1e-14, MaxIter: 5000}).Minimise(context.Background(), &p, rf, c.theta, c.x)
		if err != nil {
			t.Error(c.name, err)
			continue
		}
		q, _ := p.compile()
		pc, g := make([]float64, len(c.x)), make([]float64, len(c.theta))
		if err := p.Costates(pc, g, fit.Weights, fit.Paths); err != nil {
			t.Fatal(err)
		}
		r, u := make([]float64, q.states), make([]float64, q.ulen)
		size := floats.Norm(pc, math.Inf(1))
		for k := range q.m {
			q.residual(r, u, nil, fit.Paths[k*q.states:(k+1)*q.states], fit.Weights)
			for s, v := range pc[k*q.states : (k+1)*q.states] {
				want := 0.0
				if netCellOf(q.netPlan, s).set >= 0 {
					want = rf * q.root[s] * r[s]
				} else if math.IsInf(q.root[s], 0) {
					continue
				}
				// The minimum is found to about the root of Tol.
				if math.Abs(v-want) > 1e-5*size {
					t.Errorf("%s: costate %d of pair %d is %g, Rf times the residual is %g", c.name, s, k, v, want)
				}
			}
		}
		if n := floats.Norm(g, math.Inf(1)); n > 1e-4*size {
			t.Errorf("%s: sum p df/dW = %g at the minimum", c.name, n)
		}
	}
}

// Check 25: with shared weights the sum over the layers of p df/dW and the
// prior vanishes at a minimum, the terms of single layers do not: those are the
// derivatives by the weights of an equal network that shares none.
func TestSharedWeightsBalanceOverLayers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	const layers, prior = 4, 0.3
	net := Network{Widths: netWidths(layers+1, 3), Kind: NetResidual, Step: 0.5, Bias: true, Shared: true, Activation: []NetActivation{NetTanh}}
	p := NetworkPairs(net, netRandom(rng, 15, 1), netRandom(rng, 15, 1), 4, 9)
	p.WeightPrecision = prior
	fit, err := (&NetworkSolver{Tol: 1e-15, MaxIter: 5000}).Minimise(context.Background(), p, 20, netRandom(rng, net.Params(), 0.3), nil)
	if err != nil {
		t.Fatal(err)
	}
	free := *p
	free.Network.Shared, free.WeightPrecision = false, 0
	n := len(fit.Weights)
	var theta []float64
	for range layers {
		theta = append(theta, fit.Weights...)
	}
	pc, g := make([]float64, len(fit.Paths)), make([]float64, len(theta))
	if err := free.Costates(pc, g, theta, fit.Paths); err != nil {
		t.Fatal(err)
	}
	single := floats.Norm(g, math.Inf(1))
	for i, w := range fit.Weights {
		sum := prior * w
		for l := range layers {
			sum += g[l*n+i]
		}
		if math.Abs(sum) > 1e-5*single {
			t.Errorf("weight %d: the layers' sum is %g, the largest term %g", i, sum, single)
		}
	}
	for l := range layers {
		if m := floats.Norm(g[l*n:(l+1)*n], math.Inf(1)); m < 0.1 {
			t.Errorf("layer %d: terms of %g only", l+1, m)
		}
	}
}

// The weak constraint tends to the strong one: A(inf) - A(Rf) ~ c/Rf, the
// model error is that c/Rf (envelope identity dA/d ln Rf = FE), and the limit
// is the ordinary least-squares optimum from the same start.
func TestNetworkStrongLimitAndEnvelope(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	net := Network{Widths: []int{3, 4, 2}, Bias: true, Activation: []NetActivation{NetTanh}}
	p := NetworkPairs(net, netRandom(rng, 30, 1), netRandom(rng, 20, 0.5), 4, 3)
	p.WeightPrecision = 0.5
	s := &NetworkSolver{Tol: 1e-15, MaxIter: 5000}
	ctx := context.Background()
	strong, err := s.Minimise(ctx, p, math.Inf(1), netRandom(rng, net.Params(), 0.3), nil)
	if err != nil {
		t.Fatal(err)
	}
	limit := strong.Action.Total()
	var last float64
	for _, rf := range []float64{1e2, 1e3, 1e4, 1e5} {
		fit, err := s.Minimise(ctx, p, rf, strong.Weights, strong.Paths)
		if err != nil {
			t.Fatal(err)
		}
		fe := fit.Action.Model
		if gap := limit - fit.Action.Total(); math.Abs(gap/fe-1) > 60/rf {
			t.Errorf("Rf %g: A(inf) - A = %g, FE = %g", rf, gap, fe)
		}
		if last != 0 && math.Abs(fe*rf/last-1) > 600/rf {
			t.Errorf("Rf %g: FE Rf = %g, was %g", rf, fe*rf, last)
		}
		last = fe * rf
		// dA/d ln Rf by differences over a factor e^±0.01.
		up, err1 := s.Minimise(ctx, p, rf*math.Exp(0.01), fit.Weights, fit.Paths)
		down, err2 := s.Minimise(ctx, p, rf*math.Exp(-0.01), fit.Weights, fit.Paths)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if d := (up.Action.Total() - down.Action.Total()) / 0.02; math.Abs(d/fe-1) > 1e-3 {
			t.Errorf("Rf %g: dA/d ln Rf = %g, FE = %g", rf, d, fe)
		}
	}
	// The same optimum by L-BFGS, from the same start.
	q, err := (&NetworkLBFGS{Tol: 1e-14, MaxIter: 5000}).Minimise(ctx, p, math.Inf(1), strong.Weights, strong.Paths)
	if q == nil || math.Abs(q.Action.Total()-limit) > 1e-10*limit {
		t.Errorf("L-BFGS: %v, %v; want %g", q, err, limit)
	}
}

func TestNetworkLBFGSAgreesWithGaussNewton(t *testing.T) {
	for _, c := range netCases() {
		p := *c.p
		p.WeightPrecision = max(p.WeightPrecision, 0.1)
		for _, rf := range []float64{2, math.Inf(1)} {
			a, err := (&NetworkSolver{Tol: 1e-13, MaxIter: 5000}).Minimise(context.Background(), &p, rf, c.theta, c.x)
			if err != nil {
				t.Error(c.name, err)
				continue
			}
			// From nearby, so that both are in one basin.
			near := append([]float64(nil), a.Weights...)
			for i := range near {
				near[i] += 0.01 * math.Sin(float64(i))
			}
			b, err := (&NetworkLBFGS{Tol: 1e-13, MaxIter: 20000}).Minimise(context.Background(), &p, rf, near, a.Paths)
			if b == nil || math.Abs(a.Action.Total()-b.Action.Total()) > 1e-6*a.Action.Total() {
				t.Errorf("%s, Rf %g: Gauss-Newton %.10g, L-BFGS %.10g (%v)", c.name, rf, a.Action.Total(), b.Action.Total(), err)
			}
		}
	}
}
