package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

func solveCommand() *command {
	return &command{
		name: "solve", args: "FILE", min: 1, max: 1,
		summary: "solve the boundary value problem of a problem file",
		long: "Derives the equations for states and costates and solves them by Gauss collocation on an adapted mesh, by multiple " +
			"shooting, or in discrete layers. The table gives states, costates and parameters with the estimate of their error, " +
			"the posterior widths of the parameters, the action with its parts or the cost of a control problem, and the work.\n\n" +
			"\"Solved\" means that the estimate of the global error of every component and the residual of the conditions meet " +
			"the tolerance. Otherwise the exit code is 1 and the message says what failed, where, and what to try.",
		examples: [][2]string{
			{"costate solve lynx-hare", "the parameters of a predator-prey model from 21 years of pelts"},
			{"costate solve lynx-hare --tol 1e-10 --out result", "more digits, and the whole solution as CSV, JSON and npy"},
			{"costate solve lynx-hare --plot costates.svg --picture costates", "a picture of the costates with their jumps"},
			{"costate solve pendulum --diagnose", "symplecticity, the drift of H, eigenvalues of the variational matrix"},
			{"costate solve bvp/T33 --set eps=1e-3", "a hard boundary value problem with another constant"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			var s solveFlags
			p.define(f)
			s.define(f)
			return withProblem(&p, s.run)
		},
	}
}

// solveFlags are the flags of solve.
type solveFlags struct {
	route.Options
	method string
	layers layerFlags
	trace  bool
	starts int // of a network
	seed   uint64
	flags  *pflag.FlagSet
	check  bool // --diagnose

	plot, picture string
	all           bool
	sensitivity   []string
}

// effective are the flags that each method heeds.
var effective = map[string][]string{
	"collocation":   {"method", "tol", "stages", "intervals", "max-intervals", "all-solutions", "sensitivity", "diagnose", "plot", "picture", "trace"},
	"shooting":      {"method", "tol", "sensitivity", "diagnose", "plot", "picture"},
	"discrete":      {"method", "layers", "rule", "plot", "picture"},
	"all solutions": {"method", "tol", "stages", "intervals", "max-intervals", "all-solutions", "trace"},
}

// refuseIdle returns an error for the first flag given that would have no effect.
func (s *solveFlags) refuseIdle(method string) error {
	mode, shown := method, "with --method "+method
	if s.all && method == "collocation" {
		mode, shown = "all solutions", "with --all-solutions"
	}
	var err error
	s.flags.Visit(func(g *pflag.Flag) {
		if err != nil || slices.Contains(effective[mode], g.Name) || slices.Contains(globalFlags, g.Name) {
			return
		}
		var with []string
		for _, m := range []string{"collocation", "shooting", "discrete"} {
			if slices.Contains(effective[m], g.Name) {
				with = append(with, m)
			}
		}
		remedy := "leave it out"
		if len(with) > 0 && mode == method {
			remedy = "it is for --method " + strings.Join(with, " and ")
		}
		err = badInput("--%s has no effect %s: %s", g.Name, shown, remedy)
	})
	if err == nil && s.flags.Changed("picture") && s.plot == "" {
		return badInput("--picture %s has no effect without --plot FILE, which names where to draw it", s.picture)
	}
	return err
}

func (s *solveFlags) define(f *pflag.FlagSet) {
	choiceVar(f, &s.method, "method", []string{"default", "collocation", "shooting", "discrete", "gauss-newton", "lbfgs"}, "route to the solution; default: that of the file, or collocation; the last two train a network")
	toleranceVar(f, &s.Tol, "tol", 0.1, "relative tolerance of every component; 0: that of the file, or 1e-6")
	integerVar(f, &s.Stages, "stages", 0, 7, "Gauss points per interval; 0: chosen by the tolerance")
	integerVar(f, &s.Intervals, "intervals", 0, 1000000, "intervals of the first mesh; 0: that of the file, or 20")
	integerVar(f, &s.MaxIntervals, "max-intervals", 0, 10000000, "largest mesh; 0: that of the file, or 10000")
	s.layers.define(f)
	f.BoolVar(&s.all, "all-solutions", false, "look for further solutions by deflation (collocation)")
	f.StringArrayVar(&s.sensitivity, "sensitivity", nil, "derivative of the solution with respect to the constant `NAME`; may be given several times")
	f.BoolVar(&s.check, "diagnose", false, "look at the structure of the solution: symplecticity, drift of H, eigenvalue pairs, reversibility, growth")
	plotFlag(f, &s.plot, "the solution")
	choiceVar(f, &s.picture, "picture", solutionPictures, "what --plot shows")
	integerVar(f, &s.starts, "starts", 0, 1000000, "networks: number of starts, the best counts; 0: that of the file, or 1")
	seedVar(f, &s.seed)
	s.flags = f
	f.BoolVar(&s.trace, "trace", false, "print every mesh of the collocation to standard error")
}

func (s *solveFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	if err := checkPlot(s.plot); err != nil {
		return err
	}
	if problem.Kind == problemfile.KindNetwork {
		return s.network(ctx, e, problem)
	}
	if s.method == "gauss-newton" || s.method == "lbfgs" || s.flags.Changed("starts") || s.flags.Changed("seed") {
		return badInput("--method gauss-newton and lbfgs, --starts and --seed are for networks; %s is of the kind %s", problem.Path, problem.Kind)
	}
	method := s.method
	if method == "default" {
		method = problem.Solve.Method
	}
	if method == "" {
		method = "collocation"
	}
	if err := s.refuseIdle(method); err != nil {
		return err
	}
	begin := time.Now()
	p, err := route.New(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	if s.trace {
		s.Trace = e.traceMeshes(p)
	}
	for _, name := range s.sensitivity {
		if err := checkConstant(p, "--sensitivity", name); err != nil {
			return err
		}
	}
	if s.all {
		return s.solveAll(ctx, e, p)
	}
	var r *result
	switch method {
	case "discrete":
		return s.layers.solve(ctx, e, p, begin, s.plot, s.picture)
	case "shooting":
		r = &result{problem: p, method: "multiple shooting"}
		r.solution, err = p.Shoot(ctx, s.Options)
	default:
		r = &result{problem: p, method: "collocation"}
		r.solution, err = p.Collocate(ctx, s.Options)
	}
	if r.solution == nil {
		return cmp.Or(e.saveFailure(p, begin, err), err)
	}
	r.time = time.Since(begin)
	if err := r.complete(ctx); err != nil {
		return err
	}
	for _, w := range r.solution.Warnings {
		e.log.Warn(w.Error())
	}
	tables := r.tables()
	if err == nil && len(s.sensitivity) > 0 {
		more, err := s.sensitivities(ctx, p, r.solution)
		if err != nil {
			return err
		}
		tables = append(tables, more...)
	}
	sound := true
	if err == nil && s.check {
		var more []report.Table
		var failure error
		if more, sound, failure = s.diagnose(ctx, p, r.solution); failure != nil {
			return failure
		}
		tables = append(tables, more...)
	}
	picture := func() error {
		if s.plot == "" {
			return nil
		}
		figure, err := solutionFigure(p, r.solution, s.picture)
		if err != nil {
			return err
		}
		return report.WritePicture(s.plot, figure)
	}
	files := func() error {
		if e.out == "" {
			return nil
		}
		return e.writeResult(r, begin, tables, err)
	}
	if err := e.output(tables, picture, files); err != nil {
		return err
	}
	if err := r.failure(ctx, e, err); err != nil {
		return err
	}
	if !sound {
		e.log.Error("the structure of the solution is not what it must be: see the table")
		return errFailed
	}
	return nil
}
