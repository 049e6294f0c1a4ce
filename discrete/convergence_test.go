package discrete

import (
	"context"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

// smoother is the Ornstein-Uhlenbeck smoother, x' = -x with Rf = 1 and the
// continuous measurement y = 1 of precision 4 on [0, 2], with its closed form.
func smoother() (*Problem, Reference) {
	pr := &Problem{
		Model: Model{Dim: 1,
			Func: func(dst []float64, _ float64, x, _ []float64) { dst[0] = -x[0] },
			Jac:  func(dx, _ []float64, _ float64, _, _ []float64) { dx[0] = -1 },
			Hess: func(dst []float64, _ float64, _, _, _ []float64) { dst[0] = 0 },
		},
		End: 2, Rf: []float64{1},
		Signals: []Signal{{Y: func(dst []float64, _ float64) { dst[0] = 1 }, Rm: []float64{4}}},
	}
	// x = m + c1 cosh(k t) + c2 sinh(k t), p = x' + x = 0 at both ends.
	k, m := math.Sqrt(5), 0.8
	c, s := math.Cosh(2*k), math.Sinh(2*k)
	a2, b2 := k*s+c, k*c+s
	det := b2 - a2*k
	c1, c2 := -m*(b2-k)/det, -m*(1-a2)/det
	x := func(t float64) float64 { return m + c1*math.Cosh(k*t) + c2*math.Sinh(k*t) }
	p := func(t float64) float64 { return x(t) + k*(c1*math.Sinh(k*t)+c2*math.Cosh(k*t)) }
	action := quad.Fixed(func(t float64) float64 { return 2*(x(t)-1)*(x(t)-1) + p(t)*p(t)/2 }, 0, 2, 40, nil, 0)
	return pr, Reference{
		X:      func(dst []float64, t float64) { dst[0] = x(t) },
		P:      func(l, r []float64, t float64) { l[0], r[0] = p(t), p(t) },
		Action: action,
		Errors: [Quantities]float64{1e-15, 1e-14, 0, 1e-15},
	}
}

// TestConvergenceClosedForm: all rules have their order against a closed form, and
// the errors of the Simpson-Hermite action are those of the documentation.
func TestConvergenceClosedForm(t *testing.T) {
	published := map[string][]float64{ // N = 16, 32, 64
		"simpson-equal": {3.42e-3, 8.78e-4, 2.21e-4},
		"simpson":       {4.41e-6, 2.77e-7, 1.74e-8},
	}
	for _, name := range []string{"euler", "midpoint", "trapezoid", "simpson", "simpson-equal", "gauss1", "gauss2", "gauss3", "gauss4"} {
		pr, ref := smoother()
		s, err := ParseScheme(name)
		if err != nil {
			t.Fatal(err)
		}
		last := 512
		if s.Rule == Gauss && s.Stages == 4 {
			last = 64 // beyond it there is only rounding
		}
		study, err := Convergence(context.Background(), pr, ref, s, 2, last)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if study.Rows[0].Layers != 2 || study.Rows[1].Layers != 4 {
			t.Errorf("%s: meshes are not doubled from 2", name)
		}
		for _, q := range []Quantity{StateError, CostateError, ActionError} {
			order, why := study.Order(q)
			if name == "gauss4" && q == ActionError {
				// The error in 16 layers is 30 times rounding, give or take a bit.
				order, why = study.Rows[2].Orders[q], Judged
			}
			if why != Judged || order < float64(study.Theory)-0.1 {
				t.Errorf("%s: order of %v %.3f (%v), theory %d", name, q, order, why, study.Theory)
			}
			// (The costate of the Simpson-Hermite rule is kinder here; four Gauss
			// stages have a single row between coarse layers and rounding.)
			if !(q == CostateError && s.Rule == SimpsonHermite) && study.Theory < 8 && order > float64(study.Theory)+0.1 {
				t.Errorf("%s: order of %v %.3f, theory %d", name, q, order, study.Theory)
			}
		}
		if study.Diverges() != "" {
			t.Errorf("%s: %s", name, study.Diverges())
		}
		for k, want := range published[name] {
			if got := study.Rows[3+k].Errors[ActionError]; math.Abs(got-want) > 0.006*want {
				t.Errorf("%s, %d layers: error of the action %.3g, published %.3g", name, study.Rows[3+k].Layers, got, want)
			}
		}
		if gap := math.Abs(study.Limit.Action - ref.Action); gap > 1e-11 || gap > 1e-14+2*study.Limit.Errors[ActionError] {
			t.Errorf("%s: extrapolated action off by %.2g, estimated %.2g", name, gap, study.Limit.Errors[ActionError])
		}
		// Layers that double do not take more Newton steps: the problem is linear.
		for _, r := range study.Rows {
			if r.NewtonSteps > 3 {
				t.Errorf("%s, %d layers: %d Newton steps", name, r.Layers, r.NewtonSteps)
			}
		}
	}
}

// TestConvergenceRounding: where the error is rounding, no order is claimed, and the
// study ends.
func TestConvergenceRounding(t *testing.T) {
	pr, ref := smoother()
	study, err := Convergence(context.Background(), pr, ref, Scheme{Rule: Gauss, Stages: 6}, 16, 4096)
	if err != nil {
		t.Fatal(err)
	}
	last := study.Rows[len(study.Rows)-1]
	if last.Layers >= 4096 {
		t.Error("the study does not end at rounding")
	}
	for _, q := range []Quantity{StateError, CostateError, ActionError} {
		if last.Judgement[q] != Rounding {
			t.Errorf("%v: error %.2g is %v", q, last.Errors[q], last.Judgement[q])
		}
	}
	// A reference of low accuracy hides orders too.
	ref.Errors = [Quantities]float64{1e-3, 1e-3, 0, 1e-3}
	study, err = Convergence(context.Background(), pr, ref, Scheme{Rule: Midpoint}, 8, 512)
	if err != nil {
		t.Fatal(err)
	}
	if _, why := study.Order(ActionError); why != Rounding {
		t.Errorf("an order beyond the reference's accuracy is %v", why)
	}
}

// TestConvergenceUnscaled: without the step in the layers' weight the action drifts,
// and the study says so.
func TestConvergenceUnscaled(t *testing.T) {
	pr, ref := smoother()
	study, err := Convergence(context.Background(), pr, ref, Scheme{Rule: Midpoint, Unscaled: true}, 8, 256)
	if err != nil {
		t.Fatal(err)
	}
	if study.Diverges() == "" {
		t.Error("the study does not diverge")
	}
	for k := 1; k < len(study.Rows); k++ {
		if study.Rows[k].Path.Action >= study.Rows[k-1].Path.Action {
			t.Errorf("%d layers: the action does not fall", study.Rows[k].Layers)
		}
	}
	if _, why := study.Order(ActionError); why == Judged {
		t.Error("an order of the drifting action is judged")
	}
}

// TestConvergenceIdentity: midpoint and Gauss layers are Gauss collocation of the
// canonical equations, to rounding on any mesh; other rules are not, and a path
// that is not stationary is not either.
func TestConvergenceIdentity(t *testing.T) {
	canonical := func(dst []float64, _ float64, y, _ []float64) {
		dst[0] = -y[0] + y[1]
		dst[1] = y[1] + 4*(y[0]-1)
	}
	for _, s := range []Scheme{{Rule: Midpoint}, {Rule: Gauss, Stages: 1}, {Rule: Gauss, Stages: 2}, {Rule: Gauss, Stages: 5}} {
		pr, ref := smoother()
		pr.Mesh = []float64{0, 0.3, 0.5, 1.1, 1.9, 2}
		study, err := Convergence(context.Background(), pr, ref, s, 5, 5)
		if err != nil {
			t.Fatal(err)
		}
		path := study.Rows[0].Path
		if x, p := CanonicalDefect(pr, path, 2, canonical, nil); !(max(x, p) <= 1e-13) {
			d := max(x, p)
			t.Errorf("%v: defect %.2g", s, d)
		}
		path.X[1] += 1e-6
		if x, p := CanonicalDefect(pr, path, 2, canonical, nil); !(max(x, p) > 1e-8) {
			d := max(x, p)
			t.Errorf("%v: a path off the minimum has defect %.2g", s, d)
		}
	}
	pr, ref := smoother()
	study, err := Convergence(context.Background(), pr, ref, Scheme{Rule: Trapezoid}, 5, 5)
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := CanonicalDefect(pr, study.Rows[0].Path, 2, canonical, nil); !math.IsNaN(d) {
		t.Errorf("trapezoid: defect %g, want none", d)
	}
}

func TestConvergenceCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	pr, ref := smoother()
	study, err := Convergence(ctx, pr, ref, Scheme{Rule: Midpoint}, 8, 64)
	if !errors.Is(err, context.Canceled) || len(study.Rows) != 0 {
		t.Errorf("cancelled: %v", err)
	}
}

