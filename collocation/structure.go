package collocation

import (
	"math"

	"costate/ode"
)

// structure says which components of the slopes are unknowns of the stages.
//
// A component r whose equation is y[r]' = y[next[r]], nothing else, needs no
// unknown of its own: its polynomial is the integral of that of next[r]. So a
// second-order equation written as two of first order is collocated as one of
// second order (Ascher, Christiansen and Russell 1979), with stage systems of
// half the order and an eighth of the work. Following next leads to end[r], a
// component with slopes of its own, after depth[r] steps.
type structure struct {
	n, nd, na, np int

	// nq is how many of the last differential components are quadratures: no
	// equation has them, so that their slopes follow from the other stages, and
	// only the nodes know their values.
	nq, core int // core: number of free components but quadratures; they come first

	next, end, depth []int // of the nd differential components; next -1: none
	order            []int // differential components by depth
	free             []int // components with stage unknowns: slopes, then algebraic
	freeAt           []int // component -> index in free, or -1
	maxDepth         int
}

// newStructure makes a structure of the links found; nil: none.
func newStructure(sys *ode.System, next []int) *structure {
	st := &structure{n: sys.Dim, na: sys.Algebraic, nd: sys.Dim - sys.Algebraic, np: sys.Params}
	if st.na == 0 {
		st.nq = min(sys.Quadratures, st.nd-1)
	}
	st.next = make([]int, st.nd)
	for r := range st.next {
		st.next[r] = -1
		if next != nil {
			st.next[r] = next[r]
		}
	}
	st.end, st.depth = make([]int, st.nd), make([]int, st.nd)
	for r := range st.nd {
		// A cycle (y1' = y2, y2' = y1) is cut where it closes.
		c, d := r, 0
		for st.next[c] >= 0 {
			c = st.next[c]
			d++
			if c == r || d >= maxChain {
				st.next[r] = -1
				c, d = r, 0
				break
			}
		}
		st.end[r], st.depth[r] = c, d
	}
	for r := range st.nd { // a cut may have shortened the chain of an earlier one
		c, d := r, 0
		for st.next[c] >= 0 {
			c = st.next[c]
			d++
		}
		st.end[r], st.depth[r] = c, d
		st.maxDepth = max(st.maxDepth, d)
	}
	st.freeAt = make([]int, st.n)
	for d := range st.maxDepth + 1 {
		for r := range st.nd {
			if st.depth[r] == d {
				st.order = append(st.order, r)
			}
		}
	}
	for c := range st.n {
		st.freeAt[c] = -1
		if c >= st.nd || st.depth[c] == 0 {
			st.freeAt[c] = len(st.free)
			st.free = append(st.free, c)
			if c < st.nd-st.nq || c >= st.nd {
				st.core++
			}
		}
	}
	return st
}

// maxChain bounds the depth of a chain, so that h^depth stays harmless.
const maxChain = 4

// findLinks looks for rows y[r]' = y[c] in values and Jacobians of f at m
// points, all strides as in batch. What it finds is checked again wherever f
// is evaluated later.
func findLinks(st *structure, b *batch) []int {
	next := make([]int, st.nd)
	for r := range next {
		next[r] = -1
		for c := range st.nd {
			if c != r && isLink(st, b, r, c) {
				next[r] = c
				break
			}
		}
	}
	return next
}

func isLink(st *structure, b *batch, r, c int) bool {
	for p := range b.m {
		if b.f[p*b.ps+r*b.cs] != b.y[p*b.ps+c*b.cs] || !unitRow(st, b, p, r, c) {
			return false
		}
	}
	return b.m > 0
}

// unitRow reports whether row r of the Jacobian at point p is that of y[c].
func unitRow(st *structure, b *batch, p, r, c int) bool {
	const slack = 1e-5 // of a difference quotient
	row := b.jy[p*b.jps+r*st.n*b.jes:]
	for k := range st.n {
		want := 0.0
		if k == c {
			want = 1
		}
		if !(math.Abs(row[k*b.jes]-want) <= slack) {
			return false
		}
	}
	for k := range st.np {
		if b.jp[p*b.qps+(r*st.np+k)*b.jes] != 0 {
			return false
		}
	}
	return true
}
