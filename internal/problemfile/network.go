package problemfile

import (
	"costate/discrete"
)

// Network is a network problem: a network, the pairs that it is to learn, and
// what is known of its weights.
type Network struct {
	Net discrete.Network

	// Continuous are the settings of a layer label that is continuous; nil:
	// the layers are discrete only.
	Continuous *ContinuousLayers

	// Inputs and Outputs are the neurons of the first and of the last layer
	// that the data are about, from 0. nil: all.
	Inputs, Outputs []int

	// RmIn and RmOut are precisions: one number, or one for each observed
	// neuron. +Inf in RmIn holds the inputs at their data.
	RmIn, RmOut []float64

	// Weighted: labels without a precision; RmOut = 1 is a mere weight of
	// least squares.
	Weighted bool

	Hidden []HiddenData

	// Train, Validation and Test are the pairs of a data file, after scaling;
	// an empty one has M = 0. With a teacher only their M is set.
	Train, Validation, Test Pairs

	Classes int  // number of classes of the labels; 0: no labels
	Entropy bool // with labels: cross-entropy, not least squares
	Folds   int  // of cross-validation; 0: none
	Seed    uint64

	// Scaler is how inputs were scaled; nil: as in the file.
	Scaler *discrete.NetworkScaler

	Teacher *Teacher // nil: data from a file

	Weights WeightSettings
	Design  Design
}

// ContinuousLayers are the settings of a network whose layer label is
// continuous, x' = f(W x + b) or x' = f(W x + b) - x.
type ContinuousLayers struct {
	Length         float64 // of the layer
	Rf             float64 // precision of the layers; +Inf: the equation holds exactly
	LayerPrecision float64 // of the weights' derivative; 0: constant weights
}

// Pairs are M inputs with their outputs, and with labels their classes.
type Pairs struct {
	M       int
	In, Out []float64 // M×observed neurons
	Labels  []int
}

// HiddenData are measurements of a layer between the first and the last, of
// the training pairs.
type HiddenData struct {
	Layer  int
	Index  []int // neurons, from 0; nil: all
	Values []float64
	Rm     []float64
}

// Teacher is the network that makes the data of a twin experiment.
type Teacher struct {
	Net       discrete.Network
	Gain      float64 // of normal weights, in units of what keeps a signal alive; 0: uniform weights
	Bound     float64 // of uniform weights
	Seed      uint64
	SD        float64 // of the noise on inputs and outputs
	Clip      bool
	Low, High float64   // outputs are kept in there
	Seeds     [3]uint64 // of training, validation and test pairs
	NumPy     bool      // weights and pairs are those of NumPy's seeds
}

// WeightSettings say how weights begin and what is known of them.
type WeightSettings struct {
	Precision float64 // of the prior with mean 0; weight decay
	Gain      float64 // of normal first weights; 0: the command's choice
	Bound     float64 // of uniform first weights; 0: see Gain
}

// Design are the settings of [design]; nil lists mean the default of the
// command.
type Design struct {
	Layers, Widths, Pairs, Observed []int
}

// networkActivations are the names of the built-in activations.
var networkActivations = []string{"sigmoid", "tanh", "relu", "softplus", "identity"}

// networkKinds are the kinds of layers, in the order of discrete.NetworkKind.
var networkKinds = []string{"perceptron", "residual", "relaxation"}

// networkConventions are the normalisations of a network's action; "action" is
// "continuous".
var networkConventions = []string{"continuous", "paper", "varanneal", "action"}

// networkMethods are the ways to solve a network.
var networkMethods = []string{"gauss-newton", "lbfgs", "collocation", "shooting"}

// readNetwork reads all of a network problem.
func (l *loader) readNetwork() {
	net := &Network{}
	l.p.Network = net
	l.readNetworkLayers(net)
	l.readTeacher(net)
	l.readTraining(net)
	l.readWeights(net)
	l.checkContinuous(net)
	l.readNetworkSettings(net)
}

// checkContinuous refuses what the boundary value problem of continuous layers
// cannot express.
func (l *loader) checkContinuous(net *Network) {
	if net.Continuous == nil {
		return
	}
	n, pos := l.tableOf("training")
	if e := n.get("input_neurons"); e != nil {
		l.errorf(e.pos, "'input_neurons' with continuous layers, expected inputs for every neuron: formulas of the columns, or 0")
	}
	if len(net.RmIn) > 1 || len(net.RmOut) > 1 {
		l.errorf(pos, "precisions of single neurons with continuous layers, expected one for all inputs and one for all outputs")
	}
	if w, wpos := l.tableOf("weights"); net.Weights.Precision == 0 && (w == nil || !w.bad("precision")) {
		if w == nil {
			_, wpos = l.tableOf("network")
		}
		l.errorf(wpos, "continuous layers without a prior of the weights, expected [weights] precision = ..: weights that the pairs do not determine leave the problem singular")
	}
}

