package collocation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"costate/ode"
)

// separated makes conditions y[c[i]](end i) = v[i]: Start for the first count
// left of them, End for the rest.
func separated(n, left int, c []int, v []float64) ode.Conditions {
	at := make([]int, len(c))
	for i := range at {
		if i >= left {
			at[i] = 1
		}
	}
	return ode.Conditions{Count: len(c), At: at, Linear: true,
		Func: func(dst []float64, y [][]float64, p []float64) {
			for i := range c {
				dst[i] = y[at[i]][c[i]] - v[i]
			}
		},
		Jac: func(dgdy [][]float64, dgdp []float64, y [][]float64, p []float64) {
			clear(dgdy[0])
			clear(dgdy[1])
			for i := range c {
				dgdy[at[i]][i*n+c[i]] = 1
			}
		},
	}
}

func solved(t *testing.T, s *Solver, p *ode.BVP) *ode.Solution {
	t.Helper()
	sol, err := s.Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return sol
}

// nonlinear is y” = 2 y^3, y = 1/(1+t), as a system without chains: u = y,
// v = y + y'.
func nonlinear() *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = y[1] - y[0]
			f[1] = 2*y[0]*y[0]*y[0] + y[1] - y[0]
		}},
		Start: 0, End: 1,
		Boundary: separated(2, 1, []int{0, 0}, []float64{1, 0.5}),
		Guess:    func(y []float64, t float64) { y[0], y[1] = 1-t/2, 0.5-t/2 },
	}
}

// wave is y” = -w^2 y, y = sin(w t), as a system without chains.
func wave(w float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Linear: true, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = y[1] - y[0]
			f[1] = -w*w*y[0] + y[1] - y[0]
		}},
		Start: 0, End: 1,
		Boundary: separated(2, 1, []int{0, 0}, []float64{0, math.Sin(w)}),
	}
}

// The order at the nodes is 2s, between them s+1, for every number of stages.
func TestOrder(t *testing.T) {
	const w = 30.0
	for s := 1; s <= 7; s++ {
		var node, inner [2]float64
		n0 := []int{0, 500, 400, 120, 40, 20, 14, 10}[s]
		for k, n := range []int{n0, 2 * n0} {
			solver := Solver{Stages: s}
			r := newRun(&solver, wave(w))
			r.place(uniform(r.p, n))
			r.begin(nil)
			if err := r.newton(context.Background()); err != nil {
				t.Fatal(s, err)
			}
			sol := r.solution()
			for i := 0; i <= n; i += k + 1 { // the nodes that both meshes have
				node[k] = max(node[k], math.Abs(sol.Node(i)[0]-math.Sin(w*sol.T[i])))
			}
			for i := range 500 {
				x := float64(i) / 500
				inner[k] = max(inner[k], math.Abs(sol.At(nil, x)[0]-math.Sin(w*x)))
			}
		}
		p, q := math.Log2(node[0]/node[1]), math.Log2(inner[0]/inner[1])
		if math.Abs(p-float64(2*s)) > 0.3 {
			t.Errorf("s=%d: order %.2f at the nodes (%v), want %d", s, p, node, 2*s)
		}
		if math.Abs(q-float64(s+1)) > 0.4 {
			t.Errorf("s=%d: order %.2f between nodes (%v), want %d", s, q, inner, s+1)
		}
	}
}

// measured is a state x' = -x + w observed at jump times: p' = p, p jumps by
// r (x - z). The optimality system of a linear smoother, solved densely
// elsewhere: here the pieces have closed forms, so that a piecewise check of
// equations, jumps and conditions suffices.
func measured() *ode.BVP {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Linear: true, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = -y[0] + y[1]/4
			f[1] = y[1]
		}},
		Start: 0, End: 3,
		Boundary: separated(2, 1, []int{1, 1}, []float64{0, 0}),
	}
	for k, z := range []float64{1, -0.5, 2} {
		p.Jumps = append(p.Jumps, ode.Jump{T: 0.5 + float64(k), Linear: true, Func: func(dst, y, q []float64) {
			dst[0] = y[0]
			dst[1] = y[1] + 3*(y[0]-z)
		}})
	}
	return p
}

