package hamiltonian

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"costate/internal/expr"
)

// builder makes small actions from formulas.
type builder struct {
	t *testing.T
	g *expr.Graph
	s *expr.Scope
	a *Action
}

func newAction(t *testing.T, start, end float64, states, params []string) *builder {
	g := expr.NewGraph()
	b := &builder{t: t, g: g, s: &expr.Scope{Names: map[string]*expr.Expr{"t": g.Var("t")}}}
	b.a = &Action{Domain: Domain{Graph: g, Layer: g.Var("t"), Start: start, End: end}}
	for _, n := range states {
		b.s.Names[n] = g.Var(n)
		b.a.States = append(b.a.States, State{Symbol: g.Var(n), F: g.Num(0), Rf: 1})
	}
	for _, n := range params {
		b.s.Names[n] = g.Var(n)
		b.a.Params = append(b.a.Params, Param{Symbol: g.Var(n)})
	}
	return b
}

func (b *builder) parse(src string) *expr.Expr {
	b.t.Helper()
	e, err := b.g.Parse(src, b.s)
	if err != nil {
		b.t.Fatalf("%s: %v", src, err)
	}
	return e
}

func (b *builder) derive() *Equations {
	b.t.Helper()
	e, err := b.a.Derive()
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

// nonlinear is an action with everything in it: full Rf, a signal, parameters,
// an observation that depends on the parameters, t in the field.
func nonlinear(t *testing.T) *builder {
	b := newAction(t, 0, 2, []string{"x", "y"}, []string{"k", "c"})
	b.a.States[0].F = b.parse("sin(x)*y - k*x^3 + cos(t)*y")
	b.a.States[1].F = b.parse("-c*x + y*exp(-x^2/4) + k*c")
	b.a.Rf = []float64{3, 0.5, 0.5, 2}
	b.a.Signals = []Signal{{Names: []string{"s"}, H: []*expr.Expr{b.parse("x*y + c")}, Y: []*expr.Expr{b.parse("sin(2*t)")}, Rm: []float64{0.7}}}
	b.a.Observations = []Observations{{
		Names: []string{"x^2", "k*y"},
		H:     []*expr.Expr{b.parse("x^2"), b.parse("k*y")},
		Times: []float64{0, 0.5, 2},
		Y:     []float64{0.1, 0.2, math.NaN(), 0.4, 0.5, 0.6},
		Rm:    []float64{2, 3},
	}}
	b.a.States[0].Prior = Prior{Mean: 0.3, Precision: 4}
	b.a.Params[1].Prior = Prior{Mean: -0.3, Precision: 5}
	return b
}

// values evaluates formulas at random values of their variables.
func values(t *testing.T, at map[string]float64, es ...*expr.Expr) []float64 {
	t.Helper()
	vars := expr.FreeVars(es...)
	tape, err := expr.Compile(vars, es)
	if err != nil {
		t.Fatal(err)
	}
	in := make([]float64, len(vars))
	for i, v := range vars {
		x, ok := at[v.Name()]
		if !ok {
			t.Fatalf("no value for %s", v.Name())
		}
		in[i] = x
	}
	out := make([]float64, len(es))
	tape.Eval(out, in)
	return out
}

// TestLegendre checks H = p'v - L and p = dL/dv at random points, with
// v = x' taken from the canonical equations.
func TestLegendre(t *testing.T) {
	b := nonlinear(t)
	e := b.derive()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		at := map[string]float64{}
		for _, n := range []string{"t", "x", "y", "k", "c", "p_x", "p_y"} {
			at[n] = rnd.NormFloat64()
		}
		v := values(t, at, e.Right[:2]...)
		at["x'"], at["y'"] = v[0], v[1]
		got := values(t, at, append([]*expr.Expr{e.Hamiltonian, e.Lagrangian}, e.Momenta...)...)
		want := at["p_x"]*v[0] + at["p_y"]*v[1] - got[1]
		if math.Abs(got[0]-want) > 1e-12*(1+math.Abs(want)) {
			t.Errorf("H = %v, p'v - L = %v", got[0], want)
		}
		for i, p := range []float64{at["p_x"], at["p_y"]} {
			if math.Abs(got[2+i]-p) > 1e-12*(1+math.Abs(p)) {
				t.Errorf("dL/dv[%d] = %v, p = %v", i, got[2+i], p)
			}
		}
	}
}

// TestEulerLagrangeIsHamilton integrates the canonical equations and the
// Euler-Lagrange equations from the same point by small RK4 steps: x must agree
// to the accuracy of the integrator.
func TestEulerLagrangeIsHamilton(t *testing.T) {
	b := nonlinear(t)
	e := b.derive()
	canonical := field(t, e, e.Components, e.Right)
	second := append(append([]*expr.Expr{}, e.Velocities...), e.EulerLagrange...)
	lagrange := field(t, e, append(append([]*expr.Expr{}, e.States...), e.Velocities...), second)
	y := []float64{0.4, -0.2, 0.3, 0.1, 0, 0}
	d := canonical(0, y)
	z := []float64{y[0], y[1], d[0], d[1]}
	const n = 2000
	h := 1.5 / n
	for i := range n {
		s := float64(i) * h
		y = rk4(canonical, s, h, y)
		z = rk4(lagrange, s, h, z)
	}
	for i := range 2 {
		if diff := math.Abs(y[i] - z[i]); diff > 1e-10 {
			t.Errorf("x[%d]: Hamilton %v, Euler-Lagrange %v, difference %g", i, y[i], z[i], diff)
		}
	}
}

