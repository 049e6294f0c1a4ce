package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func samplePage(t *testing.T) Page {
	t.Helper()
	seed := uint64(7)
	p := Page{
		Title:       "Hudson Bay lynx & hare <1900-1920>",
		Description: "Pelts in thousands.",
		Problem:     "title = \"lynx\"\n[states]\nu = { equation = 'alpha - beta*exp(v)' } # a < b & c\n",
		Run: Run{
			Command: "costate anneal lynx-hare.toml --seed 7", Seed: &seed, File: "lynx-hare.toml",
			SHA256: strings.Repeat("ab", 32), Versions: []Version{{"costate", "v0.1.0"}, {"go", "go1.26"}},
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seconds: 1.2345, Status: "solved",
			Warnings: []string{"the data hold a gap"}, Options: map[string]string{"tol": "1e-6"},
		},
		Equations: []Equation{
			{Name: "state", Text: "u' = alpha - beta*exp(v)", MathML: "<mrow><msup><mi>u</mi><mo>′</mo></msup><mo>=</mo><mi>α</mi><mo>−</mo><mi>β</mi><msup><mi>e</mi><mi>v</mi></msup></mrow>"},
			{Name: "costate", Text: "p' < 0"},
		},
		Tables: sampleTables(),
		Certificate: []Certificate{
			{Name: "three routes agree", Passed: true, Detail: "largest difference 2.1e-9"},
			{Name: "no conjugate point", Passed: false, Detail: "1 negative eigenvalue"},
		},
		Files: []string{"solution.csv", "run.json"},
	}
	for _, f := range sampleFigures() {
		if err := p.Add(f, "Caption of "+f.Name); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestPageHoldsEverythingAndLoadsNothing(t *testing.T) {
	p := samplePage(t)
	var b bytes.Buffer
	if err := p.HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"<h1>Hudson Bay lynx &amp; hare &lt;1900-1920&gt;</h1>",
		`<pre id="command">costate anneal lynx-hare.toml --seed 7</pre>`,
		"<dt>seed</dt><dd>7</dd>", "v0.1.0", "go1.26", "2026-01-02 03:04:05 UTC", "1.23 s",
		"# a &lt; b &amp; c", "<mi>β</mi>", "<code>p&#39; &lt; 0</code>",
		"✓ passed", "✗ failed", "1 negative eigenvalue", "0.54712", "the data hold a gap", `<a href="solution.csv">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if n := strings.Count(page, "<svg"); n != len(p.Pictures) {
		t.Errorf("%d pictures of %d", n, len(p.Pictures))
	}
	// Nothing is fetched: no address but the names of XML name spaces.
	addresses := regexp.MustCompile(`(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)`).FindAllStringSubmatch(page, -1)
	for _, a := range addresses {
		switch a[1] {
		case "data:,", "solution.csv", "run.json":
		default:
			t.Errorf("the page refers to %s", a[1])
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "@import") {
		t.Error("the page holds a script or an import")
	}
}

// TestPageReadsBack: the page made from a folder is the page of the run.
func TestPageReadsBack(t *testing.T) {
	p := samplePage(t)
	f, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Save(f); err != nil {
		t.Fatal(err)
	}
	q, err := LoadPage(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := p.HTML(&a); err != nil {
		t.Fatal(err)
	}
	if err := q.HTML(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the page changed on its way through the file")
	}
	if v := q.Tables[0].Rows[2][1].Value; v != math.Inf(1) {
		t.Errorf("inf came back as %v", v)
	}
	if _, err := LoadPage(t.TempDir()); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestPageOfAlmostNothing(t *testing.T) {
	var b bytes.Buffer
	if err := (Page{Title: "empty", Tables: []Table{{Name: "none", Header: []string{"a"}}}}).HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"pictures", "certificates", "equations", "problem", "files"} {
		if strings.Contains(b.String(), `<section id="`+section+`">`) {
			t.Errorf("an empty section %s", section)
		}
	}
}

// TestPageInBrowser loads the page in chromium, looks at a screenshot and at
// the console.
func TestPageInBrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no chromium: the page was not shown in a browser")
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "report.html")
	if err := WriteFile(page, samplePage(t).HTML); err != nil {
		t.Fatal(err)
	}
	shot := filepath.Join(dir, "shot.png")
	if keep := os.Getenv("COSTATE_PICTURES"); keep != "" {
		shot = filepath.Join(keep, "page.png")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--enable-logging=stderr", "--v=0", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--window-size=1000,3000", "--screenshot="+shot, "file://"+page)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the browser's console: %s", line)
		}
	}
	f, err := os.Open(shot)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := notBlank(img); err != nil {
		t.Error(err)
	}
}

// notBlank wants an image on white that shows both ink and several colours of
// the palette, in every quarter of its height some ink.
func notBlank(img image.Image) error {
	b := img.Bounds()
	colors := map[color.RGBA]int{}
	var ink [4]int
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			c := color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 0xFF}
			colors[c]++
			if c.R < 0x80 && c.G < 0x80 && c.B < 0x80 {
				ink[4*(y-b.Min.Y)/b.Dy()]++
			}
		}
	}
	for i, n := range ink {
		if n < 200 {
			return fmt.Errorf("quarter %d of %v holds %d dark points", i+1, b, n)
		}
	}
	if share := float64(colors[white]) / float64(b.Dx()*b.Dy()); share < 0.3 || share > 0.995 {
		return fmt.Errorf("%.1f %% of the picture are white", 100*share)
	}
	for _, c := range palette[:3] {
		if colors[c] == 0 {
			return fmt.Errorf("colour %v does not occur", c)
		}
	}
	return nil
}
