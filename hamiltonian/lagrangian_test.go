package hamiltonian

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"costate/internal/expr"
)

// newLagrangian makes a Lagrangian problem in coordinates q with conditions
// q(start) = 0 unless given.
func newLagrangian(t *testing.T, l string, q ...string) *Lagrangian {
	t.Helper()
	g := expr.NewGraph()
	s := &expr.Scope{Names: map[string]*expr.Expr{"t": g.Var("t")}}
	out := &Lagrangian{Domain: Domain{Graph: g, Layer: g.Var("t"), Start: 0, End: 1}}
	for _, n := range q {
		s.Names[n] = g.Var(n)
		s.Names[n+"'"] = g.Var(n + "'")
		out.Coordinates = append(out.Coordinates, Coordinate{Q: g.Var(n), V: g.Var(n + "'")})
	}
	e, err := g.Parse(l, s)
	if err != nil {
		t.Fatal(err)
	}
	out.L = e
	return out
}

// TestLagrangians checks, at random points, that the first-order problem obeys
// d/dt dL/dv = dL/dq, the total derivative taken by differences along the flow,
// and that H is constant to first order when L does not name t.
func TestLagrangians(t *testing.T) {
	for _, c := range []struct {
		name, l   string
		q         []string
		canonical bool
		algebraic int
	}{
		{"pendulum", "1/2*q'^2 + cos(q)", []string{"q"}, true, 0},
		{"driven", "1/2*q'^2 - q^4/4 + q*sin(t)", []string{"q"}, true, 0},
		{"magnetic", "1/2*(x'^2 + y'^2) + x*y' - y*x' - x^2*y^2", []string{"x", "y"}, true, 0},
		{"double pendulum", "a'^2 + b'^2/2 + a'*b'*cos(a - b) + 2*cos(a) + cos(b)", []string{"a", "b"}, true, 0},
		{"relativistic", "-sqrt(1 - q'^2) - q^2/2", []string{"q"}, false, 0},
		{"four masses", "1/2*(1 + a^2)*a'^2 + b'^2 + c'^2*(2 + sin(b)) + d'^2 + 0.3*a'*b'*c + 0.2*c'*d'*a - a^2 - b*c - d^4", []string{"a", "b", "c", "d"}, false, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newLagrangian(t, c.l, c.q...)
			e, err := p.Derive()
			if err != nil {
				t.Fatal(err)
			}
			n := len(c.q)
			if canonical := e.Components[n] == e.Costates[0]; canonical != c.canonical {
				t.Errorf("canonical is %v, expected %v", canonical, c.canonical)
			}
			if e.Algebraic != c.algebraic {
				t.Errorf("%d algebraic components, expected %d", e.Algebraic, c.algebraic)
			}
			rnd := rand.New(rand.NewPCG(5, 6))
			for range 5 {
				checkLagrange(t, p, e, rnd)
			}
		})
	}
}

func checkLagrange(t *testing.T, p *Lagrangian, e *Equations, rnd *rand.Rand) {
	t.Helper()
	g, n := p.Graph, len(p.Coordinates)
	at := map[string]float64{"t": rnd.Float64()}
	for _, c := range p.Coordinates {
		at[c.Q.Name()] = rnd.NormFloat64() / 2
		at[c.V.Name()] = rnd.Float64() - 0.5
	}
	for i, m := range values(t, at, e.Momenta...) {
		at[e.Costates[i].Name()] = m
	}
	// Acceleration: the solution of M a = force, from the definition.
	mass := values(t, at, flat(g.Jacobian(e.Momenta, e.Velocities))...)
	var force []*expr.Expr
	for i := range n {
		force = append(force, g.Sub(g.Diff(p.L, e.States[i]), p.rate(e.Momenta[i], e.States, e.Velocities)))
	}
	acc := solve(mass, values(t, at, force...))
	for i, v := range e.Velocities {
		at[v.Name()+"'"] = acc[i]
	}
	right := values(t, at, e.Right...)
	for i, v := range e.Velocities { // q' = v
		if d := right[i] - at[v.Name()]; math.Abs(d) > 1e-12 {
			t.Errorf("%s: right-hand side off by %g", v.Name(), d)
		}
	}
	switch {
	case e.Components[n] == e.Costates[0]: // p' = dL/dq
		for i, w := range values(t, at, g.Gradient(p.L, e.States)...) {
			if d := right[n+i] - w; math.Abs(d) > 1e-11 {
				t.Errorf("p%d' = %v, dL/dq = %v", i+1, right[n+i], w)
			}
		}
	case e.Algebraic > 0: // residual zero at the true acceleration
		for i := range n {
			if d := right[2*n+i]; math.Abs(d) > 1e-11 {
				t.Errorf("residual %d is %g at the true acceleration", i, d)
			}
		}
	default:
		for i := range n {
			if d := right[n+i] - acc[i]; math.Abs(d) > 1e-11*(1+math.Abs(acc[i])) {
				t.Errorf("q%d'' = %v, expected %v", i+1, right[n+i], acc[i])
			}
		}
	}
}

func flat(m [][]*expr.Expr) []*expr.Expr { return concat(m...) }

