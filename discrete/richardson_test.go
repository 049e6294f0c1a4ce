package discrete

import (
	"math"
	"testing"
)

// TestEntriesCloseByChance: two entries of an extrapolation tableau that agree where
// the error changes its sign do not stand for its accuracy.
func TestEntriesCloseByChance(t *testing.T) {
	s := ConvergenceStudy{Scheme: Scheme{Rule: Euler}, Theory: 1}
	// The first two extrapolated values are both 2; the limit is 2.5.
	v := [][]float64{{0}, {1}, {1.5}, {1.9}, {2.17}, {2.33}}
	got, err := s.richardson(v, func(int) float64 { return 1 })
	if d := math.Abs(got[0] - 2.5); !(d <= 2*err) {
		t.Errorf("%g, off by %.2g, with an error estimate of %.2g", got[0], d, err)
	}
	// Where there is an expansion its terms are removed one after the other.
	for k := range v {
		h := math.Ldexp(1, -k)
		v[k][0] = 1 + 0.3*h - 0.2*h*h + 0.1*h*h*h
	}
	if got, err := s.richardson(v, func(int) float64 { return 1 }); !(math.Abs(got[0]-1) <= 1e-14) || !(err <= 1e-6) {
		t.Errorf("%.17g, with an error estimate of %.2g", got[0], err)
	}
}

// TestSpread: an order is known to what the uncertainty of its errors leaves.
func TestSpread(t *testing.T) {
	s := ConvergenceStudy{Theory: 4}
	for k := range 4 {
		r := ConvergenceRow{Step: math.Ldexp(1, -k), Path: &Path{Action: 1}}
		for q := range r.Errors {
			r.Errors[q], r.Uncertainty[q] = 0.01*math.Ldexp(1, -4*k), 1e-8
		}
		s.Rows = append(s.Rows, r)
		s.judge()
	}
	// The errors of rows 2 and 3 are 3.9e-5 and 2.4e-6.
	want := (1e-8/(0.01/256) + 1e-8/(0.01/4096)) / math.Ln2
	if order, _ := s.Order(StateError); order != 4 || math.Abs(s.Spread(StateError)-want) > 1e-12 {
		t.Errorf("order %g with a spread of %g, want %g", order, s.Spread(StateError), want)
	}
}

// TestCoarseLayersProveNothing: two coarse entries that hardly differ, far from what
// finer ones tend to.
func TestCoarseLayersProveNothing(t *testing.T) {
	s := ConvergenceStudy{Scheme: Scheme{Rule: Euler}, Theory: 1}
	v := [][]float64{{318}, {318.1}, {355}, {403}, {433.6}, {441.5}, {440.6}}
	if got, err := s.richardson(v, func(int) float64 { return 1 }); math.Abs(got[0]-440) > 30 || err < 0.5 {
		t.Errorf("%g, with an error estimate of %.2g", got[0], err)
	}
}
