package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// plot makes the axes and the layers of a panel.
func (p Panel) plot(scale vg.Length, shareX bool, rows, columns int) *plot.Plot {
	g := plot.New()
	g.BackgroundColor = nil
	layers := make([]layer, len(p.Layers))
	for i, l := range p.Layers {
		layers[i] = layer{l, p.LogX, p.LogY, scale}
	}
	x, y := p.extent(layers)
	g.X.Min, g.X.Max = x.axis(p.LogX)
	g.Y.Min, g.Y.Max = y.axis(p.LogY)
	wantX, wantY := max(3, 8/columns), 6
	if rows > 1 {
		wantY = 5
	}
	if columns > 1 {
		wantY = 4
	}
	setAxis(&g.X, p.X, p.LogX, p.CountX, wantX, scale)
	setAxis(&g.Y, p.Y, p.LogY, false, wantY, scale)
	if shareX {
		g.X.Label.Text = ""
	}
	g.Add(frame{})
	for _, l := range layers {
		g.Add(l)
	}
	// Add widens the axes to what plotters say; layers say nothing.
	return g
}

// fitLabel makes the name of an axis smaller, down to an illegible size, until
// it fits.
func fitLabel(a *plot.Axis, room vg.Length) {
	for a.Label.TextStyle.Font.Size > 4 && a.Label.TextStyle.Width(a.Label.Text) > room {
		a.Label.TextStyle.Font.Size *= 0.95
	}
}

func setAxis(a *plot.Axis, name string, log, whole bool, want int, scale vg.Length) {
	a.Label.Text = name
	label, tick := textStyle(10*scale), textStyle(9*scale)
	label.XAlign, label.YAlign, label.Rotation = a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign, a.Label.TextStyle.Rotation
	tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Label.TextStyle, a.Tick.Label = label, tick
	a.Label.Padding = 3
	a.Padding = 0
	a.Width = 0.6
	a.Tick.Length = 5 * scale
	a.Tick.LineStyle.Width = 0.6
	if log {
		a.Tick.Marker = logTicks{want}
		return
	}
	a.Tick.Marker = linearTicks{want, whole}
}

// extent returns the ranges of the axes: all data, with a margin so that
// markers at the border are whole.
func (p Panel) extent(layers []layer) (x, y interval) {
	for _, l := range layers {
		l.extent(&x, &y)
	}
	for _, v := range p.XRange {
		if p.XRange[0] != p.XRange[1] && onAxis(v, p.LogX) {
			x.add(v)
		}
	}
	for _, v := range p.YRange {
		if p.YRange[0] != p.YRange[1] && onAxis(v, p.LogY) {
			y.add(v)
		}
	}
	curves := y
	for _, l := range layers {
		if l.Kind != Band {
			continue
		}
		for i := range l.Lo {
			for _, v := range []float64{l.Lo[i], l.Hi[i]} {
				switch {
				case !onAxis(v, p.LogY):
				case !curves.some:
					y.add(v)
				case p.LogY:
					r := max(curves.hi/curves.lo, 10)
					y.add(min(max(v, curves.lo/r), curves.hi*r))
				default:
					r := curves.hi - curves.lo
					if r == 0 {
						r = math.Inf(1)
					}
					y.add(min(max(v, curves.lo-r), curves.hi+r))
				}
			}
		}
	}
	return x.widened(0.02, p.LogX), y.widened(0.06, p.LogY)
}

// widened returns the interval with a margin on both sides; an empty one
// becomes one that can be drawn.
func (r interval) widened(by float64, log bool) interval {
	switch {
	case !r.some && log:
		return interval{1, 10, true}
	case !r.some:
		return interval{0, 1, true}
	case log && r.hi/r.lo < 1.001:
		return interval{r.lo / 2, r.hi * 2, true}
	case log:
		f := math.Pow(r.hi/r.lo, by)
		return interval{r.lo / f, r.hi * f, true}
	case r.hi-r.lo <= 1e-12*max(math.Abs(r.lo), math.Abs(r.hi)):
		// A constant: what rounding adds is not to be shown as a structure.
		d := max(math.Abs(r.hi)*0.1, 1e-300)
		if r.hi == 0 {
			d = 1
		}
		return interval{r.lo - d, r.hi + d, true}
	}
	d := by * (r.hi - r.lo)
	return interval{r.lo - d, r.hi + d, true}
}

// axis returns the ends of an axis. Logarithmic axes are linear ones of decimal
// logarithms: gonum's own scale reserves room for the name of the axis as if it
// stood at the middle of the numbers, which is the upper end of a logarithmic
// axis, and so leaves a gap.
func (r interval) axis(log bool) (lo, hi float64) {
	if log {
		return math.Log10(r.lo), math.Log10(r.hi)
	}
	return r.lo, r.hi
}

// frame draws pale lines at the labelled ticks and the upper and right border.
type frame struct{}

// Plot implements plot.Plotter.
func (frame) Plot(c draw.Canvas, p *plot.Plot) {
	line := draw.LineStyle{Color: pale, Width: 0.4}
	tx, ty := p.Transforms(&c)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := tx(t.Value); t.Label != "" && c.ContainsX(x) {
			c.StrokeLine2(line, x, c.Min.Y, x, c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := ty(t.Value); t.Label != "" && c.ContainsY(y) {
			c.StrokeLine2(line, c.Min.X, y, c.Max.X, y)
		}
	}
	border := draw.LineStyle{Color: grey, Width: 0.4}
	c.StrokeLines(border, []vg.Point{{X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}})
}
