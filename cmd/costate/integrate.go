package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

func integrateCommand() *command {
	return &command{
		name: "integrate", args: "FILE", min: 1, max: 1,
		summary: "integrate the model of a problem file forward, with noise if wanted: twin data",
		long: "Integrates the model from the initial values and parameters of [integrate], those of --initial, or those that the " +
			"measurements give (--estimate), and prints the values at equal steps as CSV, which a problem file can read as its " +
			"data. A state without one of them starts where the file's start = .. or a condition puts it, and only then, with a " +
			"note, from its guess. With --noise or --twin, Gaussian noise is added; the command and the seed stand in the first " +
			"lines. The measurements that the file names need not exist yet, or may be empty: > data.csv makes them so before " +
			"the program starts. --out DIR writes NAME.csv, named as the problem file is.",
		examples: [][2]string{
			{"costate integrate lorenz63 --until 10 --every 0.1", "a trajectory"},
			{"costate integrate lorenz96 --noise 0.5 --seed 7 > twin.csv", "twin data"},
			{"costate integrate lynx-hare --estimate --until 1930", "a prediction from estimated values"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			p := problemFlags{modelOnly: true}
			i := integrateFlags{tol: 1e-9}
			p.define(f)
			i.define(f)
			return withProblem(&p, i.run)
		},
	}
}

type integrateFlags struct {
	initial  []string
	estimate bool
	until    float64
	every    float64
	noise    []float64
	twin     bool
	seed     uint64
	tol      float64
	method   string
	force    bool
	flags    *pflag.FlagSet
}

// integrators are the methods by name.
var integrators = []struct {
	name   string
	method ode.Method
}{
	{"dop853", ode.DOP853},
	{"dopri5", ode.DormandPrince},
	{"tsit5", ode.Tsitouras},
}

func (i *integrateFlags) define(f *pflag.FlagSet) {
	i.flags = f
	f.StringArrayVar(&i.initial, "initial", nil, "initial value or parameter, as `NAME=VALUE`; may be given several times")
	f.BoolVar(&i.estimate, "estimate", false, "start from the initial values and parameters that solving the problem gives")
	numberVar(f, &i.until, "until", math.Inf(-1), math.Inf(1), "last place; default: that of the file, or the end of the layer")
	numberVar(f, &i.every, "every", 0, math.Inf(1), "step of the output; 0: that of the file, or a hundredth of the interval")
	numbersVar(f, &i.noise, "noise", "standard deviation of added noise: one for all states or one for each")
	f.BoolVar(&i.twin, "twin", false, "add the noise of the file's [integrate]")
	seedVar(f, &i.seed)
	numberVar(f, &i.tol, "tol", 1e-14, 0.1, "relative and absolute tolerance")
	names := make([]string, len(integrators))
	for k, m := range integrators {
		names[k] = m.name
	}
	choiceVar(f, &i.method, "integrator", names, "integration method")
	forceVar(f, &i.force)
}

func (i *integrateFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	f, err := route.NewForward(problem)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	if i.estimate {
		if len(problem.NoData) > 0 {
			return badInput("--estimate: there is no file %s of measurements to estimate from, or it is empty", problem.NoData[0])
		}
		p, err := route.New(problem)
		if err != nil {
			return badInput("%s: %w", problem.Path, err)
		}
		sol, err := p.Collocate(ctx, route.Options{})
		if err != nil {
			return err
		}
		f.FromSolution(sol)
	}
	if err := i.assign(f); err != nil {
		return err
	}
	if g := f.Guesses(); len(g) > 0 {
		e.log.Warn(fmt.Sprintf("guesses stand in for what the file does not give: %s; --initial NAME=VALUE gives them, or [integrate], or --estimate", strings.Join(g, ", ")))
	}
	if i.flags.Changed("until") {
		f.Until(i.until)
	}
	if !(f.End > f.Start) {
		return badInput("--until %g: want a place after the start, %g", f.End, f.Start)
	}
	for _, w := range route.BeyondInputs(problem, f.End) {
		e.log.Warn(w)
	}
	every := i.every
	if every == 0 {
		every = problem.Integrate.Every
	}
	if every == 0 {
		every = (f.End - f.Start) / 100
	}
	if n := (f.End - f.Start) / every; n > 1e8 {
		return badInput("--every %g: that would be %.2g rows", every, n)
	}
	noise, err := i.deviations(f, problem)
	if err != nil {
		return err
	}
	seed := i.seed
	if !i.flags.Changed("seed") {
		seed = problem.Integrate.Seed
	}
	in := &ode.Integrator{RelTol: i.tol, AbsTol: i.tol}
	for _, m := range integrators {
		if m.name == i.method {
			in.Method = m.method
		}
	}
	samples, sol, err := f.Sample(ctx, in, every)
	if err != nil {
		return err
	}
	for _, w := range sol.Warnings {
		e.log.Warn(w.Error())
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "# %s\n# integrator %s, tolerance %g, %d steps", e.commandLine(), i.method, i.tol, sol.Stats.Steps)
	if noise != nil {
		samples.AddNoise(noise, seed)
		fmt.Fprintf(&head, "; noise %s, seed %d", join(noise), seed)
	}
	head.WriteByte('\n')
	rows := report.Series{Label: problem.Domain().Layer.Name(), Names: f.Names, T: samples.T, Y: samples.Y}
	if e.out != "" {
		name := problem.Name + ".csv"
		folder, err := openForInput(e.out, i.force, name)
		if err != nil {
			return err
		}
		err = folder.Write(name, func(w io.Writer) error {
			if _, err := w.Write(head.Bytes()); err != nil {
				return err
			}
			return rows.CSV(w)
		})
		if err == nil {
			e.log.Info("wrote " + filepath.Join(e.out, name))
		}
		return err
	}
	switch report.Format(e.format) {
	case report.Markdown, report.JSON:
		return e.print(seriesTable(rows))
	}
	if _, err := e.stdout.Write(head.Bytes()); err != nil {
		return err
	}
	return rows.CSV(e.stdout)
}

// assign applies the --initial flags.
func (i *integrateFlags) assign(f *route.Forward) error {
	for _, s := range i.initial {
		name, v, err := assignment("--initial", s)
		if err != nil {
			return err
		}
		if k := slices.Index(f.Names, name); k >= 0 {
			f.Set(k, v)
		} else if k := slices.Index(f.ParamNames, name); k >= 0 {
			f.SetParam(k, v)
		} else {
			return badInput("--initial %s: there is no state or estimated parameter %q%s", shellQuote(s), name,
				didYouMean(name, append(slices.Clone(f.Names), f.ParamNames...)))
		}
	}
	return nil
}

// deviations returns the standard deviation of the noise per component; nil:
// none.
func (i *integrateFlags) deviations(f *route.Forward, p *problemfile.Problem) ([]float64, error) {
	sd := i.noise
	if i.twin && len(sd) == 0 {
		if sd = p.Integrate.Noise; len(sd) == 0 {
			return nil, badInput("--twin: %s has no noise in [integrate]; --noise gives it", p.Path)
		}
	}
	for _, v := range sd {
		if v < 0 {
			return nil, badInput("--noise %g: want standard deviations of at least 0", v)
		}
	}
	switch len(sd) {
	case 0:
		return nil, nil
	case 1:
		out := make([]float64, f.Dim)
		for k := range out {
			out[k] = sd[0]
		}
		return out, nil
	case f.Dim:
		return sd, nil
	}
	return nil, badInput("--noise: %d numbers, want one, or one for each of the %d states", len(sd), f.Dim)
}

func join(v []float64) string {
	if slices.Min(v) == slices.Max(v) {
		v = v[:1]
	}
	s := make([]string, len(v))
	for i, x := range v {
		s[i] = report.FormatFloat(x)
	}
	return strings.Join(s, ",")
}

// seriesTable is a series as a table.
func seriesTable(s report.Series) report.Table {
	t := report.Table{Name: "series", Header: append([]string{s.Label}, s.Names...)}
	for i, at := range s.T {
		row := []report.Cell{report.Value(at)}
		for _, v := range s.Row(i) {
			row = append(row, report.Value(v))
		}
		t.Add(row...)
	}
	return t
}
