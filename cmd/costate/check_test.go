package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCheckGolden regenerates the convergence table that the README shows. Times
// and the padding that depends on them may differ.
func TestCheckGolden(t *testing.T) {
	code, stdout, stderr := runs(t, "check", "ornstein-uhlenbeck", "--rule", "midpoint,gauss2", "--layers", "8..64")
	if code != exitSolved {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	table, rest, _ := strings.Cut(stdout, "\n\n")
	const golden = "testdata/check-ou.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(table+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := withoutTimes(table + "\n"); got != withoutTimes(string(want)) {
		t.Errorf("the table has changed (go test -update writes it anew):\n%s\nwant\n%s", table, want)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	// The note under the table is left out there.
	body := withoutTimes(string(want)[:strings.Index(string(want), "\nErrors of")])
	if !strings.Contains(withoutTimes(string(readme)), body) {
		t.Error("README.md does not show this table")
	}
	for _, title := range []string{"Against the closed form", "Agreement of the routes", "Certificates", "Verdict"} {
		if !strings.Contains(rest, "\n"+title) && !strings.HasPrefix(rest, title) {
			t.Errorf("no table %q", title)
		}
	}
}

var (
	times = regexp.MustCompile(`\d+(\.\d+)? (ns|µs|ms|s)`)
	space = regexp.MustCompile(`(?m) +|─+| +$`)
)

func withoutTimes(s string) string {
	return space.ReplaceAllString(times.ReplaceAllString(s, "time"), " ")
}

func TestCheckFormats(t *testing.T) {
	args := []string{"check", "double-well", "--rule", "gauss2", "--layers", "8..64", "--quiet"}
	code, stdout, stderr := runs(t, append(args, "--format", "json")...)
	if code != exitSolved || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var all map[string]struct {
		Rows []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]int{"convergence": 4, "truth": 2, "agreement": 6, "certificates": 12, "verdict": 1} {
		if len(all[name].Rows) < least {
			t.Errorf("table %s has %d rows", name, len(all[name].Rows))
		}
	}
	if v := all["verdict"].Rows[0]["passed"]; v != true {
		t.Errorf("passed = %v", v)
	}
	row := all["convergence"].Rows[1]
	if n, rule := row["N"], row["rule"]; n != 16.0 || rule != "gauss2" {
		t.Errorf("second row: %v, N = %v", rule, n)
	}
	for _, format := range []string{"csv", "markdown"} {
		code, stdout, _ := runs(t, append(args, "--format", format)...)
		if code != exitSolved || !strings.Contains(stdout, "gauss2") || !strings.Contains(stdout, "conjugate points") {
			t.Errorf("%s: exit code %d\n%s", format, code, stdout)
		}
	}
}

// TestCheckExplains: the tables say why.
func TestCheckExplains(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"ornstein-uhlenbeck", "--rule", "simpson,simpson-equal", "--layers", "16..128"},
			[]string{"observed x 2.00, p 2.00, action 2.00, theory 2", "with 3/16 of its weight: an error of order s^2"}},
		{[]string{"lynx-hare", "--rule", "simpson-equal", "--layers", "16..320"}, // exact equations
			[]string{"theta 4.00, action 4.00, theory 4"}},
		{[]string{"ornstein-uhlenbeck", "--rule", "midpoint", "--layers", "8..32", "--fixed-layer-weight"},
			[]string{"The mistake: layers of weight Rf/(first step)", "the action drifts towards the least it can be"}},
		{[]string{"double-integrator"}, []string{"p1 at the start", "closed form", "kappa_1"}},
	} {
		code, stdout, stderr := runs(t, append([]string{"check"}, c.args...)...)
		if code != exitSolved {
			t.Errorf("check %q: exit code %d\n%s%s", c.args, code, stdout, stderr)
		}
		flat := strings.Join(strings.Fields(stdout), " ") // notes are wrapped
		for _, w := range c.want {
			if !strings.Contains(flat, w) {
				t.Errorf("check %q: no %q in\n%s", c.args, w, stdout)
			}
		}
	}
}

