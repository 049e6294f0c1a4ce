package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runs calls the program as main does.
func runs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

func TestMistakesNameTheRemedy(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // on standard error
	}{
		{[]string{"versoin"}, "costate: unknown command \"versoin\" (did you mean version?); costate help lists the commands\n"},
		{[]string{"xyzzy"}, "costate: unknown command \"xyzzy\"; costate help lists the commands\n"},
		{[]string{"--qiet"}, "costate: unknown flag --qiet (did you mean --quiet?); costate help lists the flags\n"},
		{[]string{"help", "-format", "csv"}, "costate: unknown flag -format (did you mean --format?); costate help help lists the flags\n"},
		{[]string{"version", "--format", "jsn"}, "costate: --format jsn: want one of table, markdown, csv, json (did you mean json?)\n"},
		{[]string{"version", "--format"}, "costate: --format needs a value (table|markdown|csv|json); costate help version explains it\n"},
		{[]string{"version", "now"}, "costate: version: no arguments are taken; usage: costate version [flags]\n"},
		{[]string{"completion"}, "costate: completion: SHELL is missing; usage: costate completion SHELL [flags]\n"},
		{[]string{"completion", "bahs"}, "costate: no completion for the shell \"bahs\": want one of bash, zsh, fish (did you mean bash?)\n"},
		{[]string{"man", "one", "two"}, "costate: man: 2 arguments where at most 1 are taken; usage: costate man [COMMAND] [flags]\n"},
	} {
		code, stdout, stderr := runs(t, c.args...)
		if code != exitUsage || stdout != "" || stderr != c.want {
			t.Errorf("costate %q: exit code %d, stdout %q, stderr\n%swant\n%s", c.args, code, stdout, stderr, c.want)
		}
	}
}

// TestExitCodes maps errors to what a shell sees.
func TestExitCodes(t *testing.T) {
	background := context.Background()
	ended, cancel := context.WithCancel(background)
	cancel()
	_, missing := os.Open("no such file")
	placed := badFile(errors.New("lynx.toml:3:7: unknown name z"))
	for _, c := range []struct {
		ctx  context.Context
		err  error
		code int
		say  string
	}{
		{background, nil, 0, ""},
		{background, errFailed, 1, ""},
		{background, fmt.Errorf("wrapped: %w", errFailed), 1, ""},
		{background, errors.New("no descent"), 1, "costate: no descent\n"},
		{background, badInput("bad"), 2, "costate: bad\n"},
		{background, placed, 2, "lynx.toml:3:7: unknown name z\n"},
		{background, fmt.Errorf("read: %w", missing), 2, "costate: read: open no such file: no such file or directory\n"},
		{background, context.Canceled, 130, "costate: interrupted\n"},
		{ended, errors.New("stopped at level 3"), 130, "costate: stopped at level 3\n"},
	} {
		var b bytes.Buffer
		e := &env{stderr: &b}
		code := exitCode(c.ctx, c.err)
		if c.err != nil {
			e.complain(c.err, code)
		}
		if code != c.code || b.String() != c.say {
			t.Errorf("%v: exit code %d, %q; want %d, %q", c.err, code, b.String(), c.code, c.say)
		}
	}
}

func TestErrorsAsJSON(t *testing.T) {
	code, _, stderr := runs(t, "--log-format", "json", "versoin")
	var record struct {
		Level, Msg string
		Exit       int
	}
	if err := json.Unmarshal([]byte(stderr), &record); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	if code != exitUsage || record.Exit != exitUsage || record.Level != "ERROR" || !strings.Contains(record.Msg, "version?") {
		t.Errorf("exit code %d, %+v", code, record)
	}
}

// BenchmarkStartUp measures what an empty command costs, process start included.
func BenchmarkStartUp(b *testing.B) {
	program := filepath.Join(b.TempDir(), "costate")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(program, "version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}
