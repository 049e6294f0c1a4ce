package discrete

import (
	"context"
	"errors"
	"math"
	"testing"

	"costate/ode"
)

var ctx = context.Background()

// ouSmoother is the Ornstein-Uhlenbeck smoother, int 2 (x-1)^2 + 1/2 (x'+x)^2
// on [0, 2] with free ends: kappa^2 = 1 + Rm/Rf, in closed form.
func ouSmoother(rule Rule, stages, n int) *Problem {
	return &Problem{
		Model: Model{Dim: 1,
			Func: func(d []float64, t float64, x, th []float64) { d[0] = -x[0] },
			Jac:  func(j, jp []float64, t float64, x, th []float64) { j[0] = -1 },
			Hess: func(h []float64, t float64, x, th, l []float64) { h[0] = 0 }},
		End: 2, Layers: n, Rule: rule, Stages: stages, Rf: []float64{1},
		Signals: []Signal{{Y: func(d []float64, t float64) { d[0] = 1 }, Rm: []float64{4}}}}
}

// The action, the state and the costate at the boundaries converge at the
// rule's order, in both forms.
func TestOrderSmoother(t *testing.T) {
	orders := map[string]float64{"euler": 1, "midpoint": 2, "trapezoid": 2, "simpson": 4, "gauss1": 2, "gauss2": 4, "gauss3": 6}
	for _, r := range allRules {
		want, ok := orders[r.name]
		if !ok {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			for _, form := range []Form{StateForm, CostateForm} {
				var e [2][3]float64
				for k, n := range []int{8, 16} {
					if r.rule == Euler {
						n *= 8 // to where the first order shows
					}
					a, err := (&Solver{Form: form}).Solve(ctx, ouSmoother(r.rule, r.stages, n), Guess{})
					if err != nil {
						t.Fatal(err)
					}
					if a.Negative != 0 {
						t.Errorf("%d negative eigenvalues at a minimum", a.Negative)
					}
					e[k] = [3]float64{a.Action - 0.450310367871, a.X[0] - 1.437112040161, a.CostateRight[n/2] - 0.630926625668}
				}
				for i, q := range []string{"action", "x(0)", "p(1)"} {
					p := math.Log2(math.Abs(e[0][i] / e[1][i]))
					// Simpson's rule gains two orders at p(1) on this problem.
					if p < want-0.15 || p > want+0.35 && q != "p(1)" {
						t.Errorf("form %d: %s: order %.2f, want %g (errors %.2e, %.2e)", form, q, p, want, e[0][i], e[1][i])
					}
				}
			}
		})
	}
}

// Equal weights, the older tools' choice, are of order 2 at a finite Rf. The
// error is the one measured by an independent program.
func TestEqualWeights(t *testing.T) {
	for _, c := range []struct {
		n           int
		equal, good float64
	}{{16, 3.42e-3, 4.41e-6}, {32, 8.78e-4, 2.77e-7}, {64, 2.21e-4, 1.74e-8}} {
		for _, kappa := range []float64{1, 0} {
			pr := ouSmoother(SimpsonHermite, 0, c.n)
			pr.Kappa = kappa
			a, err := (&Solver{}).Solve(ctx, pr, Guess{})
			if err != nil {
				t.Fatal(err)
			}
			want := c.good
			if kappa == 1 {
				want = c.equal
			}
			if e := math.Abs(a.Action - 0.450310367871); math.Abs(e-want) > 0.005*want {
				t.Errorf("n = %d, kappa = %g: error %.4g, want %.3g", c.n, kappa, e, want)
			}
		}
	}
}

