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

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

func checkCommand() *command {
	return &command{
		name: "check", args: "FILE", min: 1, max: 1,
		summary: "check a solution by all routes, convergence tables and certificates",
		long: "Solves the problem by collocation, by multiple shooting and, if it is an action, in discrete layers at doubling numbers, " +
			"and prints what speaks for the solution: the convergence of the layers to the continuous solution with the observed order of " +
			"each rule beside that of theory; how far the routes agree, in units of their error estimates; and certificates, each a figure with " +
			"its bound.\n\n" +
			"What cannot be judged says so: an order is \"rounding\" where the error is near that of the arithmetic or of the continuous " +
			"solution, and in parentheses while it still changes from row to row. Where all that can be judged holds, the exit code is 0, " +
			"otherwise 1.\n\n" +
			"Of a network with continuous layers it compares forward propagation and back-propagation through N discrete layers (Euler, RK2, RK4) " +
			"with x and p of the boundary value problem, and layers with weights of their own; of discrete layers it certifies the minimum.\n\n" +
			"--rf shows instead how the solution approaches that of exact equations as the precision of the model grows.",
		examples: [][2]string{
			{"costate check lynx-hare", "all rules, 8 to 1024 layers"},
			{"costate check ornstein-uhlenbeck --rule simpson,simpson-equal --layers 16..256", "why the residuals of the Simpson-Hermite rule must not be weighed alike"},
			{"costate check lynx-hare-weak --rf 1..1e12", "from the weak to the strong constraint"},
			{"costate check network-continuous", "back-propagation beside the costates of the boundary value problem"},
			{"costate check ornstein-uhlenbeck --fixed-layer-weight", "what happens when the step is forgotten in a layer's weight"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			c := checkFlags{rules: defaultRules, layers: span{8, 1024}}
			p.define(f)
			c.define(f)
			return withProblem(&p, c.run)
		},
	}
}

// defaultRules are the rules that check studies.
const defaultRules = "euler,midpoint,trapezoid,simpson,gauss2,gauss3"

// checkFlags are the flags of check.
type checkFlags struct {
	rules    string
	layers   span
	tol      float64
	rf       span
	unscaled bool
	plot     string
	flags    *pflag.FlagSet
}

func (c *checkFlags) define(f *pflag.FlagSet) {
	c.flags = f
	f.StringVar(&c.rules, "rule", c.rules, "`RULES` of the layers, separated by commas: euler, midpoint, trapezoid, simpson, simpson-equal, gauss1 .. gauss8")
	spanVar(f, &c.layers, "layers", 1, 1e8, true, "numbers of layers, doubled from the first to the last; more where the measurements need it")
	toleranceVar(f, &c.tol, "tol", 1e-3, "relative tolerance that the solution is certified to; 0: 1e-8")
	spanVar(f, &c.rf, "rf", 1e-300, 1e300, false, "instead of the check: solve with precisions of the model from the first to the last, in powers of ten, and with exact equations")
	plotFlag(f, &c.plot, "the convergence of the layers")
	f.BoolVar(&c.unscaled, "fixed-layer-weight", false, "show what happens when the weight Rf of a layer is not divided by the step")
}

func (c *checkFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	begin := time.Now()
	if err := checkPlot(c.plot); err != nil {
		return err
	}
	if problem.Network != nil {
		return c.network(ctx, e, problem, begin)
	}
	if problem.Action == nil {
		if err := refuseFlags(c.flags, problem, "tol", "plot", "rf"); err != nil {
			return err
		}
	}
	if c.rf != (span{}) {
		for _, name := range []string{"rule", "layers", "plot", "fixed-layer-weight"} {
			if c.flags.Changed(name) {
				return badInput("--%s has no effect with --rf, which takes the place of the check: leave it out", name)
			}
		}
	}
	var schemes []discrete.Scheme
	for name := range strings.SplitSeq(c.rules, ",") {
		s, err := discrete.ParseScheme(strings.TrimSpace(name))
		if err != nil {
			return badInput("--rule: %s", strings.TrimPrefix(err.Error(), "discrete: "))
		}
		schemes = append(schemes, s)
	}
	p, err := route.New(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	if c.rf != (span{}) {
		s, err := p.Sweep(ctx, route.SweepOptions{First: c.rf.lo, Last: c.rf.hi, Tol: c.tol})
		return e.printSweep(ctx, problem, begin, s, err)
	}
	o := route.CheckOptions{Tol: c.tol, Schemes: schemes, First: int(c.layers.lo), Last: int(c.layers.hi), Unscaled: c.unscaled}
	progress := e.progress("check", 3+len(schemes))
	o.Step = func(what string) { progress.Describe(what); progress.Add(1) }
	r, err := p.Check(ctx, o)
	progress.Done()
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, context.Canceled) {
			if len(r.Certificates) == 0 {
				return err
			}
			tables := checkTables(r, nil)
			return cmp.Or(e.output(tables, func() error { return e.savedCheck(p, r, begin, tables) }), err)
		}
		e.log.Error("not solved, so that there is nothing to check: " + err.Error())
		return cmp.Or[error](e.saveFailure(p, begin, err), errFailed)
	}
	known := exactValues(r)
	if len(known) > 0 {
		r.Certificates = append(r.Certificates, certifyExact(known, o.Tol))
	}
	tables := checkTables(r, known)
	var figures []report.Figure
	if len(r.Studies) > 0 {
		figures = append(figures, convergenceFigure(r))
	}
	picture := func() error {
		switch {
		case c.plot == "":
			return nil
		case len(figures) == 0:
			return badInput("--plot: there are no layers to show: %s gives a problem of another kind than an action", problem.Path)
		}
		return report.WritePicture(c.plot, figures[0])
	}
	files := func() error { return e.savedCheck(p, r, begin, tables, figures...) }
	if err := e.output(tables, picture, files); err != nil {
		return err
	}
	if !r.Passed() {
		return errFailed
	}
	return nil
}

