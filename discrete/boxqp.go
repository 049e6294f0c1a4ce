package discrete

import "costate/internal/linalg"

// box is the memory of a small quadratic programme within bounds,
//
//	min 1/2 d'S d - b'd,   lo <= d <= hi,   0 within the bounds,
//
// by an active set: the free unknowns go to their minimum, or to the first
// bound on the way there, which they keep until the derivative says that it
// holds them back. Every set's minimum is lower than the one before, so that
// none comes twice; for n unknowns the cost is that of some factorisations of
// order n, which is nothing beside the elimination of the states.
type box struct {
	n      int
	lo, hi []float64
	d      []float64
	at     []int8 // -1, 1: on the lower or upper bound, 0: free
	free   []int
	A      []float64 // of the free ones, (n+1)×(n+1)
	z      []float64
}

func newBox(n int) *box {
	return &box{n: n, lo: make([]float64, n), hi: make([]float64, n), d: make([]float64, n), at: make([]int8, n),
		free: make([]int, 0, n), A: make([]float64, (n+1)*(n+1)), z: make([]float64, n)}
}

// solve stores the minimiser in q.d and its bounds in q.at. S is given by its
// lower triangle (leading dimension ld). It returns false if S is not
// positive definite in the unknowns that come free.
func (q *box) solve(S []float64, ld int, b []float64) bool {
	n := q.n
	entry := func(i, j int) float64 { return S[max(i, j)*ld+min(i, j)] }
	// The derivative b - S d, upwards.
	pull := func(i int) float64 {
		s := b[i]
		for j, x := range q.d {
			s -= entry(i, j) * x
		}
		return s
	}
	clear(q.d)
	for i := range n {
		q.at[i] = 0
		if q.lo[i] >= 0 && (b[i] <= 0 || q.hi[i] <= 0) {
			q.at[i] = -1
		} else if q.hi[i] <= 0 && b[i] >= 0 {
			q.at[i] = 1
		}
	}
	for range 10*n + 10 {
		if !q.face(entry, b) {
			return false
		}
		// Towards z as far as the bounds allow.
		t, hit, side := 1.0, -1, int8(0)
		for k, i := range q.free {
			step := q.z[k] - q.d[i]
			switch {
			case q.z[k] < q.lo[i] && q.lo[i]-q.d[i] > t*step:
				t, hit, side = max((q.lo[i]-q.d[i])/step, 0), i, -1
			case q.z[k] > q.hi[i] && q.hi[i]-q.d[i] < t*step:
				t, hit, side = max((q.hi[i]-q.d[i])/step, 0), i, 1
			}
		}
		for k, i := range q.free {
			q.d[i] += t * (q.z[k] - q.d[i])
		}
		if hit >= 0 {
			q.at[hit] = side
			q.d[hit] = q.lo[hit]
			if side > 0 {
				q.d[hit] = q.hi[hit]
			}
			continue
		}
		// Free the unknown that its bound holds back most.
		best, gain := -1, 0.0
		for i, a := range q.at {
			if a == 0 || q.lo[i] >= q.hi[i] {
				continue
			}
			g := pull(i) * float64(-a)
			if s := entry(i, i); g > 1e-12*s*(q.hi[i]-q.lo[i]) && g*g > gain*s {
				best, gain = i, g*g/s
			}
		}
		if best < 0 {
			return true
		}
		q.at[best] = 0
	}
	return true
}

// face stores the minimiser over the free unknowns, the others staying, in z.
func (q *box) face(entry func(i, j int) float64, b []float64) bool {
	q.free = q.free[:0]
	for i, a := range q.at {
		if a == 0 {
			q.free = append(q.free, i)
		}
	}
	m := len(q.free)
	ld := m + 1
	A := q.A[:ld*ld]
	for r, i := range q.free {
		for c, j := range q.free[:r+1] {
			A[r*ld+c] = entry(i, j)
		}
		s := b[i]
		for j, a := range q.at {
			if a != 0 {
				s -= entry(i, j) * q.d[j]
			}
		}
		A[m*ld+r] = s
	}
	A[m*ld+m] = 0
	if linalg.FrontCholesky(A, ld, ld, m, 1e-14) >= 0 {
		return false
	}
	for r := m - 1; r >= 0; r-- {
		s := A[m*ld+r]
		for c := r + 1; c < m; c++ {
			s -= A[c*ld+r] * q.z[c]
		}
		q.z[r] = s / A[r*ld+r]
	}
	return true
}
