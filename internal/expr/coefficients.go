package expr

import "fmt"

// Coefficient is a part of formulas that depends on one variable alone.
type Coefficient struct {
	Symbol *Expr // the variable that stands for it
	Value  *Expr // the part, a formula of the variable

	// Factor says that something may vanish with it: it is a factor, an
	// exponent or an argument, and not merely a term of a sum.
	Factor bool
}

// Coefficients replaces the largest parts of formulas that depend on v alone by
// variables of their own: of v*x/(1 + v) + exp(-1/v) it makes c1*x + c2. A family
// of formulas in v then shares its tapes, and v/(1 + v) is computed once for each
// member and not wherever it is evaluated. list are the coefficients known before,
// of the same graph and v; those that are new are appended to it. used are the
// numbers in list of those that occur in out, ascending.
func (g *Graph) Coefficients(es []*Expr, v *Expr, list []Coefficient) (out []*Expr, used []int, all []Coefficient) {
	h := &hoister{g: g, v: v, list: list, at: make(map[*Expr]int), alone: make(map[*Expr]bool), done: make(map[*Expr]*Expr)}
	for i, c := range list {
		h.at[c.Value] = i
	}
	out = make([]*Expr, len(es))
	for i, e := range es {
		out[i] = h.rewrite(e, false)
	}
	in := make(map[*Expr]bool)
	for _, x := range FreeVars(out...) {
		in[x] = true
	}
	for i, c := range h.list {
		if in[c.Symbol] {
			used = append(used, i)
		}
	}
	return out, used, h.list
}

type hoister struct {
	g     *Graph
	v     *Expr
	list  []Coefficient
	at    map[*Expr]int   // numbers in list by value
	alone map[*Expr]bool  // depends on v and nothing else
	done  map[*Expr]*Expr // of nodes that stay
}

// isAlone reports whether e depends on v and on no other variable.
func (h *hoister) isAlone(e *Expr) bool {
	if e == h.v {
		return true
	}
	if e.konst || e.op == OpVar || e.mask&h.v.mask == 0 {
		return false
	}
	if a, ok := h.alone[e]; ok {
		return a
	}
	alone := true
	for _, a := range e.args {
		alone = alone && (a.konst || h.isAlone(a))
	}
	h.alone[e] = alone
	return alone
}

// coefficient returns the symbol of e.
func (h *hoister) coefficient(e *Expr, factor bool) *Expr {
	i, ok := h.at[e]
	if !ok {
		i = len(h.list)
		// No formula that is read can have this name.
		h.list = append(h.list, Coefficient{Symbol: h.g.Var(fmt.Sprintf("coefficient %d", i+1)), Value: e})
		h.at[e] = i
	}
	h.list[i].Factor = h.list[i].Factor || factor
	return h.list[i].Symbol
}

func (h *hoister) rewrite(e *Expr, factor bool) *Expr {
	switch {
	case e.konst || e.mask&h.v.mask == 0:
		return e
	case h.isAlone(e) && !e.isCondition():
		return h.coefficient(e, factor)
	}
	if r, ok := h.done[e]; ok {
		return r
	}
	r := e
	switch e.op {
	case OpVar:
	case OpAdd:
		r = h.g.Add(h.gather(e.args, h.g.Add, false)...)
	case OpMul:
		r = h.g.Mul(h.gather(e.args, h.g.Mul, true)...)
	default:
		args := make([]*Expr, len(e.args))
		changed := false
		for i, a := range e.args {
			args[i] = h.rewrite(a, true)
			changed = changed || args[i] != a
		}
		if changed {
			r = h.g.rebuild(e, args)
		}
	}
	h.done[e] = r
	return r
}

// gather makes one coefficient of all terms or factors that have no other
// variable, numbers included, in the place of the first.
func (h *hoister) gather(args []*Expr, join func(...*Expr) *Expr, factor bool) []*Expr {
	var some []*Expr
	any := false
	for _, a := range args {
		if a.konst || h.isAlone(a) {
			some = append(some, a)
			any = any || !a.konst
		}
	}
	out := make([]*Expr, 0, len(args))
	first := true
	for _, a := range args {
		switch {
		case !any || !a.konst && !h.isAlone(a):
			out = append(out, h.rewrite(a, factor))
		case first:
			first = false
			out = append(out, h.rewrite(join(some...), factor))
		}
	}
	return out
}
