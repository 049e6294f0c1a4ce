package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"costate/internal/expr"
	"costate/internal/route"
)

//go:embed solve.py
var script string

// peerProblem is a problem as solve.py reads it.
type peerProblem struct {
	ID         string    `json:"id"`
	Dim        int       `json:"dim"`
	Params     int       `json:"params"`
	Start      float64   `json:"start"`
	End        float64   `json:"end"`
	Intervals  int       `json:"intervals"`
	Repeat     int       `json:"repeat"`
	Tol        float64   `json:"tol"`
	RHS        []string  `json:"rhs"`
	Jac        []string  `json:"jac"`
	JacP       []string  `json:"jacp"`
	Conditions []string  `json:"conditions"`
	CA         []string  `json:"ca"`
	CB         []string  `json:"cb"`
	CP         []string  `json:"cp"`
	Guess      []string  `json:"guess"`
	GuessP     []float64 `json:"guessp"`
	At         []float64 `json:"at"`
}

// peerResult is what solve.py writes.
type peerResult struct {
	ID        string      `json:"id"`
	OK        bool        `json:"ok"`
	Seconds   float64     `json:"seconds"`
	Intervals int         `json:"intervals"`
	Y         [][]float64 `json:"y"`
	Message   string      `json:"message"`
}

// errNotTaken marks problems that solve_bvp has no form for.
var errNotTaken = errors.New("not of a form that solve_bvp takes")

// forPeer translates a problem into Python formulas.
func forPeer(p *route.Problem) (*peerProblem, error) {
	e := p.Equations
	if e.Algebraic > 0 || len(p.BVP.Jumps) > 0 || len(e.Inputs) > 0 || e.FreeEnd != nil {
		return nil, errNotTaken
	}
	g := e.Graph
	out := &peerProblem{Dim: p.BVP.Dim, Params: p.BVP.Params, Start: e.Start, End: e.End, GuessP: p.BVP.GuessParams}
	if out.GuessP == nil {
		out.GuessP = []float64{}
	}
	names := map[*expr.Expr]*expr.Expr{e.Layer: g.Var("x")}
	for _, c := range e.Constants {
		names[c.Symbol] = g.Num(c.Value)
	}
	for i, c := range e.Components {
		names[c] = g.Var(fmt.Sprintf("y[%d]", i))
	}
	var theta []*expr.Expr
	for i, u := range e.Unknowns {
		theta = append(theta, u.Symbol)
		names[u.Symbol] = g.Var(fmt.Sprintf("p[%d]", i))
	}
	at := map[float64]string{e.Start: "ya", e.End: "yb"}
	ends := map[string][]*expr.Expr{}
	for _, name := range at {
		ends[name] = make([]*expr.Expr, len(e.Components))
		for i := range ends[name] {
			ends[name][i] = g.Var(fmt.Sprintf("%s[%d]", name, i))
		}
	}
	for _, v := range e.Conditions.Values {
		name, ok := at[v.Point]
		if !ok {
			return nil, errNotTaken
		}
		names[v.Symbol] = ends[name][e.Index(v.Variable)]
	}
	python := func(f *expr.Expr) string {
		s := expr.Text(g.Subst(f, names))
		return strings.NewReplacer("^", "**", "if(", "where(").Replace(s)
	}
	for i, f := range e.Right {
		if strings.Contains(python(f), "/x") { // singular at the start: another form there
			return nil, errNotTaken
		}
		out.RHS = append(out.RHS, python(f))
		for _, d := range g.Gradient(f, e.Components) {
			out.Jac = append(out.Jac, python(d))
		}
		for _, d := range g.Gradient(f, theta) {
			out.JacP = append(out.JacP, python(d))
		}
		guess := "0"
		if e.Guess[i] != nil {
			guess = python(e.Guess[i])
		}
		out.Guess = append(out.Guess, guess)
	}
	ofEnds := func(c *expr.Expr, name string) []string {
		var row []string
		c = g.Subst(c, names)
		for _, s := range ends[name] {
			row = append(row, python(g.Diff(c, s)))
		}
		return row
	}
	for _, c := range e.Conditions.G {
		out.Conditions = append(out.Conditions, python(c))
		out.CA = append(out.CA, ofEnds(c, "ya")...)
		out.CB = append(out.CB, ofEnds(c, "yb")...)
		for _, d := range g.Gradient(c, theta) {
			out.CP = append(out.CP, python(d))
		}
	}
	return out, nil
}

// runPeer solves the problems in one Python process. The error says what is
// missing when SciPy is not there.
func runPeer(problems []*peerProblem) (map[string]peerResult, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, p := range problems {
		if err := enc.Encode(p); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin = &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("solve_bvp: %w: %s", err, stderr.String())
	}
	out := map[string]peerResult{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	for dec.More() {
		var r peerResult
		if err := dec.Decode(&r); err != nil {
			return nil, err
		}
		out[r.ID] = r
	}
	return out, nil
}

// findPython returns a Python that has SciPy: the system's own before others.
func findPython() (string, error) {
	for _, name := range []string{"/usr/bin/python3", "python3", "python"} {
		if exec.Command(name, "-c", "import scipy.integrate").Run() == nil {
			return name, nil
		}
	}
	return "", errors.New("SciPy is not installed (Debian: apt-get install python3-scipy): the table shows this program alone")
}
