package expr

import (
	"fmt"
	"math"
	"testing"
)

// predatorPrey is a right-hand side of 20 operations with its native twin, the
// measure of the tape: predation with saturation and a seasonal harvest.
var predatorPrey = struct {
	inputs  []string
	sources []string
	native  func(du, dv []float64, u, v, t, r, k, a, h []float64)
}{
	inputs: []string{"u", "v", "t", "r", "k", "a", "h"},
	sources: []string{
		"r*u*(1 - u/k) - a*u*v/(1 + a*h*u)",
		"0.5*a*u*v/(1 + a*h*u) - 0.3*v^2 - 0.1*v*(1 + 0.2*u) + r*h",
	},
	native: func(du, dv []float64, u, v, t, r, k, a, h []float64) {
		for j := range du {
			f := a[j] * u[j] * v[j] / (1 + a[j]*h[j]*u[j])
			du[j] = r[j]*u[j]*(1-u[j]/k[j]) - f
			dv[j] = 0.5*f - 0.3*(v[j]*v[j]) - 0.1*v[j]*(1+0.2*u[j]) + r[j]*h[j]
		}
	},
}

// pendulumOnCart has a sine, a cosine, an exponential and 20 operations.
var pendulumOnCart = struct {
	inputs, sources []string
	native          func(dst, in []float64, m int)
}{
	inputs: []string{"q", "p", "s", "w", "b"},
	sources: []string{
		"p - b*sin(q)*cos(q)",
		"(w^2*sin(q)*cos(q) - b*p*(1 + p^2))/(1 + sin(q)^2) + exp(-s^2)",
		"s*(1 - s) + b*w*p",
	},
	native: func(dst, in []float64, m int) {
		for j := range m {
			q, p, s, w, b := in[j], in[m+j], in[2*m+j], in[3*m+j], in[4*m+j]
			sn, cs := math.Sincos(q)
			dst[j] = p - b*sn*cs
			dst[m+j] = (w*w*sn*cs-b*p*(1+p*p))/(1+sn*sn) + math.Exp(-s*s)
			dst[2*m+j] = s*(1-s) + b*w*p
		}
	},
}

func compileSources(tb testing.TB, inputs, sources []string) *Tape {
	g, s := testScope(inputs...)
	var in, out []*Expr
	for _, n := range inputs {
		in = append(in, s.Names[n])
	}
	for _, src := range sources {
		out = append(out, mustParse(tb, g, s, src))
	}
	tape, err := Compile(in, out)
	if err != nil {
		tb.Fatal(err)
	}
	return tape
}

func fill(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.5 + float64(i*37%101)/101
	}
	return x
}

// BenchmarkTape compares the tape with hand-written Go per point.
func BenchmarkTape(b *testing.B) {
	perPoint := func(b *testing.B, m int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*m), "ns/point")
	}
	for _, m := range []int{64, 1024} {
		pp := predatorPrey
		tape := compileSources(b, pp.inputs, pp.sources)
		in, out := fill(len(pp.inputs)*m), make([]float64, len(pp.sources)*m)
		row := func(i int) []float64 { return in[i*m : (i+1)*m] }
		b.Run(fmt.Sprintf("rhs=predator/native/m=%d", m), func(b *testing.B) {
			for b.Loop() {
				pp.native(out[:m], out[m:], row(0), row(1), row(2), row(3), row(4), row(5), row(6))
			}
			perPoint(b, m)
		})
		b.Run(fmt.Sprintf("rhs=predator/tape/m=%d", m), func(b *testing.B) {
			for b.Loop() {
				tape.Batch(out, in, m)
			}
			perPoint(b, m)
		})
		pc := pendulumOnCart
		tape2 := compileSources(b, pc.inputs, pc.sources)
		in2, out2 := fill(len(pc.inputs)*m), make([]float64, len(pc.sources)*m)
		b.Run(fmt.Sprintf("rhs=pendulum/native/m=%d", m), func(b *testing.B) {
			for b.Loop() {
				pc.native(out2, in2, m)
			}
			perPoint(b, m)
		})
		b.Run(fmt.Sprintf("rhs=pendulum/tape/m=%d", m), func(b *testing.B) {
			for b.Loop() {
				tape2.Batch(out2, in2, m)
			}
			perPoint(b, m)
		})
	}
	tape := compileSources(b, predatorPrey.inputs, predatorPrey.sources)
	in, out := fill(7), make([]float64, 2)
	b.Run("rhs=predator/eval", func(b *testing.B) {
		for b.Loop() {
			tape.Eval(out, in)
		}
	})
}

// lorenz96 returns the right-hand side of the Lorenz 96 system and its states.
func lorenz96(tb testing.TB, d int) (*Graph, []*Expr, []*Expr) {
	g := NewGraph()
	x := make([]*Expr, d)
	for i := range x {
		x[i] = g.Var(fmt.Sprintf("x[%d]", i+1))
	}
	s := &Scope{
		Names:    map[string]*Expr{"k": g.Var("k")},
		Indices:  map[string]int{},
		Families: map[string]Family{"x": {Lo: 1, Hi: d, Cyclic: true, Elem: func(i int) *Expr { return x[i-1] }}},
	}
	f := make([]*Expr, d)
	for i := range f {
		s.Indices["i"] = i + 1
		f[i] = mustParse(tb, g, s, "x[i-1]*(x[i+1] - x[i-2]) - x[i] + k")
	}
	return g, x, f
}

// BenchmarkSymbolic derives the canonical equations of Lorenz 96 with 20
// states, their Jacobian and all second derivatives of H, and compiles them.
func BenchmarkSymbolic(b *testing.B) {
	const d = 20
	for b.Loop() {
		g, x, f := lorenz96(b, d)
		all := append([]*Expr{}, x...)
		var terms []*Expr
		for i := range f {
			p := g.Var(fmt.Sprintf("p[%d]", i+1))
			all = append(all, p)
			terms = append(terms, g.Mul(p, f[i]), g.Div(g.square(p), g.Mul(g.two, g.Var("Rf"))))
		}
		h := g.Add(terms...)
		grad := g.Gradient(h, all)
		hess := g.Hessian(h, all)
		out := append([]*Expr{}, grad...)
		for _, row := range hess {
			out = append(out, row...)
		}
		for _, fi := range f {
			for _, row := range g.Hessian(fi, x) {
				out = append(out, row...)
			}
		}
		if _, err := Compile(append(all, g.Var("k"), g.Var("Rf")), out); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGradient takes the gradient of a coupled sum of n variables.
func BenchmarkGradient(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				g := NewGraph()
				x := make([]*Expr, n)
				for i := range x {
					x[i] = g.Var(fmt.Sprintf("x%d", i))
				}
				terms := make([]*Expr, n-1)
				for i := range terms {
					terms[i] = g.square(g.Sub(x[i+1], g.Call("sin", g.Mul(x[i], x[(i+7)%n]))))
				}
				grad := g.Gradient(g.Add(terms...), x)
				if nodes, _ := Size(grad...); nodes > 40*n {
					b.Fatalf("the gradient has %d nodes", nodes)
				}
			}
		})
	}
}
