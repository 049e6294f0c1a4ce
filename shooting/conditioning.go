package shooting

import (
	"math"
	"slices"

	"costate/ode"
)

// conditioning computes the conditioning figures of the linearised matching
// conditions from solves with their factors, in units of the size of each
// component: Kappa1 and Gamma1 are the maximum and the mean over t of what
// unit changes of all conditions together do at the nodes, Kappa adds what
// changes of the right-hand side by one size per length do, for a few patterns
// of signs. They are computed once for each factorisation.
func (r *run) conditioning() ode.Conditioning {
	if r.known.of != r.stats.Factorisations {
		r.known.figures, r.known.of = r.figures(), r.stats.Factorisations
	}
	return r.known.figures
}

// together is how many right-hand sides are solved at once.
const together = 16

func (r *run) figures() ode.Conditioning {
	n, m, last := r.p.Dim, r.p.Params, len(r.t)-1
	unit := make([]float64, n)
	for c, v := range r.peak {
		switch unit[c] = max(v, r.s.atol(c)/r.s.rtol()); {
		case r.vanishes(c):
			unit[c] = max(unit[c], r.coupling[c])
		case unit[c] == 0:
			unit[c] = 1
		}
	}
	width := min(together, n+m)
	y, q, g := make([]float64, (last+1)*n*width), make([]float64, m*width), make([]float64, (n+m)*width)
	// sizes stores the largest component at node k of each of count solutions.
	sizes := func(k, count int) []float64 {
		v := make([]float64, together)[:count]
		for c, u := range unit {
			for i, x := range y[(k*n+c)*count:][:count] {
				v[i] = max(v[i], math.Abs(x)/u)
			}
		}
		return v
	}
	total := make([]float64, last+1)
	scale := make([]float64, n+m)
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
		scale[j] = u
	}
	for from := 0; from < n+m; from += together {
		count := min(together, n+m-from)
		clear(g)
		for i := range count {
			g[(from+i)*count+i] = scale[from+i]
		}
		r.stats.Solves += count
		r.abd.SolveMany(y, q, nil, g, count)
		for k := range total {
			for _, v := range sizes(k, count) {
				total[k] += v
			}
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
	b := make([]float64, last*n*patterns)
	for i := range patterns {
		for k := range last {
			h := (r.t[k+1] - r.t[k]) / length
			for c, u := range unit {
				b[(k*n+c)*patterns+i] = signs.next() * h * u
			}
		}
	}
	y, q = grown(y, (last+1)*n*patterns), grown(q, m*patterns)
	r.stats.Solves += patterns
	r.abd.SolveMany(y, q, b, make([]float64, (n+m)*patterns), patterns)
	for k := range total {
		inner = max(inner, slices.Max(sizes(k, patterns)))
	}
	f.Kappa = f.Kappa1 + inner
	return f
}

// patterns is how many patterns of signs stand for all.
const patterns = 4

// grown returns x with at least n elements; what they are is lost.
func grown(x []float64, n int) []float64 {
	if len(x) < n {
		return make([]float64, n)
	}
	return x
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
