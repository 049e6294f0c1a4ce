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
	Of     string      // the state whose Rf it is; "": that of all
	Levels [][]float64 // Levels[i] are the minima at Rf[i], in any order; NaN: none
	Y      string      // name of the y axis ["action"]

	Expected float64 // level; NaN or 0: unknown
	StdDev   float64 // of the expected level: the band is ±2 of it
}

// Figure draws the picture.
func (l LevelsPicture) Figure() Figure {
	all := Layer{Kind: Points, Name: "minima", Style: Reference}
	lowest := Layer{Kind: LinePoints, Name: "lowest level", Style: 0, Solid: true}
	positive, least, most := true, math.Inf(1), math.Inf(-1)
	for i, rf := range l.Rf {
		low := math.NaN()
		for _, a := range l.Levels[i] {
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
		lowest.X, lowest.Y = append(lowest.X, rf), append(lowest.Y, low)
	}
	name := l.Y
	if name == "" {
		name = "action"
	}
	axis := "R_{f}"
	if l.Of != "" {
		axis += " of " + l.Of
	}
	p := Panel{X: axis, Y: name, LogX: true, LogY: positive && most > 20*least}
	if l.Expected > 0 && !math.IsInf(l.Expected, 0) {
		if l.StdDev > 0 && len(l.Rf) > 0 {
			ends := []float64{slices.Min(l.Rf), slices.Max(l.Rf)}
			p.Layers = append(p.Layers, Layer{Kind: Band, Name: "±2 standard deviations", X: ends,
				Lo: repeat(l.Expected-2*l.StdDev, 2), Hi: repeat(l.Expected+2*l.StdDev, 2), Style: 1})
		}
		p.Layers = append(p.Layers, Layer{Kind: Horizontal, Name: "expected level", Y: []float64{l.Expected}, Style: 1})
		p.YRange = [2]float64{l.Expected, l.Expected * 1.0001}
	}
	p.Layers = append(p.Layers, all, lowest)
	return Figure{Name: "levels", Title: l.Title, Panels: []Panel{p}}
}
