package report

import (
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/tw"
)

// grid is a table as text: numbers formatted and aligned on their points.
type grid struct {
	header []string
	rows   [][]string
	align  []tw.Align
	number []bool // columns of numbers, which are never wrapped
}

// newGrid formats the cells and pads the numbers of each column so that their
// decimal points stand below each other once the column is right-aligned.
func newGrid(t Table) *grid {
	n := len(t.Header)
	g := &grid{
		header: append([]string(nil), t.Header...),
		rows:   make([][]string, len(t.Rows)),
		align:  make([]tw.Align, n),
		number: make([]bool, n),
	}
	for i, row := range t.Rows {
		g.rows[i] = make([]string, n)
		for j, c := range row {
			g.rows[i][j] = c.Text
		}
	}
	for j := range n {
		align := AlignAuto
		if j < len(t.Align) {
			align = t.Align[j]
		}
		switch {
		case align == AlignLeft:
			g.align[j] = tw.AlignLeft
		case align == AlignRight:
			g.align[j] = tw.AlignRight
		case isNumeric(t.Rows, j):
			g.align[j] = tw.AlignRight
			g.number[j] = true
			alignPoints(t.Rows, g.rows, j)
		default:
			g.align[j] = tw.AlignLeft
		}
	}
	return g
}

// isNumeric reports whether column j holds numbers, and nothing else but empty
// cells.
func isNumeric(rows [][]Cell, j int) bool {
	some := false
	for _, row := range rows {
		switch row[j].Value.(type) {
		case float64, int, int64, uint64:
			some = true
		case missing:
		default:
			return false
		}
	}
	return some
}

// alignPoints pads the texts of column j on both sides. Units and exponents
// count as following the point; a number without a point has it at its end.
// Words such as inf and NaN stand where whole numbers do.
func alignPoints(cells [][]Cell, rows [][]string, j int) {
	before, after := 0, 0
	for _, row := range rows {
		a, b := splitPoint(row[j])
		before, after = max(before, widthOf(a)), max(after, widthOf(b))
	}
	for i, row := range rows {
		if _, ok := cells[i][j].Value.(missing); ok {
			continue
		}
		a, b := splitPoint(row[j])
		row[j] = strings.Repeat(" ", before-widthOf(a)) + row[j] + strings.Repeat(" ", after-widthOf(b))
	}
}

func splitPoint(s string) (before, after string) {
	if i := strings.IndexAny(s, ".e "); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// minTextColumn is the width below which a column of text is not wrapped
// further: a table is then broken into blocks of columns instead.
const minTextColumn = 12

// layout makes the table fit the width: first columns of text are wrapped
// between words, the widest first, then the headings of numbers; if that is not
// enough, the columns are split into blocks below each other, each led by the
// columns that tell what a row is about. A number is never wrapped. Width 0 is unlimited; at a soft width
// every row stays a line, as grep expects.
func layout(t Table, o Options) []*grid {
	width := o.Width
	g := newGrid(t)
	if width <= 0 || o.Soft || g.width() <= width {
		return []*grid{g}
	}
	g.wrapText(width)
	g.wrapHeadings(width)
	if g.width() <= width || len(g.header) < 2+g.leads() {
		return []*grid{g}
	}
	// The wrapped grid says which columns fit together; each block then has
	// room of its own to wrap less.
	whole := newGrid(t)
	var blocks []*grid
	first, lead := g.leads(), -columnGap
	for j := range first {
		lead += columnGap + g.columnWidth(j)
	}
	for from := first; from < len(g.header); {
		used, to := lead, from
		for to < len(g.header) && (to == from || used+columnGap+g.columnWidth(to) <= width) {
			used += columnGap + g.columnWidth(to)
			to++
		}
		block := whole.columns(first, from, to)
		block.wrapText(width)
		block.wrapHeadings(width)
		blocks = append(blocks, block)
		from = to
	}
	return blocks
}

// width returns the columns of the terminal that the grid takes.
func (g *grid) width() int {
	w := columnGap * (len(g.header) - 1)
	for j := range g.header {
		w += g.columnWidth(j)
	}
	return w
}

func (g *grid) columnWidth(j int) int {
	w := linesWidth(g.header[j])
	for _, row := range g.rows {
		w = max(w, linesWidth(row[j]))
	}
	return w
}

func linesWidth(s string) int {
	w := 0
	for line := range strings.SplitSeq(s, "\n") {
		w = max(w, widthOf(line))
	}
	return w
}

// wrapText narrows the columns of text until the grid fits or all are at
// their least width.
func (g *grid) wrapText(width int) {
	target := make([]int, len(g.header))
	total := columnGap * (len(g.header) - 1)
	for j := range target {
		target[j] = g.columnWidth(j)
		total += target[j]
	}
	for total > width {
		widest := -1
		for j := range target {
			if !g.number[j] && target[j] > minTextColumn && (widest < 0 || target[j] > target[widest]) {
				widest = j
			}
		}
		if widest < 0 {
			break
		}
		target[widest]--
		total--
	}
	for j := range target {
		if g.number[j] {
			continue
		}
		g.header[j] = strings.Join(wrapWords(g.header[j], target[j]), "\n")
		for _, row := range g.rows {
			row[j] = strings.Join(wrapWords(row[j], target[j]), "\n")
		}
	}
}

// wrapHeadings breaks the headings of numbers between words, as far as the grid
// does not fit and the numbers below are narrower.
func (g *grid) wrapHeadings(width int) {
	for j, h := range g.header {
		if !g.number[j] || g.width() <= width {
			continue
		}
		narrow := 0
		for _, row := range g.rows {
			narrow = max(narrow, linesWidth(row[j]))
		}
		for _, word := range strings.Fields(h) {
			narrow = max(narrow, widthOf(word))
		}
		g.header[j] = strings.Join(wrapWords(h, narrow), "\n")
	}
}

// leads returns how many columns tell what a row is about: the first, or also the
// second, where the first is empty in rows that continue the one above.
func (g *grid) leads() int {
	if len(g.header) < 3 {
		return 1
	}
	for _, row := range g.rows {
		if strings.TrimSpace(row[0]) == "" {
			return 2
		}
	}
	return 1
}

// columns returns the grid of the first lead columns and of those from to to-1.
func (g *grid) columns(lead, from, to int) *grid {
	b := &grid{
		header: slices.Concat(g.header[:lead], g.header[from:to]),
		align:  slices.Concat(g.align[:lead], g.align[from:to]),
		number: slices.Concat(g.number[:lead], g.number[from:to]),
	}
	for _, row := range g.rows {
		b.rows = append(b.rows, slices.Concat(row[:lead], row[from:to]))
	}
	return b
}

// wrapWords breaks s into lines of at most width columns, between words; a
// word that is longer stands alone on its line. Line breaks in s are kept.
// Width 0 is unlimited.
func wrapWords(s string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if width <= 0 || widthOf(line) <= width {
			lines = append(lines, line)
			continue
		}
		at, w := "", 0
		for _, word := range strings.Fields(line) {
			n := widthOf(word)
			if w > 0 && w+1+n > width {
				lines = append(lines, at)
				at, w = "", 0
			}
			if w > 0 {
				at, w = at+" ", w+1
			}
			at, w = at+word, w+n
		}
		lines = append(lines, at)
	}
	return lines
}
