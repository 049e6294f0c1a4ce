package linalg

import (
	"fmt"
	"math"
	"slices"
)

// ABD is an almost block diagonal system with a border,
//
//	A[i] y[i] + B[i] y[i+1] + C[i] q = r[i],      i = 0 .. N-1   (n rows each)
//	sum over k of G[j][k] y[node[j][k]] + D[j] q = g[j]          (one row each)
//
// in the node values y[0..N] (n each) and the border q (m): parameters. Drawn
// for N = 3, one condition at each end, one coupling both ends, m = 1:
//
//	| G               D | y0     left condition
//	| A  B            C | y1
//	|    A  B         C | y2
//	|       A  B      C | y3
//	|          G      D | q      right condition
//	| G        G      D |        coupled condition
//
// The number of conditions must be n + m. Factor is Gaussian elimination in
// the order y[0], y[1], .., y[N], q with row pivoting among all rows that
// reach a column: conditions met on the way are carried along as rows of the
// next node. A condition that looks at several nodes is carried from its first
// one; its later nodes become n border columns each, tied to the node when
// the elimination arrives there. Rows are scaled by powers of two before each
// block, border columns included: without it the border of such a condition
// grows like a fundamental solution (Wright, SIAM J. Sci. Comput. 14 (1993)
// 231). Nothing is condensed by products of transition matrices.
//
// The zero value is ready for Reset.
type ABD struct {
	n, m, nint int
	a, b, c    []float64

	nodes [][]int   // of each condition, ascending
	coef  []float64 // conditions: coefficients, in order of nodes
	coefs []int     // where the coefficients of a condition start
	d     []float64 // len(nodes)×m

	zeta  []int // nodes with border columns of their own, ascending
	w     int   // border columns: m + n len(zeta)
	order []int // conditions by first node
	first []int // order[first[k]:first[k+1]] start at node k

	carried []int // rows carried into interval k; [nint]: rows of the last system
	off     []int // where the work of interval k starts
	roff    []int // where its row scales start
	work    []float64
	scale   []float64
	piv     []int

	last     []float64 // final dense system, size×size
	lastPiv  []int
	size     int
	rhs, fin []float64
}

// Reset sets the shape: blocks of order n, m border columns, and for every
// condition the ascending nodes (0 .. intervals) it looks at. Storage is kept
// if it is large enough; all coefficients are zeroed. It panics if the shape
// is impossible, the number of conditions other than n+m included.
func (s *ABD) Reset(n, m, intervals int, conditions [][]int) {
	if n < 1 || m < 0 || intervals < 1 || len(conditions) != n+m {
		panic(fmt.Sprintf("linalg: ABD of order %d, border %d, %d intervals with %d conditions; want %d conditions",
			n, m, intervals, len(conditions), n+m))
	}
	s.n, s.m, s.nint = n, m, intervals
	s.a = zeroed(s.a, intervals*n*n)
	s.b = zeroed(s.b, intervals*n*n)
	s.c = zeroed(s.c, intervals*n*m)
	s.d = zeroed(s.d, len(conditions)*m)
	s.nodes = append(s.nodes[:0], conditions...)
	s.coefs, s.zeta, s.order = s.coefs[:0], s.zeta[:0], s.order[:0]
	total := 0
	for j, nodes := range conditions {
		if len(nodes) == 0 || !slices.IsSorted(nodes) || nodes[0] < 0 || nodes[len(nodes)-1] > intervals {
			panic(fmt.Sprintf("linalg: ABD condition %d has nodes %v, want ascending in 0..%d", j, nodes, intervals))
		}
		s.order = append(s.order, j)
		s.coefs = append(s.coefs, total)
		total += len(nodes) * n
		for _, k := range nodes[1:] {
			if k != nodes[0] && !slices.Contains(s.zeta, k) {
				s.zeta = append(s.zeta, k)
			}
		}
	}
	s.coef = zeroed(s.coef, total)
	slices.Sort(s.zeta)
	slices.SortStableFunc(s.order, func(i, j int) int { return s.nodes[i][0] - s.nodes[j][0] })
	s.w = m + n*len(s.zeta)
	s.layout()
}

