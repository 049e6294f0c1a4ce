package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"costate/internal/report"
)

// env is what a command sees of the world: the streams and the global flags.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	args           []string // the command line after the program's name
	command        string

	format    string
	quiet     bool
	logFormat string
	out       string // folder for full results; "": none
	opened    *report.Folder

	log *slog.Logger
}

// define declares the global flags.
func (e *env) define(f *pflag.FlagSet) {
	choiceVar(f, &e.format, "format", report.Formats, "how tables are written")
	folderVar(f, &e.out, "out", "write full results into the folder `DIR`, which is made if needed")
	f.BoolVar(&e.quiet, "quiet", false, "no progress, and no messages but errors")
	choiceVar(f, &e.logFormat, "log-format", []string{"text", "json"}, "how messages on standard error are written")
}

// start makes what follows from the global flags.
func (e *env) start() error {
	level := slog.LevelInfo
	if e.quiet {
		level = slog.LevelError
	}
	e.log = report.NewLogger(e.stderr, e.logFormat, level)
	if e.out != "" {
		if _, err := os.Stat(e.out); err == nil && !isFolder(e.out) {
			return badInput("--out %s: that is a file, want a folder", shellQuote(e.out))
		}
		if err := report.CheckFolder(e.out); err != nil {
			return badInput("--out: %w", err)
		}
	}
	return nil
}

// output prints the tables of a run and then writes its files: a place that
// cannot be written must not cost the user what is computed.
func (e *env) output(tables []report.Table, write ...func() error) error {
	err := e.print(tables...)
	for _, w := range write {
		err = errors.Join(err, w())
	}
	return err
}

// readableWidth is what notes are wrapped to where nothing tells the width; rows
// stay lines, for grep.
const readableWidth = 80

// print writes tables to standard output. It is called once by a command, with
// all tables, because JSON is one document.
func (e *env) print(tables ...report.Table) error {
	o := report.Options{Format: report.Format(e.format), Width: terminalWidth(e.stdout), Color: e.color()}
	if o.Width == 0 {
		o.Width, o.Soft = readableWidth, true
	}
	return report.Render(e.stdout, o, tables...)
}

// printText writes text for people to standard output.
func (e *env) printText(text string) error {
	_, err := io.WriteString(e.stdout, text)
	return err
}

// progress starts to show long work of total steps on standard error; total 0
// is unknown. The caller calls Done at the end.
func (e *env) progress(what string, total int) *report.Progress {
	return report.NewProgress(e.stderr, report.ProgressOptions{
		What:     what,
		Total:    total,
		Quiet:    e.quiet,
		Terminal: isTerminal(e.stderr) && e.logFormat != "json",
		Color:    os.Getenv("NO_COLOR") == "",
		Log:      e.log,
	})
}

// complain reports the error that ends the program.
func (e *env) complain(err error, code int) {
	var silent silentError
	var input inputError
	switch {
	case errors.As(err, &silent):
	case e.logFormat == "json":
		report.NewLogger(e.stderr, "json", slog.LevelError).Error(err.Error(), "exit", code)
	case errors.As(err, &input) && input.placed:
		fmt.Fprintln(e.stderr, err)
	case code == exitInterrupted && errors.Is(err, context.Canceled):
		fmt.Fprintln(e.stderr, "costate: interrupted")
	default:
		fmt.Fprintln(e.stderr, "costate: "+err.Error())
	}
}

// color reports whether headings are set in bold: on a terminal, unless
// NO_COLOR is set to anything (no-color.org) or the terminal is dumb.
func (e *env) color() bool {
	return isTerminal(e.stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// commandLine returns the command as typed, quoted for a POSIX shell, so that
// it can be repeated.
func (e *env) commandLine() string {
	words := []string{"costate"}
	for _, a := range e.args {
		words = append(words, shellQuote(a))
	}
	return strings.Join(words, " ")
}

func shellQuote(s string) string {
	plain := s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,+%@", r))
	}) < 0
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth returns the columns of w if it is a terminal, or else what
// COLUMNS says, or 0: not known, as for files and pipes.
func terminalWidth(w any) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 0
}

// openForInput opens the folder for problem files or data: what a user may have
// measured or changed by hand is replaced only by force.
func openForInput(dir string, force bool, names ...string) (*report.Folder, error) {
	for _, name := range names {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(file); err == nil && !force {
			return nil, badInput("%s is there already; --force replaces it, another --out leaves it", file)
		}
	}
	return report.OpenFolder(dir)
}
