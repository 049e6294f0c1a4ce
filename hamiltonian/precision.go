package hamiltonian

import (
	"fmt"
	"math"
	"strconv"

	"costate/internal/expr"
	"gonum.org/v1/gonum/mat"
)

// precision is a symmetric matrix of inverse variances, diagonal or full, whose
// rows may be infinite: then they are zero off the diagonal.
type precision struct {
	n    int
	diag []float64 // nil: full
	full []float64 // n×n
}

func newPrecision(n int, diag, full []float64, what string) (precision, error) {
	w := precision{n: n, diag: tidy(diag)}
	if full != nil {
		w = precision{n: n, full: tidy(full)}
		if len(full) != n*n {
			return w, fmt.Errorf("hamiltonian: %s: %d entries in a precision matrix, expected %d×%d", what, len(full), n, n)
		}
	} else if len(diag) != n {
		return w, fmt.Errorf("hamiltonian: %s: %d precisions, expected %d", what, len(diag), n)
	}
	for i := range n {
		if d := w.at(i, i); !(d >= 0) {
			return w, fmt.Errorf("hamiltonian: %s: precision %g, expected a number that is not negative", what, d)
		}
		for j := range i {
			a, b := w.at(i, j), w.at(j, i)
			if a != b {
				return w, fmt.Errorf("hamiltonian: %s: precision matrix is not symmetric: %g and %g", what, a, b)
			}
			if a != 0 && (w.infinite(i) || w.infinite(j)) {
				return w, fmt.Errorf("hamiltonian: %s: an infinite precision is coupled to another component", what)
			}
		}
	}
	if w.full != nil {
		if _, err := w.inverse(); err != nil {
			return w, fmt.Errorf("hamiltonian: %s: %w", what, err)
		}
	}
	return w, nil
}

// tidy returns a copy of v in which numbers that differ from one of 15 digits by
// rounding only, as 1/0.2^2 = 24.999999999999996 does, are that number: they are
// read in the equations.
func tidy(v []float64) []float64 {
	if v == nil {
		return nil
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x
		if r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64); err == nil && math.Abs(r-x) <= 0x1p-51*math.Abs(x) {
			out[i] = r
		}
	}
	return out
}

func (w precision) at(i, j int) float64 {
	if w.full != nil {
		return w.full[i*w.n+j]
	}
	if i == j {
		return w.diag[i]
	}
	return 0
}

func (w precision) infinite(i int) bool { return math.IsInf(w.at(i, i), 1) }

func (w precision) anyInfinite() bool {
	for i := range w.n {
		if w.infinite(i) {
			return true
		}
	}
	return false
}

