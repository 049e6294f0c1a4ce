package hamiltonian

import (
	"math"
	"testing"

	"costate/internal/expr"
)

// TestThresholds compares the switches found in formulas with known ones.
func TestThresholds(t *testing.T) {
	for _, c := range []struct {
		formula string
		want    []float64
	}{
		{"if(t > .4123 and t < .4133, 1000, 0)", []float64{.4123, .4133}},
		{"abs(3*t - 1)*y + relu(t - 2)", []float64{1. / 3, 2}},
		{"min(t, 2 - t, 5)", []float64{1}}, // 5 never counts, but t = 5 and 2 - t = 5 are outside
		{"sign(sin(t - 1))", []float64{1}},
		{"if((t - 1)^2 < 1e-10, 1, 0)", []float64{1 - 1e-5, 1 + 1e-5}}, // between two samples
		{"if(y > 0.5, t, 0) + heaviside(t - c)", []float64{1.5}},
		{"if(t < 0, 1, 2) + if(t >= 3, 1, 2) + if(t > 7, 1, 2)", nil}, // at the ends and outside
		{"exp(-t)*sin(t)", nil},
	} {
		g := expr.NewGraph()
		y, c1 := g.Var("y"), g.Var("c")
		d := Domain{Graph: g, Layer: g.Var("t"), Start: 0, End: 3, Constants: []Constant{{c1, 1.5}}}
		f, err := g.Parse(c.formula, &expr.Scope{Names: map[string]*expr.Expr{"t": d.Layer, "y": y, "c": c1}})
		if err != nil {
			t.Fatal(err)
		}
		e := &Equations{Domain: d, Components: []*expr.Expr{y}, Right: []*expr.Expr{f}}
		got := e.Breaks()
		if len(got) != len(c.want) {
			t.Errorf("%s: breaks %v, want %v", c.formula, got, c.want)
			continue
		}
		for i, v := range got {
			if math.Abs(v-c.want[i]) > 1e-14 {
				t.Errorf("%s: break %.17g, want %.17g", c.formula, v, c.want[i])
			}
		}
	}
}