// doubleWell is the escape from one well of x' = x - x^3 to the other.
func doubleWell(rule Rule, stages, n int, T float64) *Problem {
	return &Problem{
		Model: Model{Dim: 1,
			Func: func(d []float64, t float64, x, th []float64) { d[0] = x[0] - x[0]*x[0]*x[0] },
			Jac:  func(j, jp []float64, t float64, x, th []float64) { j[0] = 1 - 3*x[0]*x[0] },
			Hess: func(h []float64, t float64, x, th, l []float64) { h[0] = -6 * x[0] * l[0] }},
		End: T, Layers: n, Rule: rule, Stages: stages, Rf: []float64{1},
		FixedStart: []float64{-1}, FixedEnd: []float64{1}}
}

func TestOrderDoubleWell(t *testing.T) {
	for _, c := range []struct {
		name      string
		rule      Rule
		stages, n int
		order     float64
	}{{"midpoint", Midpoint, 0, 100, 2}, {"trapezoid", Trapezoid, 0, 100, 2},
		{"simpson", SimpsonHermite, 0, 40, 4}, {"gauss2", Gauss, 2, 40, 4}, {"gauss3", Gauss, 3, 20, 6}} {
		t.Run(c.name, func(t *testing.T) {
			var e [2]float64
			for k := range e {
				n := c.n << k
				pr := doubleWell(c.rule, c.stages, n, 5)
				a, err := (&Solver{}).Solve(ctx, pr, Guess{X: func(d []float64, t float64) { d[0] = -1 + 2*t/5 }})
				if err != nil {
					t.Fatal(err)
				}
				e[k] = a.Action - 0.579854773270
				if p := a.CostateRight[0]; k == 1 && math.Abs(p-0.3105976119) > 0.02 {
					t.Errorf("p(0) = %.10g, want 0.3105976119", p)
				}
			}
			if p := math.Log2(math.Abs(e[0] / e[1])); math.Abs(p-c.order) > 0.25 {
				t.Errorf("order %.2f, want %g (errors %.2e, %.2e)", p, c.order, e[0], e[1])
			}
		})
	}
	for T, want := range map[float64]float64{10: 0.503588691778, 20: 0.500004850295} {
		a, err := (&Solver{}).Solve(ctx, doubleWell(Gauss, 3, 160, T), Guess{X: func(d []float64, t float64) { d[0] = math.Tanh(t - T/2) }})
		if err != nil || math.Abs(a.Action-want) > 2e-9 {
			t.Errorf("T = %g: action %.12f, want %.12f (%v)", T, a.Action, want, err)
		}
	}
}

// Along a stationary path the costates obey the discrete canonical equations:
// p jumps by the measurement's force, and starts and ends at zero.
func TestCostateJumps(t *testing.T) {
	for _, r := range allRules {
		pr := rich(r.rule, r.stages)
		a, err := (&Solver{Tolerance: 1e-15}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(r.name, err)
		}
		D := 2
		force := func(n int) []float64 { // of the measurements at boundary n
			x := a.Node(n)
			switch n {
			case 0:
				d0, d1 := x[0]-0.1, x[1]-0.2
				return []float64{d0 + 0.2*d1, 2*(x[1]-0.3) + 0.2*d0 + 2*d1}
			case 1:
				return []float64{2 * (x[0] - 0.3), 0}
			case 2:
				d0, d1 := x[0]-0.3, x[1]-0.8
				return []float64{2*d0 + 0.5*d1, 0.5*d0 + d1}
			case 4:
				h := x[0]*x[1]*a.Theta[0] + x[0]*x[0] - 0.1
				return []float64{h * (x[1]*a.Theta[0] + 2*x[0]), h * x[0] * a.Theta[0]}
			}
			return []float64{0, 0}
		}
		for n := range 5 {
			for d, f := range force(n) {
				if got := a.CostateRight[n*D+d] - a.CostateLeft[n*D+d]; math.Abs(got-f) > 1e-6*(1+math.Abs(f)) {
					t.Errorf("%s: jump %d of component %d: %.10g, want %.10g", r.name, n, d, got, f)
				}
			}
		}
	}
}

