package main

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestBratuBranch follows Bratu's problem around its fold, whose place is known:
// lambda = 8 a^2 with a tanh a = 1.
func TestBratuBranch(t *testing.T) {
	dir := t.TempDir()
	code, stdout, stderr := runs(t, "continue", "bratu", "--parameter", "lambda", "--to", "4", "--tol", "1e-8",
		"--out", dir, "--plot", filepath.Join(dir, "b.svg"))
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !strings.Contains(stdout, "3.513830719") {
		t.Errorf("no fold at 3.513830719 in\n%s", stdout)
	}
	f, err := os.Open(filepath.Join(dir, "branch.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 10 || rows[1][0] != "1" || rows[len(rows)-1][0] != "1" {
		t.Errorf("the branch has %d points, expected one from 1 around the fold and back to 1", len(rows)-1)
	}
	if info, err := os.Stat(filepath.Join(dir, "b.svg")); err != nil || info.Size() == 0 {
		t.Errorf("no picture: %v", err)
	}
}

func TestAllSolutions(t *testing.T) {
	code, stdout, stderr := runs(t, "solve", "bratu", "--all-solutions", "--tol", "1e-8", "--format", "csv")
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Largest y of the lower and the upper solution at lambda = 1.
	var got []string
	for _, r := range rows[1:] {
		if r[1] == "y" {
			got = append(got, r[4])
		}
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "0.14053921") || !strings.HasPrefix(got[1], "4.0914672") {
		t.Errorf("largest y of the solutions: %v, expected 0.14053921 and 4.0914672", got)
	}
}

// TestSensitivity compares with differences of two solutions.
func TestSensitivity(t *testing.T) {
	d := tablesOf(t, "solve", "bratu", "--sensitivity", "lambda", "--tol", "1e-10")["sensitivity lambda"]["y'"]["at the start"]
	at := func(lambda string) float64 {
		return tablesOf(t, "solve", "bratu", "--set", "lambda="+lambda, "--tol", "1e-12")["ends"]["y'"]["at the start"]
	}
	want := (at("1.0001") - at("0.9999")) / 0.0002
	if math.Abs(d-want) > 1e-7*math.Abs(want) {
		t.Errorf("dy'(0)/dlambda = %v, differences give %v", d, want)
	}
}

// TestBranchPictureChanges: what conditions hold at one value is not drawn.
func TestBranchPictureChanges(t *testing.T) {
	for _, c := range []struct {
		rows [][]float64
		want int
	}{
		{[][]float64{{1, 2}, {1, 5}}, 0},
		{[][]float64{{100, 100}, {29, 14}, {5, 8}}, 1},
		{[][]float64{{0, 0}, {1, 1.01}, {1, 1.02}}, 2},
		{[][]float64{{0, 0}}, 0},
	} {
		if got := firstChanging(c.rows); got != c.want {
			t.Errorf("%v: row %d, want %d", c.rows, got, c.want)
		}
	}
}

// TestBranchTableIsNarrow: of many components the table has the first and those
// that change most, and says where the others are.
func TestBranchTableIsNarrow(t *testing.T) {
	rows := [][]float64{{1, 1}, {1, 2}, {5, 5}, {1, 1.1}, {0, 3}, {7, 6}}
	if got, want := shownRows(rows, 4), []int{0, 1, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	if got := shownRows(rows[:3], 4); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("rows %v of three", got)
	}
	name := problemFile(t, `[layer]
start = 0
end = 1
[constants]
c = 1
[states.'y[i]']
index = 'i = 1..6'
equation = "y[i]'' = -c*i"
start = 0
end = 0
guess = '1'
`)
	code, out, stderr := runs(t, "continue", name, "--parameter", "c", "--to", "2")
	head := strings.Split(out+"\n\n", "\n")[1]
	if code != exitSolved || strings.Count(head, "max |") != 4 || !strings.Contains(head, "max |y[1]|") || !strings.Contains(out, "branch.csv") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, out)
	}
}

// TestBranchEnds: a branch that does not reach its goal says why.
func TestBranchEnds(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string // in stderr
	}{
		{[]string{"bratu", "--parameter", "lambda", "--to", "2"}, exitSolved, ""},
		{[]string{"bratu", "--parameter", "lambda", "--to", "4"}, exitSolved, "turns back at the fold at 3.51383"},
		{[]string{"bratu", "--parameter", "lambda", "--to", "4", "--points", "3"}, exitSolved, "all 3 points are used up"},
		{[]string{"bratu", "--parameter", "lambda", "--to", "4", "--max-step", "1e-3"}, exitFailed, "all 200 points are used up"},
		{[]string{"bratu", "--parameter", "mu", "--to", "4"}, exitUsage, "no such constant; want one of lambda"},
		{[]string{"projectile", "--parameter", "T", "--to", "4"}, exitUsage, "T is estimated"},
	} {
		code, _, stderr := runs(t, append([]string{"continue"}, c.args...)...)
		if code != c.code || c.want == "" && stderr != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, expected %d with %q in\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// TestBranchCorner follows an estimated parameter off its bound: the table names
// the corner, and no point is outside.
func TestBranchCorner(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "decay.toml")
	src := "[layer]\nstart = 0\nend = 2\n[constants]\na = 1.4\n[parameters]\nk = { estimate = true, guess = 0.7, max = 1.2 }\n" +
		"[states]\nx = { equation = '-k*x', start = 'a', guess = 1 }\n[model]\nRf = inf\n" +
		"[[observations]]\nat = [0.5, 1, 1.5, 2]\nobserve = { x = [0.6065, 0.3679, 0.2231, 0.1353] }\nsd = 0.1\n"
	if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runs(t, "continue", file, "--parameter", "a", "--to", "1", "--format", "csv", "--plot", filepath.Join(dir, "b.svg"))
	if code != exitSolved || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	corners, at := 0, slices.Index(rows[0], "k")
	for _, r := range rows[1:] {
		if strings.Contains(r[2], "k leaves its upper bound") {
			corners++
		}
		if k, err := strconv.ParseFloat(r[at], 64); err != nil || k > 1.2+1e-12 {
			t.Errorf("k = %s at a = %s", r[at], r[1])
		}
	}
	if corners != 1 {
		t.Errorf("%d corners in\n%s", corners, stdout)
	}
	code, _, stderr = runs(t, "continue", file, "--parameter", "k", "--to", "1")
	if code != exitUsage || !strings.Contains(stderr, "k is estimated, and so no constant; want one of a") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
