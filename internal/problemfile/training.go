package problemfile

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"costate/discrete"
	"costate/internal/expr"
)

func firstWidth(k *discrete.Network) int {
	if len(k.Widths) < 2 {
		return 0
	}
	return k.Widths[0]
}

func lastWidth(k *discrete.Network) int {
	if len(k.Widths) < 2 {
		return 0
	}
	return k.Widths[len(k.Widths)-1]
}

// readTraining reads [training]: the pairs, their precisions, and which of
// them are held out.
func (l *loader) readTraining(net *Network) {
	n, pos := l.tableOf("training")
	if n == nil {
		if l.root.missing("training") {
			_, pos := l.tableOf("network")
			l.errorf(pos, "a network without [training], expected a table with its pairs")
		}
		return
	}
	net.Seed = uint64(l.integer(n, "seed", 0))
	if net.Teacher != nil {
		l.twinPairs(net, n, pos)
		return
	}
	if n.missing("data") {
		l.errorf(pos, "[training] has no data, expected data = \"file\" or columns, or a [teacher]")
	}
	t := l.dataTable(n)
	if t == nil {
		return
	}
	d := &trainingData{l: l, net: net, n: n, cols: l.newColumns(t), rows: t.rows()}
	d.read(pos)
}

// trainingData are the columns of a data file on their way to pairs.
type trainingData struct {
	l       *loader
	net     *Network
	n       *node
	cols    *columns
	rows    int
	index   expr.Range
	in, out [][]float64 // columns
	labels  []int
	hidden  [][][]float64
	kept    []int // rows without missing values
}

func (d *trainingData) read(pos int) {
	l, n, net := d.l, d.n, d.net
	if k := n.get("index"); k != nil {
		var ok bool
		if d.index, ok = l.parseRange(k.val, ""); !ok {
			return
		}
	}
	times := max(1, net.Net.Times)
	var ok bool
	if d.in, ok = d.list(n, "inputs"); !ok {
		return
	}
	if n.missing("inputs") {
		l.errorf(pos, "[training] has no inputs, expected inputs = [..], formulas of the columns")
		return
	}
	labels, outputs := n.get("labels"), n.get("outputs")
	switch {
	case labels != nil && outputs != nil:
		l.errorf(labels.pos, "both 'outputs' and 'labels' are given, expected one of them")
		return
	case labels != nil:
		if !d.readLabels(labels) {
			return
		}
	case n.missing("outputs"):
		l.errorf(pos, "[training] has no outputs, expected outputs = [..], formulas of the columns, or labels = 'column' of classes 0, 1, ..")
		return
	default:
		if d.out, ok = d.list(n, "outputs"); !ok {
			return
		}
	}
	if len(d.in)%times != 0 || len(d.out)%times != 0 {
		l.errorf(n.pos, "%d inputs and %d outputs, expected multiples of the %d times of a recurrent network, time after time", len(d.in), len(d.out), times)
		return
	}
	net.Inputs = l.neurons(n, "input_neurons", len(d.in)/times, firstWidth(&net.Net), "inputs")
	what := "outputs"
	if labels != nil {
		what = "labels"
	}
	net.Outputs = l.neurons(n, "output_neurons", len(d.out)/times, lastWidth(&net.Net), what)
	d.readLoss(labels != nil)
	if n.get("Rm") == nil && n.get("sd") == nil && labels != nil {
		// Classes are exact; what is fitted is how far a one-hot output is from 0 and 1.
		net.RmIn, net.RmOut, net.Weighted = []float64{math.Inf(1)}, []float64{1}, true
	} else {
		l.networkPrecisions(net, n)
	}
	if !d.readHidden() {
		return
	}
	d.dropMissing()
	if len(d.kept) == 0 {
		l.errorf(pos, "every row has a missing value, expected complete pairs")
		return
	}
	d.split()
	net.Folds = l.integer(n, "folds", 2)
	if e := n.get("folds"); e != nil && (labels == nil || net.Folds > len(d.kept)) {
		l.errorf(e.pos, "'folds' is %d, expected labels and at most as many folds as the %d pairs", net.Folds, len(d.kept))
	}
	if l.flag(n, "standardise") && net.Train.M > 0 {
		s := discrete.NewNetworkScaler(net.Train.In, len(d.in))
		net.Scaler = s
		for _, p := range []*Pairs{&net.Train, &net.Validation, &net.Test} {
			if p.M > 0 {
				p.In = s.Apply(p.In)
			}
		}
	}
}

