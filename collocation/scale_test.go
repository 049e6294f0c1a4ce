package collocation

import (
	"context"
	"fmt"
	"math"
	"testing"

	"costate/ode"
)

// chain is m coupled Bratu equations with periodic coupling, dimension 2m; its
// symmetric solution is Bratu's.
func chain(m int) *ode.BVP {
	n := 2 * m
	at, c := make([]int, n), make([]int, n)
	for i := range m {
		c[i], c[m+i] = i, i
		at[m+i] = 1
	}
	f := func(dst, t, y, p []float64, k int) {
		copy(dst[:m*k], y[m*k:])
		for i := range m {
			u, l, r := y[i*k:(i+1)*k], y[(i+m-1)%m*k:][:k], y[(i+1)%m*k:][:k]
			out := dst[(m+i)*k : (m+i+1)*k]
			for j := range out {
				out[j] = -math.Exp(u[j]) + l[j] - 2*u[j] + r[j]
			}
		}
	}
	return &ode.BVP{
		System: ode.System{Dim: n,
			Func:  func(dst []float64, t float64, y, p []float64) { f(dst, nil, y, p, 1) },
			Batch: func(dst, t, y, p []float64) { f(dst, t, y, p, len(t)) },
			BatchJac: func(jy, jp, t, y, p []float64) {
				k := len(t)
				clear(jy)
				set := func(r, c int, v float64) {
					row := jy[(r*n+c)*k:][:k]
					for j := range row {
						row[j] += v
					}
				}
				for i := range m {
					set(i, m+i, 1)
					set(m+i, i, -2)
					set(m+i, (i+1)%m, 1)
					set(m+i, (i+m-1)%m, 1)
					row := jy[((m+i)*n+i)*k:][:k]
					for j := range row {
						row[j] -= math.Exp(y[i*k+j])
					}
				}
			},
		},
		Start: 0, End: 1,
		Boundary: separated(n, m, c, make([]float64, n)),
	}
}

func TestChain(t *testing.T) {
	for _, m := range []int{1, 2, 5, 10, 25} {
		sol := solved(t, &Solver{Tol: 1e-9}, chain(m))
		for i := range m {
			if e := math.Abs(sol.At(nil, 0.5)[i] - 0.14053921440013); e > 1e-9 {
				t.Errorf("m=%d: y%d(1/2) off by %v", m, i+1, e)
			}
		}
	}
}

func BenchmarkChain(b *testing.B) {
	for _, m := range []int{1, 5, 10, 25} {
		b.Run(fmt.Sprintf("problem=bratu_chain/n=%d", 2*m), func(b *testing.B) {
			p := chain(m)
			s := Solver{Tol: 1e-9}
			for b.Loop() {
				if _, err := s.Solve(context.Background(), p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// One Newton step on meshes of very different size: the time per interval is
// what should not grow.
func BenchmarkMesh(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(fmt.Sprintf("problem=T33/intervals=%d", n), func(b *testing.B) {
			s := Solver{Tol: 1e-6, MaxMesh: n}
			r := newRun(&s, find("T33").make(1e-2))
			r.place(uniform(r.p, n))
			r.begin(nil)
			for b.Loop() {
				if err := r.main.factor(r.x); err != nil {
					b.Fatal(err)
				}
				r.main.residual(r.f, r.x)
				r.main.solve(r.f, r.f)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/interval")
		})
	}
}
