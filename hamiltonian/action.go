package hamiltonian

import (
	"fmt"
	"math"

	"costate/internal/expr"
)

// Derive makes the equations of the action (section 2 of the documentation's
// mathematics): with W = Rf,
//
//	L  = 1/2 (x' - F)' W (x' - F) + 1/2 (h - y)' rm (h - y)
//	p  = W (x' - F),   H = p'F + 1/2 p' W^-1 p - 1/2 (h - y)' rm (h - y)
//	x' =  dH/dp = F + W^-1 p
//	p' = -dH/dx = -F_x' p + h_x' rm (h - y)
//	q' = -F_theta' p + h_theta' rm (h - y)
//
// with jumps h_x' Rm (h - y) of p and h_theta' Rm (h - y) of q at measurements.
// A state whose Rf is infinite obeys its equation exactly; its p is the
// multiplier of that constraint.
func (a *Action) Derive() (*Equations, error) {
	if err := a.Domain.check(); err != nil {
		return nil, err
	}
	if len(a.States) == 0 {
		return nil, fmt.Errorf("hamiltonian: an action without states")
	}
	if a.FreeEnd != nil {
		return nil, fmt.Errorf("hamiltonian: an action has a fixed interval: its end cannot be estimated")
	}
	g := a.Graph
	e := &Equations{Domain: a.Domain, Kind: KindAction}
	for _, s := range a.States {
		e.States = append(e.States, s.Symbol)
		e.Costates = append(e.Costates, Costate(g, s.Symbol))
		e.Velocities = append(e.Velocities, Velocity(g, s.Symbol))
		e.Model = append(e.Model, s.F)
	}
	for _, p := range a.Params {
		e.Params = append(e.Params, p.Symbol)
		e.ParamCostates = append(e.ParamCostates, g.Var("q_"+p.Symbol.Name()))
	}
	w, err := a.modelPrecision()
	if err != nil {
		return nil, err
	}
	if err := a.lagrangian(e, w); err != nil {
		return nil, err
	}

	// dH/dp, written as F + W^-1 p
	spread, err := w.inverseTimes(g, e.Costates)
	if err != nil {
		return nil, fmt.Errorf("hamiltonian: model error: %w", err)
	}
	var right []*expr.Expr
	for i, f := range e.Model {
		right = append(right, g.Add(f, spread[i]))
	}
	for _, x := range e.States {
		right = append(right, g.Neg(g.Diff(e.Hamiltonian, x)))
	}
	for _, th := range e.Params {
		right = append(right, g.Neg(g.Diff(e.Hamiltonian, th)))
	}
	e.Right = right
	e.Components = concat(e.States, e.Costates, e.ParamCostates)
	for _, s := range a.States {
		e.Guess = append(e.Guess, s.Guess)
	}
	for _, s := range a.States {
		e.Guess = append(e.Guess, s.CostateGuess)
	}
	e.Guess = append(e.Guess, make([]*expr.Expr, len(e.Params))...)
	e.Unknowns = append(e.Unknowns, a.Params...)
	if err := a.measure(e); err != nil {
		return nil, err
	}
	return e, nil
}

func (a *Action) modelPrecision() (precision, error) {
	d := len(a.States)
	diag := make([]float64, d)
	for i, s := range a.States {
		diag[i] = s.Rf
		if a.Rf == nil && !(s.Rf > 0) {
			return precision{}, fmt.Errorf("hamiltonian: state %s: Rf = %g, expected a precision above zero, or inf", s.Symbol.Name(), s.Rf)
		}
	}
	return newPrecision(d, diag, a.Rf, "model error")
}

