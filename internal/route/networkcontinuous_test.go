package route

import (
	"context"
	"math"
	"slices"
	"testing"

	"costate/internal/problemfile"
	"costate/testdata"
)

// H does not change through continuous layers, with exact ones and with an
// error of the model, up to the tolerance of the solution.
func TestEnergyOfContinuousLayers(t *testing.T) {
	for _, rf := range []float64{math.Inf(1), 50} {
		file, err := problemfile.LoadFS(testdata.Problems(), "network-continuous.toml")
		if err != nil {
			t.Fatal(err)
		}
		file.Network.Continuous.Rf = rf
		n, err := NewNetwork(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := n.Continuous(context.Background(), "collocation", Options{Tol: 1e-6}, NetworkTrainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := r.Energy()
		if err != nil {
			t.Fatal(err)
		}
		lo, hi := slices.Min(h), slices.Max(h)
		t.Logf("Rf %g: H in [%.9f, %.9f], %d mesh points", rf, lo, hi, len(h))
		// The costates are up to 1e2: their errors of 1e-6 relative make 1e-5.
		if size := max(math.Abs(lo), math.Abs(hi)); hi-lo > 1e-4*size || size < 0.1 {
			t.Errorf("Rf %g: H varies from %g to %g", rf, lo, hi)
		}
	}
}
