package problemfile

import (
	"io/fs"
	"math"
	"strings"
	"testing"

	"costate/internal/expr"
	"costate/testdata"
)

// every calls f for every built-in problem file.
func every(t testing.TB, f func(name string)) {
	t.Helper()
	n := 0
	err := fs.WalkDir(testdata.Problems(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".toml") {
			n++
			f(name)
		}
		return err
	})
	if err != nil || n < 40 {
		t.Fatalf("%d problem files, error %v", n, err)
	}
}

func TestEveryExampleLoads(t *testing.T) {
	every(t, func(name string) {
		p, err := LoadFS(testdata.Problems(), name)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		if p.Title == "" || len(p.Warnings) > 0 {
			t.Errorf("%s: title %q, warnings %v", name, p.Title, p.Warnings)
		}
	})
}

// The formulas of the exact solutions satisfy the equations of the files, and
// the reference values agree with them and with the conditions.
func TestReferencesFitTheFiles(t *testing.T) {
	exact := 0
	for id, ref := range testdata.References() {
		for _, c := range ref.Cases {
			ld := Loader{FS: testdata.Problems(), Set: c.Set}
			p, err := ld.Load("bvp/" + id + ".toml")
			if err != nil {
				t.Errorf("%s %v: %v", id, c.Set, err)
				continue
			}
			for i, x := range c.X {
				if len(c.Y[i]) != len(p.Boundary.Variables) {
					t.Errorf("%s: %d values at %g, %d variables", id, len(c.Y[i]), x, len(p.Boundary.Variables))
				}
			}
			checkConditions(t, id, p, c)
			if len(ref.Exact) > 0 && checkExact(t, id, p, ref.Exact, c) {
				exact++
			}
		}
	}
	if exact < 80 {
		t.Errorf("%d cases checked against exact solutions, want at least 80", exact)
	}
}

// checkExact puts the exact solution into the equations and compares it with
// the reference values; false: the solution is known in part only.
func checkExact(t *testing.T, id string, p *Problem, formulas []string, c testdata.Case) bool {
	b := p.Boundary
	g := b.Graph
	scope := &expr.Scope{Names: map[string]*expr.Expr{b.Layer.Name(): b.Layer}}
	at := map[*expr.Expr]*expr.Expr{}
	for _, k := range b.Constants {
		scope.Names[k.Symbol.Name()] = k.Symbol
		at[k.Symbol] = g.Num(k.Value)
	}
	for _, q := range b.Params {
		at[q.Symbol] = g.Num(c.Unknown[q.Symbol.Name()])
	}
	var y []*expr.Expr
	for _, s := range formulas {
		e, err := g.Parse(s, scope)
		if err != nil {
			t.Fatalf("%s: %q: %v", id, s, err)
		}
		y = append(y, g.Subst(e, at))
	}
	if len(y) == 1 && len(b.Variables) == 2 && b.Variables[0].F == b.Variables[1].Symbol {
		y = append(y, g.Diff(y[0], b.Layer))
	}
	if len(y) != len(b.Variables) {
		return false
	}
	for i, v := range b.Variables {
		at[v.Symbol] = y[i]
	}
	for i, v := range b.Variables {
		slope := g.Diff(y[i], b.Layer)
		if v.Algebraic {
			slope = g.Num(0)
		}
		residual := g.Subst(g.Sub(slope, v.F), at)
		slope = g.Subst(slope, at)
		for k := 1; k < 8; k++ { // not at kinks and singular points
			x := map[*expr.Expr]float64{b.Layer: b.Start + (b.End-b.Start)*(float64(k)+0.123)/8.5}
			size := math.Max(1, math.Abs(expr.Eval(slope, x)))
			if r := expr.Eval(residual, x); !(math.Abs(r) < 1e-7*size) {
				t.Errorf("%s %v: equation of %v off by %g of %g at %v", id, c.Set, v.Symbol, r, size, x)
			}
		}
	}
	for k, x := range c.X {
		for i, e := range y {
			got := expr.Eval(g.Subst(e, at), map[*expr.Expr]float64{b.Layer: x})
			size := 1.0
			for _, row := range c.Y {
				size = math.Max(size, math.Abs(row[i]))
			}
			if want := c.Y[k][i]; !(math.Abs(got-want) < 1e-8*size) {
				t.Errorf("%s %v: y%d(%g) is %g, the reference says %g", id, c.Set, i+1, x, got, want)
			}
		}
	}
	return true
}

// checkConditions evaluates the conditions at the reference values.
func checkConditions(t *testing.T, id string, p *Problem, c testdata.Case) {
	b := p.Boundary
	vars := map[*expr.Expr]float64{}
	for _, k := range b.Constants {
		vars[k.Symbol] = k.Value
	}
	for _, q := range b.Params {
		vars[q.Symbol] = c.Unknown[q.Symbol.Name()]
	}
	known := true
	for _, v := range b.Conditions.Values {
		found := false
		for i, x := range c.X {
			if x == v.Point {
				for k, w := range b.Variables {
					if w.Symbol == v.Variable {
						vars[v.Symbol], found = c.Y[i][k], true
					}
				}
			}
		}
		known = known && found
	}
	if !known {
		return // conditions at points without reference values
	}
	for _, g := range b.Conditions.G {
		if r := expr.Eval(g, vars); !(r < 1e-6 && r > -1e-6) {
			t.Errorf("%s %v: condition %v is %g at the reference values", id, c.Set, g, r)
		}
	}
}
