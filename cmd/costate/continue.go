package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/collocation"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

func continueCommand() *command {
	return &command{
		name: "continue", args: "FILE", min: 1, max: 1,
		summary: "follow a branch of solutions as a constant moves, around folds",
		long: "Solves the problem and follows the solution as one constant moves from its value towards another, in steps that " +
			"choose themselves, around folds, until the constant leaves the interval between both values. A fold, where two " +
			"solutions meet and the constant turns, is located to the tolerance. Estimated parameters keep to their bounds: one " +
			"that meets a bound is held there, and let go where the action falls towards the inside again. --out keeps the branch as " +
			"CSV, and what a report needs.\n\n" +
			"A branch that turns back at a fold and one that is cut short by --points end with a warning; one that stops for another " +
			"reason says which, with exit code 1.",
		examples: [][2]string{
			{"costate continue bratu --parameter lambda --to 4", "both branches of Bratu's problem, with the fold at 3.5138"},
			{"costate continue bratu --plot branch.svg", "what the file's [continuation] says, as a picture"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			c := continueFlags{flags: f}
			p.define(f)
			c.define(f)
			return withProblem(&p, c.run)
		},
	}
}

type continueFlags struct {
	route.Options
	collocation.BranchOptions
	parameter string
	to        float64
	component string
	plot      string
	flags     *pflag.FlagSet
}

func (c *continueFlags) define(f *pflag.FlagSet) {
	f.StringVar(&c.parameter, "parameter", "", "`NAME` of the constant; default: that of the file's [continuation]")
	numberVar(f, &c.to, "to", math.Inf(-1), math.Inf(1), "value to follow the branch to; default: that of the file's [continuation]")
	toleranceVar(f, &c.Tol, "tol", 0.1, "relative tolerance of every component; 0: that of the file, or 1e-6")
	integerVar(f, &c.MaxPoints, "points", 0, 1000000, "largest number of points; 0: 200")
	numberVar(f, &c.MaxStep, "max-step", 0, 1e6, "largest step, in sizes of what changes most; 0: 0.25")
	f.StringVar(&c.component, "component", "", "`NAME` of the component or estimated parameter that --plot shows; default: the first that changes")
	plotFlag(f, &c.plot, "the branch")
}

func (c *continueFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	if err := checkPlot(c.plot); err != nil {
		return err
	}
	p, err := route.New(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	parameter, to := c.parameter, c.to
	if file := problem.Continuation; file != nil {
		if parameter == "" {
			parameter = file.Parameter
		}
		if !c.flags.Changed("to") && parameter == file.Parameter {
			to = file.To
		}
	}
	if err := checkConstant(p, "--parameter", parameter); err != nil {
		return err
	}
	from := math.NaN()
	for _, k := range problem.Settable {
		if k.Symbol.Name() == parameter {
			from = k.Value
		}
	}
	if to == from || !c.flags.Changed("to") && (problem.Continuation == nil || problem.Continuation.To == from) {
		return badInput("--to is missing: %s is %g in the file, where shall it go?", parameter, from)
	}
	if names := slices.Concat(p.BVP.Names, p.BVP.ParamNames); c.component != "" && !slices.Contains(names, c.component) {
		return badInput("--component %s: there is no such component%s", c.component, didYouMean(c.component, names))
	}
	begin := time.Now()
	branch, err := p.Branch(ctx, parameter, to, c.Options, c.BranchOptions)
	if len(branch.Points) == 0 {
		return cmp.Or(e.saveFailure(p, begin, err), err)
	}
	table := branchTable(p, parameter, branch)
	files := func() error {
		if e.out == "" {
			return nil
		}
		if err := e.writeBranch(p, parameter, branch); err != nil {
			return err
		}
		page := e.newPage(p, begin, "finished", []report.Table{table})
		if err != nil {
			page.Run.Status = "ended early"
			page.Fail(err)
		}
		return e.save(page, branchFigure(p, parameter, c.component, branch))
	}
	picture := func() error {
		if c.plot == "" {
			return nil
		}
		return report.WritePicture(c.plot, branchFigure(p, parameter, c.component, branch))
	}
	if err := e.output([]report.Table{table}, files, picture); err != nil {
		return err
	}
	if err != nil && ctx.Err() == nil {
		e.log.Error(err.Error())
		return errFailed
	}
	if err != nil {
		return err
	}
	return c.explain(e, parameter, from, to, branch)
}

// explain says why a branch did not reach its goal. That is a failure, unless the
// branch is complete or the limit is the user's own.
func (c *continueFlags) explain(e *env, parameter string, from, to float64, branch *collocation.Branch) error {
	last := branch.Points[len(branch.Points)-1]
	switch branch.End {
	case collocation.BranchReturned:
		where := "a fold"
		if folds := branch.Folds(); len(folds) > 0 {
			where = fmt.Sprintf("the fold at %.8g", folds[0].Parameter)
		}
		e.log.Warn(fmt.Sprintf("the branch does not reach %s = %g: it turns back at %s and ends where it began, at %g", parameter, to, where, from))
	case collocation.BranchPoints:
		text := fmt.Sprintf("the branch stopped at %s = %.8g on the way to %g: all %d points are used up; give more --points, or a larger --max-step",
			parameter, last.Parameter, to, len(branch.Points)-len(branch.Folds()))
		if !c.flags.Changed("points") {
			e.log.Error(text)
			return errFailed
		}
		e.log.Warn(text)
	case collocation.BranchBounded:
		e.log.Error(fmt.Sprintf("the branch stopped at %s = %.8g on the way to %g: %s; change the bound, or the goal --to", parameter, last.Parameter, to, last.Corner))
		return errFailed
	}
	return nil
}

// checkConstant refuses a flag's name of a constant that is none.
func checkConstant(p *route.Problem, flag, name string) error {
	names := p.Constants()
	if slices.Contains(names, name) {
		return nil
	}
	known := "the file has no constants: add one to [constants]"
	if len(names) > 0 {
		known = "want one of " + strings.Join(names, ", ")
	}
	for _, u := range p.Equations.Unknowns {
		if u.Symbol.Name() == name {
			return badInput("%s %s: %s is estimated, and so no constant; %s", flag, name, name, known)
		}
	}
	if name == "" {
		return badInput("%s is missing: %s", flag, known)
	}
	return badInput("%s %s: there is no such constant%s; %s", flag, name, didYouMean(name, names), known)
}

// branchTable lists the points of a branch with the largest |y| of a few
// components, and a few estimated parameters: the first, and those that change
// most.
func branchTable(p *route.Problem, parameter string, b *collocation.Branch) report.Table {
	const components, parameters = 4, 8
	rows := branchRows(b)
	comps, params := shownRows(rows[:p.BVP.Dim], components), shownRows(rows[p.BVP.Dim:], parameters)
	t := report.Table{Name: "branch", Title: title(p.File) + ": branch in " + parameter,
		Header: []string{"point", parameter, "fold"}}
	for _, c := range comps {
		t.Header = append(t.Header, "max |"+p.BVP.Names[c]+"|")
	}
	for _, k := range params {
		t.Header = append(t.Header, p.BVP.ParamNames[k])
	}
	t.Header = append(t.Header, "intervals", "error estimate")
	for i, q := range b.Points {
		fold := q.Corner
		if q.Fold {
			fold = "fold"
		}
		sol := q.Solution
		digits := 0.0
		if q.Fold {
			digits = 1e-8 * math.Abs(q.Parameter)
		}
		row := []report.Cell{report.Int(i + 1), report.Number(q.Parameter, digits), report.Text(fold)}
		for _, c := range comps {
			row = append(row, report.Number(rows[c][i], errorOf(sol.Error, c)))
		}
		for _, k := range params {
			row = append(row, report.Number(sol.P[k], errorOf(sol.ParamError, k)))
		}
		estimate := report.Empty
		if sol.Error != nil {
			rel := route.AccuracyOf(sol).Relative
			estimate = report.Sci(rel, 2)
		}
		t.Add(append(row, report.Int(sol.Intervals()), estimate)...)
	}
	if folds := b.Folds(); len(folds) > 0 {
		t.Note = fmt.Sprintf("%s: two solutions meet where %s = %.10g", report.Count(len(folds), "fold"), parameter, folds[0].Parameter)
		for _, f := range folds[1:] {
			t.Note += fmt.Sprintf(", %.10g", f.Parameter)
		}
		t.Note += "."
	}
	if left := len(rows) - len(comps) - len(params); left > 0 {
		if t.Note != "" {
			t.Note += " "
		}
		t.Note += fmt.Sprintf("Of %d components and parameters the first and those that change most; branch.csv of --out has all.", len(rows))
	}
	return t
}

// writeBranch writes the branch as CSV: the constant, whether it turns, the
// values of all components at both ends and their largest size, parameters.
func (e *env) writeBranch(p *route.Problem, parameter string, b *collocation.Branch) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	s := report.Series{Label: parameter, Names: []string{"fold"}}
	for _, name := range p.BVP.Names {
		s.Names = append(s.Names, name+"(start)", name+"(end)", "max|"+name+"|")
	}
	s.Names = append(s.Names, p.BVP.ParamNames...)
	for _, q := range b.Points {
		sol := q.Solution
		s.T = append(s.T, q.Parameter)
		fold := 0.0
		if q.Fold {
			fold = 1
		}
		s.Y = append(s.Y, fold)
		size, first, last := route.Largest(sol), sol.Node(0), sol.Node(len(sol.T)-1)
		for c := range sol.Dim {
			s.Y = append(s.Y, first[c], last[c], size[c])
		}
		s.Y = append(s.Y, sol.P...)
	}
	return folder.Write("branch.csv", func(w io.Writer) error { return s.CSV(w) })
}
