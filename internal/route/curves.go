package route

import (
	"costate/internal/report"
	"costate/ode"
)

// Curves are the functions of a solution over the layer label: its components,
// and after them the controls that were eliminated.
type Curves struct {
	report.Series
	Errors []float64 // of each function; nil: not estimated
}

// Curves returns the functions of a solution at its mesh points and at parts-1
// places in each interval.
func (p *Problem) Curves(sol *ode.Solution, parts int) (Curves, error) {
	e := p.Equations
	rows := report.Sample(sol, e.Layer.Name(), p.BVP.Names, parts)
	out := Curves{Series: rows, Errors: sol.Error}
	names, control, err := e.ControlLaws()
	if err != nil {
		return out, err
	}
	if n := len(names); n > 0 {
		out.Names = append(append([]string(nil), rows.Names...), names...)
		out.Y = make([]float64, 0, len(rows.T)*len(out.Names))
		u := make([]float64, n)
		for i, s := range rows.T {
			control(u, s, rows.Row(i), sol.P)
			out.Y = append(append(out.Y, rows.Row(i)...), u...)
		}
		errors, err := e.ControlErrors(sol)
		if err != nil {
			return out, err
		}
		if sol.Error != nil {
			out.Errors = append(append([]float64(nil), sol.Error...), errors...)
		}
	}
	for i, s := range out.T {
		out.T[i] = e.Label(s, sol.P)
	}
	return out, nil
}

// Largest returns the largest magnitude of each function.
func (c Curves) Largest() []float64 {
	size := make([]float64, len(c.Names))
	for i, v := range c.Y {
		j := i % len(c.Names)
		size[j] = max(size[j], v, -v)
	}
	return size
}
