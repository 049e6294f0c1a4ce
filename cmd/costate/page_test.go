package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportOfARun makes the page of a run of every command that has one.
func TestReportOfARun(t *testing.T) {
	for _, args := range [][]string{
		{"solve", "lynx-hare"},
		{"anneal", "lorenz63", "--starts", "2"},
		{"check", "ornstein-uhlenbeck", "--rule", "midpoint", "--layers", "8..64"},
		{"solve", "lynx-hare", "--method", "discrete", "--layers", "20"},
		{"solve", "bratu", "--all-solutions"},
		{"derive", "lynx-hare"},
		{"continue", "bratu"},
		{"solve", "network-continuous"},
		{"anneal", "network-dead", "--betas", "3"},
	} {
		dir := t.TempDir()
		if code, _, stderr := runs(t, append(args, "--out", dir)...); code != exitSolved {
			t.Fatalf("costate %q: exit code %d: %s", args, code, stderr)
		}
		if code, _, stderr := runs(t, "report", dir); code != exitSolved {
			t.Fatalf("report of %q: exit code %d: %s", args, code, stderr)
		}
		text, err := os.ReadFile(filepath.Join(dir, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		wanted := []string{"costate " + args[0] + " " + args[1], "[states]", "<math", "<table", `class="passed"`}
		switch {
		case strings.HasPrefix(args[1], "network"):
			wanted[1], wanted[2] = "[network]", "<h3>Summary" // there are no equations to derive
		case args[0] == "derive":
			wanted[3] = "<h2>Equations"
		}
		for _, want := range wanted {
			if !strings.Contains(string(text), want) {
				t.Errorf("the report of %q does not contain %q", args, want)
			}
		}
	}
	if code, _, stderr := runs(t, "report", t.TempDir()); code != exitUsage || !strings.Contains(stderr, "--out") {
		t.Errorf("report of an empty folder: exit code %d, %q", code, stderr)
	}
}

// TestReportOfAFailure: a failed run has a report too, which says what failed.
func TestReportOfAFailure(t *testing.T) {
	dir := t.TempDir()
	const text = `
[layer]
start = 0
end = 1
[states]
y = { equation = "y'' = 1" }
[boundary]
conditions = ["y'(0) = 0", "y'(1) = 0"]
`
	file := filepath.Join(dir, "neumann.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "run")
	for _, command := range []string{"solve", "check"} {
		if code, _, stderr := runs(t, command, file, "--out", out); code != exitFailed {
			t.Fatalf("%s: exit code %d: %s", command, code, stderr)
		}
		if code, _, stderr := runs(t, "report", out); code != exitSolved {
			t.Fatalf("report of %s: exit code %d: %s", command, code, stderr)
		}
		page, err := os.ReadFile(filepath.Join(out, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`<dt>error</dt><dd class="failed">`, "singular"} {
			if !strings.Contains(string(page), want) {
				t.Errorf("report of %s: no %q", command, want)
			}
		}
	}
}

// TestFolderUsedTwice: what an earlier run left in the folder is named, as often
// as it is still there.
func TestFolderUsedTwice(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := runs(t, "solve", "bratu", "--out", dir); code != exitSolved || strings.Contains(stderr, "earlier") {
		t.Fatalf("first run: exit code %d, %q", code, stderr)
	}
	if code, _, stderr := runs(t, "solve", "bratu", "--out", dir); code != exitSolved || strings.Contains(stderr, "earlier") {
		t.Fatalf("the same again: exit code %d, %q", code, stderr)
	}
	for range 2 {
		code, _, stderr := runs(t, "continue", "bratu", "--out", dir)
		if code != exitSolved || !strings.Contains(stderr, "earlier run too: solution.csv, solution.npy, solution.json, equations.txt") || strings.Contains(stderr, "branch.csv") {
			t.Errorf("another command: exit code %d, %q", code, stderr)
		}
	}
	runs(t, "report", dir)
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !strings.Contains(string(page), "Files of earlier runs") {
		t.Errorf("the page does not list them: %v", err)
	}
	if _, _, stderr := runs(t, "continue", "bratu", "--out", dir); !strings.Contains(stderr, "report.html is of an earlier run") {
		t.Errorf("nothing is said of the old page: %q", stderr)
	}
}
