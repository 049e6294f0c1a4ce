package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"costate/discrete"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

// network solves a network problem: ordinary training, every layer being
// exactly what the one before makes of it, or with continuous layers the
// boundary value problem.
func (s *solveFlags) network(ctx context.Context, e *env, problem *problemfile.Problem) error {
	spec := problem.Network
	method := s.method
	if method == "default" {
		method = problem.Solve.Method
	}
	if method == "" || method == "discrete" {
		if method == "" && spec.Continuous != nil {
			method = "collocation"
		} else {
			method = "gauss-newton"
		}
	}
	switch method {
	case "collocation", "shooting":
		if spec.Continuous == nil {
			why := "[network] has no continuous = true"
			if !spec.Net.Kind.ContinuousLimit() {
				why = "perceptron layers have no continuous limit"
			}
			return badInput("%s: --method %s needs a layer label that is continuous: %s", problem.Path, method, why)
		}
		if err := refuseFlags(s.flags, problem, "method", "tol", "intervals", "max-intervals", "starts", "seed", "plot", "picture"); err != nil {
			return err
		}
		return s.continuous(ctx, e, problem, method)
	}
	if s.plot != "" {
		return badInput("%s: --plot shows continuous layers, and these are discrete: costate anneal --plot draws their action levels", problem.Path)
	}
	if err := refuseFlags(s.flags, problem, "method", "tol", "starts", "seed"); err != nil {
		return err
	}
	o := s.training(method)
	seed := problem.Solve.Seed
	if o.SeedSet {
		seed = o.Seed
	}
	n, signals, err := e.newNetwork(problem, seed)
	if err != nil {
		return err
	}
	bar := e.progress("train", max(1, o.Starts))
	o.Progress = func(start int, f *discrete.NetworkFit) {
		bar.Add(1)
		bar.Describe(fmt.Sprintf("start %d, action %.6g", start+1, f.Action.Total()))
	}
	begin := time.Now()
	r, err := n.Learn(ctx, o)
	took := time.Since(begin)
	bar.Done()
	if r == nil {
		return err
	}
	failed := err
	rows := newErrorRows(n)
	rows.network("network", func(d *route.NetworkSet) route.NetworkErrors { return n.Errors(&r.Problem.Network, r.Best.Weights, d) })
	tables := []report.Table{trainedSummary(n, r, method, took), signalTable(signals)}
	var cv []report.Table
	if n.Spec.Classes > 0 && n.Spec.Entropy {
		if cv, err = classTables(ctx, n, rows, o); err != nil {
			return err
		}
	} else {
		if err := rows.baselines(); err != nil {
			return err
		}
		expected, err := e.expectedOfTraining(n, r)
		if err != nil {
			return err
		}
		tables = append(tables, expected...)
	}
	if e.out != "" {
		if err := e.writeNetwork(map[string]report.Series{"weights": weightSeries(r.Best.Weights)}); err != nil {
			return err
		}
	}
	tables = append(append(tables, rows.t), cv...)
	tables = filled(tables)
	if err := e.saveNetwork(problem, begin, r.Options.Seed, tables, failed); err != nil {
		return err
	}
	if err := e.print(tables...); err != nil {
		return err
	}
	return e.failNetwork(ctx, failed)
}

// expectedOfTraining compares the level of a trained network with what noise
// makes of it, and warns of one that is higher: a minimum is not yet a fit.
func (e *env) expectedOfTraining(n *route.Network, r *route.NetworkTrained) ([]report.Table, error) {
	x, err := r.Problem.Expected(r.Best)
	if err != nil {
		return nil, err
	}
	found := r.Best.Action.Data()
	if z := x.Z(found); z > 2 && !n.Spec.Weighted {
		e.log.Warn(fmt.Sprintf("the level %.5g is %.3g standard deviations above the expected one: a local minimum, and more --starts or costate anneal may find a lower one, or a network that cannot explain the data", found, z))
	}
	return []report.Table{expectedTable(n, r.Best, x, 1)}, nil
}

