package linalg

// Finite reports whether all elements are finite numbers: a sum of x·0 is 0.
func Finite(x []float64) bool {
	s := 0.0
	for _, v := range x {
		s += v * 0
	}
	return s == 0
}
