package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/pflag"
)

// command is one verb of the program. Each lives in a file of its own and is
// listed in commands.
type command struct {
	name    string
	args    string // positional arguments as the usage line shows them, such as "FILE"
	min     int    // least number of positional arguments
	max     int    // largest number; negative: any
	summary string // one line, without a full stop
	long    string // paragraphs separated by empty lines

	// examples are pairs of a command line and what it does.
	examples [][2]string

	// words are the completions of the positional arguments; nil: files whose
	// names end in one of the extensions.
	words      func() []string
	extensions []string

	// define declares the flags of the command on f and returns what runs once
	// they are parsed: so flags are variables of one run, not of the program.
	define func(f *pflag.FlagSet) action
}

// action does the work of a command with its positional arguments. The error
// decides the exit code; see exitCode.
type action func(ctx context.Context, e *env, args []string) error

// commands returns all commands in the order in which help lists them.
func commands() []*command {
	return []*command{
		deriveCommand(),
		solveCommand(),
		checkCommand(),
		reportCommand(),
		annealCommand(),
		designCommand(),
		continueCommand(),
		integrateCommand(),
		importCommand(),
		examplesCommand(),
		helpCommand(),
		versionCommand(),
		completionCommand(),
		manCommand(),
	}
}

// Exit codes.
const (
	exitSolved      = 0
	exitFailed      = 1   // not solved, or a check failed
	exitUsage       = 2   // bad flags or a bad file
	exitInterrupted = 130 // as a shell reports SIGINT
)

// silentError ends a command with an exit code and without a message.
type silentError int

func (e silentError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// errFailed ends a command with exit code 1 and without a message: what failed
// has been printed already.
const errFailed = silentError(exitFailed)

// inputError is a mistake in what the user gave: flags, arguments or files.
type inputError struct {
	error
	placed bool // the message begins with file:line:col, which editors look for
}

func (e inputError) Unwrap() error { return e.error }

// badInput returns an error that ends a command with exit code 2.
func badInput(format string, args ...any) error {
	return inputError{error: fmt.Errorf(format, args...)}
}

// badFile marks an error, or a joined list of them, whose lines begin with
// file:line:col: it ends a command with exit code 2 and is printed as it is.
func badFile(err error) error { return inputError{error: err, placed: true} }

// exitCode returns the exit code that err stands for. Errors of the file system
// are the user's: a missing file, a folder without permission.
func exitCode(ctx context.Context, err error) int {
	var input inputError
	var path *fs.PathError
	var silent silentError
	switch {
	case err == nil:
		return exitSolved
	case errors.As(err, &silent):
		return int(silent)
	case errors.Is(err, context.Canceled), ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &input), errors.As(err, &path):
		return exitUsage
	}
	return exitFailed
}

// run is the program: it reads the command line, runs a command and returns
// the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, args: args}
	err := e.dispatch(ctx, args)
	code := exitCode(ctx, err)
	if err != nil {
		e.complain(err, code)
	}
	return code
}

// dispatch finds the command, parses its flags and runs it. Global flags may
// stand before and after the command.
func (e *env) dispatch(ctx context.Context, args []string) error {
	global := newFlagSet("costate")
	e.define(global)
	global.SetInterspersed(false)
	switch err := global.Parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		return e.printOverview()
	case err != nil:
		return flagError(global, err, "costate help")
	}
	if global.NArg() == 0 {
		fmt.Fprint(e.stderr, overview(helpWidth(e)))
		return silentError(exitUsage)
	}
	name := global.Arg(0)
	c := find(name)
	if c == nil {
		return badInput("unknown command %q%s; costate help lists the commands", name, didYouMean(name, commandNames()))
	}
	flags := newFlagSet(c.name)
	act := c.define(flags)
	flags.AddFlagSet(global)
	switch err := flags.Parse(global.Args()[1:]); {
	case errors.Is(err, pflag.ErrHelp):
		return e.printHelp(c)
	case err != nil:
		return flagError(flags, err, "costate help "+c.name)
	}
	if n := flags.NArg(); n < c.min || c.max >= 0 && n > c.max {
		return badInput("%s: %s; usage: %s", c.name, wrongCount(n, c), c.usageLine())
	}
	e.command = c.name
	if err := e.start(); err != nil {
		return err
	}
	return act(ctx, e, flags.Args())
}

func wrongCount(n int, c *command) string {
	switch {
	case c.max == 0:
		return "no arguments are taken"
	case n < c.min:
		return fmt.Sprintf("%s is missing", strings.Fields(c.args)[n])
	}
	return fmt.Sprintf("%d arguments where at most %d are taken", n, c.max)
}

// usageLine is the command line in general.
func (c *command) usageLine() string {
	line := "costate " + c.name
	if c.args != "" {
		line += " " + c.args
	}
	return line + " [flags]"
}

// flags returns the flags of the command itself, and the global ones.
func (c *command) flags() (own, global *pflag.FlagSet) {
	own, global = newFlagSet(c.name), newFlagSet("costate")
	c.define(own)
	new(env).define(global)
	return own, global
}

func find(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}
