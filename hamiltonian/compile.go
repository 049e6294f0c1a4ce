package hamiltonian

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"costate/internal/expr"
	"costate/ode"
)

// numbers replaces the constants of the problem by their values.
func (e *Equations) numbers(es []*expr.Expr) []*expr.Expr {
	m := make(map[*expr.Expr]*expr.Expr, len(e.Constants))
	for _, c := range e.Constants {
		m[c.Symbol] = e.Graph.Num(c.Value)
	}
	out := make([]*expr.Expr, len(es))
	for i, x := range es {
		out[i] = e.Graph.Subst(x, m)
	}
	return out
}

// unknowns returns the symbols of the solver's parameters.
func (e *Equations) unknowns() []*expr.Expr {
	out := make([]*expr.Expr, len(e.Unknowns))
	for i, p := range e.Unknowns {
		out[i] = p.Symbol
	}
	return out
}

// arguments are the inputs of every tape in their order: t, y, parameters,
// signals, and what the caller adds.
func (e *Equations) arguments(extra []*expr.Expr) []*expr.Expr {
	args := []*expr.Expr{e.Layer}
	args = append(args, e.Components...)
	args = append(args, e.unknowns()...)
	for _, in := range e.Inputs {
		args = append(args, in.Symbol)
		if in.Rate != nil {
			args = append(args, in.Rate)
		}
	}
	return append(args, extra...)
}

// signals appends the values of the inputs at t.
func (e *Equations) signals(dst []float64, t float64) []float64 {
	for _, in := range e.Inputs {
		v, r := in.Value(t)
		dst = append(dst, v)
		if in.Rate != nil {
			dst = append(dst, r)
		}
	}
	return dst
}

// Layer label and solver variable. With a free end T, the solver works in s on
// [Start, End] and t = Start + (s - Start) (T - Start)/(End - Start).

// stretch returns dt/ds.
func (e *Equations) stretch(p []float64) float64 {
	if e.FreeEnd == nil {
		return 1
	}
	return (p[index(e.unknowns(), e.FreeEnd)] - e.Start) / (e.End - e.Start)
}

// Label returns the layer label t that belongs to the solver's variable s.
func (e *Equations) Label(s float64, p []float64) float64 {
	if e.FreeEnd == nil {
		return s
	}
	return e.Start + (s-e.Start)*e.stretch(p)
}

// system returns the right-hand sides as the solver sees them: constants as
// numbers, and in s when the end is free.
func (e *Equations) system() []*expr.Expr {
	right := e.numbers(e.Right)
	if e.FreeEnd == nil {
		return right
	}
	g := e.Graph
	slope := g.Div(g.Sub(e.FreeEnd, g.Num(e.Start)), g.Num(e.End-e.Start))
	t := g.Add(g.Num(e.Start), g.Mul(g.Sub(e.Layer, g.Num(e.Start)), slope))
	for i := range right {
		right[i] = g.Subst(right[i], map[*expr.Expr]*expr.Expr{e.Layer: t})
		if i < len(right)-e.Algebraic {
			right[i] = g.Mul(slope, right[i])
		}
	}
	return right
}

// BVP compiles the equations into a boundary value problem for
// y = Components with parameters Unknowns. The callbacks are safe for
// concurrent use.
func (e *Equations) BVP() (*ode.BVP, error) {
	g := e.Graph
	if e.FreeEnd != nil && len(e.Inputs) > 0 {
		return nil, fmt.Errorf("hamiltonian: a free end together with signals from data is not defined: the signals are known at fixed times")
	}
	y, theta := e.Components, e.unknowns()
	n, np := len(y), len(theta)
	right := e.system()
	field, err := e.tape(nil, right)
	if err != nil {
		return nil, err
	}
	entries := make([]*expr.Expr, 0, n*(n+np))
	for _, r := range right {
		entries = append(entries, g.Gradient(r, y)...)
	}
	for _, r := range right {
		entries = append(entries, g.Gradient(r, theta)...)
	}
	jacobian, err := e.tape(nil, entries)
	if err != nil {
		return nil, err
	}
	b := &ode.BVP{
		System: ode.System{
			Dim: n, Params: np, Algebraic: e.Algebraic,
			Func: func(dst []float64, t float64, y, p []float64) {
				field.eval(dst, t, y, p, nil)
			},
			Jac: func(dfdy, dfdp []float64, t float64, y, p []float64) {
				jacobian.split(dfdy, dfdp, t, y, p, nil)
			},
			Batch: func(dst, t, y, p []float64) { field.batch(dst, t, y, p, nil) },
			BatchJac: func(dfdy, dfdp, t, y, p []float64) {
				jacobian.batchSplit(dfdy, dfdp, t, y, p)
			},
			Linear: free(entries, y, theta),
		},
		Start: e.Start, End: e.End, Breaks: e.Breaks(),
	}
	for _, c := range y {
		b.Names = append(b.Names, c.Name())
	}
	for _, p := range e.Unknowns {
		b.ParamNames = append(b.ParamNames, p.Symbol.Name())
		b.GuessParams = append(b.GuessParams, p.Guess)
	}
	if b.Guess, err = e.guess(); err != nil {
		return nil, err
	}
	if b.Boundary, err = e.boundary(); err != nil {
		return nil, err
	}
	if b.Jumps, err = e.jumps(); err != nil {
		return nil, err
	}
	return b, nil
}

// free reports whether no entry depends on any of the symbols.
func free(entries []*expr.Expr, lists ...[]*expr.Expr) bool {
	bound := map[*expr.Expr]bool{}
	for _, l := range lists {
		for _, s := range l {
			bound[s] = true
		}
	}
	for _, v := range expr.FreeVars(entries...) {
		if bound[v] {
			return false
		}
	}
	return true
}

