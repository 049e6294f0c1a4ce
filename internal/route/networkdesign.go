package route

import (
	"context"
	"fmt"
	"math"
	"slices"

	"costate/discrete"
)

// NetworkDesignOptions are what a design study is told; zero values take the
// [design] and [anneal] settings of the file, then the defaults.
type NetworkDesignOptions struct {
	NetworkAnnealOptions
	Layers, Widths, Pairs, Observed []int
}

// NetworkDesign is a design study that has been checked.
type NetworkDesign struct {
	discrete.NetworkDesign
	Convention discrete.NetworkNormalisation
	n          *Network
}

// PlanDesign checks the options of a design study.
func (n *Network) PlanDesign(o NetworkDesignOptions) (*NetworkDesign, error) {
	s := n.Spec
	bad := func(format string, a ...any) (*NetworkDesign, error) {
		return nil, fmt.Errorf("a design study "+format, a...)
	}
	switch {
	case n.Validation.M == 0 || n.Test.M == 0:
		return bad("needs pairs to choose by and pairs to report on: validation = .. and test = .. in [training]")
	case n.Net.Times > 0:
		return bad("varies the layers: not those of a recurrent network, whose times the data give")
	case len(s.Hidden) > 0:
		return bad("varies the layers: the data of hidden layers in [training] belong to one depth only")
	case len(n.Net.Activation) > 1:
		return bad("varies the layers: [network] gives an activation for each of %d, want one for all, such as activation = \"tanh\"", len(n.Net.Activation))
	case s.Inputs != nil || s.Outputs != nil:
		return bad("observes neurons from the first on: --observed, not input_neurons and output_neurons")
	case len(s.RmIn) > 1 || len(s.RmOut) > 1:
		return bad("needs one precision for all inputs and one for all outputs")
	}
	d := &NetworkDesign{n: n}
	a, conv, err := n.annealing(o.NetworkAnnealOptions)
	if err != nil {
		return nil, err
	}
	a.Parallel = workers(o.Workers)
	a.Solver.Workers = max(1, a.Parallel/a.Starts)
	d.Convention = conv
	d.NetworkDesign = discrete.NetworkDesign{
		Base:   discrete.Network{Kind: n.Net.Kind, Activation: n.Net.Activation, Step: n.Net.Step, Bias: n.Net.Bias, Shared: n.Net.Shared},
		Depths: list(o.Layers, s.Design.Layers, []int{len(n.Net.Widths)}),
		Widths: list(o.Widths, s.Design.Widths, []int{n.Net.Widths[1]}),
		Pairs:  list(o.Pairs, s.Design.Pairs, []int{n.Train.M}), Observed: list(o.Observed, s.Design.Observed, nil),
		RmIn: s.RmIn[0], RmOut: s.RmOut[0], WeightPrecision: s.Weights.Precision, Annealing: a,
	}
	// First weights depend on the network's shape: the study draws them.
	d.Annealing.Weights = nil
	d.Gain = s.Weights.Gain
	if b := s.Weights.Bound; b > 0 && math.Abs(b*float64(n.Net.Widths[0])-1) > 1e-9 {
		return bad("draws uniform first weights with bound 1/width: give that bound in [weights], or a gain")
	}
	for _, m := range d.Pairs {
		if m > n.Train.M {
			return bad("with %d training pairs: there are %d", m, n.Train.M)
		}
	}
	if n.Net.Kind != discrete.NetPerceptron || n.Net.Shared {
		if len(d.Widths) > 1 || d.Widths[0] != n.Net.Widths[0] {
			return bad("of several widths needs perceptron layers with weights of their own")
		}
	}
	most := max(n.Net.Widths[0], n.Net.Widths[n.Net.Layers()])
	for _, l := range d.Observed {
		if l > most {
			return bad("with %d observed neurons: there are %d", l, most)
		}
	}
	return d, nil
}

func list(flag, file, def []int) []int {
	for _, l := range [][]int{flag, file, def} {
		if l != nil {
			return slices.Clone(l)
		}
	}
	return nil
}

// Cases is the number of networks of the study.
func (d *NetworkDesign) Cases() int {
	return len(d.Depths) * len(d.Widths) * len(d.Pairs) * max(1, len(d.Observed))
}

// Run anneals all networks of the study.
func (d *NetworkDesign) Run(ctx context.Context) (*discrete.NetworkDesignResult, error) {
	n := d.n
	return d.NetworkDesign.Run(ctx, &n.Train.NetworkPairsData, &n.Validation.NetworkPairsData, &n.Test.NetworkPairsData)
}

// ErrorUnit is what mean squares are multiplied by for reports: Rm of the
// outputs, or 1 for classes.
func (d *NetworkDesign) ErrorUnit() float64 {
	if d.n.Spec.Classes > 0 {
		return 1
	}
	return d.RmOut
}

// Scale is the factor from the unnormalised action of a case to the
// convention's.
func (d *NetworkDesign) Scale(c *discrete.NetworkDesignCase) float64 {
	if d.Convention == discrete.NetUnnormalised {
		return 1
	}
	w := d.n.Net.Widths
	data := min(c.Observed, w[len(w)-1])
	if !math.IsInf(d.RmIn, 1) {
		data += min(c.Observed, w[0])
	}
	scale := 1 / float64(data*c.Pairs)
	if d.Convention == discrete.NetVaranneal {
		scale *= 2
	}
	return scale
}
