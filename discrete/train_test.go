package discrete

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"
)

// Iris: a small network in 10-fold cross-validation beside logistic
// regression and a plain network by L-BFGS.
func TestIris(t *testing.T) {
	in, labels := netTable(t, "../testdata/problems/iris.csv")
	if len(labels) != 150 || len(in) != 600 {
		t.Fatalf("%d flowers, %d numbers", len(labels), len(in))
	}
	ctx := context.Background()
	folds := NetworkFolds(labels, 10, 1)
	begin := time.Now()
	logistic, err := NetworkTrainer{}.LogisticRegression(ctx, 4, 3, in, labels, 0.3, folds)
	if err != nil {
		t.Fatal(err)
	}
	tl := time.Since(begin)
	net := Network{Widths: []int{4, 6, 3}, Bias: true, Activation: []NetActivation{NetTanh}}
	begin = time.Now()
	cv, err := NetworkTrainer{Solver: NetworkSolver{Tol: 1e-5}}.CrossValidate(ctx, net, in, labels, 0.3, folds)
	if err != nil {
		t.Fatal(err)
	}
	tn := time.Since(begin)
	begin = time.Now()
	plain, err := NetworkTrainer{LBFGS: &NetworkLBFGS{Tol: 1e-6}}.CrossValidate(ctx, net, in, labels, 0.3, folds)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("Iris, 10-fold: network %.3f in %v, logistic regression %.3f in %v, same network by L-BFGS %.3f in %v",
		cv.Accuracy, tn, logistic.Accuracy, tl, plain.Accuracy, time.Since(begin))
	if cv.Accuracy < 0.95 {
		t.Errorf("accuracy %.4f", cv.Accuracy)
	}
	if logistic.Accuracy < 0.95 || plain.Accuracy < 0.94 {
		t.Errorf("baselines %.4f and %.4f", logistic.Accuracy, plain.Accuracy)
	}
	if cv.Unsolved+logistic.Unsolved > 0 {
		t.Errorf("%d and %d folds unsolved", cv.Unsolved, logistic.Unsolved)
	}
}

// Digits, one fifth held out.
func TestDigits(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	in, labels := netTable(t, "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz")
	floats.Scale(1.0/16, in)
	var a, b []float64
	var la, lb []int
	test := make(map[int]bool)
	for _, i := range NetworkFolds(labels, 5, 1)[0] {
		test[i] = true
	}
	for i, c := range labels {
		if test[i] {
			b, lb = append(b, in[i*64:(i+1)*64]...), append(lb, c)
		} else {
			a, la = append(a, in[i*64:(i+1)*64]...), append(la, c)
		}
	}
	for _, c := range []struct {
		name    string
		widths  []int
		trainer NetworkTrainer
		least   float64
	}{
		{"logistic regression", []int{64, 10}, NetworkTrainer{LBFGS: &NetworkLBFGS{MaxIter: 150, Tol: 1e-4}}, 0.95},
		{"network, Gauss-Newton by conjugate gradients", []int{64, 32, 10}, NetworkTrainer{Solver: NetworkSolver{MaxIter: 20, Tol: 1e-3, Workers: 2, CGTol: 0.1}}, 0.96},
		{"network, L-BFGS", []int{64, 32, 10}, NetworkTrainer{LBFGS: &NetworkLBFGS{MaxIter: 100, Tol: 1e-4}}, 0.96},
	} {
		p := NetworkClasses(Network{Widths: c.widths, Bias: true, Activation: []NetActivation{NetTanh}}, a, la, 0.3)
		begin := time.Now()
		// Stopped early on purpose: the held-out accuracy has settled.
		fit, err := c.trainer.Train(context.Background(), p)
		if fit == nil {
			t.Fatal(err)
		}
		acc := NetworkAccuracy(p.Network.Classify(fit.Weights, b), lb)
		t.Logf("digits, %s: %.4f of %d held out, action %.4g after %d steps, %v", c.name, acc, len(lb), fit.Action.Total(), fit.Iterations, time.Since(begin))
		if acc < c.least {
			t.Errorf("%s: accuracy %.4f", c.name, acc)
		}
	}
}

