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

// Structure are the structural defects along a solution of a Hamiltonian
// system, y = (q, p), piece by piece: the largest ones and where they are.
type Structure struct {
	Symplectic    float64 // max |M'JM - J| over |M|^2
	SymplecticAt  float64
	Multipliers   float64 // largest |lambda lambda_k - 1| of a best partner, over the condition of M
	MultipliersAt float64
	Reversal      float64 // largest difference after integrating there and back, over |y| and the growth
	ReversalAt    float64
	Growth        float64 // largest |M| of a piece
}

// StructureAlong integrates the system and its variational equations from the
// mesh points of a solution over pieces in which the variational matrix M
// grows by less than 1e3, and measures the defects of each. They tell whether
// the system is Hamiltonian and the method keeps it so; over one long piece
// the growth of M would hide both. Pieces end at jumps. It panics if s.Dim is
// odd.
func (in *Integrator) StructureAlong(ctx context.Context, sys System, s *Solution) (Structure, error) {
	n := s.Dim
	if n%2 != 0 || n != sys.Dim {
		panic("ode: StructureAlong needs (q, p) of an even dimension")
	}
	cols := n + sys.Params
	var st Structure
	last := len(s.T) - 1
	for i := 0; i < last; {
		if s.T[i+1] == s.T[i] {
			i++
			continue
		}
		// Up to the next jump.
		end := i + 1
		for end < last && s.T[end+1] != s.T[end] {
			end++
		}
		p := &IVP{System: sys, Start: s.T[i], End: s.T[end], Initial: s.Node(i), Params: s.P}
		v, err := in.VariationUntil(ctx, p, func(_ float64, _, v []float64) bool { return largest(v, n, cols) > 1e3 })
		if err != nil {
			return st, err
		}
		reached := len(v.T) - 1
		m := v.Initial(nil, reached)
		norm := max(1, largest(m, n, n))
		st.Growth = max(st.Growth, norm)
		note := func(worst, at *float64, d float64) {
			if d > *worst || math.IsNaN(d) {
				*worst, *at = d, p.Start
			}
		}
		note(&st.Symplectic, &st.SymplecticAt, SymplecticDefect(m, n)/(norm*norm))
		_, d := MultiplierDefect(m, n)
		note(&st.Multipliers, &st.MultipliersAt, d/(norm*norm))
		back, err := in.ReversalDefect(ctx, &IVP{System: sys, Start: p.Start, End: v.T[reached], Initial: p.Initial, Params: s.P})
		if err != nil {
			return st, err
		}
		size, worst := 0.0, 0.0
		for c, d := range back {
			size = max(size, math.Abs(p.Initial[c]), math.Abs(v.Node(reached)[c]))
			worst = max(worst, d)
		}
		if size > 0 {
			note(&st.Reversal, &st.ReversalAt, worst/(size*norm))
		}
		// The next piece starts at the first mesh point behind this one.
		for i < end && (s.T[i]-v.T[reached])*(s.T[last]-s.T[0]) < 0 {
			i++
		}
	}
	return st, nil
}

// largest returns the largest |element| of the leading n×n part of v (n×cols).
func largest(v []float64, n, cols int) float64 {
	big := 0.0
	for i := range n {
		for _, x := range v[i*cols : i*cols+n] {
			big = max(big, math.Abs(x))
		}
	}
	return big
}
