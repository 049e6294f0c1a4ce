package hamiltonian

import (
	"math"

	"costate/internal/expr"
	"costate/ode"
	"gonum.org/v1/gonum/integrate/quad"
)

// cost holds the terms of an action, for its value on a solution.
type cost struct {
	model, signal *expr.Expr // integrands in y: model error and continuous measurement
	discrete      []discreteCost
	priors        []priorCost
}

// discreteCost is the measurement error 1/2 r'Rm r of one block, as a formula of
// the components and of the data symbols of its kick.
type discreteCost struct {
	value *expr.Expr
	kick  Kick
	m     int  // quantities
	full  bool // precisions as a matrix
}

type priorCost struct {
	value *expr.Expr
	t     float64
}

func (c *cost) prior(g *expr.Graph, x *expr.Expr, p Prior, t float64) {
	d := g.Sub(x, g.Num(p.Mean))
	c.priors = append(c.priors, priorCost{g.Mul(g.Num(p.Precision/2), g.Pow(d, g.Num(2))), t})
}

func (c *cost) block(g *expr.Graph, o *Observations, r, y []*expr.Expr, k Kick) {
	m := len(r)
	var terms []*expr.Expr
	for i := range r {
		if o.Matrix == nil {
			terms = append(terms, g.Mul(g.Num(0.5), k.Data[m+i], g.Pow(r[i], g.Num(2))))
			continue
		}
		for j := range r {
			terms = append(terms, g.Mul(g.Num(0.5), k.Data[m+i*m+j], r[i], r[j]))
		}
	}
	c.discrete = append(c.discrete, discreteCost{g.Add(terms...), k, m, o.Matrix != nil})
}

// Split is the value of an action by its parts, in the convention of this
// project: every term carries a factor 1/2 and no other normalisation.
type Split struct {
	Measurement float64 // discrete measurements
	Signal      float64 // continuous measurements
	Model       float64 // model error, int 1/2 p' Rf^-1 p dt
	Prior       float64
	Integral    float64 // int L dt of a Lagrangian problem, int (p x' - H) dt of a Hamiltonian one
	Points      int     // values measured, missing ones not counted
	Error       float64 // estimate of the error: of the quadrature, and of the solution at measurements
}

// Total returns the action.
func (s Split) Total() float64 { return s.Measurement + s.Signal + s.Model + s.Prior + s.Integral }

// Action returns the value of the action on a solution of its boundary value
// problem, zero for a problem that is given by its equations. The integrals are
// taken by Gauss quadrature on each mesh interval.
func (e *Equations) Action(sol *ode.Solution) (Split, error) {
	var s Split
	switch e.Kind {
	case KindBoundary:
		return s, nil
	case KindLagrangian, KindHamiltonian:
		var err error
		s.Integral, s.Error, err = e.integral(sol, e.integrand())
		return s, err
	}
	var dm, ds float64
	var err error
	if s.Model, dm, err = e.integral(sol, e.cost.model); err != nil {
		return s, err
	}
	if s.Signal, ds, err = e.integral(sol, e.cost.signal); err != nil {
		return s, err
	}
	s.Error = dm + ds
	for _, b := range e.cost.discrete {
		f, err := e.function(b.kick.Data, b.value)
		if err != nil {
			return s, err
		}
		slope, err := e.sensitivity(b.kick.Data, b.value, sol)
		if err != nil {
			return s, err
		}
		n := len(b.kick.Data)
		for k, t := range b.kick.Times {
			row := b.kick.Rows[k*n : (k+1)*n]
			y := sol.Left(nil, t)
			s.Measurement += f(t, y, sol.P, row)
			s.Error += slope(t, y, sol.P, row)
			for i := range b.m {
				weight := row[b.m+i]
				if b.full {
					weight = row[b.m+i*b.m+i]
				}
				if weight > 0 {
					s.Points++
				}
			}
		}
	}
	for _, p := range e.cost.priors {
		f, err := e.function(nil, p.value)
		if err != nil {
			return s, err
		}
		s.Prior += f(p.t, sol.At(nil, p.t), sol.P, nil)
	}
	return s, nil
}

