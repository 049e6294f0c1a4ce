package problemfile

import (
	"math"

	"costate/hamiltonian"
)

// modelMatrix reads a full precision matrix of the model error.
func (l *loader) modelMatrix(a *hamiltonian.Action, n *node) {
	d := len(l.comps)
	for _, c := range l.comps {
		if c.family.order > 1 {
			l.errorf(n.pos, "a matrix Rf with the equation of order %d for '%s', expected one number per state", c.family.order, c.family.base)
			return
		}
		if e := c.family.settings().get("Rf"); e != nil {
			l.errorf(e.pos, "Rf of a state beside the matrix Rf of [model], expected one of them")
			return
		}
	}
	m := l.matrix(n, d, "state")
	if m == nil {
		return
	}
	all := len(a.States) // varying parameters follow the states
	a.Rf = make([]float64, all*all)
	for i := range d {
		copy(a.Rf[i*all:], m[i*d:(i+1)*d])
		a.States[i].Rf = m[i*d+i]
	}
	for i := d; i < all; i++ {
		a.Rf[i*all+i] = a.States[i].Rf
	}
}

// matrix reads a symmetric positive definite matrix (d×d).
func (l *loader) matrix(n *node, d int, per string) []float64 {
	if len(n.items) != d {
		l.errorf(n.pos, "the matrix has %s, expected %d: one per %s", count(len(n.items), "row"), d, per)
		return nil
	}
	m := make([]float64, d*d)
	good := true
	for i, row := range n.items {
		if row.kind != listNode || len(row.items) != d {
			what := row.describe()
			if row.kind == listNode {
				what = count(len(row.items), "number")
			}
			l.errorf(row.pos, "a row of the matrix is %s, expected a list of %s", what, count(d, "number"))
			return nil
		}
		for j, item := range row.items {
			v, ok := l.number(item, nil, false)
			good = good && ok
			m[i*d+j] = v
			if ok && j < i && math.Abs(v-m[j*d+i]) > 1e-12*(math.Abs(v)+math.Abs(m[j*d+i])) {
				l.errorf(item.pos, "the matrix is not symmetric: %g here, %g across the diagonal", v, m[j*d+i])
				good = false
			}
		}
	}
	if !good {
		return nil
	}
	for i := range d {
		for j := range i {
			m[i*d+j] = m[j*d+i]
		}
	}
	if k := notPositive(m, d); k >= 0 {
		l.errorf(n.items[k].pos, "the matrix is not positive definite at row %d, expected a precision: the inverse of a covariance", k+1)
		return nil
	}
	return m
}

// notPositive returns the first row whose pivot in the Cholesky factorisation
// is not positive, or -1.
func notPositive(m []float64, d int) int {
	c := append([]float64(nil), m...)
	for j := range d {
		for k := range j {
			c[j*d+j] -= c[j*d+k] * c[j*d+k]
		}
		if !(c[j*d+j] > 0) {
			return j
		}
		c[j*d+j] = math.Sqrt(c[j*d+j])
		for i := j + 1; i < d; i++ {
			for k := range j {
				c[i*d+j] -= c[i*d+k] * c[j*d+k]
			}
			c[i*d+j] /= c[j*d+j]
		}
	}
	return -1
}
