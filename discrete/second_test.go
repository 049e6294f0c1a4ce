package discrete

import (
	"math"
	"testing"
)

// relaxing is an exact model of two states in very different units, of which the
// first is seen: x' = -x + 20 tanh(z/unit), z' = -k z, k unknown.
func relaxing(unit float64, layers int) *Problem {
	pr := &Problem{Model: Model{Dim: 2, Params: 1}, End: 6, Layers: layers, Rf: []float64{math.Inf(1)}, Rule: SimpsonHermite}
	pr.Func = func(d []float64, _ float64, x, k []float64) {
		d[0], d[1] = -x[0]+20*math.Tanh(x[1]/unit), -k[0]*x[1]
	}
	pr.Jac = func(j, jk []float64, _ float64, x, k []float64) {
		c := math.Cosh(x[1] / unit)
		j[0], j[1], j[2], j[3] = -1, 20/(c*c)/unit, 0, -k[0]
		jk[0], jk[1] = 0, -x[1]
	}
	for i := range 13 {
		t := 0.5 * float64(i)
		pr.Observations = append(pr.Observations, Observation{Time: t, Index: []int{0}, Y: []float64{18*math.Exp(-t/5) - 8*math.Exp(-t) + math.Sin(9*t)}, Rm: []float64{0.25}})
	}
	return pr
}

func solveRelaxing(t *testing.T, pr *Problem, guess Guess) *Path {
	t.Helper()
	a, err := (&Solver{Covariance: true, Tolerance: 1e-12}).Solve(ctx, pr, guess)
	if err != nil {
		t.Fatalf("%d layers, %v: %v", pr.Layers, pr.ParamLower, err)
	}
	return a
}

// The posterior width of a parameter of an exact model is the curvature of the
// action minimised over all else, whatever the units of a hidden state and the
// number of layers.
func TestWidthOfExactModel(t *testing.T) {
	for _, unit := range []float64{1e-4, 1, 1e4} {
		for _, layers := range []int{24, 120, 1200} {
			pr := relaxing(unit, layers)
			a := solveRelaxing(t, pr, Guess{Theta: []float64{0.3}, X: func(x []float64, t float64) {
				x[0], x[1] = 18*math.Exp(-t/5)-8*math.Exp(-t), 1.5*unit*math.Exp(-0.3*t)
			}})
			if len(a.Warnings) > 0 || a.ThetaCov == nil {
				t.Fatalf("unit %g, %d layers: %v", unit, layers, a.Warnings)
			}
			const h = 1e-3
			held := func(k float64) float64 {
				q := *pr
				q.ParamLower, q.ParamUpper = []float64{k}, []float64{k}
				return solveRelaxing(t, &q, Guess{Theta: q.ParamLower, X: func(x []float64, t float64) {
					copy(x, a.Node(int(math.Round(t/pr.End*float64(layers)))))
				}}).Action
			}
			k := a.Theta[0]
			want := math.Sqrt(h * h / (held(k+h) - 2*a.Action + held(k-h)))
			if got := a.ThetaSD(0); math.Abs(got/want-1) > 2e-3 {
				t.Errorf("unit %g, %d layers: posterior deviation %.6g, by the profile of the action %.6g", unit, layers, got, want)
			}
		}
	}
}
