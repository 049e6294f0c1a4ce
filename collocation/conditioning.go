package collocation

import (
	"fmt"
	"math"

	"costate/ode"
)

// known is what is known of the linearised problem on a mesh.
type known struct {
	mesh    *mesh
	figures ode.Conditioning
	y, q    []float64 // the largest solution among those that the figures come from
	size    float64   // its size
	total   []float64 // at every node, the effect of unit changes of all conditions

	rounding float64 // effect of a rounding of every coefficient on it
}

// condition returns the conditioning figures, computed once for each mesh.
func (r *run) condition() ode.Conditioning {
	if r.known.mesh != r.main.mesh {
		r.known.mesh = r.main.mesh
		r.conditioning()
	}
	return r.known.figures
}

// conditioning computes the conditioning figures of the linearised problem on
// the present mesh from solves with the factors of the error estimate, the
// better scheme, in units of the size of each component and parameter: Kappa1
// and Gamma1 are the maximum and the mean over t of what unit changes of all
// conditions together do, Kappa adds what changes of the right-hand side by
// one size per length do. From some size on they are lower estimates, with
// random signs in place of all combinations.
func (r *run) conditioning() {
	d, st, m := r.est, r.st, r.est.mesh
	n := m.intervals()
	rows := st.nd + st.np
	y, q := d.sol[:(n+1)*st.nd], d.sol[(n+1)*st.nd:]
	r.known.total = zeroed(r.known.total, n+1)
	total := r.known.total
	unit := make([]float64, rows)
	for j := range unit {
		big := 0.0
		for k := range d.cond.touch[j] {
			for _, v := range d.abd.Condition(j, k) {
				big = max(big, math.Abs(v))
			}
		}
		for _, v := range d.abd.ConditionBorder(j) {
			big = max(big, math.Abs(v))
		}
		unit[j] = big
	}
	r.known.size = 0
	// solve returns the largest parameter; add gathers sizes at the nodes.
	solve := func(add func(i int, v float64)) {
		d.abd.Solve(y, q, d.rhs, d.g)
		d.stats.Solves++
		border := 0.0
		for _, v := range q {
			border = larger(border, math.Abs(v))
		}
		most := border
		for i := range n + 1 {
			v := border
			for _, u := range y[i*st.nd : (i+1)*st.nd] {
				v = larger(v, math.Abs(u))
			}
			add(i, v)
			most = larger(most, v)
		}
		if most > r.known.size || most != most {
			r.known.size = most
			r.known.y = append(r.known.y[:0], y...)
			r.known.q = append(r.known.q[:0], q...)
		}
	}
	sign := signs(12345)
	clear(d.rhs)
	if rows <= 8 {
		for j, u := range unit {
			clear(d.g)
			d.g[j] = u
			solve(func(i int, v float64) { total[i] += v })
		}
	} else {
		for range 4 {
			for j, u := range unit {
				d.g[j] = u * sign()
			}
			solve(func(i int, v float64) { total[i] = larger(total[i], v) })
		}
	}
	var k ode.Conditioning
	length := m.length()
	for i, v := range total {
		k.Kappa1 = larger(k.Kappa1, v)
		if i > 0 {
			k.Gamma1 += (v + total[i-1]) / 2 * (m.t[i] - m.t[i-1]) / length
		}
	}
	clear(d.g)
	for i := range n {
		h := (m.t[i+1] - m.t[i]) / length
		for c := range st.nd {
			d.rhs[i*st.nd+c] = h * sign()
		}
		if q := d.pivoted(i); q != nil {
			q.reduce(d, d.rhs[i*st.nd:(i+1)*st.nd], make([]float64, d.ns))
		}
	}
	inner := 0.0
	solve(func(i int, v float64) { inner = larger(inner, v) })
	k.Kappa = k.Kappa1 + inner
	r.known.figures = k
}

// condemn returns an *Error if the condition of the linearised problem, times
// loss, exceeds one; in units of the terms of the equations as well, since a
// condition at a singular end must not be changed at all.
func (r *run) condemn(loss float64) error {
	if k := r.condition(); k.Kappa*loss > 1 {
		c := r.certainty()
		if !(c.rounding/r.noise()*loss <= 1) {
			return r.indefinite("error estimate", c.scheme > unsure || c.rounding > lost)
		}
	}
	return nil
}

// indefinite is the error of a problem that does not determine its solution:
// singular, where it may be that, if changes of the conditions alone have that
// effect, else ill-conditioned.
func (r *run) indefinite(op string, singular bool) error {
	k := r.condition()
	t, component := r.freest()
	e := &Error{Status: ode.IllConditioned, Op: op, Intervals: r.main.mesh.pieces(), T: t,
		Component: component, Value: k.Kappa, Err: ode.ErrIllConditioned,
		Try: fmt.Sprintf("condition number %.2g leaves no digit of the tolerance: shorten the interval, or change what is given where", k.Kappa)}
	if singular && k.Kappa1 > 0.01*k.Kappa {
		e.Status, e.Err = ode.Singular, ode.ErrSingular
		e.Try = fmt.Sprintf("condition number %.2g: the conditions leave something free: a constant, a phase, a parameter", k.Kappa)
	}
	return e
}

// freest returns what is least determined, relative to its size: the place and
// the component, or Dim + k for parameter k, of the largest solution for data
// of size one.
func (r *run) freest() (t float64, component int) {
	st := r.st
	big := -1.0
	for i, v := range r.known.y {
		if v = math.Abs(v); v > big {
			big, t, component = v, r.known.mesh.t[i/st.nd], i%st.nd
		}
	}
	for k, v := range r.known.q {
		if v = math.Abs(v); v > big {
			big, component = v, st.n+k
		}
	}
	return t, component
}

// signs returns a generator of +1 and -1: reproducible, not random enough for
// anything else.
func signs(seed uint64) func() float64 {
	u := scatter(seed)
	return func() float64 { return math.Copysign(1, u()) }
}

// scatter does so for numbers between -1 and 1.
func scatter(seed uint64) func() float64 {
	return func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(int64(seed)) * 0x1p-63
	}
}
