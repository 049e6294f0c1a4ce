package expr

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/num/hyperdual"
	"pgregory.net/rapid"
)

// smooth are the functions of one argument without kinks, arguments of any
// size allowed.
var smooth = []string{"sin", "cos", "tanh", "exp", "atan", "erf", "sigmoid", "softplus", "dawson", "sinh", "cosh", "erfc"}

// draw returns a random formula of the variables in vars.
func draw(t *rapid.T, g *Graph, vars []*Expr, depth int) *Expr {
	if depth == 0 {
		switch k := rapid.IntRange(0, len(vars)+1).Draw(t, "leaf"); {
		case k < len(vars):
			return vars[k]
		case k == len(vars):
			return g.Num(float64(rapid.IntRange(-3, 3).Draw(t, "int")))
		}
		return g.Ratio(float64(rapid.IntRange(1, 9).Draw(t, "num")), float64(rapid.IntRange(1, 9).Draw(t, "den")))
	}
	sub := func() *Expr { return draw(t, g, vars, rapid.IntRange(0, depth-1).Draw(t, "depth")) }
	positive := func() *Expr { return g.Add(g.one, g.square(sub())) }
	switch rapid.IntRange(0, 9).Draw(t, "op") {
	case 0, 1:
		return g.Add(sub(), sub(), sub())
	case 2:
		return g.Sub(sub(), sub())
	case 3, 4:
		return g.Mul(sub(), sub())
	case 5:
		return g.Div(sub(), positive())
	case 6:
		return g.Pow(sub(), g.Num(float64(rapid.IntRange(2, 4).Draw(t, "exp"))))
	case 7:
		return g.Pow(positive(), g.Num(float64(rapid.IntRange(-5, 5).Draw(t, "half"))/2))
	case 8:
		return g.Call(rapid.SampledFrom([]string{"log", "sqrt", "log10"}).Draw(t, "fn"), positive())
	}
	return g.Call(rapid.SampledFrom(smooth).Draw(t, "fn"), sub())
}

// chain returns f(u) for a function with value and two derivatives f.
func chain(u hyperdual.Number, f, f1, f2 float64) hyperdual.Number {
	return hyperdual.Number{Real: f, E1mag: f1 * u.E1mag, E2mag: f1 * u.E2mag, E1E2mag: f1*u.E1E2mag + f2*u.E1mag*u.E2mag}
}

// hyper evaluates e in hyperdual numbers, with hand-written derivatives of the
// functions that gonum does not have. It raises size to the largest magnitude
// of any part of any intermediate result.
func hyper(e *Expr, vars map[*Expr]hyperdual.Number, size *float64) hyperdual.Number {
	var r hyperdual.Number
	switch e.op {
	case OpNum, OpConst:
		return hyperdual.Number{Real: e.Value()}
	case OpVar:
		return vars[e]
	case OpAdd:
		for _, a := range e.args {
			r = hyperdual.Add(r, hyper(a, vars, size))
		}
	case OpMul:
		r.Real = 1
		for _, a := range e.args {
			r = hyperdual.Mul(r, hyper(a, vars, size))
		}
	case OpPow:
		r = hyperdual.PowReal(hyper(e.args[0], vars, size), e.args[1].Value())
	case OpCall:
		u := hyper(e.args[0], vars, size)
		x := u.Real
		switch e.name {
		case "sin":
			r = hyperdual.Sin(u)
		case "cos":
			r = hyperdual.Cos(u)
		case "tanh":
			th := math.Tanh(x)
			r = chain(u, th, 1-th*th, -2*th*(1-th*th))
		case "sinh":
			r = chain(u, math.Sinh(x), math.Cosh(x), math.Sinh(x))
		case "cosh":
			r = chain(u, math.Cosh(x), math.Sinh(x), math.Cosh(x))
		case "exp":
			r = hyperdual.Exp(u)
		case "atan":
			d := 1 / (1 + x*x)
			r = chain(u, math.Atan(x), d, -2*x*d*d)
		case "log":
			r = hyperdual.Log(u)
		case "log10":
			r = hyperdual.Scale(1/math.Ln10, hyperdual.Log(u))
		case "sqrt":
			r = hyperdual.Sqrt(u)
		case "erf", "erfc":
			d := 2 / math.Sqrt(math.Pi) * math.Exp(-x*x)
			if r = chain(u, math.Erf(x), d, -2*x*d); e.name == "erfc" {
				r = chain(u, math.Erfc(x), -d, 2*x*d)
			}
		case "sigmoid":
			s := 1 / (1 + math.Exp(-x))
			r = chain(u, s, s*(1-s), s*(1-s)*(1-2*s))
		case "softplus":
			s := 1 / (1 + math.Exp(-x))
			r = chain(u, math.Log1p(math.Exp(-abs(x)))+max(x, 0), s, s*(1-s))
		case "dawson":
			f := dawson(x)
			d := 1 - 2*x*f
			r = chain(u, f, d, -2*f-2*x*d)
		default:
			panic(e.name)
		}
	}
	for _, v := range [...]float64{r.Real, r.E1mag, r.E2mag, r.E1E2mag} {
		if !(abs(v) <= *size) { // NaN too
			*size = abs(v)
		}
	}
	return r
}

