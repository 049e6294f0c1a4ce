package expr

import (
	"errors"
	"strings"
	"testing"
)

// scope returns a graph and a scope with the given variables, a cyclic family
// x[1..5] and a plain family w[0..3].
func testScope(names ...string) (*Graph, *Scope) {
	g := NewGraph()
	s := &Scope{Names: map[string]*Expr{}, Indices: map[string]int{"i": 2}}
	for _, n := range names {
		s.Names[n] = g.Var(n)
	}
	elem := func(name string) func(int) *Expr {
		return func(i int) *Expr { return g.Var(name + "[" + formatFloat(float64(i)) + "]") }
	}
	s.Families = map[string]Family{
		"x": {Lo: 1, Hi: 5, Cyclic: true, Elem: elem("x")},
		"w": {Lo: 0, Hi: 3, Elem: elem("w")},
	}
	return g, s
}

func mustParse(t testing.TB, g *Graph, s *Scope, src string) *Expr {
	t.Helper()
	e, err := g.Parse(src, s)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return e
}

func TestText(t *testing.T) {
	tests := []struct{ src, want string }{
		{"1", "1"},
		{".5", "0.5"},
		{"1e-3", "0.001"},
		{"1e-7*a", "1e-7*a"},
		{"-a^2", "-a^2"},
		{"(-a)^2", "a^2"},
		{"2^-1", "1/2"},
		{"2^3^2", "512"},
		{"a^b^c", "a^(b^c)"},
		{"(a^b)^c", "(a^b)^c"},
		{"a**2", "a^2"},
		{"a^-b", "a^(-b)"},
		{"1/a^b", "a^(-b)"},
		{"a - b - c", "a - b - c"},
		{"a - (b - c)", "a - b + c"},
		{"-(a + b)", "-a - b"},
		{"-(a + b)*c", "-(a + b)*c"},
		{"--a - -b", "a + b"},
		{"2*(a + b)", "2*(a + b)"},
		{"a/b/c", "a/(b*c)"},
		{"a/b*c", "a*c/b"},
		{"a/(b/c)", "a*c/b"},
		{"8/3*a", "8*a/3"},
		{"a*8/3", "8*a/3"},
		{"a/3", "a/3"},
		{"-a/3", "-a/3"},
		{"0.5*a", "0.5*a"},
		{"a/0.5", "2*a"},
		{"8/3", "8/3"},
		{"(2/3)^a", "(2/3)^a"},
		{"a^(2/3)", "a^(2/3)"},
		{"a + 0*b", "a"},
		{"1*a + a*1", "2*a"},
		{"a*a", "a^2"},
		{"a^2/a", "a"},
		{"a/a", "1"},
		{"a*b - b*a", "0"},
		{"a + b - a", "b"},
		{"3*(a + b) - 2*(a + b)", "a + b"},
		{"sqrt(a)*sqrt(a)", "sqrt(a)^2"},
		{"1/(2*sqrt(a))", "1/(2*sqrt(a))"},
		{"1/a^0.5", "1/a^0.5"},
		{"a^0.5*a^0.5", "(a^0.5)^2"},
		{"sin(0)", "0"},
		{"sin(pi/6)", "sin(pi/6)"},
		{"2*pi*a", "2*pi*a"},
		{"1 - a^2", "1 - a^2"},
		{"min(a, b, a)", "min(a, b)"},
		{"pow(a, 3)", "a^3"},
		{"if(a < b, a, b)", "if(a < b, a, b)"},
		{"if(1 < 2, a, b)", "a"},
		{"if(not (a < b and b <= c or a == 1), a, b)", "if(not (a < b and b <= c or a == 1), a, b)"},
		{"if(a > 0 or b > 0 and not c > 0, 1, 0)", "if(a > 0 or b > 0 and not c > 0, 1, 0)"},
		{"x[i-1]*(x[i+1] - x[i-2]) - x[i] + 8", "x[1]*(x[3] - x[5]) - x[2] + 8"},
		{"x[0]", "x[5]"},
		{"x[2*i+3*(1+1)]", "x[5]"},
		{"sum(j = 1..3, j*x[j]^2)", "x[1]^2 + 2*x[2]^2 + 3*x[3]^2"},
		{"prod(j = 0..2, w[j])", "w[0]*w[1]*w[2]"},
		{"sum(j = 0..1, sum(k = j..1, w[j]*w[k]))", "w[0]^2 + w[0]*w[1] + w[1]^2"},
		{"q'*q''", "q'*q''"},
		{"alpha - beta*exp(v)", "alpha - beta*exp(v)"},
		{"-gamma + delta*exp(u)", "-gamma + delta*exp(u)"},
		{"1/(1+exp(-a))", "1/(1 + exp(-a))"},
		{"a*(b - c)^2/2", "a*(b - c)^2/2"},
		{"θ + e", "θ + e"},
	}
	g, s := testScope("a", "b", "c", "e", "u", "v", "alpha", "beta", "gamma", "delta", "q'", "q''", "θ")
	for _, tt := range tests {
		e := mustParse(t, g, s, tt.src)
		if got := e.String(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.src, got, tt.want)
		}
		if again := mustParse(t, g, s, e.String()); again != e {
			t.Errorf("%s: parsed again %s becomes %s", tt.src, e, again)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		src  string
		col  int
		want string
	}{
		{"", 1, "the formula is empty"},
		{"a +", 4, "found the end of the formula"},
		{"2a", 2, `expected an operator, found "a" (did you forget "*" before it?)`},
		{"2 (a+1)", 3, `did you forget "*"`},
		{"a(b)", 2, `a is not a function (did you forget "*" before it?)`},
		{"(a+1)(a+2)", 6, `did you forget "*"`},
		{"a b", 3, `did you forget "*"`},
		{"sin(a", 6, `expected ")" to close the arguments of sin`},
		{"(a", 3, `expected ")" to close the "("`},
		{"a)", 2, `there is no matching "("`},
		{"a + alhpa", 5, "unknown name alhpa (did you mean alpha?)"},
		{"Alpha", 1, "did you mean alpha?"},
		{"sni(a)", 1, "unknown function sni (did you mean sin?)"},
		{"e^a", 1, "Euler's number is exp(1)"},
		{"2e", 2, `did you forget "*"`},
		{"ln(a)", 1, "the natural logarithm is log"},
		{"arctan(a)", 1, "did you mean atan?"},
		{"sin(a, b)", 1, "sin takes 1 argument, found 2"},
		{"atan(a, b)", 1, "did you mean atan2?"},
		{"max()", 1, "max takes at least 1 argument, found 0"},
		{"1/0", 3, "division by zero"},
		{"a + 1/(2-2)", 7, "division by zero"},
		{"log(0)*a", 1, "log(0) is not a finite number"},
		{"0*log(-1)", 3, "log(-1) is not a finite number"},
		{"1e400", 1, "out of range"},
		{"a = b", 3, "equality is written =="},
		{"a < b", 1, "expected a number, found a condition"},
		{"if(a, b, c)", 4, "expected a condition"},
		{"if(a < b < c, 1, 2)", 10, "a chain of comparisons is written"},
		{"if(a < b, 1)", 12, `expected "," in if(condition, a, b)`},
		{"a + (b < c)", 5, "expected a number, found a condition"},
		{"a and b", 1, `"and" joins conditions`},
		{"x", 1, "x is a family: write x[i], i = 1..5"},
		{"y[1]", 1, "unknown family y"},
		{"a[1]", 1, "a is not a family"},
		{"w[4]", 3, "index 4 of w is outside 0..3"},
		{"w[1.5]", 3, "an index must be an integer"},
		{"w[a]", 3, "a is not an integer"},
		{"w[1,2]", 4, "w takes one index"},
		{"w[k]", 3, "unknown index k"},
		{"sum(j = 3..1, j)", 1, "the range 3..1 of j is empty"},
		{"sum(j = 1..1000000000, j)", 1, "too large"},
		{"sum(j = 1..10000, sum(k = 1..10000, a))", 37, "too large"},
		{"prod(j = 1..5000, a)", 1, "a product of 5000 factors is too large"},
		{"sum(1..3, j)", 5, "expected the name of an index"},
		{"sin", 1, "sin is a function: write sin(...)"},
		{"θθ + ξ", 6, "unknown name ξ"},
		{"a − b", 3, "write the minus sign as -"},
		{"a & b", 3, "write and, or, not"},
		{"a\xff", 2, "not valid UTF-8"},
		{strings.Repeat("(", 2000), 501, "nested more than"},
		{"2*" + strings.Repeat("-", 2000) + "a", 503, "nested more than"},
		{"a" + strings.Repeat("^a", 2000), 1001, "nested more than"},
		{"1e200*1e200", 1, "1e200*1e200 is not a finite number"},
	}
	g, s := testScope("a", "b", "c", "alpha", "θθ")
	for _, tt := range tests {
		name := tt.src[:min(len(tt.src), 30)]
		e, err := g.Parse(tt.src, s)
		var perr *Error
		if !errors.As(err, &perr) {
			t.Errorf("%s: no error but %v", name, e)
			continue
		}
		if perr.Column != tt.col || !strings.Contains(perr.Error(), tt.want) {
			t.Errorf("%s: got %v, want column %d: ...%s", name, perr, tt.col, tt.want)
		}
	}
}

