package report

// DesignPicture shows what the depth of a network does to its action level and
// to its error on held-out data, one curve for each width or number of
// training pairs.
type DesignPicture struct {
	Title  string
	X      string // name of the x axis ["depth (layers)"]
	Curves []DesignCurve
}

// DesignCurve is one design at several depths. Lo and Hi are the ends of error
// bars; nil: none.
type DesignCurve struct {
	Name              string
	Depth             []float64
	Level             []float64
	LevelLo, LevelHi  []float64
	HeldOut           []float64
	HeldLo, HeldHi    []float64
	Expected          float64 // level; 0: unknown
	HeldOutOfBaseline float64 // error of the best constant; 0: unknown
}

// Figure draws the picture.
func (d DesignPicture) Figure() Figure {
	x := d.X
	if x == "" {
		x = "depth (layers)"
	}
	level, held := Panel{X: x, Y: "action level"}, Panel{X: x, Y: "held-out error"}
	var levels, errors interval
	for i, c := range d.Curves {
		if c.Expected > 0 {
			level.Layers = append(level.Layers, Layer{Kind: Horizontal, Name: "expected level", Y: []float64{c.Expected}, Style: Reference})
		}
		if c.HeldOutOfBaseline > 0 {
			held.Layers = append(held.Layers, Layer{Kind: Horizontal, Name: "error of a constant", Y: []float64{c.HeldOutOfBaseline}, Style: Reference - 1})
		}
		level.Layers = append(level.Layers, Layer{Kind: LinePoints, Name: c.Name, X: c.Depth, Y: c.Level, Lo: c.LevelLo, Hi: c.LevelHi, Style: Style(i)})
		held.Layers = append(held.Layers, Layer{Kind: LinePoints, Name: c.Name, X: c.Depth, Y: c.HeldOut, Lo: c.HeldLo, Hi: c.HeldHi, Style: Style(i)})
		for _, v := range c.Level {
			levels.add(v)
		}
		for _, v := range c.HeldOut {
			errors.add(v)
		}
	}
	level.LogY, held.LogY = wide(levels), wide(errors)
	return Figure{Name: "design", Title: d.Title, Panels: []Panel{level, held}}
}

// wide reports whether a logarithmic axis shows a range better.
func wide(r interval) bool { return r.some && r.lo > 0 && r.hi > 20*r.lo }
