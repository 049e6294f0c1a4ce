package discrete

import (
	"context"
	"math"

	"costate/ode"
)

// System returns the model as a system of differential equations, with the
// parameters known: of dimension Dim, without unknown parameters.
func (m *Model) System(theta []float64) ode.System {
	s := ode.System{Dim: m.Dim, Names: m.Names}
	th := append([]float64(nil), theta...)
	s.Func = func(dst []float64, t float64, x, _ []float64) {
		if m.Func != nil {
			m.Func(dst, t, x, th)
			return
		}
		m.Batch(dst, []float64{t}, x, th)
	}
	if m.Jac != nil {
		n := m.Dim * m.Params
		s.Jac = func(dfdx, _ []float64, t float64, x, _ []float64) {
			m.Jac(dfdx, make([]float64, n), t, x, th)
		}
	}
	return s
}

// Predict integrates the model with the path's parameters from the end of
// the path to until, starting at its last state. in chooses the method and
// the tolerances [DOP853, 1e-9]. A layer map is iterated instead; its
// solution has the layers as its mesh and no values between them.
func Predict(ctx context.Context, pr *Problem, a *Path, until float64, in *ode.Integrator) (*ode.Solution, error) {
	start := a.T[len(a.T)-1]
	x := a.X[len(a.X)-a.Dim:]
	if !(until > start) || math.IsInf(until, 1) {
		return nil, bad("until", "%g does not lie beyond the end of the window, %g", until, start)
	}
	if pr.Rule == LayerMap {
		s := &ode.Solution{Status: ode.Solved, Dim: a.Dim, P: a.Theta, T: []float64{start}, Y: append([]float64(nil), x...)}
		f := pr.System(a.Theta).Func
		for t := start; t < until; t++ {
			y := make([]float64, a.Dim)
			f(y, t, s.Y[len(s.Y)-a.Dim:], nil)
			s.T, s.Y = append(s.T, t+1), append(s.Y, y...)
		}
		return s, nil
	}
	if in == nil {
		in = &ode.Integrator{RelTol: 1e-9}
	}
	return in.Solve(ctx, &ode.IVP{System: pr.System(a.Theta), Start: start, End: until, Initial: append([]float64(nil), x...)})
}

// Misfit compares a solution with measurements, the problem's own or ones
// beyond its window: the root mean square of h(x) - y in units of the noise,
// 1/sqrt(Rm), over the data that lie within the solution, and their number.
// A matrix Rm counts by its whole quadratic form.
func Misfit(s *ode.Solution, theta []float64, obs []Observation) (rms float64, n int) {
	lo, hi := s.T[0], s.T[len(s.T)-1]
	x := make([]float64, s.Dim)
	sum := 0.0
	for i := range obs {
		o := &obs[i]
		if o.Time < lo-1e-9*(hi-lo) || o.Time > hi+1e-9*(hi-lo) {
			continue
		}
		if s.Inner == nil {
			// A chain of layers: the nearest one.
			k := 0
			for j, t := range s.T {
				if math.Abs(t-o.Time) < math.Abs(s.T[k]-o.Time) {
					k = j
				}
			}
			copy(x, s.Node(k))
		} else {
			s.At(x, min(max(o.Time, lo), hi))
		}
		r := make([]float64, len(o.Y))
		switch {
		case o.Operator != nil:
			o.Operator.Func(r, o.Time, x, theta)
		case o.Index != nil:
			for j, c := range o.Index {
				r[j] = x[c]
			}
		default:
			copy(r, x)
		}
		rm, full, ok := rows(o.Rm, len(o.Y))
		if !ok {
			continue
		}
		for j, y := range o.Y {
			if math.IsNaN(y) {
				r[j] = 0
				continue
			}
			r[j] -= y
			n++
		}
		for j := range r {
			if !full {
				sum += rm[j] * r[j] * r[j]
				continue
			}
			for k := range r {
				sum += r[j] * rm[j*len(r)+k] * r[k]
			}
		}
	}
	if n == 0 {
		return math.NaN(), 0
	}
	return math.Sqrt(sum / float64(n)), n
}
