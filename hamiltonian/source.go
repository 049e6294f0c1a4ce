package hamiltonian

import (
	"fmt"
	"go/format"
	"strings"

	"costate/internal/expr"
)

// GoSource prints the boundary value problem as a Go file of package pkg: its
// right-hand side, Jacobian, jumps and conditions. The file needs nothing but
// the standard library.
func (e *Equations) GoSource(pkg string) (string, error) {
	w := &sourceWriter{e: e}
	w.names = map[string]string{e.Layer.Name(): "t"}
	for i, c := range e.Components {
		w.names[c.Name()] = fmt.Sprintf("y[%d]", i)
	}
	for i, p := range e.unknowns() {
		w.names[p.Name()] = fmt.Sprintf("p[%d]", i)
	}
	for i, in := range e.Inputs {
		w.names[in.Symbol.Name()] = fmt.Sprintf("in[%d]", i)
	}
	w.printf("// Package %s holds a boundary value problem derived by costate.\n", pkg)
	w.printf("//\n// Components y: %s.\n", names(e.Components))
	if len(e.Unknowns) > 0 {
		w.printf("// Parameters p: %s.\n", names(e.unknowns()))
	}
	if len(e.Inputs) > 0 {
		var in []*expr.Expr
		for _, s := range e.Inputs {
			in = append(in, s.Symbol)
		}
		w.printf("// Signals in: %s.\n", names(in))
	}
	if e.Algebraic > 0 {
		w.printf("// The last %d components are algebraic: their entries of Func are residuals.\n", e.Algebraic)
	}
	w.printf("package %s\n\nimport \"math\"\n\n", pkg)
	w.printf("// The interval, in the solver's variable.\nconst (\n\tStart = %s\n\tEnd = %s\n\tDim = %d\n\tParams = %d\n)\n\n",
		number(e.Start), number(e.End), len(e.Components), len(e.Unknowns))

	args := "t float64, y, p []float64"
	if len(e.Inputs) > 0 {
		args = "t float64, y, p, in []float64"
	}
	right := e.system()
	w.printf("// Func stores y' = f(t, y, p) into dst (Dim).\nfunc Func(dst []float64, %s) {\n", args)
	w.block("dst", right, nil)
	w.printf("}\n\n")

	var dy, dp []*expr.Expr
	for _, r := range right {
		dy = append(dy, e.Graph.Gradient(r, e.Components)...)
		dp = append(dp, e.Graph.Gradient(r, e.unknowns())...)
	}
	w.printf("// Jac stores df/dy (Dim×Dim) and df/dp (Dim×Params), row-major.\nfunc Jac(dfdy, dfdp []float64, %s) {\n", args)
	w.printf("clear(dfdy)\nclear(dfdp)\n")
	w.printf("{\n")
	w.block("dfdy", dy, isZero)
	w.printf("}\n{\n")
	w.block("dfdp", dp, isZero)
	w.printf("}\n")
	w.printf("}\n\n")

	for i, k := range e.Kicks {
		for j, d := range k.Data {
			w.names[d.Name()] = fmt.Sprintf("data[%d]", j)
		}
		w.printf("// Jump%d adds the jumps of the components to y (Dim) at one of Jump%dTimes;\n// data is the row of Jump%dData.\n", i+1, i+1, i+1)
		w.printf("func Jump%d(dst []float64, %s, data []float64) {\ncopy(dst, y)\n", i+1, args)
		for j, inc := range e.numbers(k.Increment) {
			w.printf("dst[%d] += %s\n", e.Index(k.Symbols[j]), w.expr(inc))
		}
		w.printf("}\n\nvar Jump%dTimes = []float64{%s}\n\n", i+1, numbers(k.Times))
		w.printf("var Jump%dData = [][]float64{\n", i+1)
		for n := range k.Times {
			w.printf("{%s},\n", numbers(k.Rows[n*len(k.Data):(n+1)*len(k.Data)]))
		}
		w.printf("}\n\n")
	}
	w.conditions()
	w.printf("%s", expr.GoHelpers(w.used...))
	out, err := format.Source([]byte(w.b.String()))
	if err != nil {
		return "", fmt.Errorf("hamiltonian: generated source: %w", err)
	}
	return string(out), nil
}

type sourceWriter struct {
	e     *Equations
	b     strings.Builder
	names map[string]string
	used  []*expr.Expr // all formulas, for the functions that they need
}

func (w *sourceWriter) printf(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *sourceWriter) expr(x *expr.Expr) string {
	w.used = append(w.used, x)
	return expr.GoSource(x, w.name)
}

// block prints assignments, parts that occur several times in variables first,
// leaving out the entries for which skip holds.
func (w *sourceWriter) block(dst string, es []*expr.Expr, skip func(*expr.Expr) bool) {
	var at []int
	var keep []*expr.Expr
	for i, x := range es {
		if skip == nil || !skip(x) {
			at, keep = append(at, i), append(keep, x)
		}
	}
	w.used = append(w.used, keep...)
	stmts, right := expr.GoBlock(keep, w.name, func(i int) string { return fmt.Sprintf("v%d", i) })
	for _, s := range stmts {
		w.printf("%s\n", s)
	}
	for k, i := range at {
		w.printf("%s[%d] = %s\n", dst, i, right[k])
	}
}

func (w *sourceWriter) name(name string) string {
	if s, ok := w.names[name]; ok {
		return s
	}
	return name
}

func (w *sourceWriter) conditions() {
	e := w.e
	compiled, err := e.boundary()
	if err != nil {
		w.printf("// The conditions do not make a complete problem: %v\n", err)
		return
	}
	c := compiled.common
	w.printf("// Points are the places that the conditions look at.\nvar Points = []float64{%s}\n\n", numbers(c.Points))
	for _, v := range e.Conditions.Values {
		k := 0
		for c.Points[k] != v.Point {
			k++
		}
		w.names[v.Symbol.Name()] = fmt.Sprintf("y[%d][%d]", k, e.Index(v.Variable))
	}
	w.printf("// Conditions stores the residuals of the %d conditions into dst; y[k] is y(Points[k]).\n", c.Count)
	w.printf("func Conditions(dst []float64, y [][]float64, p []float64) {\n")
	w.block("dst", e.numbers(e.Conditions.G), nil)
	w.printf("}\n\n// Keep math imported where no formula needs it.\nvar _ = math.Pi\n")
}

func number(v float64) string { return fmt.Sprintf("%#v", v) }

func numbers(v []float64) string {
	s := make([]string, len(v))
	for i, x := range v {
		s[i] = number(x)
	}
	return strings.Join(s, ", ")
}
