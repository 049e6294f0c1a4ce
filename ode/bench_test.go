package ode

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkStandard integrates the standard set; calls are the right-hand
// sides.
func BenchmarkStandard(b *testing.B) {
	for _, p := range standard {
		for _, m := range []Method{DormandPrince, DOP853, Verner} {
			for _, tol := range []float64{1e-6, 1e-9, 1e-12} {
				b.Run(fmt.Sprintf("problem=%s/method=%s/tol=%.0e", p.name, m.Name(), tol), func(b *testing.B) {
					in := Integrator{Method: m, RelTol: tol, AbsTol: tol, EndOnly: true}
					ivp := &IVP{System: p.sys, End: p.end, Initial: p.y0}
					var s *Solution
					for b.Loop() {
						var err error
						if s, err = in.Solve(context.Background(), ivp); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(s.Stats.Func), "calls")
				})
			}
		}
	}
}

// BenchmarkStiff integrates the stiff set.
func BenchmarkStiff(b *testing.B) {
	for _, p := range stiffSet {
		for _, m := range []Method{Radau5, Radau, Rodas4} {
			b.Run(fmt.Sprintf("problem=%s/method=%s", p.name, m.Name()), func(b *testing.B) {
				in := Integrator{Method: m, RelTol: 1e-6, AbsTol: 1e-6 * p.atol, EndOnly: true}
				ivp := &IVP{System: p.sys, End: p.end, Initial: p.y0}
				var s *Solution
				for b.Loop() {
					var err error
					if s, err = in.Solve(context.Background(), ivp); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(s.Stats.Func), "calls")
				b.ReportMetric(float64(s.Stats.Factorisations), "LU")
			})
		}
	}
}

// BenchmarkVariation integrates Lorenz 96 of dimension 20 with and without its
// 400 sensitivities.
func BenchmarkVariation(b *testing.B) {
	sys := lorenz96(20)
	sys.Jac = func(j, _ []float64, _ float64, y, _ []float64) {
		clear(j)
		for i := range 20 {
			r, m, k := (i+1)%20, (i+19)%20, (i+18)%20
			j[i*20+m] = y[r] - y[k]
			j[i*20+r] = y[m]
			j[i*20+k] = -y[m]
			j[i*20+i] = -1
		}
	}
	ivp := &IVP{System: sys, End: 2, Initial: lorenz96Start(20)}
	in := Integrator{RelTol: 1e-8, EndOnly: true}
	b.Run("state", func(b *testing.B) {
		for b.Loop() {
			in.Solve(context.Background(), ivp)
		}
	})
	b.Run("variation", func(b *testing.B) {
		for b.Loop() {
			in.Variation(context.Background(), ivp)
		}
	})
}
