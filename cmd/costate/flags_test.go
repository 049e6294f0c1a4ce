package main

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestNumbersByFlags accepts what is plainly a decimal number in range and
// nothing else.
func TestNumbersByFlags(t *testing.T) {
	var x float64
	var list []float64
	var n int
	var seed uint64
	f := newFlagSet("test")
	numberVar(f, &x, "tol", 0, math.Inf(1), "tolerance")
	numbersVar(f, &list, "levels", "levels")
	integerVar(f, &n, "layers", 1, 1000, "layers")
	seedVar(f, &seed)

	for _, ok := range []string{"--tol=1e-6", "--tol=.5", "--tol=0", "--levels=1,-2.5, 3e2", "--layers=1000", "--layers=010", "--seed=18446744073709551615"} {
		if err := f.Parse([]string{ok}); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	if x != 0 || !slices.Equal(list, []float64{1, -2.5, 300}) || n != 10 || seed != math.MaxUint64 {
		t.Errorf("read %v, %v, %v, %v", x, list, n, seed)
	}

	for _, c := range []struct{ arg, want string }{
		{"--tol=inf", "want a finite number"},
		{"--tol=-Inf", "want a finite number"},
		{"--tol=NaN", "want a finite number"},
		{"--tol=1e999", "want a finite number"},
		{"--tol=1_000", "want a decimal number"},
		{"--tol=0x1p3", "want a decimal number"},
		{"--tol=1,5", "want a decimal number"},
		{"--tol=", "want a decimal number"},
		{"--tol=-1", "want at least 0"},
		{"--levels=1,,2", "want a decimal number"},
		{"--levels=1,inf", "want a finite number"},
		{"--layers=0", "want a whole number from 1 to 1000"},
		{"--layers=1001", "want a whole number from 1 to 1000"},
		{"--layers=99999999999999999999", "want a whole number from 1 to 1000"},
		{"--layers=1_000", "want a whole number such as"},
		{"--layers=0x10", "want a whole number such as"},
		{"--layers=1.5", "want a whole number such as"},
		{"--seed=-1", "want a whole number from 0"},
		{"--seed=1_0", "want a whole number from 0"},
	} {
		err := f.Parse([]string{c.arg})
		if err == nil {
			t.Errorf("%s is accepted", c.arg)
			continue
		}
		name, _, _ := strings.Cut(c.arg, "=")
		if msg := flagError(f, err, "costate help").Error(); !strings.HasPrefix(msg, name+" ") || !strings.Contains(msg, c.want) {
			t.Errorf("%s: %q names not %q and %q", c.arg, msg, name, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	words := []string{"solve", "derive", "anneal", "check", "examples", "--max-meshes", "--method"}
	for _, c := range []struct{ given, want string }{
		{"slove", "solve"},
		{"Solve", "solve"},
		{"exa", "examples"},
		{"anneel", "anneal"},
		{"--methd", "--method"},
		{"--max-mesh", "--max-meshes"},
		{"plot", ""},
		{"x", ""},
	} {
		want := ""
		if c.want != "" {
			want = " (did you mean " + c.want + "?)"
		}
		if got := didYouMean(c.given, words); got != want {
			t.Errorf("%s: %q, want %q", c.given, got, want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	e := &env{args: []string{"solve", "my file.toml", "--set", "k='2'", "--tol=1e-6", ""}}
	want := `costate solve 'my file.toml' --set 'k='\''2'\''' --tol=1e-6 ''`
	if got := e.commandLine(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestToleranceFlag: zero, or what double precision can meet.
func TestToleranceFlag(t *testing.T) {
	for _, command := range []string{"solve", "continue", "check"} {
		for _, c := range []struct{ tol, want string }{{"1e-30", "at least 1e-14"}, {"-1", "from 0 to"}, {"1", "from 0 to"}, {"x", "decimal number"}} {
			if code, _, stderr := runs(t, command, "bratu", "--tol", c.tol); code != exitUsage || !strings.Contains(stderr, c.want) {
				t.Errorf("%s --tol %s: exit code %d, %s", command, c.tol, code, stderr)
			}
		}
	}
}
