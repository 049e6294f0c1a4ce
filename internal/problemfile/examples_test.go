package problemfile

import (
	"io/fs"
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

// The formulas of the exact solutions must satisfy the equations and the
// conditions of the files, and the reference values those formulas.
func TestReferencesFitTheFiles(t *testing.T) {
	for id, ref := range testdata.References() {
		for _, c := range ref.Cases {
			ld := Loader{FS: testdata.Problems(), Set: c.Set}
			p, err := ld.Load("bvp/" + id + ".toml")
			if err != nil {
				t.Errorf("%s %v: %v", id, c.Set, err)
				continue
			}
			b := p.Boundary
			for i, x := range c.X {
				if len(c.Y[i]) != len(b.Variables) {
					t.Errorf("%s: %d values at %g, %d variables", id, len(c.Y[i]), x, len(b.Variables))
				}
			}
			checkConditions(t, id, p, c)
		}
	}
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
