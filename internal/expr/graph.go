package expr

import (
	"math"
	"slices"
)

// Op says what a node is.
type Op uint8

// The operations of a node and the meaning of its arguments.
const (
	OpNum     Op = iota // a number, Value
	OpConst             // a named constant: pi
	OpVar               // a variable, Name
	OpAdd               // sum of two or more terms, none of them a sum
	OpMul               // product; a numeric coefficient comes first; quotients are powers with negative exponents
	OpPow               // Args[0] ^ Args[1]
	OpCall              // function Name of Args
	OpIf                // Args[1] if the condition Args[0] holds, otherwise Args[2]
	OpCompare           // condition Args[0] Name Args[1], Name one of < <= > >= == !=
	OpAnd               // all conditions hold
	OpOr                // one condition holds
	OpNot               // the condition does not hold
)

var opNames = [...]string{"number", "constant", "variable", "sum", "product", "power", "call", "if", "comparison", "and", "or", "not"}

func (op Op) String() string {
	if int(op) < len(opNames) {
		return opNames[op]
	}
	return "unknown"
}

// Expr is a formula, a node of a [Graph]. It is immutable; two formulas of one
// Graph are equal exactly if their pointers are.
type Expr struct {
	op    Op
	konst bool // contains no variable; val is its value, perhaps not finite
	id    uint32
	name  string
	fn    *function // of an OpCall
	args  []*Expr
	mask  uint64 // variables below, one bit for the variables equal modulo 64
	val   float64
	num   rat     // of an OpNum
	rest  *Expr   // of a product with a coefficient: the product without it
	size  float64 // nodes of the tree, shared ones counted as often as they occur
	depth int32
	next  *Expr // with the same hash
}

// Op returns the operation of e.
func (e *Expr) Op() Op { return e.op }

// Args returns the arguments of e, which must not be changed.
func (e *Expr) Args() []*Expr { return e.args }

// Value returns the value of a constant formula, and NaN for one with variables.
func (e *Expr) Value() float64 {
	if e.konst {
		return e.val
	}
	return math.NaN()
}

// Name returns the name of a variable, a constant, a function or a comparison.
func (e *Expr) Name() string { return e.name }

// IsNum reports whether e is a constant with a finite value, and the value.
// Constants need not be a single number: pi/6 is one.
func (e *Expr) IsNum() (float64, bool) {
	if e.konst && finite(e.val) {
		return e.val, true
	}
	return 0, false
}

// String returns the formula as text, see [Text].
func (e *Expr) String() string { return Text(e) }

// DependsOn reports whether v, a variable, occurs in e.
func (e *Expr) DependsOn(v *Expr) bool {
	if e.mask&v.mask == 0 {
		return false
	}
	found := false
	walk([]*Expr{e}, func(x *Expr) bool {
		found = found || x == v
		return !found && x.mask&v.mask != 0
	})
	return found
}

// Size returns the number of distinct nodes of the formulas es, and the number
// of nodes if they were written out as trees.
func Size(es ...*Expr) (nodes int, tree float64) {
	walk(es, func(*Expr) bool { nodes++; return true })
	for _, e := range es {
		tree += e.size
	}
	return nodes, tree
}

// FreeVars returns the variables of es in the order of their first appearance.
func FreeVars(es ...*Expr) []*Expr {
	var vars []*Expr
	walk(es, func(x *Expr) bool {
		if x.op == OpVar {
			vars = append(vars, x)
		}
		return !x.konst
	})
	return vars
}

// walk visits the nodes below es once each, a node before its arguments and
// arguments from left to right, and goes below a node if visit returns true.
// It keeps its own stack, so that depth is no limit.
func walk(es []*Expr, visit func(*Expr) bool) {
	seen := make(map[*Expr]struct{})
	stack := slices.Clone(es)
	slices.Reverse(stack)
	for len(stack) > 0 {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if _, ok := seen[e]; ok {
			continue
		}
		seen[e] = struct{}{}
		if !visit(e) {
			continue
		}
		for _, a := range slices.Backward(e.args) {
			if _, ok := seen[a]; !ok {
				stack = append(stack, a)
			}
		}
	}
}

