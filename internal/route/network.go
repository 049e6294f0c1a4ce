package route

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"costate/discrete"
	"costate/internal/problemfile"
)

// ErrNetworkOnly says that a problem is a network, whose equations are not
// formulas.
var ErrNetworkOnly = errors.New("a network problem: solve, anneal and design take it")

// Network is a network problem with its data: those of the file, or those
// that its teacher has made.
type Network struct {
	File *problemfile.Problem
	Spec *problemfile.Network
	Net  discrete.Network
	Twin *discrete.NetworkTwin // nil: data of a file

	// Train, Validation and Test are the pairs; an empty set has M = 0. Out
	// are the observed outputs. In are all inputs of twin data, else the
	// observed ones.
	Train, Validation, Test NetworkSet
}

// NetworkSet are pairs with their classes, if they have any.
type NetworkSet struct {
	discrete.NetworkPairsData
	Labels []int
}

// NewNetwork makes the data of a network problem.
func NewNetwork(file *problemfile.Problem) (*Network, error) {
	s := file.Network
	if s == nil {
		return nil, fmt.Errorf("%s problem, not a network", file.Kind)
	}
	n := &Network{File: file, Spec: s, Net: s.Net}
	sets := []struct {
		to   *NetworkSet
		from *problemfile.Pairs
	}{{&n.Train, &s.Train}, {&n.Validation, &s.Validation}, {&n.Test, &s.Test}}
	if t := s.Teacher; t != nil {
		n.Twin = &discrete.NetworkTwin{Teacher: t.Net, Sigma: t.SD, Clip: t.Clip, ClipLow: t.Low, ClipHigh: t.High, NumPy: t.NumPy}
		var source rand.Source = rand.NewPCG(t.Seed, 0)
		if t.NumPy {
			source = discrete.NewNumPy(t.Seed)
		}
		if rng := rand.New(source); t.Gain > 0 {
			n.Twin.Weights = t.Net.RandomWeights(t.Gain, rng)
		} else {
			n.Twin.Weights = t.Net.UniformWeights(t.Bound, rng)
		}
		for i, set := range sets {
			if set.from.M > 0 {
				set.to.NetworkPairsData = *n.Twin.Pairs(set.from.M, t.Seeds[i]).Columns(nil, s.Outputs)
			}
		}
		return n, nil
	}
	for _, set := range sets {
		set.to.NetworkPairsData = discrete.NetworkPairsData{M: set.from.M, In: set.from.In, Out: set.from.Out}
		set.to.Labels = set.from.Labels
	}
	return n, nil
}

// observedInputs returns the inputs of a set that the training knows.
func (n *Network) observedInputs(d *NetworkSet) []float64 {
	if n.Twin != nil && n.Spec.Inputs != nil {
		return d.Columns(n.Spec.Inputs, nil).In
	}
	return d.In
}

// Predicts reports whether the inputs of held-out pairs are complete, so that
// the network's outputs can be computed.
func (n *Network) Predicts() bool { return n.Twin != nil || n.Spec.Inputs == nil }

// Problem returns the estimation problem of the training pairs with Gaussian
// measurements; classes are one-hot outputs.
func (n *Network) Problem() *discrete.NetworkProblem {
	s := n.Spec
	p := &discrete.NetworkProblem{Network: n.Net, Pairs: n.Train.M, WeightPrecision: s.Weights.Precision}
	in := n.observedInputs(&n.Train)
	times := max(1, n.Net.Times)
	for t := range times {
		p.Observations = append(p.Observations,
			discrete.NetworkObservation{Layer: 0, Time: t, Index: s.Inputs, Values: atTime(in, n.Train.M, t, times), Rm: s.RmIn},
			discrete.NetworkObservation{Layer: n.Net.Layers(), Time: t, Index: s.Outputs, Values: atTime(n.Train.Out, n.Train.M, t, times), Rm: s.RmOut})
	}
	for _, h := range s.Hidden {
		p.Observations = append(p.Observations, discrete.NetworkObservation{Layer: h.Layer, Index: h.Index, Values: h.Values, Rm: h.Rm})
	}
	return p
}

// atTime takes the values of time t out of rows that hold them time after
// time.
func atTime(v []float64, m, t, times int) []float64 {
	if times == 1 {
		return v
	}
	w := len(v) / (m * times)
	out := make([]float64, 0, m*w)
	for k := range m {
		out = append(out, v[(k*times+t)*w:(k*times+t+1)*w]...)
	}
	return out
}

