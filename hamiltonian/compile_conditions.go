package hamiltonian

import (
	"fmt"
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

// boundary compiles the conditions: separated where they look at one point.
func (e *Equations) boundary() (ode.Conditions, error) {
	g := e.Graph
	var c ode.Conditions
	theta := e.unknowns()
	n, np := len(e.Components), len(theta)
	conds := e.numbers(e.Conditions.G)
	c.Count = len(conds)
	if want := n - e.Algebraic + np; c.Count != want {
		return c, fmt.Errorf("hamiltonian: %d boundary conditions, expected %d: one for each of the %d differential components and %d unknown parameters", c.Count, want, n-e.Algebraic, np)
	}
	for _, v := range e.Conditions.Values {
		if !(e.Start <= v.Point && v.Point <= e.End) {
			return c, fmt.Errorf("hamiltonian: condition on %s: the place lies outside the interval [%g, %g]", v.Symbol.Name(), e.Start, e.End)
		}
		if i := slices.Index(c.Points, v.Point); i < 0 {
			c.Points = append(c.Points, v.Point)
		}
	}
	slices.Sort(c.Points)
	where := make([]int, len(e.Conditions.Values)) // index into Points
	which := make([]int, len(e.Conditions.Values)) // component
	symbols := make([]*expr.Expr, len(e.Conditions.Values))
	for i, v := range e.Conditions.Values {
		where[i] = slices.Index(c.Points, v.Point)
		which[i] = e.Index(v.Variable)
		symbols[i] = v.Symbol
		if which[i] < 0 {
			return c, fmt.Errorf("hamiltonian: condition on %s: %s is not a component of the problem", v.Symbol.Name(), v.Variable.Name())
		}
	}
	c.At = make([]int, c.Count)
	for k, f := range conds {
		c.At[k] = -1
		for i, s := range symbols {
			if !f.DependsOn(s) {
				continue
			}
			if c.At[k] >= 0 && c.At[k] != where[i] {
				c.At[k] = -1
				break
			}
			c.At[k] = where[i]
		}
	}
	args := append(slices.Clone(symbols), theta...)
	value, err := expr.Compile(args, conds)
	if err != nil {
		return c, fmt.Errorf("boundary condition: %w", err)
	}
	var entries []*expr.Expr
	for _, f := range conds {
		entries = append(entries, g.Gradient(f, args)...)
	}
	slope, err := expr.Compile(args, entries)
	if err != nil {
		return c, fmt.Errorf("boundary condition: %w", err)
	}
	c.Linear = free(entries, args)
	gather := func(y [][]float64, p []float64) []float64 {
		in := make([]float64, 0, len(args))
		for i := range symbols {
			in = append(in, y[where[i]][which[i]])
		}
		return append(in, p...)
	}
	c.Func = func(dst []float64, y [][]float64, p []float64) { value.Eval(dst, gather(y, p)) }
	c.Jac = func(dgdy [][]float64, dgdp []float64, y [][]float64, p []float64) {
		out := make([]float64, len(entries))
		slope.Eval(out, gather(y, p))
		for _, d := range dgdy {
			clear(d)
		}
		for k := range c.Count {
			row := out[k*len(args):]
			for i := range symbols {
				dgdy[where[i]][k*n+which[i]] += row[i]
			}
			copy(dgdp[k*np:(k+1)*np], row[len(symbols):])
		}
	}
	return c, nil
}

// jumps compiles the kicks; those at one place act together, each increment
// taken from the values before.
func (e *Equations) jumps() ([]ode.Jump, error) {
	type hit struct {
		value, slope *point
		which        []int
		data         []float64
	}
	g := e.Graph
	n, theta := len(e.Components), e.unknowns()
	np := len(theta)
	at := map[float64][]hit{}
	linear := true
	for _, k := range e.Kicks {
		inc := e.numbers(k.Increment)
		value, err := e.tape(k.Data, inc)
		if err != nil {
			return nil, fmt.Errorf("jump: %w", err)
		}
		var entries []*expr.Expr
		for _, f := range inc {
			entries = append(entries, g.Gradient(f, append(slices.Clone(e.Components), theta...))...)
		}
		slope, err := e.tape(k.Data, entries)
		if err != nil {
			return nil, fmt.Errorf("jump: %w", err)
		}
		linear = linear && free(entries, e.Components, theta)
		which := make([]int, len(k.Symbols))
		for i, s := range k.Symbols {
			which[i] = e.Index(s)
		}
		w := len(k.Data)
		for i, t := range k.Times {
			at[t] = append(at[t], hit{value, slope, which, k.Rows[i*w : (i+1)*w]})
		}
	}
	times := make([]float64, 0, len(at))
	for t := range at {
		times = append(times, t)
	}
	slices.Sort(times)
	out := make([]ode.Jump, 0, len(times))
	for _, t := range times {
		hits := at[t]
		out = append(out, ode.Jump{
			T:      t,
			Linear: linear,
			Func: func(dst []float64, y, p []float64) {
				copy(dst, y)
				for _, h := range hits {
					inc := make([]float64, len(h.which))
					h.value.eval(inc, t, y, p, h.data)
					for i, c := range h.which {
						dst[c] += inc[i]
					}
				}
			},
			Jac: func(dgdy, dgdp []float64, y, p []float64) {
				clear(dgdy)
				clear(dgdp)
				for i := range n {
					dgdy[i*n+i] = 1
				}
				for _, h := range hits {
					d := make([]float64, len(h.which)*(n+np))
					h.slope.eval(d, t, y, p, h.data)
					for i, c := range h.which {
						row := d[i*(n+np) : (i+1)*(n+np)]
						for j, v := range row[:n] {
							dgdy[c*n+j] += v
						}
						for j, v := range row[n:] {
							dgdp[c*np+j] += v
						}
					}
				}
			},
		})
	}
	return out, nil
}
