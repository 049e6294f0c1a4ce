package collocation

import (
	"context"
	"math"
	"slices"
	"strings"
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
	for i, p := range b.Points {
		theta := math.Sqrt(2*p.Parameter) * math.Exp(p.Solution.At(nil, 0.5)[0]/2)
		// On the whole branch: y(1/2) = 2 log cosh(theta/4).
		if e := p.Solution.At(nil, 0.5)[0] - 2*math.Log(math.Cosh(theta/4)); math.Abs(e) > 1e-5 {
			t.Errorf("point %d, lambda = %v: y(1/2) off by %v", i, p.Parameter, e)
		}
	}
	if last := b.Points[len(b.Points)-1]; last.Parameter != 1 || math.Abs(last.Solution.At(nil, 0.5)[0]-4.091467246189) > 5e-6 {
		t.Errorf("the branch ends at %v, y(1/2) = %v", last.Parameter, last.Solution.At(nil, 0.5)[0])
	}
	f := b.Folds()
	if len(f) != 1 || math.Abs(f[0].Parameter-3.513830719125162) > 1e-6 {
		t.Errorf("folds %v", f)
	}
}

// Bratu's problem has two solutions below the fold, the pendulum
// y” + 20 sin y = 0, y(0) = y(1) = 0 has three.
func TestAllSolutions(t *testing.T) {
	var s Solver
	all, err := s.AllSolutions(context.Background(), bratu(1), 5)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || math.Abs(all[0].At(nil, 0.5)[0]-0.140539214400) > 1e-6 || math.Abs(all[1].At(nil, 0.5)[0]-4.091467246189) > 5e-6 {
		t.Errorf("%d solutions", len(all))
	}
	pend := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) { f[0], f[1] = y[1], -20*math.Sin(y[0]) }},
		Start:  0, End: 1, Boundary: separated(2, 1, []int{0, 0}, []float64{0, 0}),
		Guess: func(y []float64, t float64) { y[0], y[1] = math.Sin(math.Pi*t), math.Pi*math.Cos(math.Pi*t) },
	}
	all, err = s.AllSolutions(context.Background(), pend, 9)
	if err != nil {
		t.Fatal(err)
	}
	var mid []float64
	for _, a := range all {
		mid = append(mid, a.At(nil, 0.5)[0])
	}
	// The amplitude a of a half period of length 1: K(sin(a/2)) = sqrt(20)/2.
	slices.Sort(mid)
	if len(mid) != 3 || math.Abs(mid[1]) > 1e-9 || math.Abs(mid[0]+mid[2]) > 1e-5 {
		t.Errorf("middles %v, want three solutions, one zero, two opposite", mid)
	}
}

// The derivative of Bratu's solution with respect to lambda, against
// differences of solutions; that of the nozzle with respect to an end value.
func TestSensitivity(t *testing.T) {
	s := Solver{Tol: 1e-10}
	ctx := context.Background()
	sol := solved(t, &s, bratu(2))
	d, err := s.Sensitivity(ctx, sol, []float64{2}, bratu)
	if err != nil {
		t.Fatal(err)
	}
	up, down := solved(t, &s, bratu(2.001)), solved(t, &s, bratu(1.999))
	for i := range 11 {
		x := float64(i) / 10
		for c := range 2 {
			want := (up.At(nil, x)[c] - down.At(nil, x)[c]) / 0.002
			if got := d[0].At(nil, x)[c]; math.Abs(got-want) > 2e-6*(1+math.Abs(want)) {
				t.Errorf("dy%d/dlam(%v) = %v, want %v", c+1, x, got, want)
			}
		}
	}
}

// The mesh of a branch does not grow when the problem does not ask for it: an
// iteration that is cut short must not look like an error of the mesh.
func TestBranchMesh(t *testing.T) {
	family := func(mu float64) *ode.BVP { return vanDerPol(mu) }
	s := Solver{Tol: 1e-8}
	b, err := s.Continue(context.Background(), &Continuation{From: 1, To: 3, Problem: family}, BranchOptions{})
	if err != nil || b.End != BranchReached {
		t.Fatal(b.End, err)
	}
	last := b.Points[len(b.Points)-1].Solution
	direct := solved(t, &s, vanDerPol(3))
	if n, m := last.Intervals(), direct.Intervals(); n > 2*m {
		t.Errorf("%d intervals at the end of the branch, %d when solved there", n, m)
	}
	if math.Abs(last.P[0]-direct.P[0]) > 1e-6 {
		t.Errorf("period %v on the branch, %v when solved there", last.P[0], direct.P[0])
	}
	s2, err := s.Continue(context.Background(), &Continuation{From: 1, To: 3, Problem: family}, BranchOptions{MaxPoints: 4})
	if err != nil || s2.End != BranchPoints || len(s2.Points) != 4 {
		t.Errorf("four points: end %v, %d points, %v", s2.End, len(s2.Points), err)
	}
	// A family that ends: 1/(2 - lambda) at lambda > 2 is no problem at all.
	ends := func(lambda float64) *ode.BVP {
		if lambda > 2 {
			return nil
		}
		return bratu(lambda)
	}
	b, err = s.Continue(context.Background(), &Continuation{From: 1, To: 3, Problem: ends}, BranchOptions{})
	if at := b.Points[len(b.Points)-1].Parameter; err == nil || at > 2 || at < 1.5 {
		t.Errorf("a family that ends at 2: stopped at %v with %v", at, err)
	}
}

// A singular limit is called so: eps y” = y - 1 has no right-hand side at eps = 0.
func TestSingularLimit(t *testing.T) {
	layer := func(eps float64) *ode.BVP {
		return &ode.BVP{
			System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
				f[0], f[1] = y[1], (y[0]-1)/eps
			}},
			Start: 0, End: 1, Boundary: separated(2, 1, []int{0, 0}, []float64{0, 0}),
		}
	}
	c := &Continuation{From: 0.1, To: 0, Problem: layer}
	s := Solver{Continuation: c}
	_, solved := s.Solve(context.Background(), layer(0))
	s.Continuation = nil
	_, followed := s.Continue(context.Background(), c, BranchOptions{})
	for _, err := range []error{solved, followed} {
		if err == nil || !strings.Contains(err.Error(), "at 0 itself the right-hand side is not finite") || !strings.Contains(err.Error(), "singular limit") {
			t.Errorf("%v", err)
		}
	}
}

// A tolerance below rounding is called so, and no guess blamed.
func TestToleranceBelowRounding(t *testing.T) {
	s := Solver{Tol: 1e-30}
	sol, err := s.Solve(context.Background(), vanDerPol(2))
	if err != nil && (!strings.Contains(err.Error(), "smallest that can be met") || strings.Contains(err.Error(), "guess")) || err == nil && len(sol.Warnings) == 0 {
		t.Errorf("tolerance 1e-30: %v, warnings %v", err, sol.Warnings)
	}
}
