package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// TestSamplesForTheEye writes the sample pictures and a page into the folder
// named by COSTATE_PICTURES, to be looked at.
func TestSamplesForTheEye(t *testing.T) {
	dir := os.Getenv("COSTATE_PICTURES")
	if dir == "" {
		t.Skip("COSTATE_PICTURES is not set")
	}
	for _, f := range sampleFigures() {
		for _, ext := range PictureFormats {
			if err := WritePicture(filepath.Join(dir, f.Name+ext), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := WriteFile(filepath.Join(dir, "page.html"), samplePage(t).HTML); err != nil {
		t.Fatal(err)
	}
}

func drawn(t *testing.T, f Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Draw(&b, format); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return b.Bytes()
}

// TestNothingIsClipped: the border of every picture is white, so that no text
// and no marker runs out of it; and there is something inside.
func TestNothingIsClipped(t *testing.T) {
	long := Figure{Name: "long", Title: strings.Repeat("a title that is far too long ", 6), Panels: []Panel{
		{X: strings.Repeat("a name of an axis that is too long ", 5), Y: strings.Repeat("another name that is too long ", 5),
			Layers: []Layer{{Kind: LinePoints, Name: "corner to corner", X: []float64{0, 1e-7}, Y: []float64{-123456789, 1e9}}}},
		{X: "x", Y: "y", LogX: true, LogY: true, Layers: []Layer{{Kind: Points, X: []float64{1e-300, 1e300}, Y: []float64{1e-9, 1e9}, Texts: []string{"left", "right"}}}},
	}}
	for _, f := range append(sampleFigures(), long) {
		img, _, err := image.Decode(bytes.NewReader(drawn(t, f, ".png")))
		if err != nil {
			t.Fatal(err)
		}
		b := img.Bounds()
		if w := b.Dx(); w < 1000 || w > 1010 {
			t.Errorf("%s is %d points wide", f.Name, w)
		}
		ink := 0
		const border = 3
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				r, g, bl, _ := img.At(x, y).RGBA()
				if r == 0xFFFF && g == 0xFFFF && bl == 0xFFFF {
					continue
				}
				ink++
				if x < b.Min.X+border || x >= b.Max.X-border || y < b.Min.Y+border || y >= b.Max.Y-border {
					t.Fatalf("%s: ink at the border point (%d, %d) of %v", f.Name, x, y, b)
				}
			}
		}
		if ink < 3000 {
			t.Errorf("%s: only %d points are not white", f.Name, ink)
		}
	}
}

// TestPictureFormatsAreSound: SVG is XML without NaN that is the same each
// time and says its title; PDF has head and tail.
func TestPictureFormatsAreSound(t *testing.T) {
	for _, f := range sampleFigures() {
		svg := drawn(t, f, ".svg")
		if !bytes.Equal(svg, drawn(t, f, ".svg")) {
			t.Errorf("%s differs from itself", f.Name)
		}
		if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Errorf("%s: a coordinate is not finite", f.Name)
		}
		if !bytes.Contains(svg, []byte("<title>")) || !bytes.Contains(svg, []byte("Arial")) {
			t.Errorf("%s: no title, or no font to fall back to", f.Name)
		}
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", f.Name, err)
				break
			}
		}
		pdf := drawn(t, f, ".pdf")
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
			t.Errorf("%s: no PDF", f.Name)
		}
	}
}

func TestWritePictureNamesItsFormats(t *testing.T) {
	dir := t.TempDir()
	err := WritePicture(filepath.Join(dir, "a.jpg"), sampleFigures()[0])
	if err == nil || !strings.Contains(err.Error(), "a.jpg") || !strings.Contains(err.Error(), ".svg, .png, .pdf") {
		t.Errorf("error %v", err)
	}
	if err := WritePicture(filepath.Join(dir, "a.SVG"), sampleFigures()[0]); err != nil {
		t.Error(err)
	}
}