func field(t *testing.T, e *Equations, vars, right []*expr.Expr) func(s float64, y []float64) []float64 {
	in := append([]*expr.Expr{e.Layer}, vars...)
	in = append(in, e.Params...)
	tape, err := expr.Compile(in, right)
	if err != nil {
		t.Fatal(err)
	}
	return func(s float64, y []float64) []float64 {
		out := make([]float64, len(right))
		tape.Eval(out, append(append([]float64{s}, y...), 0.8, -0.4))
		return out
	}
}

func rk4(f func(float64, []float64) []float64, t, h float64, y []float64) []float64 {
	step := func(a float64, k []float64) []float64 {
		z := make([]float64, len(y))
		for i := range z {
			z[i] = y[i] + a*k[i]
		}
		return z
	}
	k1 := f(t, y)
	k2 := f(t+h/2, step(h/2, k1))
	k3 := f(t+h/2, step(h/2, k2))
	k4 := f(t+h, step(h, k3))
	out := make([]float64, len(y))
	for i := range out {
		out[i] = y[i] + h/6*(k1[i]+2*k2[i]+2*k3[i]+k4[i])
	}
	return out
}

// TestEndConditions checks the conditions at the ends against the gradient of
// the terms that sit there, by central differences.
func TestEndConditions(t *testing.T) {
	b := nonlinear(t)
	e := b.derive()
	if len(e.Conditions.G) != 2*2+2*2 {
		t.Fatalf("%d conditions, expected 8", len(e.Conditions.G))
	}
	k, c := 0.8, -0.4
	ends := func(x, y, k, c float64, start bool) float64 {
		if start {
			return 2.0/2*sq(x*x-0.1) + 3.0/2*sq(k*y-0.2) + 4.0/2*sq(x-0.3) + 5.0/2*sq(c+0.3)
		}
		return 2.0/2*sq(x*x-0.5) + 3.0/2*sq(k*y-0.6)
	}
	at := map[string]float64{"k": k, "c": c, "x(0)": 0.7, "y(0)": -0.6, "x(2)": 0.2, "y(2)": 1.1,
		"p_x(0)": 0, "p_y(0)": 0, "q_k(0)": 0, "q_c(0)": 0, "p_x(2)": 0, "p_y(2)": 0, "q_k(2)": 0, "q_c(2)": 0}
	g := values(t, at, e.Conditions.G...)
	const h = 1e-5
	grad := func(start bool, x, y float64) [4]float64 {
		return [4]float64{
			(ends(x+h, y, k, c, start) - ends(x-h, y, k, c, start)) / (2 * h),
			(ends(x, y+h, k, c, start) - ends(x, y-h, k, c, start)) / (2 * h),
			(ends(x, y, k+h, c, start) - ends(x, y, k-h, c, start)) / (2 * h),
			(ends(x, y, k, c+h, start) - ends(x, y, k, c-h, start)) / (2 * h),
		}
	}
	// With p = q = 0, a condition's residual is minus the gradient at the start
	// and plus the gradient at the end.
	for i, w := range grad(true, 0.7, -0.6) {
		if math.Abs(g[i]+w) > 1e-8 {
			t.Errorf("start, condition %d: %v, expected %v", i, g[i], -w)
		}
	}
	for i, w := range grad(false, 0.2, 1.1) {
		if math.Abs(g[4+i]-w) > 1e-8 {
			t.Errorf("end, condition %d: %v, expected %v", i, g[4+i], w)
		}
	}
}

func sq(x float64) float64 { return x * x }

// TestMissingValue checks that a missing value gives no kick.
func TestMissingValue(t *testing.T) {
	b := nonlinear(t)
	e := b.derive()
	bvp, err := e.BVP()
	if err != nil {
		t.Fatal(err)
	}
	if len(bvp.Jumps) != 1 || bvp.Jumps[0].T != 0.5 {
		t.Fatalf("jumps %v, expected one at 0.5", bvp.Jumps)
	}
	y := []float64{0.7, -0.6, 0.1, 0.2, 0.3, 0.4}
	dst := make([]float64, 6)
	bvp.Jumps[0].Func(dst, y, []float64{0.8, -0.4})
	r := 3 * (0.8*-0.6 - 0.4)
	want := []float64{0.7, -0.6, 0.1, 0.2 + 0.8*r, 0.3 - 0.6*r, 0.4}
	for i := range dst {
		if math.Abs(dst[i]-want[i]) > 1e-14 {
			t.Errorf("component %d after the jump: %v, expected %v", i, dst[i], want[i])
		}
	}
}