func TestJumps(t *testing.T) {
	sol := solved(t, &Solver{Tol: 1e-9}, measured())
	if n := sol.Stats.Newton; n != sol.Stats.Meshes || sol.Stats.Factorisations != 2*n {
		t.Errorf("%+v: want one step and one estimate on every mesh of a linear problem", sol.Stats)
	}
	var l, r []float64
	for k, z := range []float64{1, -0.5, 2} {
		at := 0.5 + float64(k)
		l, r = sol.Left(l, at), sol.At(r, at)
		if math.Abs(r[0]-l[0]) > 1e-12 || math.Abs(r[1]-l[1]-3*(l[0]-z)) > 1e-11 {
			t.Errorf("jump at %v: %v to %v", at, l, r)
		}
	}
	// On every piece p = c e^t, x = (x0 - c/8) e^-(t-a) + c/8 e^(t-a).
	cuts := []float64{0, 0.5, 1.5, 2.5, 3}
	for k, a := range cuts[:4] {
		y := sol.At(nil, a)
		b := cuts[k+1]
		for _, x := range []float64{a + 0.3*(b-a), a + 0.9*(b-a)} {
			e := math.Exp(x - a)
			z := sol.At(nil, x)
			if want := y[1] * e; math.Abs(z[1]-want) > 1e-8 {
				t.Errorf("p(%v) = %v, want %v", x, z[1], want)
			}
			if want := (y[0]-y[1]/8)/e + y[1]/8*e; math.Abs(z[0]-want) > 1e-8 {
				t.Errorf("x(%v) = %v, want %v", x, z[0], want)
			}
		}
	}
	if y := sol.Node(0); math.Abs(y[1]) > 1e-12 {
		t.Errorf("p(0) = %v", y[1])
	}
	if y := sol.Node(len(sol.T) - 1); math.Abs(y[1]) > 1e-12 {
		t.Errorf("p(3) = %v", y[1])
	}
}

// A jump whose place is a point of a condition: the condition sees the value
// before it.
func TestConditionAtJump(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 1, Func: func(f []float64, t float64, y, p []float64) { f[0] = y[0] }},
		Start:  0, End: 1,
		Boundary: ode.Conditions{Count: 1, Points: []float64{0, 0.5, 1}, At: []int{1},
			Func: func(dst []float64, y [][]float64, p []float64) { dst[0] = y[1][0] - 2 }},
		Jumps: []ode.Jump{{T: 0.5, Func: func(dst, y, p []float64) { dst[0] = y[0] * y[0] }}},
	}
	sol := solved(t, &Solver{Tol: 1e-9}, p)
	for _, c := range []struct{ t, want float64 }{{0, 2 * math.Exp(-0.5)}, {0.25, 2 * math.Exp(-0.25)}, {0.5, 4}, {1, 4 * math.Exp(0.5)}} {
		if y := sol.At(nil, c.t); math.Abs(y[0]-c.want) > 1e-8*c.want {
			t.Errorf("y(%v) = %v, want %v", c.t, y[0], c.want)
		}
	}
	if y := sol.Left(nil, 0.5); math.Abs(y[0]-2) > 1e-8 {
		t.Errorf("y(0.5-) = %v, want 2", y[0])
	}
}

// An uneliminated control: min of int (x^2 + u^2)/2 with x' = u, 0 = u + p.
func TestAlgebraic(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 3, Algebraic: 1, Func: func(f []float64, t float64, y, p []float64) {
			f[0] = y[2]
			f[1] = -y[0]
			f[2] = y[2] + y[1]
		}},
		Start: 0, End: 2,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1}, Func: func(dst []float64, y [][]float64, p []float64) {
			dst[0] = y[0][0] - 1
			dst[1] = y[1][2] // u(T) = 0: through the algebraic component
		}},
	}
	sol := solved(t, &Solver{Tol: 1e-8}, p)
	for i := range 21 {
		x := float64(i) / 10
		y := sol.At(nil, x)
		want := []float64{math.Cosh(2-x) / math.Cosh(2), math.Sinh(2-x) / math.Cosh(2), -math.Sinh(2-x) / math.Cosh(2)}
		for c := range want {
			if math.Abs(y[c]-want[c]) > 3e-8 {
				t.Errorf("y%d(%v) = %v, want %v", c+1, x, y[c], want[c])
			}
		}
	}
}

