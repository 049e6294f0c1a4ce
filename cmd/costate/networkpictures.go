package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"costate/discrete"
	"costate/internal/report"
	"costate/internal/route"
)

// networkLevelsFigure draws measurement and model error of every start, whose
// expected value is known, against Rf.
func networkLevelsFigure(n *route.Network, r *route.NetworkAnnealed) report.Figure {
	pic := report.LevelsPicture{Title: title(n.File), Y: "level (action, no prior)",
		Expected: r.Expected.Mean * r.Scale, StdDev: r.Expected.Sd * r.Scale}
	if r.Convention != discrete.NetUnnormalised {
		name, _, _ := strings.Cut(networkFormulas[r.Convention], ":")
		pic.Y += ", " + name
	}
	at := map[float64][]float64{}
	for i := range r.Starts {
		for _, g := range r.Starts[i].Rungs {
			a := g.Action.Data() * r.Scale
			if math.IsInf(g.Rf, 1) {
				pic.Exact = append(pic.Exact, a)
				continue
			}
			rf := g.Rf / r.RfScale
			at[rf] = append(at[rf], a)
		}
	}
	pic.Rf, pic.Levels = ascending(at)
	return pic.Figure()
}

// designMeasure is what a design study varies.
type designMeasure struct {
	axis, short string
	of          func(c *discrete.NetworkDesignCase) int
}

var designMeasures = []designMeasure{
	{"layers, input and output included", "layers", func(c *discrete.NetworkDesignCase) int { return c.Depth }},
	{"training pairs", "pairs", func(c *discrete.NetworkDesignCase) int { return c.Pairs }},
	{"width of hidden layers", "wide", func(c *discrete.NetworkDesignCase) int { return c.Width }},
	{"observed neurons", "observed", func(c *discrete.NetworkDesignCase) int { return c.Observed }},
}

// designFigure draws level and held-out error against the first measure that
// varies, the depth if it does, with a curve for every combination of the
// others.
func designFigure(n *route.Network, plan *route.NetworkDesign, r *discrete.NetworkDesignResult) report.Figure {
	varies := func(m designMeasure) bool {
		for i := range r.Cases {
			if m.of(&r.Cases[i]) != m.of(&r.Cases[0]) {
				return true
			}
		}
		return false
	}
	x := max(0, slices.IndexFunc(designMeasures, varies))
	var others []designMeasure
	for i, m := range designMeasures {
		if i != x && varies(m) {
			others = append(others, m)
		}
	}
	pic := report.DesignPicture{Title: title(n.File), X: designMeasures[x].axis,
		Level: "level (action, no prior)", Error: "held-out error"}
	if plan.Convention != discrete.NetUnnormalised {
		name, _, _ := strings.Cut(networkFormulas[plan.Convention], ":")
		pic.Level += ", " + name
	}
	unit := plan.ErrorUnit()
	if n.Spec.Classes == 0 {
		pic.Error = "held-out error × R_{m}"
		pic.Noise = 1
	}
	place := map[string]int{}
	for i := range r.Cases {
		c := &r.Cases[i]
		var words []string
		for _, m := range others {
			words = append(words, fmt.Sprintf("%d %s", m.of(c), m.short))
		}
		name := strings.Join(words, ", ")
		k, ok := place[name]
		if !ok {
			k = len(pic.Curves)
			place[name] = k
			pic.Curves = append(pic.Curves, report.DesignCurve{Name: name, Chosen: -1})
		}
		curve := &pic.Curves[k]
		if i == r.Chosen {
			curve.Chosen = len(curve.X)
		}
		level, expected, sd, test, constant := math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
		if c.Err == nil {
			s := plan.Scale(c)
			level, expected, sd = c.Action.Data()*s, c.Expected.Mean*s, c.Expected.Sd*s
			test, constant = c.Test*unit, c.Constant*unit
		}
		curve.X = append(curve.X, float64(designMeasures[x].of(c)))
		curve.Level, curve.Expected, curve.StdDev = append(curve.Level, level), append(curve.Expected, expected), append(curve.StdDev, sd)
		curve.HeldOut, curve.Constant = append(curve.HeldOut, test), append(curve.Constant, constant)
	}
	return pic.Figure()
}

// continuousFigure draws one aspect of continuous layers.
func continuousFigure(n *route.Network, r *route.NetworkContinuous, picture string) (report.Figure, error) {
	sol, b := r.Solution, r.BVP
	const label = "layer label t"
	switch picture {
	case "mesh":
		return report.MeshPicture{Title: title(n.File), Label: label, Meshes: [][]float64{sol.T}}.Figure(), nil
	case "energy":
		h, err := r.Energy()
		if err != nil {
			return report.Figure{}, err
		}
		return report.Energy(title(n.File), label, sol.T, h), nil
	}
	rows := report.Sample(sol, "t", nil, pictureSamples)
	pic := report.BundlePicture{Name: picture, Title: title(n.File), Label: label, T: rows.T}
	for a := range b.Field.Width {
		name := fmt.Sprintf("x_{%d}", a+1)
		if picture == "costates" {
			name = fmt.Sprintf("p_{%d}", a+1)
		}
		pic.Names = append(pic.Names, name)
		var curves [][]float64
		for k := range b.M {
			at := b.State(k) + a
			if picture == "costates" {
				at = b.Costate(k) + a
			}
			y := make([]float64, len(rows.T))
			for i := range y {
				y[i] = rows.Row(i)[at]
			}
			curves = append(curves, y)
		}
		pic.Curves = append(pic.Curves, curves)
	}
	if n.Train.Labels != nil {
		pic.Group = n.Train.Labels
		pic.GroupName = "class"
	}
	return pic.Figure(), nil
}
