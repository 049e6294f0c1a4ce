package problemfile

import (
	"math"
	"slices"
)

// readTeacher reads [teacher]: the network that makes twin data.
func (l *loader) readTeacher(net *Network) {
	n, pos := l.tableOf("teacher")
	if n == nil {
		return
	}
	t := &Teacher{Net: l.layeredNetwork(n, pos, "teacher"), Seeds: [3]uint64{1, 2, 3}}
	l.checkSize(&t.Net, pos)
	net.Teacher = t
	t.Gain, t.Bound = l.positive(n, "gain"), l.positive(n, "bound")
	switch {
	case n.get("gain") != nil && n.get("bound") != nil:
		l.errorf(n.get("bound").pos, "both 'gain' and 'bound' are given, expected one of them")
	case n.missing("gain") && n.missing("bound"):
		l.errorf(pos, "the teacher has no weights, expected gain = .. (normal weights; 1 keeps a signal's size) or bound = .. (uniform weights)")
	}
	t.Seed = uint64(l.integer(n, "seed", 0))
	if n.missing("sd") {
		l.errorf(pos, "the teacher has no noise, expected sd = .., the standard deviation of the noise on inputs and outputs")
	}
	t.SD = l.positive(n, "sd")
	if e := n.get("clip"); e != nil {
		if v, ok := l.numbers(e.val, "clip"); ok {
			if len(v) != 2 || !(v[0] < v[1]) {
				l.errorf(e.val.pos, "'clip' has %s, expected two, the lower one first", count(len(v), "number"))
			} else {
				t.Clip, t.Low, t.High = true, v[0], v[1]
			}
		}
	}
	if e := n.get("seeds"); e != nil {
		list := l.wholeSeeds(e)
		copy(t.Seeds[:], list)
	}
	t.NumPy = l.choice(n, "draws", "own", "numpy") == "numpy"
	if t.NumPy && t.Gain > 0 {
		l.errorf(n.get("draws").pos, "draws = \"numpy\" with 'gain', expected uniform weights, bound = ..")
	}
	if largest := max(t.Seed, slices.Max(t.Seeds[:])); t.NumPy && largest > math.MaxUint32 {
		l.errorf(n.get("draws").pos, "draws = \"numpy\" with the seed %d, expected seeds of at most %d", largest, uint32(math.MaxUint32))
	}
	student := net.Net.Widths
	if k := t.Net.Widths; len(k) > 1 && len(student) > 1 {
		if k[0] != student[0] || k[len(k)-1] != student[len(student)-1] {
			l.errorf(pos, "the teacher has %d inputs and %d outputs, expected %d and %d as [network]", k[0], k[len(k)-1], student[0], student[len(student)-1])
		}
	}
	if net.Net.Times > 0 {
		l.errorf(pos, "a teacher of a recurrent network, expected data from a file")
	}
}

// wholeSeeds reads the three seeds of training, validation and test pairs.
func (l *loader) wholeSeeds(e *entry) []uint64 {
	if len(e.val.items) != 3 {
		l.errorf(e.val.pos, "'seeds' holds %s, expected 3: of training, validation and test pairs", count(len(e.val.items), "number"))
		return nil
	}
	var list []uint64
	for _, item := range e.val.items {
		if item.kind != numberNode || item.num != math.Trunc(item.num) || item.num < 0 || item.num > 1<<53 {
			l.errorf(item.pos, "'seeds' holds %s, expected whole numbers", item.describe())
			return nil
		}
		list = append(list, uint64(item.num))
	}
	return list
}

// twinPairs reads how many pairs of each kind a teacher makes.
func (l *loader) twinPairs(net *Network, n *node, pos int) {
	for _, k := range []struct {
		key  string
		to   *int
		must bool
	}{{"pairs", &net.Train.M, true}, {"validation", &net.Validation.M, false}, {"test", &net.Test.M, false}} {
		e := n.get(k.key)
		switch {
		case e == nil:
			if k.must && n.missing(k.key) {
				l.errorf(pos, "[training] has no pairs, expected pairs = .., how many the teacher makes")
			}
		case e.val.kind != numberNode:
			l.errorf(e.val.pos, "'%s' is %s, expected the number of pairs that the teacher makes", k.key, e.val.kind)
		default:
			*k.to = l.integer(n, k.key, 1)
		}
	}
	for _, key := range []string{"data", "columns", "inputs", "outputs", "index", "labels", "classes", "shuffle", "standardise", "folds", "loss", "hidden"} {
		if e := n.get(key); e != nil {
			l.errorf(e.pos, "'%s' beside a [teacher], which makes the data", key)
		}
	}
	net.Inputs = l.neurons(n, "input_neurons", 0, firstWidth(&net.Net), "inputs")
	net.Outputs = l.neurons(n, "output_neurons", 0, lastWidth(&net.Net), "outputs")
	if n.get("Rm") == nil && n.get("sd") == nil && !n.bad("Rm") && !n.bad("sd") && net.Teacher.SD > 0 {
		rm := 1 / (net.Teacher.SD * net.Teacher.SD)
		net.RmIn, net.RmOut = []float64{rm}, []float64{rm}
		if l.flag(n, "exact") {
			net.RmIn = []float64{math.Inf(1)}
		}
		return
	}
	l.networkPrecisions(net, n)
}
