package collocation

import (
	"context"
	"math"

	"costate/internal/newton"
	"costate/ode"
)

// AllSolutions looks for several solutions of p, at most limit. After the
// first it solves
//
//	M(x) F(x) = 0,   M(x) = product over the known x[i] of (1 + 1/|x - x[i]|^2),
//
// whose Newton iteration is driven away from them (deflation: Farrell,
// Birkisson and Funke, SIAM J. Sci. Comput. 37 (2015) A2026), from the
// problem's guess and from multiples of the solutions known; what it converges
// to is then solved with the mesh and the error control of Solve. There is no
// promise that all are found. The error is that of the first solution, or of
// ctx.
func (s *Solver) AllSolutions(ctx context.Context, p *ode.BVP, limit int) ([]*ode.Solution, error) {
	first, err := s.Solve(ctx, p)
	if err != nil {
		return nil, err
	}
	all := []*ode.Solution{first}
	inner := *s
	inner.Continuation, inner.Guess = nil, nil
	for len(all) < limit {
		next := inner.another(ctx, p, all)
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		if next == nil {
			break
		}
		all = append(all, next)
	}
	return all, nil
}

// another returns a solution that is not among the known ones, or nil.
func (s *Solver) another(ctx context.Context, p *ode.BVP, known []*ode.Solution) *ode.Solution {
	r := newRun(s, p)
	m := uniform(p, 40)
	for _, k := range known {
		if len(k.T) > 80 { // layers: a uniform mesh would not carry them
			m = through(p, k.T)
		}
	}
	defer r.release()
	r.analyse(nil)
	r.place(m)
	r.begin(nil)
	if r.linear {
		return nil
	}
	d := &deflation{r: r, size: make([]float64, p.Dim)}
	var starts [][]float64
	multiples := func(factors ...float64) {
		for _, f := range factors {
			x := append([]float64(nil), r.x...)
			for i := range x {
				x[i] *= f
			}
			copy(r.main.q(x), r.main.q(r.x)) // multiples of the functions, not of parameters
			starts = append(starts, x)
		}
		r.measure(r.main, r.x)
		for c, v := range r.peak {
			d.size[c] = max(d.size[c], v)
		}
	}
	multiples(1, 3, -1, -3)
	for _, k := range known {
		r.begin(k)
		d.known = append(d.known, append([]float64(nil), r.x...))
		multiples(3, -1, 8, 0.3, 20)
	}
	for c := range d.size {
		if d.size[c] == 0 {
			d.size[c] = 1 // zero guess, zero solutions: no size is known
		}
	}
	for _, x := range starts {
		copy(r.x, x)
		if !d.solve(ctx) {
			continue
		}
		polish := newRun(s, p)
		err := polish.direct(ctx, m, r.solution(), false)
		sol, _ := polish.finish(ctx, err)
		polish.release()
		if ctx.Err() != nil {
			return nil
		}
		if err == nil && !contains(known, sol, d.size, s.rtol()) {
			return sol
		}
	}
	return nil
}

// contains reports whether sol agrees with a known solution to a hundred
// tolerances, in the given sizes of the components.
func contains(known []*ode.Solution, sol *ode.Solution, size []float64, tol float64) bool {
	for _, k := range known {
		worst := 0.0
		for c := range sol.Dim {
			for i, t := range sol.T {
				v := sol.Y[i*sol.Dim+c]
				diff := min(math.Abs(v-k.At(nil, t)[c]), math.Abs(v-k.Left(nil, t)[c]))
				worst = max(worst, diff/(size[c]+math.Abs(v)))
			}
		}
		for i, v := range sol.P {
			if w := math.Abs(v) + math.Abs(k.P[i]); w > 0 {
				worst = max(worst, math.Abs(v-k.P[i])/w)
			}
		}
		if worst < 100*tol {
			return true
		}
	}
	return false
}

// deflation is the deflated problem on one mesh. With m and g the value and
// the gradient of M, its Jacobian is m F' + F g'. With b = F'^-1 F its
// inverse, applied to m r, is
//
//	a - b (g a)/(m + g b),   a = F'^-1 r.
type deflation struct {
	r     *run
	known [][]float64
	size  []float64 // of each component, in which distances are measured
	m     float64   // M at the last residual
	g     []float64 // its gradient there, of nodes and parameters
	mf    float64   // m and g where F' was factored
	gf    []float64
	b, f  []float64
	gb    float64
}

func (d *deflation) solve(ctx context.Context) bool {
	r := d.r
	main := r.main
	copy(r.fld.scale, d.size)
	main.setSizes(d.size, r.fld.pSize)
	n := main.nx
	d.b, d.f = make([]float64, n), make([]float64, n)
	d.g, d.gf = make([]float64, n), make([]float64, n)
	p := newton.Problem{
		Residual: func(dst, x []float64) {
			main.residual(dst, x)
			copy(d.f, dst)
			d.operator(x)
			for i := range dst {
				dst[i] *= d.m
			}
		},
		Factor: func(x []float64) error {
			if err := main.factor(x); err != nil {
				return err
			}
			// The last residual is that at x, except after a rejected step.
			main.residual(d.f, x)
			d.operator(x)
			main.solve(d.b, d.f)
			d.mf = d.m
			copy(d.gf, d.g)
			d.gb = dot(d.gf, d.b)
			return nil
		},
		Solve: func(dst, rhs []float64) {
			main.solve(dst, rhs)
			c := dot(d.gf, dst) / (d.mf + d.gb)
			for i := range dst {
				dst[i] = (dst[i] - c*d.b[i]) / d.mf
			}
		},
		Norm:    r.norm,
		Rescale: r.rescale,
	}
	s := newton.Solver{Tol: 1e-3 / r.rtol * 1e-2, MaxSteps: 60, MinDamping: 1e-4}
	_, err := s.Solve(ctx, &p, r.x)
	return err == nil
}

// operator stores M and its gradient at x. The distance is the mean square
// over the interval of the differences in sizes.
func (d *deflation) operator(x []float64) {
	r, main, st := d.r, d.r.main, d.r.st
	t := main.mesh.t
	length := main.mesh.length()
	clear(d.g)
	d.m = 1
	logs := d.g // gradient of log M first
	y, gy := main.y(x), main.y(logs)
	for _, k := range d.known {
		yk := main.y(k)
		dist := 1e-30
		for i := range t {
			w := 0.0
			if i > 0 {
				w += t[i] - t[i-1]
			}
			if i+1 < len(t) {
				w += t[i+1] - t[i]
			}
			for c := range st.nd {
				v := (y[i*st.nd+c] - yk[i*st.nd+c]) / d.size[c]
				dist += w / (2 * length) * v * v
			}
		}
		for c, v := range main.q(x) {
			if s := r.qsize[c]; s > 0 {
				v = (v - k[c]) / s
				dist += v * v
			}
		}
		m := 1 + 1/dist
		d.m *= m
		f := -2 / (dist * dist * m) // d log m / d(dist) times 2
		for i := range t {
			w := 0.0
			if i > 0 {
				w += t[i] - t[i-1]
			}
			if i+1 < len(t) {
				w += t[i+1] - t[i]
			}
			for c := range st.nd {
				gy[i*st.nd+c] += f * w / (2 * length) * (y[i*st.nd+c] - yk[i*st.nd+c]) / (d.size[c] * d.size[c])
			}
		}
		for c, v := range main.q(x) {
			if s := r.qsize[c]; s > 0 {
				main.q(logs)[c] += f * (v - k[c]) / (s * s)
			}
		}
	}
	for i := range d.g {
		d.g[i] *= d.m
	}
}
