package discrete

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// A network is data assimilation with the layer map, data at the first and
// the last layer, the pairs' states stacked: both minimisers, which share no
// code, find the same action, states, weights and costates.
func TestNetworkIsDataAssimilation(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 7))
	const w, m, layers = 2, 3, 3
	net := Network{Widths: netWidths(layers+1, w), Bias: true, Activation: []NetActivation{NetTanh}}
	in, out := netRandom(rng, m*w, 1), netRandom(rng, m*w, 0.5)
	p := NetworkPairs(net, in, out, 4, 3)
	p.WeightPrecision = 0.4
	const rf = 6.0
	start := netRandom(rng, net.Params(), 0.5)
	fit, err := (&NetworkSolver{Tol: 1e-15, MaxIter: 5000}).Minimise(context.Background(), p, rf, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	state := func(n int, k int) []float64 {
		return net.Layer(fit.Paths[k*net.States():(k+1)*net.States()], n, 0)
	}
	pr := &Problem{
		Rule: LayerMap, Layers: layers, Rf: []float64{rf},
		Model: Model{Dim: w * m, Params: net.Params(), Func: func(dst []float64, t float64, x, theta []float64) {
			// Row a of layer n: weights, then the bias.
			o := int(math.Round(t)) * w * (w + 1)
			for k := range m {
				for a := range w {
					row := theta[o+a*(w+1) : o+(a+1)*(w+1)]
					z := row[w]
					for b := range w {
						z += row[b] * x[k*w+b]
					}
					dst[k*w+a] = math.Tanh(z)
				}
			}
		}},
		Observations: []Observation{{Time: 0, Y: in, Rm: []float64{4}}, {Time: layers, Y: out, Rm: []float64{3}}},
		ParamPrior:   &Prior{Mean: make([]float64, net.Params()), Precision: []float64{0.4}},
	}
	path, err := (&Solver{}).Solve(context.Background(), pr, Guess{Theta: fit.Weights, X: func(dst []float64, t float64) {
		for k := range m {
			copy(dst[k*w:], state(int(math.Round(t)), k))
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(path.Action-fit.Action.Total()) > 1e-10*path.Action {
		t.Errorf("action by data assimilation %.14g, as a network %.14g", path.Action, fit.Action.Total())
	}
	for i, v := range path.Theta {
		if math.Abs(v-fit.Weights[i]) > 1e-5 {
			t.Errorf("weight %d: %.9g and %.9g", i, v, fit.Weights[i])
		}
	}
	costates := make([]float64, len(fit.Paths))
	if err := p.Costates(costates, nil, fit.Weights, fit.Paths); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= layers; n++ {
		for k := range m {
			c := net.Layer(costates[k*net.States():(k+1)*net.States()], n, 0)
			for a := range w {
				if got := path.CostateLeft[n*w*m+k*w+a]; math.Abs(got-c[a]) > 1e-4*(1+math.Abs(c[a])) {
					t.Errorf("layer %d, pair %d: costate %.8g by data assimilation, %.8g by back-propagation", n, k, got, c[a])
				}
			}
		}
	}
}
