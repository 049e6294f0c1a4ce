package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Kind is what a layer of a picture draws.
type Kind int

const (
	Line       Kind = iota // X, Y; broken at NaN and between equal X
	Points                 // X, Y with error bars from Lo to Hi where these are set
	LinePoints             // both
	Steps                  // Y[i] from X[i] to X[i+1]; len(Y) is len(X)-1
	Band                   // the area between Lo and Hi over X
	Horizontal             // lines across the picture at Y
	Vertical               // lines across the picture at X
)

// Layer is one thing drawn in a panel.
type Layer struct {
	Kind   Kind
	Name   string // in the legend; "": not there
	X, Y   []float64
	Lo, Hi []float64
	Style  Style
	Dashed bool     // draw the line dashed whatever the style
	Solid  bool     // draw the line full whatever the style
	Thin   bool     // a line among many
	Texts  []string // of Points: beside them
}

// layer draws a Layer as a gonum plotter.
type layer struct {
	Layer
	logX, logY bool
	scale      vg.Length // of widths and markers
}

func (l layer) lineStyle() draw.LineStyle {
	s := draw.LineStyle{Color: l.Style.color(), Width: 1.4 * l.scale}
	if l.Style < 0 || l.Thin {
		s.Width = 0.9 * l.scale
	}
	switch {
	case l.Solid:
	case l.Dashed:
		s.Dashes = dashes[1]
	default:
		s.Dashes = l.Style.dash()
	}
	return s
}

func (l layer) glyph() draw.GlyphStyle {
	radius := 2.6 * l.scale
	if len(l.X) > 60 {
		radius = 1.8 * l.scale
	}
	return draw.GlyphStyle{Color: l.Style.color(), Radius: radius, Shape: l.Style.marker()}
}

// shown reports whether a point can be drawn on the axes.
func (l layer) shown(x, y float64) bool { return onAxis(x, l.logX) && onAxis(y, l.logY) }

func onAxis(v float64, log bool) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!log || v > 0)
}

// Plot implements plot.Plotter.
func (l layer) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	tx, ty = logarithmic(tx, l.logX), logarithmic(ty, l.logY)
	switch l.Kind {
	case Band:
		l.plotBand(c, tx, ty)
	case Horizontal:
		for _, y := range l.Y {
			if at := ty(y); onAxis(y, l.logY) && c.ContainsY(at) {
				c.StrokeLine2(l.lineStyle(), c.Min.X, at, c.Max.X, at)
			}
		}
	case Vertical:
		for _, x := range l.X {
			if at := tx(x); onAxis(x, l.logX) && c.ContainsX(at) {
				c.StrokeLine2(l.lineStyle(), at, c.Min.Y, at, c.Max.Y)
			}
		}
	case Steps:
		var lines [][]vg.Point
		var at []vg.Point
		for i, y := range l.Y {
			if !l.shown(l.X[i], y) || !onAxis(l.X[i+1], l.logX) {
				lines, at = append(lines, at), nil
				continue
			}
			at = append(at, vg.Point{X: tx(l.X[i]), Y: ty(y)}, vg.Point{X: tx(l.X[i+1]), Y: ty(y)})
		}
		c.StrokeLines(l.lineStyle(), c.ClipLinesXY(append(lines, at)...)...)
	default:
		if l.Kind != Points {
			c.StrokeLines(l.lineStyle(), c.ClipLinesXY(l.lines(tx, ty)...)...)
		}
		if l.Kind != Line {
			l.plotPoints(c, tx, ty)
		}
	}
}

func logarithmic(t func(float64) vg.Length, log bool) func(float64) vg.Length {
	if !log {
		return t
	}
	return func(v float64) vg.Length { return t(math.Log10(v)) }
}

// lines returns the unbroken parts of a curve.
func (l layer) lines(tx, ty func(float64) vg.Length) [][]vg.Point {
	var lines [][]vg.Point
	var at []vg.Point
	for i, x := range l.X {
		shown := l.shown(x, l.Y[i])
		if !shown || i > 0 && x == l.X[i-1] {
			if len(at) > 0 {
				lines = append(lines, at)
			}
			at = nil
		}
		if shown {
			at = append(at, vg.Point{X: tx(x), Y: ty(l.Y[i])})
		}
	}
	if len(at) > 0 {
		lines = append(lines, at)
	}
	return lines
}

