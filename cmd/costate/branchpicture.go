package main

import (
	"cmp"
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
	rows := branchRows(b) // by name
	var br report.Branch
	for i, q := range b.Points {
		br.X = append(br.X, q.Parameter)
		if q.Fold {
			br.Special = append(br.Special, report.Special{Index: i, Kind: "fold"})
		}
		if q.Corner != "" {
			br.Special = append(br.Special, report.Special{Index: i, Kind: "corner"})
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

// branchRows returns the largest sizes of the components and the values of the
// estimated parameters, a row of the points for each.
func branchRows(b *collocation.Branch) [][]float64 {
	var rows [][]float64
	for _, q := range b.Points {
		v := append(route.Largest(q.Solution), q.Solution.P...)
		if rows == nil {
			rows = make([][]float64, len(v))
		}
		for c, x := range v {
			rows[c] = append(rows[c], x)
		}
	}
	return rows
}

// shownRows returns the first row and those that change most by their size, n
// in all, in their order.
func shownRows(rows [][]float64, n int) []int {
	order := make([]int, len(rows))
	for c := range order {
		order[c] = c
	}
	if len(rows) <= n {
		return order
	}
	slices.SortStableFunc(order[1:], func(a, b int) int { return cmp.Compare(change(rows[b]), change(rows[a])) })
	shown := order[:n]
	slices.Sort(shown)
	return shown
}

// change is by how much a row changes, as a fraction of its size.
func change(v []float64) float64 {
	lo, hi := slices.Min(v), slices.Max(v)
	return (hi - lo) / math.Max(math.Max(math.Abs(lo), math.Abs(hi)), math.SmallestNonzeroFloat64)
}

// firstChanging returns the first row that changes by a tenth of its size, or
// else the one that changes most: a component that conditions hold at one value
// makes a flat line.
func firstChanging(rows [][]float64) int {
	best, most := 0, 0.0
	for c, v := range rows {
		d := change(v)
		if d >= 0.1 {
			return c
		}
		if d > most {
			best, most = c, d
		}
	}
	return best
}
