package problemfile

import "math"

// networkPrecisions reads Rm or sd of [training]: a number, or a table with
// inputs and outputs, which may be lists, one per observed neuron.
func (l *loader) networkPrecisions(net *Network, n *node) {
	in, out := firstWidth(&net.Net), lastWidth(&net.Net)
	if net.Inputs != nil {
		in = len(net.Inputs)
	}
	if net.Outputs != nil {
		out = len(net.Outputs)
	}
	rm, sd := n.get("Rm"), n.get("sd")
	exact := l.flag(n, "exact")
	if exact {
		net.RmIn = []float64{math.Inf(1)}
	}
	e := rm
	if e == nil {
		e = sd
	}
	switch {
	case rm != nil && sd != nil:
		l.errorf(sd.pos, "both Rm and sd are given, expected one of them: Rm = 1/sd^2")
	case e == nil:
		if n.missing("Rm") && n.missing("sd") {
			l.errorf(n.pos, "the pairs have no precision, expected sd = .. (standard deviation) or Rm = .. (inverse variance), as one number or { inputs = .., outputs = .. }")
		}
	case e.val.kind != tableNode:
		net.RmOut = l.precisions(e, e == sd, 0, false)
		if !exact {
			net.RmIn = net.RmOut
		}
	default:
		for _, k := range e.val.keys {
			switch k.key {
			case "inputs":
				if exact {
					l.errorf(k.pos, "a precision of inputs beside exact = true, expected one of them")
				} else {
					net.RmIn = l.precisions(k, e == sd, in, true)
				}
			case "outputs":
				net.RmOut = l.precisions(k, e == sd, out, false)
			}
		}
		if e.val.missing("outputs") || e.val.missing("inputs") && !exact {
			l.errorf(e.val.pos, "%s names not both, expected { inputs = .., outputs = .. }", e.key)
		}
	}
}

// precisionList reads Rm or sd of a table.
func (l *loader) precisionList(n *node, rm, sd string, m int, inf bool) []float64 {
	if e := n.get(rm); e != nil {
		return l.precisions(e, false, m, inf)
	}
	if e := n.get(sd); e != nil {
		return l.precisions(e, true, m, inf)
	}
	return nil
}

// precisions reads one precision, or m of them; nil: wrong.
func (l *loader) precisions(e *entry, sd bool, m int, inf bool) []float64 {
	items := []*node{e.val}
	if e.val.kind == listNode {
		if items = e.val.items; len(items) != m {
			l.errorf(e.val.pos, "'%s' has %s, expected one number, or %d: one per observed neuron", e.key, count(len(items), "number"), m)
			return nil
		}
	}
	var list []float64
	for _, item := range items {
		v, ok := l.number(item, nil, inf && !sd)
		if !ok {
			return nil
		}
		if !(v > 0) {
			l.errorf(item.pos, "'%s' is %g, expected a number greater than 0", e.key, v)
			return nil
		}
		if sd {
			v = 1 / (v * v)
		}
		list = append(list, v)
	}
	return list
}
