package discrete

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// NetworkBaselines are the held-out errors that any network must beat, in
// mean squares over test pairs and outputs.
type NetworkBaselines struct {
	Constant float64 // the training outputs' mean
	Linear   float64 // ridge regression with intercept
}

// Baselines fits a constant and a linear map to the training pairs and
// returns their errors on the test pairs. ridge is the penalty on the squared
// linear coefficients (inputs centred), relative to the inputs' sum of
// squares [1e-6]: it decides only where there are fewer pairs than inputs.
func Baselines(train, test *NetworkPairsData, ridge float64) (NetworkBaselines, error) {
	var b NetworkBaselines
	if train.M < 1 || test.M < 1 || len(train.In)%train.M != 0 || len(test.In)%test.M != 0 ||
		len(train.In)/train.M != len(test.In)/test.M || len(train.Out)/train.M != len(test.Out)/test.M {
		return b, fmt.Errorf("%w: training and test pairs do not match", ErrNetwork)
	}
	if ridge == 0 {
		ridge = 1e-6
	}
	d, v := len(train.In)/train.M, len(train.Out)/train.M
	mx, my := make([]float64, d), make([]float64, v)
	for k := range train.M {
		floats.AddScaled(mx, 1/float64(train.M), train.In[k*d:(k+1)*d])
		floats.AddScaled(my, 1/float64(train.M), train.Out[k*v:(k+1)*v])
	}
	// (X'X + ridge tr(X'X)/d) B = X'Y, X and Y centred.
	a, rhs := make([]float64, d*d), make([]float64, d*v)
	x := make([]float64, d)
	for k := range train.M {
		floats.SubTo(x, train.In[k*d:(k+1)*d], mx)
		for i, xi := range x {
			floats.AddScaled(a[i*d:i*d+i+1], xi, x[:i+1])
			for j := range v {
				rhs[i*v+j] += xi * (train.Out[k*v+j] - my[j])
			}
		}
	}
	var trace float64
	for i := range d {
		trace += a[i*d+i]
	}
	if trace == 0 {
		trace = float64(d)
	}
	for i := range d {
		a[i*d+i] += ridge * trace / float64(d)
	}
	if !netCholesky(a, d) {
		return b, fmt.Errorf("%w: linear baseline is singular with ridge %g", ErrNetwork, ridge)
	}
	col := make([]float64, d)
	for j := range v {
		for i := range d {
			col[i] = rhs[i*v+j]
		}
		netLowerSolve(a, d, col)
		netUpperSolve(a, d, col)
		for i := range d {
			rhs[i*v+j] = col[i]
		}
	}
	constant, linear := make([]float64, len(test.Out)), make([]float64, len(test.Out))
	for k := range test.M {
		copy(constant[k*v:], my)
		y := linear[k*v : (k+1)*v]
		copy(y, my)
		for i := range d {
			floats.AddScaled(y, test.In[k*d+i]-mx[i], rhs[i*v:(i+1)*v])
		}
	}
	b.Constant = NetworkMeanSquare(constant, test.Out)
	b.Linear = NetworkMeanSquare(linear, test.Out)
	return b, nil
}

// LogisticRegression is the linear baseline of a classification: the network
// without hidden layers, trained as t says.
func (t NetworkTrainer) LogisticRegression(ctx context.Context, inputs, classes int, in []float64, labels []int, decay float64, folds [][]int) (*NetworkCrossValidation, error) {
	return t.CrossValidate(ctx, Network{Widths: []int{inputs, classes}, Bias: true}, in, labels, decay, folds)
}
