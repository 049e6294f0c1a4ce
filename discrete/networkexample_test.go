package discrete_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"costate/discrete"
)

// A teacher that passes nothing on is found out before the experiment; what
// is then learned is the mean of the outputs.
func ExampleNetworkAnnealing() {
	twin := discrete.NetworkDeadTeacher(100, 10, 17439860)
	pairs := twin.Pairs(2, 43650832)
	signal := twin.Teacher.Signal(twin.Weights, pairs.In)
	fmt.Println("dead:", errors.Is(signal.Check(twin.Sigma), discrete.ErrDeadNetwork))

	rm := 1 / (twin.Sigma * twin.Sigma)
	p := discrete.NetworkPairs(discrete.Network{Widths: slices.Repeat([]int{10}, 20)}, pairs.In, pairs.Out, rm, rm)
	p.WeightPrecision = 0.1
	levels, err := discrete.NetworkAnnealing{Alpha: 2, Betas: 60}.Run(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fit := levels.Best().Fit
	expected, err := p.Expected(fit)
	if err != nil {
		fmt.Println(err)
		return
	}
	scale, _, _ := discrete.NetVaranneal.Scale(p)
	fmt.Printf("level %.4f, expected %.2f +- %.2f (%.0f weights count)\n",
		scale*fit.Action.Data(), scale*expected.Mean, scale*expected.Sd, expected.Weights)
	// Output:
	// dead: true
	// level 0.2603, expected 0.25 +- 0.11 (10 weights count)
}

// Ordinary training by the same tool: exact inputs, cross-entropy, the strong
// constraint.
func ExampleNetworkTrainer() {
	in := []float64{0, 0, 0, 1, 1, 0, 1, 1}
	labels := []int{0, 1, 1, 0}
	net := discrete.Network{Widths: []int{2, 3, 2}, Bias: true, Activation: []discrete.NetActivation{discrete.NetTanh}}
	p := discrete.NetworkClasses(net, in, labels, 1e-3)
	fit, err := discrete.NetworkTrainer{Starts: 4, Seed: 1}.Train(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Network.Classify(fit.Weights, in))
	// Output: [0 1 1 0]
}
