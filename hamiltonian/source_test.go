package hamiltonian

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// driver prints what the generated package computes at one point.
const driver = `package main

import (
	"fmt"

	"generated/equations"
)

func main() {
	y := []float64{0.7, -0.6, 0.1, 0.2, 0.3, 0.4}
	p := []float64{0.8, -0.4}
	show := func(v []float64) {
		for _, x := range v {
			fmt.Printf("%.17g\n", x)
		}
	}
	f := make([]float64, equations.Dim)
	equations.Func(f, 0.3, y, p)
	show(f)
	dy, dp := make([]float64, 36), make([]float64, 12)
	equations.Jac(dy, dp, 0.3, y, p)
	show(dy)
	show(dp)
	equations.Jump1(f, 0.5, y, p, equations.Jump1Data[0])
	show(f)
	g := make([]float64, 8)
	equations.Conditions(g, [][]float64{y, f}, p)
	show(g)
}
`

// TestGoSource compiles the generated package, runs it, and compares with the
// compiled boundary value problem.
func TestGoSource(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	e := nonlinear(t).derive()
	src, err := e.GoSource("equations")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module generated\n\ngo 1.26\n")
	write("equations/equations.go", src)
	write("main.go", driver)
	for _, args := range [][]string{{"vet", "./..."}, {"run", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		var out, msg bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &msg
		if err := cmd.Run(); err != nil {
			t.Fatalf("go %v: %v\n%s\n%s", args, err, msg.String(), src)
		}
		if args[0] == "run" {
			compareSource(t, e, &out)
		}
	}
}

func compareSource(t *testing.T, e *Equations, out *bytes.Buffer) {
	b, err := e.BVP()
	if err != nil {
		t.Fatal(err)
	}
	y := []float64{0.7, -0.6, 0.1, 0.2, 0.3, 0.4}
	p := []float64{0.8, -0.4}
	var want []float64
	f := make([]float64, 6)
	b.Func(f, 0.3, y, p)
	want = append(want, f...)
	dy, dp := make([]float64, 36), make([]float64, 12)
	b.Jac(dy, dp, 0.3, y, p)
	want = append(append(want, dy...), dp...)
	b.Jumps[0].Func(f, y, p)
	want = append(want, f...)
	g := make([]float64, 8)
	b.Boundary.Func(g, [][]float64{y, f}, p)
	want = append(want, g...)
	s := bufio.NewScanner(out)
	for i, w := range want {
		var v float64
		if !s.Scan() {
			t.Fatalf("the program printed %d numbers, expected %d", i, len(want))
		}
		if _, err := fmt.Sscan(s.Text(), &v); err != nil {
			t.Fatal(err)
		}
		if math.Abs(v-w) > 1e-13*(1+math.Abs(w)) {
			t.Errorf("number %d: the generated source gives %v, the tape %v", i, v, w)
		}
	}
}