// savedCheck writes a check to --out, if that is given.
func (e *env) savedCheck(p *route.Problem, r *route.Check, begin time.Time, tables []report.Table, figures ...report.Figure) error {
	if e.out == "" {
		return nil
	}
	return e.save(e.checkPage(p, &r.Findings, begin, tables), figures...)
}

func checkTables(r *route.Check, known []exact) []report.Table {
	var out []report.Table
	if len(r.Studies) > 0 {
		out = append(out, convergenceTable(r))
	}
	if r.Unscaled != nil {
		out = append(out, unscaledTable(r))
	}
	if len(known) > 0 {
		out = append(out, truthTable(known))
	}
	if len(r.Agreement) > 0 {
		out = append(out, agreementTable(r))
	}
	return finish(r.Problem.File, &r.Findings, out)
}

// finish adds the certificates and the verdict to the tables of a check.
func finish(file *problemfile.Problem, r *route.Findings, tables []report.Table) []report.Table {
	tables = append(tables, certificateTable(r))
	tables[0].Title = title(file) + ": " + strings.ToLower(tables[0].Title[:1]) + tables[0].Title[1:]
	verdict := report.Table{Name: "verdict", Title: "Verdict", Header: []string{"passed", "summary"}}
	verdict.Add(report.Bool(r.Passed()), report.Text(r.Verdict()))
	return append(tables, verdict)
}

func convergenceTable(r *route.Check) report.Table {
	t := report.Table{Name: "convergence", Title: "Convergence of discrete layers to the continuous solution",
		Header: []string{"rule", "N", "step", "action"}}
	quantities := []discrete.Quantity{discrete.StateError, discrete.CostateError}
	if len(r.Problem.File.Action.Params) > 0 {
		quantities = append(quantities, discrete.ParamError)
	}
	quantities = append(quantities, discrete.ActionError)
	for _, q := range quantities {
		t.Header = append(t.Header, "err "+q.String(), "order "+q.String())
	}
	t.Header = append(t.Header, "theory", "Newton", "time")
	equal, brackets := false, false
	for _, s := range r.Studies {
		equal = equal || s.Scheme.Uneven()
		for k, row := range s.Rows {
			name := report.Text(s.Scheme.String())
			if k > 0 {
				name = report.Cell{Value: s.Scheme.String()}
			}
			cells := []report.Cell{name, report.Int(row.Layers), report.Sci(row.Step, 2),
				report.Number(row.Path.Action, max(row.Errors[discrete.ActionError]/10, 1e-12*math.Abs(row.Path.Action)))}
			for _, q := range quantities {
				cells = append(cells, report.Sci(row.Errors[q], 2), orderCell(row.Orders[q], row.Judgement[q]))
				brackets = brackets || row.Judgement[q] == discrete.NotAsymptotic
			}
			t.Add(append(cells, report.Int(s.Theory), report.Int(row.NewtonSteps), report.Duration(row.Time))...)
		}
	}
	t.Note = "Errors of x and p are root mean squares over the layers' boundaries, relative to the largest value of each component; those of theta are relative, that of the action is absolute."
	if brackets {
		t.Note += " An order in parentheses still changes by more than 0.1 from row to row."
	}
	if equal {
		t.Note += "\n" + equalWeights
	}
	return t
}