// list evaluates a list of formulas of the columns; one with the index stands
// for as many as the index has values.
func (d *trainingData) list(n *node, key string) ([][]float64, bool) {
	e := n.get(key)
	if e == nil {
		return nil, n.missing(key)
	}
	if len(e.val.items) == 0 {
		d.l.errorf(e.val.pos, "'%s' is an empty list, expected formulas of the columns", key)
		return nil, false
	}
	var out [][]float64
	for _, item := range e.val.items {
		if d.index.Name == "" || item.kind != stringNode || !usesIndex(item.text, d.index.Name) {
			col, _, ok := d.cols.eval(item, nil)
			if !ok {
				return nil, false
			}
			out = append(out, col)
			continue
		}
		for i := d.index.Lo; i <= d.index.Hi; i++ {
			col, _, ok := d.cols.eval(item, map[string]int{d.index.Name: i})
			if !ok {
				return nil, false
			}
			out = append(out, col)
		}
	}
	return out, true
}

// readLabels reads the column of classes and makes an output for each.
func (d *trainingData) readLabels(e *entry) bool {
	l := d.l
	col, _, ok := d.cols.eval(e.val, nil)
	if !ok {
		return false
	}
	classes := l.integer(d.n, "classes", 2)
	most := 0
	for i, v := range col {
		if math.IsNaN(v) {
			continue
		}
		if v != math.Trunc(v) || v < 0 || v >= 1000 || classes > 0 && v >= float64(classes) {
			hi := 999
			if classes > 0 {
				hi = classes - 1
			}
			l.dataError(d.cols.t, i, d.cols.sole(e.val), "the class is "+format(v)+", expected a whole number from 0 to "+itoa(hi))
			return false
		}
		most = max(most, int(v))
	}
	if classes == 0 {
		classes = most + 1
		for c := range classes {
			if !slices.Contains(col, float64(c)) {
				l.errorf(e.pos, "no row has the class %d of 0 to %d, expected classes numbered from 0 without gaps, or their number as classes = %d", c, most, classes)
				return false
			}
		}
	}
	d.net.Classes = classes
	d.labels = make([]int, len(col))
	d.out = make([][]float64, classes)
	for c := range d.out {
		d.out[c] = make([]float64, len(col))
	}
	for i, v := range col {
		if math.IsNaN(v) {
			d.out[0][i] = math.NaN()
			continue
		}
		d.labels[i] = int(v)
		d.out[int(v)][i] = 1
	}
	if d.net.Net.Times > 0 {
		l.errorf(e.pos, "labels of a recurrent network, expected outputs = [..] at every time")
		return false
	}
	return true
}

func (d *trainingData) readLoss(labels bool) {
	loss := d.l.choice(d.n, "loss", "cross-entropy", "least-squares")
	d.net.Entropy = labels && loss != "least-squares"
	switch e := d.n.get("loss"); {
	case e == nil:
	case !labels && loss == "cross-entropy":
		d.l.errorf(e.val.pos, "the loss 'cross-entropy' without labels, expected labels = 'column', or \"least-squares\"")
	case loss == "cross-entropy" && (d.net.Continuous != nil || d.net.Outputs != nil):
		d.l.errorf(e.val.pos, "the loss 'cross-entropy' needs a last layer that is the classes' alone, expected \"least-squares\" with continuous layers or output_neurons")
	}
	if d.net.Continuous != nil || d.net.Outputs != nil {
		d.net.Entropy = false
	}
}

// readHidden reads [[training.hidden]]: measurements of layers in between.
func (d *trainingData) readHidden() bool {
	l, e := d.l, d.n.get("hidden")
	if e == nil {
		return true
	}
	for _, h := range e.val.items {
		values, ok := d.list(h, "values")
		if !ok {
			return false
		}
		if h.missing("values") || h.missing("layer") {
			l.errorf(h.pos, "data of a hidden layer need layer = .. and values = [..]")
			return false
		}
		layer := l.integer(h, "layer", 2)
		if layer == 0 {
			return false
		}
		if layer >= len(d.net.Net.Widths) {
			l.errorf(h.get("layer").val.pos, "'layer' is %d, expected one between the first and the last: 2 to %d", layer, len(d.net.Net.Widths)-1)
			return false
		}
		if d.net.Net.Times > 0 || d.net.Continuous != nil {
			l.errorf(h.pos, "data of a hidden layer of a recurrent or continuous network, expected inputs and outputs only")
			return false
		}
		data := HiddenData{Layer: layer - 1}
		data.Index = l.neurons(h, "neurons", len(values), d.net.Net.Widths[layer-1], "values")
		data.Rm = l.precisionList(h, "Rm", "sd", len(values), false)
		if data.Rm == nil {
			if h.missing("Rm") && h.missing("sd") {
				l.errorf(h.pos, "data of a hidden layer have no precision, expected Rm = .. or sd = ..")
			}
			return false
		}
		d.net.Hidden = append(d.net.Hidden, data)
		d.hidden = append(d.hidden, values)
	}
	return true
}

