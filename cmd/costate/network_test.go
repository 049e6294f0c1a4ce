package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/route"
	"costate/ode"
)

// rowsOf runs a command and returns the rows of its tables and what it said.
func rowsOf(t *testing.T, code int, args ...string) (tables map[string][]map[string]any, stderr string) {
	t.Helper()
	got, stdout, stderr := runs(t, append(args, "--format", "json")...)
	if got != code {
		t.Fatalf("costate %q: exit code %d, want %d\n%s%s", args, got, code, stdout, stderr)
	}
	var doc map[string]struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		t.Fatal(err)
	}
	tables = map[string][]map[string]any{}
	for name, d := range doc {
		tables[name] = d.Rows
	}
	return tables, stderr
}

// number returns a number of the row whose columns have the values given.
func number(t *testing.T, rows []map[string]any, column string, where map[string]any) float64 {
	t.Helper()
	for _, r := range rows {
		found := true
		for k, v := range where {
			found = found && r[k] == v
		}
		if v, ok := r[column].(float64); found && ok {
			return v
		}
	}
	t.Fatalf("no number %q where %v in %v", column, where, rows)
	return 0
}

// The public twin's teacher is dead: the command says so, and the network is
// the constant predictor whatever its start.
func TestAnnealDeadNetwork(t *testing.T) {
	got, stderr := rowsOf(t, exitSolved, "anneal", "network-dead")
	if !strings.Contains(stderr, "warning: teacher: dead network") || !strings.Contains(stderr, "warning: first weights: dead network") {
		t.Errorf("no warning of dead networks in %q", stderr)
	}
	test := map[string]any{"predictor": "lowest level", "set": "test"}
	network := number(t, got["errors"], "over noise", test)
	constant := number(t, got["errors"], "over noise", map[string]any{"predictor": "constant: the training mean"})
	if d := network - constant; d > 1e-3 || d < -1e-3 {
		t.Errorf("error of prediction %g, of the constant %g", network, constant)
	}
	if v := number(t, got["expected"], "value", map[string]any{"quantity": "effective weights"}); v < 9.99 || v > 10.01 {
		t.Errorf("%g effective weights, want one per output", v)
	}
	// varanneal's convention: 1/2 (1 - 1/M) on average.
	if v := number(t, got["expected"], "value", map[string]any{"quantity": "expected"}); v < 0.2499 || v > 0.2501 {
		t.Errorf("expected level %g, want 0.25", v)
	}
}

// Enough pairs of a living teacher: the expected level, and held-out errors
// within twice what the teacher itself makes of noisy inputs.
func TestAnnealLivingNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	got, stderr := rowsOf(t, exitSolved, "anneal", "network-generalising")
	if strings.Contains(stderr, "dead") {
		t.Errorf("%s", stderr)
	}
	if z := number(t, got["levels"], "z", nil); z < -2 || z > 2 {
		t.Errorf("the lowest level is %g standard deviations from the expected one", z)
	}
	of := func(name string) float64 {
		return number(t, got["errors"], "over noise", map[string]any{"predictor": name, "set": "test"})
	}
	if network, teacher, constant := of("lowest level"), of("teacher"), of("constant: the training mean"); network > 2*teacher || constant < 900 {
		t.Errorf("errors over noise: network %g, teacher %g, constant %g", network, teacher, constant)
	}
}

func TestSolveIris(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	got, _ := rowsOf(t, exitSolved, "solve", "iris")
	for _, name := range []string{"network", "logistic regression"} {
		if v := number(t, got["cross-validation"], "accuracy", map[string]any{"predictor": name}); v < 0.95 {
			t.Errorf("%s: accuracy %g in cross-validation", name, v)
		}
	}
	if v := number(t, got["errors"], "accuracy", map[string]any{"predictor": "network", "set": "test"}); v < 0.9 {
		t.Errorf("accuracy %g on held-out flowers", v)
	}
}

