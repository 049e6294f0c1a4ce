package problemfile

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"costate/discrete"
	"costate/internal/expr"
)

// maxNeurons and maxWeights bound what a file may ask for: states of one path,
// and weights.
const maxNeurons, maxWeights = 1 << 20, 1 << 26

// readNetworkLayers reads [network].
func (l *loader) readNetworkLayers(net *Network) {
	n, pos := l.tableOf("network")
	if n == nil {
		return // a wrong value has been reported
	}
	net.Net = l.layeredNetwork(n, pos, "network")
	k := &net.Net
	kind := l.choice(n, "kind", networkKinds...)
	if i := slices.Index(networkKinds, kind); i >= 0 {
		k.Kind = discrete.NetworkKind(i)
	}
	wrongKind := kind == "" && n.get("kind") != nil
	k.Shared = l.flag(n, "shared")
	k.Step = l.positive(n, "step")
	k.Times = l.integer(n, "times", 1)
	if e := n.get("step"); e != nil && k.Kind == discrete.NetPerceptron && !wrongKind {
		l.errorf(e.pos, "'step' of perceptron layers, expected it with kind = \"residual\" or \"relaxation\": a perceptron layer has no step")
	}
	if k.Shared || k.Kind != discrete.NetPerceptron {
		for i, w := range k.Widths {
			if w != k.Widths[0] {
				p := pos
				if e := n.get("widths"); e != nil {
					p = e.val.itemPos(i)
				}
				l.errorf(p, "layer %d has the width %d, expected %d as in the first: residual and relaxation layers and shared weights need equal widths", i+1, w, k.Widths[0])
				break
			}
		}
	}
	l.checkSize(k, pos)
	if l.flag(n, "continuous") {
		l.readContinuousLayers(net, n)
		return
	}
	for _, key := range []string{"length", "Rf", "layer_precision"} {
		if e := n.get(key); e != nil {
			l.errorf(e.pos, "'%s' is of continuous layers, expected continuous = true with it", key)
		}
	}
}

// checkSize refuses networks too large for the memory of a machine.
func (l *loader) checkSize(k *discrete.Network, pos int) {
	states, weights := 0.0, 0.0
	for i, w := range k.Widths {
		states += float64(w)
		if i > 0 {
			weights += float64(w) * float64(k.Widths[i-1]+w)
		}
	}
	if states *= float64(max(1, k.Times)); states > maxNeurons || weights > maxWeights {
		l.errorf(pos, "a network of %.3g states and up to %.3g weights, expected at most %d and %d", states, weights, maxNeurons, maxWeights)
		k.Widths = nil
	}
}

func (l *loader) readContinuousLayers(net *Network, n *node) {
	k, e := &net.Net, n.get("continuous")
	switch {
	case !k.Kind.ContinuousLimit():
		l.errorf(e.pos, "perceptron layers have no continuous limit: doubling them gives another network; expected kind = \"relaxation\" (x' = f(W x) - x, of which they are steps of length 1) or \"residual\" (x' = f(W x))")
	case k.Times > 0:
		l.errorf(e.pos, "continuous layers of a recurrent network, expected no 'times'")
	case len(k.Widths) < 2:
		return // reported
	case len(k.Activation) > 1:
		l.errorf(n.get("activation").val.pos, "continuous layers with %d activations, expected one", len(k.Activation))
	}
	c := &ContinuousLayers{Length: l.positive(n, "length"), Rf: math.Inf(1), LayerPrecision: l.positive(n, "layer_precision")}
	if c.Length == 0 {
		c.Length = 1
	}
	if r := n.get("Rf"); r != nil {
		if v, ok := l.number(r.val, nil, true); ok {
			if !(v > 0) {
				l.errorf(r.val.pos, "Rf is %g, expected a precision, greater than 0 or inf", v)
			}
			c.Rf = v
		}
	}
	if k.Step == 0 && len(k.Widths) > 1 {
		k.Step = c.Length / float64(len(k.Widths)-1)
	}
	if s := n.get("shared"); s != nil && !k.Shared {
		l.errorf(s.pos, "continuous layers without shared weights, expected layer_precision = .. for weights that vary with the layer")
	}
	k.Shared = true
	net.Continuous = c
}

// layeredNetwork reads widths, activations and biases, of a network or of a
// teacher.
func (l *loader) layeredNetwork(n *node, pos int, table string) (k discrete.Network) {
	width, layers := l.integer(n, "width", 1), l.integer(n, "layers", 2)
	switch e := n.get("widths"); {
	case e != nil:
		k.Widths = l.wholeNumbers(n, "widths", 1)
		if len(k.Widths) == 1 {
			l.errorf(e.val.pos, "widths names one layer, expected at least an input and an output")
		}
		for _, key := range []string{"width", "layers"} {
			if o := n.get(key); o != nil {
				l.errorf(o.pos, "both 'widths' and '%s' are given, expected widths, or width and layers", key)
			}
		}
	case n.bad("widths"):
	case width > 0 && (layers > 0 || l.flag(n, "continuous") && n.missing("layers")):
		if layers == 0 {
			layers = defaultLayers
		}
		if layers > maxNeurons/width {
			l.errorf(n.get("layers").val.pos, "%d layers of %d neurons, expected at most %d neurons", layers, width, maxNeurons)
			return k
		}
		for range layers {
			k.Widths = append(k.Widths, width)
		}
	case n.missing("width") || n.missing("layers"):
		l.errorf(pos, "[%s] has no widths, expected widths = [..], one per layer, or width and layers", table)
	}
	k.Bias = l.flag(n, "biases")
	if e := n.get("activation"); e != nil {
		items := []*node{e.val}
		if e.val.kind == listNode {
			items = e.val.items
			if maps := len(k.Widths) - 1; maps > 0 && len(items) != 1 && len(items) != maps {
				l.errorf(e.val.pos, "%d activations, expected one, or %d: one per layer after the input", len(items), maps)
			}
		}
		for _, item := range items {
			k.Activation = append(k.Activation, l.activation(item))
		}
	}
	return k
}

