package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

func designCommand() *command {
	return &command{
		name: "design", args: "FILE", min: 1, max: 1,
		summary: "choose a network's depth, width and number of training pairs by action level and held-out error",
		long: "Anneals networks of every depth, width, number of training pairs and of observed neurons that is asked for, and prints the " +
			"action level of each with the level that is expected if the network is right, and the error on held-out pairs beside those of a " +
			"constant and of linear regression. The network is chosen by the error on the validation pairs and reported on the test pairs, " +
			"which had no part in the choice.\n\n" +
			"The level falls with the depth until the network can explain the data, and then stays at the expected one. Where fewer neurons " +
			"are observed than there are inputs, any network fits, and the level says nothing.",
		examples: [][2]string{
			{"costate design network-living --layers 2..6", "find the depth of a teacher"},
			{"costate design network-living --layers 2..6 --plot depth.svg", "and draw level and held-out error against the depth"},
			{"costate design network-living --layers 2..6 --pairs 10,100 --out study", "for two numbers of pairs, and keep the table"},
		},
		words: exampleNames, extensions: []string{".toml"},
		define: func(f *pflag.FlagSet) action {
			var p problemFlags
			d := designFlags{flags: f}
			p.define(f)
			d.define(f)
			return withProblem(&p, d.run)
		},
	}
}

type designFlags struct {
	route.NetworkDesignOptions
	flags *pflag.FlagSet
	plot  string
}

func (d *designFlags) define(f *pflag.FlagSet) {
	countsVar(f, &d.Layers, "layers", 2, "layers, input and output included, such as 2..20 or 2,5,10; default: those of [design], or of the network")
	countsVar(f, &d.Widths, "widths", 1, "widths of the hidden layers; default: those of [design], or of the network's second layer")
	countsVar(f, &d.Pairs, "pairs", 1, "training pairs, from the first on; default: those of [design], or all")
	countsVar(f, &d.Observed, "observed", 1, "observed neurons at both ends, from the first on; default: those of [design], or all")
	integerVar(f, &d.Starts, "starts", 0, 1000000, "starts of every network; 0: that of the file, or 1")
	seedVar(f, &d.Seed)
	numberVar(f, &d.Alpha, "alpha", 0, 1e6, "factor on Rf from rung to rung; 0: that of the file, or 1.1")
	integerVar(f, &d.Betas, "betas", 0, 100000, "number of rungs; 0: that of the file, or 436")
	numberVar(f, &d.Plateau, "plateau", 0, 1, "end a ladder when the action changes by less than this fraction; 0: that of the file, or never")
	f.StringVar(&d.Convention, "convention", "", "`NAME` of the normalisation of printed actions: action, paper or varanneal; default: that of the file, or action")
	integerVar(f, &d.Workers, "workers", 0, 4096, "starts that run at once; 0: the number of processors")
	plotFlag(f, &d.plot, "level and held-out error against what varies")
}

func (d *designFlags) run(ctx context.Context, e *env, problem *problemfile.Problem) error {
	if err := checkPlot(d.plot); err != nil {
		return err
	}
	if problem.Kind != problemfile.KindNetwork {
		return badInput("%s: design is for networks, this problem is of the kind %s", problem.Path, problem.Kind)
	}
	if _, err := route.NetworkConvention(d.Convention); err != nil {
		return badInput("--convention: %w", err)
	}
	d.SeedSet = d.flags.Changed("seed")
	seed := problem.Anneal.Seed
	if d.SeedSet {
		seed = d.Seed
	}
	n, signals, err := e.newNetwork(problem, seed)
	if err != nil {
		return err
	}
	plan, err := n.PlanDesign(d.NetworkDesignOptions)
	if err != nil {
		return badInput("%s: %w", problem.Path, err)
	}
	bar := e.progress("design", plan.Cases())
	plan.Progress = func(c *discrete.NetworkDesignCase) {
		bar.Add(1)
		bar.Describe(fmt.Sprintf("%d layers, %d pairs, action %.5g", c.Depth, c.Pairs, c.Action.Data()))
	}
	begin := time.Now()
	r, err := plan.Run(ctx)
	took := time.Since(begin)
	bar.Done()
	if r == nil || len(r.Cases) == 0 {
		return err
	}
	failed := err
	table := designTable(n, plan, r)
	if d.plot != "" {
		if err := report.WritePicture(d.plot, designFigure(n, plan, r)); err != nil {
			return err
		}
	}
	if e.out != "" {
		if err := e.writeDesign(table, r); err != nil {
			return err
		}
	}
	for _, c := range r.Cases {
		if c.Err != nil {
			e.log.Error(c.Err.Error(), "layers", c.Depth, "width", c.Width, "pairs", c.Pairs)
		}
	}
	tables := []report.Table{signalTable(signals), table, chosenTable(n, plan, r, took)}
	tables = filled(tables)
	if err := e.saveNetwork(problem, begin, seed, tables, failed, designFigure(n, plan, r)); err != nil {
		return err
	}
	if err := e.print(tables...); err != nil {
		return err
	}
	if failed == nil && r.Chosen < 0 {
		return errFailed
	}
	return e.failNetwork(ctx, failed)
}

