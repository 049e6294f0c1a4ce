package discrete

import (
	"context"
	"testing"
)

func BenchmarkPublicTwin(b *testing.B) {
	tw := NetworkDeadTeacher(100, 10, 17439860)
	d := tw.Pairs(2, 43650832)
	rm := 1 / (tw.Sigma * tw.Sigma)
	p := NetworkPairs(Network{Widths: netWidths(20, 10)}, d.In, d.Out, rm, rm)
	p.WeightPrecision = 0.1
	for b.Loop() {
		l, err := NetworkAnnealing{Seed: 1}.Run(context.Background(), p)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, r := range l.Best().Rungs {
			n += r.Evaluations
		}
		b.ReportMetric(float64(n), "evaluations")
	}
}

func BenchmarkNetworkStep(b *testing.B) {
	for _, c := range []struct {
		name   string
		m      int
		method NetworkMethod
	}{{"weights first", 2, NetWeightsFirst}, {"states first", 100, NetStatesFirst}, {"conjugate", 100, NetConjugate}} {
		b.Run("method="+c.name, func(b *testing.B) {
			tw := NetworkLivingTeacher(5, 10, 1.2, false, 0)
			d := tw.Pairs(c.m, 1)
			p := NetworkPairs(tw.Teacher, d.In, d.Out, 4e4, 4e4)
			q, err := p.compile()
			if err != nil {
				b.Fatal(err)
			}
			nw := newNetNewton(q, NetworkSolver{Method: c.method})
			copy(nw.w, tw.Weights)
			copy(nw.x, q.ownPaths(tw.Weights))
			b.ReportAllocs()
			for b.Loop() {
				nw.lin.at(nw.x, nw.w, 4e4, 1)
				if !nw.lin.whiten(nw.x, 4e4, 1e-3, 1) || !nw.red.step(nw.dw, nw.w, 1) {
					b.Fatal("not positive definite")
				}
			}
		})
	}
}
