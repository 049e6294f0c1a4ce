package route

import (
	"context"
	"fmt"
	"math"
	"testing"
	"testing/fstest"

	"costate/internal/problemfile"
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
