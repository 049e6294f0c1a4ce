package collocation

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"costate/ode"
)

// reference holds values of a solution, from a source other than this package.
type reference struct {
	ID string
	V  float64
	At []struct {
		X float64
		Y []float64
	}
	Unknown map[string]float64
	Err     float64
}

func references(t testing.TB) []reference {
	f, err := os.Open("testdata/references.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []reference
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var r reference
		if err := json.Unmarshal(sc.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func find(id string) *testProblem {
	for i := range testProblems {
		if testProblems[i].id == id {
			return &testProblems[i]
		}
	}
	return nil
}

// family declares the parameter of a test problem, as a problem file would.
func family(tp *testProblem, v float64) *Continuation {
	if tp.param == "" || tp.linear {
		return nil
	}
	from := tp.values[0]
	return &Continuation{From: from, To: v, Problem: tp.make}
}

// trueError is the largest error at the reference points, over
// |y| + max |y| of the component there.
func trueError(sol *ode.Solution, ref *reference) (float64, float64) {
	n := sol.Dim
	peak := make([]float64, n)
	for i := range sol.T {
		for c := range n {
			peak[c] = max(peak[c], math.Abs(sol.Y[i*n+c]))
		}
	}
	worst, mixed := 0.0, 0.0
	for _, at := range ref.At {
		y := sol.At(nil, at.X)
		for c, want := range at.Y {
			e := math.Abs(y[c] - want)
			worst = max(worst, e/max(peak[c], 1e-12))
			mixed = max(mixed, e/(1+math.Abs(want)))
		}
	}
	return worst, mixed
}

func TestTable(t *testing.T) {
	only := os.Getenv("ONLY")
	tol := 1e-6
	if s := os.Getenv("TOL"); s != "" {
		fmt.Sscan(s, &tol)
	}
	for _, ref := range references(t) {
		if only != "" && !strings.Contains(","+only+",", ","+ref.ID+",") {
			continue
		}
		tp := find(ref.ID)
		if tp == nil {
			continue
		}
		s := Solver{Tol: tol, Continuation: family(tp, ref.V), Workers: 1}
		if os.Getenv("V") != "" {
			s.Trace = func(p Progress) { fmt.Printf("   %+v\n", p) }
		}
		p := tp.make(ref.V)
		sol, err := s.Solve(context.Background(), p)
		best := time.Hour
		for range 3 {
			t0 := time.Now()
			s.Solve(context.Background(), p)
			best = min(best, time.Since(t0))
			if best > 50*time.Millisecond {
				break
			}
		}
		e, mixed := trueError(sol, &ref)
		est := 0.0
		for c, v := range sol.Error {
			pk := 0.0
			for i := range sol.T {
				pk = max(pk, math.Abs(sol.Y[i*sol.Dim+c]))
			}
			est = max(est, v/max(pk, 1e-12))
		}
		flag := ""
		if err == nil && mixed > 10*tol {
			flag = " ***"
		}
		fmt.Printf("%-14s %-9.3g %-14v N=%-5d %8.3fms meshes=%-2d newton=%-3d fac=%-3d f=%-6d true=%.1e mixed=%.1e est=%.1e K=%.1e%s\n", ref.ID, ref.V, sol.Status, len(sol.T)-1,
			best.Seconds()*1e3, sol.Stats.Meshes, sol.Stats.Newton, sol.Stats.Factorisations, sol.Stats.Func, e, mixed, est, sol.Condition.Kappa, flag)
		if err != nil {
			fmt.Println("      ", err)
		}
	}
}
