package discrete

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/num/hyperdual"
)

// hyperAction is the action of rich(rule) written down once more, over
// hyperdual numbers: an independent program with exact derivatives.
func hyperAction(pr *Problem, p *plan, v []hyperdual.Number, scale float64) hyperdual.Number {
	add, mul, sc := hyperdual.Add, hyperdual.Mul, hyperdual.Scale
	num := func(x float64) hyperdual.Number { return hyperdual.Number{Real: x} }
	th := v[len(v)-2:]
	F := func(t float64, x []hyperdual.Number) []hyperdual.Number {
		f0 := add(x[1], mul(th[1], mul(x[0], x[0])))
		f1 := add(sc(-1, mul(th[0], hyperdual.Sin(x[0]))), add(sc(-0.3, mul(th[1], mul(x[1], x[1]))), num(math.Cos(t))))
		return []hyperdual.Number{f0, f1}
	}
	var A hyperdual.Number
	quad := func(r hyperdual.Number, w float64) { A = add(A, sc(0.5*w, mul(r, r))) }
	comb := func(c []float64, z [][]hyperdual.Number) []hyperdual.Number {
		out := make([]hyperdual.Number, 2)
		for j, q := range c {
			for d := range 2 {
				out[d] = add(out[d], sc(q, z[j][d]))
			}
		}
		return out
	}
	S := func(n int) float64 { return p.t[n+1] - p.t[n] }
	local := func(n int) (z [][]hyperdual.Number) {
		for j := 0; j <= p.k+1; j++ {
			o := (n*(p.k+1) + j) * 2
			z = append(z, v[o:o+2])
		}
		return z
	}
	for n := range p.N {
		z, s, t := local(n), S(n), p.t[n]
		a, c := z[0], z[len(z)-1]
		vary := []float64{1 + 0.1*(p.t[n]+p.t[n+1])/2, 1}
		sig := func(x hyperdual.Number, t, w float64) { quad(add(x, num(-math.Sin(t))), 0.7*w*s) }
		resid := func(r []hyperdual.Number, w float64) {
			for d := range 2 {
				quad(r[d], w*scale*pr.Rf[d]*vary[d]/s)
			}
		}
		lin := func(terms ...any) []hyperdual.Number {
			out := make([]hyperdual.Number, 2)
			for i := 0; i < len(terms); i += 2 {
				for d := range 2 {
					out[d] = add(out[d], sc(terms[i].(float64), terms[i+1].([]hyperdual.Number)[d]))
				}
			}
			return out
		}
		switch pr.Rule {
		case Euler, LayerMap:
			if pr.Rule == Euler {
				resid(lin(1.0, c, -1.0, a, -s, F(t, a)), 1)
			} else {
				resid(lin(1.0, c, -1.0, F(t, a)), 1)
			}
			sig(a[0], t, 1)
		case Midpoint:
			x := lin(0.5, a, 0.5, c)
			resid(lin(1.0, c, -1.0, a, -s, F(t+s/2, x)), 1)
			sig(x[0], t+s/2, 1)
		case Trapezoid:
			resid(lin(1.0, c, -1.0, a, -s/2, F(t, a), -s/2, F(t+s, c)), 1)
			sig(a[0], t, 0.5)
			sig(c[0], t+s, 0.5)
		case SimpsonHermite:
			b := z[1]
			resid(lin(1.0, c, -1.0, a, -s/6, F(t, a), -4*s/6, F(t+s/2, b), -s/6, F(t+s, c)), 1)
			resid(lin(1.0, b, -0.5, a, -0.5, c, -s/8, F(t, a), s/8, F(t+s, c)), 16.0/3)
			sig(a[0], t, 1.0/6)
			sig(b[0], t+s/2, 4.0/6)
			sig(c[0], t+s, 1.0/6)
		case Gauss:
			cs, bs := gaussLegendre(max(pr.Stages, 1))
			for i := range cs {
				val, der := lagrange(p.tab.pos, cs[i])
				X, dX := comb(val, z), comb(der, z)
				resid(lin(1.0, dX, -s, F(t+cs[i]*s, X)), bs[i])
				sig(X[0], t+cs[i]*s, bs[i])
			}
		}
	}
	node := func(n int) []hyperdual.Number { o := n * (p.k + 1) * 2; return v[o : o+2] }
	m := func(x hyperdual.Number, y, rm float64) { quad(add(x, num(-y)), rm) }
	m(node(0)[1], 0.3, 2)
	m(node(1)[0], 0.3, 2)
	r0, r1 := add(node(2)[0], num(-0.3)), add(node(2)[1], num(-0.8))
	quad(r0, 2)
	quad(r1, 1)
	A = add(A, sc(0.5, mul(r0, r1)))
	x := node(4)
	m(add(mul(mul(x[0], x[1]), th[0]), mul(x[0], x[0])), 0.1, 1)
	if pr.Rule != LayerMap {
		val, _ := lagrange(p.tab.pos, 0.3)
		X := comb(val, local(1))
		m(X[0], -0.1, 1)
		m(X[1], 0.2, 1)
	}
	q0, q1 := add(node(0)[0], num(-0.1)), add(node(0)[1], num(-0.2))
	quad(q0, 1)
	quad(q1, 2)
	A = add(A, sc(0.2, mul(q0, q1)))
	m(th[0], 1, 0.5)
	m(th[1], 0.1, 0.5)
	return A
}

