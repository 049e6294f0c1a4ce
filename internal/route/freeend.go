package route

import (
	"math"
	"slices"

	"costate/ode"
)

// labelled adds to the errors of the components what the error of a free end
// makes of them. The routes estimate them at a fixed place of the interval that
// they solve on; what is printed beside a label t comes from the place that the
// end assigns to t, and moves with it.
func (p *Problem) labelled(sol *ode.Solution) {
	e := p.Equations
	if e.FreeEnd == nil || sol == nil || sol.Error == nil || sol.ParamError == nil || sol.Inner == nil {
		return
	}
	k := slices.Index(p.BVP.ParamNames, e.FreeEnd.Name())
	if k < 0 {
		return
	}
	part := sol.ParamError[k] / math.Abs(e.Label(e.End, sol.P)-e.Start)
	add, dy := make([]float64, sol.Dim), make([]float64, sol.Dim)
	for i := range len(sol.T) - 1 {
		from, h := sol.T[i], sol.T[i+1]-sol.T[i]
		if h == 0 {
			continue
		}
		for _, theta := range []float64{0, 0.5, 1} {
			sol.Inner.Deriv(dy, i, theta)
			for c, v := range dy {
				add[c] = max(add[c], math.Abs(v)*(from+theta*h-e.Start)*part)
			}
		}
	}
	for c, v := range add {
		sol.Error[c] += v
	}
}
