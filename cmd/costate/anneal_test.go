package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestAnnealInterrupted: an interrupt keeps what is finished, and the same
// command goes on from there to the result of a run that was not interrupted.
func TestAnnealInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := []string{"anneal", "lorenz63", "--starts", "60", "--out", dir, "--quiet", "--format", "csv"}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	var out, msg bytes.Buffer
	// One worker needs seconds for all starts, on any machine.
	if code := run(ctx, append(args[:len(args):len(args)], "--workers", "1"), strings.NewReader(""), &out, &msg); code != exitInterrupted {
		t.Fatalf("exit code %d: finished before the interrupt", code)
	}
	if !strings.Contains(out.String(), "starts") {
		t.Errorf("nothing of the interrupted run is printed: %q, %q", out.String(), msg.String())
	}
	if files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*")); err != nil || len(files) == 0 {
		t.Errorf("no checkpoints: %v", err)
	}
	if code, _, stderr := runs(t, args...); code != exitSolved {
		t.Fatalf("resumed: exit code %d: %s", code, stderr)
	}
	whole := t.TempDir()
	args[5] = whole
	if code, _, stderr := runs(t, append(args, "--workers", "1")...); code != exitSolved {
		t.Fatalf("whole: exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"levels.csv", "path.csv"} {
		a, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between a resumed run and a whole one with one worker", name)
		}
	}
}

// resonator is a small problem to anneal, with data of its own.
const resonator = `[layer]
start = 0
end = 12
[parameters]
w = { estimate = true, guess = 1, range = [0.5, 2] }
[states]
x = { equation = 'v', range = [-2, 2] }
v = { equation = '-w*x - x^3', range = [-2, 2] }
[model]
Rf = inf
[[observations]]
at = [0, 2, 4, 6, 8, 10, 12]
observe = { x = [1.0, -0.97, 0.89, -0.77, 0.63, -0.47, 0.29] }
sd = 0.02
[anneal]
Rf0 = 0.1
alpha = 2
beta = 30
layers = 12
starts = 3
`

func problemFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "problem.toml")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestAnnealLayers: too few layers are told on standard error with the number
// that is enough, and with that number nothing is.
func TestAnnealLayers(t *testing.T) {
	name := problemFile(t, resonator)
	code, out, stderr := runs(t, "anneal", name)
	found := regexp.MustCompile(`--layers (\d+) are enough`).FindStringSubmatch(stderr)
	if code != exitSolved || found == nil || !strings.Contains(out, "The lowest level in ") || !strings.Contains(out, "error of the layers") {
		t.Fatalf("exit code %d, standard error %q of\n%s", code, stderr, out)
	}
	code, out, stderr = runs(t, "anneal", name, "--layers", found[1])
	if code != exitSolved || stderr != "" || strings.Contains(out, "The lowest level in ") {
		t.Errorf("with %s layers: exit code %d, standard error %q of\n%s", found[1], code, stderr, out)
	}
}

// TestAnnealTooShort: a ladder that ends before the model error falls as 1/Rf
// tells no level of the exact model.
func TestAnnealTooShort(t *testing.T) {
	name := problemFile(t, resonator)
	_, out, _ := runs(t, "anneal", name, "--betas", "8", "--format", "csv")
	if !strings.Contains(out, "the ladder ends too early") {
		t.Errorf("8 rungs: %s", out)
	}
	_, out, _ = runs(t, "anneal", name, "--betas", "8")
	out = strings.Join(strings.Fields(out), " ") // notes are wrapped
	if !strings.Contains(out, "No level at Rf = inf") || !strings.Contains(out, "(--betas ") {
		t.Errorf("8 rungs: %s", out)
	}
	if _, out, _ = runs(t, "anneal", name); strings.Contains(out, "No level at Rf = inf") {
		t.Errorf("31 rungs: %s", out)
	}
}

