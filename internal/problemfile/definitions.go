package problemfile

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"costate/internal/expr"
)

// definition is a named formula. Until all are known, its name is a symbol of
// its own; then the symbol is replaced by the formula.
type definition struct {
	name     string
	symbol   *expr.Expr
	node     *node
	at       map[string]int // values of indices
	allowed  class
	constant bool
	listed   bool // shown in Problem.Definitions

	formula *expr.Expr // as parsed; nil: wrong
	state   int        // 0 new, 1 being resolved, 2 done
	value   *expr.Expr
}

// function is a definition with arguments, 'f(a, b)'.
type function struct {
	name   string
	pos    int
	params []*expr.Expr // symbols that no formula can write
	names  []string
	node   *node
	body   *expr.Expr
	state  int
}

var functionKey = regexp.MustCompile(`^\s*([\pL_][\pL\pN_]*)\s*\(([^()]*)\)\s*$`)

// declareDefinitions makes the names of [definitions] and of inputs that are
// formulas.
func (l *loader) declareDefinitions() {
	n, _ := l.tableOf("definitions")
	if n == nil {
		return
	}
	for _, e := range n.keys {
		body := e.val
		if e.val.kind == tableNode {
			if e.val.missing("formula") {
				l.errorf(e.pos, "the definition '%s' has no formula", e.key)
			}
			f := e.val.get("formula")
			if f == nil {
				continue
			}
			body = f.val
		}
		if m := functionKey.FindStringSubmatch(e.key); m != nil {
			l.declareFunction(e, m[1], strings.Split(m[2], ","), body)
			continue
		}
		base, index, ok := splitName(e.key)
		switch {
		case !ok:
			l.errorf(e.pos, "'%s' is not a name: letters, digits and _, not a digit first, or name[i], or f(a, b)", e.key)
		case index == "":
			l.define(base, e.pos, body, classDefinition, allNames)
		default:
			if r, ok := l.indexRange(e, index); ok {
				for i, s := range l.declareFamily(base, e.pos, classDefinition, r) {
					l.definitions = append(l.definitions, &definition{name: s.Name(), symbol: s, node: body, allowed: allNames, listed: true,
						at: map[string]int{index: r.Lo + i}})
				}
			}
		}
	}
}

const allNames = classModel | classCostate | classControl

func (l *loader) define(name string, pos int, body *node, c, allowed class) {
	if s := l.declare(name, pos, c); s != nil {
		l.definitions = append(l.definitions, &definition{name: name, symbol: s, node: body, allowed: allowed, listed: c == classDefinition})
	}
}

func (l *loader) declareFunction(e *entry, name string, args []string, body *node) {
	if !l.claim(name, e.pos, classDefinition) {
		return
	}
	f := &function{name: name, pos: e.pos, node: body}
	seen := map[string]bool{}
	for _, a := range args {
		a = strings.TrimSpace(a)
		if !identifier.MatchString(a) || reserved[a] != "" || seen[a] {
			l.errorf(e.pos, "'%s' is not an argument of a function, expected different names as in f(a, b)", a)
			return
		}
		seen[a] = true
		f.names = append(f.names, a)
		f.params = append(f.params, l.g.Var(name+"("+a+")"))
	}
	l.funcs[name] = f
	l.functions = append(l.functions, f)
	l.scope.Functions = append(l.scope.Functions, name)
}

// parseFunction parses the body once; names of arguments hide others.
func (l *loader) parseFunction(f *function) {
	f.state = 1
	l.calling = append(l.calling, f.name)
	defer func() {
		l.calling = l.calling[:len(l.calling)-1]
		f.state = 2
	}()
	if f.node.kind != stringNode {
		f.body = l.formula(f.node, 0, nil)
		return
	}
	scope := *l.scope
	scope.Names = make(map[string]*expr.Expr, len(l.scope.Names)+len(f.names))
	for k, v := range l.scope.Names {
		scope.Names[k] = v
	}
	for i, a := range f.names {
		scope.Names[a] = f.params[i]
	}
	body, err := l.g.Parse(f.node.text, &scope)
	if err != nil {
		l.formulaError(err, f.node, 0)
		return
	}
	f.body = body
}

