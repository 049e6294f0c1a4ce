package shooting

import (
	"context"
	"errors"
	"math"
	"testing"

	"costate/ode"
)

// point is a reference value of a solution.
type point struct {
	t float64
	y []float64
}

// compare checks a solution against reference values to 10 tolerances, and
// that its error estimate is not below a tenth of the true error.
func compare(t *testing.T, s *ode.Solution, tol float64, refs []point) {
	t.Helper()
	n := s.Dim
	mean := make([]float64, n)
	for i := 1; i < len(s.T); i++ {
		for c := range n {
			mean[c] += math.Abs(s.Y[i*n+c]) * (s.T[i] - s.T[i-1]) / (s.T[len(s.T)-1] - s.T[0])
		}
	}
	for _, ref := range refs {
		y := s.At(nil, ref.t)
		for c, want := range ref.y {
			e := math.Abs(y[c] - want)
			if e > 10*tol*(math.Abs(want)+mean[c]) {
				t.Errorf("y%d(%g) = %.12g, want %.12g: error %.2g", c+1, ref.t, y[c], want, e)
			}
			if e > 10*s.Error[c]+1e-13*(1+math.Abs(want)) {
				t.Errorf("y%d(%g): error %.2g, estimated %.2g", c+1, ref.t, e, s.Error[c])
			}
		}
	}
}

// hamiltonian are the optimal control problems of the visible test set with
// reference values computed by Gauss collocation of order 10 or in closed form.
var hamiltonian = []struct {
	name string
	make func() *ode.BVP
	refs []point
}{
	{"double integrator", doubleIntegrator, []point{
		{0, []float64{0, 0, 12, 6}}, {0.25, []float64{0.15625, 1.125, 12, 3}}, {0.5, []float64{0.5, 1.5, 12, 0}}, {1, []float64{1, 0, 12, -6}}}},
	{"lqr 1", func() *ode.BVP { return lqr(1) }, lqrPoints(1)},
	{"lqr 10", func() *ode.BVP { return lqr(10) }, lqrPoints(10)},
	{"lqr 50", func() *ode.BVP { return lqr(50) }, lqrPoints(50)},
	{"lqr 200", func() *ode.BVP { return lqr(200) }, lqrPoints(200)},
	{"well 5", func() *ode.BVP { return well(5) }, []point{
		{0, []float64{-1, 0.06799730640947396}}, {1.25, []float64{-0.829898589215034, 0.5254418146018976}},
		{2.5, []float64{-0.3841011208280153, 0.661852442890722}}, {5, []float64{0, 0.06799730640947396}}}},
	{"well 10", func() *ode.BVP { return well(10) }, []point{
		{0, []float64{-1, 0.00254190133174685}}, {2.5, []float64{-0.9169550376905291, 0.2919686181162876}},
		{5, []float64{-0.18535599286430285, 0.357993540376971}}, {7.5, []float64{-0.01537743303943331, 0.030956315560283162}}}},
	{"instanton 20", func() *ode.BVP { return instanton(20) }, []point{
		{0, []float64{-1, 0.00254190133174685}}, {10, []float64{0, 0.00254190133174685}}, {20, []float64{1, 0.00254190133174685}}}},
	{"orbit", orbit, []point{
		{0, []float64{1, 0, 1, 1.877124912407554, 0.9289854576648703, 2.024649371753188}},
		{1.6597, []float64{1.2515190656481237, 0.33305743880053007, 0.8928219501812418, 0.9352387111211593, 0.03086356214193951, -0.04819670171355284}},
		{3.3194, []float64{1.525064001467933, 0, 0.809759338296104, 1.3356267906987902, -1.4244137315414087, 1.2642085425034486}}}},
	{"van der Pol 5", func() *ode.BVP { return vdpControl(5) }, []point{
		{0, []float64{1, 0, 3.7358489846370304, 0.7317277700760937}},
		{2.5, []float64{0.07527583821074484, -0.15835929758487677, 0.24194983711100435, -0.42743289235798004}},
		{5, []float64{-0.019314471598824646, 0.013653437680596561, 0, 0}}}},
	{"van der Pol 10", func() *ode.BVP { return vdpControl(10) }, []point{
		{0, []float64{1, 0, 3.7366538467131685, 0.7320507865470466}},
		{5, []float64{-0.008386063051779693, 0.006942873489796713, -0.03398639164211517, 0.015473917619595098}}}},
}

func lqrPoints(T float64) (refs []point) {
	for _, s := range []float64{0, 0.25, 0.5, 0.75, 1} {
		t := s * T
		d := 1 + math.Exp(-2*T)
		refs = append(refs, point{t, []float64{(math.Exp(-t) + math.Exp(t-2*T)) / d, (math.Exp(-t) - math.Exp(t-2*T)) / d}})
	}
	return refs
}

