package collocation

import (
	"math"
	"slices"
	"sync"

	"costate/ode"
)

// anchor is what takes the place of the parameter as coordinate on a branch:
// the parameter itself, or one component at one place. Near a fold the
// parameter is none, but some component is.
type anchor struct {
	t         float64
	component int // -1: the parameter
	value     float64
}

// members hands out the members of a family, the last few from memory: the
// functions of the augmented problem ask for the same ones again and again.
type members struct {
	family func(float64) *ode.BVP
	some   *ode.BVP // a member that exists
	mu     sync.Mutex
	recent [4]struct {
		lambda float64
		p      *ode.BVP
	}
	next int
}

func (m *members) at(lambda float64) *ode.BVP {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.recent {
		if r := &m.recent[i]; r.p != nil && r.lambda == lambda {
			return r.p
		}
	}
	r := &m.recent[m.next]
	m.next = (m.next + 1) % len(m.recent)
	r.lambda, r.p = lambda, m.family(lambda)
	if r.p == nil {
		r.p = poisoned(m.some)
	} else {
		m.some = r.p
	}
	return r.p
}

// poisoned is what stands for a member of a family that does not exist: p with
// a right-hand side that has no value.
func poisoned(p *ode.BVP) *ode.BVP {
	q := *p
	q.Func = func(dst []float64, _ float64, _, _ []float64) {
		for i := range dst {
			dst[i] = math.NaN()
		}
	}
	q.Batch, q.BatchJac = nil, nil
	return &q
}

// augmented returns the problem whose last unknown parameter is that of the
// family, with one more condition: the anchor has its value. Its solution
// stays regular at folds. The interval must not depend on the parameter.
func augmented(m *members, lambda float64, a anchor) *ode.BVP {
	p0 := m.at(lambda)
	n, k := p0.Dim, p0.Params
	pts := slices.Clone(points(p0))
	if a.component >= 0 && !slices.Contains(pts, a.t) {
		pts = append(pts, a.t)
		slices.Sort(pts)
	}
	where := make([]int, 0, len(points(p0))) // of the old points among the new
	for _, t := range points(p0) {
		where = append(where, slices.Index(pts, t))
	}
	mine := slices.Index(pts, a.t)
	p := &ode.BVP{Start: p0.Start, End: p0.End, Guess: p0.Guess, Breaks: p0.Breaks}
	p.System = ode.System{Dim: n, Params: k + 1, Algebraic: p0.Algebraic,
		Func: func(dst []float64, t float64, y, q []float64) { pointFunc(&m.at(q[k]).System)(dst, t, y, q[:k]) }}
	p.Jac = func(dfdy, dfdp []float64, t float64, y, q []float64) { m.jacobian(dfdy, dfdp, t, y, q, lambda) }
	count := p0.Boundary.Count
	p.Boundary = ode.Conditions{Count: count + 1, Points: pts,
		Func: func(dst []float64, y [][]float64, q []float64) {
			old := make([][]float64, len(where))
			for i, w := range where {
				old[i] = y[w]
			}
			m.at(q[k]).Boundary.Func(dst[:count], old, q[:k])
			if a.component >= 0 {
				dst[count] = y[mine][a.component] - a.value
			} else {
				dst[count] = q[k] - a.value
			}
		}}
	p.Boundary.At = make([]int, count+1)
	for i := range count {
		p.Boundary.At[i] = -1
		if p0.Boundary.At != nil && p0.Boundary.At[i] >= 0 {
			p.Boundary.At[i] = where[p0.Boundary.At[i]]
		}
	}
	p.Boundary.At[count] = max(mine, 0)
	for i := range p0.Jumps {
		p.Jumps = append(p.Jumps, ode.Jump{T: p0.Jumps[i].T,
			Func: func(dst, y, q []float64) { m.at(q[k]).Jumps[i].Func(dst, y, q[:k]) }})
	}
	return p
}

// jacobian stores the derivatives of f, those with respect to the parameter of
// the family by central differences.
func (m *members) jacobian(dfdy, dfdp []float64, t float64, y, q []float64, size float64) {
	n, k := len(y), len(q)-1
	p := m.at(q[k])
	eval, jac := pointFunc(&p.System), pointJac(&p.System)
	f, g := make([]float64, n), make([]float64, n)
	if jac != nil {
		inner := make([]float64, n*k)
		jac(dfdy, inner, t, y, q[:k])
		for r := range n {
			copy(dfdp[r*(k+1):r*(k+1)+k], inner[r*k:(r+1)*k])
		}
	} else {
		eval(f, t, y, q[:k])
		z, v := slices.Clone(y), slices.Clone(q[:k])
		for c := range n {
			z[c] += step(y[c], 1e-3)
			eval(g, t, z, q[:k])
			for r := range n {
				dfdy[r*n+c] = (g[r] - f[r]) / (z[c] - y[c])
			}
			z[c] = y[c]
		}
		for c := range k {
			v[c] += step(q[c], 1e-3)
			eval(g, t, y, v)
			for r := range n {
				dfdp[r*(k+1)+c] = (g[r] - f[r]) / (v[c] - q[c])
			}
			v[c] = q[c]
		}
	}
	h := 6e-6 * max(math.Abs(q[k]), math.Abs(size))
	if h == 0 {
		h = 6e-6
	}
	up, down := q[k]+h, q[k]-h
	pointFunc(&m.at(up).System)(f, t, y, q[:k])
	pointFunc(&m.at(down).System)(g, t, y, q[:k])
	for r := range n {
		dfdp[r*(k+1)+k] = (f[r] - g[r]) / (up - down)
	}
}
