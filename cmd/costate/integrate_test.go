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
	// A shell that is to write the data has emptied the file before.
	if err := os.WriteFile(filepath.Join(dir, "problem.csv"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := runs(t, "integrate", name); code != exitSolved || strings.Count(out, "\n") < 10 {
		t.Errorf("empty data: exit code %d, %q", code, stderr)
	}
	if code, _, stderr := runs(t, "solve", name); code != exitUsage || !strings.Contains(stderr, "no data rows") {
		t.Errorf("solve with empty data: exit code %d, %q", code, stderr)
	}
	if code, _, stderr := runs(t, "integrate", name, "--noise", "0.01", "--out", dir, "--force"); code != exitSolved {
		t.Fatal(stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "problem.csv")); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := runs(t, "solve", name); code != exitSolved || !strings.Contains(out, "solved") {
		t.Errorf("exit code %d, %s %s", code, out, stderr)
	}
}

// beyond is a model with an input whose data end at 6, two after the layer.
const beyond = `[layer]
start = 0
end = 4
[parameters]
k = { estimate = true, guess = 0.6, min = 0.1, max = 2 }
[inputs]
u = { data = { t = [0, 1, 2, 3, 4, 5, 6], u = [1, 2, 1, 0, 1, 2, 3] }, at = 't', value = 'u', interpolation = "INTERPOLATION" }
[states]
x = { equation = 'u - k*x', guess = '1', range = [0, 3] }
[model]
Rf = inf
[[observations]]
data = { t = [0, 1, 2, 3, 4], x = [1, 1.7, 2, 1.4, 1.2] }
at = 't'
observe = { x = 'x' }
sd = 0.1
[integrate]
start = { x = 1 }
parameters = { k = 0.7 }
`

// TestBeyondInputs: what is integrated beyond the data of an input says where
// they end and what goes on.
func TestBeyondInputs(t *testing.T) {
	for kind, want := range map[string]string{
		"cubic":    "the data of the input u end at t = 6: from there to 9 its last value, 3, is held",
		"previous": "the data of the input u end at t = 6: from there to 9 its last value, 3, is held",
		"linear":   "the data of the input u end at t = 6: from there to 9 its last slope goes on",
	} {
		name := problemFile(t, strings.Replace(beyond, "INTERPOLATION", kind, 1))
		for _, args := range [][]string{{"integrate", name, "--until"}, {"anneal", name, "--predict"}} {
			if code, _, stderr := runs(t, append(args, "9")...); code != exitSolved || !strings.Contains(stderr, want) {
				t.Errorf("%s, costate %q 9: exit code %d, %q, want %q", kind, args, code, stderr, want)
			}
			if code, _, stderr := runs(t, append(args, "6")...); code != exitSolved || strings.Contains(stderr, "the data of") {
				t.Errorf("%s, costate %q 6: exit code %d, %q", kind, args, code, stderr)
			}
		}
	}
}

// TestIdlePredictions: a prediction inside the layer and a picture without a
// file are refused, and the report of a prediction shows it.
func TestIdlePredictions(t *testing.T) {
	name := problemFile(t, strings.Replace(beyond, "INTERPOLATION", "cubic", 1))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--predict", "3"}, "--predict 3: want a place after the end of the layer, 4"},
		{[]string{"--predict", "4"}, "--predict 4: want a place after the end of the layer, 4"},
		{[]string{"--picture", "states"}, "--picture states has no effect without --plot FILE"},
	} {
		if code, _, stderr := runs(t, append([]string{"anneal", name}, c.args...)...); code != exitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("costate anneal %q: exit code %d, %q, want %q", c.args, code, stderr, c.want)
		}
	}
	idle := problemFile(t, strings.Replace(beyond, "INTERPOLATION", "cubic", 1)+"[anneal]\npredict = 2\n")
	if code, _, stderr := runs(t, "anneal", idle); code != exitSolved || !strings.Contains(stderr, "nothing is predicted") {
		t.Errorf("predict = 2 in the file: exit code %d, %q", code, stderr)
	}
	out := t.TempDir()
	if code, _, stderr := runs(t, "anneal", name, "--predict", "5", "--out", out); code != exitSolved {
		t.Fatal(stderr)
	}
	if code, _, stderr := runs(t, "report", out); code != exitSolved {
		t.Fatal(stderr)
	}
	page, err := os.ReadFile(filepath.Join(out, htmlFile))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "<figure"); n != 2 || !strings.Contains(string(page), "prediction") {
		t.Errorf("%d figures in the report of a prediction, want levels and states", n)
	}
}
