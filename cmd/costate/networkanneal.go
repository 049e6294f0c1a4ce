package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// network anneals a network problem.
func (a *annealFlags) network(ctx context.Context, e *env, problem *problemfile.Problem) error {
	if err := refuseFlags(a.flags, problem, "starts", "seed", "alpha", "betas", "convention", "workers", "restart", "strong", "plateau", "redraws", "lbfgs", "plot"); err != nil {
		return err
	}
	o := route.NetworkAnnealOptions{Starts: a.Starts, Seed: a.Seed, SeedSet: a.flags.Changed("seed"), Alpha: a.Alpha, Betas: a.Betas,
		Plateau: a.plateau, Strong: a.strong, Redraws: a.redraws, LBFGS: a.LBFGS, Convention: a.Convention, Workers: a.Workers, Restart: a.Restart}
	if _, err := route.NetworkConvention(o.Convention); err != nil {
		return badInput("--convention: %w", err)
	}
	seed := problem.Anneal.Seed
	if o.SeedSet {
		seed = o.Seed
	}
	n, signals, err := e.newNetwork(problem, seed)
	if err != nil {
		return err
	}
	if n.Spec.Entropy {
		e.log.Info("annealing fits one-hot outputs by least squares: cross-entropy has no finite Rf; costate solve trains with it")
	}
	if e.out != "" {
		o.CheckpointDir = filepath.Join(e.out, "checkpoints")
		if err := os.MkdirAll(o.CheckpointDir, 0o777); err != nil {
			return err
		}
	}
	bar := e.progress("anneal", max(1, o.Starts, problem.Anneal.Starts))
	o.Progress = func(done int, s *discrete.NetworkStart) {
		bar.Add(1)
		bar.Describe(fmt.Sprintf("start %d, action %.6g", s.Index+1, s.Fit.Action.Total()))
	}
	begin := time.Now()
	r, err := n.Anneal(ctx, o)
	took := time.Since(begin)
	bar.Done()
	if errors.Is(err, discrete.ErrCheckpointMismatch) {
		return badInput("%w (--restart starts over)", err)
	}
	if r == nil {
		return err
	}
	failed := err
	tables := []report.Table{networkAnnealSummary(n, r, took), signalTable(signals)}
	if len(r.Levels) > 0 {
		tables = append(tables, networkLevelTable(n, r))
		if r.Expected.Data > 0 {
			tables = append(tables, expectedTable(n, r.Levels[0].Start.Fit, r.Expected, r.Scale))
		}
		best := r.Levels[0].Start
		for _, w := range best.Warnings {
			e.log.Warn(w.Error())
		}
		rows := newErrorRows(n)
		rows.network("lowest level", func(d *route.NetworkSet) route.NetworkErrors { return n.Errors(&n.Net, best.Fit.Weights, d) })
		if err := rows.baselines(); err != nil {
			return err
		}
		tables = append(tables, rows.t)
		if a.plot != "" {
			if err := report.WritePicture(a.plot, networkLevelsFigure(n, r)); err != nil {
				return err
			}
		}
		if e.out != "" {
			if err := e.writeNetwork(map[string]report.Series{"levels": rungSeries(r), "weights": weightSeries(best.Fit.Weights)}); err != nil {
				return err
			}
		}
	}
	tables = filled(tables)
	if err := e.saveNetwork(problem, begin, r.Annealing.Seed, tables, failed, networkLevelsFigure(n, r)); err != nil {
		return err
	}
	if err := e.print(tables...); err != nil {
		return err
	}
	return e.failNetwork(ctx, failed)
}

// networkFormulas say what the action is in a convention.
var networkFormulas = map[discrete.NetworkNormalisation]string{
	discrete.NetUnnormalised: "action: sum Rm d^2/2 + sum Rf r^2/2",
	discrete.NetPaper:        "paper: sum Rm d^2/(2 data) + Rf sum r^2/(2 M mapped states)",
	discrete.NetVaranneal:    "varanneal: sum Rm d^2/data + Rf sum r^2/(M mapped states)",
}