func TestCheckSweep(t *testing.T) {
	code, stdout, stderr := runs(t, "check", "ornstein-uhlenbeck", "--rf", "1..1e4", "--format", "csv")
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != 7 || !strings.HasPrefix(lines[6], "inf,") || !strings.HasPrefix(lines[0], "Rf,action,") {
		t.Errorf("rows for 1, 10, .., 1e4 and inf expected:\n%s", stdout)
	}
}

// TestCheckFails: a saddle ends with exit code 1 and names what it is; mistakes in
// the flags end with 2.
func TestCheckFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "oscillator.toml")
	const text = "title = 'Oscillator'\nlagrangian = \"q'^2/2 - q^2/2\"\n[layer]\nstart = 0\nend = 4\n[coordinates]\nq = { start = 0, end = 1 }\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := runs(t, "check", file)
	if code != exitFailed || !strings.Contains(stdout, "conjugate point at 3.14159: a saddle") || !strings.Contains(stdout, "FAILED: conjugate points") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	for _, c := range []struct{ args, want string }{
		{"nile --rule midpiont", "--rule: unknown rule \"midpiont\"; want euler, midpoint, trapezoid, simpson, simpson-equal, or gauss1 to gauss8"},
		{"nile --rule map", "no step to refine"},
		{"lqr --layers 64..8", "--layers 64..8: want the smaller number first"},
		{"lqr --layers 8..10.5", "want whole numbers"},
		{"lqr --rf 1..10", "--rf: discrete layers need an action"},
		{"lqr --rf 0..10", "--rf 0..10: want a number from"},
	} {
		code, stdout, stderr := runs(t, append([]string{"check"}, strings.Fields(c.args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("check %s: exit code %d, %q, want %q", c.args, code, stderr, c.want)
		}
	}
}

// TestCheckNetwork: networks are checked, in every format, and the limit of their
// Rf is shown; what has no meaning for them is refused.
func TestCheckNetwork(t *testing.T) {
	args := []string{"check", "network-continuous", "--quiet"}
	code, stdout, stderr := runs(t, append(args, "--format", "json")...)
	if code != exitSolved {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var all map[string]struct {
		Rows []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]int{"propagation": 18, "trained": 4, "agreement": 2, "certificates": 20, "verdict": 1} {
		if len(all[name].Rows) < least {
			t.Errorf("table %s has %d rows", name, len(all[name].Rows))
		}
	}
	for _, row := range all["propagation"].Rows {
		if row["N"] == 256.0 && row["rule"] == "RK4" {
			if order := row["order p"].(float64); order < 3.9 || order > 4.1 {
				t.Errorf("RK4, 128 -> 256 layers: order of p %v", order)
			}
		}
	}
	for _, format := range []string{"csv", "markdown", "table"} {
		code, stdout, _ := runs(t, append(args, "--format", format)...)
		if code != exitSolved || !strings.Contains(stdout, "RK2") || !strings.Contains(stdout, "p = -delta") {
			t.Errorf("%s: exit code %d\n%s", format, code, stdout)
		}
	}
	code, stdout, stderr = runs(t, "check", "network-dead", "--quiet")
	if code != exitSolved || !strings.Contains(stdout, "no continuous limit") || !strings.Contains(stdout, "strong limit") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = runs(t, "check", "network-continuous", "--rf", "1e3..1e5", "--format", "csv", "--quiet")
	if lines := strings.Split(strings.TrimSpace(stdout), "\n"); code != exitSolved || len(lines) != 5 || !strings.HasPrefix(lines[4], "inf,") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for args, want := range map[string]string{
		"check network-continuous --rule euler": "--rule has no meaning for a problem of the kind network",
		"check bvp/T1 --rule euler":             "--rule has no meaning for a problem of the kind boundary",
		"check nile --rf 1..10 --rule euler":    "--rule has no effect with --rf",
		"check iris --layers 8..16":             "--layers has no meaning for a problem of the kind network",
	} {
		code, stdout, stderr := runs(t, strings.Fields(args)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %q", args, code, stderr)
		}
	}
}