// The costate form loses no digit from Rf = 1e-8 to 1e16, and reaches +Inf.
func TestAnyRf(t *testing.T) {
	for _, rule := range []Rule{Midpoint, SimpsonHermite} {
		inf := rich(rule, 0)
		inf.Rf = []float64{math.Inf(1), math.Inf(1)}
		limit, err := (&Solver{}).Solve(ctx, inf, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		if limit.Model != 0 {
			t.Errorf("model error %g at Rf = +Inf", limit.Model)
		}
		last := 0.0
		for e := -8; e <= 16; e += 4 {
			rf := math.Pow(10, float64(e))
			pr := rich(rule, 0)
			pr.Rf = []float64{rf, rf}
			a, err := (&Solver{Form: CostateForm}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
			if err != nil {
				t.Fatalf("Rf = %g: %v", rf, err)
			}
			if a.Action < last {
				t.Errorf("Rf = %g: the action falls from %.16g to %.16g", rf, last, a.Action)
			}
			last = a.Action
			// A(Rf) = A(Inf) - FE + O(1/Rf^2), and FE is c/Rf.
			if e >= 8 {
				if d := limit.Action - a.Action - a.Model; math.Abs(d) > 1e-14 {
					t.Errorf("Rf = %g: A(Inf) - A - FE = %g", rf, d)
				}
			}
			// The states alone do as well where they are meant to be used.
			if e <= 8 {
				b, err := (&Solver{Form: StateForm}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
				if err != nil || math.Abs(a.Action-b.Action) > 1e-12*a.Action {
					t.Errorf("Rf = %g: %.16g in states and costates, %.16g in states (%v)", rf, a.Action, b.Action, err)
				}
			}
		}
	}
}

var nile = []float64{1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740}

// The random walk observed in noise is the exact linear case: means and
// variances of the Kalman smoother, computed here by its own recursions.
func TestKalmanSmoother(t *testing.T) {
	const r, q = 15099, 1469.1
	pr := &Problem{Rule: LayerMap, Layers: len(nile) - 1, Rf: []float64{1 / q},
		Model: Model{Dim: 1,
			Func: func(d []float64, t float64, x, th []float64) { d[0] = x[0] },
			Jac:  func(j, jp []float64, t float64, x, th []float64) { j[0] = 1 }}}
	for i, y := range nile {
		pr.Observations = append(pr.Observations, Observation{Time: float64(i), Y: []float64{y}, Rm: []float64{1.0 / r}})
	}
	// Forward filter from a diffuse start, backward smoother (Rauch, Tung, Striebel).
	N := len(nile)
	m, v := make([]float64, N), make([]float64, N)
	m[0], v[0] = nile[0], r
	for i := 1; i < N; i++ {
		pv := v[i-1] + q
		k := pv / (pv + r)
		m[i], v[i] = m[i-1]+k*(nile[i]-m[i-1]), (1-k)*pv
	}
	for i := N - 2; i >= 0; i-- {
		g := v[i] / (v[i] + q)
		m[i], v[i] = m[i]+g*(m[i+1]-m[i]), v[i]+g*g*(v[i+1]-v[i]-q)
	}
	for _, form := range []Form{StateForm, CostateForm} {
		a, err := (&Solver{Form: form, Covariance: true}).Solve(ctx, pr, Guess{X: func(d []float64, t float64) { d[0] = 1000 }})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Action-49.499045705) > 1e-8 {
			t.Errorf("action %.10f, want 49.499045705", a.Action)
		}
		for i := range m {
			if math.Abs(a.X[i]-m[i]) > 1e-9*m[i] || math.Abs(a.StateVar[i]-v[i]) > 1e-9*v[i] {
				t.Errorf("x_%d = %.10g, variance %.10g, want %.10g, %.10g", i, a.X[i], a.StateVar[i], m[i], v[i])
			}
		}
		for i, want := range map[int][2]float64{0: {1111.66831913, 4032.15794181}, 49: {834.76325910, 2326.75686981}, 99: {798.37029261, 4032.15794181}} {
			if math.Abs(a.X[i]-want[0]) > 1e-8 || math.Abs(a.StateVar[i]-want[1]) > 1e-7 {
				t.Errorf("x_%d = %.8f, variance %.8f, want %.8f, %.8f", i, a.X[i], a.StateVar[i], want[0], want[1])
			}
		}
	}
}

// The selected inverse is the inverse.
func TestCovariance(t *testing.T) {
	for _, r := range allRules {
		pr := rich(r.rule, r.stages)
		a, err := (&Solver{Covariance: true}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(r.name, err)
		}
		p, _ := newPlan(pr)
		w, f := newWork(p), newFronts(p)
		v := p.vector(Guess{Path: a})
		f.assemble(w, v, 1, exact)
		H := denseMatrix(f)
		n := p.nv
		A := make([]float64, n*n)
		for i := range n {
			for j := range n {
				A[i*n+j] = H[max(i, j)*n+min(i, j)]
			}
		}
		_, inv, ok := spd(A, n)
		if !ok {
			t.Fatal("not positive definite")
		}
		for i := range p.nx {
			if math.Abs(a.StateVar[i]-inv[i*n+i]) > 1e-8*inv[i*n+i] {
				t.Errorf("%s: variance %d: %.12g, want %.12g", r.name, i, a.StateVar[i], inv[i*n+i])
			}
		}
		for i := range 2 {
			for j := range 2 {
				if want := inv[(p.nx+i)*n+p.nx+j]; math.Abs(a.ThetaCov[i*2+j]-want) > 1e-8*math.Abs(want) {
					t.Errorf("%s: covariance %d, %d: %.12g, want %.12g", r.name, i, j, a.ThetaCov[i*2+j], want)
				}
			}
		}
	}
}

// Bounds hold, and the gradient points outward where they are met.
func TestBounds(t *testing.T) {
	for _, form := range []Form{StateForm, CostateForm} {
		pr := rich(Trapezoid, 0)
		pr.ParamUpper = []float64{0.9, 5}
		pr.Lower = []float64{-10, 0.31}
		a, err := (&Solver{Form: form, Covariance: true}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.AtBound) != 1 || a.AtBound[0] != 0 || a.Theta[0] != 0.9 {
			t.Errorf("parameters %v, at bound %v; want the first on 0.9", a.Theta, a.AtBound)
		}
		if a.ThetaCov[0] != 0 || !(a.ThetaCov[3] > 0) {
			t.Errorf("covariance %v: a parameter on its bound has no width", a.ThetaCov)
		}
		p, _ := newPlan(pr)
		w := newWork(p)
		g := make([]float64, p.nv)
		v := p.vector(Guess{Path: a})
		w.gradient(g, v, 1)
		held := 0
		for i, x := range v {
			on := x <= p.lo[i] || x >= p.hi[i]
			if on {
				held++
				if x <= p.lo[i] && g[i] < 0 || x >= p.hi[i] && g[i] > 0 {
					t.Errorf("unknown %d on its bound has gradient %g", i, g[i])
				}
			} else if math.Abs(g[i]) > 1e-5 {
				t.Errorf("form %v: unknown %d at %.17g has gradient %g", form, i, x, g[i])
			}
		}
		if held < 2 {
			t.Errorf("%d unknowns on bounds; the test wants some", held)
		}
	}
}

// A saddle of the action is counted: x = 0 between two wells.
func TestInertia(t *testing.T) {
	pr := doubleWell(Trapezoid, 0, 40, 8)
	pr.FixedStart, pr.FixedEnd = []float64{0}, []float64{0}
	pr.Func = func(d []float64, t float64, x, th []float64) { d[0] = -x[0] + x[0]*x[0]*x[0] }
	pr.Jac = func(j, jp []float64, t float64, x, th []float64) { j[0] = -1 + 3*x[0]*x[0] }
	pr.Hess = func(h []float64, t float64, x, th, l []float64) { h[0] = 6 * x[0] * l[0] }
	// int 1/2 (x'^2 + x^2) - 2 x^2 cos(x)-like measurement with negative curvature:
	// h = x^2 - 2, so that 1/2 Rm h^2 has the curvature -4 Rm at 0.
	op := &Operator{Rows: 1,
		Func: func(d []float64, t float64, x, th []float64) { d[0] = x[0]*x[0] - 2 },
		Jac:  func(j, jt []float64, t float64, x, th []float64) { j[0] = 2 * x[0] },
		Hess: func(h []float64, t float64, x, th, l []float64) { h[0] = 2 * l[0] }}
	pr.Signals = []Signal{{Operator: op, Y: func(d []float64, t float64) { d[0] = 0 }, Rm: []float64{1}}}
	p, err := newPlan(pr)
	if err != nil {
		t.Fatal(err)
	}
	m := newMinimiser(p, &Solver{})
	m.scale = 1
	a := m.collect()
	m.second(a, true)
	// Small variations: 1/2 (d'^2 + d^2) - 2 d^2, eigenvalues (k pi/8)^2 - 3 < 0 for k = 1..4.
	if a.Negative != 4 || a.StateVar != nil {
		t.Errorf("%d negative eigenvalues, want 4", a.Negative)
	}
	var saddle *SaddleError
	if len(a.Warnings) != 1 || !errors.As(a.Warnings[0], &saddle) {
		t.Errorf("warnings %v", a.Warnings)
	}
}

func TestFailures(t *testing.T) {
	good := func() *Problem { return ouSmoother(Midpoint, 0, 8) }
	for name, c := range map[string]func(p *Problem){
		"no model":     func(p *Problem) { p.Func = nil },
		"no layers":    func(p *Problem) { p.Layers = 0 },
		"no precision": func(p *Problem) { p.Rf = nil },
		"negative Rf":  func(p *Problem) { p.Rf = []float64{-1} },
		"outside":      func(p *Problem) { p.Observations = []Observation{{Time: 3, Y: []float64{1}}} },
		"no component": func(p *Problem) { p.Observations = []Observation{{Time: 1, Index: []int{1}, Y: []float64{1}}} },
		"crossed":      func(p *Problem) { p.Lower, p.Upper = []float64{1}, []float64{0} },
		"mesh":         func(p *Problem) { p.Mesh = []float64{0, 1, 1} },
	} {
		pr := good()
		c(pr)
		_, err := (&Solver{}).Solve(ctx, pr, Guess{})
		var pe *ProblemError
		if !errors.As(err, &pe) {
			t.Errorf("%s: error %v, want a ProblemError", name, err)
		}
	}
	check := func(name string, a *Path, err, want error) {
		t.Helper()
		var ne *NewtonError
		if !errors.Is(err, want) || !errors.As(err, &ne) || a == nil || a.Converged || a.Err == nil {
			t.Errorf("%s: %v, want %v with the last path", name, err, want)
		}
	}
	pr := doubleWell(Midpoint, 0, 40, 5)
	a, err := (&Solver{MaxSteps: 1}).Solve(ctx, pr, Guess{})
	check("limit", a, err, ErrSteps)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	a, err = (&Solver{}).Solve(gone, pr, Guess{})
	check("cancelled", a, err, context.Canceled)
	pr.Func = func(d []float64, t float64, x, th []float64) { d[0] = math.NaN() }
	a, err = (&Solver{}).Solve(ctx, pr, Guess{})
	check("not finite", a, err, ode.ErrNotFinite)
}

// Observations between grid points: boundaries are inserted and the order is
// kept, or the layer's polynomial is observed.
func TestOffGrid(t *testing.T) {
	solve := func(off OffGrid, n int) *Path {
		pr := ouSmoother(SimpsonHermite, 0, n)
		pr.Signals = nil
		pr.OffGrid = off
		for _, s := range []float64{0.1234, 0.77, 1.5, 1.91} {
			pr.Observations = append(pr.Observations, Observation{Time: s, Y: []float64{math.Sin(3 * s)}, Rm: []float64{5}})
		}
		a, err := (&Solver{}).Solve(ctx, pr, Guess{})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	ref := solve(Insert, 2000).Action
	for off, want := range map[OffGrid]float64{Insert: 4, Interpolate: 2} {
		e1, e2 := math.Abs(solve(off, 100).Action-ref), math.Abs(solve(off, 200).Action-ref)
		if p := math.Log2(e1 / e2); off == Insert && p < want-0.3 {
			t.Errorf("policy %d: order %.2f (errors %.2e, %.2e)", off, p, e1, e2)
		} else if e2 > 1e-4 {
			t.Errorf("policy %d: error %.2e", off, e2)
		}
	}
}

// A parameter as a state with x' = 0 and Rf = +Inf is the parameter.
func TestVary(t *testing.T) {
	pr := rich(Trapezoid, 0)
	pr.ParamPrior = nil
	pr.RfVary = nil
	pr.Observations[3] = Observation{Time: pr.End, Index: []int{0}, Y: []float64{0.1}}
	pr.StatePrior.Precision = []float64{1, 2}
	pr.Observations[2].Rm = nil
	pr.Observations[1].Index = []int{0, 1}
	pr.Observations[2].Index = []int{0, 1}
	pr.Observations[4].Index = []int{0, 1}
	a, err := (&Solver{}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	q := *pr
	q.Model = Vary(pr.Model, 1)
	q.Rf = []float64{3, 5, math.Inf(1)}
	q.StatePrior = &Prior{Mean: []float64{0.1, 0.2, 0}, Precision: []float64{1, 2, 0}}
	b, err := (&Solver{}).Solve(ctx, &q, Guess{X: func(d []float64, t float64) { d[2] = 0.1 }, Theta: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(a.Action-b.Action) > 1e-10 || math.Abs(b.Node(2)[2]-a.Theta[1]) > 1e-8 || math.Abs(b.Theta[0]-a.Theta[0]) > 1e-8 {
		t.Errorf("action %.12g, parameters %v %v; want %.12g, %v", b.Action, b.Theta, b.Node(2)[2], a.Action, a.Theta)
	}
}

// A matrix Rf that is diagonal is the diagonal.
func TestMatrixRf(t *testing.T) {
	for _, form := range []Form{StateForm, CostateForm} {
		pr := rich(SimpsonHermite, 0)
		pr.RfVary = nil
		a, err := (&Solver{Form: form}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		pr.Rf = []float64{3, 0, 0, 5}
		b, err := (&Solver{Form: form}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil || math.Abs(a.Action-b.Action) > 1e-12 {
			t.Errorf("action %.15g with the matrix, %.15g with the diagonal (%v)", b.Action, a.Action, err)
		}
		pr.Rf = []float64{3, 1, 1, 5}
		c, err := (&Solver{Form: StateForm}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		d, err2 := (&Solver{Form: CostateForm}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
		if err != nil || err2 != nil || math.Abs(c.Action-d.Action) > 1e-11 {
			t.Errorf("full matrix: %.15g and %.15g (%v, %v)", c.Action, d.Action, err, err2)
		}
	}
}

// The papers' method finds the same minimum, slowly.
func TestLBFGS(t *testing.T) {
	pr := rich(SimpsonHermite, 0)
	a, err := (&Solver{}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
	b, err2 := (&Solver{Method: LBFGS}).Solve(ctx, pr, Guess{Theta: []float64{1, 0.1}})
	if err != nil || err2 != nil || math.Abs(a.Action-b.Action) > 1e-9 {
		t.Errorf("action %.12g by Newton, %.12g by LBFGS (%v, %v)", a.Action, b.Action, err, err2)
	}
	if b.Stats.Steps < 2*a.Stats.Steps {
		t.Errorf("%d steps of LBFGS, %d of Newton", b.Stats.Steps, a.Stats.Steps)
	}
}
