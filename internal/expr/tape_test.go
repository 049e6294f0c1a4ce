package expr

import (
	"math"
	"slices"
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

// TestOpcodes runs every operation of the tape, in a batch and point by point,
// against the tree.
func TestOpcodes(t *testing.T) {
	g, s := testScope("a", "b")
	sources := append([]string{
		"a*b + sin(a)", "a*b - sin(a)", "sin(a) - a*b", "2*a + b", "a*b + 2", "2 - a*b", "2*a + 1", "1 - 2*a", "2*a*b", "a*b*sin(a)",
		"a + b + sin(a)", "(a + b)*sin(a)", "(a - b)*sin(a)", "a/(b + 1)", "1 - a/b", "a - b + sin(a)", "1 - a", "a + 1", "2/a", "-sin(a)", "a - b", "a*b", "a/b",
		"sin(a) + sin(b)*cos(b)", "cos(a)", "2*sin(a)", "b - 2*a",
	}, allSources...)
	seen := make(map[opcode]bool)
	const m = chunk + 3
	in, x := fill(2*m), make([]float64, 2)
	for _, src := range sources {
		e := mustParse(t, g, s, src)
		tape, err := Compile([]*Expr{g.Var("a"), g.Var("b")}, []*Expr{e, e})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range tape.code {
			seen[c.op] = true
		}
		out, one := make([]float64, 2*m), make([]float64, 2)
		tape.Batch(out, in, m)
		for j := range m {
			x[0], x[1] = in[j], in[m+j]
			tape.Eval(one, x)
			want := Eval(e, map[*Expr]float64{g.Var("a"): x[0], g.Var("b"): x[1]})
			if one[0] != out[j] || one[1] != out[m+j] || !(math.Abs(one[0]-want) <= 4e-15*max(1, math.Abs(want))) {
				t.Fatalf("%s at %v: tree %v, tape %v, batch %v", src, x, want, one, out[j])
			}
		}
	}
	for op := opCopy; op <= opSelect; op++ {
		if !seen[op] && op != opCosOf {
			t.Errorf("operation %d of the tape is not tested", op)
		}
	}
}

// TestTapeCounters holds the number of operations and registers, so that a
// tape that loses sharing is noticed though its values are right.
func TestTapeCounters(t *testing.T) {
	for _, tt := range []struct {
		inputs, sources []string
		ops, registers  int
	}{
		{[]string{"a"}, []string{"a"}, 1, 0},
		{[]string{"a"}, []string{"a^8"}, 3, 1},
		{[]string{"a", "b"}, []string{"sin(a*b)*cos(a*b)", "cos(a*b)^2"}, 4, 2},
		{[]string{"a", "b"}, []string{"exp(a*b) + 1", "2*exp(a*b)"}, 4, 1},
		{[]string{"u", "v", "w"}, []string{"sum(j = 1..50, u^j*v/(w + j))"}, 143, 21},
		{predatorPrey.inputs, predatorPrey.sources, 12, 3},
		{pendulumOnCart.inputs, pendulumOnCart.sources, 16, 4},
	} {
		tape := compileSources(t, tt.inputs, tt.sources)
		if ops, registers := tape.Len(); ops != tt.ops || registers != tt.registers {
			t.Errorf("%v: %d operations and %d registers, want %d and %d", tt.sources, ops, registers, tt.ops, tt.registers)
		}
	}
	// Lorenz 96 needs no more registers for more states.
	for _, d := range []int{5, 40} {
		g, x, f := lorenz96(t, d)
		tape, err := Compile(append(x, g.Var("k")), f)
		if err != nil {
			t.Fatal(err)
		}
		if ops, registers := tape.Len(); ops != 2*d || registers != 1 {
			t.Errorf("Lorenz 96 with %d states: %d operations and %d registers", d, ops, registers)
		}
	}
}

func TestTapeAllocations(t *testing.T) {
	tape := compileSources(t, pendulumOnCart.inputs, pendulumOnCart.sources)
	const m = 100
	in, out := fill(5*m), make([]float64, 3*m)
	if n := testing.AllocsPerRun(100, func() { tape.Batch(out, in, m) }); n != 0 && !raceEnabled {
		t.Errorf("Batch allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { tape.Eval(out[:3], in[:5]) }); n != 0 && !raceEnabled {
		t.Errorf("Eval allocates %v times", n)
	}
}

func TestTapeConcurrent(t *testing.T) {
	tape := compileSources(t, pendulumOnCart.inputs, pendulumOnCart.sources)
	const m = 200
	in, want := fill(5*m), make([]float64, 3*m)
	tape.Batch(want, in, m)
	done := make(chan []float64)
	for range 4 {
		go func() {
			out := make([]float64, 3*m)
			for range 20 {
				tape.Batch(out, in, m)
			}
			done <- out
		}()
	}
	for range 4 {
		if out := <-done; !slices.Equal(out, want) {
			t.Error("concurrent batches differ")
		}
	}
}

func TestTapeShapes(t *testing.T) {
	tape := compileSources(t, []string{"a", "b"}, []string{"a + b"})
	for name, f := range map[string]func(){
		"Eval":  func() { tape.Eval(make([]float64, 1), make([]float64, 3)) },
		"Batch": func() { tape.Batch(make([]float64, 4), make([]float64, 6), 4) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s accepts slices of wrong length", name)
				}
			}()
			f()
		}()
	}
	if tape.Batch(nil, nil, 0); tape.Inputs() != 2 || tape.Outputs() != 1 {
		t.Error("wrong shape")
	}
}

// A tangent beside a sine or a cosine of the same is their quotient, to rounding;
// alone it is that of package math, to the last bit.
func TestTangent(t *testing.T) {
	g := NewGraph()
	x := g.Var("x")
	tan := g.Call("tan", x)
	alone, err := Compile([]*Expr{x}, []*Expr{tan})
	if err != nil {
		t.Fatal(err)
	}
	for _, beside := range []string{"sin", "cos"} {
		tape, err := Compile([]*Expr{x}, []*Expr{tan, g.Call(beside, x)})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 1000 {
			v := -20 + 0.0401*float64(k)
			var one [1]float64
			var two [2]float64
			alone.Eval(one[:], []float64{v})
			tape.Eval(two[:], []float64{v})
			if one[0] != math.Tan(v) {
				t.Fatalf("tan %v = %v, want %v", v, one[0], math.Tan(v))
			}
			if d := math.Abs(two[0] - one[0]); d > 4e-16*math.Abs(one[0]) {
				t.Fatalf("tan %v beside %s = %v, want %v", v, beside, two[0], one[0])
			}
		}
	}
}