// inverse returns the covariance (n×n): zero in infinite rows.
func (w precision) inverse() ([]float64, error) {
	inv := make([]float64, w.n*w.n)
	if w.diag != nil {
		for i, d := range w.diag {
			if d == 0 {
				return nil, fmt.Errorf("component %d has no precision", i+1)
			}
			inv[i*w.n+i] = 1 / d
		}
		return inv, nil
	}
	var finite []int
	for i := range w.n {
		if !w.infinite(i) {
			finite = append(finite, i)
		}
	}
	if len(finite) == 0 {
		return inv, nil
	}
	sub := mat.NewSymDense(len(finite), nil)
	for a, i := range finite {
		for b, j := range finite[:a+1] {
			sub.SetSym(a, b, w.at(i, j))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(sub) {
		return nil, fmt.Errorf("precision matrix is not positive definite")
	}
	var c mat.SymDense
	if err := chol.InverseTo(&c); err != nil {
		return nil, fmt.Errorf("precision matrix is nearly singular: %w", err)
	}
	for a, i := range finite {
		for b, j := range finite {
			inv[i*w.n+j] = c.At(a, b)
		}
	}
	return inv, nil
}

// marginal returns the precision (n×n) of the components that are seen when
// the others are not known at all: the inverse of their block of the
// covariance, and not their block of the precision, which is that of known
// others. It is W_ss - W_sm W_mm^-1 W_ms; rows and columns m are zero.
func (w precision) marginal(seen []bool) ([]float64, error) {
	out := make([]float64, w.n*w.n)
	var known, lost []int
	for i, s := range seen {
		if s {
			known = append(known, i)
		} else {
			lost = append(lost, i)
		}
	}
	for _, i := range known {
		for _, j := range known {
			out[i*w.n+j] = w.at(i, j)
		}
	}
	if w.full == nil || len(lost) == 0 || len(known) == 0 {
		return out, nil
	}
	block := mat.NewSymDense(len(lost), nil)
	cross := mat.NewDense(len(lost), len(known), nil)
	for a, i := range lost {
		for b, j := range lost[:a+1] {
			block.SetSym(a, b, w.at(i, j))
		}
		for b, j := range known {
			cross.Set(a, b, w.at(i, j))
		}
	}
	var chol mat.Cholesky
	var x, less mat.Dense
	if !chol.Factorize(block) {
		return nil, fmt.Errorf("precision matrix is not positive definite")
	}
	if err := chol.SolveTo(&x, cross); err != nil {
		return nil, fmt.Errorf("precision matrix is nearly singular: %w", err)
	}
	less.Mul(cross.T(), &x)
	for a, i := range known {
		for b, j := range known {
			out[i*w.n+j] -= (less.At(a, b) + less.At(b, a)) / 2
		}
	}
	return tidy(out), nil
}

// times returns W r, leaving out infinite rows.
func (w precision) times(g *expr.Graph, r []*expr.Expr) []*expr.Expr {
	out := make([]*expr.Expr, w.n)
	for i := range out {
		var terms []*expr.Expr
		for j := range w.n {
			if a := w.at(i, j); a != 0 && !math.IsInf(a, 0) {
				terms = append(terms, g.Mul(g.Num(a), r[j]))
			}
		}
		out[i] = g.Add(terms...)
	}
	return out
}

// inverseTimes returns W^-1 r. A diagonal is printed as a division, r/4 and not
// 0.25 r.
func (w precision) inverseTimes(g *expr.Graph, r []*expr.Expr) ([]*expr.Expr, error) {
	out := make([]*expr.Expr, w.n)
	if w.diag != nil {
		for i, d := range w.diag {
			switch {
			case d == 0:
				return nil, fmt.Errorf("component %d has no precision", i+1)
			case math.IsInf(d, 1):
				out[i] = g.Num(0)
			default:
				out[i] = g.Div(r[i], g.Num(d))
			}
		}
		return out, nil
	}
	inv, err := w.inverse()
	if err != nil {
		return nil, err
	}
	return precision{n: w.n, full: inv}.times(g, r), nil
}

// half returns 1/2 r' W r over the finite components.
func (w precision) half(g *expr.Graph, r []*expr.Expr) *expr.Expr {
	var terms []*expr.Expr
	for i := range w.n {
		if w.infinite(i) {
			continue
		}
		if d := w.at(i, i); d != 0 {
			terms = append(terms, g.Mul(g.Num(d/2), g.Pow(r[i], g.Num(2))))
		}
		for j := range i {
			if a := w.at(i, j); a != 0 {
				terms = append(terms, g.Mul(g.Num(a), r[i], r[j]))
			}
		}
	}
	return g.Add(terms...)
}

// inverseHalf returns 1/2 p' W^-1 p.
func (w precision) inverseHalf(g *expr.Graph, p []*expr.Expr) (*expr.Expr, error) {
	if w.diag != nil {
		var terms []*expr.Expr
		for i, d := range w.diag {
			if d == 0 {
				return nil, fmt.Errorf("component %d has no precision", i+1)
			}
			if !math.IsInf(d, 1) {
				terms = append(terms, g.Div(g.Pow(p[i], g.Num(2)), g.Num(2*d)))
			}
		}
		return g.Add(terms...), nil
	}
	inv, err := w.inverse()
	if err != nil {
		return nil, err
	}
	return precision{n: w.n, full: inv}.half(g, p), nil
}

// conjugate returns W^-1 f_x' W d. With a diagonal W the precisions enter by
// their ratios, so that equal ones do not appear at all; plain is f_x' d.
func (w precision) conjugate(g *expr.Graph, plain, f, x, d []*expr.Expr) ([]*expr.Expr, error) {
	if w.diag == nil {
		return w.inverseTimes(g, transposed(g, f, x, w.times(g, d)))
	}
	out := make([]*expr.Expr, w.n)
	for i, wi := range w.diag {
		same := true
		scaled := make([]*expr.Expr, w.n)
		for j, wj := range w.diag {
			same = same && wi == wj
			scaled[j] = g.Mul(g.Num(wj/wi), d[j])
		}
		if out[i] = plain[i]; !same {
			out[i] = transposed(g, f, x[i:i+1], scaled)[0]
		}
	}
	return out, nil
}
