package problemfile

import "strings"

// accept is a set of node kinds.
type accept uint

const (
	aTable accept = 1 << iota
	aList
	aString
	aNumber
	aBool
)

func (a accept) has(k nodeKind) bool { return a>>uint(k)&1 == 1 }

const (
	aFormula = aString | aNumber
	aSpread  = aFormula | aTable // one value, or one per name
	aText    = aString
)

// words says what is accepted, for messages.
func (a accept) words() string {
	var w []string
	if a.has(numberNode) && a.has(stringNode) {
		w = append(w, "a number or formula")
	} else if a.has(numberNode) {
		w = append(w, "a number")
	} else if a.has(stringNode) {
		w = append(w, "a string")
	}
	if a.has(boolNode) {
		w = append(w, "true or false")
	}
	if a.has(listNode) {
		w = append(w, "a list")
	}
	if a.has(tableNode) {
		w = append(w, "a table")
	}
	return strings.Join(w, " or ")
}

// kinds is a set of problem kinds.
type kinds uint

const (
	inAction      = kinds(1 << KindAction)
	inBoundary    = kinds(1 << KindBoundary)
	inLagrangian  = kinds(1 << KindLagrangian)
	inHamiltonian = kinds(1 << KindHamiltonian)
	inNetwork     = kinds(1 << KindNetwork)

	inAll      = inAction | inBoundary | inLagrangian | inHamiltonian
	inForward  = inAction | inBoundary // has equations of its own
	inUnknowns = inForward | inHamiltonian
	inEvery    = inAll | inNetwork
	inAnneal   = inAction | inNetwork
)

// key is a key that a table may contain.
type key struct {
	name   string // "*": any name
	accept accept
	in     kinds
	table  string // schema of the tables below it; "": none are checked
}

