package discrete

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// longWindow is Lorenz 96, D = 20, over n layers, every second component seen
// in noise at every boundary, with the truth's forcing unknown.
func longWindow(n int) (*Problem, Guess) {
	const D = 20
	m := lorenz96(D)
	r := rand.New(rand.NewPCG(5, 5))
	x := repeat(8.17, D)
	x[0] += 0.01
	rk4(&m, x, []float64{8.17}, 0, 0.01, 1000)
	const h = 0.01
	pr := &Problem{Model: m, End: h * float64(n), Layers: n, Rule: Midpoint, Rf: []float64{10}}
	idx := make([]int, D/2)
	for i := range idx {
		idx[i] = 2 * i
	}
	ys := make([]float64, 0, (n+1)*D/2)
	for k := range n + 1 {
		for _, i := range idx {
			ys = append(ys, x[i]+0.5*r.NormFloat64())
		}
		pr.Observations = append(pr.Observations, Observation{Time: h * float64(k), Index: idx, Y: ys[k*D/2 : (k+1)*D/2], Rm: []float64{4}})
		rk4(&m, x, []float64{8.17}, 0, h, 1)
	}
	g := Guess{Theta: []float64{8}, X: func(d []float64, t float64) {
		k := min(int(t/h+0.5), n)
		for i := range d {
			d[i] = 2
		}
		for j, i := range idx {
			d[i] = ys[k*D/2+j]
		}
	}}
	return pr, g
}

// Memory and time grow linearly with the number of layers.
func BenchmarkLong(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(fmt.Sprintf("layers=%d", n), func(b *testing.B) {
			pr, g := longWindow(n)
			var peak uint64
			for b.Loop() {
				a, err := (&Solver{Tolerance: 1e-8}).Solve(ctx, pr, g)
				if err != nil {
					b.Fatal(err)
				}
				var ms runtime.MemStats
				runtime.ReadMemStats(&ms)
				peak = max(peak, ms.Sys)
				b.ReportMetric(float64(a.Stats.Steps), "steps")
				b.ReportMetric(a.Theta[0], "forcing")
			}
			b.ReportMetric(float64(peak)/(1<<20), "MiB")
		})
	}
}
