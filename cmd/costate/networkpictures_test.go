package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// drawn runs a command with --plot and returns the text of the picture.
func drawn(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "picture.svg")
	if code, _, stderr := runs(t, append(args, "--plot", file, "--quiet")...); code != exitSolved {
		t.Fatalf("costate %q: exit code %d, %s", args, code, stderr)
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

// Pictures name their axes and what they show.
func TestNetworkPictures(t *testing.T) {
	plain := strings.Replace(small, `["z/sqrt(1 + z^2)", "identity"]`, `"softplus"`, 1)
	file := writeSmall(t, strings.Replace(plain, "test = 2", "test = 2\nvalidation = 2", 1))
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"design", file, "--layers", "2..4"}, []string{"layers, input and output included", "held-out error", "noise alone", "best constant", "expected level", "chosen"}},
		{[]string{"design", file, "--pairs", "3,5,7", "--layers", "2,3"}, []string{"5 pairs", "7 pairs: expected level"}},
		{[]string{"design", file, "--pairs", "3,5,7"}, []string{"training pairs"}},
		{[]string{"anneal", file}, []string{"level (action, no prior), paper", "exact layers", "expected level", "lowest level"}},
		{[]string{"solve", "network-continuous", "--tol", "1e-5"}, []string{"layer label t"}},
		{[]string{"solve", "network-continuous", "--tol", "1e-5", "--picture", "mesh"}, []string{"mesh points per unit"}},
		{[]string{"solve", "network-continuous", "--tol", "1e-5", "--picture", "energy"}, []string{"start of piece"}},
		{[]string{"anneal", "lorenz63", "--predict", "4.5"}, []string{"prediction", "data not used", "standard deviation", "solution"}},
		{[]string{"anneal", "lorenz63", "--picture", "levels"}, []string{"lowest level"}},
	} {
		svg := drawn(t, c.args...)
		for _, want := range c.want {
			if !strings.Contains(svg, want) {
				t.Errorf("costate %q: no %q in the picture", c.args, want)
			}
		}
	}
}

// --lbfgs is the older tools' method on the same ladder: the dead network's
// level is the same; a folder of the other method is not mixed with it.
func TestAnnealNetworkByLBFGS(t *testing.T) {
	file, out := writeSmall(t, small), t.TempDir()
	newton, _ := rowsOf(t, exitSolved, "anneal", file, "--out", out)
	older, _ := rowsOf(t, exitSolved, "anneal", file, "--lbfgs")
	a, b := number(t, newton["levels"], "action", nil), number(t, older["levels"], "action", nil)
	if d := b - a; d < -1e-3*a || d > 0.05*a {
		t.Errorf("lowest level %g, by L-BFGS %g", a, b)
	}
	for _, r := range older["summary"] {
		if r["quantity"] == "work" && !strings.Contains(r["value"].(string), "L-BFGS") {
			t.Errorf("work %v", r["value"])
		}
	}
	code, _, stderr := runs(t, "anneal", file, "--lbfgs", "--out", out)
	if code != exitUsage || !strings.Contains(stderr, "--restart") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
