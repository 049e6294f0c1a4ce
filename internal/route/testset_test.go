package route

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"costate/internal/problemfile"
	"costate/ode"
	"costate/testdata"
)

// loadCase reads a problem of the boundary value test set.
func loadCase(t testing.TB, id string, set map[string]float64) *Problem {
	t.Helper()
	l := problemfile.Loader{FS: testdata.Problems(), Set: set}
	f, err := l.Load("bvp/" + id + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// trueError returns the largest error at the reference points, relative to the
// size of each component, and the largest of the solver's own estimates in the
// same units.
func trueError(p *Problem, sol *ode.Solution, c *testdata.Case) (truth, estimate float64) {
	y := make([]float64, sol.Dim)
	n := len(c.Y[0])
	scale, worst := make([]float64, n), make([]float64, n)
	column := make([]int, n)
	for k := range n {
		column[k] = slices.Index(p.BVP.Names, fmt.Sprintf("y%d", k+1))
		if column[k] < 0 {
			column[k] = k
		}
	}
	for i, x := range c.X {
		sol.At(y, x)
		for k, v := range c.Y[i] {
			worst[k] = max(worst[k], math.Abs(y[column[k]]-v))
			scale[k] = max(scale[k], math.Abs(v))
		}
	}
	for i := range sol.T {
		for k := range n {
			scale[k] = max(scale[k], math.Abs(sol.Node(i)[column[k]]))
		}
	}
	for k := range n {
		if scale[k] > 0 {
			truth = max(truth, worst[k]/scale[k])
			if sol.Error != nil {
				estimate = max(estimate, sol.Error[column[k]]/scale[k])
			}
		}
	}
	return truth, estimate
}

// nerveError is the error for the nerve impulse, whose phase condition
// y2'(0) = 1 holds at two places of the limit cycle: both are solutions. The
// reference is one of them; the cycle is compared from each place of the other.
func nerveError(p *Problem, sol *ode.Solution, c *testdata.Case) float64 {
	f := make([]float64, sol.Dim)
	g := func(x float64) float64 {
		p.BVP.Func(f, x, sol.At(nil, x), sol.P)
		return f[1] - 1
	}
	best := math.Abs(sol.P[0] - c.Unknown["T"])
	if best > 1e-5*sol.P[0] {
		return best
	}
	best = math.Inf(1)
	const n = 1000
	for k := range n {
		a, b := float64(k)/n, float64(k+1)/n
		if g(a)*g(b) > 0 {
			continue
		}
		for range 60 {
			m := (a + b) / 2
			if g(a)*g(m) <= 0 {
				b = m
			} else {
				a = m
			}
		}
		worst := 0.0
		for i, x := range c.X {
			_, frac := math.Modf(a + x)
			y := sol.At(nil, frac)
			for j, v := range c.Y[i] {
				worst = max(worst, math.Abs(y[j]-v)/2)
			}
		}
		best = min(best, worst)
	}
	return best
}

func sameSet(list []map[string]float64, set map[string]float64) bool {
	for _, m := range list {
		same := true
		for k, v := range m {
			same = same && math.Abs(set[k]-v) <= 1e-12*math.Abs(v)
		}
		if same {
			return true
		}
	}
	return false
}

// TestSet solves the boundary value test set at 1e-6 from the stated guess and a
// mesh of 20 intervals: each case to ten tolerances, or refused by name where it
// has no answer.
func TestSet(t *testing.T) {
	for id, ref := range testdata.References() {
		for _, c := range ref.Cases {
			t.Run(id+"/"+label(c.Set), func(t *testing.T) {
				p := loadCase(t, id, c.Set)
				begin := time.Now()
				sol, err := p.Collocate(context.Background(), Options{Tol: 1e-6})
				took := time.Since(begin)
				if err != nil {
					if !sameSet(ref.Optional, c.Set) && !sameSet(ref.Unsolvable, c.Set) {
						t.Errorf("not solved: %v", err)
					}
					return
				}
				truth, estimate := trueError(p, sol, &c)
				if id == "nerve" {
					truth = min(truth, nerveError(p, sol, &c))
				}
				t.Logf("%d intervals, %v, error %.1e, estimate %.1e", sol.Intervals(), took, truth, estimate)
				if sameSet(ref.Unsolvable, c.Set) {
					t.Errorf("solved with error %.1e, expected a refusal", truth)
				} else if truth > 1e-5 && c.Branch == "" {
					t.Errorf("solved with error %.1e (estimate %.1e), expected at most 1e-5", truth, estimate)
				}
			})
		}
		for _, set := range ref.Unsolvable {
			t.Run(id+"/"+label(set)+"/unsolvable", func(t *testing.T) {
				p := loadCase(t, id, set)
				if _, err := p.Collocate(context.Background(), Options{Tol: 1e-6}); err == nil {
					t.Error("solved, expected a refusal")
				} else {
					t.Log(err)
				}
			})
		}
	}
}

func label(set map[string]float64) string {
	var s []string
	for k, v := range set {
		s = append(s, fmt.Sprintf("%s=%.3g", k, v))
	}
	slices.Sort(s)
	return strings.Join(s, ",")
}

// TestInstanton: a transition on a long interval is held in its place by
// exponentially small forces. p(0) = sqrt(2 E), with the energy E for which
// int dx/sqrt(F^2 + 2 E) from one well to the other is T.
func TestInstanton(t *testing.T) {
	l := problemfile.Loader{FS: testdata.Problems()}
	for T, want := range map[float64]float64{5: 0.310597606, 10: 0.0679973064, 20: 0.0025419013317} {
		l.Set = map[string]float64{"T": T}
		f, err := l.Load("double-well.toml")
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, solve := range []func(context.Context, Options) (*ode.Solution, error){p.Collocate, p.Shoot} {
			sol, err := solve(t.Context(), Options{})
			if err != nil {
				t.Errorf("T = %g: %v", T, err)
				continue
			}
			if got := sol.Y[1]; math.Abs(got-want) > 1e-6 {
				t.Errorf("T = %g: p(0) = %.10g, want %.10g", T, got, want)
			}
		}
	}
}