// TrainingProblem is Problem, or with labels the classification by
// cross-entropy, unless the file wants least squares.
func (n *Network) TrainingProblem() *discrete.NetworkProblem {
	if n.Spec.Entropy {
		return discrete.NetworkClasses(n.Net, n.Train.In, n.Train.Labels, n.Spec.Weights.Precision)
	}
	return n.Problem()
}

// FirstWeights draws the weights of a start: as [weights] says, else normal
// ones of gain 1.
func (n *Network) FirstWeights(net discrete.Network) func(rng *rand.Rand) []float64 {
	w := n.Spec.Weights
	return func(rng *rand.Rand) []float64 {
		switch {
		case w.Bound > 0:
			return net.UniformWeights(w.Bound, rng)
		case w.Gain > 0:
			return net.RandomWeights(w.Gain, rng)
		}
		return net.RandomWeights(1, rng)
	}
}

// NetworkSignal is how far inputs reach in one network.
type NetworkSignal struct {
	Name   string // "teacher", "first weights"
	Signal *discrete.NetworkSignal
	Dead   error // nil: it lives
}

// Signals propagates the training inputs through the teacher and through the
// network with its first weights, before any experiment.
func (n *Network) Signals(seed uint64) []NetworkSignal {
	var out []NetworkSignal
	if n.Twin != nil {
		// Two pairs tell no spread: inputs of the teacher's own kind do.
		in := n.Twin.Pairs(max(n.Train.M, 200), n.Spec.Teacher.Seeds[0]).TrueIn
		s := n.Twin.Teacher.Signal(n.Twin.Weights, in)
		out = append(out, NetworkSignal{"teacher", s, s.Check(n.Twin.Sigma)})
	}
	if !n.Predicts() || n.Train.M < 2 {
		return out
	}
	noise := 0.0
	if rm := n.Spec.RmOut; len(rm) > 0 && n.Spec.Classes == 0 {
		noise = 1 / math.Sqrt(rm[0])
	}
	in := n.Train.In
	if t := max(1, n.Net.Times); t > 1 {
		in = atTime(in, n.Train.M, 0, t)
	}
	s := n.Net.Signal(n.FirstWeights(n.Net)(rand.New(rand.NewPCG(seed, 0))), in)
	return append(out, NetworkSignal{"first weights", s, s.Check(noise)})
}

// NetworkErrors are the errors of a prediction on one set of pairs.
type NetworkErrors struct {
	M          int
	MeanSquare float64 // over observed outputs
	Accuracy   float64 // of the classes; NaN: no labels
}

// Errors predicts the outputs of a set.
func (n *Network) Errors(net *discrete.Network, theta []float64, d *NetworkSet) NetworkErrors {
	return n.compare(net.Predict(theta, d.In), d)
}

// compare judges predicted outputs, of all neurons of the last layer.
func (n *Network) compare(out []float64, d *NetworkSet) NetworkErrors {
	y := &discrete.NetworkPairsData{M: d.M, Out: out}
	if n.Spec.Outputs != nil {
		y = y.Columns(nil, n.Spec.Outputs)
	}
	e := NetworkErrors{M: d.M, MeanSquare: discrete.NetworkMeanSquare(y.Out, d.Out), Accuracy: math.NaN()}
	if d.Labels != nil {
		c := len(y.Out) / d.M
		got := make([]int, d.M)
		for k := range got {
			row := y.Out[k*c : (k+1)*c]
			for j, v := range row {
				if v > row[got[k]] {
					got[k] = j
				}
			}
		}
		e.Accuracy = discrete.NetworkAccuracy(got, d.Labels)
	}
	return e
}

// Held returns the set on which results are reported: the test pairs, else
// the validation pairs; nil: there are none, or nothing can be predicted.
func (n *Network) Held() (d *NetworkSet, name string) {
	switch {
	case !n.Predicts():
		return nil, ""
	case n.Test.M > 0:
		return &n.Test, "test"
	case n.Validation.M > 0:
		return &n.Validation, "validation"
	}
	return nil, ""
}

// Baselines are the errors of a constant and of a linear map on held-out
// pairs.
func (n *Network) Baselines(held *NetworkSet) (discrete.NetworkBaselines, error) {
	return discrete.Baselines(&n.Train.NetworkPairsData, &held.NetworkPairsData, 0)
}

// workers returns how many goroutines a request for so many means.
func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// forEach calls f for 0 to n-1 in up to parallel goroutines.
func forEach(n, parallel int, f func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(1, parallel))
	for i := range n {
		slots <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(i)
			<-slots
		}()
	}
	wg.Wait()
}
