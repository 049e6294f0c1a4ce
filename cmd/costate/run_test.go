package main

import (
	"bytes"
	"context"
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