// TestPictureOfPoorData draws what a failed run leaves behind.
func TestPictureOfPoorData(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, data := range [][]float64{nil, {1}, {0, 0}, {5, 5, 5}, {nan, nan}, {nan, 1, inf, 2, -inf}, {-1, 0, -3}, {1e-320, 1e-310}, {1, 1 + 1e-15}, {-math.MaxFloat64, math.MaxFloat64}} {
		n := len(data)
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i)
		}
		for _, log := range []bool{false, true} {
			p := Panel{X: "x", Y: "y", LogX: log, LogY: log}
			for _, kind := range []Kind{Line, Points, LinePoints, Band, Horizontal, Vertical} {
				p.Layers = append(p.Layers, Layer{Kind: kind, X: x, Y: data, Lo: data, Hi: data})
			}
			if n > 0 {
				p.Layers = append(p.Layers, Layer{Kind: Steps, X: x, Y: data[:n-1]})
			}
			name := fmt.Sprint(data, log)
			svg := drawn(t, Figure{Name: name, Panels: []Panel{p}}, ".svg")
			if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Errorf("%v, log %v: a coordinate is not finite", data, log)
			}
		}
	}
	for _, f := range []Figure{
		StatesPicture{}.Figure(), LevelsPicture{}.Figure(), ConvergencePicture{}.Figure(), MeshPicture{}.Figure(),
		DesignPicture{}.Figure(), BranchPicture{}.Figure(), Costates("", "t", Series{}, nil), Energy("", "t", nil, nil),
		{}, ConvergencePicture{Curves: []ErrorCurve{{N: []float64{4, 8}, Err: []float64{0, 0}, Order: 2}}}.Figure(),
	} {
		drawn(t, f, ".svg")
	}
}

