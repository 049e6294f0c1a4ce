package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/testdata"
)

// tablesOf runs a command with --format json and returns its tables: rows by the
// value of their first column, numbers by the header of their column.
func tablesOf(t *testing.T, args ...string) map[string]map[string]map[string]float64 {
	t.Helper()
	code, stdout, stderr := runs(t, append(args, "--format", "json")...)
	if code != exitSolved {
		t.Fatalf("costate %q: exit code %d\n%s%s", args, code, stdout, stderr)
	}
	var doc map[string]struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]map[string]float64{}
	for name, table := range doc {
		out[name] = map[string]map[string]float64{}
		for _, row := range table.Rows {
			key, numbers := "", map[string]float64{}
			for column, v := range row {
				switch v := v.(type) {
				case float64:
					numbers[column] = v
				case string:
					if column == "name" || column == "part" || column == "quantity" {
						key = v
					}
				}
			}
			out[name][key] = numbers
		}
	}
	return out
}

// expectation is a number of the output and its reference value.
type expectation struct {
	table, row, column string
	want, within       float64
}

// references are values computed by other programs, or in closed form. The last
// digit given is the bound.
var references = []struct {
	file   string
	values []expectation
}{
	{"lynx-hare", []expectation{
		{"parameters", "alpha", "estimate", 0.540159, 5e-7},
		{"parameters", "beta", "estimate", 0.0271654, 5e-8},
		{"parameters", "gamma", "estimate", 0.796386, 5e-7},
		{"parameters", "delta", "estimate", 0.0236946, 5e-8},
		{"ends", "u", "at the start", math.Log(34.6024), 1.4e-6},
		{"ends", "v", "at the start", math.Log(5.84451), 8e-7},
		{"action", "total", "value", 2.01866115 / 2, 5e-9},
	}},
	{"influenza-1978", []expectation{
		{"parameters", "beta", "estimate", 1.66922614, 5e-9},
		{"parameters", "gamma", "estimate", 0.44345019, 5e-9},
		{"action", "total", "value", 4121.9415 / 2, 5e-5},
	}},
	// Kalman smoother; the action in the convention with 1/2.
	{"nile", []expectation{
		{"ends", "x", "at the start", 1111.66831913, 5e-9},
		{"ends", "x", "at the end", 798.37029261, 5e-9},
		{"action", "total", "value", 49.499045704708, 1e-11},
	}},
	// kappa^2 = a^2 + rm/Rf in the closed form.
	{"ornstein-uhlenbeck", []expectation{
		{"ends", "x", "at the start", 1.437112040161, 1e-11},
		{"ends", "x", "at the end", 0.562887959839, 1e-11},
		{"action", "total", "value", 0.450310367871, 1e-11},
	}},
	{"double-integrator", []expectation{
		{"ends", "p1", "at the start", 12, 1e-12},
		{"ends", "p2", "at the start", 6, 1e-12},
	}},
	{"lqr", []expectation{{"ends", "p", "at the start", -1.689498391594, 1e-11}}},
	{"double-well", []expectation{
		{"ends", "p_x", "at the start", 0.3105976119, 1e-9},
		{"action", "total", "value", 0.579854773270, 1e-9},
	}},
}

// TestReferences solves the built-in problems by both continuous routes.
func TestReferences(t *testing.T) {
	for _, r := range references {
		for _, method := range []string{"collocation", "shooting"} {
			t.Run(r.file+"/"+method, func(t *testing.T) {
				got := tablesOf(t, "solve", r.file, "--method", method, "--tol", "1e-10")
				for _, x := range r.values {
					v, ok := got[x.table][x.row][x.column]
					if !ok {
						t.Errorf("no %s/%s/%s in the output", x.table, x.row, x.column)
					} else if math.Abs(v-x.want) > x.within {
						t.Errorf("%s %s %s = %.12g, expected %.12g within %g", x.table, x.row, x.column, v, x.want, x.within)
					}
				}
			})
		}
	}
}

// TestDoubleWellLong is the instanton with T = 10.
func TestDoubleWellLong(t *testing.T) {
	got := tablesOf(t, "solve", "double-well", "--set", "T=10", "--tol", "1e-10")
	if v := got["action"]["total"]["value"]; math.Abs(v-0.503588691778) > 1e-9 {
		t.Errorf("action %.12g, expected 0.503588691778", v)
	}
	if v := got["ends"]["p_x"]["at the start"]; math.Abs(v-0.0679973064) > 1e-9 {
		t.Errorf("p(0) = %.12g, expected 0.0679973064", v)
	}
}

