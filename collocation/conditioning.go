package collocation

import (
	"fmt"
	"math"

	"costate/ode"
)

// condition returns the conditioning figures, computed once for each mesh.
func (r *run) condition() ode.Conditioning {
	if r.known.mesh != r.main.mesh {
		r.known.mesh, r.known.figures = r.main.mesh, r.conditioning()
	}
	return r.known.figures
}

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
	k := r.condition()
	if k.Kappa*loss <= 1 {
		return nil
	}
	e := &Error{Status: ode.IllConditioned, Op: "error estimate", Intervals: r.main.mesh.pieces(), T: r.sum.where,
		Component: min(r.sum.component, r.p.Dim-1), Value: k.Kappa, Err: ode.ErrIllConditioned,
		Try: fmt.Sprintf("condition number %.2g leaves no digit of the tolerance: shorten the interval, or change what is given where", k.Kappa)}
	if k.Kappa1 > 0.01*k.Kappa && k.Kappa1 > 1e8 {
		e.Status, e.Err = ode.Singular, ode.ErrSingular
		e.Try = fmt.Sprintf("condition number %.2g: the conditions leave the solution undetermined", k.Kappa)
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
	if r.sum.ratio < 1e-6 && !r.verified && r.stiffest() > 0.5 {
		r.verified = true
		if err := r.verify(); err != nil {
			return err
		}
	}
	return r.condemn(1 / hopeless)
}

// doubtful reports whether the condition at the iterate is so large, for its
// error, that it may be another one at the solution: by the theorem of Newton
// and Kantorovich the error estimate is sure if condition times error is
// small, for a nonlinearity of order one. An instanton on a long interval, of
// which any shift solves all but an exponentially small part of the problem,
// shows a moderate condition on a mesh that pins it. In such a case the
// solution on halved intervals has to agree.
func (r *run) doubtful() bool {
	if r.linear || r.hurried {
		return false
	}
	worst := 0.0
	for c, v := range r.sum.abs[:r.st.nd] {
		if r.peak[c] > 0 {
			worst = max(worst, v/r.peak[c])
		}
	}
	return r.condition().Kappa*worst > 0.2
}

// confirmed reports whether the iterate agrees with the witness, the solution
// on the mesh before, to three tolerances, and so do their conditions to a
// factor 5.
func (r *run) confirmed() bool {
	if k, k0 := r.condition().Kappa, r.witness.Condition.Kappa; !(k < 5*k0 && k0 < 5*k) {
		return false
	}
	d, st := r.main, r.st
	v := make([]float64, st.n)
	for i, t := range d.mesh.t {
		if i+1 < len(d.mesh.t) && d.mesh.t[i+1] == t {
			r.witness.Left(v, t)
		} else {
			r.witness.At(v, t)
		}
		for c, y := range d.y(r.x)[i*st.nd : (i+1)*st.nd] {
			if w := r.floor(c) + r.rtol*math.Abs(y); !(math.Abs(y-v[c]) <= 3*w) && y != v[c] {
				return false
			}
		}
	}
	return true
}

// undetermined is the error of a solution that every mesh puts elsewhere.
func (r *run) undetermined() error {
	k := r.condition().Kappa
	return &Error{Status: ode.IllConditioned, Op: "comparison of meshes", Intervals: r.main.mesh.pieces(), T: r.sum.where,
		Component: min(r.sum.component, r.p.Dim-1), Value: k, Err: ode.ErrIllConditioned,
		Try: fmt.Sprintf("every mesh gives another solution, with condition %.2g: shorten the interval, or change what is given where", k)}
}

// verify halves the intervals until the condition changes little, looking at
// the same solution. Afterwards the iterate is on the mesh that it was on.
func (r *run) verify() error {
	old, x := r.main.mesh, append([]float64(nil), r.x...)
	before := r.conditioning().Kappa1
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
		k := r.condition().Kappa1
		if k > hopeless {
			err = r.condemn(1 / hopeless)
		}
		if k < 3*before {
			break
		}
		before = k
	}
	r.place(old)
	copy(r.x, x)
	if e := r.main.factor(r.x); e != nil && err == nil {
		err = r.explain(e)
	}
	return err
}

// stiffest is the largest element of h df/dy over the mesh.
func (r *run) stiffest() float64 {
	d, st := r.main, r.st
	w := &d.scratch[0]
	big := 0.0
	for lo := 0; lo < d.mesh.intervals(); lo += d.perPart {
		hi := min(lo+d.perPart, d.mesh.intervals())
		d.stages(w, r.x, lo, hi)
		if w.m == 0 {
			continue
		}
		r.fld.jacobians(&w.batch)
		p := 0
		for i := lo; i < hi; i++ {
			if d.mesh.jump[i] >= 0 {
				continue
			}
			h := d.mesh.t[i+1] - d.mesh.t[i]
			for range d.tb.s {
				for e := range st.nd * st.n {
					big = max(big, h*math.Abs(w.jy[p*w.jps+e*w.jes]))
				}
				p++
			}
		}
	}
	return big
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
