package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
)

// NetworkTrainer is ordinary training: the strong constraint (Rf = +Inf), so
// that hidden layers are the network's own and the weights alone are
// estimated, with exact or noisy inputs. The derivatives are
// back-propagation, the steps Gauss-Newton or L-BFGS. Weight decay is the
// problem's WeightPrecision.
type NetworkTrainer struct {
	Solver NetworkSolver // Gauss-Newton [the zero value]
	LBFGS  *NetworkLBFGS // nil: Gauss-Newton

	Starts int     // the lowest action of so many is taken [1]
	Seed   uint64  // of the first weights
	Gain   float64 // of the first weights (Network.RandomWeights) [1]

	// Parallel is how many starts run at once; no result depends on it
	// [GOMAXPROCS].
	Parallel int
}

// Train fits the weights of p. If some starts end without convergence the
// best of all is still returned, with its own Err as the error.
func (t NetworkTrainer) Train(ctx context.Context, p *NetworkProblem) (*NetworkFit, error) {
	if _, err := p.compile(); err != nil {
		return nil, err
	}
	gain := t.Gain
	if gain == 0 {
		gain = 1
	}
	starts := max(1, t.Starts)
	parallel := t.Parallel
	if parallel == 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	fits, errs := make([]*NetworkFit, starts), make([]error, starts)
	netFor(starts, parallel, func(_, i int) {
		theta := p.Network.RandomWeights(gain, rand.New(rand.NewPCG(t.Seed, uint64(i))))
		if t.LBFGS != nil {
			fits[i], errs[i] = t.LBFGS.Minimise(ctx, p, math.Inf(1), theta, nil)
		} else {
			fits[i], errs[i] = t.Solver.Minimise(ctx, p, math.Inf(1), theta, nil)
		}
	})
	best := -1
	for i, f := range fits {
		if f != nil && !math.IsNaN(f.Action.Total()) && (best < 0 || f.Action.Total() < fits[best].Action.Total()) {
			best = i
		}
	}
	if best < 0 {
		return nil, fmt.Errorf("%w of %d: %w", ErrNetworkStart, starts, errors.Join(errs...))
	}
	return fits[best], fits[best].Err
}

// NetworkClasses returns the problem of training net to classify: exact
// inputs in (M×Widths[0]), labels in [0, classes) and cross-entropy on the
// output layer, whose activation is made the identity, with decay (> 0
// advised) on the weights.
func NetworkClasses(net Network, in []float64, labels []int, decay float64) *NetworkProblem {
	N := net.Layers()
	act := make([]NetActivation, N)
	for i := range act {
		switch len(net.Activation) {
		case 0:
		case 1:
			act[i] = net.Activation[0]
		default:
			act[i] = net.Activation[i]
		}
	}
	act[N-1] = NetIdentity
	net.Activation = act
	classes := net.Widths[N]
	out := make([]float64, len(labels)*classes)
	for k, c := range labels {
		out[k*classes+c] = 1
	}
	p := NetworkPairs(net, in, out, math.Inf(1), 1)
	p.Loss = NetCrossEntropy
	p.WeightPrecision = decay
	return p
}

// Classify returns for every input the component of the largest output.
func (n *Network) Classify(theta, in []float64) []int {
	out := n.Predict(theta, in)
	c := n.Widths[len(n.Widths)-1]
	labels := make([]int, len(out)/c)
	for k := range labels {
		row := out[k*c : (k+1)*c]
		for j, v := range row {
			if v > row[labels[k]] {
				labels[k] = j
			}
		}
	}
	return labels
}

// NetworkAccuracy is the fraction of equal labels.
func NetworkAccuracy(got, want []int) float64 {
	n := 0
	for i, c := range want {
		if got[i] == c {
			n++
		}
	}
	return float64(n) / float64(len(want))
}