func networkAnnealSummary(n *route.Network, r *route.NetworkAnnealed, took time.Duration) report.Table {
	t := report.Table{Name: "summary", Title: title(n.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("network", report.Text(networkLine(n)))
	line("weights", report.Int(r.Problem.Network.Params()))
	line("pairs", report.Text(pairsLine(n)))
	line("starts", report.Int(len(r.Starts)))
	if r.Resumed > 0 {
		line("starts from checkpoints", report.Int(r.Resumed))
	}
	if r.Failed > 0 {
		line("starts that failed", report.Int(r.Failed))
	}
	line("seed", report.Cell{Text: fmt.Sprint(r.Annealing.Seed), Value: r.Annealing.Seed})
	line("convention of actions", report.Text(networkFormulas[r.Convention]))
	rungs, steps := 0, 0
	for _, s := range r.Starts {
		rungs += len(s.Rungs)
		for _, g := range s.Rungs {
			steps += g.Iterations
		}
	}
	line("rungs", report.Int(rungs))
	if r.Annealing.LBFGS != nil {
		line("work", report.Textf("%d iterations of L-BFGS", steps))
	} else {
		line("work", report.Textf("%d Gauss-Newton steps", steps))
	}
	line("time", report.Duration(took))
	if run := len(r.Starts) - r.Resumed; run > 0 {
		line("time per start", report.Duration(took/time.Duration(run)))
	}
	return t
}

func networkLevelTable(n *route.Network, r *route.NetworkAnnealed) report.Table {
	t := report.Table{Name: "levels", Title: "Action levels at the last Rf",
		Header: []string{"level", "action", "inputs", "outputs", "model", "prior", "starts", "first", "z", "verdict"}}
	for i, l := range r.Levels {
		if i == shownLevels {
			break
		}
		a := l.Start.Fit.Action.Times(r.Scale)
		z := report.Empty
		if r.Expected.Sd > 0 {
			z = report.Fixed(l.Z, 2)
		}
		t.Add(report.Int(i+1), report.Number(a.Total(), 1e-6*math.Abs(a.Total())), report.Sci(a.In, 3), report.Sci(a.Out, 3), report.Sci(a.Model, 3), report.Sci(a.Prior, 3),
			report.Int(l.Starts), report.Int(l.First+1), z, report.Text(levelVerdict(n, l.Start.Fit, r.Expected)))
	}
	t.Note = "z: measurement and model error of the level against what is expected, in its standard deviations."
	if more := len(r.Levels) - shownLevels; more > 0 {
		t.Note += fmt.Sprintf(" %d higher levels are not listed.", more)
	}
	return t
}

// levelVerdict puts into words what the level of a fit is against the expected
// one; anneal, design and solve have the same.
func levelVerdict(n *route.Network, fit *discrete.NetworkFit, x discrete.NetworkExpected) string {
	z := x.Z(fit.Action.Data())
	switch {
	case fit.Status != ode.Solved:
		return "no minimum: the last minimisation did not converge"
	case fit.Action.Model > 0.05*fit.Action.Total():
		return "the ladder ends too early"
	case math.IsNaN(z):
		return "no degree of freedom is left"
	case n.Spec.Weighted:
		return "not judged: the labels have no precision"
	case math.Abs(z) <= 2:
		return "consistent"
	case z > 0:
		return "more error than noise"
	}
	return "less error than noise"
}

// expectedTable counts the degrees of freedom; the level of the fit and the
// expected value are printed times scale.
func expectedTable(n *route.Network, fit *discrete.NetworkFit, x discrete.NetworkExpected, scale float64) report.Table {
	t := report.Table{Name: "expected", Title: "Expected level of measurement and model error", Header: []string{"quantity", "value"}}
	add := func(name string, v float64) { t.Add(report.Text(name), report.Number(v, 1e-5*max(1, math.Abs(v)))) }
	add("measured values", x.Data)
	add("fitted inputs", x.Inputs)
	add("effective weights", x.Weights)
	add("degrees of freedom", x.Data-x.Inputs-x.Weights)
	add("expected", x.Mean*scale)
	add("standard deviation", x.Sd*scale)
	add("found", fit.Action.Data()*scale)
	t.Add(report.Text("verdict"), report.Text(levelVerdict(n, fit, x)))
	t.Note = "Half a chi-square variable with as many degrees of freedom, in the convention of the table above. Effective weights: directions that the data hold more firmly than the prior."
	if n.Spec.Weighted {
		t.Note += " Without Rm or sd the labels have the weight 1, which is no precision: the level says nothing of the fit."
	}
	return t
}

// rungSeries lists every rung of every start.
func rungSeries(r *route.NetworkAnnealed) report.Series {
	s := report.Series{Label: "start", Names: []string{"beta", "Rf", "action", "inputs", "outputs", "model", "prior", "gradient", "iterations"}}
	for i := range r.Starts {
		for _, g := range r.Starts[i].Rungs {
			a := g.Action.Times(r.Scale)
			s.T = append(s.T, float64(r.Starts[i].Index+1))
			s.Y = append(s.Y, float64(g.Beta), g.Rf/r.RfScale, a.Total(), a.In, a.Out, a.Model, a.Prior, g.Gradient, float64(g.Iterations))
		}
	}
	return s
}
