package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"costate/collocation"
	"costate/discrete"
	"costate/ode"
	"costate/shooting"
)

var exampleBlock = regexp.MustCompile("(?ms)^<!-- example: (\\w+) (\\w+) -->\n```go\n(.*?)^```")

// TestLibraryGuide compares the code of docs/library.md with the Example
// functions that it names, whose output go test checks, and asks for one example
// at least of every public package.
func TestLibraryGuide(t *testing.T) {
	root := filepath.Join("..", "..")
	guide, err := os.ReadFile(filepath.Join(root, "docs", "library.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	for _, m := range exampleBlock.FindAllStringSubmatch(string(guide), -1) {
		pkg, name, code := m[1], m[2], m[3]
		shown[pkg]++
		if got := exampleSource(t, filepath.Join(root, pkg, "example_test.go"), name); got != code {
			t.Errorf("docs/library.md shows for %s.%s\n%s\nits source is\n%s", pkg, name, code, got)
		}
	}
	for _, pkg := range []string{"ode", "hamiltonian", "collocation", "shooting", "discrete"} {
		if shown[pkg] == 0 {
			t.Errorf("docs/library.md has no example of %s", pkg)
		}
	}
	if blocks := regexp.MustCompile("(?m)^```go$").FindAllIndex(guide, -1); len(blocks) != len(exampleBlock.FindAllIndex(guide, -1)) {
		t.Errorf("docs/library.md has %d blocks of Go, some of which name no example", len(blocks))
	}
}

// TestLibraryMistakes: what the guide says of problems that contradict themselves.
func TestLibraryMistakes(t *testing.T) {
	p := &ode.BVP{System: ode.System{Dim: 2, Func: func(f []float64, _ float64, y, _ []float64) { f[0], f[1] = y[1], -y[0] }}, Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1], g[2] = y[0][0], y[1][0]-1, 0 }}}
	for name, solve := range map[string]func(){
		"collocation": func() { (&collocation.Solver{}).Solve(t.Context(), p) },
		"shooting":    func() { (&shooting.Solver{}).Solve(t.Context(), p) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, name+": 3 conditions") || !strings.HasSuffix(got, "= 2") {
					t.Errorf("%s: %s", name, got)
				}
			}()
			solve()
		}()
	}
	var wrong *discrete.ProblemError
	if _, err := (&discrete.Solver{}).Solve(t.Context(), &discrete.Problem{}, discrete.Guess{}); !errors.As(err, &wrong) {
		t.Errorf("discrete: %v", err)
	}
}

// exampleSource returns the source of a function with an Output comment.
func exampleSource(t *testing.T, file, name string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name {
			code := string(src[fset.Position(fn.Pos()).Offset:fset.Position(fn.End()).Offset])
			if !regexp.MustCompile(`// Output:`).MatchString(code) {
				t.Errorf("%s of %s has no Output: nothing runs it", name, file)
			}
			return code + "\n"
		}
	}
	t.Errorf("%s has no function %s", file, name)
	return ""
}
