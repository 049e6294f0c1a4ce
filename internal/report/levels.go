package report

import (
	"math"
	"slices"
)

// LevelsPicture shows the action levels of an annealing run against Rf: all
// minima found, the lowest of each Rf as a curve, and where the level should
// become flat if model and data agree.
type LevelsPicture struct {
	Title  string
	Rf     []float64   // ascending, positive
	Levels [][]float64 // Levels[i] are the minima at Rf[i], in any order; NaN: none
	Exact  []float64   // minima with Rf infinite, drawn beyond the last Rf; nil: none
	X      string      // name of the x axis ["R_{f}"]
	Y      string      // name of the y axis ["action"]

	Expected float64 // level; NaN or 0: unknown
	StdDev   float64 // of the expected level: the band is ±2 of it
}

// Figure draws the picture.
func (l LevelsPicture) Figure() Figure {
	all := Layer{Kind: Points, Name: "minima", Style: Reference}
	lowest := Layer{Kind: LinePoints, Name: "lowest level", Style: 0, Solid: true}
	positive, least, most := true, math.Inf(1), math.Inf(-1)
	rfs, minima := l.Rf, l.Levels
	exact := math.Inf(1) // where Rf infinite is drawn
	if len(l.Exact) > 0 && len(l.Rf) > 0 {
		lo, hi := l.Rf[0], l.Rf[len(l.Rf)-1]
		exact = hi * max(3, math.Pow(hi/lo, 0.08))
		rfs, minima = append(slices.Clone(rfs), exact), append(slices.Clone(minima), l.Exact)
	}
	for i, rf := range rfs {
		low := math.NaN()
		for _, a := range minima[i] {
			if math.IsNaN(a) || math.IsInf(a, 0) {
				continue
			}
			all.X, all.Y = append(all.X, rf), append(all.Y, a)
			if !(low <= a) {
				low = a
			}
			positive = positive && a > 0
			least, most = min(least, a), max(most, a)
		}
		if rf == exact { // no part of the curve
			lowest.X, lowest.Y = append(lowest.X, rf), append(lowest.Y, math.NaN())
		}
		lowest.X, lowest.Y = append(lowest.X, rf), append(lowest.Y, low)
	}
	name := l.Y
	if name == "" {
		name = "action"
	}
	rf := l.X
	if rf == "" {
		rf = "R_{f}"
	}
	p := Panel{X: rf, Y: name, LogX: true, LogY: positive && most > 20*least}
	if l.Expected > 0 && !math.IsInf(l.Expected, 0) {
		if l.StdDev > 0 && len(rfs) > 0 {
			ends := []float64{slices.Min(rfs), slices.Max(rfs)}
			p.Layers = append(p.Layers, Layer{Kind: Band, Name: "±2 standard deviations", X: ends,
				Lo: repeat(max(l.Expected-2*l.StdDev, 0), 2), Hi: repeat(l.Expected+2*l.StdDev, 2), Style: 1})
		}
		p.Layers = append(p.Layers, Layer{Kind: Horizontal, Name: "expected level", Y: []float64{l.Expected}, Style: 1})
		p.YRange = [2]float64{l.Expected, l.Expected * 1.0001}
	}
	if !math.IsInf(exact, 1) {
		p.Layers = append(p.Layers, Layer{Kind: Vertical, Name: "exact layers, R_{f} = ∞", X: []float64{exact}, Style: Reference - 1})
	}
	p.Layers = append(p.Layers, all, lowest)
	return Figure{Name: "levels", Title: l.Title, Panels: []Panel{p}}
}
