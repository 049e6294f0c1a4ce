package hamiltonian_test

import (
	"context"
	"fmt"

	"costate/collocation"
	"costate/hamiltonian"
	"costate/internal/expr"
)

// From a Lagrangian to Hamilton's equations, and on to a solution: the swing
// of a pendulum from q = 0 at t = 0 to q = 1 at t = 1.
func ExampleLagrangian_Derive() {
	g := expr.NewGraph()
	t, q, v := g.Var("t"), g.Var("q"), g.Var("q'")
	formula, err := g.Parse("q'^2/2 + cos(q)", &expr.Scope{
		Names: map[string]*expr.Expr{"t": t, "q": q, "q'": v},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	first, last := hamiltonian.ValueAt(g, q, 0), hamiltonian.ValueAt(g, q, 1)
	l := hamiltonian.Lagrangian{
		Domain:      hamiltonian.Domain{Graph: g, Layer: t, Start: 0, End: 1},
		Coordinates: []hamiltonian.Coordinate{{Q: q, V: v, Guess: t}},
		L:           formula,
		Given: hamiltonian.Conditions{
			G:      []*expr.Expr{first.Symbol, g.Sub(last.Symbol, g.Num(1))}, // q(0) = 0, q(1) = 1
			Values: []hamiltonian.PointValue{first, last},
		},
	}
	e, err := l.Derive()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("H =", e.Hamiltonian)
	for i, y := range e.Components {
		fmt.Printf("%v' = %v\n", y, e.Right[i])
	}
	p, err := e.BVP()
	if err != nil {
		fmt.Println(err)
		return
	}
	var s collocation.Solver
	sol, err := s.Solve(context.Background(), p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("q(1/2) = %.5f\n", sol.At(nil, 0.5)[0])
	// Output:
	// H = 0.5*p_q^2 - cos(q)
	// q' = p_q
	// p_q' = -sin(q)
	// q(1/2) = 0.56430
}
