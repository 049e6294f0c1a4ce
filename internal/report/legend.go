package report

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// drawLegend draws the names of the layers above the panels, where they hide
// no data, and returns the height used. A name that occurs in several panels
// is shown once.
func (f Figure) drawLegend(c draw.Canvas, scale vg.Length) vg.Length {
	var entries []layer
	seen := map[string]bool{}
	for _, p := range f.Panels {
		for _, l := range p.Layers {
			if l.Name != "" && !seen[l.Name] {
				seen[l.Name] = true
				entries = append(entries, layer{l, p.LogX, p.LogY, 1})
			}
		}
	}
	// What is data or a solution comes first, though bands and references are
	// drawn before it.
	rank := func(l layer) int {
		switch {
		case l.Style < 0:
			return 2
		case l.Kind == Band:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(entries, func(a, b layer) int { return rank(a) - rank(b) })
	if len(entries) == 0 {
		return 2
	}
	style := textStyle(9)
	style.YAlign = draw.YCenter
	const (
		height = 13 // of a line
		gap    = 4  // to its text
		apart  = 14 // between entries
	)
	x, y := c.Min.X, c.Max.Y
	for _, l := range entries {
		sample := vg.Length(24) // width of the thumbnail
		if l.Kind == Points {
			sample = 10
		}
		width := sample + gap + style.Width(l.Name)
		if x > c.Min.X && x+width > c.Max.X {
			x, y = c.Min.X, y-height
		}
		l.thumbnail(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + sample, Y: y}}})
		fillText(c, style, x+sample+gap, y-height/2, l.Name)
		x += width + apart
	}
	return c.Max.Y - y + height + 6
}
