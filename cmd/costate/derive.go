package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

func deriveCommand() *command {
	return &command{
		name: "derive", args: "FILE", min: 1, max: 1,
		summary: "print the equations for states and costates that follow from a problem file",
		long: "Prints the Lagrangian, the Euler-Lagrange equations, the Hamiltonian, the canonical equations, the jumps at " +
			"measurements and the conditions at both ends: as text, as LaTeX, or as a Go source file that compiles.",
		examples: [][2]string{
			{"costate derive lynx-hare", "the equations of a built-in problem"},
			{"costate derive lynx-hare --as latex", "the same for a paper"},
			{"costate derive lynx-hare --as go --package lynx > lynx.go", "the same as Go source"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			var as string
			pkg := "equations"
			p.define(f)
			choiceVar(f, &as, "as", []string{"text", "latex", "go"}, "form of the equations")
			f.StringVar(&pkg, "package", pkg, "`NAME` of the package with --as go")
			return withProblem(&p, func(_ context.Context, e *env, problem *problemfile.Problem) error {
				eq, err := route.Derive(problem)
				if err != nil {
					return badInput("%s: %w", problem.Path, err)
				}
				if e.out != "" {
					if err := e.saveEquations(problem, eq); err != nil {
						return err
					}
				}
				switch as {
				case "latex":
					return e.printText(eq.LaTeX())
				case "go":
					src, err := eq.GoSource(pkg)
					if err != nil {
						return err
					}
					return e.printText(src)
				}
				if report.Format(e.format) != report.Terminal {
					return e.print(equationTable(eq))
				}
				return e.printText(asGiven(problem) + eq.Text())
			})
		},
	}
}

// saveEquations writes the equations and their report into the --out folder.
func (e *env) saveEquations(problem *problemfile.Problem, eq *hamiltonian.Equations) error {
	begin := time.Now()
	folder, err := e.folder()
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{{"equations.txt", asGiven(problem) + eq.Text()}, {"equations.tex", eq.LaTeX()}} {
		if err := folder.Write(f.name, func(w io.Writer) error { _, err := io.WriteString(w, f.text); return err }); err != nil {
			return err
		}
	}
	return e.save(e.newPage(&route.Problem{File: problem, Equations: eq}, begin, "finished", nil))
}

// asGiven prints the title and the equations of indexed families in the form in
// which they were written.
func asGiven(p *problemfile.Problem) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", title(p))
	if len(p.Indexed) > 0 {
		b.WriteString("As given\n")
		for _, q := range p.Indexed {
			fmt.Fprintf(&b, "  %s = %s,  %s\n", q.Left, q.Right, q.Index)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// equationTable is what derive prints for programs.
func equationTable(eq *hamiltonian.Equations) report.Table {
	t := report.Table{Name: "equations", Header: []string{"section", "left", "relation", "right"}}
	for _, s := range eq.Sections() {
		for _, l := range s.Lines {
			left, relation, right := l.Left, "=", l.Right.String()
			switch {
			case l.Kick:
				relation = "+="
			case left == "":
				left, right = right, "0"
			}
			t.Add(report.Text(s.Title), report.Text(left), report.Text(relation), report.Text(right))
		}
	}
	return t
}
