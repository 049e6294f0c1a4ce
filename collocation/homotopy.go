package collocation

import (
	"context"

	"costate/ode"
)

// embed returns a family of problems from one that the guess solves exactly,
// at 0, to p, at 1: what the guess leaves over in the equations, the jumps and
// the conditions is taken off, less and less (Newton homotopy).
func embed(p *ode.BVP, guess *ode.Solution) *Continuation {
	n := p.Dim
	q0 := guess.P
	f0 := make([]float64, n)
	eval := pointFunc(&p.System)
	ys := make([][]float64, len(points(p)))
	for k, t := range points(p) {
		ys[k] = guess.Left(nil, t)
	}
	g0 := make([]float64, p.Boundary.Count)
	p.Boundary.Func(g0, ys, q0)
	jumps := make([][]float64, len(p.Jumps))
	for j := range p.Jumps {
		jumps[j] = make([]float64, n)
		p.Jumps[j].Func(f0, guess.Left(nil, p.Jumps[j].T), q0)
		for c, v := range guess.At(nil, p.Jumps[j].T) {
			jumps[j][c] = f0[c] - v
		}
	}
	nd := n - p.Algebraic
	return &Continuation{From: 0, To: 1, Linear: true, Problem: func(sigma float64) *ode.BVP {
		if sigma == 1 {
			return p
		}
		e := *p
		left := 1 - sigma
		e.Batch, e.BatchJac = nil, nil
		e.Jac = pointJac(&p.System) // what is taken off does not depend on y
		e.System.Func = func(dst []float64, t float64, y, q []float64) {
			u, du := guess.At(nil, t), guess.Deriv(nil, t)
			rest := make([]float64, n)
			eval(rest, t, u, q0)
			for c := range nd {
				rest[c] -= du[c]
			}
			eval(dst, t, y, q)
			for c, v := range rest {
				dst[c] -= left * v
			}
		}
		e.Boundary.Func = func(dst []float64, y [][]float64, q []float64) {
			p.Boundary.Func(dst, y, q)
			for i, v := range g0 {
				dst[i] -= left * v
			}
		}
		e.Jumps = append([]ode.Jump(nil), p.Jumps...)
		for j := range e.Jumps {
			e.Jumps[j].Func = func(dst, y, q []float64) {
				p.Jumps[j].Func(dst, y, q)
				for c, v := range jumps[j] {
					dst[c] -= left * v
				}
			}
		}
		return &e
	}}
}

// deform follows the family from the guess to the problem; the iterate ends
// as the solution.
func (r *run) deform(ctx context.Context, m *mesh, guess *ode.Solution) error {
	r.setStructure(nil) // no chains: they hold up to what is taken off only
	r.place(m)
	r.begin(guess)
	start := r.solution()
	if start.P == nil {
		start.P = make([]float64, r.st.np)
	}
	r.brake = 0.01 // every member is as hard as the problem
	return r.followFrom(ctx, embed(r.p0, start), start)
}
