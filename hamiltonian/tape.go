package hamiltonian

import (
	"sync"

	"costate/internal/expr"
)

// numbers replaces the constants of the problem by their values, all but the one
// that a family moves.
func (e *Equations) numbers(es []*expr.Expr) []*expr.Expr {
	m := make(map[*expr.Expr]*expr.Expr, len(e.Constants))
	for _, c := range e.Constants {
		if e.family == nil || c.Symbol != e.family.moving {
			m[c.Symbol] = e.Graph.Num(c.Value)
		}
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

// point is a tape over t, y, parameters, signals, data and the coefficients of a
// family, with the buffers to call it. The members of a family share the tape and
// the buffers.
type point struct {
	e     *Equations
	tape  *expr.Tape
	pool  *sync.Pool // *[]float64
	which []int      // coefficients that the tape has, by number
	held  []float64  // and their values
}

// tape compiles outputs over the arguments of every tape.
func (e *Equations) tape(extra, outputs []*expr.Expr) (*point, error) {
	return e.compile(e.arguments(extra), outputs)
}

// compile makes a tape of any arguments. The coefficients of a family follow them.
func (e *Equations) compile(args, outputs []*expr.Expr) (*point, error) {
	f := &point{e: e, pool: new(sync.Pool)}
	if e.family != nil {
		var symbols []*expr.Expr
		outputs, f.which, symbols = e.family.take(e.Graph, outputs)
		args = concat(args, symbols)
	}
	var err error
	f.tape, err = expr.Compile(args, outputs)
	return f, err
}

// at returns the tape with the values of all coefficients of a family.
func (f *point) at(coefficients []float64) *point {
	if len(f.which) == 0 {
		return f
	}
	g := *f
	g.held = make([]float64, len(f.which))
	for i, k := range f.which {
		g.held[i] = coefficients[k]
	}
	return &g
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
	in = append(in, f.held...)
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
	k += spread(in[k:], p, m)
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
	k += copy(in[k:], data)
	spread(in[k:], f.held, m)
	f.tape.Batch(dst, in, m)
	f.pool.Put(b)
}

// spread stores rows of m equal numbers, one for each of v, and returns how many
// that were.
func spread(dst, v []float64, m int) int {
	for i, x := range v {
		row := dst[i*m : (i+1)*m]
		for j := range row {
			row[j] = x
		}
	}
	return len(v) * m
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