// A two-dimensional orbit in dimensionless units and in SI: the same mesh,
// the same solution.
func orbit(length, time float64) *ode.BVP {
	mu := length * length * length / (time * time)
	v := length / time
	return &ode.BVP{
		System: ode.System{Dim: 4, Func: func(f []float64, t float64, y, p []float64) {
			r := math.Hypot(y[0], y[1])
			f[0], f[1] = y[2], y[3]
			f[2], f[3] = -mu*y[0]/(r*r*r), -mu*y[1]/(r*r*r)
		}},
		Start: 0, End: 2 * time,
		Boundary: separated(4, 2, []int{0, 1, 0, 1}, []float64{length, 0, -length / 2, length}),
		Guess: func(y []float64, t float64) {
			a := t / (2 * time)
			y[0], y[1], y[2], y[3] = length*(1-1.5*a), length*a, -1.5*v/2, v/2
		},
	}
}

func TestUnits(t *testing.T) {
	a := solved(t, &Solver{}, orbit(1, 1))
	b := solved(t, &Solver{}, orbit(6.778e6, 883.6))
	if len(a.T) != len(b.T) || a.Stats != b.Stats {
		t.Errorf("%d intervals and %+v, in SI units %d and %+v", len(a.T)-1, a.Stats, len(b.T)-1, b.Stats)
	}
	for i := range 11 {
		x := float64(i) / 5
		u, v := a.At(nil, x), b.At(nil, x*883.6)
		for c, f := range []float64{6.778e6, 6.778e6, 6.778e6 / 883.6, 6.778e6 / 883.6} {
			if math.Abs(u[c]-v[c]/f) > 1e-9 {
				t.Errorf("y%d(%v) = %v and %v", c+1, x, u[c], v[c]/f)
			}
		}
	}
}

// The number of workers changes no bit.
func TestWorkers(t *testing.T) {
	p := find("T33").make(1e-3)
	m := make([]float64, 2001)
	for i := range m {
		m[i] = float64(i) / 2000
	}
	var ref *ode.Solution
	for _, w := range []int{1, 2, 5} {
		sol := solved(t, &Solver{Workers: w, Mesh: m}, p)
		if ref == nil {
			ref = sol
			continue
		}
		if sol.Stats != ref.Stats || len(sol.Y) != len(ref.Y) {
			t.Fatalf("%d workers: %+v, one: %+v", w, sol.Stats, ref.Stats)
		}
		for i, v := range sol.Y {
			if v != ref.Y[i] {
				t.Fatalf("%d workers: value %d is %v, not %v", w, i, v, ref.Y[i])
			}
		}
	}
}

// Structure of arrays, points and differences give the same solution.
func TestBatch(t *testing.T) {
	p := nonlinear()
	ref := solved(t, &Solver{Tol: 1e-8}, p)
	p.Batch = func(dst, t, y, q []float64) {
		m := len(t)
		for i := range m {
			u, v := y[i], y[m+i]
			dst[i], dst[m+i] = v-u, 2*u*u*u+v-u
		}
	}
	one := solved(t, &Solver{Tol: 1e-8}, p)
	p.BatchJac = func(jy, jp, t, y, q []float64) {
		m := len(t)
		for i := range m {
			u := y[i]
			jy[i], jy[m+i], jy[2*m+i], jy[3*m+i] = -1, 1, 6*u*u-1, 1
		}
	}
	two := solved(t, &Solver{Tol: 1e-8}, p)
	if two.Stats.Jac == 0 || one.Stats.Jac != 0 {
		t.Errorf("Jacobians: %d and %d", one.Stats.Jac, two.Stats.Jac)
	}
	for i, v := range ref.Y {
		if one.Y[i] != v || math.Abs(two.Y[i]-v) > 2e-8 {
			t.Fatalf("value %d: %v, %v, %v", i, v, one.Y[i], two.Y[i])
		}
	}
}