// tolerance returns a multiple of the square of the largest intermediate value, a bound for how
// much rounding errors are amplified, or false if it is out of range.
func tolerance(size float64) (float64, bool) {
	if !(size <= 1e5) {
		return 0, false
	}
	return 1e-13 * (1 + size) * (1 + size), true
}

func TestDiffAgainstHyperdual(t *testing.T) {
	checked := 0
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		x, y := g.Var("x"), g.Var("y")
		e := draw(t, g, []*Expr{x, y}, 4)
		vx := rapid.Float64Range(-1.5, 1.5).Draw(t, "vx")
		vy := rapid.Float64Range(-1.5, 1.5).Draw(t, "vy")
		size := 1.0
		want := hyper(e, map[*Expr]hyperdual.Number{
			x: {Real: vx, E1mag: 1}, y: {Real: vy, E2mag: 1},
		}, &size)
		tol, ok := tolerance(size)
		if !ok {
			return
		}
		checked++
		vars := map[*Expr]float64{x: vx, y: vy}
		for _, d := range []struct {
			name string
			e    *Expr
			want float64
		}{
			{"value", e, want.Real},
			{"d/dx", g.Diff(e, x), want.E1mag},
			{"d/dy", g.Diff(e, y), want.E2mag},
			{"d2/dxdy", g.Diff(g.Diff(e, x), y), want.E1E2mag},
			{"d2/dydx", g.Diff(g.Diff(e, y), x), want.E1E2mag},
			{"reverse d/dx", g.reverse(e, []*Expr{y, x})[1], want.E1mag},
			{"reverse d/dy", g.reverse(e, []*Expr{y, x})[0], want.E2mag},
		} {
			if got := Eval(d.e, vars); !(abs(got-d.want) <= tol) {
				t.Fatalf("%s of %s\n= %s\nat %v, %v: got %v, want %v +- %v", d.name, e, d.e, vx, vy, got, d.want, tol)
			}
		}
	})
	least := 50
	if testing.Short() {
		least = 10 // rapid draws a fifth of the formulas then
	}
	if checked < least {
		t.Errorf("only %d formulas checked", checked)
	}
}

// TestDiffAgainstDifferences checks first and second derivatives of every
// function, also those with kinks, away from the kinks.
func TestDiffAgainstDifferences(t *testing.T) {
	g, s := testScope("a", "b")
	sources := append([]string{"a^b", "if(a < b, a^2*b, a*b^3)", "a^a", "b^(a^2)", "1/(a*b)^3"}, allSources...)
	for _, src := range sources {
		e := mustParse(t, g, s, src)
		for _, v := range FreeVars(e) {
			d := g.Diff(e, v)
			for _, pair := range [][2]*Expr{{e, d}, {d, g.Diff(d, v)}} {
				for _, at := range [][2]float64{{0.7, 1.3}, {1.1, 0.4}} {
					f := func(h float64) float64 {
						vars := map[*Expr]float64{g.Var("a"): at[0], g.Var("b"): at[1]}
						vars[v] += h
						return Eval(pair[0], vars)
					}
					const h = 1e-3 // error h^4 times the fifth derivative over 30
					want := (f(-2*h) - 8*f(-h) + 8*f(h) - f(2*h)) / (12 * h)
					got := Eval(pair[1], map[*Expr]float64{g.Var("a"): at[0], g.Var("b"): at[1]})
					if !(abs(got-want) <= 1e-8*(1+abs(want))+1e-12*abs(f(0))) {
						t.Errorf("d/d%s %s = %s at %v: got %v, want %v", v.name, pair[0], pair[1], at, got, want)
					}
				}
			}
		}
	}
}

func TestPrintParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		vars := []*Expr{g.Var("x"), g.Var("y"), g.Var("z'")}
		e := draw(t, g, vars, 5)
		roundTrip(t, g, vars, e)
		roundTrip(t, g, vars, g.Diff(e, vars[0]))
	})
}

// roundTrip fails if the text of e does not parse to e, in the same graph.
func roundTrip(t interface{ Fatalf(string, ...any) }, g *Graph, vars []*Expr, e *Expr) {
	if e.size > 5000 {
		return
	}
	s := &Scope{Names: map[string]*Expr{}}
	for _, v := range vars {
		s.Names[v.name] = v
	}
	again, err := g.Parse(Text(e), s)
	if err != nil {
		var perr *Error
		if errors.As(err, &perr) && hasNonfinite(e) {
			return // which Parse rejects
		}
		t.Fatalf("%s: %v", e, err)
	}
	if again != e {
		t.Fatalf("%s\nparsed again is\n%s", e, again)
	}
}

func hasNonfinite(e *Expr) bool {
	found := false
	walk([]*Expr{e}, func(x *Expr) bool {
		found = found || x.konst && !finite(x.val)
		return !found
	})
	return found
}

// TestTapeEqualsTree compares tape and tree walk, and demands that batches of
// any size give the bits of single evaluations.
func TestTapeEqualsTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		vars := []*Expr{g.Var("x"), g.Var("y"), g.Var("z")}
		e := draw(t, g, vars, 5)
		e2 := g.If(g.Compare("<", e, vars[2]), g.Mul(e, vars[0]), draw(t, g, vars, 3))
		outs := []*Expr{e, e2, g.Diff(e, vars[0]), g.Diff(e, vars[1]), vars[2]}
		tape, err := Compile(vars, outs)
		if err != nil {
			t.Fatal(err)
		}
		m := rapid.SampledFrom([]int{1, 2, 63, 64, 65, 150}).Draw(t, "m")
		in, dst := make([]float64, 3*m), make([]float64, len(outs)*m)
		seed := rapid.Float64Range(-2, 2).Draw(t, "seed")
		for i := range in {
			in[i] = math.Sin(seed + float64(i*i))
		}
		tape.Batch(dst, in, m)
		one, point := make([]float64, len(outs)), make([]float64, 3)
		for j := range m {
			for i := range point {
				point[i] = in[i*m+j]
			}
			tape.Eval(one, point)
			for i, x := range one {
				if math.Float64bits(x) != math.Float64bits(dst[i*m+j]) && !(math.IsNaN(x) && math.IsNaN(dst[i*m+j])) {
					t.Fatalf("output %d of %s at point %d of %d: Eval %v, Batch %v", i, e, j, m, x, dst[i*m+j])
				}
			}
		}
		at := map[*Expr]float64{vars[0]: point[0], vars[1]: point[1], vars[2]: point[2]}
		size := 1.0
		walk(outs, func(x *Expr) bool {
			if !x.isCondition() {
				if v := abs(Eval(x, at)); !(v <= size) {
					size = v
				}
			}
			return true
		})
		tol, ok := tolerance(size)
		for i, x := range one {
			if want := Eval(outs[i], at); ok && !(abs(x-want) <= tol) {
				t.Fatalf("output %d, %s at %v: tape %v, tree %v +- %v", i, outs[i], point, x, want, tol)
			}
		}
	})
}

