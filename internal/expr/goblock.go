package expr

import (
	"fmt"
	"slices"
)

// GoBlock returns Go statements and one expression per formula of es. The
// parts that occur more than once, the bases of powers, and the ifs become
// variables temp(0), temp(1), ..; the expressions may use them.
func GoBlock(es []*Expr, name func(string) string, temp func(i int) string) (stmts, exprs []string) {
	if name == nil {
		name = GoName
	}
	count := make(map[*Expr]int)
	for _, e := range es {
		count[e]++
	}
	var order []*Expr
	walk(es, func(e *Expr) bool {
		order = append(order, e)
		if e.konst {
			return false
		}
		for i, a := range e.args {
			count[a]++
			if e.op == OpPow && i == 0 && e.args[1].op == OpNum && shortPower(abs(e.args[1].val)) {
				count[a]++ // written more than once
			}
		}
		return true
	})
	slices.SortFunc(order, func(a, b *Expr) int { return int(a.id) - int(b.id) })
	for _, e := range slices.Backward(order) {
		if writtenApart(e) && count[e] > 1 {
			count[e.args[len(e.args)-1]] += count[e] - 1
			if e.op == OpPow {
				count[e.args[0]] += count[e] - 1
			}
		}
	}
	p := goPrinter{name: name, temps: make(map[*Expr]string)}
	source := func(e *Expr) string {
		p.Reset()
		p.expr(e, precOr)
		return p.String()
	}
	for _, e := range order {
		if e.konst || e.op == OpVar || e.isCondition() {
			continue
		}
		if e.op != OpIf && (count[e] < 2 || writtenApart(e)) {
			continue
		}
		t := temp(len(p.temps))
		if e.op == OpIf {
			c, a := source(e.args[0]), source(e.args[1])
			stmts = append(stmts, fmt.Sprintf("%s := %s", t, asFloat(source(e.args[2]), e.args[2])),
				fmt.Sprintf("if %s {\n\t%s = %s\n}", c, t, a))
		} else {
			stmts = append(stmts, fmt.Sprintf("%s := %s", t, source(e)))
		}
		p.temps[e] = t
	}
	for _, e := range es {
		exprs = append(exprs, source(e))
	}
	return stmts, exprs
}

// writtenApart reports whether e is written as a part of the product or sum
// around it: a number times something, or one over something.
func writtenApart(e *Expr) bool {
	return e.op == OpMul && e.rest != nil && len(e.args) == 2 ||
		isReciprocal(e)
}

// asFloat makes the source of a constant a float64.
func asFloat(src string, e *Expr) string {
	if e.konst {
		return "float64(" + src + ")"
	}
	return src
}
