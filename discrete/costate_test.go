package discrete

import (
	"math"
	"testing"
)

// The step that kept factors give for the residuals they were made with is the step
// of these factors, states and parameters held among the rest.
func TestCostateRefer(t *testing.T) {
	for _, rule := range []Rule{Euler, Midpoint, Trapezoid, SimpsonHermite} {
		p, err := newPlan(rich(rule, 0))
		if err != nil {
			t.Fatal(err)
		}
		w, c := newWork(p), newCostateForm(p)
		v := randomVector(p.nv, 3)
		copy(c.lam, randomVector(len(c.lam), 4))
		for _, i := range []int{1, p.nx / 2, p.nx - 1, p.nv - 1} {
			c.fix[i], c.hold[i] = true, 0.1*float64(i%3)
		}
		if err := c.factor(w, v, 1); err != nil {
			t.Fatal(err)
		}
		if err := c.step(w, 1); err != nil {
			t.Fatal(err)
		}
		dx, dl := append([]float64(nil), c.dx...), append([]float64(nil), c.dl...)
		clear(c.y)
		c.gradients(w, v, c.lam, 1, nil)
		c.refer()
		if err := c.step(w, 1); err != nil {
			t.Fatal(err)
		}
		near := func(what string, got, want []float64) {
			size := 0.0
			for _, x := range want {
				size = max(size, math.Abs(x))
			}
			for i, x := range want {
				if !(math.Abs(got[i]-x) <= 1e-10*size) {
					t.Fatalf("%v: %s_%d = %g with kept factors, %g with new ones", rule, what, i, got[i], x)
				}
			}
		}
		near("dx", c.dx, dx)
		near("dlam", c.dl, dl)
		if n := testing.AllocsPerRun(5, func() { c.refer(); c.step(w, 1) }); n != 0 {
			t.Errorf("%v: %v allocations in a step with kept factors", rule, n)
		}
	}
}
