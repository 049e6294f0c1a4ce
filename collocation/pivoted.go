package collocation

import (
	"math"

	"costate/internal/linalg"
)

// At a singular end, that of y” = 6 y/t^2, stages may represent a solution that
// begins with zero at the end, here t^3. Then no value at the end gives it, their
// matrix W is singular but for rounding, and so is what the map of one node to
// the next is computed from: its elements are as large as 1/eps, and what is
// lost in them is all that is known of the other solution. Such a map at the right
// end is no better. Neither is at fault: the equations determine the stages and
// say something of the two nodes, but not the one as a function of the other.
//
// So the stages of such an interval are eliminated from their equations and those
// of continuity together, with pivots from all rows,
//
//	| W   -M  0  -P |     stages
//	| -L  -T  I   0 |     continuity,
//
// and the rows left over are brought into normal form: each gives one of the
// components at the two nodes, those that they determine best, by the others.

// pivoted is an interval with stages eliminated so.
type pivoted struct {
	on    bool
	m     []float64 // (ns+nd)×(ns+2nd+np): factors; then, of the first ns rows, the derivatives of the stages
	piv   []int
	scale []float64 // of the rows
	norm  []float64 // nd×nd: from the rows left over to their normal form
	terms []float64 // nd×(2nd+np): the size of what the coefficients of these are sums of
	comp  []int     // the component that each of them gives
	b     []float64 // ns+nd
	work  []float64
}

// vertical is how large the map of one node to the next may be: it costs so many
// rounding units.
const vertical = 1e6

// isVertical reports whether the matrix a (n×n) maps some component to much more of
// itself, directly or by another: whatever the units are.
func isVertical(a []float64, n int) bool {
	small := true
	for _, v := range a {
		small = small && v <= vertical && v >= -vertical
	}
	if small {
		return false
	}
	for i := range n {
		if !(math.Abs(a[i*n+i]) <= vertical) {
			return true
		}
		for j := range i {
			if !(math.Abs(a[i*n+j]*a[j*n+i]) <= vertical*vertical) {
				return true
			}
		}
	}
	return false
}

// pivoted returns interval i if it is one with pivots from all rows.
func (d *discrete) pivoted(i int) *pivoted {
	if q := d.steep[i]; q != nil && q.on {
		return q
	}
	return nil
}

// component returns the component that row c of interval i gives.
func (d *discrete) component(i, c int) int {
	if q := d.pivoted(i); q != nil {
		return q.comp[c]
	}
	return c
}

// pivot eliminates the stages of interval i, whose first point in w is p, with
// pivots from all rows.
func (d *discrete) pivot(w *scratch, i, p int) bool {
	st, tb, ns, nc, nd := d.st, d.tb, d.ns, d.nc, d.st.nd
	ny, rows, ld := nd-st.nq, ns+nd, ns+2*nd+st.np
	q := d.steep[i]
	if q == nil {
		q = new(pivoted)
		d.steep[i] = q
	}
	q.on = true
	q.m, q.piv, q.scale, q.b = zeroed(q.m, rows*ld), resized(q.piv, ns), resized(q.scale, rows), resized(q.b, rows)
	d.assemble(w, i, p)
	W, _, X := d.eliminated(i)
	cols := ny + st.np
	for r := range ns {
		row := q.m[r*ld : (r+1)*ld]
		copy(row, W[r*nc:(r+1)*nc])
		if r >= nc {
			row[r] = 1
		}
		for c, v := range X[r*cols : r*cols+ny] {
			row[ns+c] = -v
		}
		for c, v := range X[r*cols+ny : (r+1)*cols] {
			row[ns+2*nd+c] = -v
		}
	}
	for c := range nd {
		row := q.m[(ns+c)*ld : (ns+c+1)*ld]
		row[ns+nd+c] = 1
		depth, e := st.depth[c], st.end[c]
		u := c
		for k := 0; ; k++ {
			row[ns+u] -= w.hp[k] * tb.fac[k] * d.size[u] / d.size[c]
			if k == depth {
				break
			}
			u = st.next[u]
		}
		f := w.hp[depth] * d.size[e] / d.size[c]
		for l, t := range tb.b[depth+1] {
			row[st.freeAt[e]*tb.s+l] = -f * t
		}
	}
	for r := range rows {
		row := q.m[r*ld : (r+1)*ld]
		big := 0.0
		for _, v := range row {
			big = larger(big, math.Abs(v))
		}
		q.scale[r] = 1 / power(big)
		for c := range row {
			row[c] *= q.scale[r]
		}
	}
	if linalg.LUPanel(q.m, rows, ns, ld, q.piv) >= 0 {
		return false
	}
	q.add(ns, nd, ld)
	for r := ns - 1; r >= 0; r-- {
		top := q.m[r*ld : (r+1)*ld]
		for k := r + 1; k < ns; k++ {
			if f := top[k]; f != 0 {
				for c, v := range q.m[k*ld+ns : (k+1)*ld] {
					top[ns+c] -= f * v
				}
			}
		}
		for c := ns; c < ld; c++ {
			top[c] /= top[r]
		}
	}
	return q.normalise(d, i)
}