func TestHamiltonianProblems(t *testing.T) {
	for _, p := range hamiltonian {
		for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
			s, err := (&Solver{Tol: tol}).Solve(context.Background(), p.make())
			if err != nil {
				t.Errorf("%s, %g: %v", p.name, tol, err)
				continue
			}
			t.Run(p.name, func(t *testing.T) { compare(t, s, tol, p.refs) })
			if s.Status != ode.Solved || s.Residual > tol {
				t.Errorf("%s, %g: status %v, residual %g", p.name, tol, s.Status, s.Residual)
			}
		}
	}
}

// TestWell20 is solved as far as double precision allows: the energy of the
// orbit is 5.2e-12, and rounding errors change it by 1e-17.
func TestWell20(t *testing.T) {
	s, err := (&Solver{Tol: 1e-5}).Solve(context.Background(), well(20))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, s, 1e-5, []point{{0, []float64{-1, 3.23918833783442e-06}}, {20, []float64{0, 3.23918833783442e-06}}})
	if _, err = (&Solver{Tol: 1e-9}).Solve(context.Background(), well(20)); err == nil {
		t.Error("a tolerance out of reach is reported as reached")
	}
}

func TestSingleShootingSaysWhyItFails(t *testing.T) {
	for _, T := range []float64{50, 200} {
		_, err := (&Single{}).Solve(context.Background(), lqr(T))
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ode.ErrIllConditioned) {
			t.Fatalf("T = %g: %v", T, err)
		}
		// The solutions grow like exp(T).
		if g := math.Log(e.Growth); math.Abs(g-T) > 2 {
			t.Errorf("T = %g: growth exp(%g)", T, g)
		}
	}
	if s, err := (&Single{}).Solve(context.Background(), instanton(60)); err == nil {
		t.Errorf("double well: %v", s.Status)
	}
	// Where it works it agrees.
	one, err := (&Single{}).Solve(context.Background(), instanton(20))
	if err != nil {
		t.Fatalf("double well: %v", err)
	}
	many, err := (&Solver{}).Solve(context.Background(), instanton(20))
	if err != nil {
		t.Fatalf("double well: %v", err)
	}
	for x := range 21 {
		a, b := one.At(nil, float64(x)), many.At(nil, float64(x))
		if d := math.Hypot(a[0]-b[0], a[1]-b[1]); d > 1e-6 {
			t.Errorf("double well at %d: %v and %v", x, a, b)
		}
	}
	for _, p := range hamiltonian[:3] {
		s, err := (&Single{}).Solve(context.Background(), p.make())
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		compare(t, s, 1e-6, p.refs)
	}
}

// TestWorkers: the result does not depend on the number of goroutines, to the
// last bit.
func TestWorkers(t *testing.T) {
	var first *ode.Solution
	for _, w := range []int{1, 2, 7} {
		s, err := (&Solver{Workers: w}).Solve(context.Background(), well(10))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = s
			continue
		}
		if len(s.Y) != len(first.Y) || s.Stats != first.Stats {
			t.Fatalf("%d workers: %v, want %v", w, s.Stats, first.Stats)
		}
		for i, v := range s.Y {
			if v != first.Y[i] {
				t.Fatalf("%d workers: Y[%d] = %v, want %v", w, i, v, first.Y[i])
			}
		}
	}
}

// TestIntegrators solves with other methods, fixed-step symplectic ones too.
func TestIntegrators(t *testing.T) {
	for _, m := range []ode.Method{ode.DormandPrince, ode.Tsitouras, ode.Verner, ode.Radau5, ode.Radau,
		ode.RK4, ode.Gauss4, ode.Gauss8} {
		s, err := (&Solver{Integrator: ode.Integrator{Method: m}}).Solve(context.Background(), well(5))
		if err != nil {
			t.Errorf("%s: %v", m.Name(), err)
			continue
		}
		t.Run(m.Name(), func(t *testing.T) { compare(t, s, 1e-6, hamiltonian[5].refs) })
	}
	// A separable one: q' = p, p' = q - q^3 from 0 to the first maximum.
	p := &ode.BVP{System: ode.System{Dim: 2,
		Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], -math.Sin(y[0]) }},
		Start: 0, End: 2,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-0.5, y[1][0]-1 }},
	}
	want, err := (&Solver{Tol: 1e-10}).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []ode.Method{ode.StormerVerlet, ode.Suzuki4, ode.KahanLi8} {
		s, err := (&Solver{Integrator: ode.Integrator{Method: m}}).Solve(context.Background(), p)
		if err != nil {
			t.Errorf("%s: %v", m.Name(), err)
			continue
		}
		compare(t, s, 1e-6, []point{{0, want.At(nil, 0)}, {1.1, want.At(nil, 1.1)}, {2, want.At(nil, 2)}})
	}
}

// TestGuessFromSolution: the solution as a guess takes one confirming step.
func TestGuessFromSolution(t *testing.T) {
	s, err := (&Solver{Tol: 1e-8}).Solve(context.Background(), instanton(10))
	if err == nil {
		s, err = (&Solver{Guess: s}).Solve(context.Background(), instanton(10))
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.Stats.Newton > 2 {
		t.Errorf("%d Newton steps from the solution", s.Stats.Newton)
	}
}
