package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestIntegrateStart: a state starts where the file puts it, and a value that
// is only a guess is told.
func TestIntegrateStart(t *testing.T) {
	const head = "[layer]\nstart = 0\nend = 1\n"
	for _, c := range []struct {
		text, first, note string
		args              []string
	}{
		{"hamiltonian = 'p*u + q*x - u^2/2'\ncontrols = ['u']\n" + head + "[states]\nx = { costate = 'p', start = 1, end = 0 }\ny = { costate = 'q', start = '2/4', guess = 3 }\n",
			"0,1,0.5,0,0", "p = 0", nil},
		{head + "[states]\nx = { equation = '-x', guess = 7 }\n[boundary]\nconditions = ['2*x(start) = 3']\n", "0,1.5", "", nil},
		{head + "[states]\nx = { equation = '-x', guess = 7 }\n[boundary]\nconditions = ['x(end) = 3']\n", "0,7", "x = 7", nil},
		{head + "[states]\nx = { equation = '-x', guess = 7 }\n[boundary]\nconditions = ['x(end) = 3']\n", "0,5", "", []string{"--initial", "x=5"}},
		{head + "[parameters]\nk = { estimate = true, guess = 2 }\n[states]\nx = { equation = '-k*x', start = 4, guess = 7 }\n[model]\nRf = inf\n" +
			"[[observations]]\ndata = 'not-yet.csv'\nobserve = { x = 'x' }\nsd = 0.1\n", "0,4", "k = 2", nil},
		{head + "[states]\nx = { equation = '-x', start = 4 }\n[model]\nRf = 1\n" +
			"[[observations]]\ndata = 'not-yet.csv'\nobserve = { x = 'x' }\nsd = 0.1\n[integrate]\nstart = { x = 6 }\n", "0,6", "", nil},
	} {
		name := problemFile(t, c.text)
		code, out, stderr := runs(t, append([]string{"integrate", name, "--every", "0.5"}, c.args...)...)
		lines := strings.Split(out, "\n")
		if code != exitSolved || len(lines) < 4 || lines[3] != c.first {
			t.Errorf("%s\nexit code %d, %q, want %q; %s", c.text, code, out, c.first, stderr)
		}
		if c.note == "" && stderr != "" || !strings.Contains(stderr, c.note) {
			t.Errorf("%s\nstandard error %q, want %q", c.text, stderr, c.note)
		}
	}
}

// TestTwinFromNothing: the first twin data are made before there are any, and
// the problem can then be solved; what needs measurements says so.
func TestTwinFromNothing(t *testing.T) {
	name := problemFile(t, `[layer]
start = 0
end = 4
[parameters]
k = { estimate = true, guess = 1 }
[states]
x = { equation = '-k*x' }
[model]
Rf = inf
[[observations]]
data = "problem.csv"
observe = { x = 'x' }
sd = 0.01
[integrate]
start = { x = 2 }
parameters = { k = 0.7 }
every = 0.25
`)
	if code, _, stderr := runs(t, "integrate", name, "--estimate"); code != exitUsage || !strings.Contains(stderr, "problem.csv") {
		t.Errorf("--estimate: exit code %d, %q", code, stderr)
	}
	if code, _, stderr := runs(t, "solve", name); code != exitUsage || !strings.Contains(stderr, "cannot read") {
		t.Errorf("solve: exit code %d, %q", code, stderr)
	}
	dir := filepath.Dir(name)
	if code, _, stderr := runs(t, "integrate", name, "--noise", "0.01", "--out", dir); code != exitSolved {
		t.Fatal(stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "problem.csv")); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := runs(t, "solve", name); code != exitSolved || !strings.Contains(out, "solved") {
		t.Errorf("exit code %d, %s %s", code, out, stderr)
	}
}
