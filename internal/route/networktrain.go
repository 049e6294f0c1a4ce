package route

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"costate/discrete"
)

// NetworkTrainOptions are what training is told; zero values take the
// [solve] settings of the file, then the defaults.
type NetworkTrainOptions struct {
	Starts   int // [1]
	Seed     uint64
	SeedSet  bool
	Tol      float64 // [1e-6]
	LBFGS    bool    // instead of Gauss-Newton steps
	Workers  int     // [GOMAXPROCS]
	Progress func(start int, f *discrete.NetworkFit)
}

func (o NetworkTrainOptions) with(n *Network) NetworkTrainOptions {
	s := n.File.Solve
	o.Starts = max(1, pick(o.Starts, s.Starts))
	if !o.SeedSet {
		o.Seed = s.Seed
	}
	if o.Tol = pick(o.Tol, s.Tolerance); o.Tol == 0 {
		o.Tol = 1e-6
	}
	o.Workers = workers(o.Workers)
	return o
}

// NetworkTrained is a network trained with exact layers.
type NetworkTrained struct {
	Problem *discrete.NetworkProblem
	Options NetworkTrainOptions
	Fits    []*discrete.NetworkFit // of the starts; nil: failed
	Best    *discrete.NetworkFit
	Start   int // of Best
}

// Learn fits the weights with the strong constraint, every layer being
// exactly what the one before makes of it: ordinary training.
func (n *Network) Learn(ctx context.Context, o NetworkTrainOptions) (*NetworkTrained, error) {
	return n.trainFrom(ctx, n.TrainingProblem(), o)
}

func (n *Network) trainFrom(ctx context.Context, p *discrete.NetworkProblem, o NetworkTrainOptions) (*NetworkTrained, error) {
	o = o.with(n)
	r := &NetworkTrained{Problem: p, Options: o, Fits: make([]*discrete.NetworkFit, o.Starts)}
	errs := make([]error, o.Starts)
	inner := max(1, o.Workers/o.Starts) // goroutines of one start, over its pairs
	forEach(o.Starts, o.Workers, func(i int) {
		theta := n.FirstWeights(p.Network)(rand.New(rand.NewPCG(o.Seed, uint64(i))))
		if o.LBFGS {
			r.Fits[i], errs[i] = (&discrete.NetworkLBFGS{Tol: o.Tol}).Minimise(ctx, p, math.Inf(1), theta, nil)
		} else {
			r.Fits[i], errs[i] = (&discrete.NetworkSolver{Tol: o.Tol, MaxIter: 1000, Workers: inner}).Minimise(ctx, p, math.Inf(1), theta, nil)
		}
		if o.Progress != nil && r.Fits[i] != nil {
			o.Progress(i, r.Fits[i])
		}
	})
	for i, f := range r.Fits {
		if f != nil && !math.IsNaN(f.Action.Total()) && (r.Best == nil || f.Action.Total() < r.Best.Action.Total()) {
			r.Best, r.Start = f, i
		}
	}
	if r.Best == nil {
		return nil, errors.Join(errs...)
	}
	return r, r.Best.Err
}

// NetworkClassified are the results of a classification beside the network's
// own: cross-validation, and the network without hidden layers.
type NetworkClassified struct {
	Folds              int // 0: no cross-validation
	Network, Logistic  *discrete.NetworkCrossValidation
	LogisticTrain      NetworkErrors
	LogisticHeld       NetworkErrors // M = 0: no held-out pairs
	Majority           float64       // accuracy of the most frequent class on held-out pairs
	LogisticIterations int
}

// Classify trains the baselines of a classification, and the network itself
// on the folds of a cross-validation if the file wants it.
func (n *Network) Classify(ctx context.Context, o NetworkTrainOptions) (*NetworkClassified, error) {
	o = o.with(n)
	s := n.Spec
	w := n.Net.Widths[0]
	trainer := discrete.NetworkTrainer{Solver: discrete.NetworkSolver{Tol: o.Tol, MaxIter: 1000}, Starts: 1, Seed: o.Seed, Gain: s.Weights.Gain, Parallel: o.Workers}
	if o.LBFGS {
		trainer.LBFGS = &discrete.NetworkLBFGS{Tol: o.Tol}
	}
	plain := discrete.Network{Widths: []int{w, s.Classes}, Bias: true}
	p := discrete.NetworkClasses(plain, n.Train.In, n.Train.Labels, s.Weights.Precision)
	fit, err := trainer.Train(ctx, p)
	if fit == nil || ctx.Err() != nil {
		return nil, err
	}
	c := &NetworkClassified{LogisticTrain: n.Errors(&p.Network, fit.Weights, &n.Train), LogisticIterations: fit.Iterations, Majority: math.NaN()}
	if held, _ := n.Held(); held != nil {
		c.LogisticHeld = n.Errors(&p.Network, fit.Weights, held)
		c.Majority = majority(n.Train.Labels, held.Labels, s.Classes)
	}
	if s.Folds == 0 {
		return c, nil
	}
	var in []float64
	var labels []int
	for _, d := range []*NetworkSet{&n.Train, &n.Validation, &n.Test} {
		in, labels = append(in, d.In...), append(labels, d.Labels...)
	}
	c.Folds = s.Folds
	folds := discrete.NetworkFolds(labels, s.Folds, o.Seed)
	trainer.Starts = o.Starts
	if c.Network, err = trainer.CrossValidate(ctx, n.Net, in, labels, s.Weights.Precision, folds); err != nil {
		return nil, err
	}
	c.Logistic, err = trainer.LogisticRegression(ctx, w, s.Classes, in, labels, s.Weights.Precision, folds)
	return c, err
}

// majority is the accuracy of always naming the most frequent class.
func majority(train, held []int, classes int) float64 {
	count := make([]int, classes)
	best := 0
	for _, c := range train {
		if count[c]++; count[c] > count[best] {
			best = c
		}
	}
	got := make([]int, len(held))
	for i := range got {
		got[i] = best
	}
	return discrete.NetworkAccuracy(got, held)
}