func (l *loader) readWeights(net *Network) {
	n, _ := l.tableOf("weights")
	if n == nil {
		return
	}
	w := &net.Weights
	if v, pos, ok := l.numberKey(n, "precision", nil); ok {
		if v < 0 {
			l.errorf(pos, "'precision' is %g, expected a number, not negative", v)
		}
		w.Precision = v
	}
	w.Gain = l.positive(n, "gain")
	w.Bound = l.positive(n, "bound")
	if e := n.get("bound"); e != nil && n.get("gain") != nil {
		l.errorf(e.pos, "both 'gain' and 'bound' are given, expected one of them")
	}
}

// readNetworkSettings reads [solve], [anneal] and [design] of a network.
func (l *loader) readNetworkSettings(net *Network) {
	if n, _ := l.tableOf("solve"); n != nil {
		s := &l.p.Solve
		s.Method = l.choice(n, "method", networkMethods...)
		if e := n.get("method"); e != nil && net.Continuous == nil && (s.Method == "collocation" || s.Method == "shooting") {
			l.errorf(e.val.pos, "the method '%s' needs a layer label that is continuous, expected continuous = true in [network], or \"gauss-newton\" or \"lbfgs\"", s.Method)
		}
		s.Tolerance = l.positive(n, "tolerance")
		s.Intervals = l.integer(n, "intervals", 1)
		s.MaxIntervals = l.integer(n, "max_intervals", 1)
		s.Starts = l.integer(n, "starts", 1)
		s.Seed = uint64(l.integer(n, "seed", 0))
	}
	if n, _ := l.tableOf("anneal"); n != nil {
		l.readNetworkAnneal(n)
	}
	if n, _ := l.tableOf("design"); n != nil {
		d := &net.Design
		d.Layers = l.wholeNumbers(n, "layers", 2)
		d.Widths = l.wholeNumbers(n, "widths", 1)
		d.Pairs = l.wholeNumbers(n, "pairs", 1)
		d.Observed = l.wholeNumbers(n, "observed", 1)
		for i, m := range d.Pairs {
			if m > net.Train.M && net.Train.M > 0 {
				l.errorf(n.get("pairs").val.itemPos(i), "pairs is %d, expected at most the %d training pairs", m, net.Train.M)
			}
		}
	}
}

func (l *loader) readNetworkAnneal(n *node) {
	a := &l.p.Anneal
	if e := n.get("Rf0"); e != nil {
		if e.val.kind == tableNode {
			l.errorf(e.val.pos, "'Rf0' is a table, expected one number for all layers")
		} else if v := l.positive(n, "Rf0"); v > 0 {
			a.Rf0 = []float64{v}
		}
	}
	a.Alpha = l.aboveOne(n, "alpha")
	a.Beta = l.integer(n, "beta", 0)
	a.BetaGiven = !n.missing("beta")
	a.Starts = l.integer(n, "starts", 1)
	a.Seed = uint64(l.integer(n, "seed", 0))
	a.Convention = l.choice(n, "convention", networkConventions...)
	a.Plateau = l.positive(n, "plateau")
	a.Strong = l.flag(n, "strong")
	a.Tolerance = l.positive(n, "tolerance")
	a.MaxSteps = l.integer(n, "max_steps", 1)
	a.Redraws = l.integer(n, "redraws", 0)
	a.Start = l.choice(n, "start", "random", "network")
	if e := n.get("hidden"); e != nil {
		if v, ok := l.numbers(e.val, "hidden"); ok {
			if len(v) != 2 || !(v[0] <= v[1]) {
				l.errorf(e.val.pos, "'hidden' has %s, expected two, the lower one first", count(len(v), "number"))
			} else {
				a.Hidden = v
			}
		}
	}
}

// aboveOne reads a number greater than 1; 0 when absent or wrong.
func (l *loader) aboveOne(n *node, key string) float64 {
	v := l.positive(n, key)
	if v > 0 && v <= 1 {
		l.errorf(n.get(key).val.pos, "%s is %g, expected a number greater than 1", key, v)
		return 0
	}
	return v
}

// itemPos is where item i of a list stands, or the value itself.
func (n *node) itemPos(i int) int {
	if n.kind == listNode && i < len(n.items) {
		return n.items[i].pos
	}
	return n.pos
}