// layout finds how many rows are carried into every interval.
func (s *ABD) layout() {
	n, nint := s.n, s.nint
	s.first = resized(s.first, nint+2)
	s.carried = resized(s.carried, nint+1)
	s.off = resized(s.off, nint+1)
	s.roff = resized(s.roff, nint+1)
	p, next, work, rows := 0, 0, 0, 0
	for k := 0; k <= nint; k++ {
		s.first[k] = next
		for next < len(s.order) && s.nodes[s.order[next]][0] == k {
			next++
			p++
		}
		if k < nint && slices.Contains(s.zeta, k) {
			p += n
		}
		s.carried[k], s.off[k], s.roff[k] = p, work, rows
		if k < nint {
			work += (p + n) * (2*n + s.w)
			rows += p + n
		}
	}
	s.first[nint+1] = next
	s.size = p
	work += p * (n + s.w)
	rows += p
	s.work = resized(s.work, work)
	s.scale = resized(s.scale, rows)
	s.piv = resized(s.piv, nint*n)
	s.last = zeroed(s.last, p*p)
	s.lastPiv = resized(s.lastPiv, p)
	s.fin = zeroed(s.fin, max(p, n+s.w))
	s.rhs = zeroed(s.rhs, 2*(n+s.w+len(s.nodes)+n*len(s.zeta)))
}

// A returns the coefficients (n×n) of y[i] in block row i, to be filled.
func (s *ABD) A(i int) []float64 { return s.a[i*s.n*s.n : (i+1)*s.n*s.n] }

// B returns the coefficients (n×n) of y[i+1] in block row i, to be filled.
func (s *ABD) B(i int) []float64 { return s.b[i*s.n*s.n : (i+1)*s.n*s.n] }

// C returns the coefficients (n×m) of the border in block row i.
func (s *ABD) C(i int) []float64 { return s.c[i*s.n*s.m : (i+1)*s.n*s.m] }

// Condition returns the coefficients (n) of condition j at its k-th node.
func (s *ABD) Condition(j, k int) []float64 {
	o := s.coefs[j] + k*s.n
	return s.coef[o : o+s.n]
}

// ConditionBorder returns the coefficients (m) of the border in condition j.
func (s *ABD) ConditionBorder(j int) []float64 { return s.d[j*s.m : (j+1)*s.m] }

// Intervals returns the number of block rows.
func (s *ABD) Intervals() int { return s.nint }

// MulVec stores the left sides for given y ((N+1)×n) and q (m): r (N×n), g.
// It reads the coefficients, not the factors.
func (s *ABD) MulVec(r, g, y, q []float64) {
	n, m := s.n, s.m
	for i := range s.nint {
		u, v := y[i*n:i*n+n], y[i*n+n:i*n+2*n]
		for row := range n {
			k := (i*n + row) * n
			t := dot(s.a[k:k+n], u) + dot(s.b[k:k+n], v)
			r[i*n+row] = t + dot(s.c[(i*n+row)*m:(i*n+row)*m+m], q)
		}
	}
	for j, nodes := range s.nodes {
		t := dot(s.ConditionBorder(j), q)
		for k, node := range nodes {
			t += dot(s.Condition(j, k), y[node*n:node*n+n])
		}
		g[j] = t
	}
}

// MulVecAbs stores the same sums of absolute values: what rounding errors of
// the coefficients are relative to.
func (s *ABD) MulVecAbs(r, g, y, q []float64) {
	n, m := s.n, s.m
	for i := range s.nint {
		u, v := y[i*n:i*n+n], y[i*n+n:i*n+2*n]
		for row := range n {
			k := (i*n + row) * n
			t := dotAbs(s.a[k:k+n], u) + dotAbs(s.b[k:k+n], v)
			r[i*n+row] = t + dotAbs(s.c[(i*n+row)*m:(i*n+row)*m+m], q)
		}
	}
	for j, nodes := range s.nodes {
		t := dotAbs(s.ConditionBorder(j), q)
		for k, node := range nodes {
			t += dotAbs(s.Condition(j, k), y[node*n:node*n+n])
		}
		g[j] = t
	}
}

func dotAbs(a, b []float64) float64 {
	s := 0.0
	b = b[:len(a)]
	for i, v := range a {
		s += math.Abs(v * b[i])
	}
	return s
}

func dot(a, b []float64) float64 {
	s := 0.0
	b = b[:len(a)]
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func zeroed(x []float64, n int) []float64 {
	x = resized(x, n)
	clear(x)
	return x
}

func resized[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n, n+n/4)
	}
	return x[:n]
}

// pow2 returns the power of two that brings v > 0 into [1, 2); 1 for zero and
// for what is not finite.
func pow2(v float64) float64 {
	e := math.Float64bits(v) >> 52 & 2047
	if e == 0 || e >= 2046 {
		return 1
	}
	return math.Float64frombits((2046 - e) << 52)
}
