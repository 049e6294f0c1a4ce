package shooting

import (
	"math"

	"costate/internal/linalg"
)

// fundamental holds the matrices from several starts to the present place.
type fundamental struct {
	n       int
	from    [][]float64 // n×n each
	largest float64
	work    []float64
	piv     []int
}

func (w *fundamental) reset() {
	w.from = append(w.from[:0], identity(w.n))
	w.largest = 0
}

func identity(n int) []float64 {
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 1
	}
	return a
}

// growth returns the largest growth from any start since reset.
func (w *fundamental) growth() float64 { return w.largest }

// advance multiplies all by v (n×n part of n×cols) and adds a start here.
// Those that have decayed to nothing are dropped: what grows later comes from
// later starts.
func (w *fundamental) advance(r *run, v []float64, cols int) {
	n := w.n
	kept := w.from[:0]
	for _, a := range w.from {
		b := make([]float64, n*n)
		big := 0.0
		for i := range n {
			for k, f := range v[i*cols : i*cols+n] {
				for j := range n {
					b[i*n+j] += f * a[k*n+j]
				}
			}
		}
		for _, x := range b {
			big = max(big, math.Abs(x))
		}
		if g := r.balanced(b, n); !(g <= w.largest) {
			w.largest = g
		}
		if big > 1e-40 {
			kept = append(kept, b)
		}
	}
	if len(kept) > 40 {
		kept = kept[1:]
	}
	w.from = append(kept, identity(n))
}

// decayed says whether something has decayed by more than the factor limit in
// v (n×n part of n×cols), which its inverse shows.
func (w *fundamental) decayed(r *run, v []float64, cols int, limit float64) bool {
	n := w.n
	if len(w.work) == 0 {
		w.work, w.piv = make([]float64, 2*n*n), make([]int, n)
	}
	a, b := w.work[:n*n], w.work[n*n:]
	for i := range n {
		copy(a[i*n:(i+1)*n], v[i*cols:i*cols+n])
	}
	copy(b, identity(n))
	if linalg.LU(a, n, w.piv) >= 0 {
		return true
	}
	linalg.LUSolve(a, n, w.piv, b, n)
	return !(r.balanced(b, n) < limit)
}

// balanced returns the largest |element| of the leading n×n part of v (n×cols)
// after scaling rows and columns inversely to each other until they match
// (Osborne): a measure of growth that does not depend on units.
func (r *run) balanced(v []float64, cols int) float64 {
	n := r.p.Dim
	a := make([]float64, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = math.Abs(v[i*cols+j])
		}
	}
	for range 4 {
		for i := range n {
			row, col := 0.0, 0.0
			for j := range n {
				if j != i {
					row = max(row, a[i*n+j])
					col = max(col, a[j*n+i])
				}
			}
			if row == 0 || col == 0 {
				// Nothing feeds back through i: its coupling is no growth.
				for j := range n {
					if j != i {
						a[i*n+j], a[j*n+i] = 0, 0
					}
				}
				continue
			}
			f := math.Sqrt(col / row)
			for j := range n {
				if j != i {
					a[i*n+j] *= f
					a[j*n+i] /= f
				}
			}
		}
	}
	big := 0.0
	for _, x := range a {
		if x > big || math.IsNaN(x) {
			big = x
		}
	}
	return big
}
