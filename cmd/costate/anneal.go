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
	if a.flags.Changed("picture") && a.plot == "" {
		return badInput("--picture %s has no effect without --plot FILE, which names where to draw it", a.picture)
	}
	switch end := problem.Domain().End; {
	case a.flags.Changed("predict") && a.predict <= end:
		return badInput("--predict %g: want a place after the end of the layer, %g", a.predict, end)
	case !a.flags.Changed("predict") && problem.Anneal.Predict != 0 && problem.Anneal.Predict < end:
		e.log.Warn(fmt.Sprintf("[anneal] predict = %g is before the end of the layer, %g: nothing is predicted", problem.Anneal.Predict, end))
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
		figures := []report.Figure{levelsFigure(p, r)}
		if path != nil {
			figures = append(figures, predictionFigure(p, path, pred))
		}
		return e.save(page, figures...)
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
			at = fmt.Sprintf(" after beta = %.4g with action (%s) %.6g", run.Rungs[n-1].Beta, r.Ensemble.Convention, run.Rungs[n-1].Reported)
		}
		return fmt.Sprintf("; start %d ended%s: %v; fewer betas or a smaller alpha may help", run.Start+1, at, run.Err)
	}
	return ""
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
			s.Y = append(s.Y, g.Beta, math.Log10(g.RfScale), g.Reported, r.Unit*g.Measurement, r.Unit*g.Model, r.Unit*g.Prior)
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
