package minaone

import (
	"fmt"
	"strings"
)

// Error is a mistake in a file.
type Error struct {
	File      string
	Line, Col int // from 1; 0: not known
	Msg       string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.File + ": " + e.Msg
	case e.Col == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Errors are all mistakes that were found.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// reporter collects mistakes and notes.
type reporter struct {
	errs  Errors
	notes []string
	slips []slip
}

// slip is a number with something after it.
type slip struct {
	where, what, written, read string
	more                       int // lines with the same
}

// slip notes a number of which only a part is read, once for many lines.
func (r *reporter) slip(file string, number int, what, written, read string) {
	for i := range r.slips {
		if r.slips[i].written == written {
			r.slips[i].more++
			return
		}
	}
	r.slips = append(r.slips, slip{fmt.Sprintf("%s:%d", file, number), what, written, read, 0})
}

// all are the notes, those of slips at the end.
func (r *reporter) all() []string {
	out := r.notes
	for _, s := range r.slips {
		also := ""
		if s.more > 0 {
			also = fmt.Sprintf(", as in %d more places", s.more)
		}
		out = append(out, fmt.Sprintf("%s: %s is written '%s'%s; minAone reads %s of it, and so does this program", s.where, s.what, s.written, also, s.read))
	}
	return out
}

func (r *reporter) errorf(file string, line, col int, format string, args ...any) {
	r.errs = append(r.errs, &Error{file, line, col, fmt.Sprintf(format, args...)})
}

func (r *reporter) notef(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *reporter) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	return r.errs
}