// defaultLayers is the number of discrete layers of a continuous network.
const defaultLayers = 9

// activation reads the name of an activation, or a formula of z.
func (l *loader) activation(n *node) discrete.NetActivation {
	if n.kind != stringNode {
		l.errorf(n.pos, "activation is %s, expected a name or a formula of z", n.describe())
		return discrete.NetActivation{}
	}
	if a, ok := discrete.NetActivationNamed(n.text); ok {
		return a
	}
	g := expr.NewGraph()
	z := g.Var("z")
	scope := &expr.Scope{Names: map[string]*expr.Expr{"z": z}}
	for name, e := range l.scope.Names {
		if v, ok := l.constantValue(e); ok && name != "z" {
			scope.Names[name] = g.Num(v)
		}
	}
	f, err := g.Parse(n.text, scope)
	if identifier.MatchString(n.text) && (err != nil || f != z) {
		l.errorf(n.pos, "unknown activation '%s'%s", n.text, hint(n.text, append(slices.Clone(networkActivations), "a formula of z")))
		return discrete.NetActivation{}
	}
	if err != nil {
		if fe, ok := err.(*expr.Error); ok && fe.Hint == "" && strings.HasPrefix(fe.Msg, "unknown name") {
			out := *fe
			out.Hint = "expected a formula of z such as 'z/(1 + z^2)'"
			err = &out
		}
		l.formulaError(err, n, 0)
		return discrete.NetActivation{}
	}
	if !f.DependsOn(z) {
		l.errorf(n.pos, "the activation does not depend on z, expected a formula of z")
		return discrete.NetActivation{}
	}
	d := g.Diff(f, z)
	fun := func(e *expr.Expr) func(float64) float64 {
		tape, err := expr.Compile([]*expr.Expr{z}, []*expr.Expr{e})
		if err != nil {
			l.errorf(n.pos, "%s", err)
			return nil
		}
		return func(v float64) float64 {
			var in, out [1]float64
			in[0] = v
			tape.Eval(out[:], in[:])
			return out[0]
		}
	}
	return discrete.NetActivation{Name: n.text, F: fun(f), D: fun(d), D2: fun(g.Diff(d, z))}
}

var numberRange = regexp.MustCompile(`^\s*(\d+)\s*\.\.\s*(\d+)\s*$`)

// wholeNumbers reads one number, a list of them, or a range "2..20"; nil when
// absent or wrong.
func (l *loader) wholeNumbers(n *node, key string, lo float64) []int {
	e := n.get(key)
	if e == nil {
		return nil
	}
	items := []*node{e.val}
	switch e.val.kind {
	case stringNode:
		a, b, ok := parseNumberRange(e.val.text)
		if !ok || float64(a) < lo || b-a >= maxNeurons {
			l.errorf(e.val.pos, "'%s' is \"%s\", expected a range such as \"2..20\", numbers from %g", key, e.val.text, lo)
			return nil
		}
		list := make([]int, 0, b-a+1)
		for i := a; i <= b; i++ {
			list = append(list, i)
		}
		return list
	case listNode:
		items = e.val.items
		if len(items) == 0 {
			l.errorf(e.val.pos, "'%s' is an empty list, expected whole numbers", key)
			return nil
		}
	}
	var list []int
	for _, item := range items {
		if item.kind != numberNode || item.num != math.Trunc(item.num) || item.num < lo || item.num > maxNeurons {
			l.errorf(item.pos, "'%s' holds %s, expected whole numbers from %g", key, item.describe(), lo)
			return nil
		}
		list = append(list, int(item.num))
	}
	return list
}

// parseNumberRange reads "2..20".
func parseNumberRange(s string) (a, b int, ok bool) {
	m := numberRange.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	a, err1 := strconv.Atoi(m[1])
	b, err2 := strconv.Atoi(m[2])
	return a, b, err1 == nil && err2 == nil && a <= b
}

// neurons reads which neurons of a layer the data are about, numbered from 1
// in the file; values is how many data a pair has for them.
func (l *loader) neurons(n *node, key string, values, width int, what string) []int {
	if width == 0 {
		return nil // reported
	}
	e := n.get(key)
	if e == nil {
		if n.missing(key) && values != width && values > 0 {
			at := n.pos
			if d := n.get(what); d != nil {
				at = d.val.pos
			}
			l.errorf(at, "%s are %d, expected %d as the layer is wide, or %s = [..] for the neurons they are of", what, values, width, key)
		}
		return nil
	}
	list := l.wholeNumbers(n, key, 1)
	if list == nil {
		return nil
	}
	if values > 0 && len(list) != values {
		l.errorf(e.val.pos, "'%s' names %s, expected %d: one for each of %s", key, count(len(list), "neuron"), values, what)
		return nil
	}
	out := make([]int, len(list))
	for i, v := range list {
		if v > width || slices.Contains(list[:i], v) {
			l.errorf(e.val.itemPos(i), "'%s' holds %d, expected different numbers from 1 to %d", key, v, width)
			return nil
		}
		out[i] = v - 1
	}
	return out
}
