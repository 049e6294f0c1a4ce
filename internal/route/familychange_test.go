package route

import (
	"context"
	"fmt"
	"math"
	"testing"

	"costate/collocation"
	"costate/ode"
)

// TestFamilyPinned holds a parameter after the family has been used.
func TestFamilyPinned(t *testing.T) {
	for _, top := range []string{"0.7", "'0.8*a'"} {
		p := decay(t, 1, ", max = "+top)
		family := p.Family("a")
		family(1.1)
		if err := p.pin(map[int]float64{0: p.File.Action.Params[0].Max}); err != nil {
			t.Fatal(err)
		}
		q := decay(t, 1.1, ", max = "+top)
		if err := q.pin(map[int]float64{0: q.File.Action.Params[0].Max}); err != nil {
			t.Fatal(err)
		}
		sameProblem(t, "max = "+top, family(1.1), q.BVP)
	}
}

// TestFamilyEdited moves a constant of a problem whose precisions have been
// changed, or whose parameter has become a constant, since the file was read:
// the changes hold where the file is read again.
func TestFamilyEdited(t *testing.T) {
	for _, end := range []string{"1", "'a'"} {
		text := fmt.Sprintf(assimilated, end, "2", "10", "x")
		sharp := func(p *Problem) *Problem {
			q, err := p.withPrecision(func(int, float64) float64 { return 1000 })
			if err != nil {
				t.Fatal(err)
			}
			return q
		}
		fixed := func(p *Problem) *Problem {
			if err := p.pin(map[int]float64{0: 2}); err != nil {
				t.Fatal(err)
			}
			n := 2*len(p.BVP.Names) + 1
			sol := &ode.Solution{Dim: p.BVP.Dim, P: make([]float64, p.BVP.Params), T: []float64{0, 1}, Y: make([]float64, n*p.BVP.Dim)}
			q, _, err := p.asConstants(sol)
			if err != nil {
				t.Fatal(err)
			}
			return q
		}
		for name, edit := range map[string]func(*Problem) *Problem{"precision": sharp, "constant": fixed, "both": func(p *Problem) *Problem { return fixed(sharp(p)) }} {
			member := edit(readWith(t, text, nil)).Family("a")(1.1)
			sameProblem(t, name+" end = "+end, member, edit(readWith(t, text, map[string]float64{"a": 1.1})).BVP)
		}
	}
}

// TestFamilyBranch follows a branch in a constant that is an exponent and a
// condition, to the solution at its end.
func TestFamilyBranch(t *testing.T) {
	const text = `
[layer]
start = 0
end = 1
[constants]
a = 1
[states]
x = { equation = "x'' = a*x^a", guess = 1 }
[boundary]
conditions = ['x(start) = 1', 'x(end) = 1 + a/10']
`
	p := readWith(t, text, nil)
	branch, err := p.Branch(context.Background(), "a", 2.5, Options{Tol: 1e-9}, collocation.BranchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := readWith(t, text, map[string]float64{"a": 2.5}).Collocate(context.Background(), Options{Tol: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	got := branch.Points[len(branch.Points)-1].Solution
	for _, x := range []float64{0.25, 0.5, 0.75} {
		if g, w := got.At(nil, x), want.At(nil, x); !(math.Abs(g[0]-w[0]) < 1e-7) {
			t.Errorf("x(%g) = %v, by itself %v", x, g[0], w[0])
		}
	}
}

// BenchmarkFamily solves problems that need their family: with the family made
// and used before, as repeated solutions have it, and made anew inside.
func BenchmarkFamily(b *testing.B) {
	for _, c := range []struct {
		id, parameter string
		value, from   float64
	}{
		{"T20", "eps", 0.001, 1}, {"T24", "eps", 0.01, 0.1}, {"T23", "mu", 30, 5}, {"T30", "eps", 0.005, 1}, {"T26", "eps", 0.001, 1},
	} {
		p := loadCase(b, c.id, map[string]float64{c.parameter: c.value})
		solve := func(b *testing.B, family *collocation.Continuation) {
			s := collocation.Solver{Continuation: family}
			if _, err := s.Solve(context.Background(), p.BVP); err != nil {
				b.Fatal(err)
			}
		}
		family := func() *collocation.Continuation {
			return &collocation.Continuation{From: c.from, To: c.value, Problem: p.Family(c.parameter)}
		}
		name := fmt.Sprintf("%s/%s=%g/family=", c.id, c.parameter, c.value)
		b.Run(name+"before", func(b *testing.B) {
			b.ReportAllocs()
			f := family()
			solve(b, f)
			for b.Loop() {
				solve(b, f)
			}
		})
		b.Run(name+"inside", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				solve(b, family())
			}
		})
		b.Run(name+"alone", func(b *testing.B) {
			b.ReportAllocs()
			f := family()
			for b.Loop() {
				if f.Problem(c.from) == nil {
					b.Fatal("no member")
				}
			}
		})
	}
}
