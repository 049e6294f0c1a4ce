package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
			"the posterior widths of the parameters, the action with its parts, and what the solution cost.\n\n" +
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

func (s *solveFlags) define(f *pflag.FlagSet) {
	choiceVar(f, &s.method, "method", []string{"default", "collocation", "shooting", "discrete", "gauss-newton", "lbfgs"}, "route to the solution; default: that of the file, or collocation; the last two train a network")
	numberVar(f, &s.Tol, "tol", 0, 0.1, "relative tolerance of every component; 0: that of the file, or 1e-6")
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
	begin := time.Now()
	p, err := route.New(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	if s.trace {
		s.Trace = e.traceMeshes
	}
	for _, name := range s.sensitivity {
		if !slices.Contains(p.Constants(), name) {
			return badInput("--sensitivity %s: there is no such constant%s", name, didYouMean(name, p.Constants()))
		}
	}
	if s.all && s.check {
		return badInput("--diagnose looks at one solution: not with --all-solutions")
	}
	if s.all {
		return s.solveAll(ctx, e, p)
	}
	if s.check && method == "discrete" {
		return badInput("--diagnose looks at a continuous solution: want --method collocation or shooting")
	}
	var r *result
	switch method {
	case "discrete":
		return s.layers.solve(ctx, e, p, begin)
	case "shooting":
		r = &result{problem: p, method: "multiple shooting"}
		r.solution, err = p.Shoot(ctx, s.Options)
	default:
		r = &result{problem: p, method: "collocation"}
		r.solution, err = p.Collocate(ctx, s.Options)
	}
	if r.solution == nil {
		return err
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
		return e.writeResult(r, begin, tables)
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

// maxSolutions is how many solutions --all-solutions looks for.
const maxSolutions = 10

// solveAll prints every solution that deflation finds.
func (s *solveFlags) solveAll(ctx context.Context, e *env, p *route.Problem) error {
	all, err := p.AllSolutions(ctx, s.Options, maxSolutions)
	if err != nil {
		return err
	}
	label := p.Equations.Layer.Name()
	t := report.Table{Name: "solutions", Title: title(p.File) + ": solutions found", Header: []string{"solution", "name", "at the start", "at the end", "largest size", "error"},
		Note: fmt.Sprintf("%d solutions; deflation does not promise that there are no others.", len(all))}
	for k, sol := range all {
		first, last, size := sol.Node(0), sol.Node(len(sol.T)-1), route.Largest(sol)
		for c, name := range p.BVP.Names {
			t.Add(report.Int(k+1), report.Text(name), report.Number(first[c], errorOf(sol.Error, c)), report.Number(last[c], errorOf(sol.Error, c)),
				report.Number(size[c], errorOf(sol.Error, c)), sizeOf(sol.Error, c))
		}
		for c, name := range p.BVP.ParamNames {
			t.Add(report.Int(k+1), report.Text(name), report.Number(sol.P[c], errorOf(sol.ParamError, c)), report.Empty, report.Empty, sizeOf(sol.ParamError, c))
		}
		if e.out != "" {
			folder, err := report.OpenFolder(e.out)
			if err != nil {
				return err
			}
			rows := report.Sample(sol, label, p.BVP.Names, samplesPerInterval)
			if err := folder.Write(fmt.Sprintf("solution-%d.csv", k+1), rows.CSV); err != nil {
				return err
			}
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

	split  hamiltonian.Split
	energy *route.EnergyDrift // nil: no Hamiltonian
	second *route.Posterior   // nil: not to be had
}

// complete computes the figures that need the solution.
func (r *result) complete(ctx context.Context) error {
	var err error
	if r.split, err = r.problem.Equations.Action(r.solution); err != nil {
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
	if r.problem.File.Action != nil {
		out = append(out, actionTable(r.split))
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
		line("error estimate", report.Cell{Text: accuracyText(r.problem.BVP.Names, s, a), Value: a.Relative})
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
	if r.second != nil && r.second.Negative >= 0 {
		kind := "minimum: the second derivative of the action is positive definite"
		if n := r.second.Negative; n > 0 {
			kind = fmt.Sprintf("saddle: the second derivative of the action has %d negative eigenvalues", n)
		}
		line("second order", report.Text(kind))
	}
	line("work", report.Textf("%d right-hand sides, %d Jacobians, %d factorisations, %d Newton steps, %d meshes",
		s.Stats.Func, s.Stats.Jac, s.Stats.Factorisations, s.Stats.Newton, s.Stats.Meshes))
	line("time", report.Duration(r.time))
	return t
}

// accuracyText says how large the errors are relative to the components, and
// which components are zero within theirs.
func accuracyText(names []string, s *ode.Solution, a route.Accuracy) string {
	text := fmt.Sprintf("%.1e relative, in %s", a.Relative, names[a.Component])
	for _, c := range a.Zero {
		text += fmt.Sprintf("; %s is zero within %.1e", names[c], s.Error[c])
	}
	return text
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
	return t
}

func (r *result) ends() report.Table {
	s, eq := r.solution, r.problem.Equations
	label := eq.Layer.Name()
	first, last := eq.Label(s.T[0], s.P), eq.Label(s.T[len(s.T)-1], s.P)
	t := report.Table{Name: "ends", Title: "States and costates at the ends",
		Header: append(append([]string{"name"}, report.Places(label, first, last)...), "error")}
	a, b := s.Node(0), s.Node(len(s.T)-1)
	for c, name := range r.problem.BVP.Names {
		t.Add(report.Text(name), report.Number(a[c], errorOf(s.Error, c)), report.Number(b[c], errorOf(s.Error, c)), sizeOf(s.Error, c))
	}
	return t
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

// writeResult writes the whole solution and its report into the --out folder.
func (e *env) writeResult(r *result, begin time.Time, tables []report.Table) error {
	folder, err := report.OpenFolder(e.out)
	if err != nil {
		return err
	}
	eq := r.problem.Equations
	names := r.problem.BVP.Names
	rows := report.Sample(r.solution, eq.Layer.Name(), names, samplesPerInterval)
	for i, s := range rows.T {
		rows.T[i] = eq.Label(s, r.solution.P)
	}
	full := report.NewFull(r.solution, eq.Layer.Name(), names, r.problem.BVP.ParamNames, samplesPerInterval)
	full.T = rows.T
	write := func(name string, do func(w io.Writer) error) {
		if err == nil {
			err = folder.Write(name, do)
		}
	}
	write("solution.csv", rows.CSV)
	write("solution.npy", rows.NPY)
	write("solution.json", full.JSON)
	write("equations.txt", func(w io.Writer) error { _, err := io.WriteString(w, eq.Text()); return err })
	if err != nil {
		return err
	}
	var figures []report.Figure
	for _, picture := range solutionPictures {
		if (picture == "costates" || picture == "energy") && eq.Hamiltonian == nil {
			continue
		}
		f, err := solutionFigure(r.problem, r.solution, picture)
		if err != nil {
			return err
		}
		figures = append(figures, f)
	}
	page := e.newPage(r.problem, begin, r.solution.Status.String(), tables)
	page.Files = append(folder.Files, "report.json")
	return e.save(page, figures...)
}

// samplesPerInterval is how finely the CSV shows a mesh interval.
const samplesPerInterval = 4
