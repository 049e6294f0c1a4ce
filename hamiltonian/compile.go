package hamiltonian

import (
	"fmt"
	"math"
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

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
	c, err := e.program()
	if err != nil {
		return nil, err
	}
	return c.member(nil), nil
}

// program is a compiled boundary value problem. The members of a family have it
// in common; the tapes take the coefficients in which they differ.
type program struct {
	common                 ode.BVP // the part without coefficients
	field, jacobian, guess *point  // guess nil: none
	conditions             *conditionProgram
	jumps                  []jumpProgram
}

func (e *Equations) program() (*program, error) {
	g := e.Graph
	if e.FreeEnd != nil && len(e.Inputs) > 0 {
		return nil, fmt.Errorf("hamiltonian: a free end together with signals from data is not defined: the signals are known at fixed times")
	}
	if e.FreeEnd != nil && len(e.Kicks) > 0 {
		return nil, fmt.Errorf("hamiltonian: a free end together with jumps at fixed places is not defined: the end may come to lie before them")
	}
	y, theta := e.Components, e.unknowns()
	n, np := len(y), len(theta)
	right := e.system()
	c := new(program)
	var err error
	if c.field, err = e.tape(nil, right); err != nil {
		return nil, err
	}
	entries := make([]*expr.Expr, 0, n*(n+np))
	for _, r := range right {
		entries = append(entries, g.Gradient(r, y)...)
	}
	for _, r := range right {
		entries = append(entries, g.Gradient(r, theta)...)
	}
	if c.jacobian, err = e.tape(nil, entries); err != nil {
		return nil, err
	}
	b := &c.common
	b.System = ode.System{
		Dim: n, Params: np, Algebraic: e.Algebraic, Quadratures: e.quadratures(),
		Linear: free(entries, y, theta),
	}
	b.Start, b.End, b.Breaks = e.Start, e.End, e.Stops()
	b.Seams, _ = e.Seams()
	for _, c := range y {
		b.Names = append(b.Names, c.Name())
	}
	for _, p := range e.Unknowns {
		b.ParamNames = append(b.ParamNames, p.Symbol.Name())
		b.GuessParams = append(b.GuessParams, p.Guess)
	}
	if c.guess, err = e.guess(); err != nil {
		return nil, err
	}
	if c.conditions, err = e.boundary(); err != nil {
		return nil, err
	}
	c.jumps, err = e.jumps()
	return c, err
}

// member returns the problem with values of the coefficients of a family.
func (c *program) member(coefficients []float64) *ode.BVP {
	b := c.common
	field, jacobian := c.field.at(coefficients), c.jacobian.at(coefficients)
	b.Func = func(dst []float64, t float64, y, p []float64) { field.eval(dst, t, y, p, nil) }
	b.Jac = func(dfdy, dfdp []float64, t float64, y, p []float64) { jacobian.split(dfdy, dfdp, t, y, p, nil) }
	b.Batch = func(dst, t, y, p []float64) { field.batch(dst, t, y, p, nil) }
	b.BatchJac = func(dfdy, dfdp, t, y, p []float64) { jacobian.batchSplit(dfdy, dfdp, t, y, p) }
	if c.guess != nil {
		b.Guess = c.guess.at(coefficients).ofLayer()
	}
	b.Boundary = c.conditions.at(coefficients)
	b.Jumps = make([]ode.Jump, len(c.jumps))
	for i := range c.jumps {
		b.Jumps[i] = c.jumps[i].at(coefficients)
	}
	return &b
}

// quadratures counts the last differential components that no right-hand side
// has. Constants count as names: what holds for every value of theirs holds for
// all members of a family.
func (e *Equations) quadratures() int {
	q := 0
	for c := len(e.Components) - e.Algebraic - 1; c >= 0; c-- {
		if slices.ContainsFunc(e.Right, func(r *expr.Expr) bool { return r.DependsOn(e.Components[c]) }) {
			break
		}
		q++
	}
	return q
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

// guess compiles the first guess of y; nil: there is none.
func (e *Equations) guess() (*point, error) {
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
	return tape, nil
}

// ofLayer returns a tape that has neither components nor parameters, a guess, as
// a function of the solver's variable.
func (f *point) ofLayer() func(dst []float64, s float64) {
	zero := make([]float64, len(f.e.Components))
	p := make([]float64, len(f.e.Unknowns))
	return func(dst []float64, s float64) { f.eval(dst, s, zero, p, nil) }
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
