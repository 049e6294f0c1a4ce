package linalg

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// SingularError says at which node no pivot was found.
type SingularError struct {
	Node   int // node whose column has no pivot; Intervals()+1: the last, dense system
	Column int
}

func (e *SingularError) Error() string {
	return fmt.Sprintf("linalg: no pivot for component %d of node %d", e.Column, e.Node)
}

// Factor factors the system. The coefficients stay as they are; so they may be
// changed in part and factored again. The error is a *SingularError.
func (s *ABD) Factor() error {
	n, w := s.n, s.w
	ld := 2*n + w
	for k := range s.nint {
		p := s.carried[k]
		rows := p + n
		m := s.work[s.off[k] : s.off[k]+rows*ld]
		kept := p
		if k == 0 {
			kept = 0
		} else {
			kept = s.carried[k-1]
		}
		s.enter(m[kept*ld:p*ld], ld, k) // the first kept rows were left by interval k-1
		for i := range n {
			row := m[(p+i)*ld : (p+i+1)*ld]
			copy(row, s.a[(k*n+i)*n:(k*n+i+1)*n])
			copy(row[n:], s.b[(k*n+i)*n:(k*n+i+1)*n])
			copy(row[2*n:], s.c[(k*n+i)*s.m:(k*n+i+1)*s.m])
			clear(row[2*n+s.m:])
		}
		scaleRows(m, s.scale[s.roff[k]:s.roff[k]+rows], ld)
		if j := LUPanel(m, rows, n, ld, s.piv[k*n:k*n+n]); j >= 0 {
			return &SingularError{Node: k, Column: j}
		}
		// What is left over becomes the first rows of the next node.
		if k+1 < s.nint {
			next := s.work[s.off[k+1]:]
			for i := range p {
				row := next[i*ld : i*ld+ld]
				from := m[(n+i)*ld+n : (n+i+1)*ld]
				copy(row, from[:n])
				clear(row[n : 2*n])
				copy(row[2*n:], from[n:])
			}
		} else {
			next := s.work[s.off[s.nint]:]
			for i := range p {
				copy(next[i*(n+w):(i+1)*(n+w)], m[(n+i)*ld+n:(n+i+1)*ld])
			}
		}
	}
	return s.factorLast()
}

// enter writes the rows that start at node k into m: conditions first, then
// the ties of border columns.
func (s *ABD) enter(m []float64, ld, k int) {
	n := s.n
	clear(m)
	border := ld - s.w
	i := 0
	for _, j := range s.order[s.first[k]:s.first[k+1]] {
		row := m[i*ld : i*ld+ld]
		for at, node := range s.nodes[j] {
			to := row[:n]
			if node != k {
				z := s.zetaAt(node)
				to = row[border+s.m+z*n:][:n]
			}
			for c, v := range s.Condition(j, at) {
				to[c] += v
			}
		}
		copy(row[border:], s.ConditionBorder(j))
		i++
	}
	if k < s.nint {
		if z := s.zetaAt(k); z >= 0 {
			for c := range n {
				row := m[(i+c)*ld : (i+c)*ld+ld]
				row[c], row[border+s.m+z*n+c] = 1, -1
			}
		}
	}
}

func (s *ABD) zetaAt(node int) int {
	for z, k := range s.zeta {
		if k == node {
			return z
		}
	}
	return -1
}

// factorLast factors the dense system in y[N], q and the border columns of
// coupled interior nodes; those of node N itself are y[N].
func (s *ABD) factorLast() error {
	n, w := s.n, s.w
	ld := n + w
	m := s.work[s.off[s.nint]:]
	kept := s.carried[s.nint-1]
	s.enter(m[kept*ld:s.size*ld], ld, s.nint)
	if z := s.zetaAt(s.nint); z >= 0 {
		for i := range s.size {
			row := m[i*ld : i*ld+ld]
			for c := range n {
				row[c] += row[n+s.m+z*n+c]
			}
		}
		// N is the last of zeta: the columns kept are the first size ones.
	}
	for i := range s.size {
		copy(s.last[i*s.size:(i+1)*s.size], m[i*ld:i*ld+s.size])
	}
	scaleRows(s.last, s.scale[s.roff[s.nint]:s.roff[s.nint]+s.size], s.size)
	if j := LU(s.last, s.size, s.lastPiv); j >= 0 {
		return &SingularError{Node: s.nint, Column: j}
	}
	return nil
}

func scaleRows(m, scale []float64, ld int) {
	for i := range scale {
		row := m[i*ld : i*ld+ld]
		big := 0.0
		for _, v := range row {
			if v := math.Abs(v); v > big { // unlike max, blind to NaN: no pivot will be found
				big = v
			}
		}
		f := pow2(big)
		scale[i] = f
		if f != 1 {
			for c := range row {
				row[c] *= f
			}
		}
	}
}

// LUPanel factors the first n columns of the rows×ld matrix m, rows >= n, by
// Gaussian elimination with row pivoting and updates the others: what is left in
// the last rows-n rows of the last ld-n columns has the n unknowns eliminated. It
// returns the first column without a pivot, or -1.
func LUPanel(m []float64, rows, n, ld int, piv []int) int {
	if n < 16 {
		return luPanel(m, rows, n, ld, piv)
	}
	for i := range rows {
		if !Finite(m[i*ld : i*ld+n]) {
			return 0
		}
	}
	panel := blas64.General{Rows: rows, Cols: n, Stride: ld, Data: m}
	if !lapack64.Getrf(panel, piv) {
		for j := range n {
			if m[j*ld+j] == 0 {
				return j
			}
		}
	}
	for j, p := range piv {
		if p != j {
			x, y := m[j*ld+n:j*ld+ld], m[p*ld+n:p*ld+ld]
			for c, v := range x {
				x[c], y[c] = y[c], v
			}
		}
	}
	right := blas64.General{Rows: n, Cols: ld - n, Stride: ld, Data: m[n:]}
	blas64.Trsm(blas.Left, blas.NoTrans, 1,
		blas64.Triangular{N: n, Stride: ld, Data: m, Uplo: blas.Lower, Diag: blas.Unit}, right)
	if rows > n {
		blas64.Gemm(blas.NoTrans, blas.NoTrans, -1,
			blas64.General{Rows: rows - n, Cols: n, Stride: ld, Data: m[n*ld:]}, right, 1,
			blas64.General{Rows: rows - n, Cols: ld - n, Stride: ld, Data: m[n*ld+n:]})
	}
	return -1
}
