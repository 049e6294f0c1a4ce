package shooting

import (
	"math"

	"costate/ode"
)

// conditioning computes the conditioning figures of the linearised matching
// conditions from solves with their factors, in units of the size of each
// component: Kappa1 and Gamma1 are the maximum and the mean over t of what
// unit changes of all conditions together do at the nodes, Kappa adds what
// changes of the right-hand side by one size per length do, for a few patterns
// of signs.
func (r *run) conditioning() ode.Conditioning {
	n, last := r.p.Dim, len(r.t)-1
	b, d := make([]float64, len(r.x)), make([]float64, len(r.x))
	unit := make([]float64, n)
	for c, v := range r.peak {
		switch unit[c] = v; {
		case r.vanishes(c):
			unit[c] = r.coupling[c]
		case v == 0:
			unit[c] = 1
		}
	}
	size := func(k int) float64 {
		v := 0.0
		for c, u := range unit {
			v = max(v, math.Abs(d[k*n+c])/u)
		}
		return v
	}
	total := make([]float64, last+1)
	for j, touch := range r.cond.touch {
		u := 0.0
		for k := range touch {
			for c, v := range r.abd.Condition(j, k) {
				u = max(u, math.Abs(v)*unit[c])
			}
		}
		for i, v := range r.abd.ConditionBorder(j) {
			u = max(u, math.Abs(v*r.q(r.x)[i]))
		}
		b[last*n+j] = u
		r.solveLinear(d, b)
		b[last*n+j] = 0
		for k := range total {
			total[k] += size(k)
		}
	}
	var f ode.Conditioning
	length := r.p.End - r.p.Start
	for k, v := range total {
		f.Kappa1 = max(f.Kappa1, v)
		if k > 0 {
			f.Gamma1 += (v + total[k-1]) / 2 * (r.t[k] - r.t[k-1]) / length
		}
	}
	inner := 0.0
	signs := newSigns()
	for range 4 {
		for k := range last {
			h := (r.t[k+1] - r.t[k]) / length
			for c, u := range unit {
				b[k*n+c] = signs.next() * h * u
			}
		}
		r.solveLinear(d, b)
		for k := range total {
			inner = max(inner, size(k))
		}
	}
	f.Kappa = f.Kappa1 + inner
	return f
}

// signs is a fixed sequence of random signs (xorshift; Marsaglia 2003).
type signs uint64

func newSigns() *signs {
	s := signs(0x9e3779b97f4a7c15)
	return &s
}

func (s *signs) next() float64 {
	*s ^= *s << 13
	*s ^= *s >> 7
	*s ^= *s << 17
	if *s&1 == 0 {
		return -1
	}
	return 1
}
