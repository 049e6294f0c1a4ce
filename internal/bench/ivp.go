package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"time"

	"costate/internal/report"
	"costate/ode"
)

//go:embed ivp.py
var ivpScript string

// ivpProblem is an initial value problem of the standard set; ivp.py has the same
// right-hand sides under the same names.
type ivpProblem struct {
	name    string
	f       func(dst []float64, t float64, y, p []float64)
	end     float64
	initial []float64
	atol    float64 // relative to the tolerance: sizes of the smallest components
	stiff   bool
}

func ivpProblems() []ivpProblem {
	ring := make([]float64, 40)
	for i := range ring {
		ring[i] = 8.17
	}
	ring[0] += 0.01
	return []ivpProblem{
		{"two_body", twoBody, 20, []float64{0.5, 0, 0, math.Sqrt(3)}, 1, false},
		{"arenstorf", arenstorf, 17.0652165601579625588917206249, []float64{0.994, 0, 0, -2.00158510637908252240537862224}, 1, false},
		{"lorenz96", lorenz96, 2, ring, 1, false},
		{"vdp", vanDerPol, 2, []float64{2, 0}, 1, true},
		{"robertson", robertson, 1e4, []float64{1, 0, 0}, 1e-4, true},
		{"oregonator", oregonator, 360, []float64{1, 2, 3}, 1, true},
	}
}

func twoBody(d []float64, _ float64, y, _ []float64) {
	r := y[0]*y[0] + y[1]*y[1]
	r3 := r * math.Sqrt(r)
	d[0], d[1], d[2], d[3] = y[2], y[3], -y[0]/r3, -y[1]/r3
}

func arenstorf(d []float64, _ float64, y, _ []float64) {
	const mu = 0.012277471
	const nu = 1 - mu
	a := (y[0]+mu)*(y[0]+mu) + y[1]*y[1]
	b := (y[0]-nu)*(y[0]-nu) + y[1]*y[1]
	a *= math.Sqrt(a)
	b *= math.Sqrt(b)
	d[0], d[1] = y[2], y[3]
	d[2] = y[0] + 2*y[3] - nu*(y[0]+mu)/a - mu*(y[0]-nu)/b
	d[3] = y[1] - 2*y[2] - nu*y[1]/a - mu*y[1]/b
}

func lorenz96(d []float64, _ float64, x, _ []float64) {
	n := len(x)
	for i := range x {
		d[i] = x[(i+n-1)%n]*(x[(i+1)%n]-x[(i+n-2)%n]) - x[i] + 8.17
	}
}

func vanDerPol(d []float64, _ float64, y, _ []float64) {
	d[0], d[1] = y[1], 1e6*((1-y[0]*y[0])*y[1]-y[0])
}

func robertson(d []float64, _ float64, y, _ []float64) {
	a, b, c := 0.04*y[0], 1e4*y[1]*y[2], 3e7*y[1]*y[1]
	d[0], d[1], d[2] = -a+b, a-b-c, c
}

func oregonator(d []float64, _ float64, y, _ []float64) {
	d[0] = 77.27 * (y[1] + y[0]*(1-8.375e-6*y[0]-y[1]))
	d[1] = (y[2] - (1+y[0])*y[1]) / 77.27
	d[2] = 0.161 * (y[0] - y[2])
}

// ivpMethod pairs a method with SciPy's of the same name.
type ivpMethod struct {
	ours  ode.Method
	peer  string
	stiff bool
}

var ivpMethods = []ivpMethod{
	{ode.DormandPrince, "RK45", false},
	{ode.DOP853, "DOP853", false},
	{ode.Radau5, "Radau", true},
}

// ivpRequest and ivpResult are what ivp.py reads and writes.
type ivpRequest struct {
	Problem string    `json:"problem"`
	Method  string    `json:"method"`
	Tol     float64   `json:"tol"`
	Atol    float64   `json:"atol"`
	End     float64   `json:"end"`
	Initial []float64 `json:"initial"`
}

type ivpResult struct {
	OK      bool      `json:"ok"`
	Seconds float64   `json:"seconds"`
	Calls   int       `json:"calls"`
	Y       []float64 `json:"y"`
}

