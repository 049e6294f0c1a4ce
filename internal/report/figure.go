package report

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is a picture of one or several panels with one legend above them.
type Figure struct {
	Name   string // of its file, without extension
	Title  string
	Panels []Panel

	Columns int     // of panels [by their number]
	Width   float64 // in cm [17]
	Height  float64 // in cm [by the number of panels]
}

// Panel is one pair of axes.
type Panel struct {
	X, Y       string // names of the axes with their units
	LogX, LogY bool
	CountX     bool    // the x axis has whole numbers
	Layers     []Layer // later ones above earlier ones

	XRange, YRange [2]float64 // what the axes show at least; equal: nothing more than the data
}

// PictureFormats are the extensions of files that a picture can be written to.
var PictureFormats = []string{".svg", ".png", ".pdf"}

// pngDPI is the resolution of PNG files: 17 cm are 1,000 pixels.
const pngDPI = 150

// WritePicture writes the figure to a file in the format that its extension
// names.
func WritePicture(path string, f Figure) error {
	format := strings.ToLower(filepath.Ext(path))
	switch format {
	case ".svg", ".png", ".pdf":
	default:
		return fmt.Errorf("%s: no picture format for the extension %q, want one of %s", path, format, strings.Join(PictureFormats, ", "))
	}
	return WriteFile(path, func(w io.Writer) error { return f.Draw(w, format) })
}

// Draw writes the figure in the format ".svg", ".png" or ".pdf".
func (f Figure) Draw(w io.Writer, format string) error {
	width, height := f.size()
	switch format {
	case ".svg":
		c := vgsvg.New(width, height)
		f.draw(draw.New(c))
		return f.writeSVG(w, c)
	case ".png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(pngDPI))}
		f.draw(draw.New(c))
		_, err := c.WriteTo(w)
		return err
	case ".pdf":
		c := vgpdf.New(width, height)
		f.draw(draw.New(c))
		_, err := c.WriteTo(w)
		return err
	}
	return fmt.Errorf("no picture format %q, want one of %s", format, strings.Join(PictureFormats, ", "))
}

// writeSVG adds a title, which screen readers speak, and fonts to fall back
// to: Arial has the widths of Liberation Sans.
func (f Figure) writeSVG(w io.Writer, c *vgsvg.Canvas) error {
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	s := strings.ReplaceAll(b.String(), "font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
	start := strings.Index(s, "<svg")
	end := start + strings.IndexByte(s[start:], '>') + 1
	_, err := io.WriteString(w, s[:end]+"\n<title>"+html.EscapeString(f.Title)+"</title>"+s[end:])
	return err
}

func (f Figure) columns() int {
	switch n := len(f.Panels); {
	case f.Columns > 0:
		return f.Columns
	case n <= 4:
		return 1
	case n <= 10:
		return 2
	case n <= 24:
		return 3
	default:
		return 4
	}
}

func (f Figure) rows() int { return (len(f.Panels) + f.columns() - 1) / f.columns() }

func (f Figure) size() (width, height vg.Length) {
	w, h := f.Width, f.Height
	if w == 0 {
		w = 17
	}
	if h == 0 {
		switch rows := f.rows(); {
		case rows <= 1:
			h = 10.5
		case f.columns() == 1:
			h = 2 + 5*float64(rows)
		default:
			h = 2 + 3.6*float64(rows)
		}
	}
	return vg.Length(w) * vg.Centimeter, vg.Length(h) * vg.Centimeter
}

// textStyle is the text of all pictures.
func textStyle(size vg.Length) text.Style {
	return text.Style{
		Color:   black,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: scripts{text.Plain{Fonts: font.DefaultCache}},
	}
}

// draw lays out title, legend and panels from top to bottom.
func (f Figure) draw(c draw.Canvas) {
	c.FillPolygon(white, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	const margin = 8
	c = draw.Crop(c, margin, -margin, margin, -margin)
	scale := vg.Length(1)
	if f.columns() > 2 {
		scale = 0.8
	}
	if f.Title != "" {
		title := textStyle(12)
		title.YAlign = draw.YTop
		size := title.Font.Size
		for size > 7 && title.Width(f.Title) > c.Size().X {
			size *= 0.95
			title.Font.Size = size
		}
		fillText(c, title, c.Min.X, c.Max.Y, f.Title)
		c.Max.Y -= 1.6 * size
	}
	c.Max.Y -= f.drawLegend(c, scale)

	rows, columns := f.rows(), f.columns()
	plots := make([][]*plot.Plot, rows)
	for r := range plots {
		plots[r] = make([]*plot.Plot, columns)
		for k := range columns {
			if i := r*columns + k; i < len(f.Panels) {
				// Panels below each other share the name of the x axis.
				below := i+columns < len(f.Panels) && f.Panels[i+columns].X == f.Panels[i].X
				p := f.Panels[i].plot(scale, below, rows, columns)
				// A name longer than its axis would be clipped.
				fitLabel(&p.X, 0.8*c.Size().X/vg.Length(columns))
				fitLabel(&p.Y, 0.8*c.Size().Y/vg.Length(rows))
				plots[r][k] = p
			}
		}
	}
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 12, PadY: 8}
	for r, row := range plot.Align(plots, tiles, c) {
		for k, cell := range row {
			if p := plots[r][k]; p != nil {
				p.Draw(cell)
			}
		}
	}
}
