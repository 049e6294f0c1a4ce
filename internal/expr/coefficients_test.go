package expr

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCoefficients(t *testing.T) {
	g, s := testScope("a", "y", "z")
	tests := []struct{ src, want, coefficients string }{
		{"a*y", "c1*y", "a*"},
		{"2*a*y/(1 + a) + exp(-1/a)", "c1*y + c2", "2*a/(1 + a)* exp(-1/a)"},
		{"(1 - a)*y + a*z", "c1*y + c2*z", "1 - a* a*"},
		{"y + 1 - a", "y + c1", "1 - a"},
		{"log(y + a)*a", "log(y + c1)*c1", "a*"}, // a factor once is a factor
		{"y^a", "y^c1", "a*"},
		{"if(a > 0.5, y, z)", "if(c1 > 0.5, y, z)", "a*"},
		{"if(a > 0.5, 1, 2)*y", "c1*y", "if(a > 0.5, 1, 2)*"},
		{"sin(y) + z", "sin(y) + z", ""},
		{"3", "3", ""},
		{"a", "c1", "a"},
	}
	for _, tt := range tests {
		out, used, list := g.Coefficients([]*Expr{mustParse(t, g, s, tt.src)}, g.Var("a"), nil)
		got := strings.ReplaceAll(Text(out[0]), "coefficient ", "c")
		var parts []string
		for _, k := range used {
			part := Text(list[k].Value)
			if list[k].Factor {
				part += "*"
			}
			parts = append(parts, part)
		}
		if all := strings.Join(parts, " "); got != tt.want || all != tt.coefficients {
			t.Errorf("%s: got %s with %s, want %s with %s", tt.src, got, all, tt.want, tt.coefficients)
		}
	}
}

// TestCoefficientsShared takes formulas in turn: those known before keep their
// numbers, and only those that occur are used.
func TestCoefficientsShared(t *testing.T) {
	g, s := testScope("a", "y")
	_, used, list := g.Coefficients([]*Expr{mustParse(t, g, s, "a*y + exp(a)")}, g.Var("a"), nil)
	_, more, list := g.Coefficients([]*Expr{mustParse(t, g, s, "exp(a)*y + sin(a)")}, g.Var("a"), list)
	if fmt.Sprint(used, more) != "[0 1] [1 2]" || len(list) != 3 {
		t.Errorf("used %v, then %v of %d", used, more, len(list))
	}
}

// TestCoefficientsValue puts the coefficients back: the value stays the same, and
// nothing but coefficients depends on the variable.
func TestCoefficientsValue(t *testing.T) {
	checked, taken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g := NewGraph()
		a, y := g.Var("a"), g.Var("y")
		e := draw(t, g, []*Expr{a, y}, 4)
		out, used, list := g.Coefficients([]*Expr{e, g.Diff(e, y)}, a, nil)
		taken += len(used)
		at := map[*Expr]float64{a: rapid.Float64Range(-1.5, 1.5).Draw(t, "a"), y: rapid.Float64Range(-1.5, 1.5).Draw(t, "y")}
		inner := map[*Expr]float64{y: at[y]}
		for _, k := range used {
			if list[k].Value.DependsOn(y) {
				t.Fatalf("coefficient %s of %s", list[k].Value, e)
			}
			inner[list[k].Symbol] = Eval(list[k].Value, at)
		}
		for i, x := range []*Expr{e, g.Diff(e, y)} {
			if out[i].DependsOn(a) {
				t.Fatalf("%s of %s depends on a", out[i], x)
			}
			got, want := Eval(out[i], inner), Eval(x, at)
			if !(abs(want) <= 1e5) {
				continue
			}
			checked++
			if !(abs(got-want) <= 1e-8*(1+abs(want))) {
				t.Fatalf("%s as %s at %v: got %v, want %v", x, out[i], at, got, want)
			}
		}
	})
	if checked == 0 || taken == 0 {
		t.Errorf("%d values checked, %d coefficients taken", checked, taken)
	}
}
