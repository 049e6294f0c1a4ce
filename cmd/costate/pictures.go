package main

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/spf13/pflag"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// plotFlag is --plot with the extensions that pictures can have.
func plotFlag(f *pflag.FlagSet, p *string, what string) {
	fileVar(f, p, "plot", "draw "+what+" into `FILE`: .svg, .png or .pdf", pictureExtensions...)
}

var pictureExtensions = []string{".svg", ".png", ".pdf"}

// checkPlot refuses a file name that names no kind of picture, or a place where
// none can be written, before the work.
func checkPlot(file string) error {
	if file == "" {
		return nil
	}
	if !slices.Contains(pictureExtensions, filepath.Ext(file)) {
		return badInput("--plot %s: want a name that ends in .svg, .png or .pdf", shellQuote(file))
	}
	if dir := filepath.Dir(file); !isFolder(dir) {
		return badInput("--plot %s: there is no folder %s", shellQuote(file), shellQuote(dir))
	}
	if err := report.CheckFile(file); err != nil {
		return badInput("--plot: %w", err)
	}
	return nil
}

func isFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// solutionPictures are what --picture chooses from.
var solutionPictures = []string{"states", "costates", "energy", "mesh"}

// solutionFigure draws one aspect of a solution.
func solutionFigure(p *route.Problem, sol *ode.Solution, picture string) (report.Figure, error) {
	e := p.Equations
	label := axis(e.Layer.Name(), p.File.Unit(e.Layer.Name()))
	rows, err := p.Curves(sol, pictureSamples)
	if err != nil {
		return report.Figure{}, err
	}
	n := len(e.States)
	switch picture {
	case "costates":
		if len(e.Costates) == 0 || len(p.BVP.Names) < 2*n {
			return report.Figure{}, badInput("--picture costates: this kind of problem has no costates")
		}
		return report.Costates(title(p.File), label, columns(rows.Series, n, 2*n), nil), nil
	case "energy":
		h, err := e.Energy()
		if err != nil {
			return report.Figure{}, err
		}
		if h == nil {
			return report.Figure{}, badInput("--picture energy: this kind of problem has no Hamiltonian")
		}
		values := make([]float64, len(rows.T))
		at := report.Sample(sol, "", nil, pictureSamples).T
		for i, t := range at {
			values[i] = h(t, rows.Row(i)[:sol.Dim], sol.P)
		}
		return report.Energy(title(p.File), label, rows.T, values), nil
	case "mesh":
		mesh := make([]float64, 0, len(sol.T))
		for _, t := range sol.T {
			if t = e.Label(t, sol.P); len(mesh) == 0 || t != mesh[len(mesh)-1] {
				mesh = append(mesh, t)
			}
		}
		return report.MeshPicture{Title: title(p.File), Label: label, Meshes: [][]float64{mesh}}.Figure(), nil
	}
	states := columns(rows.Series, 0, min(n, len(p.BVP.Names)))
	for _, u := range e.Controls {
		if j := slices.Index(rows.Names, u.Name()); j >= 0 {
			states = beside(states, columns(rows.Series, j, j+1))
		}
	}
	pic := statesPicture(p, states)
	if sol.Error != nil && seen(sol, n) {
		pic.Error, pic.Band = sol.Error[:n], "error of the computation"
	}
	return pic.Figure(), nil
}

// statesPicture shows states over the layer label with what was measured of them.
func statesPicture(p *route.Problem, states report.Series) report.StatesPicture {
	pic := report.StatesPicture{Title: title(p.File), Label: axis(states.Label, p.File.Unit(states.Label)), States: states}
	for _, name := range states.Names {
		pic.Units = append(pic.Units, p.File.Unit(name))
	}
	if a := p.File.Action; a != nil {
		pic.Data = measurements(a, a.Observations)
	}
	return pic
}

// pathFigure draws one aspect of a path of discrete layers.
func pathFigure(p *route.Problem, path *discrete.Path, picture string) (report.Figure, error) {
	rows := route.PathSeries(p.Equations, path)
	switch picture {
	case "states":
		return statesPicture(p, columns(rows, 0, path.Dim)).Figure(), nil
	case "costates":
		return report.Costates(title(p.File), axis(rows.Label, p.File.Unit(rows.Label)), columns(rows, path.Dim, 2*path.Dim), nil), nil
	}
	return report.Figure{}, badInput("--picture %s: want states or costates with --method discrete", picture)
}

// seen reports whether the error of one of the first n components is wide
// enough to be seen in a picture.
func seen(sol *ode.Solution, n int) bool {
	size := route.Largest(sol)
	for c := range n {
		if sol.Error[c] > 2e-3*size[c] {
			return true
		}
	}
	return false
}

// pictureSamples is how many points of a mesh interval a picture shows.
const pictureSamples = 8

func axis(name, unit string) string {
	if unit != "" {
		return name + " (" + unit + ")"
	}
	return name
}

// columns returns the columns from..to of a series.
func columns(s report.Series, from, to int) report.Series {
	out := report.Series{Label: s.Label, Names: s.Names[from:to], T: s.T}
	for i := range s.T {
		out.Y = append(out.Y, s.Row(i)[from:to]...)
	}
	return out
}

