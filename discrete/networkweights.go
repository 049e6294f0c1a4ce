package discrete

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// RandomWeights draws weights for n: every weight from N(0, (gain·g)²/fan-in)
// with g = 4 for sigmoids, 1 otherwise, so that gain 1 keeps a signal's size
// at the centre of the activation; biases are -1/2 the sum of the row's
// weights for sigmoids (the state 1/2 maps to 1/2), 0 otherwise.
func (n *Network) RandomWeights(gain float64, rng *rand.Rand) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	theta := make([]float64, pl.params)
	for _, s := range pl.sets {
		sigmoid := pl.cells[s.cells[0]].act.kind == netSigmoid
		fan := s.cols
		if n.Bias {
			fan--
		}
		sd := gain / math.Sqrt(float64(fan))
		if sigmoid {
			sd *= 4
		}
		for a := range s.rows {
			row := theta[s.off+a*s.cols : s.off+(a+1)*s.cols]
			for b := range fan {
				row[b] = sd * rng.NormFloat64()
			}
			if n.Bias && sigmoid {
				row[fan] = -floats.Sum(row[:fan]) / 2
			}
		}
	}
	return theta
}

// UniformWeights draws every weight of n from U[-bound, bound], biases 0: the
// papers' choice with bound 1/width.
func (n *Network) UniformWeights(bound float64, rng *rand.Rand) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	theta := make([]float64, pl.params)
	for _, s := range pl.sets {
		for i := range s.rows * s.cols {
			if !n.Bias || i%s.cols != s.cols-1 {
				theta[s.off+i] = bound * (2*rng.Float64() - 1)
			}
		}
	}
	return theta
}

// gainWeights is RandomWeights for NetworkAnnealing.
func (n *Network) gainWeights(gain float64) func(rng *rand.Rand) []float64 {
	net := *n
	return func(rng *rand.Rand) []float64 { return net.RandomWeights(gain, rng) }
}
