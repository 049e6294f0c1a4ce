package discrete

import (
	"fmt"
	"math"
	"slices"
)

// A plan is a checked problem: its grid, its rule as data, its measurements
// attached to the layers' points. It is not changed once made; workspaces of
// many goroutines share it.
//
// The unknowns lie in one vector: x_0, inner states of layer 0, x_1, ..., x_N
// (each Dim), then theta. A layer's local vector (its start, its inner
// states, its end) is a contiguous piece.
type plan struct {
	pr   *Problem
	tab  *tableau
	D, P int
	N    int // layers
	k    int // inner states of a layer
	R    int // residuals of a layer, each Dim
	nx   int // states in all: (N(k+1)+1) D
	nv   int // unknowns: nx + P

	t []float64 // layer boundaries, N+1
	s []float64 // steps, N

	rf      []float64 // diagonal of Rf, D; nil with a matrix
	rfFull  []float64 // U with Rf = U'U, upper triangle, D×D
	rfInv   []float64 // inverse of the matrix Rf
	rfMat   []float64
	vary    []float64 // N×D factors, nil: 1
	hasInf  bool
	allInf  bool
	attach  []attachment // ordered by layer
	first   []int        // first attachment of a layer, N+1
	dataN   int          // data that are not missing
	lo, hi  []float64    // bounds of all unknowns; nil: none
	fixed   []bool       // unknowns that never move; nil: none
	fixVal  []float64
	uniform bool
}

// ProblemError says what is wrong with a problem.
type ProblemError struct {
	Field string
	Msg   string
}

func (e *ProblemError) Error() string { return "discrete: " + e.Field + ": " + e.Msg }

func bad(field, format string, args ...any) error {
	return &ProblemError{field, fmt.Sprintf(format, args...)}
}

func newPlan(pr *Problem) (*plan, error) {
	if pr.Dim < 1 {
		return nil, bad("Dim", "%d components; at least 1 is needed", pr.Dim)
	}
	if pr.Func == nil && pr.Batch == nil {
		return nil, bad("Func", "missing")
	}
	if pr.Func == nil && (pr.BatchJac == nil || pr.BatchHess == nil) {
		return nil, bad("Func", "missing; Batch alone needs BatchJac and BatchHess")
	}
	tab, err := newTableau(pr.Rule, pr.Stages, pr.Kappa)
	if err != nil {
		return nil, err
	}
	p := &plan{pr: pr, tab: tab, D: pr.Dim, P: pr.Params, k: tab.k, R: len(tab.A)}
	if err := p.grid(); err != nil {
		return nil, err
	}
	p.nx = (p.N*(p.k+1) + 1) * p.D
	p.nv = p.nx + p.P
	if err := p.precision(); err != nil {
		return nil, err
	}
	if err := p.measurements(); err != nil {
		return nil, err
	}
	return p, p.bounds()
}

func (p *plan) precision() error {
	pr, D := p.pr, p.D
	switch len(pr.Rf) {
	case 0:
		return bad("Rf", "missing")
	case 1:
		p.rf = make([]float64, D)
		for i := range p.rf {
			p.rf[i] = pr.Rf[0]
		}
	case D:
		p.rf = slices.Clone(pr.Rf)
	case D * D:
		u, inv, ok := spd(pr.Rf, D)
		if !ok {
			return bad("Rf", "the matrix is not symmetric positive definite")
		}
		p.rfMat, p.rfFull, p.rfInv = slices.Clone(pr.Rf), u, inv
		if pr.RfVary != nil {
			return bad("RfVary", "cannot be combined with a matrix Rf")
		}
	default:
		return bad("Rf", "%d numbers; want 1, %d or %d", len(pr.Rf), D, D*D)
	}
	p.allInf = p.rf != nil
	for i, v := range p.rf {
		if !(v > 0) {
			return bad("Rf", "component %d is %g; it must be positive", i, v)
		}
		if math.IsInf(v, 1) {
			p.hasInf = true
		} else {
			p.allInf = false
		}
	}
	if pr.RfVary != nil {
		p.vary = make([]float64, p.N*D)
		for n := range p.N {
			v := p.vary[n*D : (n+1)*D]
			pr.RfVary(v, 0.5*(p.t[n]+p.t[n+1]))
			for i := range v {
				if !(v[i] > 0) || math.IsInf(v[i], 1) {
					return bad("RfVary", "component %d is %g at t = %g; it must be positive and finite", i, v[i], p.t[n])
				}
			}
		}
	}
	return nil
}

// weight returns the precision w_i Rf/s of component d of residual i of layer
// n, with Rf multiplied by scale. Not with a matrix Rf.
func (p *plan) weight(n, i, d int, scale float64) float64 {
	w := p.tab.w[i] / p.s[n] * scale * p.rf[d]
	if p.vary != nil {
		w *= p.vary[n*p.D+d]
	}
	return w
}

// spd returns the upper triangular U with a = U'U and the inverse of a.
func spd(a []float64, n int) (u, inv []float64, ok bool) {
	l := make([]float64, n*n)
	for i := range n {
		for j := range n {
			if math.Abs(a[i*n+j]-a[j*n+i]) > 1e-12*(math.Abs(a[i*n+i])+math.Abs(a[j*n+j])) {
				return nil, nil, false
			}
		}
	}
	for i := range n {
		for j := 0; j <= i; j++ {
			s := a[i*n+j]
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			if i == j {
				if !(s > 0) || math.IsInf(s, 1) {
					return nil, nil, false
				}
				l[i*n+i] = math.Sqrt(s)
			} else {
				l[i*n+j] = s / l[j*n+j]
			}
		}
	}
	u, inv = make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		for j := 0; j <= i; j++ {
			u[j*n+i] = l[i*n+j]
		}
	}
	col := make([]float64, n)
	for c := range n {
		clear(col)
		col[c] = 1
		for i := range n {
			for k := range i {
				col[i] -= l[i*n+k] * col[k]
			}
			col[i] /= l[i*n+i]
		}
		for i := n - 1; i >= 0; i-- {
			for k := i + 1; k < n; k++ {
				col[i] -= l[k*n+i] * col[k]
			}
			col[i] /= l[i*n+i]
		}
		for i := range n {
			inv[i*n+c] = col[i]
		}
	}
	return u, inv, true
}
