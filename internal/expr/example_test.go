package expr_test

import (
	"fmt"

	"costate/internal/expr"
)

// A formula, its derivative, and both at three points at once.
func Example() {
	g := expr.NewGraph()
	x, a := g.Var("x"), g.Var("a")
	scope := &expr.Scope{Names: map[string]*expr.Expr{"x": x, "a": a}}
	f, err := g.Parse("a*x*(1 - x)", scope)
	if err != nil {
		panic(err)
	}
	df := g.Diff(f, x)
	fmt.Println(f, "has the derivative", df)
	fmt.Println(expr.LaTeX(df, nil))

	tape, err := expr.Compile([]*expr.Expr{x, a}, []*expr.Expr{f, df})
	if err != nil {
		panic(err)
	}
	in := []float64{
		0.25, 0.5, 1, // x
		4, 4, 4, // a
	}
	out := make([]float64, 2*3)
	tape.Batch(out, in, 3)
	fmt.Println(out[:3], out[3:])
	// Output:
	// a*x*(1 - x) has the derivative a*(1 - x) - a*x
	// a \, \left(1 - x\right) - a \, x
	// [0.75 1 0] [2 0 -4]
}

// An indexed family: one line is the Lorenz 96 system.
func ExampleGraph_Parse() {
	g := expr.NewGraph()
	elem := func(i int) *expr.Expr { return g.Var(fmt.Sprintf("x[%d]", i)) }
	scope := &expr.Scope{
		Names:    map[string]*expr.Expr{"k": g.Var("k")},
		Families: map[string]expr.Family{"x": {Lo: 1, Hi: 5, Cyclic: true, Elem: elem}},
		Indices:  map[string]int{},
	}
	for i := 1; i <= 2; i++ {
		scope.Indices["i"] = i
		f, err := g.Parse("x[i-1]*(x[i+1] - x[i-2]) - x[i] + k", scope)
		fmt.Println(f, err)
	}
	_, err := g.Parse("sum(j = 1..5, x[j]^2) + kk", scope)
	fmt.Println(err)
	// Output:
	// x[5]*(x[2] - x[4]) - x[1] + k <nil>
	// x[1]*(x[3] - x[5]) - x[2] + k <nil>
	// column 25: unknown name kk (did you mean k?)
}

// Parts that occur more than once become variables.
func ExampleGoBlock() {
	g := expr.NewGraph()
	x := g.Var("x")
	f, err := g.Parse("(1 + exp(-x))^2/(3 + exp(-x))", &expr.Scope{Names: map[string]*expr.Expr{"x": x}})
	if err != nil {
		panic(err)
	}
	stmts, exprs := expr.GoBlock([]*expr.Expr{f}, nil, func(i int) string { return fmt.Sprintf("t%d", i) })
	for _, s := range stmts {
		fmt.Println(s)
	}
	fmt.Println("return", exprs[0])
	// Output:
	// t0 := math.Exp(-x)
	// t1 := 1 + t0
	// return (t1*t1)/(3 + t0)
}
