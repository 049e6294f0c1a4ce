package report

import (
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scripts sets one line of text with raised ^{..} and lowered _{..} parts, as
// in 10^{-6} and x_{3}; a whole power, as in m^3, needs no braces. The fonts at
// hand lack the superscript characters of Unicode.
type scripts struct {
	text.Plain
}

const (
	scriptSize = 0.72 // of a raised or lowered part, relative to the text
	scriptRise = 0.38 // of its base line, relative to the text's size
	scriptFall = 0.16
)

// piece is a part of a line on one height.
type piece struct {
	text  string
	shift float64 // of the base line, relative to the size
}

// power is a power as units have it: m^3, s^-1.
var power = regexp.MustCompile(`\^(-?)(\d+)`)

// pieces splits a line. Braces without ^ or _ before them are plain.
func pieces(s string) []piece {
	var list []piece
	if strings.Contains(s, "^") {
		s = power.ReplaceAllStringFunc(s, func(p string) string { return "^{" + minus(p[1:]) + "}" })
	}
	for s != "" {
		i, shift := len(s), 0.0
		if k := strings.Index(s, "^{"); k >= 0 && k < i {
			i, shift = k, scriptRise
		}
		if k := strings.Index(s, "_{"); k >= 0 && k < i {
			i, shift = k, -scriptFall
		}
		end := -1
		if i < len(s) {
			end = strings.IndexByte(s[i:], '}')
		}
		if end < 0 {
			return append(list, piece{text: s})
		}
		if i > 0 {
			list = append(list, piece{text: s[:i]})
		}
		list = append(list, piece{s[i+2 : i+end], shift})
		s = s[i+end+1:]
	}
	return list
}

func (p piece) face(fonts *font.Cache, f font.Font) font.Face {
	if p.shift != 0 {
		f.Size *= scriptSize
	}
	return fonts.Lookup(f, f.Size)
}

// Box implements text.Handler.
func (h scripts) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	for _, p := range pieces(txt) {
		face := p.face(h.Fonts, f)
		width += face.Width(p.text)
	}
	e := h.Extents(f)
	return width, e.Ascent, e.Descent
}

// Draw implements text.Handler. As gonum's axes expect, the text stands lower by
// its descent than the alignment says; fillText does not have this surprise.
func (h scripts) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	if txt == "" {
		return
	}
	c.SetColor(sty.Color)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
	}
	sin, cos := math.Sincos(sty.Rotation)
	x := pt.Y*vg.Length(sin) + pt.X*vg.Length(cos)
	y := pt.Y*vg.Length(cos) - pt.X*vg.Length(sin)
	width, height, depth := h.Box(txt, sty.Font)
	x += width * vg.Length(sty.XAlign)
	y += (height + depth) * vg.Length(sty.YAlign)
	for _, p := range pieces(txt) {
		face := p.face(h.Fonts, sty.Font)
		// SVG drops the blanks that a text begins with.
		word := strings.TrimLeft(p.text, " ")
		blanks := face.Width(p.text[:len(p.text)-len(word)])
		c.FillString(face, vg.Point{X: x + blanks, Y: y + sty.Font.Size*vg.Length(p.shift)}, word)
		x += face.Width(p.text)
	}
}

// fillText draws text at a point as its alignment says.
func fillText(c draw.Canvas, sty text.Style, x, y vg.Length, txt string) {
	c.FillText(sty, vg.Point{X: x, Y: y + sty.FontExtents().Descent}, txt)
}

// greek are the names of letters as problem files write them.
var greek = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
	"iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
	"tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
	"Psi": "Ψ", "Omega": "Ω",
}

// Typeset turns a name as a problem file writes it into text for a picture:
// p_u and x[3] get their index lowered, alpha becomes the letter. A name with
// braces is taken as set already.
func Typeset(name string) string {
	if strings.ContainsAny(name, "{} ") {
		return name
	}
	letter := func(s string) string {
		primes := s[len(strings.TrimRight(s, "'")):]
		if g, ok := greek[strings.TrimRight(s, "'")]; ok {
			return g + primes
		}
		return s
	}
	if base, index, ok := strings.Cut(name, "["); ok && strings.HasSuffix(index, "]") {
		index = strings.TrimSuffix(index, "]")
		// The costate p_x[3] belongs to x[3].
		if b, i, ok := strings.Cut(base, "_"); ok && b != "" && i != "" {
			return letter(b) + "_{" + letter(i) + index + "}"
		}
		return letter(base) + "_{" + index + "}"
	}
	if base, index, ok := strings.Cut(name, "_"); ok && base != "" && index != "" {
		return letter(base) + "_{" + letter(index) + "}"
	}
	return letter(name)
}