// integrand is L along a solution, in its components: L(x, x') with the x' of the
// equations, or p x' - H.
func (e *Equations) integrand() *expr.Expr {
	g := e.Graph
	if e.Lagrangian != nil {
		at := map[*expr.Expr]*expr.Expr{}
		for i, v := range e.Velocities {
			at[v] = e.Right[i]
		}
		return g.Subst(e.Lagrangian, at)
	}
	terms := []*expr.Expr{g.Neg(e.Hamiltonian)}
	for i, p := range e.Costates {
		terms = append(terms, g.Mul(p, e.Right[i]))
	}
	return g.Add(terms...)
}

// integral returns the integral of a formula along a solution with an estimate
// of its error: of the quadrature, and of the solution.
func (e *Equations) integral(sol *ode.Solution, f *expr.Expr) (value, err float64, fail error) {
	if value, err, fail = e.Integrate(sol, f); fail != nil {
		return 0, 0, fail
	}
	d, fail := e.doubt(sol, f)
	return value, err + d, fail
}

// sensitivity returns how far the error estimate of a solution can move a
// formula: the sum over components and parameters of |derivative| times error.
func (e *Equations) sensitivity(data []*expr.Expr, f *expr.Expr, sol *ode.Solution) (func(t float64, y, p, data []float64) float64, error) {
	var slopes []*expr.Expr
	var errors []float64
	add := func(symbols []*expr.Expr, estimate []float64) {
		for i, s := range symbols {
			if d := e.Graph.Diff(f, s); i < len(estimate) && !isZero(d) {
				slopes, errors = append(slopes, d), append(errors, estimate[i])
			}
		}
	}
	add(e.Components, sol.Error)
	add(e.unknowns(), sol.ParamError)
	tape, err := e.tape(data, e.numbers(slopes))
	if err != nil {
		return nil, err
	}
	d := make([]float64, len(slopes))
	return func(s float64, y, p, data []float64) float64 {
		tape.eval(d, e.Label(s, p), y, p, data)
		sum := 0.0
		for i, v := range d {
			sum += math.Abs(v) * errors[i]
		}
		return sum
	}, nil
}

// doubt is how far the error estimate of a solution can move the integral of a
// formula, by the midpoint rule.
func (e *Equations) doubt(sol *ode.Solution, f *expr.Expr) (float64, error) {
	slope, err := e.sensitivity(nil, f, sol)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	y := make([]float64, sol.Dim)
	for i := range len(sol.T) - 1 {
		if h := sol.T[i+1] - sol.T[i]; h != 0 {
			sol.Inner.Value(y, i, 0.5)
			sum += h * e.stretch(sol.P) * slope(sol.T[i]+h/2, y, sol.P, nil)
		}
	}
	return sum, nil
}

// Integrate returns the integral of a formula of t, the components and the
// parameters along a solution, and an estimate of the quadrature's error.
func (e *Equations) Integrate(sol *ode.Solution, integrand *expr.Expr) (value, err float64, _ error) {
	if integrand == nil || isZero(integrand) {
		return 0, 0, nil
	}
	f, fail := e.function(nil, integrand)
	if fail != nil {
		return 0, 0, fail
	}
	const fine, coarse = 8, 5
	var x, w [fine]float64
	var xc, wc [coarse]float64
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	quad.Legendre{}.FixedLocations(xc[:], wc[:], 0, 1)
	y := make([]float64, sol.Dim)
	for i := range len(sol.T) - 1 {
		a, h := sol.T[i], sol.T[i+1]-sol.T[i]
		if h == 0 {
			continue
		}
		sum := func(x, w []float64) float64 {
			s := 0.0
			for k := range x {
				sol.Inner.Value(y, i, x[k])
				s += w[k] * f(a+h*x[k], y, sol.P, nil)
			}
			return s * h * e.stretch(sol.P)
		}
		hi, lo := sum(x[:], w[:]), sum(xc[:], wc[:])
		value += hi
		err += math.Abs(hi - lo)
	}
	return value, err, nil
}
