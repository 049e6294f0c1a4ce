package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randomSymmetric(n int, shift float64, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 3))
	a := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			x := r.NormFloat64()
			a[i*n+j], a[j*n+i] = x, x
		}
		a[i*n+i] += shift
	}
	return a
}

// The factor multiplies back, and the rest is the Schur complement, for every
// number of eliminated columns beside the width of a tile.
func TestFrontCholesky(t *testing.T) {
	for m := 1; m <= 23; m++ {
		for cols := 0; cols <= m; cols++ {
			a := randomSymmetric(m, 3*float64(m), uint64(m))
			f := append([]float64(nil), a...)
			if k := FrontCholesky(f, m, m, cols, 0); k >= 0 {
				t.Fatalf("m = %d, cols = %d: pivot %d", m, cols, k)
			}
			for i := range m {
				for j := range i + 1 {
					s := 0.0
					for k := range min(j+1, cols) {
						s += f[i*m+k] * f[j*m+k]
					}
					if j >= cols {
						s += f[i*m+j]
					}
					if math.Abs(s-a[i*m+j]) > 1e-13*float64(m*m) {
						t.Fatalf("m = %d, cols = %d: entry %d, %d is %g, want %g", m, cols, i, j, s, a[i*m+j])
					}
				}
			}
		}
	}
	a := randomSymmetric(9, 20, 1)
	a[5*9+5] = -1
	if k := FrontCholesky(a, 9, 9, 9, 0); k != 5 {
		t.Errorf("first bad pivot %d, want 5", k)
	}
}

// A solve with the eliminated rows and the complement is a solve.
func TestFrontLU(t *testing.T) {
	const n = 14
	r := rand.New(rand.NewPCG(1, 1))
	a, x := make([]float64, n*(n+1)), make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range n {
		for j := range n {
			v := r.NormFloat64()
			if i == j {
				v = 0 // pivots must be searched for
			}
			a[i*(n+1)+j] = v
			a[i*(n+1)+n] += v * x[j]
		}
	}
	// In two pieces, as a chain of fronts does it.
	const first = 6
	later := make([]float64, n) // the same right-hand side, not eliminated with the matrix
	for i := range later {
		later[i] = a[i*(n+1)+n]
	}
	swaps := make([]int32, n)
	if k := FrontLU(a, n, n+1, n+1, first, swaps[:first]); k >= 0 {
		t.Fatal(k)
	}
	lower := func(rest []float64, rows, cols int) (l []float64) {
		for i := range rows {
			l = append(l, rest[i*(n+1):i*(n+1)+cols]...)
		}
		return l
	}
	FrontForward(later, a, lower(a[first*(n+1):], n-first, first), n+1, swaps[:first])
	rest := a[first*(n+1)+first:]
	if k := FrontLU(rest, n-first, n+1-first, n+1, n-first, swaps[first:]); k >= 0 {
		t.Fatal(k)
	}
	FrontForward(later[first:], rest, nil, n+1, swaps[first:])
	for i, v := range later {
		if w := a[i*(n+1)+n]; math.Abs(v-w) > 1e-13 {
			t.Errorf("eliminated later the right-hand side %d is %g, want %g", i, v, w)
		}
	}
	for i := n - 1; i >= 0; i-- {
		s := a[i*(n+1)+n]
		for j := i + 1; j < n; j++ {
			s -= a[i*(n+1)+j] * a[j*(n+1)+n]
		}
		a[i*(n+1)+n] = s / a[i*(n+1)+i]
		if math.Abs(a[i*(n+1)+n]-x[i]) > 1e-10 {
			t.Errorf("x_%d = %g, want %g", i, a[i*(n+1)+n], x[i])
		}
	}
	if k := FrontLU(make([]float64, 4), 2, 2, 2, 2, nil); k != 0 {
		t.Errorf("column %d of the zero matrix is singular, want 0", k)
	}
}

// Sylvester: X'DX has as many negative eigenvalues as D has negative entries,
// and so has the block plus its Schur complement.
func TestFrontInertia(t *testing.T) {
	const n = 12
	r := rand.New(rand.NewPCG(2, 2))
	for negative := 0; negative <= n; negative++ {
		x := make([]float64, n*n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		a := make([]float64, n*n)
		for i := range n {
			for j := range n {
				for k := range n {
					d := 1.0
					if k < negative {
						d = -1
					}
					a[i*n+j] += x[k*n+i] * d * x[k*n+j]
				}
			}
		}
		b := append([]float64(nil), a...)
		if got, zero := FrontInertia(a, n, n, n); got != negative || zero != 0 {
			t.Errorf("%d negative and %d zero, want %d and 0", got, zero, negative)
		}
		p, _ := FrontInertia(b, n, n, 5)
		q, _ := FrontInertia(b[5*n+5:], n-5, n, n-5)
		if p+q != negative {
			t.Errorf("in two pieces %d + %d negative, want %d", p, q, negative)
		}
	}
	// A matrix without a diagonal needs pivots of order two.
	if got, zero := FrontInertia([]float64{0, 1, 1, 0}, 2, 2, 2); got != 1 || zero != 0 {
		t.Errorf("%d negative, %d zero, want 1, 0", got, zero)
	}
	if _, zero := FrontInertia(make([]float64, 9), 3, 3, 3); zero != 3 {
		t.Errorf("%d vanishing pivots, want 3", zero)
	}
}
