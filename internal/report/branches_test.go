package report

import (
	"slices"
	"testing"
)

// TestBranchAxes: values of one sign over more than two decades have a
// logarithmic axis, negative ones by their size; the data given stay as they are.
func TestBranchAxes(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		log  bool
		name string
		draw []float64
	}{
		{[]float64{0.1, 1e-3, 1e-6}, true, "eps", []float64{0.1, 1e-3, 1e-6}},
		{[]float64{-0.1, -1e-3, -1e-6}, true, "−eps", []float64{0.1, 1e-3, 1e-6}},
		{[]float64{1, 50, 100}, false, "eps", []float64{1, 50, 100}},
		{[]float64{0, 1, 1000}, false, "eps", []float64{0, 1, 1000}},
		{[]float64{-1000, -1, 1}, false, "eps", []float64{-1000, -1, 1}},
	} {
		given := slices.Clone(c.x)
		p := BranchPicture{X: "eps", Y: "y", Branches: []Branch{{Name: "solutions", X: c.x, Y: []float64{1, 2, 3}, Special: []Special{{1, "fold"}}}}}.Figure().Panels[0]
		if p.LogX != c.log || p.LogY || p.X != c.name || !slices.Equal(p.Layers[0].X, c.draw) || p.Layers[1].X[0] != c.draw[1] {
			t.Errorf("%v: logarithmic %v and %v, %s, %v", c.x, p.LogX, p.LogY, p.X, p.Layers)
		}
		if !slices.Equal(c.x, given) {
			t.Errorf("the data %v were changed to %v", given, c.x)
		}
	}
}

// TestTinyNumbers: a number far below its error, or below what fifteen places
// reach, fits into a table.
func TestTinyNumbers(t *testing.T) {
	for _, c := range []struct {
		v, err float64
		want   string
	}{
		{1e-154, 1e-150, "0.000000000000000"}, {-1e-154, 1e-150, "0.000000000000000"},
		{3e-20, 5e-20, "3e-20"}, {3e-20, 5e-22, "3.00e-20"}, {3e-9, 5e-8, "0.00000000"}, {0, 1e-150, "0.000000000000000"},
	} {
		if got := Number(c.v, c.err).Text; got != c.want {
			t.Errorf("%g +- %g is %q, want %q", c.v, c.err, got, c.want)
		}
	}
}