// schema lists every key that the reader knows, table by table. A test
// compares it with docs/problem-file.md.
var schema = map[string][]key{
	"": {
		{"title", aText, inEvery, ""},
		{"description", aText, inEvery, ""},
		{"reference", aText, inEvery, ""},
		{"layer", aTable, inAll, "layer"},
		{"constants", aTable, inEvery, "constants"},
		{"parameters", aTable, inAll, "parameters"},
		{"inputs", aTable, inAll, "inputs"},
		{"definitions", aTable, inAll, "definitions"},
		{"states", aTable, inUnknowns, "states"},
		{"coordinates", aTable, inLagrangian, "coordinates"},
		{"lagrangian", aString, inLagrangian, ""},
		{"hamiltonian", aString, inHamiltonian, ""},
		{"controls", aList, inHamiltonian, ""},
		{"model", aTable, inAction, "model"},
		{"observations", aList, inAction, "observations"},
		{"boundary", aTable, inAll, "boundary"},
		{"jumps", aList, inBoundary, "jumps"},
		{"solve", aTable, inEvery, "solve"},
		{"anneal", aTable, inAnneal, "anneal"},
		{"continuation", aTable, inAll, "continuation"},
		{"integrate", aTable, inForward, "integrate"},
		{"network", aTable, inNetwork, "network"},
		{"training", aTable, inNetwork, "training"},
		{"teacher", aTable, inNetwork, "teacher"},
		{"weights", aTable, inNetwork, "weights"},
		{"design", aTable, inNetwork, "design"},
	},
	"layer": {
		{"name", aText, inAll, ""},
		{"start", aFormula, inAll, ""},
		{"end", aFormula | aTable, inAll, "end"},
		{"unit", aText, inAll, ""},
	},
	"end": {
		{"estimate", aBool, inAll, ""},
		{"guess", aFormula, inAll, ""},
		{"name", aText, inAll, ""},
		{"min", aFormula, inAll, ""},
		{"max", aFormula, inAll, ""},
	},
	"constants": {{"*", aFormula | aList, inEvery, ""}},
	"parameters": {
		{"*", aFormula | aTable, inAll, "parameter"},
	},
	"parameter": {
		{"value", aFormula, inAll, ""},
		{"estimate", aBool, inAll, ""},
		{"guess", aFormula, inAll, ""},
		{"min", aFormula, inUnknowns, ""},
		{"max", aFormula, inUnknowns, ""},
		{"range", aList, inAction, ""},
		{"prior", aTable, inAction, "prior"},
		{"varies", aBool, inAction, ""},
		{"Rf", aFormula, inAction, ""},
		{"index", aText, inAll, ""},
		{"unit", aText, inAll, ""},
	},
	"prior": {
		{"mean", aFormula, inAction, ""},
		{"sd", aFormula, inAction, ""},
		{"precision", aFormula, inAction, ""},
	},
	"inputs": {{"*", aFormula | aTable, inAll, "input"}},
	"input": {
		{"data", aString | aTable, inAll, ""},
		{"columns", aList, inAll, ""},
		{"at", aString | aList, inAll, ""},
		{"value", aString | aList, inAll, ""},
		{"interpolation", aText, inAll, ""},
		{"unit", aText, inAll, ""},
	},
	"definitions": {{"*", aFormula | aTable, inAll, "definition"}},
	"definition": {
		{"formula", aFormula, inAll, ""},
		{"index", aText, inAll, ""},
	},
	"states": {{"*", aFormula | aTable, inUnknowns, "state"}},
	"state": {
		{"equation", aFormula, inForward, ""},
		{"index", aText, inUnknowns, ""},
		{"guess", aFormula | aList, inUnknowns, ""},
		{"start", aFormula | aList, inUnknowns, ""},
		{"end", aFormula | aList, inUnknowns, ""},
		{"unit", aText, inUnknowns, ""},
		{"Rf", aFormula, inAction, ""},
		{"min", aFormula, inAction, ""},
		{"max", aFormula, inAction, ""},
		{"range", aList, inAction, ""},
		{"prior", aTable, inAction, "prior"},
		{"costate", aText, inHamiltonian, ""},
		{"costate_guess", aFormula, inAction | inHamiltonian, ""},
	},
	"coordinates": {{"*", aFormula | aTable, inLagrangian, "coordinate"}},
	"coordinate": {
		{"index", aText, inLagrangian, ""},
		{"guess", aFormula, inLagrangian, ""},
		{"start", aFormula, inLagrangian, ""},
		{"end", aFormula, inLagrangian, ""},
		{"unit", aText, inLagrangian, ""},
	},
	"model": {{"Rf", aFormula | aTable | aList, inAction, ""}},
	"observations": {
		{"data", aString | aTable, inAction, ""},
		{"columns", aList, inAction, ""},
		{"at", aFormula | aList, inAction, ""},
		{"observe", aTable, inAction, ""},
		{"index", aText, inAction, ""},
		{"Rm", aFormula | aTable | aList, inAction, ""},
		{"sd", aFormula | aTable | aList, inAction, ""},
		{"continuous", aBool, inAction, ""},
		{"interpolation", aText, inAction, ""},
		{"every", aNumber, inAction, ""},
		{"outside", aText, inAction, ""},
	},
	"boundary": {
		{"conditions", aList, inAll, ""},
		{"periodic", aList, inForward, ""},
	},
	"jumps": {
		{"at", aFormula, inBoundary, ""},
		{"set", aTable, inBoundary, ""},
	},
	"solve": {
		{"method", aText, inEvery, ""},
		{"tolerance", aFormula, inEvery, ""},
		{"stages", aNumber, inAll, ""},
		{"intervals", aNumber, inEvery, ""},
		{"max_intervals", aNumber, inEvery, ""},
		{"layers", aNumber, inAll, ""},
		{"rule", aText, inAll, ""},
		{"starts", aNumber, inNetwork, ""},
		{"seed", aNumber, inNetwork, ""},
	},
	"anneal": {
		{"Rf0", aSpread, inAnneal, ""},
		{"alpha", aFormula, inAnneal, ""},
		{"beta", aNumber, inAnneal, ""},
		{"starts", aNumber, inAnneal, ""},
		{"seed", aNumber, inAnneal, ""},
		{"layers", aNumber, inAction, ""},
		{"rule", aText, inAction, ""},
		{"convention", aText, inAnneal, ""},
		{"kappa", aFormula, inAction, ""},
		{"off_grid", aText, inAction, ""},
		{"predict", aFormula, inAction, ""},
		{"plateau", aFormula, inNetwork, ""},
		{"strong", aBool, inNetwork, ""},
		{"start", aText, inNetwork, ""},
		{"hidden", aList, inNetwork, ""},
		{"tolerance", aFormula, inNetwork, ""},
		{"max_steps", aNumber, inNetwork, ""},
		{"redraws", aNumber, inNetwork, ""},
	},
	"continuation": {
		{"parameter", aText, inAll, ""},
		{"from", aFormula, inAll, ""},
		{"to", aFormula, inAll, ""},
	},
	"integrate": {
		{"start", aTable, inForward, ""},
		{"parameters", aTable, inForward, ""},
		{"until", aFormula, inForward, ""},
		{"every", aFormula, inForward, ""},
		{"noise", aSpread, inForward, ""},
		{"seed", aNumber, inForward, ""},
	},
	"network": {
		{"widths", aList, inNetwork, ""},
		{"width", aNumber, inNetwork, ""},
		{"layers", aNumber, inNetwork, ""},
		{"activation", aString | aList, inNetwork, ""},
		{"biases", aBool, inNetwork, ""},
		{"kind", aText, inNetwork, ""},
		{"shared", aBool, inNetwork, ""},
		{"step", aFormula, inNetwork, ""},
		{"times", aNumber, inNetwork, ""},
		{"continuous", aBool, inNetwork, ""},
		{"length", aFormula, inNetwork, ""},
		{"Rf", aFormula, inNetwork, ""},
		{"layer_precision", aFormula, inNetwork, ""},
	},
	"training": {
		{"data", aString | aTable, inNetwork, ""},
		{"columns", aList, inNetwork, ""},
		{"inputs", aList, inNetwork, ""},
		{"outputs", aList, inNetwork, ""},
		{"index", aText, inNetwork, ""},
		{"labels", aString, inNetwork, ""},
		{"classes", aNumber, inNetwork, ""},
		{"input_neurons", aString | aList, inNetwork, ""},
		{"output_neurons", aString | aList, inNetwork, ""},
		{"exact", aBool, inNetwork, ""},
		{"Rm", aFormula | aTable, inNetwork, "sides"},
		{"sd", aFormula | aTable, inNetwork, "sides"},
		{"pairs", aString | aNumber, inNetwork, ""},
		{"validation", aString | aNumber, inNetwork, ""},
		{"test", aString | aNumber, inNetwork, ""},
		{"shuffle", aBool, inNetwork, ""},
		{"seed", aNumber, inNetwork, ""},
		{"standardise", aBool, inNetwork, ""},
		{"folds", aNumber, inNetwork, ""},
		{"loss", aText, inNetwork, ""},
		{"hidden", aList, inNetwork, "hidden"},
	},
	"sides": {
		{"inputs", aFormula | aList, inNetwork, ""},
		{"outputs", aFormula | aList, inNetwork, ""},
	},
	"hidden": {
		{"layer", aNumber, inNetwork, ""},
		{"values", aList, inNetwork, ""},
		{"neurons", aString | aList, inNetwork, ""},
		{"Rm", aFormula | aList, inNetwork, ""},
		{"sd", aFormula | aList, inNetwork, ""},
	},
	"teacher": {
		{"widths", aList, inNetwork, ""},
		{"width", aNumber, inNetwork, ""},
		{"layers", aNumber, inNetwork, ""},
		{"activation", aString | aList, inNetwork, ""},
		{"biases", aBool, inNetwork, ""},
		{"gain", aFormula, inNetwork, ""},
		{"bound", aFormula, inNetwork, ""},
		{"seed", aNumber, inNetwork, ""},
		{"sd", aFormula, inNetwork, ""},
		{"clip", aList, inNetwork, ""},
		{"seeds", aList, inNetwork, ""},
		{"draws", aString, inNetwork, ""},
	},
	"weights": {
		{"precision", aFormula, inNetwork, ""},
		{"gain", aFormula, inNetwork, ""},
		{"bound", aFormula, inNetwork, ""},
	},
	"design": {
		{"layers", aString | aNumber | aList, inNetwork, ""},
		{"widths", aString | aNumber | aList, inNetwork, ""},
		{"pairs", aString | aNumber | aList, inNetwork, ""},
		{"observed", aString | aNumber | aList, inNetwork, ""},
	},
}

