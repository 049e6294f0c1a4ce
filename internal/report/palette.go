package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Style numbers the looks of curves: 0, 1, 2, .. differ in colour, dash and
// marker at once, so that they are told apart by the colour-blind and in grey
// print. Reference, Reference-1, .. are grey, for what is not data: slopes,
// expectations, borders.
type Style int

const Reference Style = -1

// palette is that of Okabe and Ito (Color universal design, 2008), in an order
// of good contrast on white; its yellow and black are left out.
var palette = []color.RGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermillion
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
}

var (
	black = color.RGBA{A: 0xFF}
	white = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	grey  = color.RGBA{0x66, 0x66, 0x66, 0xFF}
	pale  = color.RGBA{0xE0, 0xE0, 0xE0, 0xFF}
)

// dashes in points; the first is a full line.
var dashes = [][]vg.Length{
	nil,
	{6, 3},
	{1.5, 2},
	{8, 2.5, 1.5, 2.5},
	{3, 2},
	{8, 2, 1.5, 2, 1.5, 2},
	{12, 3},
}

var referenceDashes = [][]vg.Length{{5, 3}, {1.5, 2}, {8, 2.5, 1.5, 2.5}, {12, 3}}

func (s Style) color() color.RGBA {
	if s < 0 {
		return grey
	}
	return palette[int(s)%len(palette)]
}

// tint is the colour of a band: opaque, because PDF viewers differ in
// transparency, and light enough for curves of the same colour.
func (s Style) tint() color.RGBA {
	c := s.color()
	mix := func(v uint8) uint8 { return uint8((int(v) + 3*255) / 4) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xFF}
}

func (s Style) dash() []vg.Length {
	if s < 0 {
		return referenceDashes[int(Reference-s)%len(referenceDashes)]
	}
	return dashes[int(s)%len(dashes)]
}

func (s Style) marker() draw.GlyphDrawer {
	if s < 0 {
		return marker{size: 0.9, open: true}
	}
	return markers[int(s)%len(markers)]
}