// TestLineBreaksAtJumpsAndGaps: no stroke joins the two sides of a jump.
func TestLineBreaksAtJumpsAndGaps(t *testing.T) {
	l := layer{Layer: Layer{X: []float64{0, 1, 1, 2, 3, 4}, Y: []float64{0, 1, 5, 6, math.NaN(), 8}}}
	same := func(v float64) vg.Length { return vg.Length(v) }
	got := l.lines(same, same)
	want := [][]vg.Point{{{X: 0, Y: 0}, {X: 1, Y: 1}}, {{X: 1, Y: 5}, {X: 2, Y: 6}}, {{X: 4, Y: 8}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parts %v, want %v", got, want)
	}
}

// TestWildBandDoesNotFlattenTheCurve: the axis shows at most as much again on
// each side.
func TestWildBandDoesNotFlattenTheCurve(t *testing.T) {
	p := Panel{Layers: []Layer{
		{Kind: Band, X: []float64{0, 1}, Lo: []float64{-1e9, -1e9}, Hi: []float64{1e9, 1e9}},
		{Kind: Line, X: []float64{0, 1}, Y: []float64{0, 1}},
	}}
	layers := []layer{{Layer: p.Layers[0]}, {Layer: p.Layers[1]}}
	if _, y := p.extent(layers); y.lo < -1.3 || y.hi > 2.3 || y.lo > -1 || y.hi < 2 {
		t.Errorf("the axis shows %v to %v", y.lo, y.hi)
	}
}

// TestStylesDifferInEverything: colour alone, dash alone and marker alone tell
// the first six curves apart.
func TestStylesDifferInEverything(t *testing.T) {
	for i := Style(0); i < 6; i++ {
		for j := Style(0); j < i; j++ {
			if i.color() == j.color() || i.marker() == j.marker() || reflect.DeepEqual(i.dash(), j.dash()) {
				t.Errorf("styles %d and %d are alike", i, j)
			}
		}
	}
	for i := Reference; i > Reference-4; i-- {
		for j := Reference; j > i; j-- {
			if reflect.DeepEqual(i.dash(), j.dash()) {
				t.Errorf("references %d and %d are alike", i, j)
			}
		}
	}
}

func labels(ticks []plot.Tick) string {
	var words []string
	for _, t := range ticks {
		if t.Label != "" {
			words = append(words, t.Label)
		}
	}
	return strings.Join(words, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticker plot.Ticker
		lo, hi float64
		want   string
	}{
		{linearTicks{want: 6}, 0, 1, "0 0.2 0.4 0.6 0.8 1.0"},
		{linearTicks{want: 6}, -0.3, 0.3, "−0.3 −0.2 −0.1 0 0.1 0.2 0.3"},
		{linearTicks{want: 8}, 1900, 1920, "1900 1905 1910 1915 1920"},
		{linearTicks{want: 5}, 0, 2.1e-9, "0 0.5×10^{−9} 1.0×10^{−9} 1.5×10^{−9} 2.0×10^{−9}"},
		{linearTicks{want: 4}, 0, 3e6, "0 1×10^{6} 2×10^{6} 3×10^{6}"},
		{linearTicks{8, true}, 2, 4, "2 3 4"},
		{linearTicks{4, true}, 2, 20, "5 10 15 20"},
		{logTicks{6}, -2, 3, "0.01 0.1 1 10 100 1000"},
		{logTicks{6}, math.Log10(9), math.Log10(600), "10 20 50 100 200 500"},
		{logTicks{6}, -14, 0.1, "10^{−12} 10^{−9} 10^{−6} 10^{−3} 1"},
		{logTicks{6}, math.Log10(2.2), math.Log10(5.1), "3 4 5"},
	} {
		ticks := c.ticker.Ticks(c.lo, c.hi)
		got := labels(ticks)
		if got != c.want {
			t.Errorf("%T from %v to %v: %s, want %s", c.ticker, c.lo, c.hi, got, c.want)
		}
		for _, tick := range ticks {
			if tick.Value < c.lo-1e-9*(c.hi-c.lo) || tick.Value > c.hi+1e-9*(c.hi-c.lo) {
				t.Errorf("%T: a tick at %v outside %v to %v", c.ticker, tick.Value, c.lo, c.hi)
			}
		}
	}
}

func TestPieces(t *testing.T) {
	got := pieces("10^{-6} x_{3}, {plain} a_b ^{open")
	want := []piece{{"10", 0}, {"-6", scriptRise}, {" x", 0}, {"3", -scriptFall}, {", {plain} a_b ^{open", 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("pieces %v, want %v", got, want)
	}
	got = pieces("m^3 s^-1")
	want = []piece{{"m", 0}, {"3", scriptRise}, {" s", 0}, {"−1", scriptRise}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("pieces %v, want %v", got, want)
	}
}

func TestTypeset(t *testing.T) {
	for name, want := range map[string]string{
		"u": "u", "p_u": "p_{u}", "x[3]": "x_{3}", "p_x[3]": "p_{x3}", "alpha": "α", "alpha_1": "α_{1}", "q_beta": "q_{β}",
		"u'": "u'", "theta'": "θ'", "log hare": "log hare", "x_{3}": "x_{3}", "_x": "_x", "x_": "x_", "max_err": "max_{err}",
	} {
		if got := Typeset(name); got != want {
			t.Errorf("%s is set %s, want %s", name, got, want)
		}
	}
}

// TestReferenceSlope: in a log-log picture the line has the slope of theory
// and lies above the errors.
func TestReferenceSlope(t *testing.T) {
	k := ErrorCurve{N: []float64{8, 16, 32, 64}, Err: []float64{1. / 64, 1. / 256, 1. / 1024, 1e-2}, Order: 2}
	x, y := k.slope(1. / 1024)
	if got := math.Log(y[1]/y[0]) / math.Log(x[1]/x[0]); math.Abs(got+2) > 1e-12 {
		t.Errorf("slope %v", got)
	}
	if want := 1.6 / 64; math.Abs(y[0]-want) > 1e-12 {
		t.Errorf("starts at %v, want %v: the part that does not fall must not count", y[0], want)
	}
	if math.Abs(y[1]-1./1024) > 1e-12 {
		t.Errorf("ends at %v, want the least error", y[1])
	}
}

func TestBranchRunsShareTheirEnds(t *testing.T) {
	k := Branch{X: make([]float64, 5), Stable: []bool{true, true, false, false, true}}
	want := []branchRun{{0, 3, true}, {2, 5, false}, {4, 5, true}}
	if got := k.runs(); !reflect.DeepEqual(got, want) {
		t.Errorf("runs %v, want %v", got, want)
	}
}
