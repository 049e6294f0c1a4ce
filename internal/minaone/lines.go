package minaone

import (
	"regexp"
	"strconv"
	"strings"
)

// line is a line with content of an input file.
type line struct {
	text   string
	number int // in the file, from 1
}

// lines are the lines of a file, read one after the other. Comments, and empty
// lines, which minAone would take for content, are left out.
type lines struct {
	*reporter
	file string
	list []line
	last int // number of the file's last line
	next int
}

func newLines(r *reporter, file string, data []byte) *lines {
	l := &lines{reporter: r, file: file}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for s := range strings.Lines(text) {
		l.last++
		s = strings.TrimRight(s, " \t\r\n")
		if s == "" || s[0] == '#' {
			continue
		}
		l.list = append(l.list, line{s, l.last})
	}
	return l
}

// take returns the next line, or false with a mistake: what says what is
// missing.
func (l *lines) take(what string) (line, bool) {
	if l.next >= len(l.list) {
		l.errorf(l.file, max(l.last, 1), 0, "the file ends where %s was expected", what)
		return line{}, false
	}
	l.next++
	return l.list[l.next-1], true
}

func (l *lines) wrong(at line, format string, args ...any) {
	l.errorf(l.file, at.number, 0, format, args...)
}

var (
	leadingNumber  = regexp.MustCompile(`^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(.*)$`)
	leadingInteger = regexp.MustCompile(`^\s*([+-]?\d+)(.*)$`)
)

// number reads a number as C's atof does: what follows it is not looked at.
// That hides slips, 10^8 being 10, so that a remainder is noted.
func (l *lines) number(at line, s, what string) (float64, bool) {
	m := leadingNumber.FindStringSubmatch(s)
	if m == nil {
		l.wrong(at, "%s is '%s', expected a number", what, strings.TrimSpace(s))
		return 0, false
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		l.wrong(at, "%s is '%s', which is out of range", what, m[1])
		return 0, false
	}
	l.remainder(at, s, m, what)
	return v, true
}

// integer reads a whole number as C's atoi does, of at least least.
func (l *lines) integer(at line, s, what string, least int) (int, bool) {
	m := leadingInteger.FindStringSubmatch(s)
	if m == nil {
		l.wrong(at, "%s is '%s', expected a whole number", what, strings.TrimSpace(s))
		return 0, false
	}
	v, err := strconv.Atoi(m[1])
	if err != nil || v < least || v > 1e9 {
		l.wrong(at, "%s is %s, expected a whole number of at least %d", what, m[1], least)
		return 0, false
	}
	l.remainder(at, s, m, what)
	return v, true
}

func (l *lines) remainder(at line, s string, m []string, what string) {
	if strings.TrimSpace(m[2]) != "" {
		l.slip(l.file, at.number, what, strings.TrimSpace(s), m[1])
	}
}
