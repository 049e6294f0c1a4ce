package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/fstest"

	"costate/internal/problemfile"
	"costate/ode"
)

// TestBoundsOfParameters: x' = -k x from 1 at 0, measured as exp(-t) at 1 and 2:
// k = 1 without bounds, and on the nearer bound with them.
func TestBoundsOfParameters(t *testing.T) {
	for _, c := range []struct {
		bounds string
		guess  float64
		want   float64
		at     int // parameters on a bound
	}{
		{"", 1.6, 1, 0},
		{"min = 0.2, max = 3", 1.6, 1, 0},
		{"min = 0.2, max = 0.7", 0.5, 0.7, 1},
		{"min = 1.5, max = 3", 1.6, 1.5, 1},
		{"min = 1.5", 1.6, 1.5, 1},
	} {
		bounds := c.bounds
		if bounds != "" {
			bounds = ", " + bounds
		}
		src := "[layer]\nstart = 0\nend = 2\n[parameters]\nk = { estimate = true, guess = " + fmt.Sprint(c.guess) + bounds +
			" }\n[states]\nx = { equation = '-k*x', start = 1, guess = 1 }\n[model]\nRf = inf\n" +
			"[[observations]]\nat = [1, 2]\nobserve = { x = [0.36787944117144233, 0.1353352832366127] }\nsd = 0.1\n"
		file, err := (&problemfile.Loader{FS: fstest.MapFS{"k.toml": {Data: []byte(src)}}}).Load("k.toml")
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		for _, shoot := range []bool{false, true} {
			p, err := New(file)
			if err != nil {
				t.Fatal(err)
			}
			solve := p.Collocate
			if shoot {
				solve = p.Shoot
			}
			sol, err := solve(context.Background(), Options{Tol: 1e-9})
			if err != nil {
				t.Fatalf("bounds %q: %v", c.bounds, err)
			}
			if math.Abs(sol.P[0]-c.want) > 1e-8 || len(p.AtBound()) != c.at {
				t.Errorf("bounds %q, shooting %v: k = %.10g with %d on a bound, expected %g with %d", c.bounds, shoot, sol.P[0], len(p.AtBound()), c.want, c.at)
			}
		}
	}
}

// boundedDecay is x' = -k x from 1, measured as exp(-t), with k between bounds.
func boundedDecay(t *testing.T, bounds string) *Problem {
	return problem(t, "[layer]\nstart = 0\nend = 2\n[parameters]\nk = { estimate = true, "+bounds+
		" }\nc = { estimate = true, guess = 0.1 }\n[states]\nx = { equation = '-k*x + c', start = 1, guess = 1 }\n[model]\nRf = 50\n"+
		"[[observations]]\nat = [0.5, 1, 1.5, 2]\nobserve = { x = [0.6065306597126334, 0.36787944117144233, 0.22313016014842982, 0.1353352832366127] }\nsd = 0.1\n")
}

// TestCheckOnBounds: what stands on a bound is a constant of the problem that is
// certified, and presses against the bound.
func TestCheckOnBounds(t *testing.T) {
	for _, c := range []struct {
		bounds string
		value  float64
		upper  bool
	}{{"guess = 1.6, min = 1.5, max = 3", 1.5, false}, {"guess = 0.5, min = 0.2, max = 0.7", 0.7, true}} {
		r, err := boundedDecay(t, c.bounds).Check(t.Context(), CheckOptions{Last: 256})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Held) != 1 || r.Held[0].Value != c.value || r.Held[0].Upper != c.upper || r.Held[0].Name != "k" {
			t.Fatalf("%s: held %+v", c.bounds, r.Held)
		}
		if len(r.Collocation.P) != 1 || len(r.Problem.File.Action.Params) != 1 || !r.Passed() {
			t.Errorf("%s: %d parameters left; %s", c.bounds, len(r.Collocation.P), r.Verdict())
		}
	}
}

// TestActiveSetCycles: if the set of parameters on bounds does not settle, that is
// an error, and not the last solution.
func TestActiveSetCycles(t *testing.T) {
	p := boundedDecay(t, "guess = 1.6, min = 1.5, max = 3")
	pinned, err := p.Collocate(t.Context(), Options{Tol: 1e-8})
	if err != nil || len(p.AtBound()) != 1 {
		t.Fatal(err, p.AtBound())
	}
	for i := range pinned.Y { // dA/dk with the wrong sign: k wants to leave
		pinned.Y[i] = -pinned.Y[i]
	}
	free := *pinned
	free.P = []float64{1, 0} // and then is too small
	calls := 0
	sol, err := p.bounded(t.Context(), nil, func(*ode.Solution) (*ode.Solution, error) {
		calls++
		s := free
		if len(p.AtBound()) > 0 {
			s = *pinned
		}
		return &s, nil
	})
	if !errors.Is(err, ErrActiveSet) || sol == nil || sol.Status == ode.Solved || calls != 20 {
		t.Errorf("%d solutions, %v, %+v", calls, err, sol)
	}
}
