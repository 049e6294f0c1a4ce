package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAnnealInterrupted: an interrupt keeps what is finished, and the same
// command goes on from there to the result of a run that was not interrupted.
func TestAnnealInterrupted(t *testing.T) {
	dir := t.TempDir()
	args := []string{"anneal", "lorenz63", "--starts", "60", "--out", dir, "--quiet", "--format", "csv"}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	var out, msg bytes.Buffer
	// One worker needs seconds for all starts, on any machine.
	if code := run(ctx, append(args[:len(args):len(args)], "--workers", "1"), strings.NewReader(""), &out, &msg); code != exitInterrupted {
		t.Fatalf("exit code %d: finished before the interrupt", code)
	}
	if !strings.Contains(out.String(), "starts") {
		t.Errorf("nothing of the interrupted run is printed: %q, %q", out.String(), msg.String())
	}
	if files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*")); err != nil || len(files) == 0 {
		t.Errorf("no checkpoints: %v", err)
	}
	if code, _, stderr := runs(t, args...); code != exitSolved {
		t.Fatalf("resumed: exit code %d: %s", code, stderr)
	}
	whole := t.TempDir()
	args[5] = whole
	if code, _, stderr := runs(t, append(args, "--workers", "1")...); code != exitSolved {
		t.Fatalf("whole: exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"levels.csv", "path.csv"} {
		a, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between a resumed run and a whole one with one worker", name)
		}
	}
}
