package hamiltonian

import (
	"fmt"
	"math"
	"strconv"

	"costate/internal/expr"
)

// Equations are what a derivation gives: the variational forms, as far as the
// kind of problem has them, and the boundary value problem
//
//	y' = Right(t, y, theta),   conditions,   jumps.
//
// For an action, y = (x, p, q): states, costates, costates of the parameters.
type Equations struct {
	Domain
	Kind Kind

	States, Costates      []*expr.Expr // x and p
	Params, ParamCostates []*expr.Expr // theta and q
	Multipliers           []*expr.Expr // of given conditions that are not plain values
	Velocities            []*expr.Expr // symbols of x' in the Lagrangian form

	Model         []*expr.Expr // F of an action
	Lagrangian    *expr.Expr   // L(x, x', t), nil: none
	Hamiltonian   *expr.Expr   // H(x, p, t), nil: none
	Momenta       []*expr.Expr // p = dL/dx' in x and x', nil: none
	EulerLagrange []*expr.Expr // x'' in x and x', nil: none (NoEuler says why)
	NoEuler       string
	Controls      []*expr.Expr
	ControlLaw    []*expr.Expr // u(x, p, t)

	Components []*expr.Expr // y
	Right      []*expr.Expr // y'; a residual for the last Algebraic ones
	Algebraic  int
	Guess      []*expr.Expr // of y as functions of t; nil entries: 0
	Unknowns   []Param      // theta, then the multipliers, as the solver sees them
	Conditions Conditions
	Natural    []Natural // which of the conditions are natural ones
	Kicks      []Kick

	cost   cost
	family *coefficients // of one constant that moves; nil: all have their values
}

// Natural says that condition Row is the natural one of Component, a costate, at
// the start or the end. Adding c x(t0), or -c x(tF) or -c theta, to an action
// adds c to the residual at the start, -c to that at the end: the response of
// the solution is a column of the posterior covariance.
type Natural struct {
	Row         int
	Component   *expr.Expr
	AtEnd       bool
	Left, Right *expr.Expr // the condition as it is read, Left = Right
}

// Kind says what a problem was given as.
type Kind int

const (
	KindAction Kind = iota
	KindBoundary
	KindLagrangian
	KindHamiltonian
)

func (k Kind) String() string {
	return [...]string{"action", "boundary value problem", "Lagrangian", "Hamiltonian"}[k]
}

// Kick is a family of jumps of one form: at Times[k] each of Symbols grows by
// the Increment, a formula of the values before the jump and of the data
// Rows[k].
type Kick struct {
	Symbols   []*expr.Expr
	Increment []*expr.Expr
	Data      []*expr.Expr // symbols of the data in Increment
	Times     []float64    // strictly inside the interval
	Rows      []float64    // len(Times)×len(Data)
}

// Costate returns the symbol of the costate of x: p_x.
func Costate(g *expr.Graph, x *expr.Expr) *expr.Expr { return g.Var("p_" + x.Name()) }

// Velocity returns the symbol of the derivative of x: x'.
func Velocity(g *expr.Graph, x *expr.Expr) *expr.Expr { return g.Var(x.Name() + "'") }

// ValueAt returns the symbol of the value of x at the place t, x(t).
func ValueAt(g *expr.Graph, x *expr.Expr, t float64) PointValue {
	name := x.Name() + "(" + strconv.FormatFloat(t, 'g', -1, 64) + ")"
	return PointValue{Symbol: g.Var(name), Variable: x, Point: t}
}

// Index returns the position of a component in y, or -1.
func (e *Equations) Index(symbol *expr.Expr) int { return index(e.Components, symbol) }

func index(list []*expr.Expr, e *expr.Expr) int {
	for i, x := range list {
		if x == e {
			return i
		}
	}
	return -1
}

func (d *Domain) check() error {
	if !(d.Start < d.End) || math.IsInf(d.Start, 0) || math.IsInf(d.End, 0) {
		return fmt.Errorf("hamiltonian: interval [%g, %g]: the start must lie before the end, both finite", d.Start, d.End)
	}
	return nil
}

// rate returns the total derivative of f along the path, given the velocities
// of the states: df/dt + sum df/dx_j v_j + sum df/dI I'.
func (d *Domain) rate(f *expr.Expr, x, v []*expr.Expr) *expr.Expr {
	g := d.Graph
	terms := []*expr.Expr{g.Diff(f, d.Layer)}
	for j := range x {
		terms = append(terms, g.Mul(g.Diff(f, x[j]), v[j]))
	}
	for _, in := range d.Inputs {
		if df := g.Diff(f, in.Symbol); !isZero(df) {
			terms = append(terms, g.Mul(df, in.Rate))
		}
	}
	return g.Add(terms...)
}

func isZero(e *expr.Expr) bool { v, ok := e.IsNum(); return ok && v == 0 }

// transposed returns sum_i da_i/dx w_i for each x: the product of the transposed
// Jacobian of a with w.
func transposed(g *expr.Graph, a, x, w []*expr.Expr) []*expr.Expr {
	out := make([]*expr.Expr, len(x))
	for j := range x {
		var terms []*expr.Expr
		for i := range a {
			if d := g.Diff(a[i], x[j]); !isZero(d) {
				terms = append(terms, g.Mul(d, w[i]))
			}
		}
		out[j] = g.Add(terms...)
	}
	return out
}

func subAll(g *expr.Graph, a, b []*expr.Expr) []*expr.Expr {
	out := make([]*expr.Expr, len(a))
	for i := range a {
		out[i] = g.Sub(a[i], b[i])
	}
	return out
}
