package collocation

import (
	"fmt"
	"math"
	"slices"

	"costate/ode"
)

// piecewise is the collocation polynomial: on every interval of degree s, one
// more for each link of a chain of derivatives, with the slopes at the stages.
type piecewise struct {
	st *structure
	tb *tableau
	t  []float64
	y  []float64 // len(t)×nd
	k  []float64 // stage unknowns
	z  []float64 // len(t)×n: values at the nodes, for jumps
}

// Value stores y at the fraction theta of interval i.
func (p *piecewise) Value(dst []float64, i int, theta float64) {
	st, s := p.st, p.tb.s
	h := p.t[i+1] - p.t[i]
	if h == 0 {
		if theta > 0 {
			i++
		}
		copy(dst, p.z[i*st.n:(i+1)*st.n])
		return
	}
	var beta [maxStages + 1]float64
	y := p.y[i*st.nd : (i+1)*st.nd]
	k := p.k[i*s*len(st.free):]
	for d := range st.maxDepth + 1 {
		p.tb.integrals(beta[:s], d+1, theta)
		for c := range st.nd {
			if st.depth[c] == d {
				dst[c] = polyValue(st, p.tb, beta[:s], y, k, c, h, theta)
			}
		}
	}
	p.tb.lagrange(beta[:s], theta)
	for c := st.nd; c < st.n; c++ {
		dst[c] = weighted(beta[:s], k[st.freeAt[c]*s:])
	}
}

// Deriv stores y' at the fraction theta of interval i; zero inside a jump.
func (p *piecewise) Deriv(dst []float64, i int, theta float64) {
	st, s := p.st, p.tb.s
	h := p.t[i+1] - p.t[i]
	if h == 0 {
		clear(dst[:st.n])
		return
	}
	var l [maxStages + 1]float64
	k := p.k[i*s*len(st.free):]
	p.Value(dst, i, theta)
	p.tb.lagrange(l[:s], theta)
	// Deepest first: dst[next] still is a value when it is needed.
	for j := len(st.order) - 1; j >= 0; j-- {
		c := st.order[j]
		if st.depth[c] > 0 {
			dst[c] = dst[st.next[c]]
		} else {
			dst[c] = weighted(l[:s], k[st.freeAt[c]*s:]) / h
		}
	}
	p.tb.slope(l[:s], theta)
	for c := st.nd; c < st.n; c++ {
		dst[c] = weighted(l[:s], k[st.freeAt[c]*s:]) / h
	}
}

func weighted(w, x []float64) float64 {
	s := 0.0
	for i, f := range w {
		s += f * x[i]
	}
	return s
}

// solution makes an ode.Solution of the present iterate.
func (r *run) solution() *ode.Solution {
	d, st := r.main, r.st
	m := d.mesh
	n := len(m.t)
	p := &piecewise{st: st, tb: d.tb, t: m.t,
		y: append([]float64(nil), d.y(r.x)...), k: append([]float64(nil), d.k(r.x)...)}
	sol := &ode.Solution{Dim: st.n, T: m.t, Y: make([]float64, n*st.n), Inner: p, Stats: r.stats}
	if st.np > 0 {
		sol.P = append([]float64(nil), d.q(r.x)...)
	}
	d.fld.p = d.q(r.x)
	for i := range n {
		copy(sol.Y[i*st.n:], p.y[i*st.nd:(i+1)*st.nd])
		if st.na > 0 {
			d.solveNode(r.x, i)
			copy(sol.Y[i*st.n+st.nd:(i+1)*st.n], d.zn[i*st.na:(i+1)*st.na])
		}
	}
	p.z = sol.Y
	if r.estimated == m {
		sol.Condition = r.condition()
		sol.Error, sol.ParamError = r.errors()
		sol.Residual = r.boundaryResidual()
		if u := r.unit(); u > r.rtol {
			sol.Warnings = append(sol.Warnings, fmt.Errorf("collocation: rounding alone changes the solution by %.0e of its size (condition %.2g), more than the tolerance %.0e", u, sol.Condition.Kappa, r.rtol))
		}
	}
	return sol
}

// unit is the relative error that rounding makes: some roundings of every
// coefficient of the linearised equations, amplified as their solution does.
func (r *run) unit() float64 {
	return 4 * max(epsilon, min(r.known.rounding, epsilon*r.known.figures.Kappa))
}

// errors returns the estimates of the error of each component and parameter,
// none below what rounding makes of it.
func (r *run) errors() (y, q []float64) {
	unit := r.unit()
	y, q = slices.Clone(r.sum.abs), slices.Clone(r.sum.param)
	for c := range y {
		y[c] = larger(unit*r.size(c), y[c])
	}
	for c := range q {
		q[c] = larger(unit*r.qsize[c], q[c])
	}
	return y, q
}

// boundaryResidual is the largest residual of the conditions, each over its
// largest derivative in units of the size of the components.
func (r *run) boundaryResidual() float64 {
	d := r.main
	d.cond.values(d, d.g, r.x)
	worst := 0.0
	for j, v := range d.g {
		big := 0.0
		for k := range d.cond.touch[j] {
			for _, c := range d.abd.Condition(j, k) {
				big = max(big, math.Abs(c))
			}
		}
		for _, c := range d.abd.ConditionBorder(j) {
			big = max(big, math.Abs(c))
		}
		if v != 0 {
			worst = max(worst, math.Abs(v)/big)
		}
	}
	return worst
}
