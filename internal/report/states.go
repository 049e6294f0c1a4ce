package report

import (
	"math"
	"slices"
)

// StatesPicture shows states over the layer label, one panel for each, with
// data, error band, prediction and, in a twin experiment, the truth. Series
// other than States may have fewer columns; they are matched by name.
type StatesPicture struct {
	Title string
	Label string   // of the x axis with its unit, such as "t (years)"
	Units []string // of the columns of States; "" or nil: none

	States Series
	Width  *Series // half the width of the error band; nil: Error
	Error  []float64
	Data   []Measurements

	Prediction      *Series // beyond the last measurement
	PredictionWidth *Series
	Held            []Measurements // what the prediction is compared with
	Truth           *Series

	// Meaning of the band in the legend ["error"].
	Band string
}

// Measurements are the data of one column of a picture.
type Measurements struct {
	Name   string // the column
	T, Y   []float64
	StdDev []float64 // of each, or one of all; nil, and NaN: unknown
}

// Figure draws the picture.
func (s StatesPicture) Figure() Figure {
	f := Figure{Name: "states", Title: s.Title}
	band := s.Band
	if band == "" {
		band = "error"
	}
	for j, name := range s.States.Names {
		p := Panel{X: s.Label, Y: withUnit(name, s.Units, j)}
		y := s.States.Column(j)
		width := s.Width.column(name)
		if width == nil && j < len(s.Error) && s.Error[j] > 0 {
			width = repeat(s.Error[j], len(y))
		}
		if width != nil {
			p.Layers = append(p.Layers, around("± "+band, s.States.T, y, width, 0))
		}
		if z := s.Prediction.column(name); z != nil {
			if w := s.PredictionWidth.column(name); w != nil {
				p.Layers = append(p.Layers, around("± "+band+" of prediction", s.Prediction.T, z, w, 1))
			}
		}
		if z := s.Truth.column(name); z != nil {
			p.Layers = append(p.Layers, Layer{Kind: Line, Name: "truth", X: s.Truth.T, Y: z, Style: Reference})
		}
		p.Layers = append(p.Layers, Layer{Kind: Line, Name: "solution", X: s.States.T, Y: y, Style: 0})
		if z := s.Prediction.column(name); z != nil {
			p.Layers = append(p.Layers,
				Layer{Kind: Vertical, X: s.Prediction.T[:1], Style: Reference},
				Layer{Kind: Line, Name: "prediction", X: s.Prediction.T, Y: z, Style: 1})
		}
		for _, d := range s.Data {
			if d.Name == name {
				p.Layers = append(p.Layers, d.layer("data", 2))
			}
		}
		for _, d := range s.Held {
			if d.Name == name {
				p.Layers = append(p.Layers, d.layer("data not used", 3))
			}
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

func (m Measurements) layer(name string, style Style) Layer {
	l := Layer{Kind: Points, Name: name, X: m.T, Y: m.Y, Style: style}
	if len(m.StdDev) > 0 {
		l.Lo, l.Hi = make([]float64, len(m.Y)), make([]float64, len(m.Y))
		for i, y := range m.Y {
			sd := m.StdDev[min(i, len(m.StdDev)-1)]
			l.Lo[i], l.Hi[i] = y-sd, y+sd
		}
	}
	return l
}

func around(name string, t, y, width []float64, style Style) Layer {
	l := Layer{Kind: Band, Name: name, X: t, Lo: make([]float64, len(y)), Hi: make([]float64, len(y)), Style: style}
	for i := range y {
		l.Lo[i], l.Hi[i] = y[i]-width[i], y[i]+width[i]
	}
	return l
}

// column returns the column with a name; nil if there is none, or no series.
func (s *Series) column(name string) []float64 {
	if s == nil || len(s.T) == 0 {
		return nil
	}
	if j := slices.Index(s.Names, name); j >= 0 {
		return s.Column(j)
	}
	return nil
}

func withUnit(name string, units []string, j int) string {
	name = Typeset(name)
	if j < len(units) && units[j] != "" {
		return name + " (" + units[j] + ")"
	}
	return name
}

func repeat(v float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// Costates draws the costates over the layer label; curves are broken at the
// jumps. units are those of the columns; nil: none.
func Costates(title, label string, s Series, units []string) Figure {
	f := Figure{Name: "costates", Title: title}
	var jumps []float64
	for i := 1; i < len(s.T); i++ {
		if s.T[i] == s.T[i-1] {
			jumps = append(jumps, s.T[i])
		}
	}
	for j, name := range s.Names {
		p := Panel{X: label, Y: withUnit(name, units, j)}
		// Zero is where the costates end.
		p.Layers = append(p.Layers, Layer{Kind: Horizontal, Y: []float64{0}, Style: Reference})
		before, after := Layer{Kind: Points, Name: "before a measurement", Style: 4}, Layer{Kind: Points, Name: "after", Style: 0}
		for i := 1; i < len(s.T); i++ {
			if s.T[i] == s.T[i-1] {
				before.X, before.Y = append(before.X, s.T[i]), append(before.Y, s.Row(i - 1)[j])
				after.X, after.Y = append(after.X, s.T[i]), append(after.Y, s.Row(i)[j])
			}
		}
		p.Layers = append(p.Layers, Layer{Kind: Line, Name: "costate", X: s.T, Y: s.Column(j), Style: 0})
		// Beyond some tens the marks would hide the curve.
		if n := len(jumps); n > 0 && n <= 60 {
			p.Layers = append(p.Layers, before, after)
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// Energy draws the Hamiltonian along the layers, and below it how far it is
// from its value at the start of each piece between jumps: zero, up to the
// error of the solution, where the problem is autonomous.
func Energy(title, label string, t, h []float64) Figure {
	drift := make([]float64, len(h))
	start := 0.0
	for i := range h {
		if i == 0 || t[i] == t[i-1] {
			start = h[i]
		}
		drift[i] = h[i] - start
	}
	most := 0.0
	for _, d := range drift {
		most = math.Max(most, math.Abs(d))
	}
	return Figure{Name: "energy", Title: title, Panels: []Panel{
		{X: label, Y: "H", Layers: []Layer{{Kind: Line, X: t, Y: h}}},
		{X: label, Y: "H − H(start of piece)", YRange: [2]float64{-most, most},
			Layers: []Layer{{Kind: Horizontal, Y: []float64{0}, Style: Reference}, {Kind: Line, X: t, Y: drift, Style: 1, Solid: true}}},
	}}
}
