package route

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"costate/collocation"
	"costate/internal/problemfile"
)

// decay is x' = c - k x with x(0) = a, measured as exp(-t): without bounds k = 1
// and c = 0 for a = 1.
func decay(t *testing.T, a float64, bounds string) *Problem {
	t.Helper()
	guess := "0.7"
	if strings.Contains(bounds, "min") {
		guess = "1.5"
	}
	src := "[layer]\nstart = 0\nend = 2\n[constants]\na = " + fmt.Sprint(a) + "\ntop = '0.8*a'\n" +
		"[parameters]\nk = { estimate = true, guess = " + guess + bounds + " }\nc = { estimate = true, guess = 0.1 }\n" +
		"[states]\nx = { equation = 'c - k*x', start = 'a', guess = 1 }\n[model]\nRf = inf\n" +
		"[[observations]]\nat = [0.5, 1, 1.5, 2]\nobserve = { x = [0.6065, 0.3679, 0.2231, 0.1353] }\nsd = 0.1\n"
	file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(src)}}}).Load("d.toml")
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	p, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fitted returns k and c.
func fitted(t *testing.T, a float64, bounds string) [2]float64 {
	t.Helper()
	sol, err := decay(t, a, bounds).Collocate(context.Background(), Options{Tol: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	return [2]float64{sol.P[0], sol.P[1]}
}

// TestSensitivityOnBound compares with differences of solutions: of a free
// minimum, of one on a bound, and of one on a bound that moves.
func TestSensitivityOnBound(t *testing.T) {
	for _, bounds := range []string{"", ", max = 0.7", ", max = 'top'", ", min = 1.3"} {
		p := decay(t, 1, bounds)
		o := Options{Tol: 1e-10}
		sol, err := p.Collocate(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.Sensitivity(context.Background(), sol, o, []string{"a"})
		if err != nil {
			t.Fatal(err)
		}
		up, down := fitted(t, 1.0005, bounds), fitted(t, 0.9995, bounds)
		for i, got := range d[0].P {
			if want := (up[i] - down[i]) / 0.001; math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("bounds %q: derivative of parameter %d is %.8g, differences give %.8g", bounds, i, got, want)
			}
		}
	}
}

// TestBranchKeepsBounds follows k into its bound and out of it; all points are
// the solutions that solving there gives.
func TestBranchKeepsBounds(t *testing.T) {
	for _, c := range []struct {
		from, to float64
		bounds   string
		corners  string
	}{
		{1, 1.4, ", max = 1.2", "k meets its upper bound and is held there"},
		{1.4, 1, ", max = 1.2", "k leaves its upper bound"},
		{1.4, 1, ", min = 1.2", "k meets its lower bound and is held there"},
		{1, 1.4, ", max = 'top'", ""},
		{1, 1.4, "", ""},
	} {
		p := decay(t, c.from, c.bounds)
		b, err := p.Branch(context.Background(), "a", c.to, Options{Tol: 1e-8}, collocation.BranchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var corners []string
		for i, q := range b.Points {
			if q.Corner != "" {
				corners = append(corners, q.Corner)
			}
			if i%3 != 0 && i != len(b.Points)-1 {
				continue
			}
			for j, want := range fitted(t, q.Parameter, c.bounds) {
				if got := q.Solution.P[j]; math.Abs(got-want) > 1e-6 {
					t.Errorf("%v, a = %.6g: parameter %d is %.9g, solving gives %.9g", c, q.Parameter, j, got, want)
				}
			}
		}
		if got := strings.Join(corners, ", "); got != c.corners {
			t.Errorf("%v: corners %q", c, got)
		}
		if last := b.Points[len(b.Points)-1].Parameter; last != c.to || b.End != collocation.BranchReached {
			t.Errorf("%v ends at %g", c, last)
		}
	}
}

// TestAllSolutionsKeepBounds: the least squares problem has one solution within
// bounds, wherever they are.
func TestAllSolutionsKeepBounds(t *testing.T) {
	for _, bounds := range []string{"", ", max = 0.7", ", min = 1.3", ", min = 0.2, max = 3"} {
		p := decay(t, 1, bounds)
		all, held, err := p.AllSolutions(context.Background(), Options{Tol: 1e-8}, 5)
		if err != nil {
			t.Fatal(err)
		}
		want := fitted(t, 1, bounds)
		if len(all) != 1 || math.Abs(all[0].P[0]-want[0]) > 1e-6 || math.Abs(all[0].P[1]-want[1]) > 1e-6 {
			t.Errorf("bounds %q: %d solutions, expected one at %v", bounds, len(all), want)
			continue
		}
		if onBound := want[0] == 0.7 || want[0] == 1.3; onBound != (len(held[0]) == 1) {
			t.Errorf("bounds %q: held %v", bounds, held[0])
		}
	}
}

// TestBranchRefusesMovingLayer: a constant that moves the end of the layer.
func TestBranchRefusesMovingLayer(t *testing.T) {
	src := "[layer]\nstart = 0\nend = 'T'\n[constants]\nT = 2\n[states]\nx = { equation = '-x', start = 1 }\n[boundary]\n"
	file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(src)}}}).Load("d.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Branch(context.Background(), "T", 3, Options{}, collocation.BranchOptions{}); err == nil || !strings.Contains(err.Error(), "moves the ends") {
		t.Errorf("got %v", err)
	}
}

// TestErrorOfPerfectFit: where the data are fitted exactly the costates are zero,
// and the true error of the parameter is known: the estimate is not below it.
func TestErrorOfPerfectFit(t *testing.T) {
	for _, k := range []float64{0.1, 0.5, 0.9, 1.7} {
		var values []string
		for i := 1; i <= 5; i++ {
			values = append(values, fmt.Sprintf("%.17g", 10*math.Exp(-k*float64(i))))
		}
		src := "[layer]\nstart = 0\nend = 5\n[parameters]\nk = { estimate = true, guess = 0.3 }\n" +
			"[states]\nx = { equation = '-k*x', start = 10 }\n[model]\nRf = inf\n" +
			"[[observations]]\nat = [1, 2, 3, 4, 5]\nobserve = { x = [" + strings.Join(values, ", ") + "] }\nsd = 0.1\n"
		file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(src)}}}).Load("d.toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, tol := range []float64{1e-6, 1e-9} {
			p, err := New(file)
			if err != nil {
				t.Fatal(err)
			}
			sol, err := p.Collocate(context.Background(), Options{Tol: tol})
			if err != nil {
				t.Fatal(err)
			}
			if e := math.Abs(sol.P[0] - k); e > sol.ParamError[0] || sol.ParamError[0] > tol {
				t.Errorf("k = %v off by %.2g, estimate %.2g, tolerance %g", k, e, sol.ParamError[0], tol)
			}
		}
	}
}
