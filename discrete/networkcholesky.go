package discrete

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// netCholesky replaces the lower triangle of the n×n matrix a by its factor.
// For the few observations of a pair: a library call costs more than it.
func netCholesky(a []float64, n int) bool {
	for j := range n {
		d := a[j*n+j] - floats.Dot(a[j*n:j*n+j], a[j*n:j*n+j])
		if !(d > 0) || math.IsInf(d, 0) {
			return false
		}
		d = math.Sqrt(d)
		a[j*n+j] = d
		for i := j + 1; i < n; i++ {
			a[i*n+j] = (a[i*n+j] - floats.Dot(a[i*n:i*n+j], a[j*n:j*n+j])) / d
		}
	}
	return true
}

// netLowerSolve stores L^-1 b into b.
func netLowerSolve(l []float64, n int, b []float64) {
	for i := range n {
		b[i] = (b[i] - floats.Dot(l[i*n:i*n+i], b[:i])) / l[i*n+i]
	}
}

// netUpperSolve stores L'^-1 b into b.
func netUpperSolve(l []float64, n int, b []float64) {
	for i := n - 1; i >= 0; i-- {
		b[i] /= l[i*n+i]
		floats.AddScaled(b[:i], -b[i], l[i*n:i*n+i])
	}
}
