package shooting

import (
	"math"
	"testing"

	"costate/ode"
)

// TestVanishingComponent: u = 0, but what drives it cancels to rounding only. It
// can neither be integrated nor judged in units of itself.
func TestVanishingComponent(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 3, Linear: true, Func: func(d []float64, t float64, y, _ []float64) {
			s := 3 * math.Sin(2*t)
			d[0] = -19*y[0] - 0.04*(y[1]-s) - 0.2*(y[2]-t*t*t)
			d[1] = 6*math.Cos(2*t) + 1.2*(y[1]-s) + 0.1*y[0]
			d[2] = 3*t*t + y[0] - (y[2] - t*t*t)
		}},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, At: []int{0, 1, 0}, Linear: true, Func: func(d []float64, y [][]float64, _ []float64) {
			d[0], d[1], d[2] = y[0][0], y[1][1]-3*math.Sin(2), y[0][2]
		}},
	}
	for _, tol := range []float64{1e-3, 1e-6, 1e-10} {
		sol, err := (&Solver{Tol: tol}).Solve(t.Context(), p)
		if err != nil {
			t.Errorf("tolerance %g: %v", tol, err)
			continue
		}
		if sol.Stats.Func > 5_000_000 {
			t.Errorf("tolerance %g: %d evaluations", tol, sol.Stats.Func)
		}
		y := sol.At(nil, 0.5)
		for c, want := range []float64{0, 3 * math.Sin(1), 0.125} {
			if math.Abs(y[c]-want) > 2*tol*math.Max(want, 1e-6) {
				t.Errorf("tolerance %g: component %d is %g, want %g", tol, c, y[c], want)
			}
		}
	}
}

// TestVanishingCostates: two free states and measurements at two times. The model
// goes through their means, all costates are zero, and the one that only the other
// drives is so too. Their sizes are those of the terms that cancel.
func TestVanishingCostates(t *testing.T) {
	a := [2][2]float64{{-0.1, -0.37}, {-0.49, -0.82}}
	kick := func(at, rm, y float64) ode.Jump {
		return ode.Jump{T: at, Linear: true, Func: func(d, v, _ []float64) {
			copy(d, v)
			d[2] += rm * (v[0] - y)
		}}
	}
	p := &ode.BVP{
		System: ode.System{Dim: 4, Linear: true, Func: func(d []float64, t float64, y, _ []float64) {
			u := math.Sin(t)
			d[0] = a[0][0]*y[0] + a[0][1]*y[1] - 0.46*u + y[2]
			d[1] = a[1][0]*y[0] + a[1][1]*y[1] + 2.18*u + y[3]
			d[2] = -a[0][0]*y[2] - a[1][0]*y[3]
			d[3] = -a[0][1]*y[2] - a[1][1]*y[3]
		}},
		Start: 3, End: 5,
		Jumps: []ode.Jump{kick(3.701, 0.34, 1.37), kick(4.85, 0.59, -1.48)},
		Boundary: ode.Conditions{Count: 4, At: []int{0, 0, 1, 1}, Linear: true, Func: func(d []float64, y [][]float64, _ []float64) {
			d[0], d[1], d[2], d[3] = y[0][2], y[0][3], y[1][2], y[1][3]
		}},
	}
	sol, err := (&Solver{Tol: 1e-11}).Solve(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if k := sol.Condition.Kappa1; !(k < 1e3) {
		t.Errorf("kappa_1 is %.3g", k)
	}
	for i, want := range map[float64]float64{3.701: 1.37, 4.85: -1.48} {
		if y := sol.At(nil, i); math.Abs(y[0]-want) > 1e-10 || math.Abs(y[2])+math.Abs(y[3]) > 1e-12 {
			t.Errorf("at %g: %g, want %g and no costates", i, y, want)
		}
	}
}

// TestStepsBelowRounding: where the estimate of a step passes through zero the step
// is longer than its tolerance allows, and a smaller tolerance is below rounding.
func TestStepsBelowRounding(t *testing.T) {
	kick := func(at, rm, y float64) ode.Jump {
		return ode.Jump{T: at, Linear: true, Func: func(d, v, _ []float64) {
			d[0], d[1] = v[0], v[1]+rm*(v[0]-y)
		}}
	}
	p := &ode.BVP{
		System: ode.System{Dim: 2, Linear: true, Func: func(d []float64, t float64, y, _ []float64) {
			d[0], d[1] = -0.48*y[0]+0.7*math.Sin(t)+y[1]/1.59, 0.48*y[1]
		}},
		Start: -1, End: 9,
		Jumps: []ode.Jump{kick(3.456, 100, 0.302379262024893), kick(4.588, 100, 1.0995120602593393)},
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1}, Linear: true, Func: func(d []float64, y [][]float64, _ []float64) {
			d[0], d[1] = y[0][1], y[1][1]
		}},
	}
	for _, tol := range []float64{1e-11, 1e-12} {
		sol, err := (&Solver{Tol: tol, AbsTols: []float64{0, 1e-10}}).Solve(t.Context(), p)
		if err != nil {
			t.Fatalf("tolerance %g: %v", tol, err)
		}
		// Before the first measurement there is no model error: x is c e^(-0.48 t)
		// and the answer to the sine.
		y0 := sol.At(nil, -1)[0]
		forced := func(t float64) float64 { return 0.7 * (0.48*math.Sin(t) - math.Cos(t)) / (1 + 0.48*0.48) }
		for at := -1.0; at < 3.4; at += 0.07 {
			want := forced(at) + (y0-forced(-1))*math.Exp(-0.48*(at+1))
			if got := sol.At(nil, at)[0]; math.Abs(got-want) > 2*tol*(0.3+math.Abs(want)) {
				t.Errorf("x(%.2f) is off by %.2g", at, got-want)
			}
		}
	}
}

// What a component is between the nodes decides what its tolerance is: a slope of
// 1e4 in a layer at the first node must not be taken for one all along the segment.
func TestSlopeBesideLayer(t *testing.T) {
	for _, eps := range []float64{1e-3, 1e-4, 1e-5} {
		// eps y'' + y' = 0, y(0) = 0, y(1) = 1.
		p := &ode.BVP{
			System: ode.System{Dim: 2, Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], -y[1]/eps }},
			Start:  0, End: 1,
			Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
				Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0], y[1][0]-1 }},
		}
		sol := solve(t, p)
		for i := range sol.T[1:] {
			for k := range 20 {
				x := sol.T[i] + (sol.T[i+1]-sol.T[i])*float64(k)/20
				want := math.Exp(-x/eps) / eps / -math.Expm1(-1/eps)
				// The mean of the slope is one.
				if got := sol.At(nil, x)[1]; math.Abs(got-want) > 1e-5*(1+want) {
					t.Fatalf("eps %g: slope %v at %v, want %v", eps, got, x, want)
				}
			}
		}
	}
}