// TestAnnealOtherFolder: what belongs to another problem is said once.
// TestAnnealPassesTheModel: a ladder that goes beyond the finite Rf of the model
// says so, and the number of rungs that it names, or Rf0 = Rf/alpha^beta, ends
// at the answer of solve.
func TestAnnealPassesTheModel(t *testing.T) {
	const file = `
[layer]
start = 0
end = 8
[parameters]
a = { estimate = true, guess = 0.5, min = 0.1, max = 2 }
[states]
x = { equation = 'y', guess = '1', range = [-2, 2] }
y = { equation = '-a*x', guess = '0', range = [-2, 2] }
[model]
Rf = { x = 5, y = 50 }
[[observations]]
data = { t = [0, 1, 2, 3, 4, 5, 6, 7, 8], x = [1.1, 0.6, -0.4, -1.2, -0.7, 0.3, 1.1, 0.9, -0.3] }
at = 't'
observe = { x = 'x' }
sd = 0.2
[anneal]
Rf0 = { x = 'RX', y = 'RY' }
BETA
`
	write := func(rx, ry, beta string) string {
		return writeSmall(t, strings.NewReplacer("RX", rx, "RY", ry, "BETA", beta).Replace(file))
	}
	estimate := func(args ...string) float64 { return tablesOf(t, args...)["parameters"]["a"]["estimate"] }
	long := write("5/1000", "50/1000", "")
	solved := estimate("solve", long)
	_, out, _ := runs(t, "anneal", long)
	for _, want := range []string{"Rf of the model ", "x 5, y 50", "passes the Rf of the model at beta = 10.0", "--betas 11 ends at"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if d := math.Abs(estimate("anneal", long) - solved); d < 1e-3 {
		t.Errorf("the ladder of an exact model ends at the answer of solve, within %g", d)
	}
	if d := math.Abs(estimate("anneal", long, "--betas", "11", "--layers", "160")/solved - 1); d > 1e-3 {
		t.Errorf("the rung next to the model is %g off", d)
	}
	exact := write("5/2^12", "50/2^12", "beta = 12")
	if d := math.Abs(estimate("anneal", exact, "--layers", "160")/solved - 1); d > 1e-5 {
		t.Errorf("the rung of the model is %g off", d)
	}
	if _, out, _ := runs(t, "anneal", exact); strings.Contains(out, "passes") {
		t.Errorf("a ladder that ends at the model passes it:\n%s", out)
	}
	if _, out, _ := runs(t, "anneal", write("5/1000", "50/64", "")); !strings.Contains(out, "beta = 6.0 to 10.0") || !strings.Contains(out, "the same ratio for all states") {
		t.Errorf("different ratios:\n%s", out)
	}
}

func TestAnnealOtherFolder(t *testing.T) {
	name, dir := problemFile(t, resonator), t.TempDir()
	if code, _, stderr := runs(t, "anneal", name, "--out", dir, "--quiet"); code != exitSolved {
		t.Fatal(stderr)
	}
	code, _, stderr := runs(t, "anneal", name, "--out", dir, "--seed", "5")
	if code != exitUsage || strings.Count(stderr, "another problem") != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "--restart") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestUnwritable: a place that cannot be written is found before the work, and
// named as it was given.
func TestUnwritable(t *testing.T) {
	name, dir := problemFile(t, resonator), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"anneal", name, "--plot", filepath.Join(dir, "none", "x.svg")},
		{"anneal", name, "--out", filepath.Join(file, "run")},
		{"solve", "lynx-hare", "--plot", filepath.Join(dir, "none", "x.svg")},
		{"check", "lynx-hare", "--plot", filepath.Join(dir, "none", "x.svg")},
		{"continue", "bratu", "--plot", filepath.Join(dir, "none", "x.svg")},
		{"solve", "lynx-hare", "--out", file},
	} {
		begin := time.Now()
		code, out, stderr := runs(t, args...)
		if code != exitUsage || out != "" || !strings.Contains(stderr, args[2]) || !strings.Contains(stderr, args[3]+": ") {
			t.Errorf("%v: exit code %d after %v, %q", args, code, time.Since(begin), stderr)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files are left in the folder", len(files)-1)
	}
}
