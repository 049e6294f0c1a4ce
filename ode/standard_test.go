package ode

import (
	"context"
	"math"
	"testing"
)

// standard are the problems of the standard set that are not stiff.
var standard = []struct {
	name string
	sys  System
	end  float64
	y0   []float64
	want []float64 // first components at the end, from a computation with 1e-14
}{
	{"twobody", kepler, 20, []float64{0.4, 0, 0, 2}, []float64{-0.770075578447}},
	// A periodic orbit: y(end) = y(0) (Hairer, Norsett, Wanner I, II.0).
	{"arenstorf", arenstorf, 17.0652165601579625588917206249, []float64{0.994, 0, 0, -2.00158510637908252240537862224}, []float64{0.994, 0}},
	{"pleiades", pleiades, 3, pleiades0, []float64{0.3706139143970502, 3.237284092057233}},
	{"lorenz63", lorenz63, 10, []float64{1, 1, 1}, []float64{-4.90268754116, -3.74387292176}},
	{"lorenz96", lorenz96(20), 5, lorenz96Start(20), []float64{-0.475064754091, -0.433128663871}},
}

var arenstorf = System{Dim: 4,
	Func: func(d []float64, _ float64, y, _ []float64) {
		const mu = 0.012277471
		const mp = 1 - mu
		d1 := math.Pow((y[0]+mu)*(y[0]+mu)+y[1]*y[1], 1.5)
		d2 := math.Pow((y[0]-mp)*(y[0]-mp)+y[1]*y[1], 1.5)
		d[0], d[1] = y[2], y[3]
		d[2] = y[0] + 2*y[3] - mp*(y[0]+mu)/d1 - mu*(y[0]-mp)/d2
		d[3] = y[1] - 2*y[2] - mp*y[1]/d1 - mu*y[1]/d2
	}}

// pleiades are seven stars in a plane: positions x, y, velocities x', y'
// (Hairer, Norsett, Wanner I, II.10; reference values of the test set of
// Mazzia and Magherini).
var pleiades = System{Dim: 28,
	Func: func(d []float64, _ float64, y, _ []float64) {
		copy(d[:14], y[14:])
		for i := range 7 {
			fx, fy := 0.0, 0.0
			for j := range 7 {
				if j != i {
					dx, dy := y[j]-y[i], y[7+j]-y[7+i]
					r2 := dx*dx + dy*dy
					m := float64(j+1) / (r2 * math.Sqrt(r2))
					fx += m * dx
					fy += m * dy
				}
			}
			d[14+i], d[21+i] = fx, fy
		}
	}}

var pleiades0 = []float64{3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0}

func lorenz96Start(n int) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = 8.17
	}
	y[0] += 0.01
	return y
}

// scipyCounts are the function calls and accepted steps of SciPy 1.10's
// solve_ivp with rtol = atol = tol, without dense output.
var scipyCounts = []struct {
	method, problem string
	tol             float64
	calls, steps    int
}{
	{"DP", "twobody", 1e-4, 374, 48}, {"DP", "twobody", 1e-6, 812, 105}, {"DP", "twobody", 1e-9, 2348, 391}, {"DP", "twobody", 1e-12, 9338, 1556},
	{"DP", "arenstorf", 1e-6, 1004, 132}, {"DP", "arenstorf", 1e-9, 3056, 501}, {"DP", "pleiades", 1e-6, 1292, 152}, {"DP", "pleiades", 1e-9, 3392, 559},
	{"DP", "lorenz63", 1e-6, 2048, 320}, {"DP", "lorenz63", 1e-9, 7496, 1244}, {"DP", "lorenz96", 1e-6, 1172, 193}, {"DP", "lorenz96", 1e-9, 4724, 787},
	{"DOP853", "twobody", 1e-4, 506, 32}, {"DOP853", "twobody", 1e-6, 830, 50}, {"DOP853", "twobody", 1e-9, 1682, 103}, {"DOP853", "twobody", 1e-12, 3158, 226},
	{"DOP853", "arenstorf", 1e-4, 674, 42}, {"DOP853", "arenstorf", 1e-6, 1070, 66}, {"DOP853", "arenstorf", 1e-9, 2234, 136}, {"DOP853", "arenstorf", 1e-12, 4286, 298},
	{"DOP853", "pleiades", 1e-4, 842, 48}, {"DOP853", "pleiades", 1e-6, 1358, 81}, {"DOP853", "pleiades", 1e-9, 2882, 174}, {"DOP853", "pleiades", 1e-12, 5426, 387},
	{"DOP853", "lorenz63", 1e-4, 1058, 69}, {"DOP853", "lorenz63", 1e-6, 1742, 114}, {"DOP853", "lorenz63", 1e-9, 3770, 262}, {"DOP853", "lorenz63", 1e-12, 7574, 607},
	{"DOP853", "lorenz96", 1e-4, 530, 34}, {"DOP853", "lorenz96", 1e-6, 902, 61}, {"DOP853", "lorenz96", 1e-9, 1826, 145}, {"DOP853", "lorenz96", 1e-12, 4190, 348},
}

// TestCallsOfSciPy: with the same tolerances and the same controller the
// function calls are within 5 % of SciPy's. (A rejected step costs one call
// less here: the derivative at its end is not taken.)
func TestCallsOfSciPy(t *testing.T) {
	for _, c := range scipyCounts {
		for _, p := range standard {
			if p.name != c.problem {
				continue
			}
			in := Integrator{RelTol: c.tol, AbsTol: c.tol, EndOnly: true, Control: Control{Beta: -1}}
			if c.method == "DP" {
				in.Method = DormandPrince
			}
			s, err := in.Solve(context.Background(), &IVP{System: p.sys, End: p.end, Initial: p.y0})
			if err != nil {
				t.Fatal(err)
			}
			if r := float64(s.Stats.Func)/float64(c.calls) - 1; r > 0.05 || r < -0.1 {
				t.Errorf("%s, %s, %g: %d calls, SciPy %d", c.method, p.name, c.tol, s.Stats.Func, c.calls)
			}
			if d := s.Stats.Steps - c.steps; math.Abs(float64(d)) > 0.05*float64(c.steps)+1 {
				t.Errorf("%s, %s, %g: %d steps, SciPy %d", c.method, p.name, c.tol, s.Stats.Steps, c.steps)
			}
		}
	}
}

// TestStandardSet: the global error at the end follows the tolerance; the
// factors are the amplification of the flow over the interval.
func TestStandardSet(t *testing.T) {
	amplification := map[string]float64{"twobody": 1e3, "arenstorf": 1e5, "pleiades": 1e4, "lorenz63": 1e4, "lorenz96": 1e6}
	for _, p := range standard {
		for _, m := range []Method{DormandPrince, Tsitouras, DOP853, Verner} {
			for _, tol := range []float64{1e-7, 1e-10, 1e-13} {
				if p.name == "lorenz96" && tol > 1e-8 {
					continue // no digit is left
				}
				s, err := (&Integrator{Method: m, RelTol: tol, AbsTol: tol}).Solve(context.Background(),
					&IVP{System: p.sys, End: p.end, Initial: p.y0})
				if err != nil {
					t.Fatal(p.name, m.Name(), err)
				}
				for i, want := range p.want {
					if e := math.Abs(s.At(nil, p.end)[i] - want); e > amplification[p.name]*tol+1e-9 {
						t.Errorf("%s, %s, %g: error %.2g", p.name, m.Name(), tol, e)
					}
				}
				if len(s.Warnings) > 0 {
					t.Errorf("%s, %s, %g: %v", p.name, m.Name(), tol, s.Warnings)
				}
			}
		}
	}
}
