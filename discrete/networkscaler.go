package discrete

import "math"

// NetworkScaler brings columns to mean 0 and standard deviation 1, as
// measured on training data; a constant column is only centred.
type NetworkScaler struct{ Mean, Sd []float64 }

// NewNetworkScaler measures the columns of in (M×columns).
func NewNetworkScaler(in []float64, columns int) *NetworkScaler {
	s := &NetworkScaler{make([]float64, columns), make([]float64, columns)}
	m := float64(len(in) / columns)
	for i, v := range in {
		s.Mean[i%columns] += v / m
	}
	for i, v := range in {
		d := v - s.Mean[i%columns]
		s.Sd[i%columns] += d * d / m
	}
	for j, v := range s.Sd {
		s.Sd[j] = math.Sqrt(v)
		if v == 0 {
			s.Sd[j] = 1
		}
	}
	return s
}

// Apply returns the scaled copy of in.
func (s *NetworkScaler) Apply(in []float64) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		j := i % len(s.Mean)
		out[i] = (v - s.Mean[j]) / s.Sd[j]
	}
	return out
}