// TestWeakModel: with a finite Rf the action is lower than that of the exact
// model with the same measurements, and the costates jump by Rm (x - y) at every
// datum.
func TestWeakModel(t *testing.T) {
	dir := t.TempDir()
	code, _, stderr := runs(t, "solve", "lynx-hare-weak", "--tol", "1e-9", "--out", dir)
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	f, err := os.Open(filepath.Join(dir, "solution.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	data := map[string][2]float64{"1903": {77.4, 35.2}, "1912": {57.0, 12.3}, "1919": {16.2, 10.1}}
	seen := 0
	for i := 2; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		d, ok := data[b[0]]
		if !ok || a[0] != b[0] {
			continue
		}
		seen++
		for c := range 2 {
			var x, before, after float64
			fmt.Sscan(b[1+c], &x)
			fmt.Sscan(a[3+c], &before)
			fmt.Sscan(b[3+c], &after)
			want := 25 * (x - math.Log(d[c]))
			if math.Abs(after-before-want) > 1e-9*(1+math.Abs(want)) {
				t.Errorf("%s, costate %d: jump %v, expected Rm (x - y) = %v", b[0], c+1, after-before, want)
			}
		}
	}
	if seen != len(data) {
		t.Errorf("found %d of %d jumps in the CSV", seen, len(data))
	}
	weak := tablesOf(t, "solve", "lynx-hare-weak")["action"]["total"]["value"]
	exact := tablesOf(t, "solve", "lynx-hare-weak", "--set", "sigma_f=1e-7")["action"]["total"]["value"]
	if !(weak < exact) {
		t.Errorf("action %v with a weak model, %v with an almost exact one", weak, exact)
	}
}

// TestDiscreteRoute: discrete layers come within the error of their rule.
func TestDiscreteRoute(t *testing.T) {
	got := tablesOf(t, "solve", "lynx-hare", "--method", "discrete", "--layers", "400", "--rule", "gauss2")
	if v := got["action"]["total"]["value"]; math.Abs(2*v-2.01866115) > 1e-7 {
		t.Errorf("sum of squares %.10g, expected 2.01866115", 2*v)
	}
}

// TestUnconvergedLayersHaveNoAction: a path that does not obey its exact model
// shows how far it is from it, and nothing that looks like an action.
func TestUnconvergedLayersHaveNoAction(t *testing.T) {
	for _, defect := range [][]float64{nil, {0.25, 3}} {
		path := &discrete.Path{Dim: 2, Layers: 1, T: []float64{0, 1}, X: []float64{1, 2, 3, 4}, Defect: defect, Action: 60.1, Measurement: 60.1,
			CostateLeft: make([]float64, 4), CostateRight: make([]float64, 4)}
		file, err := (&problemfile.Loader{FS: testdata.Problems()}).Load("lynx-hare.toml")
		if err != nil {
			t.Fatal(err)
		}
		p, err := route.New(file)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := report.Render(&b, report.Options{}, pathTables(p, path, errFailed, 0)...); err != nil {
			t.Fatal(err)
		}
		if out := b.String(); strings.Contains(out, "60.1") != (defect == nil) || strings.Contains(out, "has no action") != (defect != nil) {
			t.Errorf("defect %v:\n%s", defect, out)
		}
	}
}

// TestEveryExampleIsSolved solves each built-in problem of moderate size; the
// neuron is left to the benchmarks.
func TestEveryExampleIsSolved(t *testing.T) {
	for _, name := range exampleNames() {
		if name == "nakl" || testing.Short() && name == "lorenz96" {
			continue
		}
		if code, _, stderr := runs(t, "solve", name); code != exitSolved {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
		}
		p, err := problemfile.LoadFS(testdata.Problems(), exampleFile(name))
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind == problemfile.KindNetwork {
			if code, _, stderr := runs(t, "derive", name); code != exitUsage {
				t.Errorf("derive %s: exit code %d: %s", name, code, stderr)
			}
			continue
		}
		for _, as := range []string{"text", "latex", "go"} {
			if code, stdout, stderr := runs(t, "derive", name, "--as", as); code != exitSolved || stdout == "" {
				t.Errorf("derive %s --as %s: exit code %d: %s", name, as, code, stderr)
			}
		}
	}
}

func TestMistakesInFiles(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.toml")
	if err := os.WriteFile(bad, []byte("[layer]\nstart = 0\nend = 1\n[states]\nx = { equation = '-y' }\n[model]\nRf = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"solve", "lynx-hair"}, "did you mean lynx-hare?"},
		{[]string{"solve", bad}, "bad.toml:5:20: "},
		{[]string{"solve", "bratu", "--set", "lamda=2"}, "lamda"},
		{[]string{"solve", "bratu", "--set", "lambda"}, "NAME=VALUE"},
		{[]string{"solve", "bratu", "--method", "discrete"}, "need an action"},
		{[]string{"solve", "lynx-hare", "--method", "discrete", "--rule", "simson"}, "unknown rule"},
		{[]string{"integrate", "lorenz63", "--initial", "w=1"}, "no state"},
		{[]string{"integrate", "lorenz63", "--noise", "1,2"}, "one for each of the 3"},
		{[]string{"examples", "lynx"}, "lynx-hare"},
	} {
		code, stdout, stderr := runs(t, c.args...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("costate %q: exit code %d, stdout %q, stderr %q, expected %q in it", c.args, code, stdout, stderr, c.want)
		}
	}
}

// TestIntegrateGolden compares the forward model with values computed by another
// program at a tolerance of 2e-14.
func TestIntegrateGolden(t *testing.T) {
	code, stdout, stderr := runs(t, "integrate", "lorenz63", "--until", "5", "--every", "1", "--tol", "1e-13",
		"--initial", "x=1", "--initial", "y=1", "--initial", "z=1")
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	r := csv.NewReader(strings.NewReader(stdout))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[int][3]float64{
		2: {-9.3785700109, -8.3570337884, 29.3623253374},
		6: {-6.5121136994, -6.9740427884, 23.9241295721},
	} {
		for c := range want {
			var v float64
			fmt.Sscan(rows[row][1+c], &v)
			if math.Abs(v-want[c]) > 2e-9 {
				t.Errorf("t = %s: %s = %.10f, expected %.10f", rows[row][0], rows[0][1+c], v, want[c])
			}
		}
	}
}

// TestTwinDataReadBack: what integrate writes is the data of another file.
func TestTwinDataReadBack(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := runs(t, "examples", "lorenz63", "--out", dir); code != exitSolved {
		t.Fatal(stderr)
	}
	code, csv, stderr := runs(t, "integrate", filepath.Join(dir, "lorenz63.toml"), "--noise", "0.1", "--seed", "5")
	if code != exitSolved {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "lorenz63.csv"), []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := runs(t, "solve", filepath.Join(dir, "lorenz63.toml")); code != exitSolved {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestInputsAreKept: what may have been measured or changed by hand is replaced
// only by force.
func TestInputsAreKept(t *testing.T) {
	dir := t.TempDir()
	file, data := filepath.Join(dir, "lorenz63.toml"), filepath.Join(dir, "lorenz63.csv")
	write := []string{"examples", "lorenz63", "--out", dir}
	integrate := []string{"integrate", file, "--noise", "0.1", "--out", dir}
	if code, _, stderr := runs(t, write...); code != exitSolved {
		t.Fatal(stderr)
	}
	mine, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	mine = append([]byte("# measured by hand\n"), mine...)
	if err := os.WriteFile(data, mine, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{write, {"examples", "digits", "--out", dir}, integrate} {
		code, _, stderr := runs(t, args...)
		if args[1] == "digits" {
			if code != exitSolved {
				t.Errorf("%v: %s", args, stderr)
			}
			code, _, stderr = runs(t, args...)
		}
		if code != exitUsage || !strings.Contains(stderr, "--force") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
	if got, err := os.ReadFile(data); err != nil || !bytes.Equal(got, mine) {
		t.Errorf("the data are now %.40q, %v", got, err)
	}
	for _, args := range [][]string{write, integrate} {
		if code, _, stderr := runs(t, append(args, "--force")...); code != exitSolved {
			t.Errorf("%v: %s", args, stderr)
		}
	}
	if got, err := os.ReadFile(data); err != nil || !strings.HasPrefix(string(got), "# costate integrate") {
		t.Errorf("the data are now %.40q, %v", got, err)
	}
}
