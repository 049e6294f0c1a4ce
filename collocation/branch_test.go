package collocation

import (
	"context"
	"fmt"
	"math"
	"testing"

	"costate/ode"
)

func bratu(lam float64) *ode.BVP {
	p := find("bratu_upper").make(lam)
	p.Guess = nil
	return p
}

// The branch of Bratu's problem turns at 3.513830719125162 and comes back as
// the upper solutions.
func TestBranch(t *testing.T) {
	s := Solver{}
	c := Continuation{From: 1, To: 4, Problem: bratu}
	b, err := s.Continue(context.Background(), &c, BranchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Points {
		fmt.Printf("%.10g %.8g %v N=%d newton=%d\n", p.Parameter, p.Solution.At(nil, 0.5)[0], p.Fold, len(p.Solution.T)-1, p.Solution.Stats.Newton)
	}
	f := b.Folds()
	if len(f) != 1 || math.Abs(f[0].Parameter-3.513830719125162) > 1e-6 {
		t.Errorf("folds %v", f)
	}
}
