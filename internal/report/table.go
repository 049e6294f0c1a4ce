package report

import (
	"fmt"
	"io"
	"strings"
)

// Format is the form in which tables are written.
type Format string

const (
	Terminal Format = "table"    // aligned text that fits the width of the terminal
	Markdown Format = "markdown" // GitHub's tables
	CSV      Format = "csv"      // RFC 4180, full precision
	JSON     Format = "json"     // one object, full precision
)

// Formats are the names of all formats, the default first.
var Formats = []string{string(Terminal), string(Markdown), string(CSV), string(JSON)}

// Align says where the entries of a column stand.
type Align int

const (
	AlignAuto  Align = iota // numbers on their decimal points, text to the left
	AlignLeft               // text to the left
	AlignRight              // text to the right
)

// Table is a table with its name.
type Table struct {
	Name   string // key in JSON and in file names, such as "convergence"
	Title  string // heading; "": none
	Header []string
	Rows   [][]Cell // each as long as Header
	Align  []Align  // by column; nil: AlignAuto
	Note   string   // text below the table; "": none
}

// Add appends a row.
func (t *Table) Add(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// Options are the ways to write tables. The zero value writes plain text of
// any width.
type Options struct {
	Format Format // [Terminal]
	Width  int    // columns of the terminal; 0: unlimited [0]
	Soft   bool   // Width is what reads well, not a border: notes are wrapped, titles and rows are not [false]
	Color  bool   // headings in bold on a terminal [false]
}

// Render writes the tables to w.
//
// CSV with more than one table puts a line "# name" before each and an empty
// line between them; a single table is plain CSV. JSON is one object with a
// member for each table: {"name": {"title": .., "rows": [{"header": value}], "note": ..}}.
// Numbers are written in full precision; where JSON has no number, NaN is null
// and infinities are the strings "inf" and "-inf".
//
// A row whose length is not that of the header is a programmer's error: Render
// panics.
func Render(w io.Writer, o Options, tables ...Table) error {
	for _, t := range tables {
		for i, row := range t.Rows {
			if len(row) != len(t.Header) {
				panic(fmt.Sprintf("report: table %q: row %d has %d cells for %d columns", t.Name, i, len(row), len(t.Header)))
			}
		}
	}
	switch o.Format {
	case CSV:
		return renderCSV(w, tables)
	case JSON:
		return renderJSON(w, tables)
	case Markdown:
		return renderMarkdown(w, tables)
	case Terminal, "":
		return renderTerminal(w, o, tables)
	}
	return fmt.Errorf("unknown table format %q, want one of %s", o.Format, strings.Join(Formats, ", "))
}
