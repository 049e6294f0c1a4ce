package route

import (
	"fmt"
	"math"
	"slices"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/expr"
)

// Layers makes the discrete action of an action: the same model, measurements,
// priors and bounds, in layers of the given number and rule.
func Layers(a *hamiltonian.Action) (*discrete.Problem, error) {
	f, err := a.Field()
	if err != nil {
		return nil, err
	}
	d, np := len(a.States), len(a.Params)
	p := &discrete.Problem{
		Model: discrete.Model{
			Dim: d, Params: np,
			Func: f.Func, Jac: f.Jac, Hess: f.Hess,
			Batch: f.Batch, BatchJac: f.BatchJac, BatchHess: f.BatchHess,
		},
		Start: a.Start, End: a.End,
		Rf: a.Rf,
	}
	if p.Rf == nil {
		p.Rf = make([]float64, d)
		for i, s := range a.States {
			p.Rf[i] = s.Rf
		}
	}
	for _, in := range a.Inputs {
		p.Jumps = append(p.Jumps, jumps(in, a.Start, a.End)...)
	}
	p.Seams, p.Smooth = a.Seams()
	slices.Sort(p.Jumps)
	p.Jumps = slices.Compact(p.Jumps)
	states := prior{n: d}
	for i, s := range a.States {
		p.Names = append(p.Names, s.Symbol.Name())
		lo, hi := s.Bounds()
		p.Lower, p.Upper = append(p.Lower, lo), append(p.Upper, hi)
		states.add(i, s.Prior)
	}
	params := prior{n: np}
	for i, q := range a.Params {
		p.ParamNames = append(p.ParamNames, q.Symbol.Name())
		lo, hi := q.Bounds()
		p.ParamLower, p.ParamUpper = append(p.ParamLower, lo), append(p.ParamUpper, hi)
		params.add(i, q.Prior)
	}
	p.StatePrior, p.ParamPrior = states.prior(), params.prior()
	if err := observe(p, a); err != nil {
		return nil, err
	}
	return p, fix(p, a)
}

// jumps are the breaks of an input where its value jumps, and not its slope
// alone, which costs a rule less; the ends too, where the value on the inner
// side counts.
func jumps(in hamiltonian.Input, start, end float64) []float64 {
	var out []float64
	for _, t := range append([]float64{start, end}, in.Breaks...) {
		left, _ := in.Value(math.Nextafter(t, math.Inf(-1)))
		right, _ := in.Value(math.Nextafter(t, math.Inf(1)))
		if math.Abs(right-left) > 1e-9*max(math.Abs(left), math.Abs(right)) {
			out = append(out, t)
		}
	}
	return out
}

// prior collects Gaussian priors into the form of package discrete.
type prior struct {
	n               int
	mean, precision []float64
}

func (p *prior) add(i int, q hamiltonian.Prior) {
	if q.Precision == 0 {
		return
	}
	if p.mean == nil {
		p.mean, p.precision = make([]float64, p.n), make([]float64, p.n)
	}
	p.mean[i], p.precision[i] = q.Mean, q.Precision
}

func (p *prior) prior() *discrete.Prior {
	if p.mean == nil {
		return nil
	}
	return &discrete.Prior{Mean: p.mean, Precision: p.precision}
}

func observe(p *discrete.Problem, a *hamiltonian.Action) error {
	var err error
	if p.Observations, err = observations(a); err != nil {
		return err
	}
	for k := range a.Signals {
		s := &a.Signals[k]
		e, err := a.SignalError(k)
		if err != nil {
			return err
		}
		rm := s.Matrix
		if rm == nil {
			rm = s.Rm
		}
		// The operator is h - y, whose data are zero.
		p.Signals = append(p.Signals, discrete.Signal{
			Operator: operatorOf(e), Rm: rm,
			Y: func(dst []float64, _ float64) { clear(dst) },
		})
	}
	return nil
}

// observations are the discrete measurements of an action, one for each time.
func observations(a *hamiltonian.Action) ([]discrete.Observation, error) {
	var out []discrete.Observation
	for k := range a.Observations {
		o := &a.Observations[k]
		h, err := a.Observed(k)
		if err != nil {
			return nil, err
		}
		index, operator := look(h)
		m := len(o.H)
		for n, t := range o.Times {
			q := discrete.Observation{Time: t, Index: index, Operator: operator, Y: o.Y[n*m : (n+1)*m]}
			switch {
			case o.Matrix != nil:
				if q.Rm, err = o.Precision(n); err != nil {
					return nil, err
				}
				if q = present(q); len(q.Y) == 0 {
					continue
				}
			case len(o.Rm) == m:
				q.Rm = o.Rm
			default:
				q.Rm = o.Rm[n*m : (n+1)*m]
			}
			out = append(out, q)
		}
	}
	return out, nil
}

