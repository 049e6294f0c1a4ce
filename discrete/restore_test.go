package discrete

import (
	"math"
	"testing"
)

// A solve with the factor knows which unknowns are held, a parameter too: it
// repeats the step that the factorisation solved for on the way.
func TestSolveHeld(t *testing.T) {
	for _, r := range allRules {
		p, err := newPlan(rich(r.rule, r.stages))
		if err != nil {
			t.Fatal(err)
		}
		w, f := newWork(p), newFronts(p)
		v := randomVector(p.nv, 3)
		f.assemble(w, v, 2, gaussNewton)
		f.scaling()
		f.fix[1], f.fix[p.nx/2], f.fix[p.nx] = true, true, true
		if !f.factor(w, v, 2, 0.1, f.sc) {
			t.Fatal("not positive definite")
		}
		b, x := make([]float64, p.nv), make([]float64, p.nv)
		for i, g := range f.g {
			b[i] = -g
		}
		f.solve(x, b)
		for i := range x {
			if math.Abs(x[i]-f.d[i]) > 1e-11*(1+math.Abs(f.d[i])) {
				t.Errorf("%s: unknown %d moves by %g, in the factorisation by %g", r.name, i, x[i], f.d[i])
			}
		}
	}
}

// At a large Rf a step along the valley's floor leaves it by the square of
// its length; restore takes this excess away, whatever the rule.
func TestRestore(t *testing.T) {
	const scale = 1e7
	for _, r := range allRules {
		pr := rich(r.rule, r.stages)
		if r.rule == Gauss && r.stages == 2 {
			pr.Rf, pr.RfVary = []float64{3, 0.5, 0.5, 5}, nil
		}
		a, err := (&Solver{Scale: scale}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		p, err := newPlan(pr)
		if err != nil {
			t.Fatal(err)
		}
		w, f := newWork(p), newFronts(p)
		v := p.vector(Guess{Path: a})
		f.assemble(w, v, scale, gaussNewton)
		f.scaling()
		if !f.factor(w, v, scale, 0, f.sc) {
			t.Fatal("not positive definite")
		}
		b := randomVector(p.nv, 9)
		f.solve(f.d, b)
		size := 0.0
		for _, d := range f.d {
			size = max(size, math.Abs(d))
		}
		target := w.action(v, scale).total()
		trial := make([]float64, p.nv)
		for i := range trial {
			f.d[i] *= 0.02 / size
			trial[i] = v[i] + f.d[i]
			target += f.d[i] * (f.g[i] + 0.5*b[i]*0.02/size)
		}
		before := w.action(trial, scale)
		after := w.restore(f, v, trial, scale, before, target)
		if got := w.action(trial, scale); got != after {
			t.Errorf("%s: restore returns %v, the action is %v", r.name, after, got)
		}
		ex, left := before.total()-target, math.Abs(after.total()-target)
		if !(ex > 0.01) || left > 1e-2*ex {
			t.Errorf("%s: excess %g becomes %g", r.name, ex, left)
		}
	}
}
