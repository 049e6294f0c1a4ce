package problemfile

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Error is something wrong, or doubtful, at one place of a problem file or of
// a data file that it names.
type Error struct {
	File string
	Line int // from 1; 0: the file as a whole
	Col  int // in characters, from 1; 0: the line as a whole
	Msg  string

	seq int // order of the file among those read: the problem file comes first
}

// Error returns "file:line:col: what is wrong, what was expected".
func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.File + ": " + e.Msg
	case e.Col == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
}

// Errors are all errors of a problem file, by position: those of the problem
// file first, then those of its data files in the order of reading.
type Errors []*Error

// Error returns the errors one per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single errors, for errors.As.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, x := range e {
		list[i] = x
	}
	return list
}

func (e Errors) sort() {
	sort.SliceStable(e, func(i, j int) bool {
		a, b := e[i], e[j]
		if a.seq != b.seq {
			return a.seq < b.seq
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
}

// maxErrors bounds the errors of one load: a file of the wrong kind should not
// fill the screen.
const maxErrors = 50

// reporter collects errors and warnings of one file and turns byte offsets
// into lines and columns.
type reporter struct {
	file     string
	src      []byte
	lines    []int // offsets of line starts
	errs     Errors
	warnings Errors
	seen     map[string]bool
}

func newReporter(file string, src []byte) *reporter {
	r := &reporter{file: file, src: src, lines: []int{0}, seen: map[string]bool{}}
	for i, c := range src {
		if c == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	return r
}

// position returns line and column (characters, from 1) of a byte offset.
func (r *reporter) position(offset int) (line, col int) {
	offset = min(max(offset, 0), len(r.src))
	i := sort.SearchInts(r.lines, offset+1) - 1
	return i + 1, utf8.RuneCount(r.src[r.lines[i]:offset]) + 1
}

// errorf reports an error at a byte offset of the problem file. A second error
// at the same place is dropped: it follows from the first.
func (r *reporter) errorf(offset int, format string, args ...any) {
	line, col := r.position(offset)
	r.add(&Error{File: r.file, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)})
}

func (r *reporter) add(e *Error) {
	key := fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Col)
	if e.Line == 0 {
		key = e.Error()
	}
	if !r.seen[key] {
		r.seen[key] = true
		r.errs = append(r.errs, e)
	}
}

func (r *reporter) warnf(offset int, format string, args ...any) {
	line, col := r.position(offset)
	r.warnings = append(r.warnings, &Error{File: r.file, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)})
}

// line returns the line number of an offset, for "first given in line 7".
func (r *reporter) line(offset int) int {
	l, _ := r.position(offset)
	return l
}

// err returns the collected errors in order, or nil.
func (r *reporter) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	r.errs.sort()
	if n := len(r.errs); n > maxErrors {
		r.errs = append(r.errs[:maxErrors:maxErrors], &Error{File: r.file, Msg: fmt.Sprintf("%d more errors", n-maxErrors)})
	}
	return r.errs
}