// Discrete layers converge to the continuous solution at the order of the
// rule.
func TestSolveContinuous(t *testing.T) {
	out := t.TempDir()
	got, _ := rowsOf(t, exitSolved, "solve", "network-continuous", "--out", out)
	for _, c := range []struct {
		column string
		order  float64
		within float64
	}{{"Euler order", 1, 0.1}, {"RK2 order", 2, 0.1}, {"RK2 p order", 2, 0.1}, {"RK4 order", 4, 0.3}, {"RK4 p order", 4, 0.3}} {
		if v := number(t, got["layers"], c.column, map[string]any{"layers": 64.0}); v < c.order-c.within || v > c.order+c.within {
			t.Errorf("%s is %g at 64 layers, want %g", c.column, v, c.order)
		}
	}
	if v := number(t, got["trained"], "order of weights", map[string]any{"layers": 128.0}); v < 0.9 || v > 1.2 {
		t.Errorf("trained layers: order %g, want 1", v)
	}
	intervals := 0.0
	for _, r := range got["mesh"] {
		intervals += r["intervals"].(float64)
	}
	rk4 := number(t, got["equivalent"], "number", map[string]any{"layers": "RK4"})
	euler := number(t, got["equivalent"], "number", map[string]any{"layers": "Euler"})
	if intervals < 8 || rk4 < 8 || euler < 1e4*rk4 {
		t.Errorf("%g intervals, equivalent to %g layers of RK4, %g of Euler", intervals, rk4, euler)
	}
	for _, name := range []string{"solution.csv", "weights.npy"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

// small is a study that takes no time: a parabola from noisy points.
const small = `
title = "A parabola"
[network]
widths = [1, 3, 1]
activation = ["z/sqrt(1 + z^2)", "identity"]
biases = true
[training]
data = { x = [-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1], y = [1.01, 0.63, 0.37, 0.15, 0.05, 0.01, 0.03, 0.17, 0.35, 0.65, 0.99] }
inputs = ['x']
outputs = ['y']
exact = true
sd = 0.02
shuffle = true
seed = 1
test = 2
[weights]
precision = 0.1
gain = 1
[anneal]
alpha = 3
beta = 12
Rf0 = 1
start = "network"
strong = true
starts = 3
convention = "paper"
`

func writeSmall(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "small.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// An annealing kept in a folder goes on with more starts, and refuses other
// settings.
func TestNetworkAnnealingResumes(t *testing.T) {
	file, out := writeSmall(t, small), t.TempDir()
	first, _ := rowsOf(t, exitSolved, "anneal", file, "--out", out)
	again, _ := rowsOf(t, exitSolved, "anneal", file, "--out", out, "--starts", "4", "--workers", "1")
	if v := number(t, again["summary"], "value", map[string]any{"quantity": "starts from checkpoints"}); v != 3 {
		t.Errorf("%g starts resumed, want 3", v)
	}
	fresh, _ := rowsOf(t, exitSolved, "anneal", file, "--starts", "4")
	a, b := number(t, again["levels"], "action", nil), number(t, fresh["levels"], "action", nil)
	if a != b || a > number(t, first["levels"], "action", nil) {
		t.Errorf("resumed %g, in one run %g, fewer starts %g", a, b, number(t, first["levels"], "action", nil))
	}
	code, _, stderr := runs(t, "anneal", file, "--out", out, "--seed", "9")
	if code != exitUsage || !strings.Contains(stderr, "--restart") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	for _, name := range []string{"levels.csv", "weights.csv"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

// Training that ends in a local minimum is solved, and the command says that
// noise does not explain what is left; without held-out pairs the baselines
// are those of the training pairs.
func TestTrainingTellsTheExpectedLevel(t *testing.T) {
	const xor = `
[network]
widths = [2, 3, 1]
activation = "tanh"
[training]
data = { a = [0, 0, 1, 1], b = [0, 1, 0, 1], y = [0, 1, 1, 0] }
inputs = ['a', 'b']
outputs = ['y']
sd = 0.1
`
	got, stderr := rowsOf(t, exitSolved, "solve", writeSmall(t, xor))
	if !strings.Contains(stderr, "standard deviations above the expected one") {
		t.Errorf("no warning of a high level in %q", stderr)
	}
	if v := number(t, got["expected"], "value", map[string]any{"quantity": "measured values"}); v != 12 {
		t.Errorf("%g measured values, want 12", v)
	}
	if v := number(t, got["errors"], "mean square", map[string]any{"predictor": "constant: the training mean", "set": "training"}); v != 0.25 {
		t.Errorf("the constant's error is %g, want 1/4", v)
	}
	// With a network of its own shape and a prior there is no such warning.
	got, stderr = rowsOf(t, exitSolved, "solve", writeSmall(t, small), "--starts", "4")
	if strings.Contains(stderr, "above the expected one") {
		t.Errorf("%s", stderr)
	}
	if v := number(t, got["errors"], "over noise", map[string]any{"predictor": "network", "set": "training"}); v > 4 {
		t.Errorf("error of training %g", v)
	}
}

// TestFreeInputs: inputs left free fit anything, and the command says so, names
// the remedy and prints no empty table; which loss labels have is told.
func TestFreeInputs(t *testing.T) {
	const file = `
[network]
width = 4
layers = 3
activation = "tanh"
kind = "residual"
[training]
data = { a = [0.1, -0.2, 0.7, 0.5, -0.6, 0.3], b = [0, 1, 0.4, 1, 0.2, -0.7], c = [0, 1, 0, 1, 1, 0] }
inputs = INPUTS
output_neurons = [3, 4]
labels = 'c'
exact = true
[weights]
precision = 0.01
`
	_, stdout, stderr := runs(t, "solve", writeSmall(t, strings.Replace(file, "INPUTS", "['a', 'b']\ninput_neurons = [1, 2]", 1)))
	for _, want := range []string{"leaves 2 of the 4 neurons", "can fit the 2 outputs", "inputs = ['x1', 'x2', '0', '0']"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in %q", want, stderr)
		}
	}
	for _, title := range []string{"Signal propagation", "Errors of prediction"} {
		if strings.Contains(stdout, title) {
			t.Errorf("an empty table %q in\n%s", title, stdout)
		}
	}
	_, stdout, stderr = runs(t, "solve", writeSmall(t, strings.Replace(file, "INPUTS", "['a', 'b', '0', '0']", 1)))
	if strings.Contains(stderr, "free") || !strings.Contains(stdout, "Errors of prediction") || !strings.Contains(stdout, oneHotLoss) {
		t.Errorf("with constant inputs: %s%s", stdout, stderr)
	}
}

// TestLevelVerdict: one rule for anneal, design and solve; a level far below the
// expected one is no success.
func TestLevelVerdict(t *testing.T) {
	x := discrete.NetworkExpected{Data: 200, Mean: 100, Sd: 10}
	for _, c := range []struct {
		out, sd  float64
		weighted bool
		want     string
	}{
		{100, 10, false, "consistent"}, {81, 10, false, "consistent"}, {119, 10, false, "consistent"},
		{1.24, 10, false, "less error than noise"}, {121, 10, false, "more error than noise"},
		{1.24, 10, true, "not judged: the labels have no precision"}, {0, 0, false, "no degree of freedom is left"},
	} {
		x.Sd = c.sd
		n := &route.Network{Spec: &problemfile.Network{Weighted: c.weighted}}
		fit := &discrete.NetworkFit{Status: ode.Solved, Action: discrete.NetworkAction{Out: c.out}}
		if got := levelVerdict(n, fit, x); got != c.want {
			t.Errorf("level %g, 100 +- %g expected: %q, want %q", c.out, c.sd, got, c.want)
		}
		d := discrete.NetworkDesignCase{Action: fit.Action, Expected: x}
		if !c.weighted && d.Reached(2) != (c.want == "consistent") {
			t.Errorf("level %g, 100 +- %g expected: reached %v", c.out, c.sd, d.Reached(2))
		}
	}
}

func TestDesign(t *testing.T) {
	file, out := writeSmall(t, strings.Replace(small, "test = 2", "test = 2\nvalidation = 2", 1)), t.TempDir()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	one := strings.Replace(string(text), `["z/sqrt(1 + z^2)", "identity"]`, `"softplus"`, 1)
	if err := os.WriteFile(file, []byte(one), 0o666); err != nil {
		t.Fatal(err)
	}
	got, _ := rowsOf(t, exitSolved, "design", file, "--layers", "2..3", "--pairs", "5,7", "--widths", "3", "--out", out)
	if n := len(got["design"]); n != 4 {
		t.Fatalf("%d networks, want 4", n)
	}
	shown := number(t, got["chosen"], "value", map[string]any{"quantity": "validation error"})
	for _, r := range got["design"] {
		if v := r["validation"].(float64); v < shown {
			t.Errorf("a validation error of %g, the chosen one has %g", v, shown)
		}
	}
	csv, err := os.ReadFile(filepath.Join(out, "design.csv"))
	if err != nil || strings.Count(string(csv), "\n") != 5 || !strings.HasPrefix(string(csv), "layers,width,pairs,") {
		t.Errorf("design.csv: %v\n%s", err, csv)
	}
}

func TestNetworkComplaints(t *testing.T) {
	file := writeSmall(t, small)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"derive", file}, "a network problem"},
		{[]string{"integrate", file}, "network"},
		{[]string{"design", "lynx-hare"}, "design is for networks"},
		{[]string{"design", file}, "validation = .. and test = .."},
		{[]string{"solve", file, "--method", "collocation"}, "perceptron layers have no continuous limit"},
		{[]string{"solve", file, "--plot", "a.svg"}, "costate anneal --plot draws their action levels"},
		{[]string{"design", file, "--plot", "a.gif"}, "ends in .svg, .png or .pdf"},
		{[]string{"solve", file, "--stages", "3"}, "--stages has no meaning for a problem of the kind network"},
		{[]string{"anneal", file, "--kappa", "1"}, "--kappa has no meaning for a problem of the kind network"},
		{[]string{"anneal", file, "--convention", "minaone"}, "want action, paper or varanneal"},
		{[]string{"anneal", "lorenz63", "--strong"}, "--strong is for networks"},
		{[]string{"solve", "lynx-hare", "--method", "lbfgs"}, "are for networks"},
	} {
		code, stdout, stderr := runs(t, c.args...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("costate %q: exit code %d, stdout %q, stderr %q, want %q", c.args, code, stdout, stderr, c.want)
		}
	}
}

// The file of the digits says where its data are, and works once they are
// beside it.
func TestFetchedExample(t *testing.T) {
	out := t.TempDir()
	if code, _, stderr := runs(t, "examples", "digits", "--out", out); code != exitSolved {
		t.Fatal(stderr)
	}
	file := filepath.Join(out, "digits.toml")
	if code, _, stderr := runs(t, "solve", file); code != exitUsage || !strings.Contains(stderr, "digits.csv.gz") {
		t.Errorf("without data: exit code %d, %s", code, stderr)
	}
	data, err := os.ReadFile("/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz")
	if err != nil || testing.Short() {
		t.Skip("the data of Debian's python3-sklearn are not here, or -short")
	}
	if err := os.WriteFile(filepath.Join(out, "digits.csv.gz"), data, 0o666); err != nil {
		t.Fatal(err)
	}
	got, _ := rowsOf(t, exitSolved, "solve", file)
	if v := number(t, got["errors"], "accuracy", map[string]any{"predictor": "network", "set": "test"}); v < 0.96 {
		t.Errorf("accuracy %g on held-out digits", v)
	}
}

func TestCounts(t *testing.T) {
	var got []int
	v := countsValue{&got, 2}
	if err := v.Set("2..4, 10"); err != nil || !slices.Equal(got, []int{2, 3, 4, 10}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "1", "4..2", "2..", "a", "2..3000000", "2.5"} {
		if err := v.Set(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}