// guess returns the first guess of y as a function of the solver's variable.
func (e *Equations) guess() (func(dst []float64, s float64), error) {
	g := e.Graph
	formulas := make([]*expr.Expr, len(e.Components))
	none := true
	for i := range formulas {
		formulas[i] = g.Num(0)
		if e.Guess[i] != nil {
			formulas[i] = e.Guess[i]
			none = false
		}
	}
	if none {
		return nil, nil
	}
	at := map[*expr.Expr]*expr.Expr{}
	for _, p := range e.Unknowns {
		at[p.Symbol] = g.Num(p.Guess)
	}
	for i := range formulas {
		formulas[i] = g.Subst(formulas[i], at)
	}
	tape, err := e.tape(nil, e.numbers(formulas))
	if err != nil {
		return nil, fmt.Errorf("guess: %w", err)
	}
	zero := make([]float64, len(e.Components))
	p := make([]float64, len(e.Unknowns))
	return func(dst []float64, s float64) { tape.eval(dst, s, zero, p, nil) }, nil
}

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

// point is a tape over t, y, parameters, signals and data, with the buffers to
// call it.
type point struct {
	e    *Equations
	tape *expr.Tape
	pool sync.Pool // *[]float64
}

func (e *Equations) tape(extra, outputs []*expr.Expr) (*point, error) {
	t, err := expr.Compile(e.arguments(extra), outputs)
	if err != nil {
		return nil, err
	}
	return &point{e: e, tape: t}, nil
}

// buffer returns a slice of length n from the pool; put it back after use.
func (f *point) buffer(n int) *[]float64 {
	b, _ := f.pool.Get().(*[]float64)
	if b == nil {
		b = new([]float64)
	}
	if cap(*b) < n {
		*b = make([]float64, n)
	}
	*b = (*b)[:n]
	return b
}

func (f *point) eval(dst []float64, t float64, y, p, data []float64) {
	b := f.buffer(f.tape.Inputs())
	in := (*b)[:0]
	in = append(in, t)
	in = append(in, y...)
	in = append(in, p...)
	in = f.e.signals(in, t)
	in = append(in, data...)
	f.tape.Eval(dst, in)
	f.pool.Put(b)
}

// split evaluates a tape whose outputs are a Dim×Dim block followed by a
// Dim×Params block.
func (f *point) split(a, b []float64, t float64, y, p, data []float64) {
	buf := f.buffer(f.tape.Outputs())
	f.eval(*buf, t, y, p, data)
	copy(b, (*buf)[copy(a, *buf):])
	f.pool.Put(buf)
}

func (f *point) batchSplit(a, b, t, y, p []float64) {
	buf := f.buffer(f.tape.Outputs() * len(t))
	f.batch(*buf, t, y, p, nil)
	copy(b, (*buf)[copy(a, *buf):])
	f.pool.Put(buf)
}

// batch evaluates at len(t) points; data, like y, has a row of points for each
// symbol.
func (f *point) batch(dst, t, y, p, data []float64) {
	m := len(t)
	b := f.buffer(f.tape.Inputs() * m)
	in := *b
	k := copy(in, t)
	k += copy(in[k:], y)
	for _, v := range p {
		row := in[k : k+m]
		for j := range row {
			row[j] = v
		}
		k += m
	}
	for _, s := range f.e.Inputs {
		row := in[k : k+m]
		k += m
		var rates []float64
		if s.Rate != nil {
			rates = in[k : k+m]
			k += m
		}
		for j, tj := range t {
			v, r := s.Value(tj)
			row[j] = v
			if rates != nil {
				rates[j] = r
			}
		}
	}
	copy(in[k:], data)
	f.tape.Batch(dst, in, m)
	f.pool.Put(b)
}

// function compiles one formula of t, y, parameters, signals and data for
// evaluation at single points of a solution in the solver's variable.
func (e *Equations) function(extra []*expr.Expr, f *expr.Expr) (func(s float64, y, p, data []float64) float64, error) {
	tape, err := e.tape(extra, e.numbers([]*expr.Expr{f}))
	if err != nil {
		return nil, err
	}
	return func(s float64, y, p, data []float64) float64 {
		var out [1]float64
		tape.eval(out[:], e.Label(s, p), y, p, data)
		return out[0]
	}, nil
}

// Energy returns H(t, y, p) as a function of the solver's variable, or nil for
// a problem without a Hamiltonian.
func (e *Equations) Energy() (func(s float64, y, p []float64) float64, error) {
	if e.Hamiltonian == nil {
		return nil, nil
	}
	f, err := e.function(nil, e.Hamiltonian)
	if err != nil {
		return nil, err
	}
	return func(s float64, y, p []float64) float64 { return f(s, y, p, nil) }, nil
}

// Autonomous reports whether H does not name t or a signal, so that it is
// constant between the jumps.
func (e *Equations) Autonomous() bool {
	if e.Hamiltonian == nil || e.Hamiltonian.DependsOn(e.Layer) {
		return false
	}
	for _, in := range e.Inputs {
		if e.Hamiltonian.DependsOn(in.Symbol) {
			return false
		}
	}
	return true
}

// Breaks returns the places that must be mesh points because a signal is not
// smooth there.
func (e *Equations) Breaks() []float64 {
	var out []float64
	for _, in := range e.Inputs {
		for _, t := range in.Breaks {
			if t > e.Start && t < e.End {
				out = append(out, t)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// OutOfBounds lists the estimated parameters that lie outside their bounds.
func (e *Equations) OutOfBounds(p []float64) []Param {
	var out []Param
	for i, u := range e.Unknowns {
		lo, hi := u.Bounds()
		if p[i] < lo || p[i] > hi || math.IsNaN(p[i]) {
			out = append(out, u)
		}
	}
	return out
}