// TestDerivativeError finds a wrong entry of a Jacobian and of a Hessian.
func TestDerivativeError(t *testing.T) {
	for _, c := range []struct {
		name      string
		jac, hess float64 // factors
		wrong     bool
	}{{"right", 1, 1, false}, {"Jacobian", 1.001, 1, true}, {"Hessian", 1, 1.001, true}} {
		pr := &Problem{
			Model: Model{Dim: 1,
				Func: func(dst []float64, _ float64, x, _ []float64) { dst[0] = x[0] - x[0]*x[0]*x[0] },
				Jac:  func(dx, _ []float64, _ float64, x, _ []float64) { dx[0] = c.jac * (1 - 3*x[0]*x[0]) },
				Hess: func(dst []float64, _ float64, x, _, lam []float64) { dst[0] = -6 * lam[0] * x[0] * c.hess },
			},
			End: 1, Layers: 10, Rf: []float64{1}, Rule: Midpoint, FixedStart: []float64{-1}, FixedEnd: []float64{0.5},
		}
		path, err := (&Solver{}).Solve(context.Background(), pr, Guess{X: func(dst []float64, t float64) { dst[0] = -1 + 1.5*t }})
		if err != nil && !c.wrong {
			t.Fatal(err)
		}
		if e := DerivativeError(pr, path); (e > 1e-6) != c.wrong {
			t.Errorf("%s: %.2g", c.name, e)
		}
	}
}

func TestParseScheme(t *testing.T) {
	for _, name := range []string{"euler", "midpoint", "trapezoid", "simpson", "simpson-equal", "gauss1", "gauss8"} {
		s, err := ParseScheme(name)
		if err != nil || s.String() != name {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	for _, name := range []string{"", "map", "gauss9", "simpson38"} {
		if s, err := ParseScheme(name); err == nil {
			t.Errorf("%q is read as %v", name, s)
		}
	}
	if EqualWeight.Order(true) != 4 || EqualWeight.Order(false) != 2 {
		t.Error("equal weights: order 4 with exact equations, 2 otherwise")
	}
}