// The exact solution as guess takes at most one step on the mesh; a solution
// is taken as guess on its own mesh.
func TestExactGuess(t *testing.T) {
	p := nonlinear()
	p.Guess = func(y []float64, t float64) { y[0], y[1] = 1/(1+t), 1/(1+t)-1/((1+t)*(1+t)) }
	sol := solved(t, &Solver{}, p)
	if sol.Stats.Newton > 1 {
		t.Errorf("%d Newton steps from the exact solution", sol.Stats.Newton)
	}
	again := solved(t, &Solver{Guess: sol}, p)
	if again.Stats.Newton > 1 || len(again.T) != len(sol.T) {
		t.Errorf("from a solution: %d steps, %d nodes instead of %d", again.Stats.Newton, len(again.T), len(sol.T))
	}
}

// Every failure has its name, its error and the last iterate.
func TestFailures(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	t16 := find("T16")
	zero := t16.make(1.0 / 2)
	zero.Boundary = separated(2, 1, []int{0, 0}, []float64{0, 0})
	fine := t16.make(1.0 / 80)
	fine.Boundary = separated(2, 1, []int{0, 0}, []float64{0, 0})
	noRoot := nonlinear()
	noRoot.Func = func(f []float64, t float64, y, p []float64) { f[0], f[1] = y[1], 20*math.Exp(y[0])*-1 }
	nan := nonlinear()
	nan.Func = func(f []float64, t float64, y, p []float64) { f[0], f[1] = y[1], math.Log(y[0]-5) }
	twice := nonlinear()
	twice.Boundary = separated(2, 2, []int{0, 0}, []float64{1, 1})
	for _, c := range []struct {
		name string
		p    *ode.BVP
		s    Solver
		ctx  context.Context
		want ode.Status
		err  error
	}{
		{"singular: T17", find("T17").make(0.01), Solver{}, nil, ode.Singular, ode.ErrSingular},
		{"singular: T16 even", t16.make(1.0 / 4), Solver{}, nil, ode.Singular, ode.ErrSingular},
		{"singular: T16 even, zero solution", zero, Solver{}, nil, ode.Singular, ode.ErrSingular},
		{"singular: zero solution on a coarse mesh", fine, Solver{}, nil, ode.Singular, ode.ErrSingular},
		{"singular: the same condition twice", twice, Solver{}, nil, ode.Singular, ode.ErrSingular},
		{"ill-conditioned: T35", find("T35").make(0.01), Solver{}, nil, ode.IllConditioned, ode.ErrIllConditioned},
		{"ill-conditioned: instanton of any place", find("H4_double_well_instanton").make(30), Solver{}, nil, ode.IllConditioned, ode.ErrIllConditioned},
		{"no solution: Bratu beyond the fold", noRoot, Solver{}, nil, ode.NoDescent, ode.ErrNoDescent},
		{"not finite", nan, Solver{}, nil, ode.NotFinite, ode.ErrNotFinite},
		{"mesh limit", find("T6").make(1e-5), Solver{MaxMesh: 30}, nil, ode.MeshLimit, ode.ErrMeshLimit},
		{"cancelled", nonlinear(), Solver{}, ctx, ode.Cancelled, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			sol, err := c.s.Solve(c.ctx, c.p)
			if sol == nil || sol.Status != c.want || !errors.Is(err, c.err) || sol.Err != err {
				t.Fatalf("status %v, error %v; want %v, %v", sol.Status, err, c.want, c.err)
			}
			if len(sol.T) < 2 || len(sol.Y) != len(sol.T)*sol.Dim {
				t.Errorf("no last iterate")
			}
			var e *Error
			if errors.As(err, &e) && c.want == ode.NotFinite && e.Component != 1 {
				t.Errorf("not finite in component %d, want 1", e.Component)
			}
			if c.want != ode.Cancelled && (!errors.As(err, &e) || e.Try == "" || e.Intervals == 0) {
				t.Errorf("error %#v says too little", err)
			}
		})
	}
}

