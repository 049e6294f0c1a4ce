package discrete

import (
	"math"
	"testing"
)

// walk is x' = m - 0.3 x, m' = 0 with data of x and a prior of both.
func walk(rf []float64) *Problem {
	pr := &Problem{Start: 0, End: 6, Layers: 40, Rf: rf,
		Model: Model{
			Dim:  2,
			Func: func(dst []float64, _ float64, x, _ []float64) { dst[0], dst[1] = x[1]-0.3*x[0], 0 },
			Jac:  func(dx, _ []float64, _ float64, _, _ []float64) { dx[0], dx[1], dx[2], dx[3] = -0.3, 1, 0, 0 },
			Hess: func(dst []float64, _ float64, _, _, _ []float64) { clear(dst) },
		},
		StatePrior: &Prior{Mean: []float64{0, 0}, Precision: []float64{0.25, 1}},
	}
	for k, y := range []float64{0.2, 0.9, 1.5, 0.4, -0.3} {
		pr.Observations = append(pr.Observations, Observation{Time: float64(k + 1), Index: []int{0}, Y: []float64{y}, Rm: []float64{25}})
	}
	return pr
}

// TestSteady: the ladder leaves a steady component its Rf, so that it comes to
// the minimum of the problem in which only the other equation is exact; so in
// the state form and in that of the costates, with Rf as numbers and as a
// matrix.
func TestSteady(t *testing.T) {
	want, err := (&Solver{}).Solve(ctx, walk([]float64{math.Inf(1), 4}), Guess{})
	if err != nil {
		t.Fatal(err)
	}
	for _, rf := range [][]float64{{1, 4}, {1, 0, 0, 4}} {
		for _, form := range []Form{AutomaticForm, CostateForm} {
			pr := walk(rf)
			pr.Steady = []bool{false, true}
			a := &Annealing{Alpha: 10, Betas: 13, Rf0: 1e-3, Solver: Solver{Form: form}}
			e, err := a.Run(ctx, pr)
			if err != nil {
				t.Fatal(err)
			}
			l, r := e.Levels[0], e.Runs[0]
			if d := math.Abs(l.Limit - want.Action); d > 1e-8*want.Action {
				t.Errorf("Rf %v, form %d: limit %.10g, want %.10g", rf, form, l.Limit, want.Action)
			}
			if l.Suspect || l.Early || r.Rungs[12].Jump {
				t.Errorf("Rf %v, form %d: suspect %v, early %v", rf, form, l.Suspect, l.Early)
			}
			if s := r.Rungs[12].Steady; math.Abs(s-want.Model) > 1e-6*want.Model {
				t.Errorf("Rf %v, form %d: the walk costs %.8g, want %.8g", rf, form, s, want.Model)
			}
			if l.Freedom != 5 {
				t.Errorf("freedom %d, want 5: both states have a prior", l.Freedom)
			}
		}
	}
	pr := walk([]float64{2, 1, 1, 4})
	pr.Steady = []bool{false, true}
	if _, err := (&Solver{}).Solve(ctx, pr, Guess{}); err == nil {
		t.Error("a steady component coupled to another is taken")
	}
}

// TestLimit: the level at Rf = +Inf is told with an error that holds, and not
// told before the model error falls as 1/Rf.
func TestLimit(t *testing.T) {
	// A = 10 - c/Rf + d/Rf^2, of which Rf dA/dRf is the model error.
	run := func(alpha, top float64, c, d float64) Run {
		var r Run
		for rf := 1.0; rf <= top*(1+1e-9); rf *= alpha {
			r.Rungs = append(r.Rungs, Rung{Beta: float64(len(r.Rungs)), RfScale: rf, Action: 10 - c/rf + d/rf/rf, Model: c/rf - 2*d/rf/rf})
		}
		i, _ := r.below(len(r.Rungs) - 1)
		var before *Rung
		if k, _ := r.below(i); k < i {
			before = &r.Rungs[k]
		}
		r.conclude(before, &r.Rungs[i], &r.Rungs[len(r.Rungs)-1], false)
		return r
	}
	for _, alpha := range []float64{1.05, 1.2, 2, 10} {
		for _, top := range []float64{100, 1000, 1e5} {
			r := run(alpha, top, 5, 12)
			told := !math.IsNaN(r.Limit)
			if told && math.Abs(r.Limit-10) > 1.05*r.LimitError+1e-13 {
				t.Errorf("alpha %g up to %g: limit %.8g +- %.2g, true 10", alpha, top, r.Limit, r.LimitError)
			}
			if top > 100 && (!told || r.Suspect) {
				t.Errorf("alpha %g up to %g: no limit", alpha, top)
			}
		}
		// At Rf = 10 the model error is 0.26, which goes as Rf^-0.08.
		if r := run(alpha, 10, 5, 12); !r.Early || !math.IsNaN(r.Limit) || r.Until <= r.Rungs[len(r.Rungs)-1].Beta {
			t.Errorf("alpha %g up to 10: limit %g, until beta %g", alpha, r.Limit, r.Until)
		}
	}
}
