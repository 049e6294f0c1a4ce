package route

import (
	"math"

	"costate/ode"
)

// EnergyDrift says how far H moves along a solution.
type EnergyDrift struct {
	First, Last float64 // H at the ends

	// Drift is the largest change of H within a piece between jumps, when
	// Judged: H names neither t nor a signal, so it must be constant there.
	Drift  float64
	Scale  float64 // largest |H| or |p.x'| along the solution, to judge Drift by
	Judged bool
}

// Energy evaluates H along a solution, at the mesh points and in the middle of
// the intervals; nil for a problem without a Hamiltonian.
func (p *Problem) Energy(sol *ode.Solution) (*EnergyDrift, error) {
	h, err := p.Equations.Energy()
	if h == nil || err != nil {
		return nil, err
	}
	out := &EnergyDrift{Judged: p.Equations.Autonomous()}
	y := make([]float64, sol.Dim)
	dy := make([]float64, sol.Dim)
	var lo, hi float64
	n := len(p.Equations.States)
	visit := func(i int, theta float64) float64 {
		sol.Inner.Value(y, i, theta)
		t := sol.T[i] + theta*(sol.T[i+1]-sol.T[i])
		v := h(t, y, sol.P)
		p.BVP.Func(dy, t, y, sol.P)
		kinetic := 0.0
		if len(p.Equations.Costates) == n && sol.Dim >= 2*n {
			for c := range n {
				kinetic += math.Abs(y[n+c] * dy[c])
			}
		}
		out.Scale = max(out.Scale, math.Abs(v), kinetic)
		return v
	}
	first := true
	for i := range len(sol.T) - 1 {
		if sol.T[i] == sol.T[i+1] {
			first = true
			continue
		}
		for _, theta := range []float64{0, 1} {
			v := visit(i, theta)
			if first {
				lo, hi, first = v, v, false
			}
			lo, hi = min(lo, v), max(hi, v)
			if i == 0 && theta == 0 {
				out.First = v
			}
			out.Last = v
		}
		out.Drift = max(out.Drift, hi-lo)
	}
	return out, nil
}
