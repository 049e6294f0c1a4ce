package route

import (
	"math"

	"costate/hamiltonian"
	"costate/ode"
)

// absTols returns the absolute tolerances of the components of an action's
// boundary value problem; nil for other kinds.
//
// A costate is dA/dx, and where the data are fitted perfectly it is zero: then it
// has no size of its own to be accurate to. Its unit is that of one standard
// deviation of a measurement, sqrt(Rm), since there the action changes by order
// one; for a state that is not measured, the unit in which p x is as large as
// for the measured ones. That of q follows from q' = -F_theta' p.
func (p *Problem) absTols(tol float64, guess *ode.Solution) []float64 {
	a := p.File.Action
	if a == nil || guess == nil {
		return nil
	}
	if tol == 0 {
		tol = 1e-6
	}
	d := len(a.States)
	size := Largest(guess)
	unit := make([]float64, d)
	product := math.Inf(1)
	for i := range a.States {
		if unit[i] = math.Sqrt(precisionOf(a, i)); unit[i] > 0 && size[i] > 0 {
			product = min(product, unit[i]*size[i])
		}
	}
	if math.IsInf(product, 1) {
		return nil // nothing is measured: the costates come from the model error alone
	}
	for i := range unit {
		if unit[i] == 0 && size[i] > 0 {
			unit[i] = product / size[i]
		}
	}
	out := make([]float64, len(p.Equations.Components))
	for i, u := range unit {
		out[d+i] = tol * u
	}
	for j, s := range p.parameterScale(a, guess, unit) {
		if k := 2*d + j; k < len(out) {
			out[k] = tol * s
		}
	}
	return out
}

// parameterScale returns int sum_i |dF_i/dtheta_j| unit_i dt for each parameter
// along a guess.
func (p *Problem) parameterScale(a *hamiltonian.Action, guess *ode.Solution, unit []float64) []float64 {
	f, err := a.Field()
	if err != nil || f.Params == 0 {
		return nil
	}
	out := make([]float64, f.Params)
	dx, dth := make([]float64, f.Dim*f.Dim), make([]float64, f.Dim*f.Params)
	for i := range len(guess.T) - 1 {
		h := guess.T[i+1] - guess.T[i]
		f.Jac(dx, dth, guess.T[i], guess.Node(i)[:f.Dim], guess.P[:f.Params])
		for c, u := range unit {
			for j := range out {
				if v := math.Abs(dth[c*f.Params+j]) * u * h; !math.IsNaN(v) && !math.IsInf(v, 0) {
					out[j] += v
				}
			}
		}
	}
	return out
}

// precisionOf returns the largest precision with which state i itself is
// measured, that of a continuous measurement taken over the whole interval; 0:
// not measured.
func precisionOf(a *hamiltonian.Action, i int) float64 {
	w := 0.0
	for _, o := range a.Observations {
		for j, h := range o.H {
			if h != a.States[i].Symbol {
				continue
			}
			m := len(o.H)
			switch {
			case o.Matrix != nil:
				w = max(w, o.Matrix[j*m+j])
			case len(o.Rm) == m:
				w = max(w, o.Rm[j])
			default:
				for n := range o.Times {
					w = max(w, o.Rm[n*m+j])
				}
			}
		}
	}
	for _, s := range a.Signals {
		for j, h := range s.H {
			if h == a.States[i].Symbol && s.Matrix == nil {
				w = max(w, s.Rm[j]*(a.End-a.Start))
			}
		}
	}
	return w
}