// TestSubst compares substitution with evaluation at the substituted values.
func TestSubst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		x, y := g.Var("x"), g.Var("y")
		e := draw(t, g, []*Expr{x, y}, 4)
		u := draw(t, g, []*Expr{x, y}, 2)
		at := map[*Expr]float64{x: 0.3, y: -0.8}
		size := 1.0
		inner := Eval(u, at)
		put := map[*Expr]float64{x: inner, y: 0.3}
		walk([]*Expr{e}, func(n *Expr) bool {
			if v := abs(Eval(n, put)); !(v <= size) {
				size = v
			}
			return true
		})
		// Both at once: y becomes the old x.
		r := g.Subst(e, map[*Expr]*Expr{x: u, y: x})
		tol, ok := tolerance(size)
		if got, want := Eval(r, at), Eval(e, put); ok && !(abs(got-want) <= tol) {
			t.Fatalf("%s with x = %s, y = x is %s: got %v, want %v", e, u, r, got, want)
		}
	})
}

func TestGradientReverse(t *testing.T) {
	const n = 500
	g := NewGraph()
	vars := make([]*Expr, n)
	at := make(map[*Expr]float64)
	for i := range vars {
		vars[i] = g.Var(fmt.Sprintf("x%d", i))
		at[vars[i]] = math.Cos(float64(i))
	}
	var terms []*Expr
	for i := range n {
		a, b := vars[i], vars[(i+1)%n]
		terms = append(terms, g.Mul(a, g.Call("sin", g.Mul(a, b))), g.Pow(g.Sub(a, b), g.Num(4)))
	}
	e := g.Call("log", g.Add(g.one, g.Add(terms...)))
	grad := g.Gradient(e, vars)
	nodes, _ := Size(e)
	after, _ := Size(grad...)
	if nodes*n < reverseFrom {
		t.Fatalf("%d nodes are too few for the test", nodes)
	}
	if after > 12*nodes {
		t.Errorf("the gradient of %d nodes has %d", nodes, after)
	}
	for _, i := range []int{0, 1, 250, n - 1} {
		got, want := Eval(grad[i], at), Eval(g.Diff(e, vars[i]), at)
		if !(abs(got-want) <= 1e-14*(1+abs(want))) {
			t.Errorf("d/dx%d: reverse %v, forward %v", i, got, want)
		}
	}
}

// TestLargeFormulas derives and compiles sums, products and nested functions
// that are large, and checks that the derivatives are not much larger.
func TestLargeFormulas(t *testing.T) {
	g, s := testScope("a", "b")
	a := g.Var("a")
	deep := a
	for range 900 {
		deep = g.Call("sin", g.Add(deep, g.Var("b")))
	}
	s.Names["deep"] = deep
	for _, tt := range []struct {
		src    string
		growth int // of the number of nodes
	}{
		{"sum(j = 1..5000, sin(j*a)/j)", 4},
		{"prod(j = 1..400, 1 + a*b/(j + 1000)^2)", 4},
		{"prod(j = 1..400, 1 + a*b^j/1000^2)", 8},
		{"deep", 4},
		{"max(1, deep)", 4},
	} {
		e := mustParse(t, g, s, tt.src)
		d := g.Diff(e, a)
		before, _ := Size(e)
		after, _ := Size(e, d)
		if after > tt.growth*before {
			t.Errorf("%s: %d nodes, with the derivative %d", tt.src, before, after)
		}
		tape, err := Compile([]*Expr{a, g.Var("b")}, []*Expr{e, d})
		if err != nil {
			t.Fatal(err)
		}
		f := func(x float64) [2]float64 {
			var out [2]float64
			tape.Eval(out[:], []float64{x, 0.9})
			return out
		}
		const h = 1e-6
		got, want := f(0.7)[1], (f(0.7 + h)[0]-f(0.7 - h)[0])/(2*h)
		if !(abs(got-want) <= 1e-3*(1+abs(want))) {
			t.Errorf("%s: derivative %v, difference %v", tt.src, got, want)
		}
	}
}
