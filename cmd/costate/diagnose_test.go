package main

import (
	"encoding/csv"
	"strings"
	"testing"
)

// TestDiagnose: the structure of a Hamiltonian problem is judged, and that of a
// problem without a Hamiltonian said not to be.
func TestDiagnose(t *testing.T) {
	for file, want := range map[string]string{"double-well": "pass", "lynx-hare-weak": "pass", "bvp/T1": "not judged"} {
		code, stdout, stderr := runs(t, "solve", file, "--diagnose", "--format", "csv")
		if code != exitSolved {
			t.Errorf("%s: exit code %d: %s", file, code, stderr)
			continue
		}
		r := csv.NewReader(strings.NewReader(stdout))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, row := range rows {
			if len(row) >= 4 && (row[0] == "symplecticity" || row[0] == "drift of H") {
				seen++
				if row[3] != want {
					t.Errorf("%s: %s: %s, expected %s", file, row[0], row[3], want)
				}
			}
		}
		if seen != 2 {
			t.Errorf("%s: %d of 2 figures in the output", file, seen)
		}
	}
}

// TestDiagnoseTables: the figures of each kind of problem, by both routes, and
// what --diagnose does not go with.
func TestDiagnoseTables(t *testing.T) {
	for _, c := range []struct {
		args   []string
		code   int
		stdout []string
		stderr string
	}{
		{[]string{"pendulum"}, exitSolved, []string{"symplecticity", "eigenvalue pairs of M", "reversed intervals", "growth of M", "partner"}, ""},
		{[]string{"pendulum", "--method", "shooting"}, exitSolved, []string{"symplecticity"}, ""},
		{[]string{"bratu"}, exitSolved, []string{"there is no Hamiltonian", "not canonical"}, ""},
		{[]string{"lynx-hare", "--method", "discrete"}, exitUsage, nil, "it is for --method collocation and shooting"},
		{[]string{"bratu", "--all-solutions"}, exitUsage, nil, "no effect with --all-solutions"},
	} {
		code, stdout, stderr := runs(t, append([]string{"solve", "--diagnose"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.stderr) {
			t.Errorf("solve --diagnose %q: exit code %d, %q", c.args, code, stderr)
		}
		for _, want := range c.stdout {
			if !strings.Contains(stdout, want) {
				t.Errorf("solve --diagnose %q: no %q in\n%s", c.args, want, stdout)
			}
		}
		if strings.Contains(stdout, " fail ") {
			t.Errorf("solve --diagnose %q:\n%s", c.args, stdout)
		}
	}
}