// Cross-entropy: derivatives by back-propagation against differences, and its
// Gauss-Newton step against the Hessian of logistic regression, for which
// Gauss-Newton is Newton: quadratic convergence.
func TestCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	in, labels := netRandom(rng, 60, 1), make([]int, 20)
	for i := range labels {
		labels[i] = rng.IntN(3)
	}
	p := NetworkClasses(Network{Widths: []int{3, 4, 3}, Bias: true, Activation: []NetActivation{NetTanh}}, in, labels, 0.2)
	q, err := p.compile()
	if err != nil {
		t.Fatal(err)
	}
	theta := netRandom(rng, q.params, 0.5)
	loss := func() float64 { return q.action(theta, q.ownPaths(theta), math.Inf(1)).Total() }
	g, pc := make([]float64, q.params), make([]float64, q.m*q.states)
	if err := p.Costates(pc, g, theta, q.ownPaths(theta)); err != nil {
		t.Fatal(err)
	}
	const h = 1e-5
	for i := range theta {
		old := theta[i]
		theta[i] = old + h
		up := loss()
		theta[i] = old - h
		d := (up - loss()) / (2 * h)
		theta[i] = old
		if math.Abs(d-g[i]) > 1e-8*(1+math.Abs(d)) {
			t.Errorf("derivative %d is %g, differences %g", i, g[i], d)
		}
	}
	logit := NetworkClasses(Network{Widths: []int{3, 3}, Bias: true}, in, labels, 0.2)
	var last []float64
	for _, n := range []int{3, 4} {
		f, _ := (&NetworkSolver{MaxIter: n, Damping: 1e-12, Tol: 1e-16}).Minimise(context.Background(), logit, math.Inf(1), make([]float64, 12), nil)
		last = append(last, f.Gradient)
	}
	if last[1] > last[0]*last[0]*10 || last[1] > 1e-8 { // then the decrease is rounding
		t.Errorf("gradients of logistic regression %g: not quadratic", last)
	}
	// The three ways to solve agree.
	var actions []float64
	for _, m := range []NetworkMethod{NetWeightsFirst, NetStatesFirst, NetConjugate} {
		f, err := (&NetworkSolver{Method: m, Tol: 1e-12, MaxIter: 2000, CGTol: 1e-3}).Minimise(context.Background(), p, math.Inf(1), theta, nil)
		if err != nil {
			t.Error(m, err)
		}
		actions = append(actions, f.Action.Total())
	}
	if math.Abs(actions[0]-actions[1]) > 1e-8 || math.Abs(actions[0]-actions[2]) > 1e-6 {
		t.Errorf("minima by the three methods %v", actions)
	}
	if _, err := (NetworkAnnealing{}).Run(context.Background(), p); !errors.Is(err, ErrNetwork) {
		t.Errorf("annealing cross-entropy: %v", err)
	}
}

func TestBaselines(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	d := &NetworkPairsData{M: 50, In: netRandom(rng, 150, 1)}
	b := netRandom(rng, 6, 1)
	for k := range d.M {
		for j := range 2 {
			d.Out = append(d.Out, 0.3+floats.Dot(b[3*j:3*j+3], d.In[3*k:3*k+3]))
		}
	}
	train, test := d.Split(30)
	r, err := Baselines(train, test, 1e-12)
	if err != nil {
		t.Fatal(err)
	}
	if r.Linear > 1e-20 {
		t.Errorf("a linear map is left with an error of %g", r.Linear)
	}
	_, want := netConstant(train, test, 1)
	if math.Abs(r.Constant-want) > 1e-14 {
		t.Errorf("constant predictor %g, want %g", r.Constant, want)
	}
	// Fewer pairs than inputs: the ridge decides.
	few, rest := d.Split(2)
	if r, err := Baselines(few, rest, 0); err != nil || math.IsNaN(r.Linear) {
		t.Errorf("two pairs: %v, %v", r, err)
	}
	if _, err := Baselines(train, test.Columns([]int{0}, nil), 0); !errors.Is(err, ErrNetwork) {
		t.Errorf("mismatch: %v", err)
	}
}

func TestFoldsAreStratified(t *testing.T) {
	labels := make([]int, 150)
	for i := range labels {
		labels[i] = i / 50
	}
	seen := make([]int, 150)
	for _, f := range NetworkFolds(labels, 10, 3) {
		var n [3]int
		for _, i := range f {
			n[labels[i]]++
			seen[i]++
		}
		if n != [3]int{5, 5, 5} {
			t.Errorf("fold of %v", n)
		}
	}
	for i, n := range seen {
		if n != 1 {
			t.Errorf("flower %d is in %d folds", i, n)
		}
	}
}
