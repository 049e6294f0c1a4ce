package discrete

import (
	"context"
	"math"
	"math/rand/v2"
)

// settle makes sure that the current path is a minimum: damped steps can come
// to rest at a saddle, where the gradient vanishes and the damped matrix is
// positive definite. It follows the direction of negative curvature downhill
// and minimises again, a few times at most.
func (m *minimiser) settle(ctx context.Context, scale float64, o newtonOptions) outcome {
	p, w, f := m.p, m.w, m.fronts()
	const attempts = 4
	for range attempts {
		if m.out.err != nil {
			return m.out
		}
		f.assemble(w, m.v, scale, exact)
		f.scaling()
		for i := range f.fix {
			f.hold[i] = 0
			f.fix[i] = p.fixed != nil && p.fixed[i] || p.lo != nil && (m.v[i] <= p.lo[i] || m.v[i] >= p.hi[i])
		}
		if m.proven = f.factor(w, m.v, scale, 0, f.sc); m.proven {
			return m.out
		}
		mu := 1e-9
		for !f.factor(w, m.v, scale, mu, f.sc) {
			if mu *= 10; mu > 1e3 {
				return m.out
			}
		}
		// Inverse iteration: the lowest curvature relative to the scaling.
		r := rand.New(rand.NewPCG(1, 2))
		x, y := make([]float64, p.nv), make([]float64, p.nv)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		for range 12 {
			norm := 0.0
			for i := range x {
				y[i] = f.sc[i] * x[i]
				norm += y[i] * x[i]
			}
			norm = 1 / math.Sqrt(norm)
			for i := range y {
				y[i] *= norm
			}
			f.solve(x, y)
		}
		norm, size := 0.0, 0.0
		for i := range x {
			norm += f.sc[i] * x[i] * x[i]
			size += f.sc[i] * m.v[i] * m.v[i]
		}
		unit := math.Sqrt(size / norm)
		best, at := m.out.total(), 0.0
		best -= 1e-12 * math.Abs(best)
		for _, t := range []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3} {
			for _, s := range []float64{t, -t} {
				for i := range y {
					y[i] = m.v[i] + s*unit*x[i]
				}
				p.project(y)
				if e := w.action(y, scale).total(); e < best {
					best, at = e, s
				}
			}
		}
		if at == 0 {
			return m.out
		}
		for i := range y {
			m.v[i] += at * unit * x[i]
		}
		p.project(m.v)
		m.lm = damping{mu: muStart, exact: true}
		m.out = w.minimise(ctx, f, m.v, scale, o, &m.lm)
	}
	return m.out
}
