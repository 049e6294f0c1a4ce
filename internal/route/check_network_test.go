package route

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/testdata"
)

func loadFile(t *testing.T, name string) *problemfile.Problem {
	t.Helper()
	file, err := (&problemfile.Loader{FS: testdata.Problems()}).Load(name + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// networkOf makes a network of a file's text.
func networkOf(t *testing.T, text string) *Network {
	t.Helper()
	file, err := (&problemfile.Loader{FS: fstest.MapFS{"network.toml": {Data: []byte(text)}}}).Load("network.toml")
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNetwork(file)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// failedOf lists the certificates that fail.
func failedOf(f *Findings) (names []string) {
	for _, c := range f.Certificates {
		if c.Verdict == hamiltonian.Fail {
			names = append(names, c.Name)
		}
	}
	return names
}

// small is a continuous network of two neurons; what holds its layers and its
// inputs is left open.
const smallNetwork = `title = "Small"
[network]
width = 2
kind = "residual"
activation = "tanh"
biases = true
continuous = true
length = 1.5
%NETWORK
[training]
data = { a = [-1, -0.4, 0.3, 0.9], b = [0.5, -0.7, 0.2, -0.1], y = [0.6, -0.2, 0.1, 0.8] }
inputs = ['a', 'b']
outputs = ['y']
output_neurons = [1]
%TRAINING
[weights]
precision = 0.5
[solve]
tolerance = 1e-8
`

func small(t *testing.T, network, training string) *Network {
	return networkOf(t, strings.NewReplacer("%NETWORK", network, "%TRAINING", training).Replace(smallNetwork))
}

// TestNetworkOrders: costates of back-propagation through Euler, RK2 and RK4 layers
// tend to p(l) of the boundary value problem with orders 1, 2 and 4 as layers double,
// with exact and with measured inputs; so do states, the stationarity of the weights
// and H.
func TestNetworkOrders(t *testing.T) {
	for _, n := range []*Network{
		small(t, "", "exact = true\nsd = 0.2"),
		small(t, "", "Rm = { inputs = 9, outputs = 25 }"),
	} {
		c, err := n.Check(t.Context(), CheckOptions{Last: 512}, NetworkTrainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !c.Passed() || c.Index != 0 {
			t.Errorf("%s, index %d", c.Verdict(), c.Index)
		}
		if len(c.Studies) != 3 || len(c.Agreement) != 2 {
			t.Fatalf("%d studies, %d agreements", len(c.Studies), len(c.Agreement))
		}
		for _, s := range append(c.Studies, c.Own) {
			for _, q := range []LayerQuantity{LayerState, LayerCostate, LayerWeights, LayerEnergy} {
				order := math.NaN()
				for _, r := range s.Rows {
					if r.Judgement[q] == discrete.Judged {
						order = r.Orders[q]
					}
				}
				if !(math.Abs(order-float64(s.Theory)) < 0.1) {
					t.Errorf("%s: order of %v is %.3f, theory %d", s.Name, q, order, s.Theory)
				}
			}
		}
	}
}

// TestNetworkWeak: with layers that may err one pass forward and one back is no
// solution, which is said; trained layers have order 1, and everything else holds.
func TestNetworkWeak(t *testing.T) {
	c, err := small(t, "Rf = 5", "Rm = { inputs = 2, outputs = 25 }").Check(t.Context(), CheckOptions{Last: 512}, NetworkTrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Passed() || len(c.Studies) != 0 || c.Own == nil || c.Own.Certificate().Verdict != hamiltonian.Pass || c.Index != 0 {
		t.Errorf("%s; index %d, %d studies", c.Verdict(), c.Index, len(c.Studies))
	}
	i := slices.IndexFunc(c.Certificates, func(k hamiltonian.Certificate) bool { return k.Name == "back-propagation" })
	if i < 0 || c.Certificates[i].Verdict != hamiltonian.NotJudged {
		t.Error("nothing is said of back-propagation")
	}
}

// TestNetworkVaryingWeights: weights that vary are canonical pairs like the states.
func TestNetworkVaryingWeights(t *testing.T) {
	c, err := small(t, "layer_precision = 2", "exact = true\nsd = 0.2").Check(t.Context(), CheckOptions{}, NetworkTrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Passed() || c.Index != 0 || len(c.Certificates) < 9 {
		t.Errorf("%s; index %d, %d certificates", c.Verdict(), c.Index, len(c.Certificates))
	}
}

// TestNetworkPairByPair: what is put together of the pairs is what an integrator
// says of the whole problem.
func TestNetworkPairByPair(t *testing.T) {
	n := small(t, "", "exact = true\nsd = 0.2")
	c := n.newChecker(t.Context(), CheckOptions{First: 8, Last: 32}, NetworkTrainOptions{})
	if err := c.run(); err != nil {
		t.Fatal(err)
	}
	// A solution that is off by 1e-4 in a weight: both must say so.
	r := c.Continuous
	r.Solution.P = slices.Clone(r.Solution.P)
	r.Solution.P[1] += 1e-4
	c.Findings = Findings{}
	if err := c.constantWeights(); err != nil {
		t.Fatal(err)
	}
	b, err := r.BVP.Problem(r.Solution.P)
	if err != nil {
		t.Fatal(err)
	}
	w, err := hamiltonian.NewFlow(t.Context(), b, r.Solution, 1e-11)
	if err != nil {
		t.Fatal(err)
	}
	_, _, errorP := w.GlobalError(1)
	for _, k := range c.Certificates {
		if k.Name == "global error by integration" {
			if k.Verdict != hamiltonian.Fail || math.Abs(k.Value) < 2e-5 || math.Abs(k.Value) > 1e-2 {
				t.Errorf("%+v", k)
			}
		}
	}
	if math.Abs(errorP[1]-1e-4) > 1e-6 {
		t.Errorf("the whole says the weight is off by %g", errorP[1])
	}
}

// flippedLayers is back-propagation through Euler layers with one wrong sign:
// p_n = p_{n+1} - h F_x' p_{n+1}.
func flippedLayers(f *discrete.NetworkField, p, dtheta []float64, rule discrete.NetworkRule, layers int, theta, x []float64) error {
	d := f.Width
	m := len(x) / ((layers + 1) * d)
	one := *f
	one.End = f.End / float64(layers)
	clear(dtheta)
	g := make([]float64, len(dtheta))
	for k := range m {
		for n := layers - 1; n >= 0; n-- {
			at := (k*(layers+1) + n) * d
			y := append(slices.Clone(x[at:at+d]), x[at+d:at+2*d]...)
			q := append(make([]float64, d), p[at+d:at+2*d]...)
			if err := one.Backward(q, g, rule, 1, theta, y); err != nil {
				return err
			}
			for i := range d {
				p[at+i] = 2*p[at+d+i] - q[i]
			}
			for i, v := range g {
				dtheta[i] += v
			}
		}
	}
	return nil
}

// TestNetworkMutations: mistakes in back-propagation are caught by the certificates
// that are named for them.
func TestNetworkMutations(t *testing.T) {
	c := small(t, "", "exact = true\nsd = 0.2").newChecker(t.Context(), CheckOptions{Last: 256}, NetworkTrainOptions{})
	c.backward = flippedLayers
	if err := c.run(); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"p = -delta, Euler", "p = -delta, RK2", "p = -delta, RK4", "dA/dW = - sum p dF/dW, RK4"} {
		if !slices.Contains(failedOf(&c.Findings), w) {
			t.Errorf("%q does not fail: %s", w, c.Verdict())
		}
	}
	if c.Passed() {
		t.Error("passed")
	}

	// Discrete layers: one wrong sign of one layer's pull-back.
	d := networkOf(t, perceptron).newChecker(t.Context(), CheckOptions{}, NetworkTrainOptions{})
	d.costates = func(p *discrete.NetworkProblem, costates, dtheta, theta, x []float64) error {
		err := p.Costates(costates, dtheta, theta, x)
		n := p.Network.States()
		for k := range p.Pairs {
			for i, v := range p.Network.Layer(costates[k*n:(k+1)*n], 1, 0) {
				p.Network.Layer(costates[k*n:(k+1)*n], 1, 0)[i] = -v
			}
		}
		return err
	}
	if err := d.run(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(failedOf(&d.Findings), []string{"p = -delta, layers"}) {
		t.Errorf("%q fail", failedOf(&d.Findings))
	}
}

const perceptron = `title = "Perceptron"
[network]
widths = [1, 4, 1]
activation = ["tanh", "identity"]
biases = true
[training]
data = { x = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1], y = [1.02, 0.55, 0.24, 0.07, -0.01, 0.05, 0.26, 0.57, 0.99] }
inputs = ['x']
outputs = ['y']
exact = true
sd = 0.02
[weights]
precision = 0.1
`

// TestNetworkDiscrete: layers without a continuous limit are checked in what they
// have, with Gaussian data, with classes, with inputs that are measured, and
// recurrent.
func TestNetworkDiscrete(t *testing.T) {
	recurrent := `title = "Recurrent"
[network]
widths = [1, 3, 1]
times = 3
activation = ["tanh", "identity"]
biases = true
[training]
data = { k = [0, 1, 2, 3, 4, 5] }
inputs = ['sin(k)', 'sin(k + 1)', 'sin(k + 2)']
outputs = ['0', 'sin(k)/2', 'sin(k + 1)/2']
sd = 0.1
[weights]
precision = 1
`
	for name, n := range map[string]*Network{
		"perceptron": networkOf(t, perceptron),
		"measured":   networkOf(t, strings.Replace(perceptron, "exact = true", "", 1)),
		"recurrent":  networkOf(t, recurrent),
		"iris":       networkOf(t, strings.Replace(perceptron, "exact = true", "", 1)),
	} {
		if name == "iris" {
			var err error
			if n, err = NewNetwork(loadFile(t, "iris")); err != nil {
				t.Fatal(err)
			}
		}
		c, err := n.Check(t.Context(), CheckOptions{}, NetworkTrainOptions{})
		if err != nil {
			t.Fatal(name, err)
		}
		if !c.Passed() {
			t.Errorf("%s: %s", name, c.Verdict())
			for _, k := range c.Certificates {
				t.Logf("%+v", k)
			}
		}
		var said bool
		for _, k := range c.Certificates {
			said = said || strings.Contains(k.Note, "no continuous limit")
		}
		if !said {
			t.Errorf("%s: nothing about the continuous limit", name)
		}
	}
}

// TestNetworkSweep: the envelope, FE Rf to its limit, and the action to its limit
// from below by FE, of continuous and of discrete layers.
func TestNetworkSweep(t *testing.T) {
	for _, n := range []*Network{
		small(t, "", "Rm = { inputs = 9, outputs = 25 }"),
		networkOf(t, perceptron),
	} {
		s, err := n.Sweep(t.Context(), SweepOptions{First: 1e3, Last: 1e6}, NetworkTrainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Rows) != 5 || !math.IsInf(s.Rows[4].Rf, 1) {
			t.Fatalf("%d rows", len(s.Rows))
		}
		for i, r := range s.Rows[:4] {
			if i > 0 && r.Action <= s.Rows[i-1].Action {
				t.Errorf("Rf = %g: the action does not rise", r.Rf)
			}
			if d := math.Abs(r.Model*r.Rf/r.Product - 1); d > 1e-3 {
				t.Errorf("Rf = %g: FE Rf = %g, half the square of the costates %g", r.Rf, r.Model*r.Rf, r.Product)
			}
		}
		r := s.Rows[3]
		if d := math.Abs(r.Product/s.Rows[4].Product - 1); d > 1e-2 {
			t.Errorf("FE Rf differs from its limit by %g", d)
		}
		if d := (s.Limit - r.Action) / r.Model; math.Abs(d-1) > 1e-2 {
			t.Errorf("(A_inf - A)/FE = %g", d)
		}
	}
}
