package expr

import (
	"math"
	"testing"
)

func TestTapeValues(t *testing.T) {
	tests := []struct {
		src  string
		want func(a, b float64) float64
	}{
		{"a + b", func(a, b float64) float64 { return a + b }},
		{"-a - b", func(a, b float64) float64 { return -a - b }},
		{"-a + b", func(a, b float64) float64 { return b - a }},
		{"1 - a", func(a, b float64) float64 { return 1 - a }},
		{"-a + 1", func(a, b float64) float64 { return 1 - a }},
		{"a*b + 2", func(a, b float64) float64 { return a*b + 2 }},
		{"a - 2*b", func(a, b float64) float64 { return a - 2*b }},
		{"a*b - b^2", func(a, b float64) float64 { return a*b - b*b }},
		{"a - b*sin(a)", func(a, b float64) float64 { return a - b*math.Sin(a) }},
		{"2/(a*b^2)", func(a, b float64) float64 { return 2 / (a * (b * b)) }},
		{"a/(3*b)", func(a, b float64) float64 { return 1. / 3 * (a / b) }},
		{"1/a", func(a, b float64) float64 { return 1 / a }},
		{"a^5", func(a, b float64) float64 { return (a * ((a * a) * (a * a))) }},
		{"a^0.5 + a^1.5 + a^-2.5", func(a, b float64) float64 {
			s := math.Sqrt(a)
			return s + a*s + 1/((a*a)*s)
		}},
		{"a^b", math.Pow},
		{"sin(a)*cos(a)", func(a, b float64) float64 { return math.Sin(a) * math.Cos(a) }},
		{"if(a < b, a, b^2)", func(a, b float64) float64 {
			if a < b {
				return a
			}
			return b * b
		}},
		{"if(not (a > 1 and b >= 1) or a == 0.5, 1, 2)", func(a, b float64) float64 {
			if !(a > 1 && b >= 1) || a == 0.5 {
				return 1
			}
			return 2
		}},
		{"min(a, b, 1) + max(a, b)", func(a, b float64) float64 { return min(a, b, 1) + max(a, b) }},
		{"sigmoid(1000*a) + softplus(-1000*b)", func(a, b float64) float64 { return sigmoid(1000*a) + softplus(-1000*b) }},
		{"a", func(a, b float64) float64 { return a }},
		{"7", func(a, b float64) float64 { return 7 }},
		{"2*pi", func(a, b float64) float64 { return 2 * math.Pi }},
	}
	g, s := testScope("a", "b")
	in := []*Expr{g.Var("a"), g.Var("b")}
	for _, tt := range tests {
		e := mustParse(t, g, s, tt.src)
		// The formula twice: the second output is a copy.
		tape, err := Compile(in, []*Expr{e, e})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range [][]float64{{0.3, 1.7}, {2.5, 0.25}, {0.5, 0.5}} {
			var out [2]float64
			tape.Eval(out[:], x)
			if want := tt.want(x[0], x[1]); math.Abs(out[0]-want) > 1e-15*math.Abs(want) || out[1] != out[0] {
				t.Errorf("%s at %v: got %v, want %v", tt.src, x, out, want)
			}
		}
	}
}

func TestCompileErrors(t *testing.T) {
	g, s := testScope("a", "b")
	e := mustParse(t, g, s, "a + b")
	if _, err := Compile([]*Expr{g.Var("a")}, []*Expr{e}); err == nil || err.Error() != "expr: the variable b is no input of the tape" {
		t.Error(err)
	}
	if _, err := Compile([]*Expr{e}, nil); err == nil {
		t.Error("a sum was accepted as an input")
	}
	if _, err := Compile([]*Expr{g.Var("a"), g.Var("a")}, nil); err == nil {
		t.Error("an input was accepted twice")
	}
}
