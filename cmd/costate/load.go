package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"costate/internal/problemfile"
	"costate/testdata"
)

// problemFlags are the flags of every command that reads a problem file.
type problemFlags struct {
	set       []string
	modelOnly bool // data that do not exist are not needed
}

func (p *problemFlags) define(f *pflag.FlagSet) {
	f.StringArrayVar(&p.set, "set", nil, "replace the value of a constant or fixed parameter, as `NAME=VALUE`; may be given several times")
}

// values reads the --set flags.
func (p *problemFlags) values() (map[string]float64, error) {
	out := map[string]float64{}
	for _, s := range p.set {
		name, v, err := assignment("--set", s)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

// assignment reads a flag's NAME=VALUE.
func assignment(flag, s string) (name string, value float64, err error) {
	name, text, ok := strings.Cut(s, "=")
	if !ok {
		return "", 0, badInput("%s %s: want NAME=VALUE", flag, shellQuote(s))
	}
	if value, err = parseNumber(strings.TrimSpace(text)); err != nil {
		return "", 0, badInput("%s %s: %w", flag, shellQuote(s), err)
	}
	return strings.TrimSpace(name), value, nil
}

// load reads a problem file, or a built-in one by its name, and prints its
// warnings.
func (p *problemFlags) load(e *env, name string) (*problemfile.Problem, error) {
	set, err := p.values()
	if err != nil {
		return nil, err
	}
	loader := problemfile.Loader{Set: set, ModelOnly: p.modelOnly}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		if built := exampleFile(name); built != "" {
			loader.FS, name = testdata.Problems(), built
		} else {
			return nil, badInput("there is no file %s%s; costate examples lists the built-in problems", name, nearFile(name))
		}
	}
	problem, err := loader.Load(name)
	var listed problemfile.Errors
	switch {
	case errors.As(err, &listed):
		return nil, badFile(err)
	case err != nil:
		return nil, badInput("%w", err)
	}
	for _, w := range problem.Warnings {
		e.log.Warn(w.Error())
	}
	return problem, nil
}

// nearFile suggests a file or example of a similar name, or nothing.
func nearFile(name string) string {
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "*.toml"))
	return didYouMean(name, append(names, exampleNames()...))
}

// exampleNames lists the built-in problems by name. The boundary value test set,
// in the folder bvp, is not listed one by one: bvp/T1 names one of it.
func exampleNames() []string {
	entries, err := fs.Glob(testdata.Problems(), "*.toml")
	if err != nil {
		panic(err) // the pattern is fixed
	}
	var names []string
	for _, f := range entries {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".toml"))
	}
	slices.Sort(names)
	return names
}

// exampleFile returns the path of a built-in problem in testdata.Problems(), or "".
func exampleFile(name string) string {
	file := strings.TrimSuffix(name, ".toml") + ".toml"
	if !fs.ValidPath(file) {
		return ""
	}
	if _, err := fs.Stat(testdata.Problems(), file); err != nil {
		return ""
	}
	return file
}

// withProblem makes the action of a command that takes one problem file.
func withProblem(p *problemFlags, do func(ctx context.Context, e *env, problem *problemfile.Problem) error) action {
	return func(ctx context.Context, e *env, args []string) error {
		problem, err := p.load(e, args[0])
		if err != nil {
			return err
		}
		return do(ctx, e, problem)
	}
}

// title is the heading of a problem's output.
func title(p *problemfile.Problem) string {
	if p.Title != "" {
		return p.Title
	}
	return fmt.Sprintf("%s (%s)", p.Name, p.Kind)
}
