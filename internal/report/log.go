package report

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// NewLogger returns a logger for people (format "text") or for programs
// ("json", one object a line). Text lines are the message after what kind it
// is: "warning: ..", "error: .."; information has no such word.
func NewLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(&plainHandler{w: w, level: level, mu: new(sync.Mutex)})
}

// plainHandler writes records as a person would: slog's own text form quotes the
// message and puts a level and a key in front of it.
type plainHandler struct {
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
	mu    *sync.Mutex
}

func (h *plainHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *plainHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	switch {
	case r.Level >= slog.LevelError:
		b.WriteString("error: ")
	case r.Level >= slog.LevelWarn:
		b.WriteString("warning: ")
	}
	b.WriteString(r.Message)
	sep := ": "
	add := func(a slog.Attr) bool {
		b.WriteString(sep + a.Key + " " + a.Value.String())
		sep = ", "
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

func (h *plainHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = append(slices.Clip(c.attrs), attrs...)
	return &c
}

// WithGroup is not used here; names stay flat.
func (h *plainHandler) WithGroup(string) slog.Handler { return h }
