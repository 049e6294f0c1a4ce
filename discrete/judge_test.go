package discrete

import (
	"math"
	"testing"
)

// The limit does not hang on where the ladder ends: a branch whose model
// error does not fall like 1/Rf yet is followed until it does.
func TestJudgeAhead(t *testing.T) {
	pr, a := twin(5, 80, []int{0, 2}, 1)
	full, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	r := full.Runs[0]
	early := 0
	for n := 2; n < len(r.Rungs); n++ {
		x, y := &r.Rungs[n-1], &r.Rungs[n]
		if falls(x, y) || y.Jump {
			continue
		}
		early++
		b := *a
		b.Betas = n + 1
		e, err := b.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		q := e.Runs[0]
		crude, falling := extrapolate(x, y)
		if q.Suspect || math.Abs(q.Limit-r.Limit) > 0.5*math.Abs(crude-r.Limit) || math.Abs(q.Falling-1) > math.Abs(falling-1) {
			t.Errorf("%d rungs: limit %.9g, falling %g, suspect %v; the last two rungs give %.9g, %g; the full ladder %.9g",
				n+1, q.Limit, q.Falling, q.Suspect, crude, falling, r.Limit)
		}
	}
	if early == 0 {
		t.Error("no rung with a small model error that does not fall yet; the test wants one")
	}
}

// After a jump on the last rung the new branch is judged by itself, and a run
// that stays on none is suspect.
func TestJudgeJump(t *testing.T) {
	pr, a := twin(5, 20, []int{0, 2, 3}, 2)
	e, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	r := e.Runs[0]
	p, err := newPlan(pr)
	if err != nil {
		t.Fatal(err)
	}
	m := newMinimiser(p, &a.Solver)
	m.v = p.vector(Guess{Path: r.Path})
	n := len(r.Rungs)
	before, last := r.Rungs[n-2], r.Rungs[n-1]
	before.Action += 7
	before.Model *= 3
	last.Jump = true
	run := Run{Rungs: []Rung{before, last}, Done: true}
	lad := newLadder(a, p)
	lad.judge(ctx, m, &run)
	if run.Suspect || math.Abs(run.Limit-r.Limit) > 1e-6*r.Limit || math.Abs(run.Falling-r.Falling) > 1e-3 {
		t.Errorf("limit %.10g, falling %g, suspect %v; without the jump %.10g, %g", run.Limit, run.Falling, run.Suspect, r.Limit, r.Falling)
	}
	// What is no minimum at the last Rf has no branch.
	for i := range m.v {
		m.v[i] += math.Sin(float64(i))
	}
	run.Rungs[1].Action *= 2
	lad.judge(ctx, m, &run)
	if !run.Suspect {
		t.Errorf("an action of twice the branch's is not suspect: limit %g, falling %g", run.Limit, run.Falling)
	}
}