// normalise writes the rows left over, in normal form, as those of interval i.
func (q *pivoted) normalise(d *discrete, i int) bool {
	n, np := d.st.nd, d.st.np
	ld, width := d.ns+2*n+np, 3*n+np
	// Elimination with complete pivoting, of what is below and above, of
	// [ A B C | I ].
	cols := 2*n + np
	q.work = zeroed(q.work, n*width+n*cols)
	g, raw := q.work[:n*width], q.work[n*width:]
	for r := range n {
		copy(g[r*width:], q.m[(d.ns+r)*ld+d.ns:(d.ns+r+1)*ld])
		g[r*width+2*n+np+r] = 1
	}
	q.comp, q.norm = resized(q.comp, n), resized(q.norm, n*n)
	for k := range n {
		row, col, big := k, -1, 0.0
		for r := k; r < n; r++ {
			for c, v := range g[r*width : r*width+2*n] {
				if v = math.Abs(v); v > big {
					row, col, big = r, c, v
				}
			}
		}
		if col < 0 || big > math.MaxFloat64 {
			return false
		}
		at, other := g[k*width:(k+1)*width], g[row*width:(row+1)*width]
		for c := range at {
			at[c], other[c] = other[c], at[c]
		}
		f := 1 / at[col]
		for c := range at {
			at[c] *= f
		}
		at[col] = 1
		for r := range n {
			if t := g[r*width+col]; r != k && t != 0 {
				to := g[r*width : (r+1)*width]
				for c, v := range at {
					to[c] -= t * v
				}
				to[col] = 0
			}
		}
		q.comp[k] = col % n
	}
	A, B, C := d.abd.A(i), d.abd.B(i), d.abd.C(i)
	for r := range n {
		row := g[r*width : (r+1)*width]
		copy(A[r*n:(r+1)*n], row)
		copy(B[r*n:(r+1)*n], row[n:])
		copy(C[r*np:(r+1)*np], row[2*n:])
		copy(q.norm[r*n:(r+1)*n], row[2*n+np:])
	}
	copy(raw, q.terms)
	clear(q.terms)
	for r := range n {
		for k, f := range q.norm[r*n : (r+1)*n] {
			for c, v := range raw[k*cols : (k+1)*cols] {
				q.terms[r*cols+c] += math.Abs(f) * v
			}
		}
	}
	return true
}

// reduce stores the right-hand sides of the nodes into out, those of the stages
// into b, which has those of their equations, scaled. out has those of continuity.
func (q *pivoted) reduce(d *discrete, out, b []float64) {
	ns, n := d.ns, d.st.nd
	ld := ns + 2*n + d.st.np
	v := q.b
	copy(v, b)
	copy(v[ns:], out)
	for r, f := range q.scale {
		v[r] *= f
	}
	for k, p := range q.piv {
		v[k], v[p] = v[p], v[k]
	}
	for r := range v {
		v[r] -= dot(q.m[r*ld:r*ld+min(r, ns)], v)
	}
	for r := range n {
		out[r] = dot(q.norm[r*n:(r+1)*n], v[ns:])
	}
	for r := ns - 1; r >= 0; r-- {
		v[r] = (v[r] - dot(q.m[r*ld+r+1:r*ld+ns], v[r+1:])) / q.m[r*ld+r]
	}
	copy(b, v[:ns])
}

// stage returns what the nodes y (2×nd, scaled) and the parameters add to stage r.
func (q *pivoted) stage(d *discrete, r int, y, p []float64) float64 {
	n := d.st.nd
	row := q.m[r*(d.ns+2*n+d.st.np)+d.ns:]
	return -dot(row[:2*n], y) - dot(row[2*n:2*n+d.st.np], p)
}
