package route

import (
	"strings"
	"testing"

	"costate/ode"
)

// One figure for components that have digits; the others are named.
func TestAccuracy(t *testing.T) {
	s := &ode.Solution{Dim: 4, T: []float64{0, 1}, Y: []float64{1, 1e-3, 1e-9, 1e-20, 2, 2e-3, 2e-9, 0}, Error: []float64{1e-7, 1e-8, 1e-8, 1e-20}}
	a := AccuracyOf(s)
	if a.Component != 1 || a.Relative != 1e-8/2e-3 || len(a.Zero) != 1 || a.Zero[0] != 2 {
		t.Errorf("%+v", a)
	}
	p := &Problem{BVP: &ode.BVP{System: ode.System{Names: []string{"x", "y", "p_x", "p_y"}}}}
	p.unsure(s, []float64{0, 0, 1e-8, 0})
	if len(s.Warnings) > 0 {
		t.Errorf("warning within the absolute tolerance: %v", s.Warnings)
	}
	p.unsure(s, nil)
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0].Error(), "p_x") {
		t.Errorf("warnings %v", s.Warnings)
	}
}