// TestParseDepth: definitions put into each other are limited too.
func TestParseDepth(t *testing.T) {
	g, s := testScope("a")
	e := g.Var("a")
	for range maxLevels {
		e = g.Call("sin", e)
	}
	s.Names["deep"] = e
	if got := mustParse(t, g, s, "deep"); got != e {
		t.Errorf("got %v", got)
	}
	if _, err := g.Parse("1 + cos(deep)", s); err == nil || err.Error() != "column 5: the formula is nested more than 2000 levels deep" {
		t.Error(err)
	}
}

func TestScopeCall(t *testing.T) {
	g, s := testScope("a", "y")
	s.Functions = []string{"dot"}
	s.Call = func(name string, args []*Expr) (*Expr, bool, error) {
		switch name {
		case "y":
			if v, ok := args[0].IsNum(); ok {
				return g.Var("y(" + formatFloat(v) + ")"), true, nil
			}
			return nil, false, errors.New("y(..) needs a number")
		case "dot":
			return g.Var("y'"), true, nil
		}
		return nil, false, nil
	}
	if got := mustParse(t, g, s, "y(0) + y(pi/6)*dot(y) + sin(a)").String(); got != "y(0) + y(0.5235987755982988)*y' + sin(a)" {
		t.Error(got)
	}
	for src, want := range map[string]string{
		"1 + y(a)": "column 5: y(..) needs a number",
		"dto(y)":   "column 1: unknown function dto (did you mean dot?)",
	} {
		if _, err := g.Parse(src, s); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
}

func TestParseRange(t *testing.T) {
	for src, want := range map[string]Range{
		"i = 1..20":         {"i", 1, 20, false},
		"i = 1..20, cyclic": {"i", 1, 20, true},
		"k=-2..2*3":         {"k", -2, 6, false},
	} {
		got, err := ParseRange(src)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v", src, got, err)
		}
	}
	for src, want := range map[string]string{
		"i = 1..20 cyclic":  `column 11: unexpected "cyclic" after the range`,
		"i = 1..20, cyclc":  `column 12: expected "cyclic", found "cyclc"`,
		"i = 3..1":          "column 1: the range 3..1 of i is empty",
		"i 1..3":            `column 3: expected "=" after the index, as in j = 1..n, found "1"`,
		"":                  "column 1: expected the name of an index, as in j = 1..n, found the end of the formula",
		"i = 1..n":          "column 8: unknown index n",
		"i = 1..2, cyclic)": `column 17: unexpected ")" after the range`,
	} {
		if _, err := ParseRange(src); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
}
