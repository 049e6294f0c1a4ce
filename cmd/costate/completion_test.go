package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// script writes the completion of a shell to a file and checks its syntax with
// the shell itself, where it is installed.
func script(t *testing.T, shell string) string {
	t.Helper()
	code, out, stderr := runs(t, "completion", shell)
	if code != exitSolved || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	path := filepath.Join(t.TempDir(), "costate."+shell)
	if err := os.WriteFile(path, []byte(out), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath(shell); err != nil {
		t.Skipf("%s is not installed", shell)
	}
	if out, err := exec.Command(shell, "-n", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s -n: %v: %s", shell, err, out)
	}
	return path
}

func TestZshCompletion(t *testing.T) {
	path := script(t, "zsh")
	// The function is loaded as a user's start-up file would.
	out, err := exec.Command("zsh", "-f", "-c", "autoload -Uz compinit && compinit -D -u && source "+path+" && print ${_comps[costate]}").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "_costate" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestFishCompletion(t *testing.T) {
	path := script(t, "fish")
	for _, c := range completions {
		out, err := exec.Command("fish", "--no-config", "-c", "source "+path+"; complete -C "+singleQuote("costate "+c.line)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var got []string
		for line := range strings.Lines(string(out)) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			// fish completes the whole word --format=csv.
			_, value, found := strings.Cut(word, "=")
			if found {
				word = value
			}
			got = append(got, word)
		}
		check(t, c.line, got, c.want)
	}
}

// completions are lines as typed after "costate " and what a tab offers.
var completions = []struct {
	line string
	want []string
}{
	{"ver", []string{"version"}},
	{"help comp", []string{"completion"}},
	{"completion ", shells},
	{"--quiet completion z", []string{"zsh"}},
	{"--format csv completion z", []string{"zsh"}},
	{"version --format ", []string{"csv", "json", "markdown", "table"}},
	{"version --format=j", []string{"json"}},
	{"version --log-format t", []string{"text"}},
	{"version --qu", []string{"--quiet"}},
}

func check(t *testing.T, line string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	if want = slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("costate %s<tab>: %q, want %q", line, got, want)
	}
}

func TestBashCompletion(t *testing.T) {
	path := script(t, "bash")
	for _, c := range completions {
		// Readline splits words at = as well.
		words := strings.Fields("costate " + strings.ReplaceAll(c.line, "=", " = "))
		if strings.HasSuffix(c.line, " ") {
			words = append(words, "")
		}
		for i, w := range words {
			words[i] = shellQuote(w)
		}
		program := "source " + path + "; COMP_WORDS=(" + strings.Join(words, " ") + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _costate; printf '%s\\n' \"${COMPREPLY[@]}\""
		out, err := exec.Command("bash", "--norc", "-c", program).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		check(t, c.line, strings.Fields(string(out)), c.want)
	}
}

// TestFileCompletion completes files by extension, with blanks in their names,
// and folders.
func TestFileCompletion(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	dir := t.TempDir()
	for _, name := range []string{"a one.svg", "a.png", "a.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "ab"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hint hint
		want []string
	}{
		{hint{file: true, extensions: []string{".svg", ".png"}}, []string{"a one.svg", "a.png", "ab"}},
		{hint{folder: true}, []string{"ab"}},
	} {
		program := bashCompletion() + "\ncur=a; " + c.hint.bash() + "; printf '%s\\n' \"${COMPREPLY[@]}\""
		cmd := exec.Command("bash", "--norc", "-c", program)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		check(t, c.hint.bash(), strings.Split(strings.TrimSpace(string(out)), "\n"), c.want)
	}
}
