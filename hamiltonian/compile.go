package hamiltonian

import (
	"fmt"
	"math"

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
			Dim: n, Params: np, Algebraic: e.Algebraic, Quadratures: quadratures(entries[:n*n], n, e.Algebraic),
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
	b.Seams, _ = e.Seams()
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

// quadratures counts the last differential components on which nothing in the
// n×n Jacobian's rows depends.
func quadratures(jacobian []*expr.Expr, n, algebraic int) int {
	for q := 0; ; q++ {
		c := n - algebraic - 1 - q
		for r := 0; c >= 0 && r < n; r++ {
			if !isZero(jacobian[r*n+c]) {
				return q
			}
		}
		if c < 0 {
			return q
		}
	}
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
