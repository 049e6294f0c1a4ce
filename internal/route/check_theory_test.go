package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"costate/discrete"
	"costate/internal/problemfile"
)

// network returns layers with shared weights, x' = tanh(W x + b) - x/2 in three
// neurons, Rf = 5, and Rm = 2 for data at the first and the last layer: the kind of
// problem on which the theory's figures for costates and H were measured. Its
// weights are drawn from a generator of this test, for those of the measurement
// are not known.
func network(t *testing.T) *Problem {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 2))
	var text, data strings.Builder
	fmt.Fprint(&text, "title = 'Shared weights'\n[layer]\nname = 'l'\nstart = 0\nend = 2\n[states]\n")
	for i := range 3 {
		sum := fmt.Sprintf("%.3f", rng.NormFloat64()/2)
		for j := range 3 {
			sum += fmt.Sprintf(" + (%.3f)*x%d", 1.2*rng.NormFloat64(), j+1)
		}
		fmt.Fprintf(&text, "x%d = { equation = 'tanh(%s) - x%d/2' }\n", i+1, sum, i+1)
	}
	fmt.Fprint(&text, "[model]\nRf = 5\n[[observations]]\ndata = 'ends.csv'\nRm = 2\nobserve = { x1 = 'x1', x2 = 'x2', x3 = 'x3' }\n")
	fmt.Fprintln(&data, "l,x1,x2,x3")
	for _, l := range []int{0, 2} {
		fmt.Fprintf(&data, "%d,%.3f,%.3f,%.3f\n", l, 2*rng.NormFloat64(), 2*rng.NormFloat64(), 2*rng.NormFloat64())
	}
	file, err := (&problemfile.Loader{FS: fstest.MapFS{
		"network.toml": {Data: []byte(text.String())}, "ends.csv": {Data: []byte(data.String())},
	}}).Load("network.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestWeakConstraintOrders: the minimum of the layers' action tends to the solution
// of the boundary value problem with the order of the rule, in x, p and the action;
// without the step in the layers' weight it does not, but drifts to zero.
func TestWeakConstraintOrders(t *testing.T) {
	c, err := network(t).Check(t.Context(), CheckOptions{
		Schemes: schemes(t, "euler,trapezoid,midpoint"), First: 8, Last: 512, Unscaled: true})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Passed() {
		t.Error(c.Verdict())
	}
	for _, s := range c.Studies {
		last := s.Rows[len(s.Rows)-1]
		for _, q := range []discrete.Quantity{discrete.StateError, discrete.CostateError, discrete.ActionError} {
			if last.Judgement[q] != discrete.Judged || math.Abs(last.Orders[q]-float64(s.Theory)) > 0.05 {
				t.Errorf("%v, 256 -> 512 layers: order of %v %.3f (%v)", s.Scheme, q, last.Orders[q], last.Judgement[q])
			}
		}
	}
	rows := c.Unscaled.Rows
	if c.Unscaled.Diverges() == "" {
		t.Error("fixed layer weights are not said to diverge")
	}
	for k := 1; k < len(rows); k++ {
		if rows[k].Path.Action >= rows[k-1].Path.Action {
			t.Errorf("fixed layer weights: the action rises from %g to %g", rows[k-1].Path.Action, rows[k].Path.Action)
		}
	}
	if a := rows[len(rows)-1].Path.Action; a > 0.2*c.Split.Total() {
		t.Errorf("fixed layer weights: action %g, correct %g", a, c.Split.Total())
	}
}

// TestEnergyOfLayers: with shared weights H is constant through the layers, to
// rounding along the continuous solution, and up to the order of the rule along
// discrete layers: the drift halves with every doubling for the left rectangle,
// and falls to a quarter for trapezoid and midpoint.
func TestEnergyOfLayers(t *testing.T) {
	p := network(t)
	c, err := p.Check(t.Context(), CheckOptions{Schemes: schemes(t, "euler,trapezoid,midpoint"), First: 32, Last: 256})
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Energy(c.Collocation)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Judged || e.Drift > 1e-11*e.Scale {
		t.Errorf("H drifts by %g along the continuous solution", e.Drift)
	}
	h, err := p.Equations.Energy()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Studies {
		var drift []float64
		for _, r := range s.Rows {
			a := r.Path
			lo, hi := math.Inf(1), math.Inf(-1)
			for n := range a.Layers + 1 {
				costate := a.CostateRight[n*3 : (n+1)*3]
				if n == a.Layers {
					costate = a.CostateLeft[n*3 : (n+1)*3]
				}
				v := h(a.Time(n), append(append([]float64{}, a.Node(n)...), costate...), nil)
				lo, hi = min(lo, v), max(hi, v)
			}
			drift = append(drift, hi-lo)
		}
		t.Logf("%v: drift of H %.3g", s.Scheme, drift)
		for k := 1; k < len(drift); k++ {
			if order := math.Log2(drift[k-1] / drift[k]); math.Abs(order-float64(s.Theory)) > 0.1 {
				t.Errorf("%v: drift of H %.3g, order %.3f", s.Scheme, drift, order)
			}
		}
	}
}
