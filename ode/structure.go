package ode

import (
	"context"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// SymplecticDefect returns max |M' J M - J| of a variational matrix M (n×n, n
// even) with respect to y = (q, p), J = (0 I; -I 0). It is zero for the flow
// of a Hamiltonian system and for symplectic methods. NaN if n is odd.
func SymplecticDefect(m []float64, n int) float64 {
	if n%2 != 0 {
		return math.NaN()
	}
	d := n / 2
	worst := 0.0
	for i := range n {
		for j := range i {
			s := 0.0
			for k := range d {
				s += m[k*n+i]*m[(d+k)*n+j] - m[(d+k)*n+i]*m[k*n+j]
			}
			if i == j+d {
				s++ // J_ij = -1 below the diagonal
			}
			worst = math.Max(worst, math.Abs(s))
		}
	}
	return worst
}

// MultiplierDefect returns the eigenvalues of M (n×n) and the largest mismatch
// min over k of |lambda_i lambda_k - 1| of an eigenvalue from a partner: the
// eigenvalues of a symplectic matrix come in pairs lambda, 1/lambda. A large
// spread of the eigenvalues costs as many digits of the small ones. NaN and
// nil if they could not be computed.
func MultiplierDefect(m []float64, n int) (lambda []complex128, defect float64) {
	if notFinite(m[:n*n]) >= 0 {
		return nil, math.NaN()
	}
	var eig mat.Eigen
	if !eig.Factorize(mat.NewDense(n, n, append([]float64(nil), m[:n*n]...)), mat.EigenNone) {
		return nil, math.NaN()
	}
	lambda = eig.Values(nil)
	for _, a := range lambda {
		best := math.Inf(1)
		for _, b := range lambda {
			best = min(best, cmplx.Abs(a*b-1))
		}
		defect = max(defect, best)
	}
	return lambda, defect
}

// Drift returns the largest |h(t, y, p) - h at the start| over the mesh points
// of a solution and the middles between them, and the
// place where it is. h is an invariant, such as the Hamiltonian of an
// autonomous system. At a jump it starts anew.
func Drift(s *Solution, h func(t float64, y, p []float64) float64) (drift, where float64) {
	y := make([]float64, s.Dim)
	first := h(s.T[0], s.Node(0), s.P)
	where = s.T[0]
	note := func(t, v float64) {
		if d := math.Abs(v - first); d > drift || math.IsNaN(d) {
			drift, where = d, t
		}
	}
	for i := 1; i < len(s.T); i++ {
		if s.T[i] == s.T[i-1] {
			first = h(s.T[i], s.Node(i), s.P)
			continue
		}
		note(s.T[i], h(s.T[i], s.Node(i), s.P))
		if s.Inner != nil {
			s.Inner.Value(y, i-1, 0.5)
			note(s.T[i-1]+(s.T[i]-s.T[i-1])/2, h(s.T[i-1]+(s.T[i]-s.T[i-1])/2, y, s.P))
		}
	}
	return drift, where
}

// ReversalDefect integrates the problem to its end and back and returns the
// largest difference from the initial values of each component (Dim): zero up
// to rounding for symmetric methods of fixed step, twice the error of the
// integration for others.
func (in *Integrator) ReversalDefect(ctx context.Context, p *IVP) ([]float64, error) {
	fast := *in
	fast.EndOnly = true
	there, err := fast.Solve(ctx, p)
	if err != nil {
		return nil, err
	}
	back := *p
	back.Start, back.End = p.End, p.Start
	back.Initial = there.Node(len(there.T) - 1)
	again, err := fast.Solve(ctx, &back)
	if err != nil {
		return nil, err
	}
	d := append([]float64(nil), again.Node(len(again.T)-1)...)
	for i := range d {
		d[i] = math.Abs(d[i] - p.Initial[i])
	}
	return d, nil
}
