package discrete

import (
	"context"
	"fmt"
	"math"
	"sort"
)

// NetworkDesign sweeps a network's depth, width, number of training pairs and
// observed components, and chooses among them by held-out error.
type NetworkDesign struct {
	// Base is the network to vary: activation (one for all maps), kind, bias,
	// sharing. Its Widths are not used: input and output have the pairs' own.
	Base Network

	Depths   []int // layers, input and output included
	Widths   []int // of the hidden layers [the input's]
	Pairs    []int // training pairs, from the first on [all]
	Observed []int // observed components at both ends, from the first on [all]

	RmIn, RmOut     float64 // precisions of the data [1]
	WeightPrecision float64
	Annealing       NetworkAnnealing

	// Gain draws the first weights by Network.RandomWeights. 0: what
	// Annealing says.
	Gain float64

	// Progress, if not nil, is called after every case.
	Progress func(c *NetworkDesignCase)
}

// NetworkDesignCase is one network of a sweep. Errors are mean squares over
// the observed outputs; ratios to 1/RmOut make them comparable to noise.
type NetworkDesignCase struct {
	Depth, Width, Pairs, Observed int

	Action   NetworkAction   // of the best start, unnormalised
	Expected NetworkExpected // what Action.Data() should come to
	Levels   int             // distinct ones among the starts, to 1e-3

	Train, Validation, Test float64
	Constant, Linear        float64 // baselines on the test pairs

	Fit      *NetworkFit
	Network  Network
	Warnings []error
	Err      error // the case failed
}

// Reached reports whether the level is within k standard deviations of the
// expected one: a lower one follows the noise, or is of a wrong precision.
func (c *NetworkDesignCase) Reached(k float64) bool {
	return c.Err == nil && math.Abs(c.Expected.Z(c.Action.Data())) <= k
}

// NetworkDesignResult are all cases in the order of the sweep and the choice.
type NetworkDesignResult struct {
	Cases []NetworkDesignCase

	// Chosen is the case with the least validation error, whose Test error
	// is then an honest estimate; -1 if all failed.
	Chosen int
}

// Run sweeps. Validation pairs choose, test pairs are only reported on.
func (d *NetworkDesign) Run(ctx context.Context, train, validation, test *NetworkPairsData) (*NetworkDesignResult, error) {
	if train.M < 1 || validation.M < 1 || test.M < 1 {
		return nil, fmt.Errorf("%w: a design needs training, validation and test pairs", ErrNetwork)
	}
	in, out := len(train.In)/train.M, len(train.Out)/train.M
	widths, pairs, observed := d.Widths, d.Pairs, d.Observed
	if widths == nil {
		widths = []int{in}
	}
	if pairs == nil {
		pairs = []int{train.M}
	}
	if observed == nil {
		observed = []int{max(in, out)}
	}
	if len(d.Depths) == 0 {
		return nil, fmt.Errorf("%w: a design needs depths", ErrNetwork)
	}
	r := &NetworkDesignResult{Chosen: -1}
	for _, l := range observed {
		for _, m := range pairs {
			if m < 1 || m > train.M || l < 1 {
				return nil, fmt.Errorf("%w: design with %d of %d training pairs, %d observed components", ErrNetwork, m, train.M, l)
			}
			for _, w := range widths {
				for _, n := range d.Depths {
					c := NetworkDesignCase{Depth: n, Width: w, Pairs: m, Observed: l}
					c.Err = d.one(ctx, &c, in, out, train, validation, test)
					if ctx.Err() != nil {
						return r, ctx.Err()
					}
					r.Cases = append(r.Cases, c)
					if d.Progress != nil {
						d.Progress(&c)
					}
				}
			}
		}
	}
	var order []int
	for i := range r.Cases {
		if c := &r.Cases[i]; c.Err == nil && !math.IsNaN(c.Validation) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return r.Cases[order[i]].Validation < r.Cases[order[j]].Validation })
	if len(order) > 0 {
		r.Chosen = order[0]
	}
	return r, nil
}

func (d *NetworkDesign) one(ctx context.Context, c *NetworkDesignCase, in, out int, train, validation, test *NetworkPairsData) error {
	c.Network = d.Base
	c.Network.Widths = nil
	for i := range c.Depth {
		switch i {
		case 0:
			c.Network.Widths = append(c.Network.Widths, in)
		case c.Depth - 1:
			c.Network.Widths = append(c.Network.Widths, out)
		default:
			c.Network.Widths = append(c.Network.Widths, c.Width)
		}
	}
	some, _ := train.Split(c.Pairs)
	ci, co := netFirst(min(c.Observed, in)), netFirst(min(c.Observed, out))
	part := some.Columns(ci, co)
	rmIn, rmOut := d.RmIn, d.RmOut
	if rmIn == 0 {
		rmIn = 1
	}
	if rmOut == 0 {
		rmOut = 1
	}
	p := &NetworkProblem{Network: c.Network, Pairs: c.Pairs, WeightPrecision: d.WeightPrecision,
		Observations: []NetworkObservation{
			{Layer: 0, Index: ci, Values: part.In, Rm: []float64{rmIn}},
			{Layer: c.Network.Layers(), Index: co, Values: part.Out, Rm: []float64{rmOut}},
		}}
	a := d.Annealing
	if d.Gain > 0 {
		a.Weights = c.Network.gainWeights(d.Gain)
	}
	levels, err := a.Run(ctx, p)
	if err != nil {
		return err
	}
	best := levels.Best()
	c.Fit, c.Warnings = best.Fit, best.Warnings
	c.Action = best.Fit.Action
	c.Levels = levels.Count(1e-3)
	if c.Expected, err = p.Expected(best.Fit); err != nil {
		return err
	}
	held := func(x *NetworkPairsData) float64 {
		y := &NetworkPairsData{M: x.M, In: x.In, Out: c.Network.Predict(best.Fit.Weights, x.In)}
		return NetworkMeanSquare(y.Columns(nil, co).Out, x.Columns(nil, co).Out)
	}
	c.Train, c.Validation, c.Test = held(some), held(validation), held(test)
	b, err := Baselines(some.Columns(nil, co), test.Columns(nil, co), 0)
	c.Constant, c.Linear = b.Constant, b.Linear
	if err != nil {
		return err
	}
	// What makes a level or an error say nothing.
	if e := c.Expected; e.Mean < 0.05*e.Data {
		c.Warnings = append(c.Warnings, fmt.Errorf("weights and free inputs leave %.3g degrees of freedom of %g data: the level does not tell networks apart", 2*e.Mean, e.Data))
	}
	if c.Constant*rmOut < 2 {
		c.Warnings = append(c.Warnings, fmt.Errorf("the constant predictor's held-out error is %.3g times the noise: %w, or data that do not depend on the inputs", c.Constant*rmOut, ErrDeadNetwork))
	}
	if err := c.Network.Signal(best.Fit.Weights, some.In).Check(math.Sqrt(1 / rmOut)); err != nil {
		c.Warnings = append(c.Warnings, fmt.Errorf("the trained network: %w", err))
	}
	return nil
}

func netFirst(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i
	}
	return v
}
