package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
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
	if s.plot != "" {
		figure, err := solutionFigure(p, r.solution, s.picture)
		if err == nil {
			err = report.WritePicture(s.plot, figure)
		}
		if err != nil {
			return err
		}
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
	if e.out != "" {
		if err := e.writeResult(r, begin, tables, err); err != nil {
			return err
		}
	}
	if err := e.print(tables...); err != nil {
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

// maxSolutions is how many solutions --all-solutions looks for.
const maxSolutions = 10

// solveAll prints every solution that deflation finds.
func (s *solveFlags) solveAll(ctx context.Context, e *env, p *route.Problem) error {
	begin := time.Now()
	all, held, err := p.AllSolutions(ctx, s.Options, maxSolutions)
	if err != nil {
		return err
	}
	t := report.Table{Name: "solutions", Title: title(p.File) + ": solutions found", Header: []string{"solution", "name", "at the start", "at the end", "largest size", "error"},
		Note: report.Count(len(all), "solution") + "; deflation does not promise that there are no others."}
	bounded := slices.ContainsFunc(held, func(h []int) bool { return len(h) > 0 })
	if bounded {
		t.Header = append(t.Header, "bound")
	}
	add := func(bound string, row ...report.Cell) {
		if bounded {
			row = append(row, report.Text(bound))
		}
		t.Add(row...)
	}
	for k, sol := range all {
		first, last, size := sol.Node(0), sol.Node(len(sol.T)-1), route.Largest(sol)
		for c, name := range p.BVP.Names {
			add("", report.Int(k+1), report.Text(name), report.Number(first[c], errorOf(sol.Error, c)), report.Number(last[c], errorOf(sol.Error, c)),
				report.Number(size[c], errorOf(sol.Error, c)), sizeOf(sol.Error, c))
		}
		for c, name := range p.BVP.ParamNames {
			bound := ""
			if slices.Contains(held[k], c) {
				bound = "on its bound"
			}
			add(bound, report.Int(k+1), report.Text(name), report.Number(sol.P[c], errorOf(sol.ParamError, c)), report.Empty, report.Empty, sizeOf(sol.ParamError, c))
		}
		if e.out != "" {
			folder, err := e.folder()
			if err != nil {
				return err
			}
			rows, err := p.Curves(sol, samplesPerInterval)
			if err != nil {
				return err
			}
			if err := folder.Write(fmt.Sprintf("solution-%d.csv", k+1), rows.CSV); err != nil {
				return err
			}
		}
	}
	if e.out != "" {
		if err := e.save(e.newPage(p, begin, "finished", []report.Table{t})); err != nil {
			return err
		}
	}
	return e.print(t)
}

// sensitivities are tables of derivatives with respect to constants.
func (s *solveFlags) sensitivities(ctx context.Context, p *route.Problem, sol *ode.Solution) ([]report.Table, error) {
	d, err := p.Sensitivity(ctx, sol, s.Options, s.sensitivity)
	if err != nil {
		return nil, err
	}
	var out []report.Table
	for k, ds := range d {
		t := report.Table{Name: "sensitivity " + s.sensitivity[k], Title: "Derivative with respect to " + s.sensitivity[k],
			Header: []string{"name", "at the start", "at the end", "largest size"}}
		size := route.Largest(ds)
		for c, name := range p.BVP.Names {
			t.Add(report.Text(name), report.Value(ds.Node(0)[c]), report.Value(ds.Node(len(ds.T) - 1)[c]), report.Value(size[c]))
		}
		for c, name := range p.BVP.ParamNames {
			t.Add(report.Text(name), report.Value(ds.P[c]), report.Empty, report.Empty)
		}
		out = append(out, t)
	}
	return out, nil
}

// result is a solution with what is reported of it.
type result struct {
	problem  *route.Problem
	method   string
	solution *ode.Solution
	time     time.Duration

	curves    route.Curves // at the mesh points
	split     hamiltonian.Split
	criterion *report.Table      // nil: none
	energy    *route.EnergyDrift // nil: no Hamiltonian
	second    *route.Posterior   // nil: not to be had
}

// complete computes the figures that need the solution.
func (r *result) complete(ctx context.Context) error {
	var err error
	if r.split, err = r.problem.Equations.Action(r.solution); err != nil {
		return err
	}
	if r.curves, err = r.problem.Curves(r.solution, 1); err != nil {
		return err
	}
	if r.criterion, err = r.cost(); err != nil {
		return err
	}
	if r.energy, err = r.problem.Energy(r.solution); err != nil {
		return err
	}
	if r.solution.Status == ode.Solved {
		r.second = r.problem.Posterior(ctx, r.solution)
	}
	return nil
}

// failure prints why the problem is not solved and returns the error that ends
// the command.
func (r *result) failure(ctx context.Context, e *env, err error) error {
	if err == nil {
		if r.second != nil && (r.second.Left || r.second.Negative > 0) {
			e.log.Warn("the solution is stationary, but no minimum of the action: see the line \"second order\"; another guess may lead to one")
		}
		if out := r.problem.Equations.OutOfBounds(r.solution.P); len(out) > 0 {
			e.log.Error(fmt.Sprintf("%s lies outside its bounds", out[0].Symbol.Name()))
			return errFailed
		}
		return nil
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	e.log.Error(err.Error())
	return errFailed
}

func (r *result) tables() []report.Table {
	out := []report.Table{r.summary()}
	if len(r.problem.Equations.Unknowns) > 0 {
		out = append(out, r.parameters())
	}
	out = append(out, r.ends())
	switch {
	case r.problem.File.Action != nil:
		out = append(out, actionTable(r.split))
	case r.criterion != nil:
		out = append(out, *r.criterion)
	}
	return out
}

func (r *result) summary() report.Table {
	s := r.solution
	t := report.Table{Name: "summary", Title: title(r.problem.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("status", report.Text(s.Status.String()))
	line("method", report.Text(r.method))
	line("mesh intervals", report.Int(s.Intervals()))
	if s.Error != nil {
		a := route.AccuracyOf(s)
		line("error estimate, relative", report.Sci(a.Relative, 2))
		line("largest in", report.Text(r.problem.BVP.Names[a.Component]))
		if len(a.Zero) > 0 {
			line("zero within its error", report.Text(zeroText(r.problem.BVP.Names, s, a)))
		}
	}
	line("residual of conditions", report.Sci(s.Residual, 2))
	if k := s.Condition.Kappa; k > 0 {
		line("conditioning", report.Sci(k, 2))
	}
	if e := r.energy; e != nil {
		line("H at the start", report.Value(e.First))
		line("H at the end", report.Value(e.Last))
		if e.Judged {
			line("drift of H between jumps", report.Sci(e.Drift, 2))
		}
	}
	if r.second != nil && r.second.Left {
		line("second order", report.Textf("no minimum within the bounds: minimising from it leads to action %.8g", r.second.Action))
	}
	if r.second == nil && s.Status == ode.Solved && r.problem.File.Action != nil {
		line("second order", report.Text("not known: minimising from the solution in layers leads nowhere"))
	}
	if r.second != nil && r.second.Negative >= 0 {
		kind := "minimum: the second derivative of the action is positive definite"
		if n := r.second.Negative; n > 0 {
			kind = fmt.Sprintf("saddle: the second derivative of the action has %d negative eigenvalues", n)
		}
		line("second order", report.Text(kind))
	}
	line("evaluations", report.Text(report.Count(s.Stats.Func, "right-hand side")+", "+report.Count(s.Stats.Jac, "Jacobian")))
	line("work", report.Text(report.Count(s.Stats.Newton, "Newton step")+", "+report.Count(s.Stats.Factorisations, "factorisation")+", "+report.Count(s.Stats.Meshes, "mesh")))
	line("time", report.Duration(r.time))
	return t
}

// zeroText names the components that are zero within their errors.
func zeroText(names []string, s *ode.Solution, a route.Accuracy) string {
	var text []string
	for _, c := range a.Zero {
		text = append(text, fmt.Sprintf("%s (%.1e)", names[c], s.Error[c]))
	}
	return strings.Join(text, ", ")
}

func (r *result) parameters() report.Table {
	t := report.Table{Name: "parameters", Title: "Parameters", Header: []string{"name", "estimate", "error"}}
	var widths []float64
	if r.second != nil {
		widths = r.second.Widths
	}
	if widths != nil {
		t.Header = append(t.Header, "sd")
		t.Note = "error: of the computation. sd: posterior width, for precisions Rm and Rf that are inverse variances (Laplace approximation)."
	}
	held := r.problem.AtBound()
	if len(held) > 0 {
		t.Header = append(t.Header, "bound")
	}
	for i, u := range r.problem.Equations.Unknowns {
		row := []report.Cell{report.Text(u.Symbol.Name()), report.Number(r.solution.P[i], errorOf(r.solution.ParamError, i)), sizeOf(r.solution.ParamError, i)}
		if widths != nil {
			if i < len(widths) {
				row = append(row, report.Sci(widths[i], 3))
			} else {
				row = append(row, report.Empty) // a multiplier
			}
		}
		if len(held) > 0 {
			word := ""
			if slices.Contains(held, i) {
				word = "on its bound"
			}
			row = append(row, report.Text(word))
		}
		t.Add(row...)
	}
	addUnits(&t, r.problem.File)
	return t
}

// ends shows the functions of the solution at both ends, the layer label first.
func (r *result) ends() report.Table {
	c := r.curves
	t := report.Table{Name: "ends", Title: "At the ends", Header: []string{"name", "at the start", "at the end", "error"}}
	last := len(c.T) - 1
	start, end := report.Places(c.T[0], c.T[last])
	for i, u := range r.problem.Equations.Unknowns {
		if u.Symbol == r.problem.Equations.FreeEnd {
			end = report.Number(c.T[last], errorOf(r.solution.ParamError, i))
		}
	}
	t.Add(report.Text(c.Label), start, end, report.Empty)
	for i, name := range c.Names {
		t.Add(report.Text(name), report.Number(c.Row(0)[i], errorOf(c.Errors, i)), report.Number(c.Row(last)[i], errorOf(c.Errors, i)), sizeOf(c.Errors, i))
	}
	addUnits(&t, r.problem.File)
	return t
}

// addUnits adds a column with the units of the names in the first column, if the
// file gives any.
func addUnits(t *report.Table, file *problemfile.Problem) {
	some := false
	units := make([]report.Cell, len(t.Rows))
	for i, row := range t.Rows {
		u := file.Unit(row[0].Text)
		units[i] = report.Text(u)
		some = some || u != ""
	}
	if !some {
		return
	}
	t.Header = append(t.Header, "unit")
	for i := range t.Rows {
		t.Rows[i] = append(t.Rows[i], units[i])
	}
}

// cost shows what an optimal control problem makes least, or what another
// Lagrangian or Hamiltonian problem makes stationary; nil: nothing.
func (r *result) cost() (*report.Table, error) {
	value, err, formula, fail := r.problem.Criterion(r.solution)
	if formula == "" || fail != nil {
		return nil, fail
	}
	t := report.Table{Name: "action", Title: "Action", Header: []string{"part", "value", "error"}}
	name := "integral of " + formula
	if len(r.problem.Equations.Controls) > 0 {
		t.Name, t.Title, name = "cost", "Cost", "cost, the "+name
	}
	err = max(err, 1e-15*math.Abs(value))
	t.Add(report.Text(name), report.Number(value, err), report.Sci(err, 2))
	return &t, nil
}

func errorOf(e []float64, i int) float64 {
	if i < len(e) {
		return e[i]
	}
	return 0
}

func sizeOf(e []float64, i int) report.Cell {
	if i < len(e) {
		return report.Sci(e[i], 2)
	}
	return report.Empty
}

func actionTable(s hamiltonian.Split) report.Table {
	t := report.Table{Name: "action", Title: "Action (every term with 1/2, no other normalisation)", Header: []string{"part", "value"}}
	add := func(name string, v float64) {
		t.Add(report.Text(name), report.Number(v, max(s.Error, 1e-15*math.Abs(s.Total()))))
	}
	if s.Points > 0 {
		add(fmt.Sprintf("measurement error, %d values", s.Points), s.Measurement)
	}
	if s.Signal != 0 {
		add("measurement error, continuous", s.Signal)
	}
	add("model error", s.Model)
	if s.Prior != 0 {
		add("priors", s.Prior)
	}
	add("total", s.Total())
	if s.Points > 0 {
		t.Note = fmt.Sprintf("Twice the measurement error, %s, is the weighted sum of squares.", report.Number(2*s.Measurement, 2*s.Error).Text)
	}
	return t
}
