package discrete

import (
	"fmt"
	"math"

	"costate/ode"
)

// NetworkDepth compares a number of discrete layers with the continuous
// solution: the largest errors of the states and of the back-propagated
// costates over all layers and pairs, and the orders observed since the
// entry before (0 in the first).
type NetworkDepth struct {
	Layers                   int
	State, Costate           float64
	StateOrder, CostateOrder float64
}

// Depths runs the pairs forward and back through layers of the rule, with the
// weights of sol, and compares with sol, a solution of b by any method. It
// needs the strong constraint, exact inputs and constant weights: else
// discrete layers and back-propagation solve another problem.
func (b *NetworkBVP) Depths(sol *ode.Solution, rule NetworkRule, layers []int) ([]NetworkDepth, error) {
	c, err := b.resolve()
	if err != nil {
		return nil, err
	}
	if c.varying() || !c.exact() || !math.IsInf(c.rf, 0) || len(sol.P) != c.n || sol.Dim != c.Multiplier()+c.n {
		return nil, fmt.Errorf("%w: comparison of layers with weights that vary, inexact inputs or finite Rf, or with a solution of another problem", ErrNetwork)
	}
	d := c.d
	y := make([]float64, sol.Dim)
	var table []NetworkDepth
	for _, n := range layers {
		x := make([]float64, c.M*(n+1)*d)
		p := make([]float64, len(x))
		if err := c.Field.Forward(x, rule, n, sol.P, c.In); err != nil {
			return nil, err
		}
		c.lastCostates(p, x, n)
		if err := c.Field.Backward(p, nil, rule, n, sol.P, x); err != nil {
			return nil, err
		}
		e := NetworkDepth{Layers: n}
		for l := range n + 1 {
			sol.Left(y, c.Field.End*float64(l)/float64(n))
			for k := range c.M {
				for a := range d {
					i := (k*(n+1)+l)*d + a
					e.State = max(e.State, math.Abs(x[i]-y[2*d*k+a]))
					e.Costate = max(e.Costate, math.Abs(p[i]-y[2*d*k+d+a]))
				}
			}
		}
		if len(table) > 0 {
			last := table[len(table)-1]
			r := math.Log(float64(n) / float64(last.Layers))
			e.StateOrder = math.Log(last.State/e.State) / r
			e.CostateOrder = math.Log(last.Costate/e.Costate) / r
		}
		table = append(table, e)
	}
	return table, nil
}

// EquivalentLayers is the number of equal layers of the rule whose states are
// within tol of sol. Layers are doubled from 8 until they are, or until the
// error falls at the rule's order, from which the number then follows.
func (b *NetworkBVP) EquivalentLayers(sol *ode.Solution, rule NetworkRule, tol float64) (int, error) {
	var before NetworkDepth
	for n := 8; n <= 1<<16; n *= 2 {
		t, err := b.Depths(sol, rule, []int{n})
		if err != nil {
			return 0, err
		}
		e := t[0].State
		order := float64(rule.Order())
		seen := math.Log2(before.State / e)
		if e <= tol && n == 8 {
			return n, nil
		}
		if before.Layers > 0 && (e <= tol || math.Abs(seen-order) < 0.05*order) {
			return int(math.Ceil(float64(n) * math.Pow(e/tol, 1/order))), nil
		}
		before = t[0]
	}
	return 0, fmt.Errorf("%w: %v layers do not approach the solution: it is less accurate than %g, or of another problem", ErrNetwork, rule, tol)
}

// lastCostates stores the costates of the last of n layers, -Rm (x - y).
func (c *netBVP) lastCostates(p, x []float64, n int) {
	for k := range c.M {
		end := (k*(n+1) + n) * c.d
		for j, a := range c.index {
			p[end+a] = -c.RmOut * (x[end+a] - c.Out[k*len(c.index)+j])
		}
	}
}
