package route

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"costate/ode"
)

// values evaluates all functions of a problem at some random arguments.
func values(b *ode.BVP, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	vector := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = 0.5 + r.Float64()
		}
		return v
	}
	out := []float64{b.Start, b.End}
	n, np := b.Dim, b.Params
	for range 3 {
		t := b.Start + (b.End-b.Start)*r.Float64()
		y, p := vector(n), vector(np)
		f, dy, dp := make([]float64, n), make([]float64, n*n), make([]float64, n*np)
		b.Func(f, t, y, p)
		b.Jac(dy, dp, t, y, p)
		out = slices.Concat(out, f, dy, dp)
		b.Batch(f, []float64{t}, y, p)
		b.BatchJac(dy, dp, []float64{t}, y, p)
		out = slices.Concat(out, f, dy, dp)
		for _, j := range b.Jumps {
			j.Func(f, y, p)
			j.Jac(dy, dp, y, p)
			out = slices.Concat(out, []float64{j.T}, f, dy, dp)
		}
		if b.Guess != nil {
			b.Guess(f, t)
			out = append(out, f...)
		}
	}
	c := &b.Boundary
	var y, dy [][]float64
	for range c.Points {
		y, dy = append(y, vector(n)), append(dy, make([]float64, c.Count*n))
	}
	p := vector(np)
	g, dp := make([]float64, c.Count), make([]float64, c.Count*np)
	c.Func(g, y, p)
	c.Jac(dy, dp, y, p)
	out = slices.Concat(out, c.Points, g, slices.Concat(dy...), dp)
	return slices.Concat(out, b.Breaks, b.Seams, b.GuessParams)
}

// sameProblem compares a member of a family with the problem read for itself.
func sameProblem(t *testing.T, what string, member, alone *ode.BVP) {
	t.Helper()
	if member == nil {
		t.Errorf("%s: no member", what)
		return
	}
	if !slices.Equal(member.Boundary.At, alone.Boundary.At) || member.Quadratures != alone.Quadratures || len(member.Jumps) != len(alone.Jumps) || (member.Guess == nil) != (alone.Guess == nil) {
		t.Errorf("%s: conditions at %v, %d quadratures, %d jumps; by itself %v, %d, %d", what,
			member.Boundary.At, member.Quadratures, len(member.Jumps), alone.Boundary.At, alone.Quadratures, len(alone.Jumps))
		return
	}
	got, want := values(member, 7), values(alone, 7)
	if len(got) != len(want) {
		t.Errorf("%s: %d values, by itself %d", what, len(got), len(want))
		return
	}
	for i, w := range want {
		if got[i] != w && !(math.Abs(got[i]-w) <= 1e-11*(1+math.Abs(w))) && !(math.IsNaN(w) && math.IsNaN(got[i])) {
			t.Errorf("%s: value %d is %v, by itself %v", what, i, got[i], w)
			return
		}
	}
}

// readWith reads a text with values of constants.
func readWith(t *testing.T, text string, set map[string]float64) *Problem {
	t.Helper()
	fsys := fstest.MapFS{"p.toml": {Data: []byte(text)}, "d.csv": {Data: []byte("t,x\n0.2,0.9\n0.5,0.6\n0.7,0.5\n")}}
	return read(t, fsys, "p.toml", set)
}

// everywhere has its constant in every place where a formula may stand.
const everywhere = `
[layer]
start = 0
end = 2
[constants]
a = 0.7
b = 'exp(-1/a)'
[parameters]
k = { estimate = true, guess = 0.4 }
[states]
x = { equation = 'y + b*abs(t - a)', guess = 'cos(a*t)' }
y = { equation = '-a^2*x + k*x^a + if(t > 1, log(a + x^2), a)', guess = 'a' }
z = { equation = "z' = (1 - a)*x" }
[boundary]
conditions = ['x(start) = a', 'a*x(end) + y(end) = k*a', 'z(start) = 0', 'x(1) + (1 - a)*y(end) = 0.3']
[[jumps]]
at = 0.9
set = { y = 'y + a*x*k' }
`

// assimilated is an action whose constant is a number in some places: an end, a
// precision, a scale of data, a bound.
const assimilated = `
[layer]
start = 0
end = %s
[constants]
a = 1.2
[parameters]
k = { estimate = true, guess = 0.9, min = 0, max = %s }
[states]
x = { equation = '-k*a*x', guess = 1 }
[model]
Rf = %s
[[observations]]
data = "d.csv"
at = 't'
sd = 0.1
observe = { 'a*x' = '%s' }
`

func TestFamilyMembers(t *testing.T) {
	assimilation := func(end, top, rf, data string) string { return fmt.Sprintf(assimilated, end, top, rf, data) }
	for name, text := range map[string]string{
		"everywhere": everywhere,
		"action":     assimilation("1", "2", "10", "x"),
		"end":        assimilation("'a'", "2", "10", "x"),
		"bound":      assimilation("1", "'2*a'", "10", "x"),
		"precision":  assimilation("1", "2", "'10*a'", "x"),
		"data":       assimilation("1", "2", "10", "a*x"),
	} {
		p := readWith(t, text, nil)
		family := p.Family("a")
		own, _ := p.constant("a")
		for _, v := range []float64{own, 0.8, 1, 1.5, 2, 0.75} {
			sameProblem(t, fmt.Sprintf("%s at %g", name, v), family(v), readWith(t, text, map[string]float64{"a": v}).BVP)
		}
	}
}

