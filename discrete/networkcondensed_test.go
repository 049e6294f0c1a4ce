package discrete_test

import (
	"context"
	"math"
	"strconv"
	"testing"
	"time"

	"costate/collocation"
	"costate/discrete"
	"costate/ode"
)

// irisField is a continuous-layer classifier of Iris: the four measured
// lengths, scaled, flow for three units of the layer label, and the first
// three of the end state are to be the flower's class, one-hot. every takes
// one flower in so many.
func irisField(t testing.TB, every int) (b *discrete.NetworkBVP, labels []int) {
	t.Helper()
	in, all := readIris(t)
	b = &discrete.NetworkBVP{
		Field:    discrete.NetworkField{Width: 4, Kind: discrete.NetResidual, Activation: discrete.NetTanh, Bias: true, End: 3},
		OutIndex: []int{0, 1, 2}, RmOut: 10, WeightPrecision: 0.3,
	}
	sc := discrete.NewNetworkScaler(in, 4)
	in = sc.Apply(in)
	for k := 0; k < len(all); k += every {
		b.In = append(b.In, in[4*k:4*k+4]...)
		for c := range 3 {
			y := 0.0
			if all[k] == c {
				y = 1
			}
			b.Out = append(b.Out, y)
		}
		labels = append(labels, all[k])
		b.M++
	}
	return b, labels
}