// Graph owns the nodes of formulas and builds them. Formulas of different
// Graphs must not be combined. A Graph is not safe for concurrent use; the
// formulas and tapes made from it are.
type Graph struct {
	nodes map[uint64]*Expr
	count uint32
	vars  uint32 // variables so far
	diffs map[uint64]*Expr

	zero, one, minusOne, two, half, pi *Expr
}

// NewGraph returns an empty graph.
func NewGraph() *Graph {
	g := &Graph{nodes: make(map[uint64]*Expr), diffs: make(map[uint64]*Expr)}
	g.zero = g.Num(0)
	g.one = g.Num(1)
	g.minusOne = g.Num(-1)
	g.two = g.Num(2)
	g.half = g.number(rat{1, 2})
	g.pi = g.intern(Expr{op: OpConst, name: "pi"})
	return g
}

// Pi returns the constant pi.
func (g *Graph) Pi() *Expr { return g.pi }

// Num returns the number v. A number that is not finite is never folded with
// others, and its text cannot be parsed.
func (g *Graph) Num(v float64) *Expr {
	return g.number(rat{v + 0, 1}) // -0 + 0 = 0
}

// Ratio returns the number n/d, which prints as a fraction.
func (g *Graph) Ratio(n, d float64) *Expr {
	if r, ok := makeRat(n, d); ok {
		return g.number(r)
	}
	return g.Num(n / d)
}

func (g *Graph) number(r rat) *Expr {
	if r.n == 0 {
		r = rat{0, 1}
	}
	return g.intern(Expr{op: OpNum, num: r})
}

// Var returns the variable of that name.
func (g *Graph) Var(name string) *Expr {
	return g.intern(Expr{op: OpVar, name: name})
}

// intern returns the node equal to the candidate, which it completes and keeps
// if there is none yet. The candidate's args must not be changed afterwards.
func (g *Graph) intern(c Expr) *Expr {
	h := hash(&c)
	for e := g.nodes[h]; e != nil; e = e.next {
		if same(e, &c) {
			return e
		}
	}
	e := new(Expr)
	*e = c
	e.next = g.nodes[h]
	g.nodes[h] = e
	g.count++
	e.id = g.count
	e.complete(g)
	return e
}

// complete fills in what follows from the operation and the arguments.
func (e *Expr) complete(g *Graph) {
	e.konst = true
	e.size = 1
	for _, a := range e.args {
		e.konst = e.konst && a.konst
		e.mask |= a.mask
		e.size += a.size
		e.depth = max(e.depth, a.depth+1)
	}
	switch {
	case e.op == OpVar:
		e.konst = false
		e.mask = 1 << (g.vars % 64)
		g.vars++
	case e.konst:
		e.val = evalNode(e, func(a *Expr) float64 { return a.val })
	}
}

func hash(e *Expr) uint64 {
	h := mix(uint64(e.op) + 1)
	switch e.op {
	case OpNum:
		return mix(h ^ mix(math.Float64bits(e.num.n)) ^ mix(math.Float64bits(e.num.d)+1))
	case OpAdd, OpMul:
		for _, a := range e.args {
			h += mix(uint64(a.id))
		}
		return mix(h)
	}
	for i := 0; i < len(e.name); i++ {
		h = (h ^ uint64(e.name[i])) * 0x100000001b3
	}
	for _, a := range e.args {
		h = mix(h ^ uint64(a.id))
	}
	return h
}

func mix(x uint64) uint64 { // the finaliser of SplitMix64
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// same reports whether a and b are equal, the arguments of sums and products
// taken as multisets.
func same(a, b *Expr) bool {
	if a.op != b.op || a.name != b.name || len(a.args) != len(b.args) {
		return false
	}
	if a.op == OpNum {
		// Bits, so that NaN is one number.
		return math.Float64bits(a.num.n) == math.Float64bits(b.num.n) && a.num.d == b.num.d
	}
	if slices.Equal(a.args, b.args) {
		return true
	}
	if a.op != OpAdd && a.op != OpMul {
		return false
	}
	byID := func(x, y *Expr) int { return int(x.id) - int(y.id) }
	as, bs := slices.Clone(a.args), slices.Clone(b.args)
	slices.SortFunc(as, byID)
	slices.SortFunc(bs, byID)
	return slices.Equal(as, bs)
}

func finite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }
