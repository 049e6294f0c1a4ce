package expr

import (
	"fmt"
	"math"
	"slices"
)

// function is a function of the language. One table serves parser, folding,
// derivatives and tape.
type function struct {
	name     string
	min, max int // number of arguments; max -1: any
	eval     func(x []float64) float64
	// one is eval for functions of one argument, two for two.
	one func(x float64) float64
	two func(x, y float64) float64
	// diff returns the derivative of e, a call of the function; du are the
	// derivatives of its arguments, not all of them zero.
	diff func(g *Graph, e *Expr, du []*Expr) *Expr
}

func (f *function) arity() string {
	switch {
	case f.max < 0:
		return fmt.Sprintf("at least %d argument%s", f.min, plural(f.min))
	case f.min == f.max:
		return fmt.Sprintf("%d argument%s", f.min, plural(f.min))
	}
	return fmt.Sprintf("%d to %d arguments", f.min, f.max)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

var functions = make(map[string]*function)

// Functions returns the names of the functions of the language, sorted.
func Functions() []string {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Call returns the function fn of args; numbers are folded if the value is
// finite. It panics if there is no such function or it takes another number of
// arguments, see [Functions].
func (g *Graph) Call(fn string, args ...*Expr) *Expr {
	f := functions[fn]
	if f == nil {
		panic(fmt.Sprintf("expr: no function %q", fn))
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		panic(fmt.Sprintf("expr: %s takes %s, not %d", fn, f.arity(), len(args)))
	}
	switch {
	case fn == "pow":
		return g.Pow(args[0], args[1])
	case f.max < 0: // min and max are idempotent
		args = unique(args)
		if len(args) == 1 {
			return args[0]
		}
	}
	numbers := true
	for _, a := range args {
		numbers = numbers && a.op == OpNum
	}
	if numbers {
		vals := make([]float64, len(args))
		for i, a := range args {
			vals[i] = a.val
		}
		if v := f.eval(vals); finite(v) {
			return g.Num(v)
		}
	}
	return g.intern(Expr{op: OpCall, name: fn, fn: f, args: slices.Clone(args)})
}

func unique(xs []*Expr) []*Expr {
	out := make([]*Expr, 0, len(xs))
	for _, x := range xs {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// unary enters a function of one argument. dfdu is its derivative with respect
// to the argument u, as readable as possible; nil: zero.
func unary(name string, eval func(float64) float64, dfdu func(g *Graph, e, u *Expr) *Expr) {
	functions[name] = &function{
		name: name, min: 1, max: 1, one: eval,
		eval: func(x []float64) float64 { return eval(x[0]) },
		diff: func(g *Graph, e *Expr, du []*Expr) *Expr {
			if dfdu == nil {
				return g.zero
			}
			return g.Mul(du[0], dfdu(g, e, e.args[0]))
		},
	}
}

func binary(name string, eval func(x, y float64) float64, diff func(g *Graph, e *Expr, du []*Expr) *Expr) {
	functions[name] = &function{
		name: name, min: 2, max: 2, two: eval, diff: diff,
		eval: func(x []float64) float64 { return eval(x[0], x[1]) },
	}
}

func (g *Graph) square(x *Expr) *Expr { return g.Pow(x, g.two) }

func (g *Graph) recip(x *Expr) *Expr { return g.Pow(x, g.minusOne) }

func init() {
	unary("sin", math.Sin, func(g *Graph, _, u *Expr) *Expr { return g.Call("cos", u) })
	unary("cos", math.Cos, func(g *Graph, _, u *Expr) *Expr { return g.Neg(g.Call("sin", u)) })
	unary("tan", math.Tan, func(g *Graph, e, _ *Expr) *Expr { return g.Add(g.one, g.square(e)) })
	unary("asin", math.Asin, func(g *Graph, _, u *Expr) *Expr {
		return g.recip(g.Call("sqrt", g.Sub(g.one, g.square(u))))
	})
	unary("acos", math.Acos, func(g *Graph, _, u *Expr) *Expr {
		return g.Neg(g.recip(g.Call("sqrt", g.Sub(g.one, g.square(u)))))
	})
	unary("atan", math.Atan, func(g *Graph, _, u *Expr) *Expr { return g.recip(g.Add(g.one, g.square(u))) })
	unary("sinh", math.Sinh, func(g *Graph, _, u *Expr) *Expr { return g.Call("cosh", u) })
	unary("cosh", math.Cosh, func(g *Graph, _, u *Expr) *Expr { return g.Call("sinh", u) })
	unary("tanh", math.Tanh, func(g *Graph, e, _ *Expr) *Expr { return g.Sub(g.one, g.square(e)) })
	unary("exp", math.Exp, func(_ *Graph, e, _ *Expr) *Expr { return e })
	unary("log", math.Log, func(g *Graph, _, u *Expr) *Expr { return g.recip(u) })
	unary("log10", math.Log10, func(g *Graph, _, u *Expr) *Expr {
		return g.recip(g.Mul(g.Call("log", g.Num(10)), u))
	})
	unary("sqrt", math.Sqrt, func(g *Graph, e, _ *Expr) *Expr { return g.recip(g.Mul(g.two, e)) })
	unary("abs", math.Abs, func(g *Graph, _, u *Expr) *Expr { return g.Call("sign", u) })
	unary("sign", sign, nil)
	unary("heaviside", heaviside, nil)
	unary("relu", relu, func(g *Graph, _, u *Expr) *Expr { return g.Call("heaviside", u) })
	unary("sigmoid", sigmoid, func(g *Graph, e, _ *Expr) *Expr { return g.Mul(e, g.Sub(g.one, e)) })
	unary("softplus", softplus, func(g *Graph, _, u *Expr) *Expr { return g.Call("sigmoid", u) })
	unary("erf", math.Erf, func(g *Graph, _, u *Expr) *Expr { return g.gauss(2, -1, u) })
	unary("erfc", math.Erfc, func(g *Graph, _, u *Expr) *Expr { return g.gauss(-2, -1, u) })
	unary("erfi", erfi, func(g *Graph, _, u *Expr) *Expr { return g.gauss(2, 1, u) })
	unary("dawson", dawson, func(g *Graph, e, u *Expr) *Expr { return g.Sub(g.one, g.Mul(g.two, u, e)) })

	unary("airyai", airyai, func(g *Graph, _, u *Expr) *Expr { return g.Call("airyaiprime", u) })
	unary("airybi", airybi, func(g *Graph, _, u *Expr) *Expr { return g.Call("airybiprime", u) })
	unary("airyaiprime", airyaiprime, func(g *Graph, _, u *Expr) *Expr { return g.Mul(u, g.Call("airyai", u)) })
	unary("airybiprime", airybiprime, func(g *Graph, _, u *Expr) *Expr { return g.Mul(u, g.Call("airybi", u)) })

	binary("atan2", math.Atan2, func(g *Graph, e *Expr, du []*Expr) *Expr {
		y, x := e.args[0], e.args[1]
		return g.Div(g.Sub(g.Mul(x, du[0]), g.Mul(y, du[1])), g.Add(g.square(y), g.square(x)))
	})
	binary("pow", math.Pow, nil) // becomes a power

	extremum := func(name, op string, choose func(x, y float64) float64) {
		functions[name] = &function{
			name: name, min: 1, max: -1,
			eval: func(x []float64) float64 {
				m := x[0]
				for _, v := range x[1:] {
					m = choose(m, v)
				}
				return m
			},
			diff: func(g *Graph, e *Expr, du []*Expr) *Expr {
				// The first of the extremal arguments gives the derivative.
				d, m := du[len(du)-1], e.args[len(du)-1]
				for i := len(du) - 2; i >= 0; i-- {
					d = g.If(g.Compare(op, e.args[i], m), du[i], d)
					m = g.Call(name, e.args[i], m)
				}
				return d
			},
		}
	}
	extremum("min", "<=", func(x, y float64) float64 { return min(x, y) })
	extremum("max", ">=", func(x, y float64) float64 { return max(x, y) })
}

// gauss returns c/sqrt(pi)*exp(s*u^2).
func (g *Graph) gauss(c, s float64, u *Expr) *Expr {
	return g.Mul(g.Num(c), g.Call("exp", g.Mul(g.Num(s), g.square(u))), g.recip(g.Call("sqrt", g.pi)))
}

// sign returns -1, 0 or 1, and NaN for NaN.
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x + 0 // 0 or NaN
}

// heaviside returns 0, 1/2 or 1, so that relu(x) - relu(-x) = x has the
// derivative 1 at 0 too.
func heaviside(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return 0
	case x == 0:
		return 0.5
	}
	return x
}

func relu(x float64) float64 { return max(x, 0) }

// sigmoid returns 1/(1+exp(-x)) with full relative accuracy at both ends.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// softplus returns log(1+exp(x)) without overflow.
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}
