package shooting

import (
	"context"
	"testing"
)

// BenchmarkSolve solves the optimal control problems.
func BenchmarkSolve(b *testing.B) {
	for _, p := range hamiltonian {
		b.Run("problem="+p.name, func(b *testing.B) {
			problem := p.make()
			for b.Loop() {
				s, err := (&Solver{}).Solve(context.Background(), problem)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(s.Stats.Func), "calls")
				b.ReportMetric(float64(s.Stats.Newton), "newton")
			}
		})
	}
}
