package route

import (
	"context"
	"fmt"
	"math"
	"testing"
)

// A narrow pulse at a known place, alone or hidden in a smooth function, costs the
// logarithm of its width: y” = -exp(-|t - c|/w)/w - k pi^2 sin(pi t), y(0) = y(1) = 0.
func TestPulseOfSecondOrder(t *testing.T) {
	for _, c := range []float64{0.3, 0.7123456} {
		for _, w := range []float64{1e-3, 1e-4, 1e-5, 1e-6, 1e-7} {
			for _, k := range []float64{0, 1} {
				p := problem(t, fmt.Sprintf("[layer]\nstart = 0\nend = 1\n[states]\n"+
					"y = \"y'' = -exp(-abs(t - %.17g)/%g)/%g - %g*pi^2*sin(pi*t)\"\n"+
					"[boundary]\nconditions = ['y(0)', 'y(1)']\n", c, w, w, k))
				hat := func(t float64) float64 { return -w*math.Exp(-math.Abs(t-c)/w) - math.Abs(t-c) }
				for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
					name := fmt.Sprintf("place %v, width %v, with sine %v, tol %v", c, w, k, tol)
					sol, err := p.Collocate(context.Background(), Options{Tol: tol})
					if err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					if n := sol.Intervals(); n > 250 {
						t.Errorf("%s: %d intervals", name, n)
					}
					for i := range 100 {
						at := float64(i) / 100
						want := hat(at) - hat(0)*(1-at) - hat(1)*at + k*math.Sin(math.Pi*at)
						if e := math.Abs(sol.At(nil, at)[0] - want); e > 10*tol {
							t.Errorf("%s: error %.2g at %v", name, e, at)
							break
						}
					}
				}
			}
		}
	}
}
