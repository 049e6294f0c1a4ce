package discrete

import (
	"context"
	"fmt"
	"math/rand/v2"

	"costate/ode"
)

// NetworkFolds returns the test set of each of k folds of a stratified
// cross-validation: every class is dealt to the folds in random order.
func NetworkFolds(labels []int, k int, seed uint64) [][]int {
	rng := rand.New(rand.NewPCG(seed, 2))
	folds := make([][]int, k)
	next := 0
	most := 0
	for _, c := range labels {
		most = max(most, c)
	}
	for c := range most + 1 {
		var members []int
		for i, l := range labels {
			if l == c {
				members = append(members, i)
			}
		}
		rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		for _, i := range members {
			folds[next%k] = append(folds[next%k], i)
			next++
		}
	}
	return folds
}

// NetworkCrossValidation is the result of CrossValidate.
type NetworkCrossValidation struct {
	Accuracy float64   // of all held-out samples together
	Folds    []float64 // of each fold
	Unsolved int       // folds whose training ended without convergence
}

// CrossValidate trains on all folds but one and classifies that one, for each
// in turn. Inputs are scaled by what the training part says.
func (t NetworkTrainer) CrossValidate(ctx context.Context, net Network, in []float64, labels []int, decay float64, folds [][]int) (*NetworkCrossValidation, error) {
	w := net.Widths[0]
	cv := &NetworkCrossValidation{Folds: make([]float64, len(folds))}
	right, all := 0.0, 0
	for f, test := range folds {
		held := make(map[int]bool, len(test))
		for _, i := range test {
			held[i] = true
		}
		var a, b []float64
		var la, lb []int
		for i, c := range labels {
			if held[i] {
				b, lb = append(b, in[i*w:(i+1)*w]...), append(lb, c)
			} else {
				a, la = append(a, in[i*w:(i+1)*w]...), append(la, c)
			}
		}
		sc := NewNetworkScaler(a, w)
		p := NetworkClasses(net, sc.Apply(a), la, decay)
		fit, err := t.Train(ctx, p)
		if fit == nil || ctx.Err() != nil {
			return nil, fmt.Errorf("fold %d: %w", f, err)
		}
		if fit.Status != ode.Solved {
			cv.Unsolved++
		}
		cv.Folds[f] = NetworkAccuracy(p.Network.Classify(fit.Weights, sc.Apply(b)), lb)
		right += cv.Folds[f] * float64(len(lb))
		all += len(lb)
	}
	cv.Accuracy = right / float64(all)
	return cv, nil
}