// dropMissing keeps the rows that are complete.
func (d *trainingData) dropMissing() {
	all := append(append([][]float64(nil), d.in...), d.out...)
	for _, h := range d.hidden {
		all = append(all, h...)
	}
	for i := range d.rows {
		whole := true
		for _, c := range all {
			whole = whole && !math.IsNaN(c[i])
		}
		if whole {
			d.kept = append(d.kept, i)
		}
	}
	if lost := d.rows - len(d.kept); lost > 0 && len(d.kept) > 0 {
		d.l.warnf(d.n.get("data").val.pos, "%s with a missing value left out", count(lost, "row"))
	}
}

// order returns the kept rows in the order in which they are dealt out: that
// of the file, or at random, then every part of the order having all classes
// in their shares.
func (d *trainingData) order() []int {
	rows := append([]int(nil), d.kept...)
	if !d.l.flag(d.n, "shuffle") {
		return rows
	}
	rng := rand.New(rand.NewPCG(d.net.Seed, 3))
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if d.labels == nil {
		return rows
	}
	total, rank := make([]int, d.net.Classes), make([]int, d.net.Classes)
	for _, i := range rows {
		total[d.labels[i]]++
	}
	place := make(map[int]float64, len(rows))
	for _, i := range rows {
		c := d.labels[i]
		place[i] = (float64(rank[c]) + 0.5) / float64(total[c])
		rank[c]++
	}
	sort.SliceStable(rows, func(a, b int) bool { return place[rows[a]] < place[rows[b]] })
	return rows
}

// split deals the rows out: ranges first, then test pairs from the end,
// validation pairs before them, and training pairs from the beginning.
func (d *trainingData) split() {
	l, n := d.l, d.n
	rows := d.order()
	taken := make([]string, len(rows))
	parts := map[string][]int{}
	keys := []string{"test", "validation", "pairs"}
	for _, key := range keys {
		e := n.get(key)
		if e == nil || e.val.kind != stringNode {
			continue
		}
		a, b, ok := parseNumberRange(e.val.text)
		if !ok || a < 1 || b > len(rows) {
			l.errorf(e.val.pos, "'%s' is \"%s\", expected a number of pairs, a fraction, or a range such as \"1..%d\" of the %d pairs", key, e.val.text, max(1, len(rows)/2), len(rows))
			return
		}
		for i := a - 1; i < b; i++ {
			if taken[i] != "" {
				l.errorf(e.val.pos, "'%s' and '%s' have pair %d in common, expected different pairs", key, taken[i], i+1)
				return
			}
			taken[i] = key
			parts[key] = append(parts[key], rows[i])
		}
	}
	var left []int
	for i, r := range rows {
		if taken[i] == "" {
			left = append(left, r)
		}
	}
	for _, key := range keys {
		e := n.get(key)
		if e == nil || e.val.kind != numberNode {
			continue
		}
		v := e.val.num
		k := int(v)
		if v > 0 && v < 1 {
			k = int(math.Round(v * float64(len(rows))))
		}
		if !(v > 0) || v >= 1 && v != math.Trunc(v) || k < 1 || v > float64(len(left)) {
			l.errorf(e.val.pos, "'%s' is %s, expected a number of pairs up to the %d that are left, a fraction, or a range such as \"1..%d\"", key, e.val.text, len(left), max(1, len(rows)/2))
			return
		}
		if key == "pairs" {
			parts[key] = left[:k]
			left = left[k:]
			continue
		}
		parts[key] = left[len(left)-k:]
		left = left[:len(left)-k]
	}
	if n.missing("pairs") {
		parts["pairs"] = left
	}
	if len(parts["pairs"]) == 0 {
		l.errorf(n.pos, "no training pairs are left, expected fewer for validation and test")
		return
	}
	d.net.Train, d.net.Validation, d.net.Test = d.pairs(parts["pairs"]), d.pairs(parts["validation"]), d.pairs(parts["test"])
	for j := range d.net.Hidden {
		for _, r := range parts["pairs"] {
			for _, c := range d.hidden[j] {
				d.net.Hidden[j].Values = append(d.net.Hidden[j].Values, c[r])
			}
		}
	}
}

// pairs gathers rows.
func (d *trainingData) pairs(rows []int) Pairs {
	p := Pairs{M: len(rows)}
	for _, r := range rows {
		for _, c := range d.in {
			p.In = append(p.In, c[r])
		}
		for _, c := range d.out {
			p.Out = append(p.Out, c[r])
		}
		if d.labels != nil {
			p.Labels = append(p.Labels, d.labels[r])
		}
	}
	return p
}
