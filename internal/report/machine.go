package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

func renderCSV(w io.Writer, tables []Table) error {
	for i, t := range tables {
		if len(tables) > 1 {
			if i > 0 {
				if _, err := io.WriteString(w, "\n"); err != nil {
					return err
				}
			}
			if _, err := fmt.Fprintf(w, "# %s\n", t.Name); err != nil {
				return err
			}
		}
		t = withUnits(t)
		cw := csv.NewWriter(w)
		cw.Write(t.Header)
		for _, row := range t.Rows {
			record := make([]string, len(row))
			for j, c := range row {
				record[j] = c.plain()
			}
			cw.Write(record)
		}
		cw.Flush()
		if err := cw.Error(); err != nil {
			return err
		}
	}
	return nil
}

// withUnits puts the units of numbers where programs look for them: into the
// heading of a column that has one unit, "time (s)", and else into the name that
// the row begins with.
func withUnits(t Table) Table {
	header := append([]string(nil), t.Header...)
	rows := append([][]Cell(nil), t.Rows...)
	for j := range header {
		unit, same := "", true
		for _, row := range t.Rows {
			if _, empty := row[j].Value.(missing); !empty {
				same = same && (unit == "" || unit == row[j].Unit) && row[j].Unit != ""
				unit = row[j].Unit
			}
		}
		if same && unit != "" {
			header[j] += " (" + unit + ")"
			continue
		}
		for i, row := range t.Rows {
			if u := row[j].Unit; u != "" && j > 0 {
				rows[i] = append([]Cell(nil), rows[i]...)
				rows[i][0] = Text(row[0].plain() + " (" + u + ")")
			}
		}
	}
	t.Header, t.Rows = header, rows
	return t
}

// plain returns the value as CSV holds it: a number that reads back as the
// same float64.
func (c Cell) plain() string {
	switch v := c.Value.(type) {
	case nil:
		return c.Text
	case missing:
		return ""
	case float64:
		return FormatFloat(v)
	default:
		return fmt.Sprint(v)
	}
}

// FormatFloat writes v with the fewest digits that read back as v; NaN, inf
// and -inf as these words.
func FormatFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// renderJSON writes the members by hand, because the order of the columns
// matters to readers and a map has none.
func renderJSON(w io.Writer, tables []Table) error {
	var b bytes.Buffer
	b.WriteString("{")
	for i, t := range tables {
		t = withUnits(t)
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  " + quote(t.Name) + ": {\n")
		if t.Title != "" {
			b.WriteString("    \"title\": " + quote(t.Title) + ",\n")
		}
		b.WriteString("    \"rows\": [")
		for k, row := range t.Rows {
			if k > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n      {")
			for j, c := range row {
				if j > 0 {
					b.WriteString(", ")
				}
				v, err := c.json()
				if err != nil {
					return fmt.Errorf("table %q, column %q: %w", t.Name, t.Header[j], err)
				}
				b.WriteString(quote(t.Header[j]) + ": " + v)
			}
			b.WriteString("}")
		}
		if len(t.Rows) > 0 {
			b.WriteString("\n    ")
		}
		b.WriteString("]")
		if t.Note != "" {
			b.WriteString(",\n    \"note\": " + quote(t.Note))
		}
		b.WriteString("\n  }")
	}
	b.WriteString("\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (c Cell) json() (string, error) {
	switch v := c.Value.(type) {
	case nil:
		return quote(c.Text), nil
	case missing:
		return "null", nil
	case float64:
		switch {
		case math.IsNaN(v):
			return "null", nil
		case math.IsInf(v, 0):
			return quote(FormatFloat(v)), nil
		}
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	default:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(v)
		return string(bytes.TrimSpace(b.Bytes())), err
	}
}

// quote writes a JSON string without escaping <, > and &, which names such as
// "p->x" are full of.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
