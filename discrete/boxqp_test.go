package discrete

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The programme's minimum is the lowest of all 3^n faces of the box whose own
// minimum lies in the box.
func TestBox(t *testing.T) {
	const n = 5
	active := 0
	for trial := range 200 {
		r := rand.New(rand.NewPCG(uint64(trial), 11))
		S, b := randomSPD(r, n), make([]float64, n)
		q := newBox(n)
		for i := range n {
			b[i] = 3 * r.NormFloat64()
			q.lo[i], q.hi[i] = -r.Float64(), r.Float64()
			switch r.IntN(6) {
			case 0:
				q.lo[i] = 0
			case 1:
				q.hi[i] = 0
			case 2:
				q.lo[i], q.hi[i] = math.Inf(-1), math.Inf(1)
			case 3:
				q.lo[i], q.hi[i] = 0, 0
			}
		}
		if !q.solve(S, n, b) {
			t.Fatal("not positive definite")
		}
		value := func(d []float64) float64 {
			s := 0.0
			for i := range n {
				s -= b[i] * d[i]
				for j := range n {
					s += 0.5 * d[i] * S[i*n+j] * d[j]
				}
			}
			return s
		}
		best := math.Inf(1)
		for code := range 243 {
			at := make([]int, n)
			for i, c := 0, code; i < n; i, c = i+1, c/3 {
				at[i] = c % 3
			}
			if d := faceMinimum(S, b, q.lo, q.hi, at); d != nil {
				best = min(best, value(d))
			}
		}
		for i, d := range q.d {
			if d < q.lo[i] || d > q.hi[i] {
				t.Fatalf("trial %d: d_%d = %g outside [%g, %g]", trial, i, d, q.lo[i], q.hi[i])
			}
			if q.at[i] != 0 {
				active++
			}
		}
		if got := value(q.d); math.Abs(got-best) > 1e-10*(1+math.Abs(best)) {
			t.Errorf("trial %d: %.12g, by enumeration %.12g", trial, got, best)
		}
	}
	if active < 200 {
		t.Errorf("%d active bounds in 200 trials; the test wants more", active)
	}
}

func randomSPD(r *rand.Rand, n int) []float64 {
	x, S := make([]float64, n*n), make([]float64, n*n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range n {
		for j := range n {
			for k := range n {
				S[i*n+j] += x[k*n+i] * x[k*n+j]
			}
		}
		S[i*n+i] += 0.1
	}
	return S
}

// faceMinimum returns the minimum with unknown i free (0), at lo (1) or at hi
// (2), by Gauss-Jordan; nil if it lies outside the box.
func faceMinimum(S, b, lo, hi []float64, at []int) []float64 {
	n := len(b)
	A := make([][]float64, n)
	for i := range n {
		A[i] = make([]float64, n+1)
		if at[i] == 0 {
			copy(A[i], S[i*n:(i+1)*n])
			A[i][n] = b[i]
			continue
		}
		A[i][i], A[i][n] = 1, lo[i]
		if at[i] == 2 {
			A[i][n] = hi[i]
		}
		if math.IsInf(A[i][n], 0) {
			return nil
		}
	}
	d := make([]float64, n)
	if !gaussJordan(A, d) {
		return nil
	}
	for i := range d {
		if d[i] < lo[i]-1e-12 || d[i] > hi[i]+1e-12 {
			return nil
		}
	}
	return d
}

func gaussJordan(A [][]float64, d []float64) bool {
	n := len(A)
	for c := range n {
		p := c
		for r := c; r < n; r++ {
			if math.Abs(A[r][c]) > math.Abs(A[p][c]) {
				p = r
			}
		}
		if A[p][c] == 0 {
			return false
		}
		A[c], A[p] = A[p], A[c]
		for r := range n {
			if r == c {
				continue
			}
			f := A[r][c] / A[c][c]
			for k := c; k <= n; k++ {
				A[r][k] -= f * A[c][k]
			}
		}
	}
	for i := range d {
		d[i] = A[i][n] / A[i][i]
	}
	return true
}

// With a parameter on its bound the minimum is that with the parameter fixed
// there, at every Rf up to infinity, and where the bound does not bind it is
// that without.
func TestBoundedLadder(t *testing.T) {
	for _, rf := range []float64{1e-2, 1, 1e3, 1e6, 1e9, 1e12, math.Inf(1)} {
		t.Run(fmt.Sprint(rf), func(t *testing.T) {
			solve := func(change func(pr *Problem)) *Path {
				pr := rich(SimpsonHermite, 0)
				pr.Rf, pr.RfVary = []float64{3 * rf, 5 * rf}, nil
				change(pr)
				a, err := (&Solver{}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			free := solve(func(*Problem) {})
			for i := range 2 {
				for _, side := range []float64{-1, 1} {
					bound := free.Theta[i] + side*0.1*math.Abs(free.Theta[i])
					below, above := repeat(math.Inf(-1), 2), repeat(math.Inf(1), 2)
					below[i], above[i] = bound, bound
					inactive := solve(func(pr *Problem) {
						if side < 0 {
							pr.ParamLower = below
						} else {
							pr.ParamUpper = above
						}
					})
					if len(inactive.AtBound) != 0 || math.Abs(inactive.Action-free.Action) > 1e-9*free.Action {
						t.Errorf("parameter %d: action %.12g, without the bound %.12g", i, inactive.Action, free.Action)
					}
					active := solve(func(pr *Problem) {
						if side < 0 {
							pr.ParamUpper = above
						} else {
							pr.ParamLower = below
						}
					})
					fixed := solve(func(pr *Problem) { pr.ParamLower, pr.ParamUpper = below, above })
					if len(active.AtBound) != 1 || active.AtBound[0] != i || active.Theta[i] != bound {
						t.Errorf("parameter %d is %g, at bound %v; want %g", i, active.Theta[i], active.AtBound, bound)
					}
					if math.Abs(active.Action-fixed.Action) > 1e-10*fixed.Action || math.Abs(active.Theta[1-i]-fixed.Theta[1-i]) > 1e-6 {
						t.Errorf("parameter %d on its bound: action %.12g, other %g; fixed there %.12g, %g", i, active.Action, active.Theta[1-i], fixed.Action, fixed.Theta[1-i])
					}
				}
			}
		})
	}
}
