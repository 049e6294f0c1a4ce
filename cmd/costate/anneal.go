package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

func annealCommand() *command {
	return &command{
		name: "anneal", args: "FILE", min: 1, max: 1,
		summary: "find the action levels of a problem by variational annealing from many starts",
		long: "Minimises the action of discrete layers at growing precision Rf of the model, Rf0 alpha^beta, each minimum the start " +
			"of the next. At first the observed states are the data, the others and the parameters are drawn from their ranges. " +
			"The table lists the distinct minima: how many starts found each, its level at Rf = inf with an error, and whether it " +
			"is what chance makes of it. A lowest level that stands apart and is flat in Rf is the sign of the global minimum.\n\n" +
			"After the ladder the lowest level is minimised again in layers of half the length until it stays where it is: the " +
			"error of the layers stands beside the action and the parameters, with a warning where it matters.\n\n" +
			"With --out, every rung of every start is kept in the folder, and the same command goes on where it was interrupted. " +
			"The result depends on the seed, not on the number of workers.",
		examples: [][2]string{
			{"costate anneal lorenz96 --starts 20 --seed 3", "twenty starts"},
			{"costate anneal lorenz96 --starts 100 --out run", "keep all, and resume after an interrupt"},
			{"costate anneal lorenz63 --adaptive", "let the step of the ladder choose itself"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			a := annealFlags{flags: f}
			p.define(f)
			a.define(f)
			return withProblem(&p, a.run)
		},
	}
}

type annealFlags struct {
	route.AnnealOptions
	flags   *pflag.FlagSet
	start   string
	offGrid string
	predict float64
	plot    string
	picture string
	strong  bool    // of a network
	plateau float64 // of a network
	redraws int     // of a network
}

func (a *annealFlags) define(f *pflag.FlagSet) {
	integerVar(f, &a.Starts, "starts", 0, 1000000, "number of starts; 0: that of the file, or 1")
	seedVar(f, &a.Seed)
	numberVar(f, &a.Alpha, "alpha", 0, 1e6, "factor on Rf from rung to rung; 0: that of the file, or 2")
	integerVar(f, &a.Betas, "betas", 0, 100000, "number of rungs beta = 0, 1, .., one more than the last beta, which the file gives; 0: as the file says, or as many as reach a plateau")
	f.BoolVar(&a.Adaptive, "adaptive", false, "choose the factor from rung to rung by the solution, with a tangent predictor")
	integerVar(f, &a.Layers, "layers", 0, 100000000, "layers; 0: that of the file, or one between two measurements")
	wordVar(f, &a.Rule, "rule", problemfile.Rules, "`RULE` of the layers, as for solve; default: that of the file, or simpson-hermite")
	numberVar(f, &a.Kappa, "kappa", 0, 1e6, "weight of the Hermite residual; 0: that of the file, or 16/3, the consistent one; 1: that of the older tools")
	choiceVar(f, &a.start, "start", []string{"uniform", "integrate", "synchronise"}, "how starts are made")
	choiceVar(f, &a.offGrid, "off-grid", []string{"insert", "interpolate"}, "measurements off the grid: make them ends of layers, or interpolate; default: that of the file, or insert")
	wordVar(f, &a.Convention, "convention", []string{"continuous", "discrete", "varanneal", "minaone", "paper"}, "`NAME` of the normalisation of printed actions: continuous, discrete, varanneal or minaone, of a network continuous, paper or varanneal; default: that of the file, or continuous")
	f.BoolVar(&a.LBFGS, "lbfgs", false, "minimise with L-BFGS, as the papers do, for comparison")
	integerVar(f, &a.Workers, "workers", 0, 4096, "starts that run at once; 0: the number of processors")
	f.BoolVar(&a.Restart, "restart", false, "do not resume what the --out folder holds")
	plotFlag(f, &a.plot, "the action levels against Rf, or what --picture names,")
	choiceVar(f, &a.picture, "picture", []string{"default", "levels", "states"}, "what --plot shows: the levels, or the states of the lowest level with data and prediction; default: states with --predict, else levels")
	numberVar(f, &a.predict, "predict", math.Inf(-1), math.Inf(1), "predict up to this place; default: that of the file")
	f.BoolVar(&a.strong, "strong", false, "networks: end with a rung of exact layers")
	integerVar(f, &a.redraws, "redraws", 0, 1000000, "networks: draw hidden neurons anew so many times after the ladder; 0: as the file says")
	numberVar(f, &a.plateau, "plateau", 0, 1, "networks: end the ladder when the action changes by less than this fraction; 0: that of the file, or never")
}

func (a *annealFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	if err := checkPlot(a.plot); err != nil {
		return err
	}
	if problem.Kind == problemfile.KindNetwork {
		return a.network(ctx, e, problem)
	}
	for _, name := range []string{"strong", "plateau", "redraws"} {
		if a.flags.Changed(name) {
			return badInput("--%s is for networks; %s is of the kind %s", name, problem.Path, problem.Kind)
		}
	}
	p, err := route.New(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	if a.Rule != "" {
		if _, _, err := problemfile.ParseRule(a.Rule); err != nil {
			return badInput("--rule: %w", err)
		}
	}
	if a.Convention != "" {
		if _, err := problemfile.ParseConvention(a.Convention); err != nil {
			return badInput("--convention: %w", err)
		}
	}
	rule, ok := discrete.ParseStartRule(a.start)
	if !ok {
		return badInput("--start %s: unknown rule", a.start)
	}
	a.Start = rule
	if a.flags.Changed("off-grid") {
		a.OffGrid = a.offGrid
	}
	a.SeedSet = a.flags.Changed("seed")
	if e.out != "" {
		a.CheckpointDir = filepath.Join(e.out, "checkpoints")
		if err := os.MkdirAll(a.CheckpointDir, 0o777); err != nil {
			return err
		}
	}
	bar := e.progress("anneal", 0)
	convention := cmp.Or(a.Convention, problem.Anneal.Convention, discrete.Continuous.String())
	a.Progress = func(start int, r discrete.Rung, action float64) {
		bar.Add(1)
		bar.Describe(fmt.Sprintf("start %d, beta %.4g, action (%s) %.6g", start+1, r.Beta, convention, action))
	}
	begin := time.Now()
	r, err := p.Anneal(ctx, a.AnnealOptions)
	bar.Done()
	if r == nil {
		if errors.Is(err, route.ErrNoLayers) {
			return badInput("%s: %w", problem.Path, err)
		}
		return err
	}
	if errors.Is(err, discrete.ErrCheckpointMismatch) {
		return badInput("--out %s: %w (--restart starts over)", shellQuote(e.out), discrete.ErrCheckpointMismatch)
	}
	// What is finished is reported after an interrupt too.
	tables, path, pred, tableErr := a.tables(ctx, e, p, r, time.Since(begin))
	if tableErr != nil {
		return tableErr
	}
	if err == nil {
		err = ctx.Err() // while the layers were refined
	}
	failure := annealFailure(r)
	picture := func() error {
		if a.plot == "" {
			return nil
		}
		figure := levelsFigure(p, r)
		if states := a.picture == "states" || a.picture == "default" && a.flags.Changed("predict"); states && path != nil {
			figure = predictionFigure(p, path, pred)
		}
		return report.WritePicture(a.plot, figure)
	}
	files := func() error {
		if e.out == "" {
			return nil
		}
		if err := e.writeAnnealing(p, r); err != nil {
			return err
		}
		status := "finished"
		if err != nil {
			status = "interrupted"
		} else if failure != nil {
			status = "not solved"
		}
		page := e.newPage(p, begin, status, tables)
		page.Fail(failure)
		page.Run.Seed = &r.Ensemble.Seed
		return e.save(page, levelsFigure(p, r))
	}
	if err := e.output(tables, picture, files); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if failure != nil {
		e.log.Error(failure.Error())
		return errFailed
	}
	return nil
}

// annealFailure says why the result of annealing is no solution; nil: it is one.
func annealFailure(r *route.Annealed) error {
	switch {
	case r.Undetermined != nil:
		return r.Undetermined
	case len(r.Ensemble.Levels) == 0:
		return errors.New("no start reached the end of its ladder" + firstFailure(r))
	}
	return nil
}

// firstFailure says how far the first start that failed came, and why it ended.
func firstFailure(r *route.Annealed) string {
	for _, run := range r.Ensemble.Runs {
		if run.Err == nil {
			continue
		}
		at := ""
		if n := len(run.Rungs); n > 0 {
			at = fmt.Sprintf(" after beta = %.4g with action (%s) %.6g", run.Rungs[n-1].Beta, r.Ensemble.Convention, r.Unit*run.Rungs[n-1].Action)
		}
		return fmt.Sprintf("; start %d ended%s: %v; fewer betas or a smaller alpha may help", run.Start+1, at, run.Err)
	}
	return ""
}

// shownLevels is how many action levels the table lists.
const shownLevels = 12

// tables are what an annealing prints, with the path that a prediction starts
// from; the prediction is nil if none is asked for.
func (a *annealFlags) tables(ctx context.Context, e *env, p *route.Problem, r *route.Annealed, d time.Duration) ([]report.Table, *discrete.Path, *route.Prediction, error) {
	ens := r.Ensemble
	out := []report.Table{annealSummary(p, r, d)}
	if len(ens.Levels) == 0 {
		return out, nil, nil, nil
	}
	best := ens.Levels[0]
	for _, w := range best.Path.Warnings {
		e.log.Warn("the lowest level: " + w.Error())
	}
	q := a.refine(ctx, e, r)
	if q != nil {
		out[0].Add(report.Text("error of the layers"), report.Textf("%.1e in the action; %.1e posterior standard deviations at most", r.Unit*q.Action, q.Doubt))
	}
	out = append(out, levelTable(r))
	if len(best.Theta) > 0 {
		out = append(out, annealParameters(p, best.Path, q))
	}
	path, where := best.Path, "the lowest level"
	if q != nil && !q.Enough() {
		out = append(out, refinedTable(p, r, q))
		if !r.Given {
			path, where = q.Path, fmt.Sprintf("the lowest level in %d layers", q.Path.Layers)
		}
	}
	until := a.predict
	if !a.flags.Changed("predict") {
		until = p.File.Anneal.Predict
	}
	if until > p.Equations.End {
		pred, err := p.Predict(context.WithoutCancel(ctx), path, until)
		if err != nil {
			return nil, nil, nil, err
		}
		return append(out, predictionTable(p, pred, where)), path, pred, nil
	}
	return out, path, nil, nil
}

// refine estimates the error of the layers, and warns where it matters; nil: it
// is not known.
func (a *annealFlags) refine(ctx context.Context, e *env, r *route.Annealed) *route.Refined {
	layers := r.Ensemble.Levels[0].Path.Layers
	q, err := r.Refine(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		e.log.Warn(fmt.Sprintf("the error of the %d layers is not known: %v; compare with --layers %d", layers, err, 2*layers))
		return nil
	case q.Doubt > 1:
		e.log.Warn(fmt.Sprintf("the %d layers are too few: they move the lowest level by %.1f posterior standard deviations; %s", layers, q.Doubt, remedy(q)))
	}
	return q
}

// remedy names layers that are enough.
func remedy(q *route.Refined) string {
	if q.Settled {
		return fmt.Sprintf("--layers %d are enough for it", q.Layers)
	}
	return fmt.Sprintf("it still moves in %d, so that more are needed, or another --rule", q.Path.Layers)
}

func annealSummary(p *route.Problem, r *route.Annealed, d time.Duration) report.Table {
	ens, s := r.Ensemble, r.Settings
	t := report.Table{Name: "summary", Title: title(p.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("starts", report.Int(len(ens.Runs)))
	if ens.Failed > 0 {
		line("starts that failed", report.Int(ens.Failed))
	}
	if ens.Unfinished > 0 {
		line("starts not finished", report.Int(ens.Unfinished))
	}
	line("seed", report.Cell{Text: fmt.Sprint(ens.Seed), Value: ens.Seed})
	line("convention of actions", report.Textf("%s: %s", ens.Convention, ens.Convention.Formula()))
	layers := r.Problem.Layers
	if len(ens.Levels) > 0 {
		layers = ens.Levels[0].Path.Layers // with those that measurements off the grid need
	}
	line("layers", report.Textf("%d, %s", layers, r.Problem.Rule))
	rungs := 0
	for _, run := range ens.Runs {
		rungs += len(run.Rungs)
	}
	line("rungs", report.Int(rungs))
	if s.Alpha > 0 && !s.Adaptive {
		line("alpha", report.Value(s.Alpha))
	}
	line("work", report.Textf("%d Newton steps, %d factorisations", ens.Stats.Steps, ens.Stats.Factorisations))
	line("time", report.Duration(d))
	line("time per start", report.Duration(d/time.Duration(max(len(ens.Runs), 1))))
	return t
}

func levelTable(r *route.Annealed) report.Table {
	ens := r.Ensemble
	t := report.Table{Name: "levels", Title: fmt.Sprintf("Action levels at the last Rf (convention %s)", ens.Convention),
		Header: []string{"level", "action", "at Rf = inf", "error", "starts", "share", "first", "z", "verdict"}}
	for i, l := range ens.Levels {
		if i == shownLevels {
			break
		}
		limit, doubt := report.Empty, report.Empty
		if !math.IsNaN(l.Limit) {
			limit, doubt = report.Number(r.Unit*l.Limit, max(r.Unit*l.LimitError, 1e-8*math.Abs(l.Reported))), report.Sci(r.Unit*l.LimitError, 2)
		}
		t.Add(report.Int(i+1), report.Number(l.Reported, 1e-7*math.Abs(l.Reported)), limit, doubt,
			report.Int(l.Count), report.Cell{Text: fmt.Sprintf("%.0f%%", 100*l.Share), Value: l.Share}, report.Int(l.First+1), report.Fixed(l.Z, 2), report.Text(verdict(l, r.Settings.Finite)))
	}
	best := ens.Levels[0]
	where := "at Rf = inf where there is one, and else at the last Rf"
	if r.Settings.Finite {
		where = "at the last Rf, which is that of the model"
	}
	t.Note = fmt.Sprintf("z: the level, %s, against chi-square with %d degrees of freedom (data less what was fitted), in standard deviations; it means something when Rm are the true precisions.", where, best.Freedom)
	if best.Early {
		t.Note += fmt.Sprintf(" No level at Rf = inf: the ladder ends before the model error, %.2g of the action, falls as 1/Rf", (best.Model-best.Steady)/best.Action)
		if r.Settings.Finite {
			t.Note += "."
		} else {
			t.Note += fmt.Sprintf("; go on to beta = %.0f at least (--betas %.0f).", best.Until, best.Until+1)
		}
	}
	if n := len(ens.Levels); n > shownLevels {
		t.Note += fmt.Sprintf(" %d higher levels are not listed.", n-shownLevels)
	}
	return t
}

// verdict puts what is known of a level into words. finite: the last Rf is that
// of the model.
func verdict(l discrete.Level, finite bool) string {
	switch {
	case l.Suspect:
		return "model error does not fall as 1/Rf"
	case !l.Consistent && l.Z > 0:
		return "more error than noise" // which only grows with Rf
	case l.Early && !finite:
		return "the ladder ends too early"
	case !l.Consistent:
		return "less error than noise"
	}
	return "consistent"
}

// annealParameters are the parameters of the lowest level, with the error that
// its layers make, if that is known.
func annealParameters(p *route.Problem, path *discrete.Path, q *route.Refined) report.Table {
	t := report.Table{Name: "parameters", Title: "Parameters of the lowest level", Header: []string{"name", "estimate", "sd", "layers", "bound"}}
	for i, v := range path.Theta {
		layers, bound := report.Empty, ""
		if q != nil {
			layers = report.Sci(q.Theta[i], 2)
		}
		if slices.Contains(path.AtBound, i) {
			bound = "on its bound: no width"
		}
		width := widthOf(path, i)
		t.Add(report.Text(p.File.Action.Params[i].Symbol.Name()), report.Number(v, width/1e3), sd(width), layers, report.Text(bound))
	}
	if q != nil {
		t.Note = "layers: what more layers would change."
	}
	addUnits(&t, p.File)
	return t
}

// widthOf is the posterior standard deviation of a parameter; 0: none.
func widthOf(path *discrete.Path, i int) float64 {
	if path.ThetaCov == nil || slices.Contains(path.AtBound, i) {
		return 0
	}
	return math.Sqrt(path.ThetaCov[i*len(path.Theta)+i])
}

func sd(width float64) report.Cell {
	if width == 0 {
		return report.Empty
	}
	return report.Sci(width, 3)
}

// refinedTable is the lowest level in layers that are fine enough, at the same
// Rf.
func refinedTable(p *route.Problem, r *route.Annealed, q *route.Refined) report.Table {
	best := r.Ensemble.Levels[0]
	t := report.Table{Name: "refined", Title: fmt.Sprintf("The lowest level in %d layers", q.Path.Layers), Header: []string{"name", "estimate", "sd"}}
	t.Add(report.Text("action"), report.Number(r.Unit*q.Path.Action, 1e-7*best.Reported), report.Empty)
	for i, v := range q.Path.Theta {
		width := widthOf(q.Path, i)
		t.Add(report.Text(p.File.Action.Params[i].Symbol.Name()), report.Number(v, width/1e3), sd(width))
	}
	t.Note = fmt.Sprintf("The level of %d layers, minimised again in more of them until it stays where it is: %s.", r.Ensemble.Levels[0].Path.Layers, remedy(q))
	return t
}

func predictionTable(p *route.Problem, pred *route.Prediction, from string) report.Table {
	last := len(pred.T) - 1
	t := report.Table{Name: "prediction", Title: "Prediction from " + from, Header: []string{"name", "at its start", "at its end"}}
	start, end := report.Places(pred.T[0], pred.T[last])
	t.Add(report.Text(p.Equations.Layer.Name()), start, end)
	d := len(p.Equations.States)
	for c, x := range p.Equations.States {
		t.Add(report.Text(x.Name()), report.Value(pred.X[c]), report.Value(pred.X[last*d+c]))
	}
	if pred.Count > 0 {
		t.Note = fmt.Sprintf("Against %d measurements held back after the window: root mean square of sqrt(Rm)(h - y) %.3g (1 is the noise alone).", pred.Count, pred.RMS)
	} else {
		t.Note = "No measurements after the window to compare with."
	}
	addUnits(&t, p.File)
	return t
}

// writeAnnealing writes the levels against beta and the path of the lowest one.
func (e *env) writeAnnealing(p *route.Problem, r *route.Annealed) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	s := report.Series{Label: "start", Names: []string{"beta", "log10_Rf_factor", "action", "measurement", "model", "prior"}}
	if c := r.Ensemble.Convention; c != discrete.Continuous {
		for i := 2; i < len(s.Names); i++ {
			s.Names[i] += "_" + c.String()
		}
	}
	for i := range r.Problem.Params {
		s.Names = append(s.Names, r.Problem.ParamNames[i])
	}
	for _, run := range r.Ensemble.Runs {
		for _, g := range run.Rungs {
			s.T = append(s.T, float64(run.Start+1))
			s.Y = append(s.Y, g.Beta, math.Log10(g.RfScale), r.Unit*g.Action, r.Unit*g.Measurement, r.Unit*g.Model, r.Unit*g.Prior)
			s.Y = append(s.Y, g.Theta...)
		}
	}
	write := func(name string, do func(io.Writer) error) {
		if err == nil {
			err = folder.Write(name, do)
		}
	}
	write("levels.csv", s.CSV)
	write("levels.npy", s.NPY)
	if len(r.Ensemble.Levels) > 0 {
		path := route.PathSeries(p.Equations, r.Ensemble.Levels[0].Path)
		write("path.csv", path.CSV)
		write("path.npy", path.NPY)
	}
	return err
}
