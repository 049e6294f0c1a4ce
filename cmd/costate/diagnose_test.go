package main

import (
	"strings"
	"testing"
)

func TestDiagnose(t *testing.T) {
	for _, c := range []struct {
		args   []string
		code   int
		stdout []string
		stderr string
	}{
		{[]string{"pendulum"}, exitSolved, []string{"symplecticity", "eigenvalue pairs of M", "reversed intervals", "growth of M", "partner"}, ""},
		{[]string{"pendulum", "--method", "shooting"}, exitSolved, []string{"symplecticity"}, ""},
		{[]string{"bratu"}, exitSolved, []string{"there is no Hamiltonian", "not canonical"}, ""},
		{[]string{"lynx-hare", "--method", "discrete"}, exitUsage, nil, "want --method collocation or shooting"},
		{[]string{"bratu", "--all-solutions"}, exitUsage, nil, "not with --all-solutions"},
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
