package route

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/problemfile"
)

// A signal that is a cubic spline has a jump in its third derivative at every
// knot. Knots inside layers leave no rule more than the order 4, and integrators
// that step over them are less accurate than they believe: neither is a fault of
// the solution.
func TestCheckSplineSignal(t *testing.T) {
	var drive, data strings.Builder
	fmt.Fprintln(&drive, "time,volt")
	for k := range 17 {
		x := 0.7 * float64(k)
		fmt.Fprintf(&drive, "%.1f,%.4f\n", x, 2*math.Sin(1.3*x)+math.Cos(2.9*x))
	}
	fmt.Fprintln(&data, "time,x")
	for k := 1; k < 20; k++ {
		fmt.Fprintf(&data, "%.1f,%.3f\n", float64(k)/2, math.Sin(1.3*float64(k)/2))
	}
	file, err := (&problemfile.Loader{FS: fstest.MapFS{"drive.csv": {Data: []byte(drive.String())}, "x.csv": {Data: []byte(data.String())},
		"rc.toml": {Data: []byte(`title = "Driven RC"
[layer]
start = 0
end = 10
[parameters]
tau = { estimate = true, guess = 1, min = 0.01 }
[inputs]
u = { data = "drive.csv", at = 'time', value = 'volt', interpolation = "cubic" }
[states]
x = { equation = '(u - x)/tau', start = 0 }
[model]
Rf = inf
[[observations]]
data = "x.csv"
at = 'time'
observe = { x = 'x' }
sd = 0.02
`)}}}).Load("rc.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Check(t.Context(), CheckOptions{Schemes: schemes(t, "midpoint,gauss3"), First: 20, Last: 640})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Passed() {
		t.Error(c.Verdict())
	}
	if c.Shooting == nil {
		t.Error("multiple shooting did not solve it")
	}
	for k, want := range []int{2, 4} {
		if got := c.Studies[k].Theory; got != want {
			t.Errorf("%s: theory %d, want %d", c.Studies[k].Scheme, got, want)
		}
	}
	for _, cert := range c.Certificates {
		if cert.Name == "order, gauss3" && (cert.Verdict == hamiltonian.Fail || !strings.Contains(cert.Note, "knots") && cert.Verdict == hamiltonian.Pass) {
			t.Errorf("%s: %v, %s", cert.Name, cert.Verdict, cert.Note)
		}
	}
}

// TestWanderingOrder: halved layers have the knots elsewhere in them, so that the
// order of what these add is no steady number. One that is lost as a whole is.
func TestWanderingOrder(t *testing.T) {
	for _, c := range []struct {
		order float64
		seam  int
		want  hamiltonian.Verdict
	}{{3.95, 4, hamiltonian.Pass}, {3.7, 4, hamiltonian.NotJudged}, {3.7, 0, hamiltonian.Fail}, {2.8, 4, hamiltonian.Fail}} {
		s := &discrete.ConvergenceStudy{Theory: 4, Seam: c.seam}
		for k := range 4 {
			r := discrete.ConvergenceRow{Step: math.Ldexp(1, -k)}
			for q := range r.Errors {
				r.Errors[q] = math.Pow(r.Step, c.order)
				r.Orders[q], r.Judgement[q] = c.order, discrete.Judged
			}
			s.Rows = append(s.Rows, r)
		}
		if got := orders(s); got.Verdict != c.want {
			t.Errorf("order %g, seams of order %d: %v", c.order, c.seam, got)
		}
	}
}
