package hamiltonian

import (
	"fmt"
	"math"
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

// Function is a compiled vector function of the layer label, the states and the
// parameters, a(t, x, theta) in R^Out, with first and second derivatives.
// Batches are structures of arrays, as in ode.System. Safe for concurrent use.
type Function struct {
	Dim, Params, Out int

	// Func stores a into dst (Out).
	Func func(dst []float64, t float64, x, theta []float64)

	// Jac stores da/dx (Out×Dim) and da/dtheta (Out×Params).
	Jac func(dx, dtheta []float64, t float64, x, theta []float64)

	// Hess stores the second derivative of lam'a with respect to (x, theta)
	// into dst ((Dim+Params)×(Dim+Params)); lam has Out entries.
	Hess func(dst []float64, t float64, x, theta, lam []float64)

	// The same at m = len(t) points; theta is shared by all of them.
	Batch     func(dst, t, x, theta []float64)
	BatchJac  func(dx, dtheta, t, x, theta []float64)
	BatchHess func(dst, t, x, theta, lam []float64)

	// Pattern marks the entries of the Jacobian with respect to x that are not
	// identically zero (Out×Dim).
	Pattern []bool

	// Linear states that a is affine in (x, theta).
	Linear bool

	// Select[i] is the state that a_i equals, or -1.
	Select []int
}

// System returns x' = a(t, x, theta) as the integrators take it; Out must be Dim.
func (f *Function) System() ode.System {
	return ode.System{Dim: f.Dim, Params: f.Params, Func: f.Func, Jac: f.Jac, Batch: f.Batch, BatchJac: f.BatchJac, Linear: f.Linear}
}

// Field compiles the model of the action, x' = F(t, x, theta).
func (a *Action) Field() (*Function, error) {
	f := make([]*expr.Expr, len(a.States))
	for i, s := range a.States {
		f[i] = s.F
	}
	return a.compile(f)
}

// Observed compiles what block k of the observations looks at.
func (a *Action) Observed(k int) (*Function, error) { return a.compile(a.Observations[k].H) }

// SignalError compiles h - y of the continuous measurement k.
func (a *Action) SignalError(k int) (*Function, error) {
	s := a.Signals[k]
	return a.compile(subAll(a.Graph, s.H, s.Y))
}

// GivenFunction compiles the conditions given at the ends, as a function whose x
// is the pair (x(Start), x(End)).
func (a *Action) GivenFunction() (*Function, error) {
	g := a.Graph
	start := make([]*expr.Expr, 0, 2*len(a.States))
	for _, t := range []float64{a.Start, a.End} {
		for _, s := range a.States {
			start = append(start, ValueAt(g, s.Symbol, t).Symbol)
		}
	}
	rename := map[*expr.Expr]*expr.Expr{}
	for _, v := range a.Given.Values {
		rename[v.Symbol] = ValueAt(g, v.Variable, v.Point).Symbol
	}
	c := make([]*expr.Expr, len(a.Given.G))
	for i, e := range a.Given.G {
		c[i] = g.Subst(e, rename)
	}
	return a.compileIn(start, c)
}

func (a *Action) compile(f []*expr.Expr) (*Function, error) {
	x := make([]*expr.Expr, len(a.States))
	for i, s := range a.States {
		x[i] = s.Symbol
	}
	return a.compileIn(x, f)
}

func (a *Action) compileIn(x, f []*expr.Expr) (*Function, error) {
	g := a.Graph
	e := &Equations{Domain: a.Domain, Components: x, Unknowns: a.Params}
	f = e.numbers(f)
	theta := e.unknowns()
	all := concat(x, theta)
	out := &Function{Dim: len(x), Params: len(theta), Out: len(f)}
	value, err := e.tape(nil, f)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	var dx, dth []*expr.Expr
	for i, fi := range f {
		row := g.Gradient(fi, x)
		dx = append(dx, row...)
		dth = append(dth, g.Gradient(fi, theta)...)
		out.Select = append(out.Select, index(x, f[i]))
	}
	for _, d := range dx {
		out.Pattern = append(out.Pattern, !isZero(d))
	}
	slope, err := e.tape(nil, append(slices.Clone(dx), dth...))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	out.Linear = free(concat(dx, dth), all)

	lam := make([]*expr.Expr, len(f))
	terms := make([]*expr.Expr, len(f))
	for i := range f {
		lam[i] = g.Var(fmt.Sprintf("lambda_%d", i+1))
		terms[i] = g.Mul(lam[i], f[i])
	}
	n := len(all)
	second := make([]*expr.Expr, n*n)
	for i, d := range g.Gradient(g.Add(terms...), all) {
		for j, dd := range g.Gradient(d, all[:i+1]) {
			second[i*n+j], second[j*n+i] = dd, dd
		}
	}
	curve, err := e.tape(lam, second)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	out.Func = func(dst []float64, t float64, x, theta []float64) { value.eval(dst, t, x, theta, nil) }
	out.Jac = func(dx, dth []float64, t float64, x, theta []float64) { slope.split(dx, dth, t, x, theta, nil) }
	out.Hess = func(dst []float64, t float64, x, theta, lam []float64) { curve.eval(dst, t, x, theta, lam) }
	out.Batch = func(dst, t, x, theta []float64) { value.batch(dst, t, x, theta, nil) }
	out.BatchJac = func(dx, dth, t, x, theta []float64) { slope.batchSplit(dx, dth, t, x, theta) }
	out.BatchHess = func(dst, t, x, theta, lam []float64) { curve.batch(dst, t, x, theta, lam) }
	return out, nil
}

// StartPath returns a first guess of the states: the guess of the problem, for a
// state without one, or with data for every state that is measured itself, the
// broken line through its measurements, or zero.
func (a *Action) StartPath(data bool) (func(dst []float64, t float64), error) {
	g := a.Graph
	e := &Equations{Domain: a.Domain, Unknowns: a.Params}
	lines := make([]*line, len(a.States))
	for i, s := range a.States {
		e.Components = append(e.Components, s.Symbol)
		e.Guess = append(e.Guess, s.Guess)
		if s.Guess == nil || data {
			lines[i] = a.measurements(s.Symbol)
		}
		if s.Guess == nil {
			e.Guess[i] = g.Num(0)
		}
	}
	guess, err := e.guess()
	if err != nil {
		return nil, err
	}
	at := func([]float64, float64) {}
	if guess != nil {
		at = guess.ofLayer()
	}
	return func(dst []float64, t float64) {
		at(dst, t)
		for i, l := range lines {
			if l != nil {
				dst[i] = l.at(t)
			}
		}
	}, nil
}

// line is a broken line through points of ascending t.
type line struct{ t, y []float64 }

func (l *line) at(t float64) float64 {
	i, found := slices.BinarySearch(l.t, t)
	switch {
	case found || i == 0:
		return l.y[i]
	case i == len(l.t):
		return l.y[i-1]
	}
	w := (t - l.t[i-1]) / (l.t[i] - l.t[i-1])
	return l.y[i-1] + w*(l.y[i]-l.y[i-1])
}

// measurements returns the line through what is measured of x itself; nil: it is
// not measured.
func (a *Action) measurements(x *expr.Expr) *line {
	var l line
	for _, o := range a.Observations {
		j := index(o.H, x)
		if j < 0 {
			continue
		}
		for n, t := range o.Times {
			if y := o.Y[n*len(o.H)+j]; !math.IsNaN(y) && (len(l.t) == 0 || t > l.t[len(l.t)-1]) {
				l.t, l.y = append(l.t, t), append(l.y, y)
			}
		}
	}
	if len(l.t) == 0 {
		return nil
	}
	return &l
}