// lagrangian fills in L, p, H and the Euler-Lagrange equations.
func (a *Action) lagrangian(e *Equations, w precision) error {
	g := a.Graph
	var running []*expr.Expr // continuous measurement terms of L
	pull := zeros(g, len(e.States))
	for _, s := range a.Signals {
		rm, err := newPrecision(len(s.H), s.Rm, s.Matrix, "continuous measurement")
		if err != nil {
			return err
		}
		r := subAll(g, s.H, s.Y)
		running = append(running, rm.half(g, r))
		for j, t := range transposed(g, s.H, e.States, rm.times(g, r)) {
			pull[j] = g.Add(pull[j], t)
		}
	}
	signal := g.Add(running...)
	d := subAll(g, e.Velocities, e.Model)
	kinetic, err := w.inverseHalf(g, e.Costates)
	if err != nil {
		return fmt.Errorf("hamiltonian: model error: %w", err)
	}
	lagr := []*expr.Expr{w.half(g, d), signal}
	var pf []*expr.Expr
	for i, p := range e.Costates {
		pf = append(pf, g.Mul(p, e.Model[i]))
		if w.infinite(i) {
			// The exact equation enters with its multiplier.
			lagr = append(lagr, g.Mul(p, d[i]))
		}
	}
	e.Lagrangian = g.Add(lagr...)
	e.Hamiltonian = g.Add(append(pf, kinetic, g.Neg(signal))...)
	e.Momenta = w.times(g, d)
	for i := range e.Momenta {
		if w.infinite(i) {
			e.Momenta[i] = e.Costates[i]
		}
	}
	e.cost = cost{model: kinetic, signal: signal}
	if w.anyInfinite() {
		e.NoEuler = "Rf is infinite for some states: their equations are constraints and their costates multipliers, so there is no second-order form"
		return nil
	}

	// x'' = dF/dt + W^-1 [ h_x' rm (h - y) - F_x' W (x' - F) ]
	if pull, err = w.inverseTimes(g, pull); err != nil {
		return fmt.Errorf("hamiltonian: model error: %w", err)
	}
	force, err := w.conjugate(g, transposed(g, e.Model, e.States, d), e.Model, e.States, d)
	if err != nil {
		return fmt.Errorf("hamiltonian: model error: %w", err)
	}
	for i, f := range e.Model {
		e.EulerLagrange = append(e.EulerLagrange, g.Add(a.rate(f, e.States, e.Velocities), g.Neg(force[i]), pull[i]))
	}
	return nil
}

// measure adds the jumps at inner measurements and the conditions at both ends.
func (a *Action) measure(e *Equations) error {
	g := a.Graph
	nx, np := len(e.States), len(e.Params)
	// The gradient of everything that sits at an end, with respect to the
	// states there and the parameters.
	start, end := zeros(g, nx), zeros(g, nx)
	theta := zeros(g, np)
	for i, s := range a.States {
		if s.Prior.Precision < 0 {
			return fmt.Errorf("hamiltonian: state %s: prior precision %g is negative", s.Symbol.Name(), s.Prior.Precision)
		}
		if s.Prior.Precision > 0 {
			start[i] = g.Mul(g.Num(s.Prior.Precision), g.Sub(s.Symbol, g.Num(s.Prior.Mean)))
			e.cost.prior(g, s.Symbol, s.Prior, a.Start)
		}
	}
	for i, p := range a.Params {
		if p.Prior.Precision > 0 {
			theta[i] = g.Mul(g.Num(p.Prior.Precision), g.Sub(p.Symbol, g.Num(p.Prior.Mean)))
			e.cost.prior(g, p.Symbol, p.Prior, a.Start)
		}
	}
	finish := zeros(g, np) // gradient with respect to theta of the data at the end
	for b := range a.Observations {
		o := &a.Observations[b]
		kick, err := a.kick(e, o, b)
		if err != nil {
			return err
		}
		var inner Kick
		inner.Symbols, inner.Increment, inner.Data = kick.Symbols, kick.Increment, kick.Data
		width := len(kick.Data)
		for k, t := range kick.Times {
			row := kick.Rows[k*width : (k+1)*width]
			if t != a.Start && t != a.End {
				inner.Times = append(inner.Times, t)
				inner.Rows = append(inner.Rows, row...)
				continue
			}
			at := map[*expr.Expr]*expr.Expr{a.Layer: g.Num(t)}
			for i, s := range kick.Data {
				at[s] = g.Num(row[i])
			}
			for i, s := range kick.Symbols {
				inc := g.Subst(kick.Increment[i], at)
				if j := index(e.Costates, s); j >= 0 && t == a.Start {
					start[j] = g.Add(start[j], inc)
				} else if j >= 0 {
					end[j] = g.Add(end[j], inc)
				} else if j := index(e.ParamCostates, s); t == a.Start {
					theta[j] = g.Add(theta[j], inc)
				} else {
					finish[j] = g.Add(finish[j], inc)
				}
			}
		}
		if len(inner.Times) > 0 {
			e.Kicks = append(e.Kicks, inner)
		}
	}
	return a.conditions(e, start, end, theta, finish)
}