// train is a start for b.
func train(t testing.TB, b *discrete.NetworkBVP) []float64 {
	t.Helper()
	w, err := b.Train(context.Background(), discrete.NetworkTrainer{Starts: 3, Gain: 0.5, Solver: discrete.NetworkSolver{Tol: 1e-5, MaxIter: 500}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// residual is the network of so many layers that is b's Euler rule.
func residual(b *discrete.NetworkBVP, layers int) discrete.Network {
	w := make([]int, layers+1)
	for i := range w {
		w[i] = b.Field.Width
	}
	return discrete.Network{Widths: w, Kind: b.Field.Kind, Step: b.Field.End / float64(layers), Bias: true, Shared: true,
		Activation: []discrete.NetActivation{b.Field.Activation}}
}

// problem is b for a network of discrete layers.
func problem(b *discrete.NetworkBVP, net discrete.Network) *discrete.NetworkProblem {
	return &discrete.NetworkProblem{Network: net, Pairs: b.M, WeightPrecision: b.WeightPrecision,
		Observations: []discrete.NetworkObservation{
			{Layer: 0, Values: b.In, Rm: []float64{math.Inf(1)}},
			{Layer: net.Layers(), Index: b.OutIndex, Values: b.Out, Rm: []float64{b.RmOut}},
		}}
}

func TestContinuousClassifier(t *testing.T) {
	ctx := context.Background()
	b, _ := irisField(t, 15)
	start := train(t, b)
	bvp, err := b.Problem(start)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	whole, err := (&collocation.Solver{Tol: 1e-7, Intervals: 6, Workers: 1}).Solve(ctx, bvp)
	if err != nil {
		t.Fatal(err)
	}
	tw := time.Since(begin)
	begin = time.Now()
	cond, err := (&discrete.NetworkCondensed{Tol: 1e-7}).Solve(ctx, b, start)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d pairs: collocation %d intervals, %v; condensed %d intervals, %v", b.M, len(whole.T)-1, tw, len(cond.T)-1, time.Since(begin))
	t.Logf("collocation's mesh: %.3f", whole.T)
	for i, w := range whole.P {
		if math.Abs(w-cond.P[i]) > 1e-6*(1+math.Abs(w)) {
			t.Errorf("weight %d: collocation %.10g, condensed %.10g", i, w, cond.P[i])
		}
	}
	y, z := make([]float64, whole.Dim), make([]float64, whole.Dim)
	for _, at := range []float64{0, 0.7, 1.9, 3} {
		whole.At(y, at)
		cond.At(z, at)
		for j := range y {
			if math.Abs(y[j]-z[j]) > 2e-5*(1+math.Abs(y[j])) {
				t.Fatalf("component %d at %g: collocation %.10g, condensed %.10g", j, at, y[j], z[j])
			}
		}
	}
	if cond.Residual > 1e-6 {
		t.Errorf("q(End) = %g", cond.Residual)
	}
}

func TestContinuousLayersEquivalentDepth(t *testing.T) {
	b, labels := irisField(t, 1)
	start := train(t, b)
	begin := time.Now()
	sol, err := (&discrete.NetworkCondensed{Tol: 1e-5, Intervals: 32, Workers: 2}).Solve(context.Background(), b, start)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	right := 0
	end := make([]float64, sol.Dim)
	sol.Left(end, b.Field.End)
	for k, c := range labels {
		x := end[b.State(k) : b.State(k)+3]
		best := 0
		for j := range x {
			if x[j] > x[best] {
				best = j
			}
		}
		if best == c {
			right++
		}
	}
	t.Logf("150 flowers, %d intervals, %v, %d Newton steps, training accuracy %.3f", len(sol.T)-1, took, sol.Stats.Newton, float64(right)/150)
	t.Logf("mesh %.3f", sol.T)
	if float64(right) < 0.94*150 {
		t.Errorf("%d of 150 right", right)
	}
	// Discrete layers with the same weights converge to the continuous ones,
	// back-propagated costates to p(t); the solution itself is good to 1e-5.
	for _, rule := range []discrete.NetworkRule{discrete.NetEuler, discrete.NetMidpoint, discrete.NetRK4} {
		layers := []int{128, 256, 512}
		if rule == discrete.NetRK4 {
			layers = []int{16, 32}
		}
		table, err := b.Depths(sol, rule, layers)
		if err != nil {
			t.Fatal(err)
		}
		last := table[len(table)-1]
		n, err := b.EquivalentLayers(sol, rule, 1e-4)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v layers: %d equal ones for 1e-4; with %d layers errors of x %.2e, of p %.2e, orders %.2f and %.2f",
			rule, n, last.Layers, last.State, last.Costate, last.StateOrder, last.CostateOrder)
		want := float64(rule.Order())
		if math.Abs(last.StateOrder-want) > 0.05*want || math.Abs(last.CostateOrder-want) > 0.1*want {
			t.Errorf("%v: orders %.2f and %.2f", rule, last.StateOrder, last.CostateOrder)
		}
	}
	b.Rf = 5
	if _, err := b.Depths(sol, discrete.NetEuler, []int{8}); err == nil {
		t.Error("compared layers with a weakly constrained problem")
	}
}

// Weights trained in discrete layers tend to the continuous problem's, at
// order one for the residual network.
func TestResidualNetworksTendToBVP(t *testing.T) {
	b, _ := irisField(t, 10)
	sol, err := (&discrete.NetworkCondensed{Tol: 1e-8}).Solve(context.Background(), b, train(t, b))
	if err != nil {
		t.Fatal(err)
	}
	var e []float64
	for _, n := range []int{20, 40} {
		fit, err := (&discrete.NetworkSolver{Tol: 1e-13, MaxIter: 500}).Minimise(context.Background(), problem(b, residual(b, n)), math.Inf(1), sol.P, nil)
		if err != nil {
			t.Fatal(err)
		}
		var d float64
		for i, v := range fit.Weights {
			d = max(d, math.Abs(v-sol.P[i]))
		}
		e = append(e, d)
	}
	order := math.Log2(e[0] / e[1])
	t.Logf("largest difference of a weight with 20, 40 residual layers: %.3e, order %.2f", e, order)
	if math.Abs(order-1) > 0.1 {
		t.Errorf("order %.3f", order)
	}
}

// Noisy inputs and a finite Rf: agreement with collocation of the whole at
// order 4.
func TestCondensedWeakConstraint(t *testing.T) {
	b, _ := irisField(t, 30)
	b.Rf, b.RmIn, b.WeightPrecision = 500, 200, 3
	start := train(t, b)
	bvp, err := b.Problem(start)
	if err != nil {
		t.Fatal(err)
	}
	guess, err := (&discrete.NetworkCondensed{}).Solve(context.Background(), b, start)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := (&collocation.Solver{Tol: 1e-8, Intervals: 8, Workers: 1, Guess: guess}).Solve(context.Background(), bvp)
	if err != nil {
		t.Fatal(err)
	}
	var e []float64
	for _, n := range []int{6, 12, 24} {
		cond, err := (&discrete.NetworkCondensed{Tol: 1, Intervals: n}).Solve(context.Background(), b, whole.P)
		if err != nil {
			t.Fatal(err)
		}
		var d float64
		for i, w := range whole.P {
			d = max(d, math.Abs(w-cond.P[i]))
		}
		e = append(e, d)
	}
	o := math.Log2(e[1] / e[2])
	t.Logf("weights' errors %.2e, order %.2f", e, o)
	if math.Abs(o-4) > 0.4 {
		t.Errorf("order %.2f of %g", o, e)
	}
}

// Weights that vary with the layer: they tend to the constant ones as the
// precision of their derivative grows, fit better when it is small, and
//
//	H = sum_k p.F + p²/(2 Rf) + q²/(2 Rw)
//
// is constant through the layers.
func TestWeightsThatVary(t *testing.T) {
	b, _ := irisField(t, 30)
	b.Rf, b.RmIn, b.WeightPrecision = 500, 200, 3
	start := train(t, b)
	constant, err := (&discrete.NetworkCondensed{Tol: 1e-7}).Solve(context.Background(), b, start)
	if err != nil {
		t.Fatal(err)
	}
	misfit := func(y []float64) float64 {
		var s float64
		for k := range b.M {
			for j := range 3 {
				d := y[b.State(k)+j] - b.Out[3*k+j]
				s += d * d
			}
		}
		return s
	}
	end := make([]float64, constant.Dim)
	constant.Left(end, b.Field.End)
	last := misfit(end)
	for _, rw := range []float64{1e6, 20, 5} {
		b.LayerPrecision = rw
		p, err := b.Problem(constant.P)
		if err != nil {
			t.Fatal(err)
		}
		sol, err := (&collocation.Solver{Tol: 1e-8, Workers: 1}).Solve(context.Background(), p)
		if err != nil {
			t.Fatalf("Rw = %g: %v", rw, err)
		}
		y, f := make([]float64, sol.Dim), make([]float64, sol.Dim)
		var lo, hi, far float64
		for i := range 31 {
			sol.At(y, b.Field.End*float64(i)/30)
			p.Func(f, 0, y, nil)
			var h float64
			for k := range b.M {
				for a := range 4 {
					c := y[b.Costate(k)+a]
					h += c*f[b.State(k)+a] - c*c/(2*b.Rf)
				}
			}
			for a := range 20 {
				q := y[b.Multiplier()+a]
				h += q * q / (2 * rw)
				far = max(far, math.Abs(y[b.Weights()+a]-constant.P[a]))
			}
			if i == 0 {
				lo, hi = h, h
			}
			lo, hi = min(lo, h), max(hi, h)
		}
		sol.Left(y, b.Field.End)
		t.Logf("Rw = %g: weights up to %.2g from the constant ones, misfit %.4g (constant %.4g), H in [%.10g, %.10g]", rw, far, misfit(y), misfit(end), lo, hi)
		if hi-lo > 1e-6*(1+math.Abs(hi)) {
			t.Errorf("Rw = %g: H varies by %g", rw, hi-lo)
		}
		if rw == 1e6 && far > 1e-4 {
			t.Errorf("stiff weights are %g from constant ones", far)
		}
		if m := misfit(y); m > last*(1+1e-6) {
			t.Errorf("Rw = %g: misfit %g, stiffer weights have %g", rw, m, last)
		} else {
			last = m
		}
	}
}

func TestCondensedRefuses(t *testing.T) {
	b, _ := irisField(t, 30)
	start := make([]float64, 20)
	b.LayerPrecision = 3
	if _, err := (&discrete.NetworkCondensed{}).Solve(context.Background(), b, start); err == nil {
		t.Error("accepted weights that vary")
	}
	b.LayerPrecision = 0
	ctx, stop := context.WithCancel(context.Background())
	stop()
	sol, err := (&discrete.NetworkCondensed{}).Solve(ctx, b, start)
	if err == nil || sol.Status != ode.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
	sol, err = (&discrete.NetworkCondensed{Tol: 1e-13, MaxMesh: 20}).Solve(context.Background(), b, train(t, b))
	if err == nil || sol.Status != ode.MeshLimit {
		t.Errorf("mesh limit: %v", err)
	}
}

// The cost of a mesh is linear in the pairs: the same number of Newton steps
// from the same solution on 64 intervals.
func BenchmarkCondensed(b *testing.B) {
	for _, every := range []int{10, 5, 2, 1} {
		p, _ := irisField(b, every)
		start, err := (&discrete.NetworkCondensed{Tol: 1e-2, Intervals: 64}).Solve(context.Background(), p, train(b, p))
		if err != nil {
			b.Fatal(err)
		}
		b.Run("pairs="+strconv.Itoa(p.M), func(b *testing.B) {
			steps := 0
			for b.Loop() {
				sol, err := (&discrete.NetworkCondensed{Tol: 1, Intervals: 64}).Solve(context.Background(), p, start.P)
				if err != nil {
					b.Fatal(err)
				}
				steps = sol.Stats.Newton
			}
			b.ReportMetric(float64(steps), "steps")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*steps*p.M), "us/step/pair")
		})
	}
}