// kindReasons say why a file is of its kind.
var kindReasons = [...]string{
	KindAction:      "it has [model] or [[observations]]",
	KindBoundary:    "it has no [model], [[observations]], lagrangian or hamiltonian",
	KindLagrangian:  "it has the key lagrangian",
	KindHamiltonian: "it has the key hamiltonian",
	KindNetwork:     "it has [network]",
}

func lookupKey(list []key, name string) *key {
	for i := range list {
		if list[i].name == name || list[i].name == "*" {
			return &list[i]
		}
	}
	return nil
}

// checkKeys reports unknown keys, keys of no use in this kind of problem, and
// values of the wrong type. Entries it complains about are taken out of the
// table, so that nothing else complains about them; missing() still knows them.
func (l *loader) checkKeys(n *node, table string) {
	list := schema[table]
	kept := n.keys[:0]
	for _, e := range n.keys {
		if l.checkKey(e, table, list) {
			kept = append(kept, e)
		} else {
			n.index[e.key] = nil
		}
	}
	n.keys = kept
}

func (l *loader) checkKey(e *entry, table string, list []key) bool {
	k := lookupKey(list, e.key)
	if k == nil {
		names := make([]string, len(list))
		for i := range list {
			names[i] = list[i].name
		}
		h := hint(e.key, names)
		if top := lookupKey(schema[""], e.key); table != "" && top != nil && top.table == "" {
			h = ", it belongs to the top of the file, before the first [table]"
		}
		what := "key"
		if table == "" && e.val.kind != stringNode && e.val.kind != numberNode {
			what = "table"
		}
		l.errorf(e.pos, "unknown %s '%s'%s", what, e.key, h)
		return false
	}
	if k.in>>uint(l.kind)&1 == 0 {
		l.errorf(e.pos, "'%s' has no meaning in %s problem (%s)", e.key, withArticle(l.kind.String()), kindReasons[l.kind])
		return false
	}
	if k.accept == aList && k.table != "" && e.val.kind == tableNode {
		l.errorf(e.pos, "'%s' is one table, expected a list of them: write [[%s]]", e.key, e.key)
		return false
	}
	if !k.accept.has(e.val.kind) {
		l.errorf(e.val.pos, "'%s' is %s, expected %s", e.key, e.val.kind, k.accept.words())
		return false
	}
	if k.table != "" {
		switch e.val.kind {
		case tableNode:
			l.checkKeys(e.val, k.table)
		case listNode:
			for _, item := range e.val.items {
				if item.kind != tableNode {
					l.errorf(item.pos, "'%s' holds %s, expected tables: write [[%s]]", e.key, item.kind, e.key)
					return false
				}
				l.checkKeys(item, k.table)
			}
		}
	}
	return true
}

// missing reports whether a key was not given at all; a key that was given
// but was wrong has been reported already.
func (n *node) missing(key string) bool {
	if n == nil {
		return true
	}
	_, ok := n.index[key]
	return !ok
}

// bad reports whether a key was given and taken out because of an error.
func (n *node) bad(key string) bool {
	if n == nil {
		return false
	}
	e, ok := n.index[key]
	return ok && e == nil
}

func withArticle(s string) string {
	if strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

// orList returns "a, b or c".
func orList(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
