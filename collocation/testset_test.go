package collocation

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"costate/ode"
	"costate/testdata"
)

// exempt are the cases that may be refused: the solution is not unique, or not
// within double precision; at 1e-9 that holds for the instanton of length 20,
// whose condition is 5e8.
func exempt(ref *reference, tol float64) bool {
	for _, set := range testdata.References()[ref.ID].Optional {
		for _, v := range set {
			if math.Abs(v-ref.V) <= 1e-12*v {
				return true
			}
		}
	}
	return ref.ID == "H4_double_well_instanton" && ref.V == 20 && tol < 1e-8
}

// worst is the largest error at the reference points over what the tolerance is
// relative to: |y| and one, or a share of the mean where that is larger, as it is
// of a slope of 1e6 that goes through zero. What rounding does to a component with
// a large peak elsewhere is taken off.
func worst(p *ode.BVP, sol *ode.Solution, ref *reference) float64 {
	e := 0.0
	for k := range ref.Y[0] {
		c, peak, mean := column(p, k), 0.0, 0.0
		for i := range sol.T {
			v := math.Abs(sol.Node(i)[c])
			peak = max(peak, v)
			if i > 0 {
				mean += (v + math.Abs(sol.Node(i - 1)[c])) / 2 * (sol.T[i] - sol.T[i-1]) / (p.End - p.Start)
			}
		}
		for i, x := range ref.X {
			want := ref.Y[i][k]
			weight := math.Abs(want) + max(1, share*mean)
			e = max(e, (math.Abs(sol.At(nil, x)[c]-want)-4e-12*peak)/weight)
		}
	}
	return e
}