const equalWeights = "simpson-equal weighs both residuals of the Simpson-Hermite rule alike. The second one, q = -s^2 w'/8 with the model error " +
	"w = x' - F, then counts the term s^3 w'^2/12 of the integral of w^2 with 3/16 of its weight: an error of order s^2 as long as there is a model error, " +
	"that is at every finite Rf. The weight 16/3 (simpson) makes the term exact and the rule one of order 4."

func orderCell(order float64, j discrete.Judgement) report.Cell {
	switch {
	case j == discrete.Rounding:
		return report.Cell{Text: "rounding", Value: order}
	case j == discrete.Unjudged || math.IsNaN(order):
		return report.Empty
	case j == discrete.NotAsymptotic:
		return report.Cell{Text: fmt.Sprintf("(%.2f)", order), Value: order}
	}
	return report.Fixed(order, 2)
}

func unscaledTable(r *route.Check) report.Table {
	t := report.Table{Name: "fixed-layer-weight", Title: "The mistake: layers of weight Rf/(first step) on every mesh, midpoint rule",
		Header: []string{"N", "action", "model error", "change"}}
	last := math.NaN()
	for _, row := range r.Unscaled.Rows {
		change := report.Empty
		if !math.IsNaN(last) {
			change = report.Sci(row.Path.Action-last, 2)
		}
		last = row.Path.Action
		t.Add(report.Int(row.Layers), report.Value(row.Path.Action), report.Value(row.Path.Model), change)
	}
	t.Note = fmt.Sprintf("The action must tend to %.9g. A layer's residual is x_{n+1} - x_n - s F = s (x' - F), so that its square is s^2 times that of the model error, and "+
		"the sum over N ~ 1/s layers needs the weight Rf/s to become the integral. With a fixed weight the model grows weaker as layers are added: "+
		"the path follows the data and the action drifts towards the least it can be.", r.Split.Total())
	if r.Strong() {
		t.Note += " Here Rf is infinite: the equations hold exactly whatever the weight, and nothing drifts."
	}
	return t
}

func agreementTable(r *route.Check) report.Table {
	t := differences(&r.Findings)
	if len(r.Studies) > 0 {
		t.Note += " Layers are extrapolated to no length (Richardson), and compared at the boundaries of the coarsest."
	}
	return t
}

// differences shows how far the routes are apart.
func differences(r *route.Findings) report.Table {
	t := report.Table{Name: "agreement", Title: "Agreement of the routes with collocation",
		Header: []string{"route", "quantity", "difference", "estimate", "ratio", "verdict"}}
	last := ""
	for _, a := range r.Agreement {
		name := report.Text(a.Routes[1])
		if a.Routes[1] == last {
			name = report.Cell{Value: last}
		}
		last = a.Routes[1]
		t.Add(name, report.Text(a.Quantity), report.Sci(a.Difference, 2), report.Sci(a.Estimate, 2),
			report.Fixed(a.Difference/a.Estimate, 2), report.Text(a.Verdict().String()))
	}
	t.Note = "estimate: sum of the error estimates of both routes."
	return t
}

func certificateTable(r *route.Findings) report.Table {
	t := report.Table{Name: "certificates", Title: "Certificates", Header: []string{"certificate", "value", "bound", "verdict", "remark"}}
	order := []hamiltonian.Verdict{hamiltonian.Fail, hamiltonian.Pass, hamiltonian.NotJudged}
	certs := slices.Clone(r.Certificates)
	slices.SortStableFunc(certs, func(a, b hamiltonian.Certificate) int {
		return slices.Index(order, a.Verdict) - slices.Index(order, b.Verdict)
	})
	for _, c := range certs {
		t.Add(report.Text(c.Name), figure(c.Value), figure(c.Bound), report.Text(c.Verdict.String()), report.Text(c.Note))
	}
	return t
}

func figure(v float64) report.Cell {
	if math.IsNaN(v) {
		return report.Empty
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return report.Value(v)
	}
	return report.Sci(v, 2)
}
