package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

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
			"solutions meet and the constant turns, is located to the tolerance. --out keeps the branch as CSV.",
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
	numberVar(f, &c.Tol, "tol", 0, 0.1, "relative tolerance of every component; 0: that of the file, or 1e-6")
	integerVar(f, &c.MaxPoints, "points", 0, 1000000, "largest number of points; 0: 200")
	numberVar(f, &c.MaxStep, "max-step", 0, 1e6, "largest step, in sizes of what changes most; 0: 0.25")
	f.StringVar(&c.component, "component", "", "`NAME` of the component that --plot shows; default: the first")
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
	if parameter == "" {
		return badInput("--parameter is missing: want the name of a constant (%s)", list(p.Constants()))
	}
	if !slices.Contains(p.Constants(), parameter) {
		return badInput("--parameter %s: there is no such constant%s", parameter, didYouMean(parameter, p.Constants()))
	}
	from := math.NaN()
	for _, k := range p.Equations.Constants {
		if k.Symbol.Name() == parameter {
			from = k.Value
		}
	}
	if to == from || !c.flags.Changed("to") && (problem.Continuation == nil || problem.Continuation.To == from) {
		return badInput("--to is missing: %s is %g in the file, where shall it go?", parameter, from)
	}
	component := 0
	if c.component != "" {
		if component = slices.Index(p.BVP.Names, c.component); component < 0 {
			return badInput("--component %s: there is no such component%s", c.component, didYouMean(c.component, p.BVP.Names))
		}
	}
	branch, err := p.Branch(ctx, parameter, to, c.Options, c.BranchOptions)
	if len(branch.Points) == 0 {
		return err
	}
	files := func() error {
		if e.out == "" {
			return nil
		}
		return e.writeBranch(p, parameter, branch)
	}
	picture := func() error {
		if c.plot == "" {
			return nil
		}
		return report.WritePicture(c.plot, branchFigure(p, parameter, component, branch))
	}
	if err := e.output([]report.Table{branchTable(p, parameter, branch)}, files, picture); err != nil {
		return err
	}
	if err != nil && ctx.Err() == nil {
		e.log.Error(err.Error())
		return errFailed
	}
	return err
}

func list(names []string) string {
	s := ""
	for i, n := range names {
		if i > 0 {
			s += ", "
		}
		s += n
	}
	return s
}

// branchTable lists the points of a branch with the largest |y| of the first
// components.
func branchTable(p *route.Problem, parameter string, b *collocation.Branch) report.Table {
	const components = 4
	n := min(p.BVP.Dim, components)
	t := report.Table{Name: "branch", Title: title(p.File) + ": branch in " + parameter,
		Header: []string{"point", parameter, "fold"}}
	for _, name := range p.BVP.Names[:n] {
		t.Header = append(t.Header, "max |"+name+"|")
	}
	t.Header = append(t.Header, p.BVP.ParamNames...)
	t.Header = append(t.Header, "intervals", "error estimate")
	for i, q := range b.Points {
		fold := ""
		if q.Fold {
			fold = "fold"
		}
		sol := q.Solution
		digits := 0.0
		if q.Fold {
			digits = 1e-8 * math.Abs(q.Parameter)
		}
		row := []report.Cell{report.Int(i + 1), report.Number(q.Parameter, digits), report.Text(fold)}
		for c, v := range route.Largest(sol)[:n] {
			row = append(row, report.Number(v, errorOf(sol.Error, c)))
		}
		for k, v := range sol.P {
			row = append(row, report.Number(v, errorOf(sol.ParamError, k)))
		}
		estimate := report.Empty
		if sol.Error != nil {
			rel := route.AccuracyOf(sol).Relative
			estimate = report.Sci(rel, 2)
		}
		t.Add(append(row, report.Int(sol.Intervals()), estimate)...)
	}
	if folds := b.Folds(); len(folds) > 0 {
		t.Note = fmt.Sprintf("%d folds: two solutions meet where %s = %.10g", len(folds), parameter, folds[0].Parameter)
		for _, f := range folds[1:] {
			t.Note += fmt.Sprintf(", %.10g", f.Parameter)
		}
		t.Note += "."
	}
	return t
}

// writeBranch writes the branch as CSV: the constant, whether it turns, the
// values of all components at both ends and their largest size, parameters.
func (e *env) writeBranch(p *route.Problem, parameter string, b *collocation.Branch) error {
	folder, err := report.OpenFolder(e.out)
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

func branchFigure(p *route.Problem, parameter string, component int, b *collocation.Branch) report.Figure {
	var br report.Branch
	for i, q := range b.Points {
		br.X = append(br.X, q.Parameter)
		br.Y = append(br.Y, route.Largest(q.Solution)[component])
		if q.Fold {
			br.Special = append(br.Special, report.Special{Index: i, Kind: "fold"})
		}
	}
	br.Name = "solutions"
	return report.BranchPicture{Title: title(p.File), X: parameter, Y: "max |" + p.BVP.Names[component] + "|", Branches: []report.Branch{br}}.Figure()
}