// runIVP integrates every problem by every method that suits it, here and by
// SciPy, and prints calls, true errors and times.
func runIVP(format report.Format) error {
	var requests []ivpRequest
	var rows [][]report.Cell
	var times []ivpResult
	for _, p := range ivpProblems() {
		exact, err := reference(p)
		if err != nil {
			return err
		}
		for _, m := range ivpMethods {
			if m.stiff != p.stiff {
				continue
			}
			for _, tol := range []float64{1e-6, 1e-9} {
				r, err := integrate(p, m.ours, tol)
				if err != nil {
					return fmt.Errorf("%s by %s: %w", p.name, m.ours.Name(), err)
				}
				requests = append(requests, ivpRequest{p.name, m.peer, tol, tol * p.atol, p.end, p.initial})
				times = append(times, *r)
				rows = append(rows, []report.Cell{report.Text(p.name), report.Text(m.ours.Name()), report.Sci(tol, 1),
					report.Int(r.Calls), report.Sci(distance(r.Y, exact), 2), report.Sci(1e3*r.Seconds, 3)})
			}
		}
		last := exact
		for i := range rows {
			if rows[i][0].Text == p.name {
				rows[i] = append(rows[i], report.Cell{Value: last}) // taken off below
			}
		}
	}
	peers, err := peerIVP(requests)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	t := report.Table{Name: "ivp", Title: "Initial value problems", Header: []string{"problem", "method", "tolerance", "calls", "error", "ms", "SciPy calls", "error ", "SciPy ms", "time ratio"}}
	for i, row := range rows {
		exact := row[len(row)-1].Value.([]float64)
		row = row[:len(row)-1]
		if i < len(peers) && peers[i].OK {
			q := peers[i]
			row = append(row, report.Int(q.Calls), report.Sci(distance(q.Y, exact), 2), report.Sci(1e3*q.Seconds, 3), report.Fixed(q.Seconds/times[i].Seconds, 0))
		} else {
			row = append(row, report.Empty, report.Empty, report.Empty, report.Empty)
		}
		t.Add(row...)
	}
	t.Note = "error: at the end, relative to the largest component. Right-hand sides are Go functions here and NumPy there; Radau takes its Jacobian by differences in both."
	return report.Render(os.Stdout, report.Options{Format: format}, t)
}

// reference integrates at a tolerance near rounding.
func reference(p ivpProblem) ([]float64, error) {
	m := ode.Method(ode.Verner)
	if p.stiff {
		m = ode.Radau
	}
	r, err := integrate(p, m, 1e-12)
	if err != nil {
		return nil, err
	}
	return r.Y, nil
}

func integrate(p ivpProblem, m ode.Method, tol float64) (*ivpResult, error) {
	in := ode.Integrator{Method: m, RelTol: tol, AbsTol: tol * p.atol, EndOnly: true} // no dense output, as there
	ivp := &ode.IVP{System: ode.System{Dim: len(p.initial), Func: p.f}, End: p.end, Initial: p.initial}
	r := &ivpResult{OK: true, Seconds: math.Inf(1)}
	for i, first := 0, time.Now(); i < 2 || time.Since(first) < settle; i++ {
		begin := time.Now()
		sol, err := in.Solve(context.Background(), ivp)
		if err != nil {
			return nil, err
		}
		r.Seconds = min(r.Seconds, time.Since(begin).Seconds())
		r.Calls, r.Y = sol.Stats.Func, sol.Node(len(sol.T)-1)
	}
	return r, nil
}

func distance(a, b []float64) float64 {
	d, size := 0.0, 0.0
	for i := range b {
		d, size = max(d, math.Abs(a[i]-b[i])), max(size, math.Abs(b[i]))
	}
	return d / size
}

func peerIVP(requests []ivpRequest) ([]ivpResult, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, r := range requests {
		if err := enc.Encode(r); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(python, "-c", ivpScript)
	cmd.Stdin = &in
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("solve_ivp: %w", err)
	}
	var out []ivpResult
	dec := json.NewDecoder(bytes.NewReader(raw))
	for dec.More() {
		var r ivpResult
		if err := dec.Decode(&r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
