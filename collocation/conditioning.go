package collocation

import (
	"fmt"
	"math"

	"costate/ode"
)

// conditioning computes the conditioning figures of the linearised problem on
// the present mesh from solves with its factors, in units of the size of each
// component: Kappa1 and Gamma1 are the maximum and the mean over t of what
// unit changes of all conditions together do, Kappa adds what changes of the
// right-hand side by one size per length do. From some size on they are lower
// estimates, with random signs in place of all combinations.
func (r *run) conditioning() ode.Conditioning {
	d, st, m := r.main, r.st, r.main.mesh
	n := m.intervals()
	rows := st.nd + st.np
	y, q := d.sol[:(n+1)*st.nd], d.sol[(n+1)*st.nd:]
	total := make([]float64, n+1) // sum over the conditions, at every node
	clear(d.rhs)
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
	sign := signs(12345)
	size := func(i int) float64 {
		v := 0.0
		for c := range st.nd {
			v = larger(v, math.Abs(y[i*st.nd+c]))
		}
		return v
	}
	if rows <= 8 {
		for j, u := range unit {
			clear(d.g)
			d.g[j] = u
			d.abd.Solve(y, q, d.rhs, d.g)
			d.stats.Solves++
			for i := range total {
				total[i] += size(i)
			}
		}
	} else {
		for range 4 {
			for j, u := range unit {
				d.g[j] = u * sign()
			}
			d.abd.Solve(y, q, d.rhs, d.g)
			d.stats.Solves++
			for i := range total {
				total[i] = larger(total[i], size(i))
			}
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
	inner := 0.0
	for range 3 {
		for i := range n {
			h := (m.t[i+1] - m.t[i]) / length
			for c := range st.nd {
				d.rhs[i*st.nd+c] = h * sign()
			}
		}
		d.abd.Solve(y, q, d.rhs, d.g)
		d.stats.Solves++
		for i := range n + 1 {
			inner = larger(inner, size(i))
		}
	}
	k.Kappa = k.Kappa1 + inner
	return k
}

// hopeless is the condition from which on nothing is called solved: what the
// error estimate compares is rounding then.
const hopeless = 1e13

// condemn returns an *Error if the condition of the linearised problem, times
// loss, exceeds one: singular if changes of the conditions alone have that
// effect, for then they do not determine the solution, else ill-conditioned.
func (r *run) condemn(loss float64) error {
	k := r.conditioning()
	if k.Kappa*loss <= 1 {
		return nil
	}
	e := &Error{Status: ode.IllConditioned, Op: "error estimate", Intervals: r.main.mesh.pieces(), T: r.sum.where,
		Component: min(r.sum.component, r.p.Dim-1), Value: k.Kappa, Err: ode.ErrIllConditioned,
		Try: fmt.Sprintf("condition %.2g leaves no digit of the tolerance: shorten the interval, or change what is given where", k.Kappa)}
	if k.Kappa1 > 0.01*k.Kappa && k.Kappa1 > 1e8 {
		e.Status, e.Err = ode.Singular, ode.ErrSingular
		e.Try = fmt.Sprintf("condition %.2g: the conditions leave the solution undetermined", k.Kappa)
	}
	return e
}

// approve looks once more at an iterate whose error estimate is within the
// tolerance. An estimate that is far too small says nothing about the mesh:
// the solution may be zero, or a polynomial, on a mesh that does not resolve
// the homogeneous equation and so does not show that it is singular. Then the
// condition must not change when the intervals are halved.
func (r *run) approve() error {
	if r.hurried {
		return nil
	}
	if r.sum.ratio < 1e-6 && !r.verified {
		r.verified = true
		old, x := r.main.mesh, append([]float64(nil), r.x...)
		k0 := r.conditioning().Kappa1
		var err error
		for m := old; err == nil; {
			m = m.halved(r.p, 2)
			if m.intervals() > r.s.maxMesh() {
				break
			}
			r.place(m)
			r.transfer(r.tb[0], old, x)
			if r.main.factor(r.x) != nil {
				break
			}
			k := r.conditioning().Kappa1
			if k > hopeless {
				err = r.condemn(1 / hopeless)
			}
			if k < 3*k0 {
				break
			}
			k0 = k
		}
		r.place(old)
		copy(r.x, x)
		if e := r.main.factor(r.x); e != nil && err == nil {
			err = r.explain(e)
		}
		if err != nil {
			return err
		}
	}
	return r.condemn(1 / hopeless)
}

// signs returns a generator of +1 and -1: reproducible, not random enough for
// anything else.
func signs(seed uint64) func() float64 {
	return func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		if seed>>63 == 1 {
			return -1
		}
		return 1
	}
}
