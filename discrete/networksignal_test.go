package discrete

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The logarithms against a singular value decomposition of the product, for
// depths where that does not underflow, and for layers of unequal width.
func TestSignalSingularValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, net := range []Network{
		{Widths: []int{4, 4, 4, 4}},
		{Widths: []int{5, 3, 4, 2}, Bias: true, Activation: []NetActivation{NetTanh}},
		{Widths: []int{2, 6, 3}, Activation: []NetActivation{NetSoftplus}},
		{Widths: []int{3, 3, 3}, Kind: NetRelaxation, Step: 0.4},
		{Widths: []int{3, 3, 3}, Kind: NetResidual, Step: 0.4, Shared: true},
	} {
		theta := netRandom(rng, net.Params(), 1)
		in := netRandom(rng, net.Widths[0], 1)
		got := net.Signal(theta, in)
		n, m := net.Widths[0], net.Widths[len(net.Widths)-1]
		j := mat.NewDense(m, n, nil)
		const h = 1e-6
		for i := range n {
			old := in[i]
			in[i] = old + h
			up := net.Predict(theta, in)
			in[i] = old - h
			down := net.Predict(theta, in)
			in[i] = old
			for a := range m {
				j.Set(a, i, (up[a]-down[a])/(2*h))
			}
		}
		var svd mat.SVD
		svd.Factorize(j, mat.SVDNone)
		for i, s := range svd.Values(nil) {
			if s > 1e-6 && math.Abs(got.LogSingular[i]-math.Log(s)) > 1e-8/s {
				t.Errorf("%v: log of singular value %d is %.12g, want %.12g", net.Widths, i, got.LogSingular[i], math.Log(s))
			}
		}
	}
}

func TestSignalOfLivingAndDeadNetworks(t *testing.T) {
	for _, c := range []struct {
		t    *NetworkTwin
		dead bool
	}{
		{NetworkLivingTeacher(5, 10, 1.2, false, 1), false},
		{NetworkLivingTeacher(100, 10, 1.5, true, 1), false},
		{NetworkDeadTeacher(3, 10, 1), false}, // 3e-3 of a signal is left, of noise 0.005
		{NetworkDeadTeacher(10, 10, 1), true},
		{NetworkDeadTeacher(100, 10, 1), true},
		{NetworkLivingTeacher(100, 10, 0.5, false, 1), true},
	} {
		s := c.t.Teacher.Signal(c.t.Weights, c.t.Pairs(200, 1).TrueIn)
		last := len(s.Spread) - 1
		err := s.Check(c.t.Sigma)
		t.Logf("%d layers: spread %.3g, largest singular value 1e%.1f: %v", last+1, s.Spread[last], s.LogSingular[0]/math.Ln10, err)
		if (err != nil) != c.dead {
			t.Errorf("%d layers: %v", last+1, err)
		}
	}
}
