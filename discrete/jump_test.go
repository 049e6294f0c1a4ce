package discrete

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// held is x' = u - x with u = +-1, switching at the given places, and data of
// x; Rf is finite, so that the model error has costates.
func held(rule Rule, stages, layers int, switches []float64) *Problem {
	pr := &Problem{Start: 0, End: 3, Layers: layers, Rule: rule, Stages: stages, Rf: []float64{5}, Jumps: switches}
	pr.Model = Model{
		Dim: 1,
		Func: func(dst []float64, t float64, x, _ []float64) {
			u := 1.0
			for _, s := range switches {
				if t >= s {
					u = -u
				}
			}
			dst[0] = u - x[0]
		},
		Jac:  func(dx, _ []float64, _ float64, _, _ []float64) { dx[0] = -1 },
		Hess: func(dst []float64, _ float64, _, _, _ []float64) { dst[0] = 0 },
	}
	for k, y := range []float64{0.2, 0.7, -0.4, 0.1} {
		pr.Observations = append(pr.Observations, Observation{Time: float64(k), Y: []float64{y}, Rm: []float64{4}})
	}
	return pr
}

// TestJumps: with a jump of the model at the ends of layers every rule keeps
// its order, those that evaluate at the ends too, which take the value of their
// own side. 3 is the end of the interval: the last layer must not see what
// comes after it.
func TestJumps(t *testing.T) {
	switches := []float64{0.37, 1.2, 2.55, 3}
	action := func(rule Rule, stages, layers int) float64 {
		a, err := (&Solver{}).Solve(ctx, held(rule, stages, layers, switches), Guess{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range switches {
			if !slices.Contains(a.T, s) {
				t.Errorf("%v: the jump at %g is no end of a layer", rule, s)
			}
		}
		if len(a.Warnings) > 0 {
			t.Errorf("%v: %v", rule, a.Warnings)
		}
		return a.Action
	}
	exact := action(Gauss, 4, 60)
	for _, c := range []struct {
		rule   Rule
		stages int
		order  float64
	}{{Euler, 0, 1}, {Midpoint, 0, 2}, {Trapezoid, 0, 2}, {SimpsonHermite, 0, 4}, {Gauss, 2, 4}} {
		// Multiples of the pieces' lengths, so that the mesh is halved.
		coarse, fine := action(c.rule, c.stages, 300)-exact, action(c.rule, c.stages, 600)-exact
		if c.order == 4 {
			coarse, fine = action(c.rule, c.stages, 60)-exact, action(c.rule, c.stages, 120)-exact
		}
		if p := math.Log2(math.Abs(coarse / fine)); math.Abs(p-c.order) > 0.25 {
			t.Errorf("%v: errors %.3g, %.3g: order %.2f, want %g", c.rule, coarse, fine, p, c.order)
		}
	}
}

// TestJumpInside: jumps that an even grid does not meet are told.
func TestJumpInside(t *testing.T) {
	pr := held(SimpsonHermite, 0, 10, []float64{0.37, 1.2, 2.55})
	pr.OffGrid = Interpolate
	a, err := (&Solver{}).Solve(ctx, pr, Guess{})
	if err != nil {
		t.Fatal(err)
	}
	var w *JumpWarning
	if len(a.Warnings) != 1 || !errors.As(a.Warnings[0], &w) || w.Jumps != 2 || w.Layers != 10 {
		t.Errorf("warnings %v, want one of 2 jumps inside 10 layers", a.Warnings)
	}
}
