package collocation

import "math"

// add stores into terms the sizes of the sums that the coefficients of the rows
// left over are, with multipliers as uncertain as the sums that they come from.
func (q *pivoted) add(ns, n, ld int) {
	cols := ld - ns
	q.terms = zeroed(q.terms, n*cols)
	q.work = resized(q.work, ns)
	multiplier := q.work
	for r := range n {
		row, to := q.m[(ns+r)*ld:(ns+r+1)*ld], q.terms[r*cols:(r+1)*cols]
		for j := range multiplier {
			pivot := q.m[j*ld+j]
			t := math.Abs(row[j] * pivot)
			for k, f := range row[:j] {
				t += 2 * math.Abs(f*q.m[k*ld+j])
			}
			multiplier[j] = t / math.Abs(pivot)
		}
		for c, v := range row[ns:] {
			to[c] = math.Abs(v)
		}
		for k, f := range multiplier {
			for c, v := range q.m[k*ld+ns : (k+1)*ld] {
				to[c] += 2 * f * math.Abs(v)
			}
		}
	}
}

// uncertain adds to rhs, the product of |A|, |B| and |C| with |v| and |p|, what it
// takes to make it the uncertainty of the rows in rounding units: a coefficient that
// is nothing but the rounding of the terms it is a sum of is not known to its own
// rounding. Usually it is.
func (d *discrete) uncertain(rhs, v, p []float64) {
	n, np := d.st.nd, d.st.np
	for i := range d.mesh.intervals() {
		to, u := rhs[i*n:(i+1)*n], v[i*n:(i+2)*n]
		q := d.pivoted(i)
		if q == nil {
			for r, a := 0, d.abd.A(i); r < n; r++ {
				// One, less nearly as much.
				if d.mesh.jump[i] < 0 && math.Abs(a[r*n+r]) < 1/steep {
					to[r] += 2 * math.Abs(u[r])
				}
			}
			continue
		}
		for r := range n {
			row := q.terms[r*(2*n+np) : (r+1)*(2*n+np)]
			t := 0.0
			for c, f := range row[:2*n] {
				t += f * math.Abs(u[c])
			}
			for c, f := range row[2*n:] {
				t += f * math.Abs(p[c])
			}
			to[r] = t
		}
	}
}
