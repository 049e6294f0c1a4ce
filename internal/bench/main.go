// Command bench solves the boundary value test set here and with SciPy's
// solve_bvp in one run and prints both side by side: times, mesh intervals, true
// errors, failures.
//
//	go run ./internal/bench [--tol 1e-6] [--repeat 3] [--only T1,T33]
//	go run ./internal/bench --ivp
//
// The second compares the integrators with solve_ivp.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/collocation"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
	"costate/testdata"
)

func main() {
	tol := pflag.Float64("tol", 1e-6, "relative tolerance of both")
	repeat := pflag.Int("repeat", 3, "best of so many runs")
	only := pflag.StringSlice("only", nil, "names of problems [all]")
	format := pflag.String("format", "markdown", "table, markdown, csv or json")
	ivp := pflag.Bool("ivp", false, "initial value problems by the integrators and solve_ivp instead")
	pflag.Parse()
	if *ivp {
		if err := runIVP(report.Format(*format)); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*tol, *repeat, *only, report.Format(*format)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// entry is one case of the test set with what both made of it.
type entry struct {
	id, set   string
	key       string // unique: two branches may share their constants
	problem   *route.Problem
	reference testdata.Case
	peerOf    *peerProblem // nil: not taken by the peer

	scale     []float64 // of the components, largest over the solution
	err       error
	seconds   float64
	intervals int
	error     float64
	peer      *peerResult
	peerError float64
}

func run(tol float64, repeat int, only []string, format report.Format) error {
	var entries []*entry
	refs := testdata.References()
	ids := make([]string, 0, len(refs))
	for id := range refs {
		if len(only) == 0 || slices.Contains(only, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		for i, c := range refs[id].Cases {
			e, err := newEntry(id, i, c, tol, repeat)
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
	}
	var peers []*peerProblem
	for _, e := range entries {
		if e.peerOf != nil {
			peers = append(peers, e.peerOf)
		}
	}
	for _, e := range entries {
		e.solve(tol, repeat)
	}
	results, err := runPeer(peers)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	for _, e := range entries {
		if r, ok := results[e.key]; ok {
			e.peer = &r
			e.peerError = math.Inf(1)
			if len(r.Y) > 0 {
				e.peerError = e.compare(func(i, k int) float64 { return r.Y[i][k] })
			}
		}
	}
	return report.Render(os.Stdout, report.Options{Format: format}, table(entries, tol), medians(entries))
}

func newEntry(id string, number int, c testdata.Case, tol float64, repeat int) (*entry, error) {
	l := problemfile.Loader{FS: testdata.Problems(), Set: c.Set}
	file, err := l.Load("bvp/" + id + ".toml")
	if err != nil {
		return nil, err
	}
	p, err := route.New(file)
	if err != nil {
		return nil, err
	}
	var set []string
	for k, v := range c.Set {
		set = append(set, fmt.Sprintf("%s=%.4g", k, v))
	}
	slices.Sort(set)
	e := &entry{id: id, set: strings.Join(set, " "), key: fmt.Sprintf("%s/%d", id, number), problem: p, reference: c}
	if q, err := forPeer(p); err == nil {
		q.ID, q.Tol, q.Repeat, q.Intervals, q.At = e.key, tol, repeat, 20, c.X
		e.peerOf = q
	}
	return e, nil
}

// settle is how long each case is repeated at least, here and by the peer: short
// ones need many repeats on a busy machine.
const settle = 100 * time.Millisecond

// solver is the engine without what the program does around it, as solve_bvp is.
func (e *entry) solver(tol float64) *collocation.Solver {
	s := &collocation.Solver{Tol: tol}
	if c := e.problem.File.Continuation; c != nil {
		for _, k := range e.problem.Equations.Constants {
			if k.Symbol.Name() == c.Parameter {
				s.Continuation = &collocation.Continuation{From: c.From, To: k.Value, Problem: e.problem.Family(c.Parameter)}
			}
		}
	}
	return s
}

// solve takes the best time of several solutions, compilation of the formulas, of
// the family too, left out as it is for the peer.
func (e *entry) solve(tol float64, repeat int) {
	e.seconds = math.Inf(1)
	s := e.solver(tol)
	var sol *ode.Solution
	for i, first := 0, time.Now(); i < repeat || time.Since(first) < settle; i++ {
		begin := time.Now()
		sol, e.err = s.Solve(context.Background(), e.problem.BVP)
		e.seconds = min(e.seconds, time.Since(begin).Seconds())
	}
	e.intervals = sol.Intervals()
	e.scale = make([]float64, sol.Dim)
	for i, v := range sol.Y {
		e.scale[i%sol.Dim] = max(e.scale[i%sol.Dim], math.Abs(v))
	}
	y := make([]float64, sol.Dim)
	e.error = e.compare(func(i, k int) float64 { return sol.At(y, e.reference.X[i])[k] })
}

// compare returns the largest error at the reference points relative to the size
// of each component over the interval. Components are in the order y1, y2, ..
func (e *entry) compare(value func(i, k int) float64) float64 {
	worst := 0.0
	for k := range e.reference.Y[0] {
		scale, d := e.scale[k], 0.0
		for i, row := range e.reference.Y {
			scale = max(scale, math.Abs(row[k]))
			d = max(d, math.Abs(value(i, k)-row[k]))
		}
		if scale > 0 {
			worst = max(worst, d/scale)
		}
	}
	return worst
}

func table(entries []*entry, tol float64) report.Table {
	t := report.Table{Name: "bench", Title: fmt.Sprintf("Boundary value test set at tolerance %g", tol),
		Header: []string{"problem", "constants", "ms", "intervals", "error", "SciPy ms", "intervals ", "error ", "time ratio"}}
	for _, e := range entries {
		row := []report.Cell{report.Text(e.id), report.Text(e.set)}
		if e.err != nil {
			row = append(row, report.Sci(e.seconds*1e3, 3), report.Text("refused"), report.Empty)
		} else {
			row = append(row, report.Sci(e.seconds*1e3, 3), report.Int(e.intervals), report.Sci(e.error, 2))
		}
		switch {
		case e.peer == nil:
			row = append(row, report.Empty, report.Text("not taken"), report.Empty, report.Empty)
		case !e.peer.OK:
			row = append(row, report.Sci(e.peer.Seconds*1e3, 3), report.Text("fails"), report.Empty, report.Empty)
		default:
			row = append(row, report.Sci(e.peer.Seconds*1e3, 3), report.Int(e.peer.Intervals), report.Sci(e.peerError, 2), report.Fixed(e.peer.Seconds/e.seconds, 1))
		}
		t.Add(row...)
	}
	return t
}

func medians(entries []*entry) report.Table {
	var times, meshes []float64
	solved, peerSolved, wrong, peerWrong, taken := 0, 0, 0, 0, 0
	for _, e := range entries {
		if e.err == nil {
			solved++
			if e.error > 1e-3 {
				wrong++
			}
		}
		if e.peer == nil {
			continue
		}
		taken++
		if e.peer.OK {
			peerSolved++
			if e.peerError > 1e-3 {
				peerWrong++
			}
		}
		if e.err == nil && e.peer.OK {
			times = append(times, e.peer.Seconds/e.seconds)
			meshes = append(meshes, float64(e.peer.Intervals)/float64(e.intervals))
		}
	}
	t := report.Table{Name: "summary", Title: "Summary", Header: []string{"quantity", "costate", "SciPy"}}
	t.Add(report.Text("cases"), report.Int(len(entries)), report.Int(taken))
	t.Add(report.Text("solved"), report.Int(solved), report.Int(peerSolved))
	t.Add(report.Text("of these, error above 1e-3"), report.Int(wrong), report.Int(peerWrong))
	if len(times) > 0 {
		slices.Sort(times)
		slices.Sort(meshes)
		t.Add(report.Text("median time ratio"), report.Fixed(times[len(times)/2], 1), report.Empty)
		t.Add(report.Text("smallest time ratio"), report.Fixed(times[0], 1), report.Empty)
		t.Add(report.Text("median ratio of intervals"), report.Fixed(meshes[len(meshes)/2], 1), report.Empty)
	}
	return t
}
