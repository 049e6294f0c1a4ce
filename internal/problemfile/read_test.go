package problemfile

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// must loads a problem that has to be right.
func must(t *testing.T, src string, files map[string]string) *Problem {
	t.Helper()
	p, err := loadText(t, src, files)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

const unitLayer = "[layer]\nstart = 0\nend = 1\n"

func equal(t *testing.T, what string, got, want []float64) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		same = math.Abs(got[i]-want[i]) <= 1e-14*math.Abs(want[i]) || math.IsNaN(got[i]) && math.IsNaN(want[i]) || got[i] == want[i]
	}
	if !same {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// text joins formulas for comparison.
func text(es ...*expr.Expr) string {
	var s []string
	for _, e := range es {
		s = append(s, expr.Text(e))
	}
	return strings.Join(s, "; ")
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestObservationsOfUnsortedRows(t *testing.T) {
	nan := math.NaN()
	p := must(t, unitLayer+`
[constants]
scale = 2
[states]
x = '-x'
y = 'x'
[model]
Rf = 1
[[observations]]
data = "d.csv"
at = 'day/10'
observe = { 'scale*x' = 'scale*x', 'y^2' = 'w' }
Rm = { 'scale*x' = '1/s^2', 'y^2' = 4 }
outside = "predict"
`, map[string]string{"d.csv": "day,x,w,s\n9,3,4,1\n1,1,,2\n9,5,6,0.5\n20,7,8,1\n5,,NA,1\n-1,1,1,1\n"})
	o := p.Action.Observations[0]
	equal(t, "times", o.Times, []float64{0.1, 0.9, 0.9})
	equal(t, "values", o.Y, []float64{2, nan, 6, 4, 10, 6})
	equal(t, "precisions", o.Rm, []float64{0.25, 4, 1, 4, 4, 4})
	same(t, "functions", text(o.H...), "scale*x; y^2")
	equal(t, "held times", p.Held[0].Times, []float64{2})
	equal(t, "held values", p.Held[0].Y, []float64{14, 8})
}

func TestObservationForms(t *testing.T) {
	const model = unitLayer + "[states]\nx = '-x'\ny = 'x'\n[model]\nRf = 1\n[[observations]]\n"
	for _, c := range []struct {
		name, src  string
		times, y   []float64
		rm, matrix []float64
	}{
		{"one number", "at = 0.5\nobserve = { x = 2 }\nsd = 0.5", []float64{0.5}, []float64{2}, []float64{4}, nil},
		{"lists", "at = [1, 0]\nobserve = { x = [2, 3], y = [nan, 4] }\nRm = 3", []float64{0, 1}, []float64{3, 4, 2, math.NaN()}, []float64{3, 3}, nil},
		{"inline table", "data = { t = [0, 1], a = [2, 3] }\nobserve = { x = 'a^2' }\nRm = 1", []float64{0, 1}, []float64{4, 9}, []float64{1}, nil},
		{"names", "data = \"d.csv\"\ncolumns = [\"t\", \"a\"]\nobserve = { x = 'a' }\nRm = 1", []float64{0, 1}, []float64{5, 6}, []float64{1}, nil},
		{"places", "data = \"d.csv\"\nat = 'c0'\nobserve = { x = 'c1' }\nRm = 1", []float64{0, 1}, []float64{5, 6}, []float64{1}, nil},
		{"places by index", "data = \"d.csv\"\nat = 'c[0]'\nindex = 'j = 1..1'\nobserve = { 'j*y' = 'c[j]' }\nRm = 1", []float64{0, 1}, []float64{5, 6}, []float64{1}, nil},
		{"a name like a place", "data = { t = [0, 1], c0 = [5, 6] }\nobserve = { x = '10*c0 + c[0]' }\nRm = 1", []float64{0, 1}, []float64{50, 61}, []float64{1}, nil},
		{"every", "data = \"d.csv\"\nat = 'c0'\nobserve = { x = 'c1' }\nRm = 1\nevery = 2", []float64{0}, []float64{5}, []float64{1}, nil},
		{"matrix", "at = 0\nobserve = { x = 1, y = 2 }\nRm = [[2, 1], [1, 2]]", []float64{0}, []float64{1, 2}, nil, []float64{2, 1, 1, 2}},
		{"rounded time", "at = [1.0000000001]\nobserve = { x = [1] }\nRm = 1", []float64{1}, []float64{1}, []float64{1}, nil},
	} {
		p := must(t, model+c.src, map[string]string{"d.csv": "0,5\n1,6\n"})
		o := p.Action.Observations[0]
		equal(t, c.name+" times", o.Times, c.times)
		equal(t, c.name+" values", o.Y, c.y)
		equal(t, c.name+" Rm", o.Rm, c.rm)
		equal(t, c.name+" matrix", o.Matrix, c.matrix)
	}
}

func TestIndexedProblem(t *testing.T) {
	p := must(t, unitLayer+`
[parameters]
'w[k]' = { estimate = true, guess = 'k^2', index = 'k = 0..2' }
[definitions]
'f[i]' = { formula = 'w[0]*x[i]', index = 'i = 1..4' }
[states]
'x[i]' = { equation = 'f[i] + x[i+1]', index = 'i = 1..4, cyclic', guess = 'i*t', min = 'i' , Rf = '1/i' }
y = 'sum(j = 1..4, x[j])'
[model]
Rf = { y = 7 }
[[observations]]
data = { t = [0], 'x[2]' = [5], 'x[4]' = [6] }
index = 'j = 1..2'
observe = { 'x[2*j]' = 'x[2*j]' }
Rm = '1'
[anneal]
Rf0 = { 'x[k]' = '10*k', y = 3 }
beta = 0
kappa = 1
off_grid = "interpolate"
[integrate]
start = { 'x[i]' = '2*i', y = 1 }
noise = { x = 0.5, y = 0 }
`, nil)
	var f, guess []*expr.Expr
	var rf, lo []float64
	for _, s := range p.Action.States {
		f = append(f, s.F)
		rf, lo = append(rf, s.Rf), append(lo, s.Min)
		if s.Guess != nil {
			guess = append(guess, s.Guess)
		}
	}
	same(t, "equations", text(f...), "w[0]*x[1] + x[2]; w[0]*x[2] + x[3]; w[0]*x[3] + x[4]; w[0]*x[4] + x[1]; x[1] + x[2] + x[3] + x[4]")
	same(t, "guesses", text(guess...), "t; 2*t; 3*t; 4*t")
	equal(t, "Rf", rf, []float64{1, 0.5, 1. / 3, 0.25, 7})
	equal(t, "min", lo, []float64{1, 2, 3, 4, 0})
	equal(t, "parameter guesses", []float64{p.Action.Params[0].Guess, p.Action.Params[2].Guess}, []float64{0, 4})
	equal(t, "Rf0", p.Anneal.Rf0, []float64{10, 20, 30, 40, 3})
	if a := p.Anneal; a.Kappa != 1 || a.OffGrid != "interpolate" || !a.BetaGiven || a.Beta != 0 {
		t.Errorf("anneal %+v, expected kappa 1, interpolation and one rung", a)
	}
	equal(t, "start", p.Integrate.Start, []float64{2, 4, 6, 8, 1})
	equal(t, "noise", p.Integrate.Noise, []float64{0.5, 0.5, 0.5, 0.5, 0})
	o := p.Action.Observations[0]
	same(t, "observed", strings.Join(o.Names, " ")+" "+text(o.H...), "x[2] x[4] x[2]; x[4]")
	same(t, "indexed", fmt.Sprint(p.Indexed), "[{x'[i] f[i] + x[i+1] i = 1..4, cyclic}]")
}

func TestSecondOrderAction(t *testing.T) {
	p := must(t, unitLayer+`
[states]
q = { equation = "q'' = -q - 0.1*q'", guess = 't^2', start = [1, 0], Rf = 5, min = -3, max = 3 }
r = { equation = "r'' = -r", guess = ['t', '2'] }
[model]
Rf = 2
`, nil)
	s := p.Action.States
	same(t, "states", text(s[0].Symbol, s[0].F, s[1].Symbol, s[1].F), "q; q'; q'; -q - 0.1*q'")
	same(t, "guesses", text(s[0].Guess, s[1].Guess, s[2].Guess, s[3].Guess), "t^2; 2*t; t; 2")
	equal(t, "Rf", []float64{s[0].Rf, s[1].Rf, s[2].Rf, s[3].Rf}, []float64{math.Inf(1), 5, math.Inf(1), 2})
	equal(t, "bounds", []float64{s[0].Min, s[0].Max, s[1].Min, s[1].Max}, []float64{-3, 3, 0, 0})
	same(t, "conditions", text(p.Action.Given.G...), "q(start) - 1; q'(start)")
}

func TestParameters(t *testing.T) {
	p := must(t, unitLayer+`
[parameters]
a = 2
b = { value = '3*a' }
c = { estimate = true, prior = { mean = 4, sd = 0.5 } }
d = { estimate = true, range = [1, 3], max = 5 }
e = { estimate = false, guess = 7 }
f = { varies = true, guess = '1 + t', Rf = 9, prior = { mean = 1, precision = 2 } }
[states]
x = 'a*b + c + d*e + f'
[model]
Rf = [[4]]
`, nil)
	ps := p.Params()
	same(t, "estimated", fmt.Sprint(ps[0].Symbol, ps[0].Guess, ps[0].Prior, ps[1].Symbol, ps[1].Guess), "c 4 {4 4} d 2")
	lo, hi := ps[1].Bounds()
	equal(t, "bounds", []float64{lo, hi}, []float64{math.Inf(-1), 5})
	if lo, hi, ok := p.Range("d"); !ok || lo != 1 || hi != 3 {
		t.Errorf("range of d: %g, %g, %t", lo, hi, ok)
	}
	if _, _, ok := p.Range("c"); ok {
		t.Error("c has no range")
	}
	s := p.Action.States
	same(t, "equation", text(s[0].F), "3*a^2 + c + d*e + f")
	same(t, "varying", fmt.Sprint(s[1].Symbol, s[1].F, s[1].Varying, s[1].Rf, s[1].Guess, s[1].Prior), "f 0 true 9 1 + t {1 2}")
	equal(t, "Rf", p.Action.Rf, []float64{4, 0, 0, 9})
}

func TestFreeEnd(t *testing.T) {
	p := must(t, `
[layer]
start = 1
end = { estimate = true, guess = 3, name = "T", min = 2 }
[states]
x = { equation = 'x', start = 1 }
[definitions]
energy = 'x^2 + t'
[boundary]
conditions = ['energy(T) = T + end + start']
`, nil)
	b := p.Boundary
	same(t, "free end", fmt.Sprint(b.FreeEnd, b.End, b.Params[0].Symbol, b.Params[0].Guess, b.Params[0].Min), "T 3 T 3 2")
	same(t, "conditions", text(b.Conditions.G...), "x(start) - 1; x(end)^2 - T - 1")
	if v := b.Conditions.Values[1]; v.Point != 3 || v.Variable.Name() != "x" {
		t.Errorf("value at the end: %v", v)
	}
}

func TestConditions(t *testing.T) {
	p := must(t, `
[layer]
name = "s"
start = 0
end = 'pi/2'
[constants]
c = 0.5
[parameters]
'free[i]' = { estimate = true, guess = 1, index = 'i = 1..3' }
[states]
y = "y'' = -y"
z = 'y + s'
'u[i]' = { equation = '-u[i]', index = 'i = 1..2' }
[definitions]
u2 = 'u[2]'
[boundary]
conditions = ['y(pi/6) = c', "y'(end) + y(pi/2) = 1", "z'(0)", 'u2(c) = 2', 'integral(y*z) = integral(s)', "y'(0) = 1 + y(0.0)"]
periodic = ["u"]
`, nil)
	b := p.Boundary
	same(t, "conditions", text(b.Conditions.G...),
		"y(pi/6) - c; y'(end) + y(pi/2) - 1; y(0); u[2](c) - 2; integral_1(end) - integral_2(end); y'(0) - 1 - y(0); "+
			"u[1](start) - u[1](end); u[2](start) - u[2](end); integral_1(start); integral_2(start)")
	var last []string
	for _, v := range b.Variables[5:] {
		last = append(last, v.Symbol.Name()+"' = "+text(v.F))
	}
	same(t, "integrals", strings.Join(last, ", "), "integral_1' = y*z, integral_2' = s")
	if !p.Frozen("c") {
		t.Error("c is the place of a condition, expected it frozen")
	}
}

func TestAlgebraicLastAndJumpsInOrder(t *testing.T) {
	p := must(t, unitLayer+`
[states]
z = '0 = z^3 - x'
x = { equation = '-z', start = 1 }
[[jumps]]
at = 0.75
set = { x = 'x + z' }
[[jumps]]
at = '1/4'
set = { x = '2*x' }
`, nil)
	v := p.Boundary.Variables
	if v[0].Symbol.Name() != "x" || !v[1].Algebraic {
		t.Errorf("variables %v", v)
	}
	j := p.Boundary.Jumps
	same(t, "jumps", fmt.Sprint(j[0].T, j[0].Value, j[1].T, j[1].Value), "0.25 [2*x] 0.75 [x + z]")
}

func TestFunctionsAndNestedDefinitions(t *testing.T) {
	p := must(t, unitLayer+`
[definitions]
a = 'g(b, 2)'
'g(u, n)' = 'h(u)^n + k'
'h(u)' = 'u + t*x'
b = '3*k'
[constants]
k = 5
[states]
x = { equation = 'a + g(1, x)', start = 0 }
`, nil)
	same(t, "equation", text(p.Boundary.Variables[0].F), "(3*k + t*x)^2 + 2*k + (1 + t*x)^x")
	same(t, "definitions", fmt.Sprint(p.Definitions), "[{a (3*k + t*x)^2 + k} {b 3*k}]")
}

func TestSetConstants(t *testing.T) {
	const src = `
[layer]
start = 0
end = 'T'
[constants]
T = 2
eps = '1/9'
twice = '2*eps'
[parameters]
rate = 3
[states]
x = { equation = 'twice*x + rate', start = 1 }
`
	p, err := load("p.toml", []byte(src), nil, map[string]float64{"T": 4, "eps": 0.5, "rate": 7}, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range p.Boundary.Constants {
		got = append(got, fmt.Sprint(c.Symbol, "=", c.Value))
	}
	same(t, "constants", strings.Join(got, " "), "T=4 eps=0.5 rate=7")
	same(t, "equation", text(p.Boundary.Variables[0].F), "2*eps*x + rate")
	if p.Boundary.End != 4 || !p.Frozen("T") || p.Frozen("eps") {
		t.Errorf("end %g, frozen T %t, eps %t", p.Boundary.End, p.Frozen("T"), p.Frozen("eps"))
	}
	for name, want := range map[string]string{"epz": "did you mean 'eps'?", "x": "'x' is a state"} {
		if _, err := load("p.toml", []byte(src), nil, map[string]float64{name: 1}, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("setting %s: %v, want %q", name, err, want)
		}
	}
}

// A column may have the name of a state or constant: it is the column.
func TestColumnsHideConstants(t *testing.T) {
	p := must(t, unitLayer+`
[constants]
x0 = 3
s = 2
[states]
x = 'x'
[model]
Rf = inf
[[observations]]
data = { t = [0.5], x = [10], s = [20] }
observe = { x = 'x + s + x0' }
Rm = 1
`, nil)
	equal(t, "value", p.Action.Observations[0].Y, []float64{33})
}

func TestSignals(t *testing.T) {
	p := must(t, `
[layer]
start = 0
end = 4
[inputs]
cubic = { data = "s.csv", value = 'y' }
line = { data = "s.csv", value = 'z', interpolation = "linear" }
held = { data = "s.csv", value = 'z', interpolation = "previous" }
formula = 'sin(t)*line'
[states]
x = "cubic + line' + held + formula"
[model]
Rf = 1
[[observations]]
continuous = true
data = "s.csv"
observe = { 'x^2' = 'y + z' }
Rm = 3
[[observations]]
continuous = true
observe = { x = 'cos(t)' }
sd = 2
`, map[string]string{"s.csv": "t,y,z\n0,0,1\n1,1,3\n2,8,NA\n3,27,7\n4,64,5\n"})
	a := p.Action
	if len(a.Inputs) != 4 {
		t.Fatalf("%d inputs, want 4", len(a.Inputs))
	}
	value := func(in hamiltonian.Input, at float64) []float64 { v, d := in.Value(at); return []float64{v, d} }
	near := func(what string, got, want []float64) {
		t.Helper()
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	near("not-a-knot spline of t^3", value(a.Inputs[0], 2.5), []float64{15.625, 18.75})
	near("line, the missing value bridged", value(a.Inputs[1], 2), []float64{5, 2})
	near("line at a knot", value(a.Inputs[1], 3), []float64{7, -2})
	near("held", value(a.Inputs[2], 2.9), []float64{3, 0})
	near("held at a step", value(a.Inputs[2], 3), []float64{7, 0})
	equal(t, "breaks of the line", a.Inputs[1].Breaks, []float64{3})
	equal(t, "breaks of the steps", a.Inputs[2].Breaks, []float64{1, 3})
	same(t, "equation", text(a.States[0].F), "cubic + line' + held + sin(t)*line")
	same(t, "signals", fmt.Sprint(text(a.Signals[0].H...), text(a.Signals[0].Y...), a.Signals[0].Rm, text(a.Signals[1].Y...), a.Signals[1].Rm),
		"x^2data_x_2[3]cos(t)[0.25]")
	near("measured signal", value(a.Inputs[3], 3), []float64{34, value(a.Inputs[3], 3)[1]})
}

// Columns of errors count characters, also in files with other line ends and
// in strings with escapes.
func TestErrorColumns(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"title = \"Ω\"\r\n[layer]\r\nstart = 0\r\nend = 'ω + 1'\r\n[states]\r\nx = { equation = 'x', start = 1 }", "p.toml:4:8: unknown name ω"},
		{unitLayer + "[states]\nx = { equation = 'αβ', start = 'é' }", "p.toml:5:19: unknown name αβ\np.toml:5:33: unknown name é"},
		{unitLayer + "[states]\nx = { equation = '''x +\n  y''', start = 1 }", "p.toml:6:3: unknown name y"},
		{unitLayer + "[states]\nx = { equation = \"x +\\ty\", start = 1 }", "p.toml:5:18: unknown name y"},
		{unitLayer + "[states]\n\"x\" = { equation = \"\"\"\nx + y\"\"\", start = 1 }", "p.toml:6:5: unknown name y"},
	} {
		_, err := loadText(t, c.src, nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	p := must(t, unitLayer+`
[parameters]
a = { estimate = true, guess = 1 }
b = { estimate = true, guess = 1, prior = { mean = 0, sd = 1 } }
[states]
x = '-x'
y = 'x'
[model]
Rf = 1
[[observations]]
data = "twin_dt0p05.csv"
observe = { x = 'x', y = 'y' }
Rm = 1
`, map[string]string{"twin_dt0p05.csv": "t,x,y\n0,1,\n0.025,1,NA\n0.05,1,\n"})
	var got []string
	for _, w := range p.Warnings {
		got = append(got, w.Error())
	}
	want := "p.toml:6:1: nothing depends on the estimated parameter 'a', it cannot be found\n" +
		"p.toml:13:3: there is no value of 'y' inside the layer\n" +
		"p.toml:14:8: the name of the file tells the time step 0.05, its times the step 0.025, which is used"
	same(t, "warnings", strings.Join(got, "\n"), want)
}

func TestMechanics(t *testing.T) {
	p := must(t, `lagrangian = "sum(i = 1..2, m[i]*dot(q[i])^2/2) - k*(q[1] - q[2])^2/2 - V*q[1]"
`+unitLayer+`
[constants]
m = [1, 2]
k = 3
[inputs]
V = 'sin(t)'
[coordinates]
'q[i]' = { index = 'i = 1..2', start = 'i', guess = 'i*(1 - t)' }
[boundary]
conditions = ['q1(end) + q2(end) = 0']
[definitions]
q1 = 'q[1]'
q2 = 'q[2]'
`, nil)
	l := p.Lagrangian
	same(t, "Lagrangian", text(l.L), "m[1]*q'[1]^2/2 + m[2]*q'[2]^2/2 - k*(q[1] - q[2])^2/2 - sin(t)*q[1]")
	same(t, "coordinates", fmt.Sprint(l.Coordinates), "[{q[1] q'[1] 1 - t} {q[2] q'[2] 2*(1 - t)}]")
	same(t, "conditions", text(l.Given.G...), "q[1](start) - 1; q[2](start) - 2; q[1](end) + q[2](end)")
	var got []string
	for _, c := range l.Constants {
		got = append(got, fmt.Sprint(c.Symbol, "=", c.Value))
	}
	same(t, "constants", strings.Join(got, " "), "m[1]=1 m[2]=2 k=3")
}

func TestHamiltonian(t *testing.T) {
	p := must(t, `hamiltonian = 'sum(i = 1..2, p[i]*a[i]*x[i] + p[i]*u) - u^2/2 + p_y*c'
controls = ["u"]
`+unitLayer+`
[parameters]
'a[i]' = { value = '10*i', index = 'i = 1..2' }
c = { estimate = true, guess = 1 }
[states]
'x[i]' = { index = 'i = 1..2', start = 'i', costate = 'p[i]', costate_guess = 't/i' }
y = { start = 0, end = 1 }
[boundary]
conditions = ['p_y(0) = 0']
`, nil)
	h := p.Hamiltonian
	same(t, "Hamiltonian", text(h.H), "p[1]*a[1]*x[1] + p[1]*u + p[2]*a[2]*x[2] + p[2]*u - u^2/2 + p_y*c")
	var got []string
	for _, q := range h.Pairs {
		got = append(got, text(q.X, q.P))
	}
	same(t, "pairs", strings.Join(got, ", "), "x[1]; p[1], x[2]; p[2], y; p_y")
	same(t, "costate guess", text(h.Pairs[1].CostateGuess), "t/2")
	same(t, "conditions", text(h.Given.G...), "x[1](start) - 1; x[2](start) - 2; y(start); y(end) - 1; p_y(0)")
	equal(t, "constants", []float64{h.Constants[0].Value, h.Constants[1].Value}, []float64{10, 20})
}

// integral(..) in an action problem is a state whose equation holds exactly.
func TestIntegralInAction(t *testing.T) {
	p := must(t, unitLayer+`
[states]
x = { equation = '0', start = 0, end = 0, guess = 't*(1 - t)' }
[model]
Rf = 1
[boundary]
conditions = ['integral(x) = 1']
`, nil)
	s := p.Action.States
	if len(s) != 2 || !math.IsInf(s[1].Rf, 1) || text(s[1].F) != "x" {
		t.Errorf("states %v", s)
	}
	same(t, "conditions", text(p.Action.Given.G...), "x(start); x(end); integral_1(end) - 1; integral_1(start)")
}

// integral(..) in a Hamiltonian problem is a state that grows with the integrand;
// its costate is constant. A Lagrangian problem names the remedy.
func TestIntegralInHamiltonian(t *testing.T) {
	const file = `hamiltonian = 'p*(-x + u) - u^2/2'
controls = ["u"]
` + unitLayer + `
[states]
x = { start = 1, costate = "p" }
[boundary]
conditions = ['CONDITION']
`
	h := must(t, strings.Replace(file, "CONDITION", "integral(x*u) = 2", 1), nil).Hamiltonian
	if len(h.Pairs) != 2 {
		t.Fatalf("%d pairs", len(h.Pairs))
	}
	same(t, "H", text(h.H), "p*(-x + u) - u^2/2 + p_integral_1*x*u")
	same(t, "conditions", text(h.Given.G...), "x(start) - 1; integral_1(end) - 2; integral_1(start)")
}

func TestTooManyErrorsAreCounted(t *testing.T) {
	src := unitLayer + "[states]\nx = { equation = 'x', start = 1 }\n[constants]\n"
	for i := range 80 {
		src += fmt.Sprintf("c%d = 'u%d'\n", i, i)
	}
	_, err := loadText(t, src, nil)
	if err == nil || !strings.HasSuffix(err.Error(), "p.toml: 30 more errors") {
		t.Errorf("%v", err)
	}
}

// Short texts that stand for very much are refused.
func TestLargeProblems(t *testing.T) {
	doubling := "[definitions]\nd0 = 'x'\n"
	for i := range 60 {
		doubling += fmt.Sprintf("d%d = 'd%d*(1 + t*d%d)'\n", i+1, i, i)
	}
	for name, c := range map[string]struct{ src, want string }{
		"coupled":  {"[definitions]\nS = 'sum(j = 1..9999, x[j])'\n[states]\n'x[i]' = { equation = 'i*S^2', index = 'i = 1..9999' }\n", "the formulas of the file are too large"},
		"doubling": {doubling + "[states]\nx = 'd60'\n", "the definition is too large"},
		"ring":     {"[definitions]\n'w[i]' = { formula = 'w[i+1]', index = 'i = 1..9999, cyclic' }\n[states]\nx = 'w[1]'\n", "w[1] -> w[2] -> w[3] -> w[4] -> .. -> w[9997] -> w[9998] -> w[9999] -> w[1]"},
		"family":   {"[states]\n'x[i]' = { equation = \"x''[i] = x[i+1]\", guess = 't', index = 'i = 1..9999, cyclic' }\n", "0 conditions given, expected 19998"},
		"nested":   {"[states]\nx = { equation = '" + strings.Repeat("(", 100_000) + "', start = 1 }", "nested"},
		"toml":     {"a = " + strings.Repeat("[", 100_000), "nested"},
	} {
		_, err := loadText(t, unitLayer+c.src, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.300v, want %q", name, err, c.want)
		}
	}
}