// A link y1' = y2 that holds near the guess only, and a condition that looks
// at one point only near the guess, are found out.
func TestMisjudged(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Func: func(f []float64, t float64, y, p []float64) {
			f[0], f[1] = y[1], -y[0]
			if y[0] > 0.5 {
				f[0] += (y[0] - 0.5) * (y[0] - 0.5)
			}
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 2, Func: func(dst []float64, y [][]float64, p []float64) {
			dst[0] = y[0][0]
			dst[1] = y[1][0] - 1
			if y[0][1] > 0.5 {
				dst[1] += 0.1 * (y[0][1] - 0.5)
			}
		}},
	}
	sol := solved(t, &Solver{Tol: 1e-8}, p)
	y0, y1 := sol.Node(0), sol.Node(len(sol.T)-1)
	if e := y1[0] - 1 + 0.1*(y0[1]-0.5); math.Abs(y0[0])+math.Abs(e) > 1e-7 {
		t.Errorf("conditions off by %v and %v", y0[0], e)
	}
	for i := range 20 {
		x := (float64(i) + 0.5) / 20
		y, d := sol.At(nil, x), sol.Deriv(nil, x)
		f := make([]float64, 2)
		p.Func(f, x, y, nil)
		if math.Abs(d[0]-f[0]) > 1e-5 || math.Abs(d[1]-f[1]) > 1e-5 {
			t.Errorf("at %v: y' = %v, f = %v", x, d, f)
		}
	}
}

// Malformed problems are programmer errors.
func TestMalformed(t *testing.T) {
	for name, spoil := range map[string]func(*ode.BVP){
		"conditions": func(p *ode.BVP) { p.Boundary.Count = 3 },
		"interval":   func(p *ode.BVP) { p.End = p.Start },
		"jump":       func(p *ode.BVP) { p.Jumps = []ode.Jump{{T: 7}} },
		"point":      func(p *ode.BVP) { p.Boundary.Points = []float64{0, 2} },
		"at":         func(p *ode.BVP) { p.Boundary.At = []int{0, 2} },
		"algebraic":  func(p *ode.BVP) { p.Algebraic = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			p := nonlinear()
			spoil(p)
			var s Solver
			s.Solve(context.Background(), p)
		})
	}
}

// A Newton step allocates nothing once the mesh is set up.
func TestAllocations(t *testing.T) {
	s := Solver{Workers: 1}
	r := newRun(&s, chain(5))
	r.place(uniform(r.p, 40))
	r.begin(nil)
	start := append([]float64(nil), r.x...)
	ctx := context.Background()
	if err := r.newton(ctx); err != nil {
		t.Fatal(err)
	}
	if a := testing.AllocsPerRun(5, func() {
		copy(r.x, start)
		if err := r.newton(ctx); err != nil {
			t.Fatal(err)
		}
	}); a > 0 {
		t.Errorf("%v allocations", a)
	}
}

func BenchmarkTestSet(b *testing.B) {
	for _, c := range []struct {
		id string
		v  float64
	}{{"T1", 1e-4}, {"T4", 1e-3}, {"T6", 1e-4}, {"T19", 1e-3}, {"T21", 1e-4}, {"T23", 20}, {"T24", 1e-2}, {"T30", 1e-2}, {"T33", 1e-3}, {"H6_orbit_raising", 0}} {
		tp := find(c.id)
		b.Run(fmt.Sprintf("problem=%s/%s=%g", c.id, tp.param, c.v), func(b *testing.B) {
			s := Solver{Continuation: family(tp, c.v)}
			p := tp.make(c.v)
			var sol *ode.Solution
			for b.Loop() {
				sol, _ = s.Solve(context.Background(), p)
			}
			b.ReportMetric(float64(sol.Stats.Newton), "newton")
			b.ReportMetric(float64(sol.Stats.Factorisations), "factorisations")
			b.ReportMetric(float64(sol.Stats.Func), "rhs")
			b.ReportMetric(float64(len(sol.T)-1), "intervals")
		})
	}
}