// Every problem of the test set is solved from its guess and 20 equal
// intervals, with an error of at most 10 tolerances.
func TestSet(t *testing.T) {
	for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
		for _, ref := range references(t) {
			t.Run(fmt.Sprintf("tol=%g/%s/%g", tol, ref.ID, ref.V), func(t *testing.T) {
				tp := find(ref.ID)
				s := Solver{Tol: tol, Continuation: family(tp, ref.V)}
				p := tp.make(ref.V)
				sol, err := s.Solve(context.Background(), p)
				if exempt(&ref, tol) {
					if err != nil && sol.Status != ode.IllConditioned && sol.Status != ode.Singular && sol.Status != ode.NoDescent {
						t.Error(err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if n := len(sol.T) - 1; n >= 500 && ref.ID != "H4_double_well_instanton" {
					t.Errorf("%d intervals", n)
				}
				if sol.Residual > tol {
					t.Errorf("residual of the conditions %v", sol.Residual)
				}
				if ref.ID == "nerve" { // the condition on the phase has two solutions
					if e := math.Abs(sol.P[0] - ref.Unknown["T"]); e > 10*tol*sol.P[0] {
						t.Errorf("period %v, want %v", sol.P[0], ref.Unknown["T"])
					}
					return
				}
				// The references themselves are good to some 1e-10.
				if e := worst(p, sol, &ref); e > 10*tol+2*ref.Error {
					t.Errorf("error %v", e)
				}
			})
		}
	}
}

// Without a family declared, the hardest are solved too: by deformation.
func TestNoFamily(t *testing.T) {
	for _, ref := range references(t) {
		if !(ref.ID == "T20" && ref.V == 1e-3 || ref.ID == "T24" && ref.V < 0.02 || ref.ID == "T30" && ref.V == 1e-3 || ref.ID == "T23" && ref.V == 30) {
			continue
		}
		p := find(ref.ID).make(ref.V)
		sol := solved(t, &Solver{}, p)
		if e := worst(p, sol, &ref); e > 1e-5 {
			t.Errorf("%s %g: error %v", ref.ID, ref.V, e)
		}
	}
}

// The error estimate is within a factor 10 of the error, as far as that is
// within a factor 100 of the tolerance: against a solution of tolerance 1e-10,
// at many places. The whole set is within it; a sample must do here.
func TestErrorEstimate(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		id string
		v  float64
	}{{"T1", 1e-3}, {"T4", 1e-2}, {"T6", 1e-4}, {"T9", 1e-3}, {"T14", 1e-4}, {"T16", 1.0 / 27}, {"T17", 1e-6}, {"T19", 1e-2}, {"T20", 1e-2},
		{"T21", 1e-4}, {"T23", 10}, {"T24", 1e-2}, {"T26", 1e-2}, {"T30", 1e-3}, {"T31", 1e-2}, {"T33", 1e-3}, {"T35", 0.05},
		{"sturm_liouville", 0}, {"elastica", 0}, {"measles", 0.02}, {"H6_orbit_raising", 0}, {"H9_vdp_control", 10}} {
		tp := find(c.id)
		p := tp.make(c.v)
		s := Solver{Continuation: family(tp, c.v)}
		sol := solved(t, &s, p)
		fine, err := (&Solver{Guess: sol, Tol: 1e-10}).Solve(ctx, p)
		if err != nil {
			t.Fatal(c, err)
		}
		err0 := make([]float64, sol.Dim)
		peak := make([]float64, sol.Dim)
		for i := range len(sol.T) - 1 {
			for j := range 20 {
				x := sol.T[i] + (sol.T[i+1]-sol.T[i])*(float64(j)+0.5)/20
				a, b := sol.At(nil, x), fine.At(nil, x)
				for k := range a {
					err0[k] = max(err0[k], math.Abs(a[k]-b[k]))
					peak[k] = max(peak[k], math.Abs(b[k]))
				}
			}
		}
		for k, e := range err0 {
			if ratio := sol.Error[k] / e; (ratio < 0.1 || ratio > 10) && e > 1e-8*peak[k] {
				t.Errorf("%s %g: y%d: error %.2e, estimate %.2e", c.id, c.v, k+1, e, sol.Error[k])
			}
		}
	}
}

// The median of the numbers of intervals is no larger than that of COLNEW with
// four points per interval, tolerance 1e-6, from the same start: for every
// family the largest parameter it solves.
func TestIntervals(t *testing.T) {
	colnew := []struct {
		id string
		v  float64
		n  int
	}{{"T1", 1e-6, 62}, {"T3", 1e-5, 42}, {"T4", 1e-5, 1078}, {"T6", 1e-5, 320}, {"T9", 1e-4, 140}, {"T11", 1e-6, 84}, {"T14", 1e-6, 276},
		{"T16", 1.0 / 81, 844}, {"T17", 1e-10, 304}, {"T19", 1e-3, 52}, {"T20", 1e-2, 34}, {"T21", 1e-6, 58}, {"T23", 30, 244}, {"T24", 5e-3, 84},
		{"T26", 5e-3, 64}, {"T28", 5e-3, 36}, {"T30", 5e-3, 124}, {"T31", 1e-3, 42}, {"T33", 1e-4, 168}, {"T34", 3.5, 42}, {"T35", 0.05, 84},
		{"elastica", 0, 42}, {"blasius", 0, 42}, {"H6_orbit_raising", 0, 22}, {"H9_vdp_control", 10, 24}, {"H3_lqr", 200, 24}}
	var ratio []float64
	for _, c := range colnew {
		tp := find(c.id)
		sol := solved(t, &Solver{Continuation: family(tp, c.v)}, tp.make(c.v))
		ratio = append(ratio, float64(len(sol.T)-1)/float64(c.n))
	}
	slices.Sort(ratio)
	if m := ratio[len(ratio)/2]; m > 1 {
		t.Errorf("median ratio %.2f", m)
	} else {
		t.Logf("median ratio %.2f", m)
	}
}

var update = flag.Bool("update", false, "rewrite the goldens")

// Work counters of ten problems: an accuracy test passes while the cost
// doubles, a counter does not.
func TestWork(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "problem parameter intervals meshes newton factorisations solves rhs jacobians")
	for _, c := range []struct {
		id string
		v  float64
	}{{"T1", 1e-4}, {"T6", 1e-3}, {"T16", 1.0 / 27}, {"T21", 1e-3}, {"T33", 1e-3}, {"T24", 5e-3}, {"T20", 1e-3}, {"sturm_liouville", 0}, {"measles", 0.02}, {"H9_vdp_control", 5}} {
		tp := find(c.id)
		s := solved(t, &Solver{Continuation: family(tp, c.v)}, tp.make(c.v))
		fmt.Fprintf(&b, "%s %.4g %d %d %d %d %d %d %d\n", c.id, c.v, len(s.T)-1, s.Stats.Meshes, s.Stats.Newton,
			s.Stats.Factorisations, s.Stats.Solves, s.Stats.Func, s.Stats.Jac)
	}
	const name = "testdata/work.golden"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("work changed (run with -update if that is meant):\n%s\nwas:\n%s", b.String(), want)
	}
}