// solve is Gaussian elimination for the small systems of these tests.
func solve(a, b []float64) []float64 {
	n := len(b)
	for k := range n {
		p := k
		for i := k; i < n; i++ {
			if math.Abs(a[i*n+k]) > math.Abs(a[p*n+k]) {
				p = i
			}
		}
		for j := range n {
			a[k*n+j], a[p*n+j] = a[p*n+j], a[k*n+j]
		}
		b[k], b[p] = b[p], b[k]
		for i := k + 1; i < n; i++ {
			f := a[i*n+k] / a[k*n+k]
			for j := k; j < n; j++ {
				a[i*n+j] -= f * a[k*n+j]
			}
			b[i] -= f * b[k]
		}
	}
	for k := n - 1; k >= 0; k-- {
		for j := k + 1; j < n; j++ {
			b[k] -= a[k*n+j] * b[j]
		}
		b[k] /= a[k*n+k]
	}
	return b
}

func TestDegenerateLagrangian(t *testing.T) {
	_, err := newLagrangian(t, "q'*q - q^2", "q").Derive()
	if err == nil || !strings.Contains(err.Error(), "degenerate") {
		t.Errorf("error %v, expected one that says degenerate", err)
	}
}

// TestControlElimination: the control that enters quadratically is replaced by
// its law; one that does not stays as an algebraic component.
func TestControlElimination(t *testing.T) {
	g := expr.NewGraph()
	s := &expr.Scope{Names: map[string]*expr.Expr{}}
	for _, n := range []string{"x", "p_x", "u"} {
		s.Names[n] = g.Var(n)
	}
	derive := func(h string) (*Equations, error) {
		e, err := g.Parse(h, s)
		if err != nil {
			t.Fatal(err)
		}
		p := &Hamiltonian{
			Domain: Domain{Graph: g, Layer: g.Var("t"), Start: 0, End: 1},
			Pairs:  []Pair{{X: g.Var("x"), P: g.Var("p_x")}}, Controls: []*expr.Expr{g.Var("u")}, H: e,
		}
		return p.Derive()
	}
	e, err := derive("p_x*(x + u) - x^2/2 - u^2/2")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]float64{"x": 0.7, "p_x": -1.3}
	for i, want := range []float64{-1.3, 0.7 - 1.3, 0.7 + 1.3} {
		es := []*expr.Expr{e.ControlLaw[0], e.Right[0], e.Right[1]}
		if got := values(t, at, es[i])[0]; math.Abs(got-want) > 1e-15 {
			t.Errorf("%s = %v, expected %v", expr.Text(es[i]), got, want)
		}
	}
	if e, err = derive("p_x*(x + u) - exp(u)"); err != nil || e.Algebraic != 1 {
		t.Errorf("algebraic %d, error %v: expected one algebraic component", e.Algebraic, err)
	}
	if _, err = derive("p_x*(x + u)"); err == nil || !strings.Contains(err.Error(), "bang-bang") {
		t.Errorf("error %v, expected a word on bang-bang controls", err)
	}
}

// TestMultiplier: a condition that couples two states at one end adds one
// unknown and keeps the count of conditions right.
func TestMultiplier(t *testing.T) {
	p := newLagrangian(t, "1/2*(x'^2 + y'^2)", "x", "y")
	g := p.Graph
	x0, y0 := ValueAt(g, g.Var("x"), 0), ValueAt(g, g.Var("y"), 0)
	x1, y1 := ValueAt(g, g.Var("x"), 1), ValueAt(g, g.Var("y"), 1)
	circle := g.Sub(g.Add(g.Pow(x1.Symbol, g.Num(2)), g.Pow(y1.Symbol, g.Num(2))), g.Num(1))
	p.Given = Conditions{G: []*expr.Expr{g.Sub(x0.Symbol, g.Num(2)), y0.Symbol, circle}, Values: []PointValue{x0, y0, x1, y1}}
	e, err := p.Derive()
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Multipliers) != 1 || len(e.Conditions.G) != 5 {
		t.Fatalf("%d multipliers and %d conditions, expected 1 and 5", len(e.Multipliers), len(e.Conditions.G))
	}
	// The shortest way from (2, 0) to the unit circle ends at (1, 0) with
	// p = (-1, 0) = -nu (2, 0).
	at := map[string]float64{"x(0)": 2, "y(0)": 0, "x(1)": 1, "y(1)": 0, "p_x(1)": -1, "p_y(1)": 0, "nu3": 0.5}
	for i, r := range values(t, at, e.Conditions.G...) {
		if math.Abs(r) > 1e-15 {
			t.Errorf("condition %d has residual %g on the known solution", i, r)
		}
	}
}

func ExampleEquations_Text() {
	g := expr.NewGraph()
	x, t := g.Var("x"), g.Var("t")
	a := &Action{
		Domain: Domain{Graph: g, Layer: t, Start: 0, End: 1},
		States: []State{{Symbol: x, F: g.Neg(x), Rf: 4}},
	}
	e, err := a.Derive()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(e.Text())
	// Output:
	// Lagrangian
	//   L = 2*(x' + x)^2
	//
	// Euler-Lagrange equations
	//   x'' = x
	//
	// Momenta
	//   p_x = 4*(x' + x)
	//
	// Hamiltonian
	//   H = -p_x*x + p_x^2/8
	//
	// Canonical equations
	//   x'   = -x + p_x/4
	//   p_x' = p_x
	//
	// Conditions (2 of 2 are natural conditions)
	//   p_x(0) = 0
	//   p_x(1) = 0
}
