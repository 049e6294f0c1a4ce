package hamiltonian

import (
	"fmt"

	"costate/internal/expr"
)

// Derive makes the equations of a Lagrangian problem. With v = q' and the mass
// matrix M = d2L/dv dv,
//
//	p = dL/dv,   M q'' = dL/dq - (d2L/dv dq) v - d2L/dv dt,   H = p'v - L.
//
// Where L is quadratic in v and M can be inverted by formula, the boundary value
// problem is the canonical one in (q, p). Otherwise it is in (q, v), with M
// inverted by formula if it is small, and numerically if not: the acceleration
// is then an algebraic component.
func (l *Lagrangian) Derive() (*Equations, error) {
	if err := l.Domain.check(); err != nil {
		return nil, err
	}
	n := len(l.Coordinates)
	if n == 0 {
		return nil, fmt.Errorf("hamiltonian: a Lagrangian without coordinates")
	}
	if l.FreeEnd != nil {
		return nil, fmt.Errorf("hamiltonian: a Lagrangian problem has a fixed interval: its end cannot be estimated")
	}
	g := l.Graph
	e := &Equations{Domain: l.Domain, Kind: KindLagrangian, Lagrangian: l.L}
	var guesses []*expr.Expr
	for _, c := range l.Coordinates {
		e.States = append(e.States, c.Q)
		e.Velocities = append(e.Velocities, c.V)
		e.Costates = append(e.Costates, Costate(g, c.Q))
		guesses = append(guesses, c.Guess)
	}
	q, v := e.States, e.Velocities
	e.Momenta = g.Gradient(l.L, v)
	mass := g.Jacobian(e.Momenta, v)
	var energy []*expr.Expr
	for i := range n {
		energy = append(energy, g.Mul(e.Momenta[i], v[i]))
	}
	e.Hamiltonian = g.Sub(g.Add(energy...), l.L)

	// M q'' = force
	force := make([]*expr.Expr, n)
	for i := range n {
		force[i] = g.Sub(g.Diff(l.L, q[i]), l.rate(e.Momenta[i], q, v))
	}
	inv, singular, ok := inverse(g, mass)
	if singular {
		return nil, fmt.Errorf("hamiltonian: the Lagrangian is degenerate: the determinant of its second derivatives with respect to %s is zero", names(v))
	}
	if ok {
		e.EulerLagrange = apply(g, inv, force)
	} else {
		e.NoEuler = fmt.Sprintf("the mass matrix (%d by %d) is inverted numerically", n, n)
	}
	if ok && !dependsOnAny(concat(mass...), v) {
		l.canonical(e, inv)
	} else {
		l.secondOrder(e, mass, force, ok)
	}
	e.Guess = append(append(e.Guess, guesses...), make([]*expr.Expr, len(e.Components)-n)...)
	if len(e.Components) == 2*n && e.Components[n] == v[0] || e.Algebraic > 0 {
		for i, f := range guesses { // velocities follow from the guess of q
			if f != nil {
				e.Guess[n+i] = g.Diff(f, l.Layer)
			}
		}
	}
	return e, l.conditions(e)
}

// canonical sets up the problem in (q, p). With b = dL/dv and L0 = L at v = 0,
//
//	v = M^-1 (p - b),   H = 1/2 (p - b)' M^-1 (p - b) - L0.
func (l *Lagrangian) canonical(e *Equations, inv [][]*expr.Expr) {
	g := l.Graph
	rest := zeros(g, len(e.Velocities))
	kinetic := subAll(g, e.Costates, setTo(g, e.Momenta, e.Velocities, rest))
	law := apply(g, inv, kinetic)
	var terms []*expr.Expr
	for i, k := range kinetic {
		terms = append(terms, g.Mul(g.Num(0.5), k, law[i]))
	}
	l0 := setTo(g, []*expr.Expr{l.L}, e.Velocities, rest)[0]
	e.Hamiltonian = g.Sub(g.Add(terms...), l0)
	e.Components = concat(e.States, e.Costates)
	e.Right = append(e.Right, law...)
	for _, q := range e.States {
		e.Right = append(e.Right, g.Neg(g.Diff(e.Hamiltonian, q)))
	}
}

// secondOrder sets up the problem in (q, v), with accelerations as algebraic components
// when it has no formula.
func (l *Lagrangian) secondOrder(e *Equations, mass [][]*expr.Expr, force []*expr.Expr, explicit bool) {
	g := l.Graph
	e.Components = concat(e.States, e.Velocities)
	e.Right = append(e.Right, e.Velocities...)
	if explicit {
		e.Right = append(e.Right, e.EulerLagrange...)
		return
	}
	var acc []*expr.Expr
	for _, v := range e.Velocities {
		acc = append(acc, g.Var(v.Name()+"'"))
	}
	e.Components = append(e.Components, acc...)
	e.Right = append(e.Right, acc...)
	e.Right = append(e.Right, subAll(g, apply(g, mass, acc), force)...)
	e.Algebraic = len(acc)
}

// conditions: those given, and for each coordinate without one at an end the
// natural condition that its momentum vanishes there.
func (l *Lagrangian) conditions(e *Equations) error {
	momenta := e.Costates
	if e.Components[len(e.States)] != e.Costates[0] {
		momenta = e.Momenta
	}
	return variational(&l.Domain, e, l.Given, ends{momenta: momenta})
}

func names(es []*expr.Expr) string {
	s := ""
	for i, e := range es {
		if i > 0 {
			s += ", "
		}
		s += e.Name()
	}
	return s
}
