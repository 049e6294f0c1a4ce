package hamiltonian

import (
	"fmt"
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

// conditionProgram are compiled conditions, of all members of a family.
type conditionProgram struct {
	common       ode.Conditions // without functions
	value, slope *point
	n, np        int   // components, parameters
	where        []int // of each argument the index into Points
	which        []int // and the component
}

// boundary compiles the conditions: separated where they look at one point, for
// whatever values of the constants.
func (e *Equations) boundary() (*conditionProgram, error) {
	g := e.Graph
	var c ode.Conditions
	theta := e.unknowns()
	n, np := len(e.Components), len(theta)
	conds := e.numbers(e.Conditions.G)
	c.Count = len(conds)
	if want := n - e.Algebraic + np; c.Count != want {
		return nil, fmt.Errorf("hamiltonian: %d boundary conditions, expected %d: one for each of the %d differential components and %d unknown parameters", c.Count, want, n-e.Algebraic, np)
	}
	for _, v := range e.Conditions.Values {
		if !(e.Start <= v.Point && v.Point <= e.End) {
			return nil, fmt.Errorf("hamiltonian: condition on %s: the place lies outside the interval [%g, %g]", v.Symbol.Name(), e.Start, e.End)
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
			return nil, fmt.Errorf("hamiltonian: condition on %s: %s is not a component of the problem", v.Symbol.Name(), v.Variable.Name())
		}
	}
	c.At = make([]int, c.Count)
	for k, f := range e.Conditions.G {
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
	value, err := e.compile(args, conds)
	if err != nil {
		return nil, fmt.Errorf("boundary condition: %w", err)
	}
	var entries []*expr.Expr
	for _, f := range conds {
		entries = append(entries, g.Gradient(f, args)...)
	}
	slope, err := e.compile(args, entries)
	if err != nil {
		return nil, fmt.Errorf("boundary condition: %w", err)
	}
	c.Linear = free(entries, args)
	return &conditionProgram{common: c, value: value, slope: slope, n: n, np: np, where: where, which: which}, nil
}

// at returns the conditions with values of the coefficients.
func (c *conditionProgram) at(coefficients []float64) ode.Conditions {
	value, slope := c.value.at(coefficients), c.slope.at(coefficients)
	eval := func(f *point, dst []float64, y [][]float64, p []float64) {
		b := f.buffer(f.tape.Inputs())
		in := (*b)[:0]
		for i, w := range c.where {
			in = append(in, y[w][c.which[i]])
		}
		in = append(in, p...)
		in = append(in, f.held...)
		f.tape.Eval(dst, in)
		f.pool.Put(b)
	}
	out := c.common
	out.Func = func(dst []float64, y [][]float64, p []float64) { eval(value, dst, y, p) }
	out.Jac = func(dgdy [][]float64, dgdp []float64, y [][]float64, p []float64) {
		d := slope.buffer(slope.tape.Outputs())
		eval(slope, *d, y, p)
		for _, d := range dgdy {
			clear(d)
		}
		for k := range c.common.Count {
			row := (*d)[k*(len(c.where)+c.np):]
			for i, w := range c.where {
				dgdy[w][k*c.n+c.which[i]] += row[i]
			}
			copy(dgdp[k*c.np:(k+1)*c.np], row[len(c.where):])
		}
		slope.pool.Put(d)
	}
	return out
}

// jumpProgram are the compiled kicks at one place, of all members of a family.
type jumpProgram struct {
	t      float64
	linear bool
	hits   []hit
	n, np  int // components, parameters
}

// hit is what one kick does: the components which grow by value.
type hit struct {
	value, slope *point
	which        []int
	data         []float64
}

// jumps compiles the kicks; those at one place act together, each increment
// taken from the values before.
func (e *Equations) jumps() ([]jumpProgram, error) {
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
	out := make([]jumpProgram, 0, len(times))
	for _, t := range times {
		out = append(out, jumpProgram{t: t, linear: linear, hits: at[t], n: n, np: np})
	}
	return out, nil
}

// at returns the jump with values of the coefficients.
func (j *jumpProgram) at(coefficients []float64) ode.Jump {
	n, np := j.n, j.np
	hits := slices.Clone(j.hits)
	for i := range hits {
		hits[i].value, hits[i].slope = hits[i].value.at(coefficients), hits[i].slope.at(coefficients)
	}
	return ode.Jump{
		T:      j.t,
		Linear: j.linear,
		Func: func(dst []float64, y, p []float64) {
			copy(dst, y)
			for _, h := range hits {
				inc := make([]float64, len(h.which))
				h.value.eval(inc, j.t, y, p, h.data)
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
				h.slope.eval(d, j.t, y, p, h.data)
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
	}
}