// kick returns the jumps of one block of observations, those at the ends
// included.
func (a *Action) kick(e *Equations, o *Observations, block int) (Kick, error) {
	g, m := a.Graph, len(o.H)
	var k Kick
	if len(o.Y) != len(o.Times)*m {
		return k, fmt.Errorf("hamiltonian: observations: %d values, expected %d times %d quantities", len(o.Y), len(o.Times), m)
	}
	y := make([]*expr.Expr, m)
	for i := range y {
		y[i] = g.Var(fmt.Sprintf("y%d_%d", block+1, i+1))
	}
	r := subAll(g, o.H, y)
	wr := make([]*expr.Expr, m)
	k.Data = append(k.Data, y...)
	if o.Matrix == nil {
		if len(o.Rm) != m && len(o.Rm) != len(o.Times)*m {
			return k, fmt.Errorf("hamiltonian: observations: %d precisions, expected %d, or that for each of %d times", len(o.Rm), m, len(o.Times))
		}
		for i := range wr {
			rm := g.Var(fmt.Sprintf("Rm%d_%d", block+1, i+1))
			k.Data = append(k.Data, rm)
			wr[i] = g.Mul(rm, r[i])
		}
	} else {
		if _, err := newPrecision(m, nil, o.Matrix, "measurement"); err != nil {
			return k, err
		}
		for i := range wr {
			var terms []*expr.Expr
			for j := range r {
				rm := g.Var(fmt.Sprintf("Rm%d_%d_%d", block+1, i+1, j+1))
				k.Data = append(k.Data, rm)
				terms = append(terms, g.Mul(rm, r[j]))
			}
			wr[i] = g.Add(terms...)
		}
	}
	targets := concat(e.States, e.Params)
	partners := concat(e.Costates, e.ParamCostates)
	for i, inc := range transposed(g, o.H, targets, wr) {
		if !isZero(inc) {
			k.Symbols = append(k.Symbols, partners[i])
			k.Increment = append(k.Increment, inc)
		}
	}
	for n, t := range o.Times {
		if !(a.Start <= t && t <= a.End) {
			return k, fmt.Errorf("hamiltonian: observation at %g lies outside the interval [%g, %g]", t, a.Start, a.End)
		}
		row, ok, err := o.row(n)
		if err != nil {
			return k, err
		}
		if ok {
			k.Times = append(k.Times, t)
			k.Rows = append(k.Rows, row...)
		}
	}
	e.cost.block(g, o, r, y, k)
	return k, nil
}

// row returns the data of the n-th measurement: y, then its precisions, zero
// where a value is missing; false when all are missing.
func (o *Observations) row(n int) ([]float64, bool, error) {
	m := len(o.H)
	y := o.Y[n*m : (n+1)*m]
	row := make([]float64, 0, m+m*m)
	any := false
	for _, v := range y {
		if math.IsNaN(v) {
			v = 0
		} else {
			any = true
		}
		row = append(row, v)
	}
	if o.Matrix != nil {
		w, err := o.Precision(n)
		if err != nil {
			return nil, false, err
		}
		row = append(row, w...)
		return row, any, nil
	}
	rm := o.Rm
	if len(rm) != m {
		rm = rm[n*m : (n+1)*m]
	}
	for i, w := range rm {
		if math.IsNaN(y[i]) {
			w = 0
		}
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, false, fmt.Errorf("hamiltonian: observation of %s at %g: precision %g, expected a finite number that is not negative", o.Names[i], o.Times[n], w)
		}
		row = append(row, w)
	}
	copy(row[m:], tidy(row[m:]))
	return row, any, nil
}

// Precision returns the matrix (m×m) of the n-th measurement of a block with a
// Matrix. The values that are there have the inverse of their covariance, as if
// the others had never been measured; the rows and columns of these are zero.
func (o *Observations) Precision(n int) ([]float64, error) {
	m := len(o.H)
	w, err := newPrecision(m, nil, o.Matrix, "measurement")
	if err != nil {
		return nil, err
	}
	seen := make([]bool, m)
	for i := range seen {
		seen[i] = !math.IsNaN(o.Y[n*m+i])
	}
	return w.marginal(seen)
}

// StdDevs returns the standard deviations (n×m) of the measurements: with a
// Matrix those of its inverse. 0: a precision of zero.
func (o *Observations) StdDevs() ([]float64, error) {
	m := len(o.H)
	out := make([]float64, len(o.Y))
	if o.Matrix != nil {
		w, err := newPrecision(m, nil, o.Matrix, "measurement")
		if err != nil {
			return nil, err
		}
		cov, err := w.inverse()
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i] = math.Sqrt(cov[i%m*(m+1)])
		}
		return out, nil
	}
	for i := range out {
		if w := o.Rm[i%len(o.Rm)]; w > 0 {
			out[i] = 1 / math.Sqrt(w)
		}
	}
	return out, nil
}

func zeros(g *expr.Graph, n int) []*expr.Expr {
	out := make([]*expr.Expr, n)
	for i := range out {
		out[i] = g.Num(0)
	}
	return out
}

func concat(lists ...[]*expr.Expr) []*expr.Expr {
	var out []*expr.Expr
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
