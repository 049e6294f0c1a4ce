package hamiltonian

import (
	"costate/internal/expr"
	"gonum.org/v1/gonum/mat"
)

// inverse returns the inverse of a symmetric matrix of formulas (n×n, row
// slices) where that can be written down: a diagonal matrix, a matrix of
// numbers, or n <= 3 by cofactors. ok is false for larger ones; singular is true
// when the determinant is identically zero.
func inverse(g *expr.Graph, m [][]*expr.Expr) (inv [][]*expr.Expr, singular, ok bool) {
	n := len(m)
	inv = make([][]*expr.Expr, n)
	for i := range inv {
		inv[i] = zeros(g, n)
	}
	diagonal, numeric := true, true
	dense := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			v, num := m[i][j].IsNum()
			numeric = numeric && num
			dense.Set(i, j, v)
			if i != j && !isZero(m[i][j]) {
				diagonal = false
			}
		}
	}
	switch {
	case diagonal:
		for i := range n {
			if isZero(m[i][i]) {
				return nil, true, true
			}
			inv[i][i] = g.Div(g.Num(1), m[i][i])
		}
	case numeric:
		var d mat.Dense
		if err := d.Inverse(dense); err != nil {
			return nil, true, true
		}
		for i := range n {
			for j := range n {
				inv[i][j] = g.Num(d.At(i, j))
			}
		}
	case n <= 3:
		det := determinant(g, m)
		if isZero(det) {
			return nil, true, true
		}
		for i := range n {
			for j := range n {
				c := determinant(g, minor(m, j, i))
				if (i+j)%2 == 1 {
					c = g.Neg(c)
				}
				inv[i][j] = g.Div(c, det)
			}
		}
	default:
		return nil, false, false
	}
	return inv, false, true
}

// determinant expands along the first row; meant for n <= 3.
func determinant(g *expr.Graph, m [][]*expr.Expr) *expr.Expr {
	if len(m) == 0 {
		return g.Num(1)
	}
	var terms []*expr.Expr
	for j := range m {
		if isZero(m[0][j]) {
			continue
		}
		t := g.Mul(m[0][j], determinant(g, minor(m, 0, j)))
		if j%2 == 1 {
			t = g.Neg(t)
		}
		terms = append(terms, t)
	}
	return g.Add(terms...)
}

// minor leaves out row r and column c.
func minor(m [][]*expr.Expr, r, c int) [][]*expr.Expr {
	var out [][]*expr.Expr
	for i, row := range m {
		if i == r {
			continue
		}
		var keep []*expr.Expr
		for j, e := range row {
			if j != c {
				keep = append(keep, e)
			}
		}
		out = append(out, keep)
	}
	return out
}

// apply returns the product of a matrix of formulas with a vector.
func apply(g *expr.Graph, m [][]*expr.Expr, v []*expr.Expr) []*expr.Expr {
	out := make([]*expr.Expr, len(m))
	for i, row := range m {
		var terms []*expr.Expr
		for j, e := range row {
			if !isZero(e) && !isZero(v[j]) {
				terms = append(terms, g.Mul(e, v[j]))
			}
		}
		out[i] = g.Add(terms...)
	}
	return out
}

// setTo replaces symbols by formulas in each of es.
func setTo(g *expr.Graph, es, symbols, values []*expr.Expr) []*expr.Expr {
	m := make(map[*expr.Expr]*expr.Expr, len(symbols))
	for i, s := range symbols {
		m[s] = values[i]
	}
	out := make([]*expr.Expr, len(es))
	for i, e := range es {
		out[i] = g.Subst(e, m)
	}
	return out
}

// dependsOnAny reports whether one of es depends on one of symbols.
func dependsOnAny(es, symbols []*expr.Expr) bool { return !free(es, symbols) }
