package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportOfARun makes the page of a solution, of an annealing and of a check.
func TestReportOfARun(t *testing.T) {
	for _, args := range [][]string{
		{"solve", "lynx-hare"},
		{"anneal", "lorenz63", "--starts", "2"},
		{"check", "ornstein-uhlenbeck", "--rule", "midpoint", "--layers", "8..64"},
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
		for _, want := range []string{"<math", "<table", "costate " + args[0] + " " + args[1], "[states]"} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the report of %q does not contain %q", args, want)
			}
		}
	}
	if code, _, stderr := runs(t, "report", t.TempDir()); code != exitUsage || !strings.Contains(stderr, "--out") {
		t.Errorf("report of an empty folder: exit code %d, %q", code, stderr)
	}
}
