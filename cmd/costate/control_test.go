package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// doubleIntegrator moves a unit mass by one, from rest to rest in time 1, or in
// a free time that costs 1 per unit: u = 6 - 12 t, and T = 18^(1/4).
const doubleIntegrator = `
hamiltonian = 'p1*x2 + p2*u %s u^2/2 - k'
controls = ["u"]
[layer]
start = 0
end = %s
unit = "s"
[constants]
k = %s
[states]
x1 = { costate = "p1", start = 0, end = 1, guess = 't', unit = "m" }
x2 = { costate = "p2", start = 0, end = 0, guess = '1' }
`

func controlFile(t *testing.T, sign, end, k string) string {
	t.Helper()
	text := strings.Replace(doubleIntegrator, "%s", sign, 1)
	text = strings.Replace(strings.Replace(text, "%s", end, 1), "%s", k, 1)
	file := filepath.Join(t.TempDir(), "control.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestCostAndControl: the cost and the eliminated control are printed and saved,
// whichever sign the cost has in H.
func TestCostAndControl(t *testing.T) {
	for _, sign := range []string{"-", "+"} {
		file := controlFile(t, sign, "1", "0")
		out := filepath.Join(t.TempDir(), "run")
		got := tablesOf(t, "solve", file, "--out", out)
		formula := map[string]string{"-": "p x' - H", "+": "H - p x'"}[sign]
		if v := got["cost"]["cost, the integral of "+formula]; math.Abs(v["value"]-6) > 1e-9 || v["error"] > 1e-9 || v["error"] <= 0 {
			t.Errorf("H with %su^2/2: cost %v, want 6", sign, v)
		}
		u := got["ends"]["u"]
		if math.Abs(u["at the start"]-6) > 1e-9 || math.Abs(u["at the end"]+6) > 1e-9 || u["error"] > 1e-8 || u["error"] <= 0 {
			t.Errorf("H with %su^2/2: u %v, want 6 and -6", sign, u)
		}
		for name, want := range map[string]string{"solution.csv": "t,x1,x2,p1,p2,u\n", "solution.json": `"name":"u"`, "report.json": "Cost"} {
			text, err := os.ReadFile(filepath.Join(out, name))
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s does not hold %q: %v", name, want, err)
			}
		}
	}
}

// TestFreeEndIsNamed: conditions at a free end carry its name, not its guess, and
// so do no keys of the tables.
func TestFreeEndIsNamed(t *testing.T) {
	file := controlFile(t, "-", `{ estimate = true, guess = 2, name = "T", min = 0.1 }`, "1")
	_, text, _ := runs(t, "derive", file)
	if !strings.Contains(text, "p1(T)*x2(T) + p2(T)^2/2 - k = 0") {
		t.Errorf("derive prints\n%s", text)
	}
	got := tablesOf(t, "solve", file, "--tol", "1e-9")
	T := math.Pow(18, 0.25)
	if v := got["ends"]["t"]; math.Abs(v["at the end"]-T) > 1e-8 || v["at the start"] != 0 {
		t.Errorf("t is %v at the ends, want 0 and %g", v, T)
	}
	// cost = 6/T^3 + k T
	if v := got["cost"]["cost, the integral of p x' - H"]["value"]; math.Abs(v-(6/(T*T*T)+T)) > 1e-7 {
		t.Errorf("cost %g", v)
	}
}

// TestActionOfALagrangian: int L dt of an oscillator that goes from 0 to 1 in time
// 1 is cot(1)/2.
func TestActionOfALagrangian(t *testing.T) {
	file := filepath.Join(t.TempDir(), "oscillator.toml")
	const text = `
lagrangian = "(x'^2 - x^2)/2"
[layer]
start = 0
end = 1
[coordinates]
x = { start = 0, end = 1 }
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v := tablesOf(t, "solve", file)["action"]["integral of L"]
	if want := 0.5 / math.Tan(1); math.Abs(v["value"]-want) > v["error"] || v["error"] > 1e-6 {
		t.Errorf("action %v, want %.12g", v, want)
	}
}

// TestIdleFlags: a flag without effect is an error that says with what it has one.
func TestIdleFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"lynx-hare --rule gauss2", "--rule has no effect with --method collocation: it is for --method discrete"},
		{"lynx-hare --layers 3", "--layers has no effect with --method collocation: it is for --method discrete"},
		{"lynx-hare --method shooting --stages 3", "--stages has no effect with --method shooting: it is for --method collocation"},
		{"lynx-hare --method discrete --diagnose", "it is for --method collocation and shooting"},
		{"lynx-hare --picture costates", "without --plot FILE"},
		{"lynx-hare --plot nowhere/x.svg", "--plot nowhere/x.svg: there is no folder nowhere"},
		{"lynx-hare --out control_test.go", "--out control_test.go: that is a file, want a folder"},
		{"bratu --all-solutions --diagnose", "--diagnose has no effect with --all-solutions"},
	} {
		code, _, stderr := runs(t, append([]string{"solve"}, strings.Fields(c.args)...)...)
		if code != exitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("solve %s: exit code %d, %q, want %q", c.args, code, stderr, c.want)
		}
	}
}

// TestMultiplierName: a multiplier of a condition takes a name that is free.
func TestMultiplierName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "coupled.toml")
	const text = `
[layer]
start = 0
end = 1
[constants]
nu1 = 2
[states]
x = '-x + y'
y = '-nu1*y'
[model]
Rf = 1
[boundary]
conditions = ['x(0) + y(0) = 1']
[[observations]]
at = [0.5, 1]
observe = { x = [1, 2], y = [1, 1] }
Rm = 1
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := tablesOf(t, "solve", file)["parameters"]; got["nu1_"] == nil {
		t.Errorf("the multipliers are %v, want nu1_", got)
	}
}

// TestIntegralCondition: a given integral in a Hamiltonian problem is the
// isoperimetric one. For H = p (u - x) - u^2/2 with x(0) = 1, x(2) free and
// int x = 2 the same problem with a state of its own has the same solution.
func TestIntegralCondition(t *testing.T) {
	const head = `controls = ["u"]
[layer]
start = 0
end = 2
[states]
x = { start = 1, costate = "p" }
`
	short := tablesOf(t, "solve", problemFile(t, "hamiltonian = 'p*(-x + u) - u^2/2'\n"+head+"[boundary]\nconditions = ['integral(x) = 2']\n"))
	long := tablesOf(t, "solve", problemFile(t, "hamiltonian = 'p*(-x + u) + s*x - u^2/2'\n"+head+"J = { start = 0, end = 2, costate = 's' }\n"))
	for _, c := range [][2]string{{"x", "x"}, {"p", "p"}, {"integral_1", "J"}, {"p_integral_1", "s"}} {
		for _, at := range []string{"at the start", "at the end"} {
			got, want := short["ends"][c[0]][at], long["ends"][c[1]][at]
			if math.Abs(got-want) > 1e-10 || c[0] == "p_integral_1" && !(got > 1) {
				t.Errorf("%s %s: %g, want %g", c[0], at, got, want)
			}
		}
	}
	for text, want := range map[string]string{
		"hamiltonian = 'p*(-x + u) - u^2/2'\n" + head + "[boundary]\nconditions = ['integral(p) = 2']\n":                                                  "an integrand with the costate p",
		"lagrangian = \"x'^2/2\"\n[layer]\nstart = 0\nend = 1\n[coordinates]\nx = { start = 0, end = 1 }\n[boundary]\nconditions = ['integral(x) = 2']\n": "one more state q' = integrand",
	} {
		if code, _, stderr := runs(t, "solve", problemFile(t, text)); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q, want %q", code, stderr, want)
		}
	}
}
