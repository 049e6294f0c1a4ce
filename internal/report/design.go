package report

import (
	"cmp"
	"slices"
)

// DesignPicture shows what the depth of a network, or another of its measures,
// does to its action level and to its error on held-out data: one curve for
// each of the other measures, such as the number of training pairs.
type DesignPicture struct {
	Title string
	X     string // name of the x axis ["layers"]
	Level string // of the level's axis ["action level"]
	Error string // of the error's axis ["held-out error"]

	Curves []DesignCurve
	Noise  float64 // error of the noise alone; 0: unknown
}

// DesignCurve is one design along the x axis. Missing values are NaN, missing
// slices nil.
type DesignCurve struct {
	Name     string // "": the only curve
	X        []float64
	Level    []float64
	Expected []float64 // levels if the network is right
	StdDev   []float64 // of Expected: the band is ±2 of it
	HeldOut  []float64
	Constant []float64 // held-out error of the best constant
	Chosen   int       // place of the network chosen; -1: none of these
}

// Figure draws the picture.
func (d DesignPicture) Figure() Figure {
	name := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	x := name(d.X, "layers")
	level, held := Panel{X: x, CountX: true, Y: name(d.Level, "action level")}, Panel{X: x, CountX: true, Y: name(d.Error, "held-out error")}
	var levels, errors interval
	var bands, over []Layer // drawn first and last
	for i, c := range d.Curves {
		curve := func(y []float64, what string) Layer {
			return Layer{Kind: LinePoints, Name: name(c.Name, what), X: c.X, Y: y, Style: Style(i)}
		}
		if c.Expected != nil {
			band := around(between(c.Name, "expected level ± 2 sd"), c.X, c.Expected, scaled(c.StdDev, 2), Style(i))
			for j, v := range band.Lo {
				band.Lo[j] = max(v, 0) // a sum of squares
			}
			bands = append(bands, band)
			level.Layers = append(level.Layers, Layer{Kind: Line, X: c.X, Y: c.Expected, Style: Style(i), Dashed: true})
			levels.addAll(c.Expected)
		}
		if c.Constant != nil {
			l := Layer{Kind: Line, X: c.X, Y: c.Constant, Style: Reference, Dashed: true}
			if i == 0 {
				l.Name = "best constant"
			}
			held.Layers = append(held.Layers, l)
			errors.addAll(c.Constant)
		}
		level.Layers = append(level.Layers, curve(c.Level, "level found"))
		held.Layers = append(held.Layers, curve(c.HeldOut, "network"))
		if c.Chosen >= 0 && c.Chosen < len(c.X) {
			at := c.X[c.Chosen : c.Chosen+1]
			over = append(over, Layer{Kind: Points, X: at, Y: c.HeldOut[c.Chosen : c.Chosen+1], Style: Style(i), Texts: []string{"chosen"}})
		}
		levels.addAll(c.Level)
		errors.addAll(c.HeldOut)
	}
	if d.Noise > 0 {
		held.Layers = append(held.Layers, Layer{Kind: Horizontal, Name: "noise alone", Y: []float64{d.Noise}, Style: Reference - 1})
		errors.add(d.Noise)
	}
	held.Layers = append(held.Layers, over...)
	// A narrow band stands above a wide one.
	slices.SortStableFunc(bands, func(a, b Layer) int { return cmp.Compare(slices.Max(b.Hi), slices.Max(a.Hi)) })
	level.Layers = append(bands, level.Layers...)
	level.LogY, held.LogY = wide(levels), wide(errors)
	return Figure{Name: "design", Title: d.Title, Panels: []Panel{level, held}}
}

// between joins the name of a curve and what is drawn of it.
func between(name, what string) string {
	if name == "" {
		return what
	}
	return name + ": " + what
}

func scaled(v []float64, f float64) []float64 {
	w := make([]float64, len(v))
	for i := range v {
		w[i] = f * v[i]
	}
	return w
}

// addAll adds the values that are numbers.
func (r *interval) addAll(v []float64) {
	for _, x := range v {
		if onAxis(x, false) {
			r.add(x)
		}
	}
}

// wide reports whether a logarithmic axis shows a range better.
func wide(r interval) bool {
	return r.some && r.lo > 0 && r.hi > 20*r.lo
}
