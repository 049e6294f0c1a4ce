package report

import (
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// columnGap is the number of blanks between two columns.
const columnGap = 2

// widthOf counts terminal columns. Ambiguous characters such as Greek letters
// count one, as every terminal outside East Asia shows them.
var widthCondition = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func widthOf(s string) int { return widthCondition.StringWidth(s) }

func renderTerminal(w io.Writer, o Options, tables []Table) error {
	var b strings.Builder
	for i, t := range tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		if t.Title != "" {
			width := o.Width
			if o.Soft {
				width = 0
			}
			for _, line := range wrapWords(t.Title, width) {
				if o.Color {
					line = "\x1b[1m" + line + "\x1b[0m"
				}
				b.WriteString(line + "\n")
			}
		}
		for k, block := range layout(t, o) {
			if k > 0 {
				b.WriteByte('\n')
			}
			if err := block.write(&b, false); err != nil {
				return err
			}
		}
		if t.Note != "" {
			for _, line := range wrapWords(t.Note, o.Width) {
				b.WriteString(line + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func renderMarkdown(w io.Writer, tables []Table) error {
	var b strings.Builder
	for i, t := range tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		if t.Title != "" {
			b.WriteString("### " + t.Title + "\n\n")
		}
		g := newGrid(t)
		for i := range g.header {
			g.header[i] = escapePipes(g.header[i])
			for _, row := range g.rows {
				row[i] = escapePipes(row[i])
			}
		}
		if err := g.write(&b, true); err != nil {
			return err
		}
		if t.Note != "" {
			b.WriteString("\n" + t.Note + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapePipes keeps a text in its cell of a markdown table.
func escapePipes(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "|", `\|`)
	return strings.ReplaceAll(s, "\n", "<br>")
}

// write draws the grid. All formatting of tablewriter is off: it would rewrite
// headers such as max_err, wrap numbers, and measure Greek letters as wide.
func (g *grid) write(w io.Writer, markdown bool) error {
	if len(g.header) == 0 {
		return nil
	}
	var b strings.Builder
	options := []tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithTrimLine(tw.Off),
		tablewriter.WithTrimTab(tw.Off),
		tablewriter.WithAutoHide(tw.Off),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: g.align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: g.align}),
	}
	if markdown {
		options = append(options, tablewriter.WithRenderer(renderer.NewMarkdown()))
	} else {
		pad := make([]tw.Padding, len(g.header))
		for j := range pad {
			pad[j] = tw.Padding{Right: strings.Repeat(" ", columnGap), Overwrite: true}
		}
		pad[len(pad)-1].Right = ""
		options = append(options,
			tablewriter.WithRendition(tw.Rendition{
				Borders: tw.BorderNone,
				Symbols: tw.NewSymbols(tw.StyleLight),
				Settings: tw.Settings{
					Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
					Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.Off},
				},
			}),
			tablewriter.WithHeaderPaddingPerColumn(pad),
			tablewriter.WithRowPaddingPerColumn(pad),
		)
	}
	t := tablewriter.NewTable(&b, options...)
	t.Header(g.header)
	if err := t.Bulk(g.rows); err != nil {
		return err
	}
	if err := t.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}
