package report

import (
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// ProgressOptions say how progress is shown.
type ProgressOptions struct {
	What     string // the work, such as "anneal"
	Total    int    // steps; 0: unknown
	Quiet    bool   // show nothing
	Terminal bool   // a bar; otherwise messages to Log
	Color    bool   // the bar may be coloured

	Log   *slog.Logger     // nil: no messages
	Every time.Duration    // between two messages [5 s]
	Now   func() time.Time // [time.Now]
}

// Progress shows how far long work has come: a bar with rate and time left on
// a terminal, a message every few seconds otherwise. Its methods may be called
// by several goroutines, and on nil.
type Progress struct {
	o ProgressOptions

	mu          sync.Mutex
	bar         *progressbar.ProgressBar
	done        int
	state       string
	start, last time.Time
	lines       int
}

// NewProgress starts to show progress on w.
func NewProgress(w io.Writer, o ProgressOptions) *Progress {
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Progress{o: o, start: o.Now()}
	p.last = p.start
	if o.Quiet || !o.Terminal {
		return p
	}
	total := o.Total
	if total <= 0 {
		total = -1 // a spinner
	}
	theme := progressbar.ThemeASCII
	if o.Color {
		theme = progressbar.ThemeUnicode
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(o.What),
		progressbar.OptionSetTheme(theme),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(o.Color),
	)
	return p
}

// Add reports that n more steps are done.
func (p *Progress) Add(n int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.o.Quiet {
		return
	}
	if p.bar != nil {
		p.bar.Add(n)
		return
	}
	if now := p.o.Now(); now.Sub(p.last) >= p.o.Every {
		p.last = now
		p.message(now)
	}
}

// Describe shows a short state beside the count, such as the lowest level so
// far.
func (p *Progress) Describe(state string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
	if p.bar != nil {
		p.bar.Describe(p.o.What + " " + state)
	}
}

// Done ends the display: the bar is removed, and where messages were written a
// last one follows.
func (p *Progress) Done() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.o.Quiet:
	case p.bar != nil:
		p.bar.Clear()
		p.bar.Exit()
	case p.lines > 0:
		p.message(p.o.Now())
	}
}

func (p *Progress) message(now time.Time) {
	if p.o.Log == nil {
		return
	}
	p.lines++
	args := []any{"done", p.done}
	if p.o.Total > 0 {
		args = append(args, "of", p.o.Total)
	}
	passed := now.Sub(p.start)
	if rate := float64(p.done) / passed.Seconds(); passed > 0 && rate > 0 {
		args = append(args, "rate", strconv.FormatFloat(rate, 'g', 3, 64)+"/s")
		if left := p.o.Total - p.done; left > 0 {
			args = append(args, "left", FormatDuration(time.Duration(float64(left)/rate*float64(time.Second))))
		}
	}
	if p.state != "" {
		args = append(args, "state", p.state)
	}
	p.o.Log.Info(p.o.What, args...)
}
