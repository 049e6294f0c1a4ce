package route

import (
	"context"
	"math"
	"math/cmplx"
	"testing"

	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/testdata"
)

// diagnosed solves a built-in problem and diagnoses it.
func diagnosed(t *testing.T, name string) (*Problem, *Diagnosis, map[string]hamiltonian.Certificate) {
	t.Helper()
	f, err := problemfile.LoadFS(testdata.Problems(), name+".toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	sol, err := p.Collocate(context.Background(), Options{Tol: 1e-8})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Diagnose(context.Background(), sol, 1e-8)
	if err != nil {
		t.Fatal(err)
	}
	return p, d, byName(d)
}

func byName(d *Diagnosis) map[string]hamiltonian.Certificate {
	out := map[string]hamiltonian.Certificate{}
	for _, c := range d.Certificates {
		out[c.Name] = c
	}
	return out
}

// TestMultipliers: x' = -a x + p/Rf, p' = a p + rm (x - y) of a continuous
// measurement has M with eigenvalues exp(+-kappa T), kappa^2 = a^2 + rm/Rf, and
// the double integrator, x1' = x2, x2' = p2, p1' = 0, p2' = -p1, the defective
// quadruple 1.
func TestMultipliers(t *testing.T) {
	p, d, certs := diagnosed(t, "ornstein-uhlenbeck")
	value := func(name string) float64 {
		v, ok := p.constant(name)
		if !ok {
			t.Fatalf("no constant %s", name)
		}
		return v
	}
	a, rm, rf := value("a"), value("rm"), p.File.Action.States[0].Rf
	want := math.Exp(math.Sqrt(a*a+rm/rf) * (p.Equations.End - p.Equations.Start))
	if len(d.Multipliers) != 1 {
		t.Fatalf("%d pairs, expected 1", len(d.Multipliers))
	}
	m := d.Multipliers[0]
	if cmplx.Abs(m.Lambda-complex(want, 0)) > 1e-9*want || cmplx.Abs(m.Partner*complex(want, 0)-1) > 1e-8 {
		t.Errorf("eigenvalues %v and %v, expected %.12g and its inverse", m.Lambda, m.Partner, want)
	}
	for name, c := range certs {
		if c.Verdict == hamiltonian.Fail {
			t.Errorf("%s fails: %g against %g", name, c.Value, c.Bound)
		}
	}
	_, d, _ = diagnosed(t, "double-integrator")
	for _, m := range d.Multipliers {
		if cmplx.Abs(m.Lambda-1) > 1e-4 || m.Mismatch > 1e-8 {
			t.Errorf("eigenvalues %v and %v, expected 1 and 1", m.Lambda, m.Partner)
		}
	}
}

// TestDiagnosisApplies: what does not apply is not judged, everything else is.
func TestDiagnosisApplies(t *testing.T) {
	_, d, certs := diagnosed(t, "bratu")
	for _, name := range []string{nameSymplectic, nameWhole, namePairs, nameEnergy} {
		if certs[name].Verdict != hamiltonian.NotJudged || certs[name].Note == "" {
			t.Errorf("%s of a boundary value problem: %v", name, certs[name])
		}
	}
	if d.Multipliers != nil || certs[nameReversed].Verdict != hamiltonian.Pass || certs[nameReturn].Verdict != hamiltonian.Pass {
		t.Errorf("reversibility %v, %v", certs[nameReversed], certs[nameReturn])
	}
	if _, d, certs = diagnosed(t, "nile"); d.Multipliers != nil || certs[namePairs].Verdict != hamiltonian.NotJudged {
		t.Errorf("eigenvalues of a matrix of size %g: %v", certs[nameGrowth].Value, certs[namePairs])
	}
}

// TestDiagnosisFinds: a solution that is not one, and equations that are not
// canonical, fail.
func TestDiagnosisFinds(t *testing.T) {
	ctx := context.Background()
	f, err := problemfile.LoadFS(testdata.Problems(), "pendulum.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	sol, err := p.Collocate(ctx, Options{Tol: 1e-8})
	if err != nil {
		t.Fatal(err)
	}
	// One mesh point moved by 1e-4.
	moved := *sol
	moved.Y = append([]float64(nil), sol.Y...)
	moved.Y[sol.Dim*(len(sol.T)/2)] += 1e-4
	d, err := p.Diagnose(ctx, &moved, 1e-8)
	if err != nil {
		t.Fatal(err)
	}
	if c := byName(d)[nameReversed]; c.Verdict != hamiltonian.Fail {
		t.Errorf("a moved mesh point: %v", c)
	}

	// Friction in the equation of the momentum: p' is not -dH/dq any more.
	q := *p
	b := *p.BVP
	q.BVP = &b
	old, jac := b.Func, b.Jac
	b.Func = func(dy []float64, t float64, y, p []float64) {
		old(dy, t, y, p)
		dy[1] -= 0.1 * y[1]
	}
	b.Jac = func(dfdy, dfdp []float64, t float64, y, p []float64) {
		jac(dfdy, dfdp, t, y, p)
		dfdy[3] -= 0.1
	}
	b.Batch, b.BatchJac, b.Linear = nil, nil, false
	if d, err = q.Diagnose(ctx, sol, 1e-8); err != nil {
		t.Fatal(err)
	}
	certs := byName(d)
	for _, name := range []string{nameSymplectic, nameWhole, namePairs, nameReversed} {
		if certs[name].Verdict != hamiltonian.Fail {
			t.Errorf("%s with friction: %v", name, certs[name])
		}
	}
}

// TestPairUp pairs a quadruple off the real axis and the unit circle.
func TestPairUp(t *testing.T) {
	z := complex(2, 1)
	pairs := pairUp([]complex128{1 / z, cmplx.Conj(z), z, cmplx.Conj(1 / z)})
	if len(pairs) != 2 {
		t.Fatalf("%d pairs", len(pairs))
	}
	for _, m := range pairs {
		if m.Mismatch > 1e-15 || cmplx.Abs(m.Lambda) < cmplx.Abs(m.Partner) {
			t.Errorf("%v with %v", m.Lambda, m.Partner)
		}
	}
}
