package minaone

import (
	"strings"

	"costate/internal/expr"
)

// term is a term w (y - h)^2 of the cost: h of states, controls and parameters,
// y and w of data and stimuli.
type term struct {
	weight, y, h *expr.Expr
}

// readCost takes the cost apart into weighted squares.
func (f *formulas) readCost(file string, at line, unknowns, known []*expr.Expr) []term {
	e := f.parse(file, at)
	if e == nil {
		return nil
	}
	c := &cost{f.g, unknowns, known}
	list := []*expr.Expr{e}
	if e.Op() == expr.OpAdd {
		list = e.Args()
	}
	var out []term
	for _, t := range list {
		if !c.free(t) {
			f.notef("%s:%d: the term '%s' of the cost depends on data only, so that it moves no minimum; it is left out, and actions are without it", file, at.number, expr.Text(t))
			continue
		}
		s, why := c.square(t)
		if why != "" {
			f.errorf(file, at.number, 0, "the term '%s' of the cost %s, expected weighted squares such as 2*(data1 - x1)*(data1 - x1)", expr.Text(t), why)
			continue
		}
		out = append(out, s)
	}
	if len(out) == 0 && len(f.errs) == 0 {
		f.errorf(file, at.number, 0, "the cost depends on no state")
	}
	return out
}

type cost struct {
	g        *expr.Graph
	unknowns []*expr.Expr // states, controls, parameters
	known    []*expr.Expr // data, stimuli
}

func dependsOnAny(e *expr.Expr, vars []*expr.Expr) bool {
	for _, v := range vars {
		if e.DependsOn(v) {
			return true
		}
	}
	return false
}

// free tells whether a term depends on what is to be found.
func (c *cost) free(e *expr.Expr) bool { return dependsOnAny(e, c.unknowns) }

// square writes a term as weight (y - h)^2, or says why it cannot.
func (c *cost) square(e *expr.Expr) (term, string) {
	g := c.g
	t := term{weight: g.Num(1)}
	base := g.Num(1)
	for _, x := range factors(e) {
		switch {
		case !c.free(x):
			t.weight = g.Mul(t.weight, x)
		case x.Op() == expr.OpPow:
			k, ok := x.Args()[1].IsNum()
			if !ok || k <= 0 || k/2 != float64(int(k/2)) {
				return t, "is no square"
			}
			base = g.Mul(base, g.Pow(x.Args()[0], g.Num(k/2)))
		default:
			return t, "is no square"
		}
	}
	if w, ok := t.weight.IsNum(); ok && !(w > 0) {
		return t, "has a weight that is not positive"
	}
	// What the square has as a factor of its own belongs to the weight.
	rest := g.Num(1)
	for _, x := range factors(base) {
		if c.free(x) {
			rest = g.Mul(rest, x)
		} else {
			t.weight = g.Mul(t.weight, g.Pow(x, g.Num(2)))
		}
	}
	addends := []*expr.Expr{rest}
	if rest.Op() == expr.OpAdd {
		addends = rest.Args()
	}
	t.y, t.h = g.Num(0), g.Num(0)
	for _, x := range addends {
		switch free := c.free(x); {
		case free && dependsOnAny(x, c.known):
			return t, "multiplies data and states within the square"
		case free:
			t.h = g.Sub(t.h, x)
		default:
			t.y = g.Add(t.y, x)
		}
	}
	if strings.HasPrefix(expr.Text(t.h), "-") {
		t.y, t.h = g.Neg(t.y), g.Neg(t.h)
	}
	return t, ""
}

func factors(e *expr.Expr) []*expr.Expr {
	if e.Op() == expr.OpMul {
		return e.Args()
	}
	return []*expr.Expr{e}
}