func designTable(n *route.Network, plan *route.NetworkDesign, r *discrete.NetworkDesignResult) report.Table {
	t := report.Table{Name: "design", Title: title(n.File), Header: []string{"layers", "width", "pairs", "observed", "action", "expected", "sd", "z", "levels", "training", "validation", "test", "constant", "linear", "note"}}
	unit := plan.ErrorUnit()
	for i, c := range r.Cases {
		row := []report.Cell{report.Int(c.Depth), report.Int(c.Width), report.Int(c.Pairs), report.Int(c.Observed)}
		if c.Err != nil {
			for range len(t.Header) - len(row) - 1 {
				row = append(row, report.Empty)
			}
			t.Add(append(row, report.Text("failed"))...)
			continue
		}
		scale := plan.Scale(&c)
		z := report.Empty
		if v := c.Expected.Z(c.Action.Data()); !math.IsNaN(v) {
			z = report.Fixed(v, 2)
		}
		var notes []string
		if i == r.Chosen {
			notes = append(notes, "chosen")
		}
		if c.Fit.Status != ode.Solved {
			notes = append(notes, "last rung not converged")
		}
		a := c.Action.Data() * scale
		row = append(row, report.Number(a, 1e-4*math.Abs(a)), report.Number(c.Expected.Mean*scale, 1e-3*math.Abs(c.Expected.Mean*scale)), report.Sci(c.Expected.Sd*scale, 2), z, report.Int(c.Levels),
			designError(c.Train*unit), designError(c.Validation*unit), designError(c.Test*unit), designError(c.Constant*unit), designError(c.Linear*unit), report.Text(strings.Join(notes, ", ")))
		t.Add(row...)
	}
	t.Note = "action: measurement and model error of the best start, in the convention " + networkFormulas[plan.Convention] + ". z: its distance from the expected level in standard deviations. "
	if unit == 1 {
		t.Note += "Errors are mean squares over pairs and observed outputs."
	} else {
		t.Note += "Errors are mean squares over pairs and observed outputs times Rm: 1 is the noise alone."
	}
	return t
}

func designError(v float64) report.Cell { return report.Number(v, math.Abs(v)/2e3) }

// chosenTable reports on the network that the validation pairs chose.
func chosenTable(n *route.Network, plan *route.NetworkDesign, r *discrete.NetworkDesignResult, took time.Duration) report.Table {
	t := report.Table{Name: "chosen", Title: "Chosen by the validation pairs, reported on the test pairs", Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	if r.Chosen < 0 {
		line("status", report.Text("every network failed"))
	} else {
		c, unit := &r.Cases[r.Chosen], plan.ErrorUnit()
		line("layers", report.Int(c.Depth))
		line("width of hidden layers", report.Int(c.Width))
		line("training pairs", report.Int(c.Pairs))
		line("observed neurons", report.Int(c.Observed))
		line("validation error", designError(c.Validation*unit))
		line("test error", designError(c.Test*unit))
		line("test error of a constant", designError(c.Constant*unit))
		line("test error of linear regression", designError(c.Linear*unit))
		if n.Spec.Classes > 0 {
			line("test accuracy", accuracy(n.Errors(&c.Network, c.Fit.Weights, &n.Test).Accuracy))
		}
		line("level", report.Text(levelVerdict(n, c.Fit, c.Expected)))
	}
	line("networks", report.Int(len(r.Cases)))
	line("starts of each", report.Int(plan.Annealing.Starts))
	line("seed", report.Cell{Text: fmt.Sprint(plan.Annealing.Seed), Value: plan.Annealing.Seed})
	line("time", report.Duration(took))
	return t
}

// writeDesign writes the table and the chosen weights.
func (e *env) writeDesign(t report.Table, r *discrete.NetworkDesignResult) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	err = folder.Write("design.csv", func(w io.Writer) error { return report.Render(w, report.Options{Format: report.CSV}, t) })
	if err != nil || r.Chosen < 0 {
		return err
	}
	return folder.Write("weights.csv", weightSeries(r.Cases[r.Chosen].Fit.Weights).CSV)
}

// countsValue is a list of whole numbers: 2..20, or 1,10,100, or both.
type countsValue struct {
	p  *[]int
	lo int
}

func (v *countsValue) String() string {
	if v.p == nil || len(*v.p) == 0 {
		return ""
	}
	words := make([]string, len(*v.p))
	for i, n := range *v.p {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}
func (v *countsValue) Type() string { return "numbers" }
func (v *countsValue) Set(s string) error {
	var list []int
	for word := range strings.SplitSeq(s, ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(word), "..")
		if !ok {
			b = a
		}
		lo, err1 := strconv.Atoi(strings.TrimSpace(a))
		hi, err2 := strconv.Atoi(strings.TrimSpace(b))
		switch {
		case err1 != nil || err2 != nil:
			return errors.New("want whole numbers such as 2..20 or 1,10,100")
		case lo > hi:
			return errors.New("want the smaller number first")
		case lo < v.lo:
			return fmt.Errorf("want numbers from %d", v.lo)
		case hi-lo >= 100000 || len(list) >= 100000:
			return errors.New("want at most 100000 numbers")
		}
		for n := lo; n <= hi; n++ {
			list = append(list, n)
		}
	}
	*v.p = list
	return nil
}

// countsVar declares a flag for a list of whole numbers from lo on.
func countsVar(f *pflag.FlagSet, p *[]int, name string, lo int, usage string) {
	f.Var(&countsValue{p, lo}, name, usage)
}
