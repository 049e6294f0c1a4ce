package ode

import (
	"context"
	"math"
	"testing"
)

// henonHeiles is a chaotic Hamiltonian system, y = (q, p).
var henonHeiles = System{Dim: 4,
	Func: func(d []float64, _ float64, y, _ []float64) {
		d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]-2*y[0]*y[1], -y[1]-y[0]*y[0]+y[1]*y[1]
	},
	Jac: func(j, _ []float64, _ float64, y, _ []float64) {
		clear(j)
		j[2], j[7] = 1, 1
		j[8], j[9] = -1-2*y[1], -2*y[0]
		j[12], j[13] = -2*y[0], -1+2*y[1]
	}}

func henonHeilesH(_ float64, y, _ []float64) float64 {
	return (y[2]*y[2]+y[3]*y[3]+y[0]*y[0]+y[1]*y[1])/2 + y[0]*y[0]*y[1] - y[1]*y[1]*y[1]/3
}

var symplectic = []Method{Gauss2, Gauss4, Gauss6, Gauss8, Gauss10, Gauss12, StormerVerlet, Yoshida4, Suzuki4, Yoshida6, KahanLi6, KahanLi8}

// structureSteps is the number of steps of the structure tests; the benchmark
// of the same name makes 1e5.
const structureSteps = 4000

