package ode

import (
	"math"
)

// scaleTolerances changes the tolerances as RADAU does: its error estimate is
// of the lower order s.
func (st *radauStepper) scaleTolerances() {
	s := float64(st.st.m.s)
	least := math.Inf(1)
	for i, rt := range st.rtol {
		q := st.atol[i] / rt
		st.r.rtol[i] = 0.1 * math.Pow(rt, (s+1)/(2*s))
		st.r.atol[i] = q * st.r.rtol[i]
		least = min(least, st.r.rtol[i])
	}
	st.newtonTo = max(10*epsilon/least, min(0.03, math.Sqrt(least)))
	st.iters = 7 + (st.st.m.s-3)*5/2
	if st.r.bare {
		// The adjoint is exact for stages that solve their equations.
		st.newtonTo = max(10*epsilon/least, 1e-9)
		st.iters += 10
	}
}

// reject gives the step up in favour of one of another size, with a Jacobian
// of this point.
func (st *radauStepper) reject(size float64) (float64, bool) {
	st.rejected = true
	st.needJac = !st.jacHere
	return size, false
}

// estimate returns the scaled error of the step.
func (st *radauStepper) estimate(h float64) float64 {
	r, sg := st.r, st.st
	m, size := sg.m, r.size
	v := st.err
	clear(v)
	for i, e := range m.e {
		e /= m.gamma * h
		for k, z := range sg.z[i*size : (i+1)*size] {
			v[k] += e * z
		}
	}
	sg.mass(v)
	copy(st.arg, v) // without f(y0), for the second try
	for k, f := range r.f {
		v[k] += f
	}
	r.stats.Solves++
	sg.filter(v)
	e := st.norm(v)
	if e < 1 || !(st.first || st.rejected) {
		return max(e, 1e-10)
	}
	// At the first step and after a rejection the estimate is filtered once
	// more, f(y0 + err) in place of f(y0): a stiff component far from its
	// slow solution would make it useless.
	for k, y := range r.y {
		v[k] += y
	}
	r.rhs(st.st.buf[:size], r.t, v)
	for k, f := range st.st.buf[:size] {
		v[k] = st.arg[k] + f
	}
	r.stats.Solves++
	sg.filter(v)
	return max(st.norm(v), 1e-10)
}

func (st *radauStepper) norm(v []float64) float64 {
	r := st.r
	e := r.norm2(v, r.y, 1)
	if r.counted > r.n {
		e = max(e, r.tailNorm2(v, r.y, 1))
	}
	return math.Sqrt(e)
}

// control accepts or rejects a step with the scaled error e and chooses the
// next one.
func (st *radauStepper) control(size, e float64) (float64, bool) {
	s := float64(st.st.m.s)
	n := float64(st.iters)
	safety := min(radauSafety, radauSafety*(1+2*n)/(float64(st.newt)+2*n))
	quot := max(radauMin, min(radauMax, math.Pow(e, 1/(s+1))/safety))
	next := size / quot
	if e >= 1 {
		if st.first {
			next = size / 10
		}
		return st.reject(next)
	}
	if st.accepted > 0 {
		// Gustafsson's prediction from the last two errors.
		g := st.hacc / size * math.Pow(e*e/st.erracc, 1/(s+1)) / radauSafety
		next = size / max(quot, max(radauMin, min(radauMax, g)))
	}
	st.hacc, st.erracc = size, max(e, 0.01)
	if st.rejected {
		next = min(next, size)
	}
	st.jacHere, st.needJac = false, st.theta > radauReuseJ
	ratio := next / size
	if !st.needJac && ratio >= radauKeepLo && ratio <= radauKeepHi {
		next = size
	}
	st.ratio = ratio
	return next, true
}

// reorder changes the order for the next step: up when the iteration converges
// fast and the step is steady, down when it does not.
func (st *radauStepper) reorder() {
	if st.m.Stages != 0 {
		return
	}
	s := st.st.m.s
	switch {
	case s > 3 && (st.theta >= radauOrderDn || st.failed):
		s -= 2
	case s < 7 && st.accepted > 10 && st.theta <= radauOrderUp && !st.failed && st.ratio >= 0.8 && st.ratio <= 1.2:
		s += 2
	}
	st.failed = false
	if s != st.st.m.s {
		st.st.use(radauTable(s))
		st.scaleTolerances()
		st.accepted = 0
	}
}

func (st *radauStepper) restart() {
	st.needJac, st.st.prevH = true, 0
}
