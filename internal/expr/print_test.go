package expr

import (
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/importer"
	goparser "go/parser"
	gotoken "go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLaTeX(t *testing.T) {
	tests := []struct{ src, want string }{
		{"alpha - beta*exp(v)", `\alpha - \beta \, \mathrm{e}^{v}`},
		{"-gamma + delta*u", `-\gamma + \delta \, u`},
		{"(a - b)^2/2", `\frac{\left(a - b\right)^{2}}{2}`},
		{"8*a/3", `\frac{8 \, a}{3}`},
		{"-a/(b*c)", `-\frac{a}{b \, c}`},
		{"(a + b)/c", `\frac{a + b}{c}`},
		{"sqrt(a)*abs(b)", `\sqrt{a} \, \left|b\right|`},
		{"a^0.5", `\sqrt{a}`},
		{"a^(2/3)", `a^{2/3}`},
		{"1/a^2", `\frac{1}{a^{2}}`},
		{"sin(a)^2 + log(b)", `\sin^{2}\left(a\right) + \ln\left(b\right)`},
		{"exp(a)^2", `\left(\mathrm{e}^{a}\right)^{2}`},
		{"x[3]*x[i]", `x_{3} \, x_{2}`},
		{"q'^2 + q''", `\dot{q}^{2} + \ddot{q}`},
		{"2*3^a", `2 \cdot 3^{a}`},
		{"1e-7*a", `10^{-7} \, a`},
		{"1.5e-7*a", `1.5 \cdot 10^{-7} \, a`},
		{"if(a <= b, a, b)*c", `\left(\begin{cases} a & \text{if } a \le b \\ b & \text{otherwise} \end{cases}\right) \, c`},
		{"if(not a != b and b > 1, 1, 2)", `\begin{cases} 1 & \text{if } \lnot \left(a \ne b\right) \land b > 1 \\ 2 & \text{otherwise} \end{cases}`},
		{"sigmoid(a)*max(a, b)", `\operatorname{sigmoid}\left(a\right) \, \max\left(a, b\right)`},
		{"rate_alpha*u1", `\mathrm{rate}_{\alpha} \, u_{1}`},
		{"2*pi*θ", `2 \, \pi \, \theta`},
		{"(a^b)^c", `\left(a^{b}\right)^{c}`},
		{"(-2)^a", `\left(-2\right)^{a}`},
		{"(2/3)^a", `\left(\frac{2}{3}\right)^{a}`},
	}
	g, s := testScope("a", "b", "c", "u", "v", "alpha", "beta", "gamma", "delta", "q'", "q''", "θ", "rate_alpha", "u1")
	for _, tt := range tests {
		if got := LaTeX(mustParse(t, g, s, tt.src), nil); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
	for name, want := range map[string]string{
		"y(0)": `y\left(0\right)`, "x[3]'": `\dot{x}_{3}`, "p_x": `p_{x}`, "a_b_c": `a_{b,c}`, "Omega": `\Omega`,
		"q'''''": `q^{(5)}`, "x_1[2,3]": `x_{1,2,3}`,
	} {
		if got := LaTeXName(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestMathML(t *testing.T) {
	g, s := testScope("a", "b", "alpha", "q'")
	e := mustParse(t, g, s, "-alpha*q'^2/2 + x[3]")
	want := "<mrow><mo>−</mo><mfrac><mrow><mi>α</mi><mo>\u2062</mo><msup>" +
		`<msup><mi>q</mi><mo mathsize="130%">′</mo></msup><mn>2</mn></msup></mrow><mn>2</mn></mfrac>` +
		"<mo>+</mo><msub><mi>x</mi><mrow><mn>3</mn></mrow></msub></mrow>"
	if got := MathML(e, nil); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, src := range allSources {
		dec := xml.NewDecoder(strings.NewReader(MathML(mustParse(t, g, s, src), nil)))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%s: %v", src, err)
				break
			}
		}
	}
}

// allSources have every operation and function in the variables a and b.
var allSources = []string{
	"1", "8/3", "-2", "1e-7", "2*pi", "sqrt(2*pi)/3", "a", "-a", "a + b", "-a - b", "a - 2*b/3", "1/2 - a",
	"a/(2*b)", "1/(3*a)", "2/a^2", "a^2", "a^4*b^-3", "(a + b)^3", "a^9", "a^0.5", "a^1.5", "a^(1/3)", "a^b", "2^a", "a^-b",
	"(a*b)^2", "if(a < b, a, 1)", "if(not (a <= 1 and b >= 2) or a == b, a*b, 2)", "if(a != b, 1, 2)", "if(a > b, -b, 3)/a",
	"sin(a)*cos(a)", "tan(a)", "asin(a/4)", "acos(a/4)", "atan(a)", "atan2(a, b)", "sinh(a)", "cosh(b)", "tanh(a)",
	"exp(-a^2/2)", "log(a)", "log10(b)", "sqrt(a)", "abs(a - b)", "sign(a - b)", "min(a, b, 1)", "max(a, 2, b)",
	"erf(a)", "erfc(a)", "erfi(a)", "dawson(a)", "airyai(a) + airybi(b)", "airyai(-a*b)*airyaiprime(b) - airybiprime(a)", "sigmoid(a)", "sigmoid(-3*b)", "softplus(a)", "relu(a - b)", "heaviside(b - a)",
	"heaviside(0*a)", "1e200*(1e200*a)*1e-300", "max(1, pi)*a", "(sin(a) + b)^2/(sin(a) + b + 1)", "3*(a*b) - sin(a*b)/(a*b)",
}

// TestGoSource type-checks the source of every operation, both as expressions
// and as blocks, and runs it.
func TestGoSource(t *testing.T) {
	g, s := testScope("a", "b")
	es := make([]*Expr, len(allSources))
	var src strings.Builder
	src.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n)\n\nvar _ = math.Pi\n\n")
	for i, text := range allSources {
		es[i] = mustParse(t, g, s, text)
		fmt.Fprintf(&src, "func f%d(a, b float64) float64 {\n\treturn %s\n}\n\n", i, GoSource(es[i], nil))
	}
	stmts, exprs := GoBlock(es, nil, func(i int) string { return fmt.Sprintf("t%d", i) })
	fmt.Fprintf(&src, "func block(a, b float64) []float64 {\n%s\nreturn []float64{\n%s,\n}\n}\n\n", strings.Join(stmts, "\n"), strings.Join(exprs, ",\n"))
	src.WriteString(GoHelpers(es...))
	src.WriteString("\nfunc main() {\n\ta, b := 0.7, 1.3\n\ty := block(a, b)\n")
	for i := range es {
		fmt.Fprintf(&src, "\tfmt.Println(%d, f%d(a, b), y[%d])\n", i, i, i)
	}
	src.WriteString("}\n")

	fset := gotoken.NewFileSet()
	file, err := goparser.ParseFile(fset, "f.go", src.String(), 0)
	if err != nil {
		t.Fatalf("%v\n%s", err, src.String())
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("main", fset, []*ast.File{file}, nil); err != nil {
		t.Fatalf("%v\n%s", err, src.String())
	}
	if testing.Short() {
		t.Skip("the source type-checks; not run in short mode")
	}
	name := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(name, []byte(src.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, src.String())
	}
	vars := map[*Expr]float64{g.Var("a"): 0.7, g.Var("b"): 1.3}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(es) {
		t.Fatalf("%d lines of output for %d formulas", len(lines), len(es))
	}
	for _, line := range lines {
		var i int
		var x, y float64
		if _, err := fmt.Sscan(line, &i, &x, &y); err != nil {
			t.Fatal(line, err)
		}
		want := Eval(es[i], vars)
		for _, v := range [...]float64{x, y} {
			if d := abs(v - want); !(d <= 4e-16*max(abs(want), 1)) {
				t.Errorf("%s: got %v, want %v", allSources[i], v, want)
			}
		}
	}
}

// TestGoBlockRandom type-checks blocks of random formulas and derivatives; a
// variable that is not used is an error in Go.
func TestGoBlockRandom(t *testing.T) {
	fset := gotoken.NewFileSet()
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		vars := []*Expr{g.Var("x"), g.Var("y")}
		e := draw(t, g, vars, 5)
		e = g.If(g.Compare("<", e, vars[0]), e, draw(t, g, vars, 3))
		es := []*Expr{e, g.Diff(e, vars[0]), g.Diff(g.Diff(e, vars[0]), vars[1])}
		stmts, exprs := GoBlock(es, nil, func(i int) string { return fmt.Sprintf("t%d", i) })
		src := fmt.Sprintf("package p\n\nimport \"math\"\n\nvar _ = math.Pi\n\nfunc f(x, y float64) (a, b, c float64) {\n%s\nreturn %s\n}\n%s",
			strings.Join(stmts, "\n"), strings.Join(exprs, ", "), GoHelpers(es...))
		file, err := goparser.ParseFile(fset, "f.go", src, 0)
		if err == nil {
			_, err = conf.Check("p", fset, []*ast.File{file}, nil)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
	})
}

func TestGoName(t *testing.T) {
	for name, want := range map[string]string{
		"x": "x", "x[3]": "x_3", "q'": "qDot", "q''": "qDDot", "y(0)": "y_0", "y(-1.5)": "y_m1_5",
		"func": "func_", "math": "math_", "θ": "θ",
	} {
		if got := GoName(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
