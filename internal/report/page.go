package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Page is all that a report of one run shows. A run writes it as JSON into its
// folder; it becomes an HTML page when asked for.
type Page struct {
	Title       string        `json:"title"`
	Description string        `json:"description,omitempty"`
	Run         Run           `json:"run"`
	Problem     string        `json:"problem,omitempty"` // text of the problem file
	Equations   []Equation    `json:"equations,omitempty"`
	Tables      []Table       `json:"tables,omitempty"`
	Pictures    []Picture     `json:"pictures,omitempty"`
	Certificate []Certificate `json:"certificates,omitempty"`
	Files       []string      `json:"files,omitempty"` // beside the page
	Left        []string      `json:"left,omitempty"`  // beside it too, but of earlier runs
}

// Equation is a formula with a caption.
type Equation struct {
	Name   string `json:"name"`             // such as "Euler-Lagrange equation of x"
	MathML string `json:"mathml,omitempty"` // content of a math element, or the element
	Text   string `json:"text"`             // for readers of the source
}

// Picture is an SVG document with a caption.
type Picture struct {
	Title   string `json:"title"`
	Caption string `json:"caption,omitempty"`
	SVG     string `json:"svg"`
}

// Certificate is one check of the result.
type Certificate struct {
	Name   string `json:"name"`             // what was checked
	Passed bool   `json:"passed"`           //
	Detail string `json:"detail,omitempty"` // the number found and its bound
}

// pageFile is the name of a page in the folder of its run.
const pageFile = "report.json"

// Fail notes why a run failed; nil: it did not.
func (p *Page) Fail(err error) {
	if err != nil {
		p.Run.Error = err.Error()
	}
}

// Add draws a figure into the page.
func (p *Page) Add(f Figure, caption string) error {
	var b bytes.Buffer
	if err := f.Draw(&b, ".svg"); err != nil {
		return err
	}
	p.Pictures = append(p.Pictures, Picture{Title: f.Title, Caption: caption, SVG: b.String()})
	return nil
}

// Save writes the page into the folder of its run, from where LoadPage reads it.
// It lists the files that were written into the folder, and those that earlier
// runs left there.
func (p *Page) Save(f *Folder) error {
	p.Files = append(slices.Clone(f.Files), pageFile)
	p.Left = slices.DeleteFunc(f.left(), func(name string) bool { return name == pageFile })
	return f.Write(pageFile, func(w io.Writer) error {
		return writeJSON(w, p, "  ")
	})
}

// LoadPage reads the page of the run in the folder dir.
func LoadPage(dir string) (Page, error) {
	var p Page
	data, err := os.ReadFile(filepath.Join(dir, pageFile))
	if err != nil {
		return p, fmt.Errorf("no report in the folder %s: costate solve, check, anneal, design, continue or derive with --out %s makes one (%w)", dir, dir, err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("%s: %w", filepath.Join(dir, pageFile), err)
	}
	return p, nil
}

//go:embed page.html
var pageSource string

// HTML writes the page as one file that needs nothing else: no script, no
// style sheet, no font and no picture from elsewhere.
func (p Page) HTML(w io.Writer) error {
	// Parsed here and not at start, which every command would pay for.
	t, err := template.New("page").Funcs(template.FuncMap{
		"svg":     inlineSVG,
		"math":    inlineMath,
		"table":   htmlTable,
		"number":  func(v float64) string { return formatNumber(v, 0) },
		"outcome": outcome,
		"took":    func(s float64) string { return strconv.FormatFloat(s, 'g', 3, 64) + " s" },
	}).Parse(pageSource)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// outcome is how the page colours a status: what is well, what is not, and what
// is neither.
func outcome(r Run) string {
	switch {
	case r.Error != "":
		return "failed"
	case r.Status == "solved", r.Status == "finished", r.Status == "minimum", strings.HasPrefix(r.Status, "passed"):
		return "passed"
	case r.Status == "interrupted":
		return "open"
	}
	return "failed"
}

// inlineSVG returns the svg element of a document that this package drew, in
// which all text is escaped. One that comes from a file and holds a script is
// left out; the page's policy would not run it either.
func inlineSVG(s string) template.HTML {
	if i := strings.Index(s, "<svg"); i >= 0 {
		s = s[i:]
	}
	if strings.Contains(strings.ToLower(s), "<script") {
		return ""
	}
	// Without a fixed size the picture follows the width of the page; its
	// viewBox keeps the proportions.
	end := strings.IndexByte(s, '>')
	head := s[:max(end, 0)]
	for _, attribute := range []string{"width", "height"} {
		if i := strings.Index(head, attribute+`="`); i >= 0 {
			k := i + len(attribute) + 2
			if n := strings.IndexByte(head[k:], '"'); n >= 0 {
				head = head[:i] + head[k+n+1:]
			}
		}
	}
	return template.HTML(strings.Replace(head, "<svg", `<svg role="img"`, 1) + s[max(end, 0):])
}

// inlineMath returns a math element.
func inlineMath(e Equation) template.HTML {
	s := strings.TrimSpace(e.MathML)
	switch {
	case s == "":
		return template.HTML("<code>" + template.HTMLEscapeString(e.Text) + "</code>")
	case strings.HasPrefix(s, "<math"):
		return template.HTML(s)
	}
	return template.HTML(`<math display="block">` + s + "</math>")
}

// htmlCell is an entry of a table on the page.
type htmlCell struct {
	Text   string
	Number bool
}

// htmlTable returns the rows of a table; numbers are aligned on the point by
// the padding that they get on terminals.
func htmlTable(t Table) [][]htmlCell {
	g := newGrid(t)
	rows := make([][]htmlCell, len(g.rows))
	for i, row := range g.rows {
		for j, s := range row {
			rows[i] = append(rows[i], htmlCell{s, g.number[j]})
		}
	}
	return rows
}

// cellJSON is how a cell is kept for a page: with its text and its value.
type cellJSON struct {
	Text  string          `json:"text"`
	Value json.RawMessage `json:"value,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (c Cell) MarshalJSON() ([]byte, error) {
	out := cellJSON{Text: c.Text}
	switch v := c.Value.(type) {
	case nil:
	case missing:
		out.Value = json.RawMessage("null")
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			out.Value = json.RawMessage(`{"number":"` + FormatFloat(v) + `"}`)
		} else {
			out.Value = appendNumber(nil, v)
		}
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		out.Value = b
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements json.Unmarshaler. Whole numbers come back as
// float64.
func (c *Cell) UnmarshalJSON(data []byte) error {
	var in cellJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*c = Cell{Text: in.Text}
	if in.Value == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(in.Value, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		c.Value = missing{}
	case map[string]any:
		x, err := strconv.ParseFloat(fmt.Sprint(v["number"]), 64)
		if err != nil {
			return err
		}
		c.Value = x
	default:
		c.Value = v
	}
	return nil
}