func (s *solveFlags) training(method string) route.NetworkTrainOptions {
	return route.NetworkTrainOptions{Starts: s.starts, Seed: s.seed, SeedSet: s.flags.Changed("seed"), Tol: s.Tol, LBFGS: method == "lbfgs"}
}

// oneHotLoss is the loss of labels where it is not cross-entropy.
const oneHotLoss = "least squares of outputs that are 1 for the class and 0 for the others"

func trainedSummary(n *route.Network, r *route.NetworkTrained, method string, took time.Duration) report.Table {
	fit := r.Best
	t := report.Table{Name: "summary", Title: title(n.File), Header: []string{"quantity", "value"}}
	line := func(name string, c report.Cell) { t.Add(report.Text(name), c) }
	line("status", report.Text(fit.Status.String()))
	line("method", report.Text("training with exact layers, "+map[string]string{"lbfgs": "L-BFGS"}[method]+map[string]string{"gauss-newton": "Gauss-Newton"}[method]))
	line("network", report.Text(networkLine(n)))
	line("weights", report.Int(len(fit.Weights)))
	line("pairs", report.Text(pairsLine(n)))
	line("starts", report.Textf("%d, the best is number %d", len(r.Fits), r.Start+1))
	line("seed", report.Cell{Text: fmt.Sprint(r.Options.Seed), Value: r.Options.Seed})
	if n.Spec.Classes > 0 && !n.Spec.Entropy {
		line("loss", report.Text(oneHotLoss))
	}
	if n.Spec.Entropy {
		line("cross-entropy", report.Value(fit.Action.Out))
	} else {
		line("convention of the action", report.Text("action: sum Rm d^2/2 + P W^2/2"))
		line("measurement error, inputs", report.Value(fit.Action.In))
		line("measurement error, outputs", report.Value(fit.Action.Out))
	}
	if n.Spec.Weights.Precision > 0 {
		line("prior of the weights", report.Value(fit.Action.Prior))
	}
	line("total", report.Value(fit.Action.Total()))
	line("largest derivative by a weight", report.Sci(fit.Gradient, 2))
	line("work", report.Text(report.Count(fit.Iterations, "step")+", "+report.Count(fit.Evaluations, "evaluation")))
	line("time", report.Duration(took))
	return t
}

// classTables adds the baselines of a classification to the rows and returns
// the table of the cross-validation, if there is one.
func classTables(ctx context.Context, n *route.Network, rows *errorRows, o route.NetworkTrainOptions) ([]report.Table, error) {
	begin := time.Now()
	c, err := n.Classify(ctx, o)
	if err != nil {
		return nil, err
	}
	took := time.Since(begin)
	rows.t.Note = "Outputs of a classification by cross-entropy are logits: their mean squares mean little."
	if held, name := n.Held(); held != nil {
		rows.add("logistic regression", name, c.LogisticHeld)
		rows.add("most frequent class", name, route.NetworkErrors{M: held.M, MeanSquare: math.NaN(), Accuracy: c.Majority})
	}
	if c.Folds == 0 {
		return nil, nil
	}
	t := report.Table{Name: "cross-validation", Title: fmt.Sprintf("Cross-validation in %d folds, all pairs", c.Folds), Header: []string{"predictor", "accuracy", "worst fold", "folds not converged"}}
	for _, r := range []struct {
		name string
		cv   *discrete.NetworkCrossValidation
	}{{"network", c.Network}, {"logistic regression", c.Logistic}} {
		worst := 1.0
		for _, a := range r.cv.Folds {
			worst = min(worst, a)
		}
		t.Add(report.Text(r.name), accuracy(r.cv.Accuracy), accuracy(worst), report.Int(r.cv.Unsolved))
	}
	t.Note = fmt.Sprintf("All folds and the baselines took %s.", report.FormatDuration(took))
	return []report.Table{t}, nil
}
