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
				t.Logf("%d intervals, %v, error %.1e, estimate %.1e", intervals(sol), took, truth, estimate)
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

func intervals(s *ode.Solution) int {
	n := 0
	for i := 1; i < len(s.T); i++ {
		if s.T[i] != s.T[i-1] {
			n++
		}
	}
	return n
}