// TestFamilyFormula moves a constant that is given by a formula of others.
func TestFamilyFormula(t *testing.T) {
	family := readWith(t, everywhere, nil).Family("b")
	sameProblem(t, "b = 0.3", family(0.3), readWith(t, everywhere, map[string]float64{"b": 0.3}).BVP)
}

// TestFamilyNumberFormula moves a constant whose formula is a number: what is
// defined by it moves too.
func TestFamilyNumberFormula(t *testing.T) {
	const text = `
[layer]
start = 0
end = 1
[constants]
b = '2 + 3'
c = 'b/10'
[definitions]
d = 'b^2 + c'
[states]
x = { equation = "x' = d + b", guess = 'd*t' }
[boundary]
conditions = ['x(start) = c']
`
	family := readWith(t, text, nil).Family("b")
	for _, v := range []float64{7, 0, -1} {
		sameProblem(t, fmt.Sprint("b = ", v), family(v), readWith(t, text, map[string]float64{"b": v}).BVP)
	}
	p := readWith(t, text, nil)
	sol, err := p.Collocate(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Sensitivity(context.Background(), sol, Options{}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	// x = b/10 + (b^2 + 1.1 b) t
	if got := s[0].At(nil, 1)[0]; math.Abs(got-11.2) > 1e-5 {
		t.Errorf("dx(1)/db = %v, want 11.2", got)
	}
}

// TestFamilyTestSet compares the members of the test set's families.
func TestFamilyTestSet(t *testing.T) {
	for _, c := range []struct {
		id, parameter string
		values        []float64
	}{
		{"T20", "eps", []float64{1, 0.01}}, {"T24", "eps", []float64{0.1, 0.03}}, {"T23", "mu", []float64{5, 7}},
		{"T33", "eps", []float64{0.1, 1e-3}}, {"T35", "eps", []float64{0.5, 0.05}}, {"T4", "eps", []float64{1, 0.2}},
	} {
		family := loadCase(t, c.id, nil).Family(c.parameter)
		for _, v := range c.values {
			sameProblem(t, fmt.Sprintf("%s at %g", c.id, v), family(v), loadCase(t, c.id, map[string]float64{c.parameter: v}).BVP)
		}
	}
}

// TestFamilyVanishing begins a family where the term with the constant is not
// defined at the guess, but vanishes: 0*log(0) must not be asked for. Conditions
// and quadratures have the structure of the family even there, for the solver
// keeps to that of one member.
func TestFamilyVanishing(t *testing.T) {
	const text = `
[layer]
start = 0
end = 1
[constants]
a = 0
[states]
x = { equation = "x'' = -1 - a*log(x)" }
z = { equation = "z' = x" }
q = { equation = "q' = a*z" }
w = { equation = "w' = x + a*q" }
[boundary]
conditions = ['x(start) = 0', 'x(end) + a*x(start) = 0', 'z(start) = 0', 'q(start) = 0', 'w(start) = 0']
`
	p := readWith(t, text, map[string]float64{"a": 0.1})
	zero := p.Family("a")(0)
	dst := make([]float64, zero.Dim)
	zero.Func(dst, 0.5, make([]float64, zero.Dim), nil)
	if slices.ContainsFunc(dst, math.IsNaN) {
		t.Errorf("the member at 0 has the slopes %v at 0", dst)
	}
	if !zero.Linear || p.BVP.Linear {
		t.Errorf("linear: member at 0 %t, at 0.1 %t", zero.Linear, p.BVP.Linear)
	}
	for _, v := range []float64{0, 0.05} {
		m := readWith(t, text, map[string]float64{"a": 0}).Family("a")(v)
		if !slices.Equal(m.Boundary.At, p.BVP.Boundary.At) || m.Quadratures != p.BVP.Quadratures {
			t.Errorf("at %g: conditions at %v, %d quadratures; at 0.1 %v, %d", v, m.Boundary.At, m.Quadratures, p.BVP.Boundary.At, p.BVP.Quadratures)
		}
	}
}

// TestFamilyOwn takes the problem itself for the member at its own value, and
// compiles nothing before another is asked for.
func TestFamilyOwn(t *testing.T) {
	p := loadCase(t, "T20", nil)
	if p.Family("eps")(1) != p.BVP {
		t.Error("another problem at the own value")
	}
	if n := testing.AllocsPerRun(20, func() { p.Family("eps")(1) }); n > 5 {
		t.Errorf("%g allocations for a family that is not used", n)
	}
}

// TestFamilyCost counts the allocations of a member. Where a coefficient is zero,
// here by underflow, it is compiled for itself.
func TestFamilyCost(t *testing.T) {
	const text = `
[layer]
start = 0
end = 1
[constants]
eps = 1
[states]
x = { equation = "x'' = x/eps + exp(-1/eps)*x^2" }
[boundary]
conditions = ['x(start) = 1', 'x(end) = exp(-1/eps)']
`
	family := readWith(t, text, nil).Family("eps")
	for _, eps := range []float64{0.1, 1e-4} {
		family(eps)
		if n := testing.AllocsPerRun(20, func() { family(eps) }); n > 40 && eps == 0.1 {
			t.Errorf("%g allocations for the member at %g", n, eps)
		}
		sameProblem(t, fmt.Sprint("eps = ", eps), family(eps), readWith(t, text, map[string]float64{"eps": eps}).BVP)
	}
}
