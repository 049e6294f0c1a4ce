package problemfile

import (
	"fmt"
	"math"
	"strings"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// pointValues gives the calls y(0), y'(pi/6), energy(end) and integral(..) of
// conditions their meaning.
type pointValues struct {
	l          *loader
	start, end *expr.Expr // symbols of the words start and end
	list       []hamiltonian.PointValue
	index      map[pointKey]*expr.Expr
	integrals  []*component
	names      map[string]*expr.Expr // scope outside conditions
	functions  []string
}

type pointKey struct {
	v *expr.Expr
	t float64
}

// newPoints prepares the scope of conditions; done restores it.
func (l *loader) newPoints() *pointValues {
	p := &pointValues{l: l, index: map[pointKey]*expr.Expr{}, names: l.scope.Names}
	p.start, p.end = l.g.Var("start of the layer"), l.g.Var("end of the layer")
	l.symbols[p.start] = &symbol{name: "start", class: classConstant}
	l.symbols[p.end] = &symbol{name: "end", class: classConstant}
	l.scope.Names = make(map[string]*expr.Expr, len(p.names)+2)
	for k, v := range p.names {
		l.scope.Names[k] = v
	}
	p.functions = l.scope.Functions
	l.scope.Functions = append(append([]string{"integral"}, p.functions...), l.namesOf(classState|classCostate)...)
	l.scope.Names["start"], l.scope.Names["end"] = p.start, p.end
	l.points = p
	return p
}

func (p *pointValues) done() {
	p.l.scope.Names, p.l.scope.Functions = p.names, p.functions
	p.l.points = nil
}

// call is asked for every call in a condition.
func (p *pointValues) call(name string, args []*expr.Expr) (*expr.Expr, bool, error) {
	l := p.l
	if name == "integral" {
		e, err := p.integral(args)
		return e, e != nil, err
	}
	target, ok := l.scope.Names[name]
	if !ok {
		return p.derivative(name, args)
	}
	return p.value(name, target, args)
}

// derivative is y'(point) of a state whose derivative is given by its equation.
func (p *pointValues) derivative(name string, args []*expr.Expr) (*expr.Expr, bool, error) {
	base := strings.TrimRight(name, "'")
	if base == name {
		return nil, false, nil
	}
	for _, c := range p.l.comps {
		if c.family.index == "" && c.family.base == base && c.level == c.family.order-1 && len(name)-len(base) == c.family.order && c.f != nil && !c.family.algebraic {
			return p.value(name, c.f, args)
		}
	}
	return nil, false, nil
}

func (p *pointValues) value(name string, target *expr.Expr, args []*expr.Expr) (*expr.Expr, bool, error) {
	if len(args) != 1 {
		return nil, false, fmt.Errorf("%s has %s, expected one point as in %s(start)", name, count(len(args), "argument"), name)
	}
	t, text, err := p.point(args[0])
	if err != nil {
		return nil, false, err
	}
	e, err := p.at(target, t, text)
	return e, err == nil, err
}

// point evaluates the argument of y(..).
func (p *pointValues) point(arg *expr.Expr) (t float64, text string, err error) {
	l := p.l
	switch arg {
	case p.start:
		return l.dom.Start, "start", nil
	case p.end, l.dom.FreeEnd:
		return l.dom.End, "end", nil
	case l.dom.Layer:
		return 0, "", fmt.Errorf("a condition at the variable %s, expected a point such as start, end or a number", arg.Name())
	}
	for _, v := range expr.FreeVars(arg) {
		if s := l.symbols[v]; s != nil && s.class&classConstant == 0 {
			return 0, "", fmt.Errorf("a condition at a point that depends on '%s', expected start, end or a number", s.name)
		}
	}
	arg = l.g.Subst(arg, map[*expr.Expr]*expr.Expr{p.start: l.g.Num(l.dom.Start), p.end: l.g.Num(l.dom.End)})
	t, ok := l.value(arg)
	if !ok || math.IsNaN(l.dom.Start) || math.IsNaN(l.dom.End) {
		return l.dom.Start, "start", nil // an error reported elsewhere
	}
	// An end computed by a formula, such as pi/2, may miss by rounding.
	slack := 1e-12 * (math.Abs(l.dom.Start) + math.Abs(l.dom.End))
	switch {
	case math.Abs(t-l.dom.Start) <= slack:
		return l.dom.Start, expr.Text(arg), nil
	case math.Abs(t-l.dom.End) <= slack:
		return l.dom.End, expr.Text(arg), nil
	case math.IsNaN(t) || t < l.dom.Start || t > l.dom.End:
		return 0, "", fmt.Errorf("the point %g is outside the layer, expected a number from %g to %g", t, l.dom.Start, l.dom.End)
	case l.dom.FreeEnd != nil:
		return 0, "", fmt.Errorf("the point %g is inside a layer with a free end, expected start or end", t)
	case l.kind != KindBoundary:
		return 0, "", fmt.Errorf("the point %g is inside the layer, expected start or end in %s problem", t, withArticle(l.kind.String()))
	}
	return t, expr.Text(arg), nil
}

// at replaces the variables of a formula by their values at a point.
func (p *pointValues) at(e *expr.Expr, t float64, text string) (*expr.Expr, error) {
	l := p.l
	m := map[*expr.Expr]*expr.Expr{}
	for _, v := range expr.FreeVars(e) {
		s := l.symbols[v]
		if s == nil {
			continue
		}
		switch {
		case s.class == classLayer:
			m[v] = l.g.Num(t)
			if l.dom.FreeEnd != nil && t == l.dom.End {
				m[v] = l.dom.FreeEnd
			}
		case s.class == classInput:
			for _, in := range l.dom.Inputs {
				value, rate := in.Value(t)
				if in.Symbol == v {
					m[v] = l.g.Num(value)
				} else if in.Rate == v {
					m[v] = l.g.Num(rate)
				}
			}
		case s.class == classVelocity:
			return nil, fmt.Errorf("a condition on the velocity %s, expected conditions on coordinates", s.name)
		case s.class == classControl:
			return nil, fmt.Errorf("a condition on the control %s, expected conditions on states and costates", s.name)
		case s.class&(classState|classCostate) != 0:
			m[v] = p.variable(v, t, text)
		}
	}
	if len(m) == 0 {
		return e, nil
	}
	return l.g.Subst(e, m), nil
}

// variable returns the symbol of y(t), the same for every spelling of t.
func (p *pointValues) variable(v *expr.Expr, t float64, text string) *expr.Expr {
	k := pointKey{v, t}
	if s := p.index[k]; s != nil {
		return s
	}
	l := p.l
	s := l.g.Var(v.Name() + "(" + text + ")")
	p.index[k] = s
	p.list = append(p.list, hamiltonian.PointValue{Symbol: s, Variable: v, Point: t})
	l.symbols[s] = &symbol{name: s.Name(), class: classPoint, pos: -1, e: s}
	return s
}

// integral is the value at the end of a state that grows with the integrand.
func (p *pointValues) integral(args []*expr.Expr) (*expr.Expr, error) {
	l := p.l
	if l.kind == KindLagrangian {
		return nil, fmt.Errorf("integral has no meaning in %s problem, expected hamiltonian = '..' with one more state q' = integrand, or the equations with a parameter as the multiplier", withArticle(l.kind.String()))
	}
	if len(args) != 1 {
		return nil, fmt.Errorf("integral has %s, expected one: the integrand", count(len(args), "argument"))
	}
	for _, v := range expr.FreeVars(args[0]) {
		if s := l.symbols[v]; s != nil && s.class == classPoint || v == p.start || v == p.end {
			return nil, fmt.Errorf("an integrand with the value %s, expected a formula of %s", v.Name(), l.layerName())
		}
		if s := l.symbols[v]; s != nil && s.class == classCostate {
			return nil, fmt.Errorf("an integrand with the costate %s, expected a formula of states and controls", v.Name())
		}
	}
	for _, c := range p.integrals {
		if c.f == args[0] {
			return p.variable(c.symbol, l.dom.End, "end"), nil
		}
	}
	name := fmt.Sprintf("integral_%d", len(p.integrals)+1)
	for l.names[name] != nil {
		name += "_"
	}
	c := &component{name: name, symbol: l.g.Var(name), f: args[0]}
	l.symbols[c.symbol] = &symbol{name: name, class: classState, pos: -1, e: c.symbol}
	p.integrals = append(p.integrals, c)
	return p.variable(c.symbol, l.dom.End, "end"), nil
}
