package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

// globalFlags may stand with every command.
var globalFlags = []string{"format", "out", "quiet", "log-format", "set"}

// refuseFlags returns an error for the first flag given that does not apply
// to a problem of this kind.
func refuseFlags(f *pflag.FlagSet, problem *problemfile.Problem, allowed ...string) error {
	var err error
	f.Visit(func(g *pflag.Flag) {
		if err == nil && !slices.Contains(allowed, g.Name) && !slices.Contains(globalFlags, g.Name) {
			err = badInput("--%s has no meaning for a problem of the kind %s (%s)", g.Name, problem.Kind, problem.Path)
		}
	})
	return err
}

// newNetwork makes the data of a network problem and warns of networks that
// are dead, before any experiment.
func (e *env) newNetwork(problem *problemfile.Problem, seed uint64) (*route.Network, []route.NetworkSignal, error) {
	n, err := route.NewNetwork(problem)
	if err != nil {
		return nil, nil, badInput("%s: %w", problem.Path, err)
	}
	if w := freeInputs(n); w != "" {
		e.log.Warn(w)
	}
	signals := n.Signals(seed)
	for _, s := range signals {
		if s.Dead != nil {
			e.log.Warn(s.Name + ": " + s.Dead.Error())
		}
	}
	return n, signals, nil
}

// freeInputs warns of neurons of the first layer without data, which every pair
// may set as it likes; "": there are none.
func freeInputs(n *route.Network) string {
	if n.Spec.Inputs == nil {
		return ""
	}
	width, last := n.Net.Widths[0], n.Net.Widths[len(n.Net.Widths)-1]
	free, measured := width-len(n.Spec.Inputs), last
	if n.Spec.Outputs != nil {
		measured = len(n.Spec.Outputs)
	}
	text := fmt.Sprintf("input_neurons leaves %d of the %d neurons of the first layer free in every pair, and so nothing can be predicted", free, width)
	if n.Twin != nil {
		text = fmt.Sprintf("input_neurons leaves %d of the %d neurons of the first layer free in every pair", free, width)
	}
	if free >= measured {
		text += fmt.Sprintf("; they can fit the %s measured in it, whatever the weights are: a small action says nothing of the network", report.Count(measured, "output"))
	}
	if n.Twin == nil {
		text += "; neurons that are constant are inputs too, as in inputs = ['x1', 'x2', '0', '0']"
	}
	return text
}

// filled returns the tables that have rows.
func filled(tables []report.Table) []report.Table {
	return slices.DeleteFunc(tables, func(t report.Table) bool { return len(t.Rows) == 0 })
}

// signalTable shows how far the inputs reach.
func signalTable(signals []route.NetworkSignal) report.Table {
	t := report.Table{Name: "signal", Title: "Signal propagation", Header: []string{"network", "layers", "spread of inputs", "spread of outputs", "largest singular value", "smallest", "verdict"}}
	for _, s := range signals {
		spread, log := s.Signal.Spread, s.Signal.LogSingular
		verdict := "alive"
		if s.Dead != nil {
			verdict = "dead: outputs do not depend on inputs"
		}
		t.Add(report.Text(s.Name), report.Int(len(spread)), report.Sci(spread[0], 3), report.Sci(spread[len(spread)-1], 3),
			powerOfE(log[0]), powerOfE(log[len(log)-1]), report.Text(verdict))
	}
	t.Note = "Standard deviations over the inputs, averaged over neurons; singular values of the Jacobian of outputs by inputs, geometric means over inputs."
	return t
}

// powerOfE is exp(v) for logarithms of any size.
func powerOfE(v float64) report.Cell {
	d := v / math.Ln10
	switch {
	case math.IsInf(v, -1):
		return report.Cell{Text: "0", Value: 0.0}
	case math.Abs(d) < 300:
		return report.Sci(math.Exp(v), 3)
	}
	e := math.Floor(d)
	return report.Textf("%.1fe%.0f", math.Pow(10, d-e), e)
}

