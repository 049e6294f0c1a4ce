package collocation

import (
	"context"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// Sensitivity returns the derivative of the solution of family(lambda) with
// respect to lambda, at sol, which solves it: a Solution whose values and
// parameters are dy/dlambda and dp/dlambda, with the mesh of sol. It takes
// one factorisation for all fixed parameters of a problem that are asked for
// together, one solve for each:
//
//	ds, err := s.Sensitivity(ctx, sol, lambda, family1, family2)
//
// where family1(lambda[0]), family2(lambda[1]), .. are all the same problem.
// If the interval depends on the parameter, the derivative is the one at a
// fixed fraction of it.
func (s *Solver) Sensitivity(ctx context.Context, sol *ode.Solution, lambda []float64, family ...func(float64) *ode.BVP) ([]*ode.Solution, error) {
	if len(lambda) != len(family) {
		panic("collocation: Sensitivity needs one value for each family")
	}
	if len(family) == 0 {
		return nil, nil
	}
	p := family[0](lambda[0])
	check(p)
	r, err := s.resume(ctx, p, sol)
	if err != nil {
		return nil, err
	}
	defer r.release()
	d := r.main
	m := d.mesh
	up, down := make([]float64, d.nx), make([]float64, d.nx)
	dx := make([]float64, d.nx)
	var all []*ode.Solution
	for i, f := range family {
		h := 6e-6 * math.Abs(lambda[i]) // cube root of the rounding unit: central differences
		if h == 0 {
			h = 6e-6
		}
		for _, side := range []struct {
			at float64
			to []float64
		}{{lambda[i] + h, up}, {lambda[i] - h, down}} {
			q := f(side.at)
			if q == nil {
				return nil, fmt.Errorf("collocation: the problem cannot be differentiated: there is none at %v", side.at)
			}
			r.enter(q)
			d.mesh = m.mapped(q)
			d.residual(side.to, r.x)
		}
		r.enter(p)
		d.mesh = m
		h = (lambda[i] + h) - (lambda[i] - h)
		for j := range up {
			up[j] = -(up[j] - down[j]) / h
		}
		if d.solve(dx, up); !linalg.Finite(dx) {
			return nil, fmt.Errorf("collocation: the problem cannot be differentiated: beside %v it is %w", lambda[i], ode.ErrNotFinite)
		}
		all = append(all, r.derivative(dx))
	}
	return all, nil
}

// resume returns a run placed on the mesh of a solution of p, converged there
// and factored.
func (s *Solver) resume(ctx context.Context, p *ode.BVP, sol *ode.Solution) (*run, error) {
	r := newRun(s, p)
	r.guess = sol
	for range 2 {
		if !r.analysed {
			r.analyse(sol)
		}
		r.place(through(p, sol.T))
		r.begin(sol)
		if err := r.newton(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, r.explain(err)
		}
		if !r.misjudged() {
			break
		}
		r.repair()
	}
	if err := r.main.factor(r.x); err != nil {
		return nil, r.explain(err)
	}
	return r, nil
}

// derivative makes a Solution of a tangent dx.
func (r *run) derivative(dx []float64) *ode.Solution {
	d, st := r.main, r.st
	n := len(d.mesh.t)
	p := &piecewise{st: st, tb: d.tb, t: d.mesh.t,
		y: append([]float64(nil), d.y(dx)...), k: append([]float64(nil), d.k(dx)...)}
	sol := &ode.Solution{Status: ode.Solved, Dim: st.n, T: d.mesh.t, Y: make([]float64, n*st.n), Inner: p, Stats: r.stats}
	if st.np > 0 {
		sol.P = append([]float64(nil), d.q(dx)...)
	}
	for i := range n {
		copy(sol.Y[i*st.n:], p.y[i*st.nd:(i+1)*st.nd])
		if st.na > 0 {
			d.extrapolate(sol.Y[i*st.n+st.nd:(i+1)*st.n], dx, i)
		}
	}
	p.z = sol.Y
	return sol
}
