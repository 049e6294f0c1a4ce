package expr

import (
	"errors"
	"testing"
	"unicode/utf8"
)

func seeds(f *testing.F) {
	for _, src := range allSources {
		f.Add(src)
	}
	for _, src := range []string{
		"x[i-1]*(x[i+1] - x[i-2]) - x[i] + 8", "sum(j = 1..3, j*x[j]^2)", "prod(j = 0..2, w[j])", "2a", "sin(a", "a^-b^c",
		"if(a < b and not b > 1, a, b)", "q'*q''", "1..2", "θ + ξ", "0^a", "(0*a + 1)/a - a/a", "-(-a)^3", "--a", "1e308*10*a",
	} {
		f.Add(src)
	}
}

// FuzzParse: no input panics; what parses prints to what parses to the same
// formula; what does not says where.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		g, s := testScope("a", "b", "q'", "q''", "θ")
		e, err := g.Parse(src, s)
		if err != nil {
			var perr *Error
			if !errors.As(err, &perr) {
				t.Fatalf("error of type %T", err)
			}
			if perr.Offset < 0 || perr.Offset > len(src) || perr.Column != utf8.RuneCountInString(src[:perr.Offset])+1 {
				t.Fatalf("%q: error at offset %d, column %d", src, perr.Offset, perr.Column)
			}
			return
		}
		if e.size > 20_000 {
			return
		}
		again, err := g.Parse(Text(e), s)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", src, e, err)
		}
		if again != e {
			t.Fatalf("%q prints as %q, which is %q", src, e, again)
		}
		_, _, _ = LaTeX(e, nil), MathML(e, nil), GoSource(e, nil)
	})
}

// FuzzDiff: derivatives of what parses exist, print to what parses again, and
// compile; the tape of a batch gives the bits of single evaluations.
func FuzzDiff(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 200 {
			return
		}
		g, s := testScope("a", "b")
		e, err := g.Parse(src, s)
		if err != nil || e.size > 2000 {
			return
		}
		a := g.Var("a")
		d := g.Diff(e, a)
		dd := g.Diff(d, a)
		if !e.DependsOn(a) && d != g.zero {
			t.Fatalf("%q does not depend on a and has the derivative %s", e, d)
		}
		vars := FreeVars(e)
		for _, x := range []*Expr{d, dd} {
			if x.size < 20_000 && !hasNonfinite(x) {
				if again, err := g.Parse(Text(x), s); err != nil || again != x {
					t.Fatalf("derivative %s of %q parses as %v, %v", x, src, again, err)
				}
			}
		}
		tape, err := Compile(vars, []*Expr{e, d, dd})
		if err != nil {
			t.Fatal(err)
		}
		const m = 3
		in, out := fill(len(vars)*m), make([]float64, 3*m)
		tape.Batch(out, in, m)
		one, point := make([]float64, 3), make([]float64, len(vars))
		for j := range m {
			for i := range point {
				point[i] = in[i*m+j]
			}
			tape.Eval(one, point)
			for i, x := range one {
				if y := out[i*m+j]; x != y && (x == x || y == y) {
					t.Fatalf("%q, derivative %d: Eval %v, Batch %v", src, i, x, y)
				}
			}
		}
	})
}
