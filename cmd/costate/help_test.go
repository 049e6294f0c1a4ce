package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestHelp(t *testing.T) {
	code, overview, stderr := runs(t, "help")
	if code != exitSolved || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	for _, args := range [][]string{{"--help"}, {"-h"}} {
		if code, out, stderr := runs(t, args...); code != exitSolved || out != overview || stderr != "" {
			t.Errorf("costate %q differs from costate help: exit code %d, %s%s", args, code, out, stderr)
		}
	}
	// Without a command the overview is an error message.
	if code, out, stderr := runs(t); code != exitUsage || out != "" || !strings.Contains(stderr, "Commands:") {
		t.Errorf("costate: exit code %d, %q, %q", code, out, stderr)
	}
	for _, c := range commands() {
		if !strings.Contains(overview, "  "+c.name+" ") || !strings.Contains(overview, c.summary) {
			t.Errorf("the overview lacks %s", c.name)
		}
		code, out, stderr := runs(t, "help", c.name)
		if code != exitSolved || stderr != "" {
			t.Errorf("help %s: exit code %d, stderr %q", c.name, code, stderr)
		}
		if _, same, _ := runs(t, c.name, "--help"); same != out {
			t.Errorf("costate %s --help differs from costate help %s", c.name, c.name)
		}
		own, global := c.flags()
		for _, f := range visible(own, global) {
			if f.Name != "help" && !strings.Contains(out, "--"+f.Name+" ") {
				t.Errorf("help %s lacks --%s", c.name, f.Name)
			}
			if f.Usage == "" {
				t.Errorf("%s: --%s is not explained", c.name, f.Name)
			}
		}
		if len(c.examples) == 0 {
			t.Errorf("%s has no example", c.name)
		}
		for _, x := range c.examples {
			if !strings.Contains(x[0], "costate "+c.name) || !strings.Contains(out, x[0]) {
				t.Errorf("help %s: example %q", c.name, x[0])
			}
		}
		if s := c.summary; s == "" || strings.HasSuffix(s, ".") || s[0] >= 'A' && s[0] <= 'Z' {
			t.Errorf("%s: summary %q: want lower case without a full stop", c.name, s)
		}
	}
}

// TestCommandFlagsAreTheirOwn: two flags of one name would hide each other.
func TestCommandFlagsAreTheirOwn(t *testing.T) {
	for _, c := range commands() {
		own, global := c.flags()
		own.VisitAll(func(f *pflag.Flag) {
			if global.Lookup(f.Name) != nil {
				t.Errorf("%s: --%s is a global flag", c.name, f.Name)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	code, out, _ := runs(t, "version")
	if want := regexp.MustCompile(`^costate \S+ \(go\d\S*, \w+/\w+.*\)\n$`); code != exitSolved || !want.MatchString(out) {
		t.Errorf("exit code %d, %q", code, out)
	}
	// Global flags stand before or after the command.
	_, before, _ := runs(t, "--format=json", "version")
	_, after, _ := runs(t, "version", "--format", "json")
	var doc map[string]any
	if err := json.Unmarshal([]byte(before), &doc); err != nil || before != after {
		t.Errorf("%v: %q and %q", err, before, after)
	}
}

// TestManPages reads every page with groff, with all its warnings.
func TestManPages(t *testing.T) {
	groff, err := exec.LookPath("groff")
	pages := [][]string{{"man"}}
	for _, c := range commands() {
		pages = append(pages, []string{"man", c.name})
	}
	for _, args := range pages {
		code, page, stderr := runs(t, args...)
		if code != exitSolved || stderr != "" || !strings.HasPrefix(page, ".TH ") {
			t.Fatalf("costate %q: exit code %d, %q, %q", args, code, stderr, page)
		}
		for line := range strings.Lines(page) {
			if strings.TrimSpace(line) == "" {
				t.Errorf("costate %q: an empty line, which roff sets as a gap", args)
			}
		}
		for _, section := range []string{"NAME", "SYNOPSIS", "EXIT STATUS", "SEE ALSO"} {
			if !strings.Contains(page, ".SH "+section+"\n") {
				t.Errorf("costate %q: no section %s", args, section)
			}
		}
		if err != nil {
			continue
		}
		cmd := exec.Command(groff, "-man", "-ww", "-Tutf8", "-rLL=72n")
		cmd.Stdin = strings.NewReader(page)
		var out, warnings bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &warnings
		if err := cmd.Run(); err != nil || warnings.Len() > 0 {
			t.Errorf("costate %q: groff: %v: %s", args, err, warnings.String())
		}
	}
	if err != nil {
		t.Skip("groff is not installed: the pages were not set")
	}
}