func (l layer) plotPoints(c draw.Canvas, tx, ty func(float64) vg.Length) {
	bar := draw.LineStyle{Color: l.Style.color(), Width: 0.7 * l.scale}
	label := textStyle(7.5 * l.scale)
	label.YAlign = draw.YCenter
	for i, x := range l.X {
		if l.Lo != nil && l.shown(x, l.Lo[i]) && l.shown(x, l.Hi[i]) {
			at := tx(x)
			c.StrokeLines(bar, c.ClipLinesXY([]vg.Point{{X: at, Y: ty(l.Lo[i])}, {X: at, Y: ty(l.Hi[i])}})...)
		}
		if !l.shown(x, l.Y[i]) {
			continue
		}
		at := vg.Point{X: tx(x), Y: ty(l.Y[i])}
		c.DrawGlyph(l.glyph(), at)
		if i < len(l.Texts) && l.Texts[i] != "" && c.Contains(at) {
			// The text stands on the side with more room.
			gap := 5 * l.scale
			label.XAlign = draw.XLeft
			if at.X > c.Center().X {
				label.XAlign, gap = draw.XRight, -gap
			}
			fillText(c, label, at.X+gap, at.Y, l.Texts[i])
		}
	}
}

// plotBand fills each unbroken part. An end outside the picture is cut off at
// its border.
func (l layer) plotBand(c draw.Canvas, tx, ty func(float64) vg.Length) {
	var low, high []vg.Point
	flush := func() {
		if len(low) > 1 {
			polygon := low
			for i := len(high) - 1; i >= 0; i-- {
				polygon = append(polygon, high[i])
			}
			c.FillPolygon(l.Style.tint(), c.ClipPolygonXY(polygon))
		}
		low, high = nil, nil
	}
	for i, x := range l.X {
		lo, hi := l.Lo[i], l.Hi[i]
		if l.logY && lo <= 0 && hi > 0 {
			lo = math.SmallestNonzeroFloat64 // the band reaches down without end
		}
		shown := onAxis(x, l.logX) && !math.IsNaN(lo) && !math.IsNaN(hi) && (!l.logY || hi > 0)
		if !shown || i > 0 && x == l.X[i-1] {
			flush()
		}
		if shown {
			clamp := func(y float64) vg.Length {
				return min(max(ty(y), c.Min.Y-c.Size().Y), c.Max.Y+c.Size().Y)
			}
			low = append(low, vg.Point{X: tx(x), Y: clamp(lo)})
			high = append(high, vg.Point{X: tx(x), Y: clamp(hi)})
		}
	}
	flush()
}

// extent is the range that the axes must show. A band counts up to once the
// range of the curves beyond them, which panel.extent adds: a wild error band
// would flatten what it surrounds.
func (l layer) extent(x, y *interval) {
	for _, v := range l.X {
		if onAxis(v, l.logX) && l.Kind != Horizontal {
			x.add(v)
		}
	}
	if l.Kind == Vertical {
		return
	}
	for _, v := range l.Y {
		if onAxis(v, l.logY) {
			y.add(v)
		}
	}
	for i := range l.Lo {
		if l.Kind != Band && l.shown(l.X[i], l.Lo[i]) && l.shown(l.X[i], l.Hi[i]) {
			y.add(l.Lo[i])
			y.add(l.Hi[i])
		}
	}
}

// interval is a range of numbers; the zero value is empty.
type interval struct {
	lo, hi float64
	some   bool
}

func (r *interval) add(v float64) {
	if !r.some {
		r.lo, r.hi, r.some = v, v, true
		return
	}
	r.lo, r.hi = min(r.lo, v), max(r.hi, v)
}

// thumbnail draws the sample of a layer in the legend.
func (l layer) thumbnail(c draw.Canvas) {
	mid := c.Center()
	switch l.Kind {
	case Band:
		c.FillPolygon(l.Style.tint(), []vg.Point{{X: c.Min.X, Y: mid.Y - 3*l.scale}, {X: c.Max.X, Y: mid.Y - 3*l.scale},
			{X: c.Max.X, Y: mid.Y + 3*l.scale}, {X: c.Min.X, Y: mid.Y + 3*l.scale}})
		return
	case Points:
	default:
		c.StrokeLine2(l.lineStyle(), c.Min.X, mid.Y, c.Max.X, mid.Y)
	}
	if l.Kind == Points || l.Kind == LinePoints {
		if l.Lo != nil {
			c.StrokeLine2(draw.LineStyle{Color: l.Style.color(), Width: 0.7 * l.scale}, mid.X, mid.Y-4*l.scale, mid.X, mid.Y+4*l.scale)
		}
		c.DrawGlyphNoClip(l.glyph(), mid)
	}
}
