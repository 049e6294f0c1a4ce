package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"costate/discrete"
	"costate/internal/report"
	"costate/internal/route"
)

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
		for _, w := range route.BeyondInputs(p.File, until) {
			e.log.Warn(w)
		}
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
	if end := r.End(p); end != nil {
		line("Rf at the last rung", report.Text(precisionsText(end.Names, end.Last)))
		line("Rf of the model", report.Text(precisionsText(end.Names, end.Model)))
		t.Note = passedNote(p, r, end)
	}
	line("work", report.Textf("%d Newton steps, %d factorisations", ens.Stats.Steps, ens.Stats.Factorisations))
	line("time", report.Duration(d))
	line("time per start", report.Duration(d/time.Duration(max(len(ens.Runs), 1))))
	return t
}

// precisionsText is one number if all are the same, or else one for each name.
func precisionsText(names []string, rf []float64) string {
	const shown = 6
	if slices.Max(rf) <= slices.Min(rf)*(1+1e-12) {
		return fmt.Sprintf("%.4g", rf[0])
	}
	var words []string
	for i, v := range rf {
		if i == shown {
			words = append(words, "..")
			break
		}
		words = append(words, fmt.Sprintf("%s %.4g", names[i], v))
	}
	return strings.Join(words, ", ")
}

// passedNote says that the ladder went on beyond the Rf of the model, and how to
// end there; "": it did not.
func passedNote(p *route.Problem, r *route.Annealed, end *route.LadderEnd) string {
	if r.Settings.Finite || !end.Passed(r.Alpha()) {
		return ""
	}
	at := fmt.Sprintf("beta = %.1f", end.To)
	if end.To-end.From > 0.1 {
		at = fmt.Sprintf("beta = %.1f to %.1f", end.From, end.To)
	}
	where := "before its first rung"
	if end.To > 0 {
		where = "at " + at
	}
	text := fmt.Sprintf("The ladder passes the Rf of the model %s, on its way to Rf = inf: all below is that of a model without error, and not what costate solve gives. ", where)
	switch {
	case end.Betas > 0:
		text += fmt.Sprintf("--betas %d ends at the Rf of the model, within a rung.", end.Betas)
	case p.File.Anneal.Rf0 == nil:
		text += "To end at the Rf of the model, give Rf0 = Rf/alpha^beta and beta in [anneal]."
	default:
		text += "To end at the Rf of the model, give Rf0 = Rf/alpha^beta in [anneal], in the same ratio for all states, and beta."
	}
	return text
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