// present takes the missing values out of a measurement with a matrix of
// precisions: package discrete takes none with a matrix.
func present(q discrete.Observation) discrete.Observation {
	m := len(q.Y)
	var seen []int
	for i, y := range q.Y {
		if !math.IsNaN(y) {
			seen = append(seen, i)
		}
	}
	if len(seen) == m {
		return q
	}
	out := discrete.Observation{Time: q.Time}
	for _, i := range seen {
		out.Y = append(out.Y, q.Y[i])
		for _, j := range seen {
			out.Rm = append(out.Rm, q.Rm[i*m+j])
		}
	}
	if q.Operator != nil {
		out.Operator = rowsOf(q.Operator, seen)
		return out
	}
	out.Index = make([]int, len(seen))
	for k, i := range seen {
		out.Index[k] = q.Index[i]
	}
	return out
}

// rowsOf is an operator reduced to some of its rows.
func rowsOf(h *discrete.Operator, seen []int) *discrete.Operator {
	pick := func(dst, all []float64) {
		width := len(dst) / len(seen)
		for k, i := range seen {
			copy(dst[k*width:(k+1)*width], all[i*width:(i+1)*width])
		}
	}
	return &discrete.Operator{
		Rows: len(seen),
		Func: func(dst []float64, t float64, x, theta []float64) {
			all := make([]float64, h.Rows)
			h.Func(all, t, x, theta)
			pick(dst, all)
		},
		Jac: func(dx, dtheta []float64, t float64, x, theta []float64) {
			ax, at := make([]float64, h.Rows*len(x)), make([]float64, h.Rows*len(theta))
			h.Jac(ax, at, t, x, theta)
			pick(dx, ax)
			pick(dtheta, at)
		},
		Hess: func(dst []float64, t float64, x, theta, lam []float64) {
			all := make([]float64, h.Rows)
			for k, i := range seen {
				all[i] = lam[k]
			}
			h.Hess(dst, t, x, theta, all)
		},
	}
}

// look returns the observed components where h only selects, or h as an
// operator.
func look(h *hamiltonian.Function) ([]int, *discrete.Operator) {
	for _, i := range h.Select {
		if i < 0 {
			return nil, operatorOf(h)
		}
	}
	return h.Select, nil
}

func operatorOf(h *hamiltonian.Function) *discrete.Operator {
	return &discrete.Operator{Rows: h.Out, Func: h.Func, Jac: h.Jac, Hess: h.Hess}
}

// fix translates conditions that give the value of one state at one end.
func fix(p *discrete.Problem, a *hamiltonian.Action) error {
	if len(a.Given.G) == 0 {
		return nil
	}
	c, err := a.GivenFunction()
	if err != nil {
		return err
	}
	d := len(a.States)
	p.FixedStart, p.FixedEnd = missing(d), missing(d)
	x, theta := make([]float64, 2*d), make([]float64, len(a.Params))
	value := make([]float64, c.Out)
	dx, dth := make([]float64, c.Out*2*d), make([]float64, c.Out*len(a.Params))
	c.Func(value, a.Start, x, theta)
	c.Jac(dx, dth, a.Start, x, theta)
	for k := range c.Out {
		hit := -1
		for j := range 2 * d {
			if c.Pattern[k*2*d+j] {
				if hit >= 0 {
					hit = -2
					break
				}
				hit = j
			}
		}
		if hit < 0 || !c.Linear {
			return fmt.Errorf("discrete layers take conditions that give the value of one state at one end, such as x(0) - 1; the condition %s = 0 is of another form (collocation solves it)", expr.Text(a.Given.G[k]))
		}
		for _, v := range dth[k*len(a.Params) : (k+1)*len(a.Params)] {
			if v != 0 {
				return fmt.Errorf("discrete layers take conditions that do not name estimated parameters; the condition %s = 0 does (collocation solves it)", expr.Text(a.Given.G[k]))
			}
		}
		v := -value[k] / dx[k*2*d+hit]
		if hit < d {
			p.FixedStart[hit] = v
		} else {
			p.FixedEnd[hit-d] = v
		}
	}
	return nil
}

func missing(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