// call gives a meaning to calls that the formula language does not know.
func (l *loader) call(name string, args []*expr.Expr) (*expr.Expr, bool, error) {
	if l.points != nil {
		if e, ok, err := l.points.call(name, args); ok || err != nil {
			return e, ok, err
		}
	}
	if name == "dot" {
		return l.dot(args)
	}
	f := l.funcs[name]
	if f == nil {
		return nil, false, nil
	}
	if len(args) != len(f.params) {
		return nil, false, fmt.Errorf("%s has %s, expected %d: %s(%s)", name, count(len(args), "argument"), len(f.params), name, strings.Join(f.names, ", "))
	}
	if f.state == 1 {
		return nil, false, fmt.Errorf("cyclic definition: %s -> %s", strings.Join(l.calling, " -> "), name)
	}
	if f.state == 0 {
		l.parseFunction(f)
	}
	if f.body == nil {
		return l.g.Num(0), true, nil // reported at its body
	}
	m := make(map[*expr.Expr]*expr.Expr, len(args))
	for i, p := range f.params {
		m[p] = args[i]
	}
	return l.g.Subst(f.body, m), true, nil
}

// dot is the velocity of a coordinate, dot(q) for q'.
func (l *loader) dot(args []*expr.Expr) (*expr.Expr, bool, error) {
	if len(args) == 1 {
		if s := l.symbols[args[0]]; s != nil {
			if v := l.velocities[args[0]]; v != nil {
				return v, true, nil
			}
		}
	}
	return nil, false, fmt.Errorf("dot needs the name of a coordinate, as in dot(q)")
}

// resolveDefinitions parses all named formulas, puts them into each other and
// reports cycles with their path.
func (l *loader) resolveDefinitions() {
	for _, f := range l.functions {
		if f.state == 0 {
			l.parseFunction(f)
		}
	}
	bySymbol := make(map[*expr.Expr]*definition, len(l.definitions))
	for _, d := range l.definitions {
		bySymbol[d.symbol] = d
	}
	for _, d := range l.definitions {
		d.formula = l.formula(d.node, ^class(0), d.at)
	}
	var path []*definition
	for _, d := range l.definitions {
		l.resolve(d, bySymbol, path)
	}
	m := map[*expr.Expr]*expr.Expr{}
	for _, d := range l.definitions {
		if d.value == nil {
			continue
		}
		if d.constant && len(expr.FreeVars(d.value)) == 0 {
			if v := expr.Eval(d.value, nil); math.IsNaN(v) || math.IsInf(v, 0) {
				l.errorf(d.node.pos, "the formula gives %g, expected a finite number", v)
			} else {
				l.constant(d.symbol, v)
			}
			continue
		}
		if _, tree := expr.Size(d.value); !l.grow(tree) {
			l.errorf(d.node.pos, "the definition is too large, expected at most %d operations when all are put in", maxSize)
			break
		}
		if !l.checkNames(d.value, d.node, d.node.text, 0, d.allowed) {
			continue
		}
		m[d.symbol] = d.value
		if d.listed {
			l.p.Definitions = append(l.p.Definitions, Definition{d.name, d.value})
		}
	}
	if len(m) == 0 {
		return
	}
	for _, f := range l.functions {
		if f.body != nil {
			f.body = l.g.Subst(f.body, m)
		}
	}
	for name, e := range l.scope.Names {
		if v := m[e]; v != nil {
			l.scope.Names[name] = v
		}
	}
	for name, f := range l.scope.Families {
		elem := f.Elem
		f.Elem = func(i int) *expr.Expr {
			e := elem(i)
			if v := m[e]; v != nil {
				return v
			}
			return e
		}
		l.scope.Families[name] = f
	}
}

// resolve puts into a definition what it uses. path are the definitions being
// resolved.
func (l *loader) resolve(d *definition, bySymbol map[*expr.Expr]*definition, path []*definition) bool {
	switch d.state {
	case 1:
		from := len(path) - 1
		for path[from] != d {
			from--
		}
		var names []string
		for _, u := range path[from:] {
			names = append(names, u.name)
		}
		if n := len(names); n > 8 {
			names = append(append(names[:4:4], ".."), names[n-3:]...)
		}
		l.errorf(d.node.pos, "cyclic definition: %s -> %s", strings.Join(names, " -> "), d.name)
		return false
	case 2:
		return d.value != nil
	}
	d.state = 1
	defer func() { d.state = 2 }()
	if d.formula == nil {
		return false
	}
	m := map[*expr.Expr]*expr.Expr{}
	for _, v := range expr.FreeVars(d.formula) {
		if u := bySymbol[v]; u != nil {
			if !l.resolve(u, bySymbol, append(path, d)) {
				return false
			}
			if u.constant && len(expr.FreeVars(u.value)) == 0 {
				continue // a number: its name stays, for it may be given another
			}
			m[v] = u.value
		}
	}
	d.value = d.formula
	if len(m) > 0 {
		d.value = l.g.Subst(d.formula, m)
	}
	return true
}