// TestJacobians compares every derivative of the compiled problem with central
// differences.
func TestJacobians(t *testing.T) {
	bvp, err := nonlinear(t).derive().BVP()
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	n, np := bvp.Dim, bvp.Params
	y, p := make([]float64, n), make([]float64, np)
	for i := range y {
		y[i] = rnd.NormFloat64()
	}
	for i := range p {
		p[i] = rnd.NormFloat64()
	}
	compare := func(name string, rows int, f func(dst, y, p []float64), jac func(dy, dp, y, p []float64)) {
		dy, dp := make([]float64, rows*n), make([]float64, rows*np)
		jac(dy, dp, y, p)
		lo, hi := make([]float64, rows), make([]float64, rows)
		check := func(v []float64, j int, d []float64, width int) {
			const h = 1e-5
			keep := v[j]
			v[j] = keep + h
			f(hi, y, p)
			v[j] = keep - h
			f(lo, y, p)
			v[j] = keep
			for i := range rows {
				want := (hi[i] - lo[i]) / (2 * h)
				if math.Abs(d[i*width+j]-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%s: derivative (%d, %d) is %v, differences give %v", name, i, j, d[i*width+j], want)
				}
			}
		}
		for j := range n {
			check(y, j, dy, n)
		}
		for j := range np {
			check(p, j, dp, np)
		}
	}
	compare("field", n, func(dst, y, p []float64) { bvp.Func(dst, 0.3, y, p) },
		func(dy, dp, y, p []float64) { bvp.Jac(dy, dp, 0.3, y, p) })
	j := bvp.Jumps[0]
	compare("jump", n, j.Func, j.Jac)

	// Batches equal single points.
	const m = 5
	ts, ys := make([]float64, m), make([]float64, n*m)
	for i := range ts {
		ts[i] = rnd.Float64()
	}
	for i := range ys {
		ys[i] = rnd.NormFloat64()
	}
	out := make([]float64, n*m)
	dy, dp := make([]float64, n*n*m), make([]float64, n*np*m)
	bvp.Batch(out, ts, ys, p)
	bvp.BatchJac(dy, dp, ts, ys, p)
	f, fy, fp := make([]float64, n), make([]float64, n*n), make([]float64, n*np)
	for k := range m {
		for i := range n {
			y[i] = ys[i*m+k]
		}
		bvp.Func(f, ts[k], y, p)
		bvp.Jac(fy, fp, ts[k], y, p)
		for i := range n {
			if f[i] != out[i*m+k] {
				t.Errorf("batch: f[%d] at point %d: %v, single %v", i, k, out[i*m+k], f[i])
			}
		}
		for i := range fy {
			if fy[i] != dy[i*m+k] {
				t.Errorf("batch: df/dy[%d] at point %d: %v, single %v", i, k, dy[i*m+k], fy[i])
			}
		}
		for i := range fp {
			if fp[i] != dp[i*m+k] {
				t.Errorf("batch: df/dp[%d] at point %d: %v, single %v", i, k, dp[i*m+k], fp[i])
			}
		}
	}
}

// TestExactEquation checks the strong constraint: no model error term, no
// Euler-Lagrange form, x' = F.
func TestExactEquation(t *testing.T) {
	b := newAction(t, 0, 1, []string{"x"}, nil)
	b.a.States[0].F = b.parse("-x")
	b.a.States[0].Rf = math.Inf(1)
	e := b.derive()
	if e.EulerLagrange != nil || e.NoEuler == "" {
		t.Error("an exact equation has no second-order form")
	}
	if got := expr.Text(e.Right[0]); got != "-x" {
		t.Errorf("x' = %s, expected -x", got)
	}
	if got := expr.Text(e.Right[1]); got != "p_x" {
		t.Errorf("p_x' = %s, expected p_x", got)
	}
	if !strings.Contains(e.Text(), "multiplier") {
		t.Error("the text does not say that p is a multiplier")
	}
}

func TestBadActions(t *testing.T) {
	for _, c := range []struct {
		name, want string
		spoil      func(b *builder)
	}{
		{"negative Rf", "Rf = -1", func(b *builder) { b.a.Rf = nil; b.a.States[0].Rf = -1 }},
		{"indefinite Rf", "not positive definite", func(b *builder) { b.a.Rf = []float64{1, 2, 2, 1} }},
		{"asymmetric Rf", "not symmetric", func(b *builder) { b.a.Rf = []float64{1, 0, 0.5, 1} }},
		{"negative Rm", "precision -2", func(b *builder) { b.a.Observations[0].Rm[0] = -2 }},
		{"outside", "outside", func(b *builder) { b.a.Observations[0].Times[2] = 3 }},
		{"empty interval", "before the end", func(b *builder) { b.a.End = 0 }},
	} {
		b := nonlinear(t)
		c.spoil(b)
		_, err := b.a.Derive()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one with %q", c.name, err, c.want)
		}
	}
}
