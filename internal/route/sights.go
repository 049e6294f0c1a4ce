package route

import (
	"math"
	"slices"

	"costate/hamiltonian"
)

// sight is a measurement: those rows of f that are used.
type sight struct {
	t   float64
	f   *hamiltonian.Function
	use []bool // nil: all
}

// sights are the measurements in the order of t.
func (s *seeing) sights() ([]sight, error) {
	var out []sight
	for k := range s.a.Observations {
		o := &s.a.Observations[k]
		f, err := s.a.Observed(k)
		if err != nil {
			return nil, err
		}
		m := len(o.H)
		for n, t := range o.Times {
			use := make([]bool, m)
			for j := range use {
				w := 1.0
				switch {
				case o.Matrix != nil:
				case len(o.Rm) == m:
					w = o.Rm[j]
				default:
					w = o.Rm[n*m+j]
				}
				use[j] = w > 0 && !math.IsNaN(o.Y[n*m+j])
			}
			out = append(out, sight{t, f, use})
		}
	}
	const samples = 100 // of a continuous measurement
	for k := range s.a.Signals {
		f, err := s.a.SignalError(k)
		if err != nil {
			return nil, err
		}
		for i := range samples {
			out = append(out, sight{t: s.a.Start + (s.a.End-s.a.Start)*(float64(i)+0.5)/samples, f: f})
		}
	}
	slices.SortStableFunc(out, func(a, b sight) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		}
		return 0
	})
	return out, nil
}
