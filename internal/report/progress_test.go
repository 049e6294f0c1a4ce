package report

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestProgressMessages(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		now := time.Unix(0, 0)
		p := NewProgress(&b, ProgressOptions{
			What: "anneal", Total: 40,
			Log: NewLogger(&b, format, slog.LevelInfo),
			Now: func() time.Time { return now },
		})
		for range 10 { // a step every second
			now = now.Add(time.Second)
			p.Add(1)
		}
		p.Describe("lowest 1.25")
		p.Done()
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 3 { // after 5 s, after 10 s, at the end
			t.Fatalf("%s: %d lines:\n%s", format, len(lines), b.String())
		}
		if format == "text" {
			want := "anneal: done 5, of 40, rate 1/s, left 35.0 s"
			if lines[0] != want {
				t.Errorf("got  %s\nwant %s", lines[0], want)
			}
			continue
		}
		var record map[string]any
		if err := json.Unmarshal([]byte(lines[2]), &record); err != nil {
			t.Fatal(err)
		}
		if record["done"] != 10.0 || record["left"] != "30.0 s" || record["state"] != "lowest 1.25" {
			t.Errorf("record %v", record)
		}
	}
}

// TestProgressShortWork: what ends before the first message is due says
// nothing.
func TestProgressShortWork(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, ProgressOptions{What: "solve", Total: 3, Log: NewLogger(&b, "text", slog.LevelInfo)})
	p.Add(3)
	p.Done()
	if b.Len() > 0 {
		t.Errorf("got %q", b.String())
	}
}

func TestProgressQuiet(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	for _, terminal := range []bool{false, true} {
		p := NewProgress(&b, ProgressOptions{
			What: "solve", Total: 3, Quiet: true, Terminal: terminal,
			Log: NewLogger(&b, "text", slog.LevelInfo),
			Now: func() time.Time { now = now.Add(time.Hour); return now },
		})
		p.Add(1)
		p.Describe("half")
		p.Done()
	}
	if b.Len() > 0 {
		t.Errorf("got %q", b.String())
	}
}

func TestProgressBar(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, ProgressOptions{What: "anneal", Total: 4, Terminal: true})
	for range 3 {
		time.Sleep(110 * time.Millisecond) // the bar draws at most every 100 ms
		p.Add(1)
	}
	p.Done()
	out := b.String()
	for _, want := range []string{"anneal", "75%", "(3/4", "it/s"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %q", want, out)
		}
	}
	if strings.HasSuffix(out, "\n") {
		t.Errorf("the bar leaves a line: %q", out)
	}
}

// TestProgressConcurrent counts right whatever the goroutines do.
func TestProgressConcurrent(t *testing.T) {
	var nobody *Progress
	nobody.Add(1)
	nobody.Describe("")
	nobody.Done()

	p := NewProgress(new(bytes.Buffer), ProgressOptions{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				p.Add(1)
				p.Describe("x")
			}
		})
	}
	wg.Wait()
	p.Done()
	if p.done != 800 {
		t.Errorf("%d steps of 800", p.done)
	}
}