// networkLine describes a network: "20 layers of 10, perceptron, sigmoid".
func networkLine(n *route.Network) string {
	w := n.Net.Widths
	s := fmt.Sprintf("%d layers of %d", len(w), w[0])
	if slices.Min(w) != slices.Max(w) {
		s = "layers of " + strings.Trim(strings.ReplaceAll(fmt.Sprint(w), " ", ", "), "[]")
	}
	s += ", " + n.Net.Kind.String()
	if n.Net.Kind.ContinuousLimit() {
		step := n.Net.Step
		if step == 0 {
			step = 1
		}
		s += fmt.Sprintf(" of step %.4g", step)
	}
	var names []string
	for _, a := range n.Net.Activation {
		name := a.Name
		if name == "" {
			name = "sigmoid"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		names = []string{"sigmoid"}
	}
	s += ", " + strings.Join(names, ", ")
	if n.Net.Times > 0 {
		s += fmt.Sprintf(", recurrent over %d times", n.Net.Times)
	}
	return s
}

// pairsLine says how many pairs there are.
func pairsLine(n *route.Network) string {
	s := fmt.Sprintf("%d training", n.Train.M)
	if n.Validation.M > 0 {
		s += fmt.Sprintf(", %d validation", n.Validation.M)
	}
	if n.Test.M > 0 {
		s += fmt.Sprintf(", %d test", n.Test.M)
	}
	return s
}

// errorRows collects the errors of predictors on sets of pairs.
type errorRows struct {
	n *route.Network
	t report.Table
}

func newErrorRows(n *route.Network) *errorRows {
	r := &errorRows{n: n, t: report.Table{Name: "errors", Title: "Errors of prediction", Header: []string{"predictor", "set", "pairs", "mean square"}}}
	if r.noise() {
		r.t.Header = append(r.t.Header, "over noise")
	}
	if n.Spec.Classes > 0 {
		r.t.Header = append(r.t.Header, "accuracy")
	}
	r.t.Note = "Mean squares over pairs and observed outputs"
	if r.noise() {
		r.t.Note += "; times Rm of the outputs: 1 is the noise alone"
	}
	r.t.Note += "."
	return r
}

// noise reports whether mean squares can be compared with the noise: one
// precision for all outputs, and measured ones.
func (r *errorRows) noise() bool { return r.n.Spec.Classes == 0 && len(r.n.Spec.RmOut) == 1 }

func (r *errorRows) add(predictor, set string, e route.NetworkErrors) {
	row := []report.Cell{report.Text(predictor), report.Text(set), report.Int(e.M), meanSquare(e.MeanSquare)}
	if r.noise() {
		row = append(row, meanSquare(e.MeanSquare*r.n.Spec.RmOut[0]))
	}
	if r.n.Spec.Classes > 0 {
		row = append(row, accuracy(e.Accuracy))
	}
	r.t.Add(row...)
}

// network adds the rows of a predictor on all sets.
func (r *errorRows) network(name string, predict func(d *route.NetworkSet) route.NetworkErrors) {
	if !r.n.Predicts() {
		r.t.Note += " Inputs that are not observed are unknown for other pairs too: nothing is predicted."
		return
	}
	r.add(name, "training", predict(&r.n.Train))
	if r.n.Validation.M > 0 {
		r.add(name, "validation", predict(&r.n.Validation))
	}
	if r.n.Test.M > 0 {
		r.add(name, "test", predict(&r.n.Test))
	}
}

// baselines adds the rows of a constant and of a linear map.
func (r *errorRows) baselines() error {
	held, name := r.n.Held()
	if held == nil && r.n.Predicts() {
		held, name = &r.n.Train, "training" // better than none
	}
	if held == nil {
		return nil
	}
	b, err := r.n.Baselines(held)
	if err != nil {
		return err
	}
	if t := r.n.Twin; t != nil {
		// It sees inputs with noise too: what no network can do better than.
		r.add("teacher", name, r.n.Errors(&t.Teacher, t.Weights, held))
	}
	r.add("constant: the training mean", name, route.NetworkErrors{M: held.M, MeanSquare: b.Constant, Accuracy: math.NaN()})
	r.add("linear regression", name, route.NetworkErrors{M: held.M, MeanSquare: b.Linear, Accuracy: math.NaN()})
	return nil
}

func meanSquare(v float64) report.Cell {
	if math.IsNaN(v) {
		return report.Empty
	}
	return report.Number(v, math.Abs(v)/2e4)
}

func accuracy(v float64) report.Cell {
	if math.IsNaN(v) {
		return report.Empty
	}
	return report.Cell{Text: fmt.Sprintf("%.2f%%", 100*v), Value: v}
}

// weightSeries lists the weights of a network, map after map, row after row.
func weightSeries(theta []float64) report.Series {
	s := report.Series{Label: "index", Names: []string{"weight"}, Y: theta}
	for i := range theta {
		s.T = append(s.T, float64(i))
	}
	return s
}

// writeNetwork writes series into the --out folder, by the names of files
// without extension.
func (e *env) writeNetwork(series map[string]report.Series) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	for name, s := range series {
		for ext, write := range map[string]func(io.Writer) error{".csv": s.CSV, ".npy": s.NPY} {
			if err := folder.Write(name+ext, write); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveNetwork writes the report of a run of a network; failure says why it is not
// a solution, nil if it is.
func (e *env) saveNetwork(file *problemfile.Problem, begin time.Time, seed uint64, tables []report.Table, failure error, figures ...report.Figure) error {
	if e.out == "" {
		return nil
	}
	status := "finished"
	switch {
	case errors.Is(failure, context.Canceled):
		status = "interrupted"
	case failure != nil:
		status = "not solved"
	}
	page := e.filePage(file, begin, status, tables)
	page.Run.Seed = &seed
	page.Fail(failure)
	return e.save(page, figures...)
}

// failNetwork ends a command whose result was printed: err says why it is not
// a solution.
func (e *env) failNetwork(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	e.log.Error(err.Error())
	return errFailed
}
