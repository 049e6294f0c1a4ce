package main

import (
	"math"
	"slices"

	"costate/collocation"
	"costate/internal/report"
	"costate/internal/route"
)

// branchFigure draws the largest size of a component, or an estimated parameter,
// against the constant that moves; name "": of the first one that changes.
func branchFigure(p *route.Problem, parameter, name string, b *collocation.Branch) report.Figure {
	names := slices.Concat(p.BVP.Names, p.BVP.ParamNames)
	rows := make([][]float64, len(names)) // by name, a value for each point
	var br report.Branch
	for i, q := range b.Points {
		br.X = append(br.X, q.Parameter)
		for c, v := range append(route.Largest(q.Solution), q.Solution.P...) {
			rows[c] = append(rows[c], v)
		}
		if q.Fold {
			br.Special = append(br.Special, report.Special{Index: i, Kind: "fold"})
		}
	}
	c := slices.Index(names, name)
	if c < 0 {
		c = firstChanging(rows)
	}
	br.Name, br.Y = "solutions", rows[c]
	label := report.Typeset(names[c])
	if c < len(p.BVP.Names) {
		label = "max |" + label + "|"
	}
	return report.BranchPicture{Title: title(p.File), X: axis(report.Typeset(parameter), p.File.Unit(parameter)), Y: axis(label, p.File.Unit(names[c])), Branches: []report.Branch{br}}.Figure()
}

// firstChanging returns the first row that changes by a tenth of its size, or
// else the one that changes most: a component that conditions hold at one value
// makes a flat line.
func firstChanging(rows [][]float64) int {
	best, most := 0, 0.0
	for c, v := range rows {
		lo, hi := slices.Min(v), slices.Max(v)
		change := (hi - lo) / math.Max(math.Max(math.Abs(lo), math.Abs(hi)), math.SmallestNonzeroFloat64)
		if change >= 0.1 {
			return c
		}
		if change > most {
			best, most = c, change
		}
	}
	return best
}
