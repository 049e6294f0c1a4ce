package discrete

import (
	"fmt"
	"testing"
)

// A Newton step allocates nothing, in either form, once the memory is there.
func TestAllocations(t *testing.T) {
	pr, _ := twin(10, 40, []int{0, 2, 4, 6}, 1)
	for _, rule := range []Rule{SimpsonHermite, Trapezoid, Gauss} {
		pr.Rule = rule
		p, err := newPlan(pr)
		if err != nil {
			t.Fatal(err)
		}
		m := newMinimiser(p, &Solver{})
		v := randomVector(p.nv, 1)
		copy(m.v, v)
		w, f := m.w, m.fronts()
		step := func() {
			f.assemble(w, m.v, 1, exact)
			f.scaling()
			if !w.step(f, m.v, 1, 1) {
				t.Fatal("not positive definite")
			}
			w.action(m.v, 1)
		}
		step()
		if n := testing.AllocsPerRun(5, step); n != 0 {
			t.Errorf("%v: %v allocations in a step in the states", rule, n)
		}
	}
}

// The work of a fixed problem: an accuracy test passes while the cost doubles,
// a counter does not.
func TestWork(t *testing.T) {
	for _, c := range []struct {
		name  string
		pr    *Problem
		guess Guess
		want  string
	}{
		{"smoother", ouSmoother(SimpsonHermite, 0, 32), Guess{}, wantSmoother},
		{"double well", doubleWell(Gauss, 2, 40, 5), Guess{X: func(d []float64, t float64) { d[0] = -1 + 2*t/5 }}, wantWell},
		{"everything", rich(SimpsonHermite, 0), Guess{Theta: []float64{1, 0.1}}, wantRich},
	} {
		a, err := (&Solver{}).Solve(ctx, c.pr, c.guess)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%+v", a.Stats); got != c.want {
			t.Errorf("%s: work %s, want %s", c.name, got, c.want)
		}
	}
	pr, a := twin(5, 40, []int{0, 2, 3}, 4)
	a.Adaptive = true
	e, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Stats.Steps; got > wantSteps+3 || got < wantSteps-3 {
		t.Errorf("annealing: %d Newton steps, want %d", got, wantSteps)
	}
}

const (
	wantSmoother = "{Func:1235 Jac:650 Hess:65 Steps:8 Rejected:0 Factorisations:9 Exact:0 Costate:0}"
	wantWell     = "{Func:1440 Jac:880 Hess:320 Steps:6 Rejected:0 Factorisations:7 Exact:2 Costate:0}"
	wantRich     = "{Func:207 Jac:126 Hess:36 Steps:8 Rejected:0 Factorisations:9 Exact:2 Costate:0}"
	wantSteps    = 26
)
