package discrete

import (
	"context"
	"fmt"
	"math"
)

// Train fits weights for the continuous problem by residual networks of more
// and more layers (nil: 8, 32, 128), each from the weights of the one before,
// the first as the trainer says: depth as resolution. They are a start for
// Problem and NetworkCondensed, off by the error of the last network, of
// order one. Inputs are taken as exact and the constraint as strong.
func (b *NetworkBVP) Train(ctx context.Context, trainer NetworkTrainer, layers []int) ([]float64, error) {
	c, err := b.resolve()
	if err != nil {
		return nil, err
	}
	if layers == nil {
		layers = []int{8, 32, 128}
	}
	var weights []float64
	for _, n := range layers {
		p := c.residualProblem(n)
		var fit *NetworkFit
		if weights == nil {
			fit, err = trainer.Train(ctx, p)
		} else {
			fit, err = trainer.Solver.Minimise(ctx, p, math.Inf(1), weights, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("start of continuous layers by %d discrete ones: %w", n, err)
		}
		weights = fit.Weights
	}
	return weights, nil
}

// residualProblem is the strongly constrained problem of the network of n
// layers that is Euler's rule for c.
func (c *netBVP) residualProblem(n int) *NetworkProblem {
	w := make([]int, n+1)
	for i := range w {
		w[i] = c.d
	}
	return &NetworkProblem{
		Network: Network{Widths: w, Kind: c.Field.Kind, Step: c.Field.End / float64(n), Bias: c.Field.Bias, Shared: true,
			Activation: []NetActivation{c.Field.Activation}},
		Pairs: c.M, WeightPrecision: c.WeightPrecision, WeightMean: c.WeightMean,
		Observations: []NetworkObservation{
			{Layer: 0, Values: c.In, Rm: []float64{math.Inf(1)}},
			{Layer: n, Index: c.index, Values: c.Out, Rm: []float64{c.RmOut}},
		},
	}
}