// beside returns a series with the columns of both.
func beside(a, b report.Series) report.Series {
	out := report.Series{Label: a.Label, Names: slices.Concat(a.Names, b.Names), T: a.T}
	for i := range a.T {
		out.Y = append(append(out.Y, a.Row(i)...), b.Row(i)...)
	}
	return out
}

// measurements are the data of the states that are measured themselves.
func measurements(a *hamiltonian.Action, observations []hamiltonian.Observations) []report.Measurements {
	var out []report.Measurements
	for _, o := range observations {
		sd, err := o.StdDevs()
		if err != nil { // the equations are derived from the same precisions
			sd = make([]float64, len(o.Y))
		}
		for j, h := range o.H {
			if !slices.ContainsFunc(a.States, func(s hamiltonian.State) bool { return s.Symbol == h }) {
				continue
			}
			m := report.Measurements{Name: h.Name()}
			for k, t := range o.Times {
				if i := k*len(o.H) + j; !math.IsNaN(o.Y[i]) {
					m.T, m.Y, m.StdDev = append(m.T, t), append(m.Y, o.Y[i]), append(m.StdDev, sd[i])
				}
			}
			out = append(out, m)
		}
	}
	return out
}

// levelsFigure draws the action of every start, in the convention of the
// ensemble, against the precision of the model: where they differ, of the first
// state whose precision the ladder raises.
func levelsFigure(p *route.Problem, r *route.Annealed) report.Figure {
	ens := r.Ensemble
	unit := r.Unit
	pic := report.LevelsPicture{Title: title(p.File), Y: "action (" + ens.Convention.String() + ")"}
	if len(ens.Levels) > 0 {
		best := ens.Levels[0]
		pic.Expected, pic.StdDev = unit*best.Expected, unit*best.SD
	}
	rf0, of := firstPrecision(r.Problem)
	if of != "" {
		pic.X = "R_{f} of " + report.Typeset(of)
	}
	at := map[float64][]float64{}
	for _, run := range ens.Runs {
		for _, g := range run.Rungs {
			rf := g.RfScale * rf0
			at[rf] = append(at[rf], unit*g.Action)
		}
	}
	pic.Rf, pic.Levels = ascending(at)
	return pic.Figure()
}

// ascending returns the values of Rf in order, and the actions found at each.
func ascending(at map[float64][]float64) (rf []float64, levels [][]float64) {
	rf = slices.Sorted(maps.Keys(at))
	for _, v := range rf {
		levels = append(levels, at[v])
	}
	return rf, levels
}

// firstPrecision returns the Rf of the first state that a ladder moves, and the
// name of that state, or "" if all that move have the same.
func firstPrecision(pr *discrete.Problem) (rf float64, of string) {
	d := pr.Dim
	same := true
	for i := range d {
		v := pr.Rf[0]
		switch len(pr.Rf) {
		case d:
			v = pr.Rf[i]
		case d * d:
			v = pr.Rf[i*(d+1)]
		}
		switch {
		case math.IsInf(v, 1) || pr.Steady != nil && pr.Steady[i]:
		case rf == 0:
			rf, of = v, pr.Names[i]
		case v != rf:
			same = false
		}
	}
	if same {
		of = ""
	}
	return rf, of
}

// predictionFigure draws the path of the lowest level with its data, and what
// the model makes of its end, with the data held back. Bands are one posterior
// standard deviation of the state.
func predictionFigure(p *route.Problem, path *discrete.Path, pred *route.Prediction) report.Figure {
	e := p.Equations
	names := make([]string, len(e.States))
	var units []string
	for i, x := range e.States {
		names[i] = x.Name()
		units = append(units, p.File.Unit(x.Name()))
	}
	layer := e.Layer.Name()
	pic := report.StatesPicture{Title: title(p.File), Label: axis(layer, p.File.Unit(layer)), Units: units, Band: "standard deviation",
		States: report.Series{Label: layer, Names: names, T: path.T, Y: path.X}, Data: measurements(p.File.Action, p.File.Action.Observations)}
	if path.StateVar != nil {
		width := report.Series{Label: layer, Names: names, T: path.T, Y: make([]float64, len(path.StateVar))}
		for i, v := range path.StateVar {
			width.Y[i] = math.Sqrt(v)
		}
		pic.Width = &width
	}
	if pred != nil {
		pic.Prediction = &report.Series{Label: layer, Names: names, T: pred.T, Y: pred.X}
		end := pred.T[len(pred.T)-1]
		for _, m := range measurements(p.File.Action, pred.Held) {
			n := sort.Search(len(m.T), func(i int) bool { return m.T[i] > end })
			m.T, m.Y, m.StdDev = m.T[:n], m.Y[:n], m.StdDev[:n]
			pic.Held = append(pic.Held, m)
		}
	}
	return pic.Figure()
}

// convergenceFigure draws the error of the states against the number of layers,
// with the slope that theory gives each rule.
func convergenceFigure(r *route.Check) report.Figure {
	pic := report.ConvergencePicture{Title: title(r.Problem.File), X: "layers N", Y: "error of x, relative"}
	for _, s := range r.Studies {
		c := report.ErrorCurve{Name: s.Scheme.String(), Order: float64(s.Theory)}
		for _, row := range s.Rows {
			c.N = append(c.N, float64(row.Layers))
			c.Err = append(c.Err, row.Errors[discrete.StateError])
		}
		pic.Curves = append(pic.Curves, c)
	}
	return pic.Figure()
}
