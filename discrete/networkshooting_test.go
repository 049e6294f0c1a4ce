package discrete_test

import (
	"context"
	"math"
	"testing"

	"costate/collocation"
	"costate/discrete"
	"costate/ode"
	"costate/shooting"
)

// "Other solution methods are to be preferred": the canonical equations of a
// relaxation network have exponents in pairs of about +-1, so that a shot
// over T layers multiplies errors by exp(T). Single shooting stops where
// that nears the rounding; multiple shooting and collocation do not.
func TestShootingThroughLayersCrossover(t *testing.T) {
	var theta []float64
	solved := map[string]float64{} // the deepest network each method solved
	var failed float64
	for _, depth := range []float64{4, 8, 16, 24, 32} {
		b := &discrete.NetworkBVP{
			Field: discrete.NetworkField{Width: 2, Kind: discrete.NetRelaxation, Activation: discrete.NetTanh, Bias: true, End: depth},
			M:     1, In: []float64{0.8, -0.4}, Out: []float64{0.5, 0.3}, RmIn: 2, RmOut: 2, Rf: 5, WeightPrecision: 2,
		}
		if theta == nil {
			theta = make([]float64, b.Field.Params())
		}
		p, err := b.Problem(theta)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := (&collocation.Solver{Tol: 1e-8, Workers: 1}).Solve(context.Background(), p)
		if err != nil {
			t.Fatalf("collocation, %g layers: %v", depth, err)
		}
		solved["collocation"] = depth
		theta = whole.P // the start of the next, deeper network, for all methods
		y, z := make([]float64, p.Dim), make([]float64, p.Dim)
		for _, m := range []struct {
			name  string
			solve func(context.Context, *ode.BVP) (*ode.Solution, error)
		}{
			{"single shooting", (&shooting.Single{Tol: 1e-8}).Solve},
			{"multiple shooting", (&shooting.Solver{Tol: 1e-8, Workers: 1}).Solve},
		} {
			sol, err := m.solve(context.Background(), p)
			if err != nil {
				t.Logf("%g layers, %s: %v", depth, m.name, err)
				if m.name == "single shooting" && failed == 0 {
					failed = depth
				}
				continue
			}
			solved[m.name] = depth
			for i := range 11 {
				at := depth * float64(i) / 10
				whole.At(y, at)
				sol.At(z, at)
				for j := range y {
					if math.Abs(y[j]-z[j]) > 1e-5*(1+math.Abs(y[j])) {
						t.Fatalf("%g layers, component %d at %g: collocation %.10g, %s %.10g", depth, j, at, y[j], m.name, z[j])
					}
				}
			}
		}
	}
	t.Logf("deepest network solved: %v", solved)
	if solved["multiple shooting"] != 32 || solved["collocation"] != 32 {
		t.Errorf("a global method failed: %v", solved)
	}
	if solved["single shooting"] != 16 || failed != 24 {
		t.Errorf("single shooting solved %g layers and failed first at %g", solved["single shooting"], failed)
	}
}
