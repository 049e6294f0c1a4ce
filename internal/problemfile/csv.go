package problemfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// byteOrderMark is what some editors begin a UTF-8 file with.
var byteOrderMark = []byte("\xef\xbb\xbf")

// isUTF16 tells a file of 16-bit characters by its byte order mark.
func isUTF16(src []byte) bool {
	return bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff"))
}

// readCSV reads comma, semicolon or tab separated columns: a header line with
// names (without one the columns are c0, c1, ..), lines that begin with # and
// empty lines left out, cells in quotes or not. An empty cell, NA, NaN or a
// single dot is a missing value; infinite values and words are errors.
func readCSV(file string, data []byte) (*table, Errors) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	var errs Errors
	fail := func(line, col int, format string, args ...any) {
		if len(errs) < 10 {
			errs = append(errs, &Error{File: file, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)})
		}
	}
	if isUTF16(data) {
		fail(0, 0, "the file is UTF-16, expected UTF-8: save it as that")
		return nil, errs
	}
	lines := bytes.Split(data, []byte("\n"))
	column := func(line, byteCol int) int { // of characters
		if line < 1 || line > len(lines) {
			return byteCol
		}
		l := lines[line-1]
		return utf8.RuneCount(l[:min(max(byteCol-1, 0), len(l))]) + 1
	}

	r := csv.NewReader(bytes.NewReader(data))
	r.Comment = '#'
	r.Comma = separator(lines)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = r.Comma != '\t' // a tab is space to the reader
	r.ReuseRecord = true

	// A mistake that runs through the file is told once.
	told := map[string]int{} // lines by the remedy
	systematic := func(line, col int, remedy, format string, args ...any) {
		if told[remedy]++; told[remedy] == 1 {
			fail(line, col, "%s; %s", fmt.Sprintf(format, args...), remedy)
		}
	}

	t := &table{file: file}
	type spot struct{ line, col int32 }
	var spots []spot
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				fail(pe.Line, column(pe.Line, pe.Column), "%s", pe.Err)
			} else {
				fail(0, 0, "%s", err)
			}
			return nil, errs
		}
		if blank(rec) {
			continue
		}
		if t.names == nil {
			if header(rec) {
				for i, name := range rec {
					name = strings.TrimSpace(name)
					line, col := r.FieldPos(i)
					if j := t.column(name); j >= 0 && name == t.names[j] {
						fail(line, column(line, col), "duplicate column name '%s'", name)
					}
					t.names = append(t.names, strings.Clone(name))
				}
				t.columns = make([][]float64, len(rec))
				continue
			}
			for i := range rec {
				t.names = append(t.names, fmt.Sprintf("c%d", i))
			}
			t.columns = make([][]float64, len(rec))
		}
		if len(rec) != len(t.names) {
			line, _ := r.FieldPos(0)
			if remedy := mangled(rec, r.Comma, len(t.names)); remedy != "" {
				systematic(line, 0, remedy, "%s, expected %d as in the first line", count(len(rec), "cell"), len(t.names))
			} else {
				fail(line, 0, "%s, expected %d as in the first line", count(len(rec), "cell"), len(t.names))
			}
			continue
		}
		for i, s := range rec {
			v, ok := cellValue(s)
			line, col := r.FieldPos(i)
			if remedy := miswritten(s); !ok && remedy != "" {
				systematic(line, column(line, col), remedy, "'%s' in column '%s' is not a finite number", shorten(strings.TrimSpace(s)), t.names[i])
			} else if !ok {
				fail(line, column(line, col), "'%s' in column '%s' is not a finite number; a missing value is an empty cell or NA",
					shorten(strings.TrimSpace(s)), t.names[i])
			}
			t.columns[i] = append(t.columns[i], v)
			spots = append(spots, spot{int32(line), int32(col)})
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	if t.rows() == 0 {
		fail(0, 0, "no data rows")
		return nil, errs
	}
	n := len(t.names)
	t.cell = func(i, c int) (int, int) {
		s := spots[i*n+c]
		return int(s.line), column(int(s.line), int(s.col))
	}
	return t, nil
}

const separateBy = "separate columns by , or ; or tab"

// miswritten returns the remedy for a cell that is a number in another writing, or
// several numbers; "": it is neither.
func miswritten(s string) string {
	words := strings.Fields(s)
	numbers := 0
	for _, w := range words {
		if _, ok := cellValue(w); ok {
			numbers++
		}
	}
	switch {
	case len(words) > 1 && numbers > 0:
		return "numbers with blanks between them are one cell: " + separateBy
	case len(words) == 1 && strings.Count(s, ",") == 1:
		if _, ok := cellValue(strings.Replace(s, ",", ".", 1)); ok {
			return "write decimals with a point, as in 1.5"
		}
	}
	return ""
}

// mangled returns the remedy for a row of another number of cells than there are
// names: that of a cell, or, where there are whole numbers only and at most two
// for each name, that of decimal commas.
func mangled(rec []string, comma rune, names int) string {
	for _, s := range rec {
		if remedy := miswritten(s); remedy != "" {
			return remedy
		}
	}
	if comma != ',' || len(rec) <= names || len(rec) > 2*names {
		return ""
	}
	for _, s := range rec {
		if _, ok := cellValue(s); !ok || strings.Contains(s, ".") {
			return ""
		}
	}
	return "decimal commas make cells of their own: write decimals with a point, as in 1.5"
}

// separator looks at the first line with content.
func separator(lines [][]byte) rune {
	for _, l := range lines {
		l = bytes.TrimSpace(l)
		if len(l) == 0 || l[0] == '#' {
			continue
		}
		for _, c := range []byte{',', ';', '\t'} {
			if bytes.IndexByte(l, c) >= 0 {
				return rune(c)
			}
		}
		break
	}
	return ','
}

func blank(rec []string) bool { return len(rec) == 1 && strings.TrimSpace(rec[0]) == "" }

// header tells whether the first record holds names: at least one cell is
// neither a number nor a missing value.
func header(rec []string) bool {
	for _, s := range rec {
		if _, ok := cellValue(s); !ok {
			if _, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err != nil {
				return true
			}
		}
	}
	return false
}

// cellValue parses a cell: NaN and true for a missing value, false for what is
// not a finite number.
func cellValue(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	switch s {
	case "", ".", "NA", "N/A", "na", "NaN", "nan", "NAN", "null", "-nan":
		return math.NaN(), true
	}
	if strings.ContainsAny(s, "_xX") { // Go's spellings of numbers, not a measurement's
		return math.NaN(), false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) {
		return math.NaN(), false
	}
	return v, true
}

// shorten cuts long words in messages.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:37]) + "..."
}

// count returns "1 cell", "2 cells".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