func TestDerivatives(t *testing.T) {
	const scale = 1.7
	for _, r := range allRules {
		t.Run(r.name, func(t *testing.T) {
			pr := rich(r.rule, r.stages)
			p, err := newPlan(pr)
			if err != nil {
				t.Fatal(err)
			}
			v := randomVector(p.nv, 3)
			w, f := newWork(p), newFronts(p)
			w.chunk = 3 // so that a chunk boundary lies inside
			hv := make([]hyperdual.Number, p.nv)
			for i, x := range v {
				hv[i].Real = x
			}
			A := hyperAction(pr, p, hv, scale).Real
			if e := w.action(v, scale).total(); math.Abs(e-A) > 1e-13*A {
				t.Errorf("action %.16g, want %.16g", e, A)
			}
			f.assemble(w, v, scale, exact)
			H := denseMatrix(f)
			for i := range p.nv {
				for j := range i + 1 {
					hv[i].E1mag, hv[j].E2mag = 1, 1
					d := hyperAction(pr, p, hv, scale)
					hv[i].E1mag, hv[j].E2mag = 0, 0
					if j == 0 && math.Abs(f.g[i]-d.E1mag) > 1e-8*(1+math.Abs(d.E1mag)) {
						t.Errorf("gradient %d: %.12g, want %.12g", i, f.g[i], d.E1mag)
					}
					// The observation operator's derivatives are differences.
					if e := math.Abs(H[i*p.nv+j] - d.E1E2mag); e > 2e-6*(1+math.Abs(d.E1E2mag)) {
						t.Errorf("Hessian %d, %d: %.12g, want %.12g", i, j, H[i*p.nv+j], d.E1E2mag)
					}
				}
			}
		})
	}
}

// denseMatrix adds up the layers' matrices (lower triangle).
func denseMatrix(f *fronts) []float64 {
	p, m := f.p, f.m
	H := make([]float64, p.nv*p.nv)
	for n := range p.N {
		for i := range m - 1 {
			for j := range i + 1 {
				a, b := f.index(n, i), f.index(n, j)
				H[a*p.nv+b] += f.asm[(n*m+i)*m+j]
			}
		}
	}
	return H
}

// A solve with the fronts multiplies back to the right-hand side.
func TestFactor(t *testing.T) {
	for _, r := range allRules {
		for _, keep := range []bool{true, false} {
			t.Run(fmt.Sprint(r.name, keep), func(t *testing.T) {
				pr := rich(r.rule, r.stages)
				p, err := newPlan(pr)
				if err != nil {
					t.Fatal(err)
				}
				v := randomVector(p.nv, 4)
				w, f := newWork(p), newFronts(p)
				asm := f.asm
				f.assemble(w, v, 1, gaussNewton)
				H := denseMatrix(f)
				if !keep {
					f.asm = nil
				}
				f.assemble(w, v, 1, gaussNewton)
				f.scaling()
				f.fix[3], f.hold[3] = true, 0.25
				f.fix[p.nv-1], f.hold[p.nv-1] = true, -0.5
				if !f.factor(w, v, 1, 0.1, f.sc) {
					t.Fatal("not positive definite")
				}
				f.asm = asm
				model := 0.0
				for i := range p.nv {
					s := f.g[i]
					for j := range p.nv {
						a := H[max(i, j)*p.nv+min(i, j)]
						if i == j {
							a += 0.1 * f.sc[i]
						}
						s += a * f.d[j]
						model -= 0.5 * f.d[i] * a * f.d[j]
					}
					model -= f.g[i] * f.d[i]
					if f.fix[i] {
						if f.d[i] != f.hold[i] {
							t.Errorf("unknown %d moved by %g, want %g", i, f.d[i], f.hold[i])
						}
					} else if math.Abs(s) > 1e-9 {
						t.Errorf("row %d: residual %g", i, s)
					}
				}
				if math.Abs(model-f.pred) > 1e-9*math.Abs(model) {
					t.Errorf("predicted decrease %.12g, want %.12g", f.pred, model)
				}
			})
		}
	}
}
