package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedCommands runs every command of README.md and docs/*.md, in the
// order of each page, in a folder that has the project's testdata.
func TestDocumentedCommands(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, filepath.Join(root, "README.md"))
	count := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			for _, line := range shellLines(string(text)) {
				count++
				if err := runLine(line); err != nil {
					t.Errorf("%s: %v", line, err)
				}
			}
		})
	}
	if count == 0 {
		t.Error("the pages show no commands")
	}
}

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// shellLines returns the costate commands of the sh blocks of a page.
func shellLines(page string) []string {
	var out []string
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimSpace(strings.TrimPrefix(line, "go run ./cmd/"))
			if strings.HasPrefix(line, "costate ") {
				out = append(out, line)
			}
		}
	}
	return out
}

// runLine runs one command, with a redirection of its output if it has one.
func runLine(line string) error {
	command, file, redirect := strings.Cut(line, ">")
	var stdout, stderr bytes.Buffer
	args := strings.Fields(strings.ReplaceAll(command, "'", ""))
	code := run(context.Background(), args[1:], strings.NewReader(""), &stdout, &stderr)
	if code != exitSolved {
		return fmt.Errorf("exit code %d: %s", code, stderr.String())
	}
	if redirect {
		return os.WriteFile(strings.TrimSpace(file), stdout.Bytes(), 0o600)
	}
	return nil
}
