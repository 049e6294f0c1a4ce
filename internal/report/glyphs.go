package report

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// marker is a regular shape, filled or open. gonum's open glyphs have lines of
// half a point, which are lost in print.
type marker struct {
	corners int     // 0: a circle; negative: a cross with that many arms
	turn    float64 // of the first corner from the right, in units of pi
	size    float64 // relative to a circle of the same weight
	open    bool
}

var markers = []draw.GlyphDrawer{
	marker{corners: 0, size: 1},
	marker{corners: 4, turn: 0.25, size: 1.2},
	marker{corners: 3, turn: 0.5, size: 1.35},
	marker{corners: -4, turn: 0.25, size: 1.35},
	marker{corners: 0, size: 1.05, open: true},
	marker{corners: 4, turn: 0.5, size: 1.35, open: true},
	marker{corners: 3, turn: 1.5, size: 1.35, open: true},
	marker{corners: -4, turn: 0, size: 1.35},
}

// DrawGlyph implements draw.GlyphDrawer.
func (m marker) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	r := sty.Radius * vg.Length(m.size)
	corner := func(i int) vg.Point {
		sin, cos := math.Sincos(math.Pi * (m.turn + 2*float64(i)/math.Abs(float64(m.corners))))
		return vg.Point{X: at.X + r*vg.Length(cos), Y: at.Y + r*vg.Length(sin)}
	}
	var p vg.Path
	switch {
	case m.corners == 0:
		p.Move(vg.Point{X: at.X + r, Y: at.Y})
		p.Arc(at, r, 0, 2*math.Pi)
		p.Close()
	case m.corners > 0:
		p.Move(corner(0))
		for i := 1; i < m.corners; i++ {
			p.Line(corner(i))
		}
		p.Close()
	default:
		for i := range -m.corners / 2 {
			p.Move(corner(i))
			p.Line(corner(i - m.corners/2))
		}
	}
	line := draw.LineStyle{Color: sty.Color, Width: 0.45 * sty.Radius}
	switch {
	case m.corners < 0:
		c.SetLineStyle(line)
		c.Stroke(p)
	case m.open:
		// The inside is white, so that a curve does not run through it.
		c.SetColor(white)
		c.Fill(p)
		c.SetLineStyle(line)
		c.Stroke(p)
	default:
		c.SetColor(sty.Color)
		c.Fill(p)
	}
}