// structure integrates henonHeiles with steps of 0.1 and returns the defects:
// M'JM - J relative to |M|^2, the drift of H in the first and in the second
// half, the reversal.
func structure(t testing.TB, m Method, steps int) (defect, early, late, reversal float64) {
	in := Integrator{Method: m, Step: 0.1, EndOnly: true}
	p := &IVP{System: henonHeiles, End: 0.1 * float64(steps), Initial: []float64{0.1, -0.1, 0.12, 0.2}}
	v, err := in.Variation(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	mat := v.Initial(nil, 1)
	norm := 1.0
	for _, x := range mat {
		norm = max(norm, math.Abs(x))
	}
	defect = SymplecticDefect(mat, 4) / (norm * norm)
	in.EndOnly = false
	s, err := in.Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	h0 := henonHeilesH(0, p.Initial, nil)
	for i := range s.T {
		d := math.Abs(henonHeilesH(0, s.Node(i), nil) - h0)
		if i < len(s.T)/2 {
			early = max(early, d)
		} else {
			late = max(late, d)
		}
	}
	rev, err := in.ReversalDefect(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rev {
		reversal = max(reversal, d)
	}
	return defect, early, late, reversal
}

// TestStructure: symplectic methods keep M'JM = J to rounding, H without
// drift, and their symmetry; RK4 keeps none of them.
func TestStructure(t *testing.T) {
	for _, m := range symplectic {
		defect, early, late, reversal := structure(t, m, structureSteps)
		if defect > 1e-14*math.Sqrt(structureSteps) {
			t.Errorf("%s: symplecticity defect %.2g |M|^2", m.Name(), defect)
		}
		if late > 1.2*early+1e-14 {
			t.Errorf("%s: H off by %.2g, then by %.2g", m.Name(), early, late)
		}
		if reversal > 1e-10 {
			t.Errorf("%s: reversal off by %.2g", m.Name(), reversal)
		}
	}
	defect, early, late, reversal := structure(t, RK4, structureSteps)
	if defect < 1e-7 || late < 1.8*early || reversal < 1e-6 {
		t.Errorf("RK4: defect %.2g, H off by %.2g, then %.2g, reversal %.2g: the checks see nothing", defect, early, late, reversal)
	}
}

// BenchmarkStructure reports the defects after 1e5 steps.
func BenchmarkStructure(b *testing.B) {
	for _, m := range append([]Method{RK4}, symplectic...) {
		b.Run("method="+m.Name(), func(b *testing.B) {
			for b.Loop() {
				defect, early, late, reversal := structure(b, m, 100_000)
				b.ReportMetric(defect, "M'JM-J/|M|^2")
				b.ReportMetric(early, "Hearly")
				b.ReportMetric(late, "Hlate")
				b.ReportMetric(reversal, "reversal")
			}
		})
	}
}

func TestStructureFunctions(t *testing.T) {
	// (cos, sin; -sin, cos) times diag(2, 1/2) is symplectic, with a product of
	// eigenvalues 1; diag(2, 1) has the defect 1 and the multipliers 2, 1.
	c, s := math.Cos(0.7), math.Sin(0.7)
	m := []float64{2 * c, s / 2, -2 * s, c / 2}
	if d := SymplecticDefect(m, 2); d > 1e-15 {
		t.Errorf("symplectic: defect %g", d)
	}
	if l, d := MultiplierDefect(m, 2); d > 1e-14 || len(l) != 2 {
		t.Errorf("symplectic: multipliers %v, defect %g", l, d)
	}
	m = []float64{2, 0, 0, 1}
	if d := SymplecticDefect(m, 2); d != 1 {
		t.Errorf("diag(2, 1): defect %g, want 1", d)
	}
	if _, d := MultiplierDefect(m, 2); math.Abs(d-1) > 1e-14 {
		t.Errorf("diag(2, 1): multiplier defect %g, want 1", d)
	}
	if d := SymplecticDefect(make([]float64, 9), 3); !math.IsNaN(d) {
		t.Errorf("odd dimension: %g", d)
	}
	if _, d := MultiplierDefect([]float64{math.NaN(), 0, 0, 1}, 2); !math.IsNaN(d) {
		t.Errorf("NaN: %g", d)
	}
	// Drift of a known function: y = t^2 on [0, 3].
	line := System{Dim: 1, Func: func(d []float64, t float64, _, _ []float64) { d[0] = 2 * t }}
	sol, err := new(Integrator).Solve(context.Background(), &IVP{System: line, End: 3, Initial: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	if d, at := Drift(sol, func(_ float64, y, _ []float64) float64 { return y[0] }); math.Abs(d-9) > 1e-9 || at != 3 {
		t.Errorf("drift %g at %g, want 9 at 3", d, at)
	}
}

// TestNotSeparable: a composition method refuses what it would get wrong.
func TestNotSeparable(t *testing.T) {
	for name, sys := range map[string]System{
		"q' depends on q": wellLike,
		"odd":             {Dim: 3, Func: lorenz63.Func},
	} {
		y0 := make([]float64, sys.Dim)
		for i := range y0 {
			y0[i] = 0.3
		}
		if _, err := (&Integrator{Method: KahanLi6}).Solve(context.Background(), &IVP{System: sys, End: 1, Initial: y0}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// wellLike has H = p (q - q^3) + p^2/2.
var wellLike = System{Dim: 2,
	Func: func(d []float64, _ float64, y, _ []float64) {
		d[0], d[1] = y[0]-y[0]*y[0]*y[0]+y[1], -(1-3*y[0]*y[0])*y[1]
	},
	Jac: func(j, _ []float64, _ float64, y, _ []float64) {
		a := 1 - 3*y[0]*y[0]
		j[0], j[1], j[2], j[3] = a, 1, 6*y[0]*y[1], -a
	}}

// TestStructureAlong: a long unstable Hamiltonian solution passes piece by
// piece, where M over the whole interval has grown beyond recognition; a system
// with a wrong sign is found out.
func TestStructureAlong(t *testing.T) {
	in := Integrator{RelTol: 1e-12, SensitivityTol: 1e-11}
	sol, err := in.Solve(context.Background(), &IVP{System: wellLike, End: 12, Initial: []float64{-1, 0.003}})
	if err != nil {
		t.Fatal(err)
	}
	st, err := in.StructureAlong(context.Background(), wellLike, sol)
	if err != nil {
		t.Fatal(err)
	}
	if st.Symplectic > 1e-9 || st.Multipliers > 1e-8 || st.Reversal > 1e-9 || st.Growth < 10 {
		t.Errorf("%+v", st)
	}
	wrong := wellLike
	wrong.Func = func(d []float64, t float64, y, p []float64) {
		wellLike.Func(d, t, y, p)
		d[1] *= 1.001
	}
	wrong.Jac = nil
	if st, err = in.StructureAlong(context.Background(), wrong, sol); err != nil || st.Symplectic < 1e-6 {
		t.Errorf("a wrong costate equation passes: %+v, %v", st, err)
	}
}
