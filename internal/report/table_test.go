package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func sampleTables() []Table {
	parameters := Table{
		Name:   "parameters",
		Title:  "Parameters of lynx and hare",
		Header: []string{"name", "value", "max_err", "calls", "time", "fixed", "meaning|unit"},
		Note:   "max_err is an estimate of the global error.",
	}
	parameters.Add(Text("α"), Number(0.547123456789, 3e-5), Sci(3e-5, 2), Int(12), Duration(1234*time.Microsecond), Bool(true), Text("growth | rate of the hare where there are no lynxes"))
	parameters.Add(Text("beta_long"), Number(-12.5, 0), Sci(0, 2), Int(123456), Duration(75*time.Second), Bool(false), Text("pelts < 1, \"thousands\""))
	parameters.Add(Text("Rf"), Number(math.Inf(1), 0), Empty, Int(1), Duration(75*time.Nanosecond), Bool(true), Text(""))
	parameters.Add(Text("lost"), Number(math.NaN(), 0), Sci(1e300, 3), Int(-1), Duration(0), Bool(true), Text("two\nlines"))
	orders := Table{Name: "orders", Header: []string{"N", "order"}}
	orders.Add(Int(16), Fixed(1.9876, 2))
	orders.Add(Int(32), Fixed(2, 2))
	return []Table{parameters, orders}
}

func TestRenderFormats(t *testing.T) {
	for _, format := range Formats {
		var b bytes.Buffer
		if err := Render(&b, Options{Format: Format(format)}, sampleTables()...); err != nil {
			t.Fatal(err)
		}
		golden(t, "tables."+format+".golden", b.Bytes())
	}
}

func TestRenderFitsTheWidth(t *testing.T) {
	for _, width := range []int{50, 70, 90} {
		var b bytes.Buffer
		if err := Render(&b, Options{Width: width}, sampleTables()[0]); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := widthOf(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("width %d: a line of %d: %q", width, n, line)
			}
		}
		// Nothing is lost by wrapping and by blocks.
		for _, word := range []string{"0.54712", "-12.5", "3.0e-05", "123456", "1 min 15 s", "growth", "lynxes", "thousands", "estimate"} {
			if !strings.Contains(b.String(), word) {
				t.Errorf("width %d: %q is missing in\n%s", width, word, b.String())
			}
		}
		golden(t, "width"+strconv.Itoa(width)+".golden", b.Bytes())
	}
}

func TestColorIsBoldTitleOnly(t *testing.T) {
	var plain, bold bytes.Buffer
	tab := sampleTables()[0]
	if err := Render(&plain, Options{}, tab); err != nil {
		t.Fatal(err)
	}
	if err := Render(&bold, Options{Color: true}, tab); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plain.String(), "\x1b") {
		t.Error("escape sequences without Color")
	}
	if want := "\x1b[1m" + tab.Title + "\x1b[0m\n"; !strings.HasPrefix(bold.String(), want) {
		t.Errorf("got %q, want it to begin with %q", bold.String(), want)
	}
}

// TestMachineFormsReadBack reads CSV and JSON with the standard library and
// finds the float64 that was written.
func TestMachineFormsReadBack(t *testing.T) {
	v := []float64{math.Pi, 1.0 / 3, 5e-324, math.MaxFloat64, -0.1, 1e21, 0}
	tab := Table{Name: "t", Header: []string{"p -> x", "text"}}
	for _, x := range v {
		tab.Add(Number(x, 0.01*math.Abs(x)), Text("a,b \"c\"\nd"))
	}
	var c, j bytes.Buffer
	if err := Render(&c, Options{Format: CSV}, tab); err != nil {
		t.Fatal(err)
	}
	if err := Render(&j, Options{Format: JSON}, tab); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&c).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]struct{ Rows []map[string]any }
	if err := json.Unmarshal(j.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if len(records) != len(v)+1 || len(doc["t"].Rows) != len(v) {
		t.Fatalf("%d records and %d rows of %d", len(records)-1, len(doc["t"].Rows), len(v))
	}
	for i, x := range v {
		if got, err := strconv.ParseFloat(records[i+1][0], 64); err != nil || got != x {
			t.Errorf("CSV: %q is not %v", records[i+1][0], x)
		}
		if got := doc["t"].Rows[i]["p -> x"]; got != x {
			t.Errorf("JSON: %v is not %v", got, x)
		}
		if records[i+1][1] != "a,b \"c\"\nd" || doc["t"].Rows[i]["text"] != "a,b \"c\"\nd" {
			t.Errorf("text changed: %q, %q", records[i+1][1], doc["t"].Rows[i]["text"])
		}
	}
}

func TestRenderUnknownFormat(t *testing.T) {
	if err := Render(new(bytes.Buffer), Options{Format: "xml"}); err == nil || !strings.Contains(err.Error(), "markdown") {
		t.Errorf("error %v does not name the formats", err)
	}
}

func TestRenderRaggedRowPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Render(new(bytes.Buffer), Options{}, Table{Header: []string{"a", "b"}, Rows: [][]Cell{{Int(1)}}})
}

func TestNumberFollowsTheError(t *testing.T) {
	for _, c := range []struct {
		v, err float64
		want   string
	}{
		{0.547123, 3e-5, "0.54712"},
		{0.547123, 9.9e-5, "0.54712"},
		{0.547123, 1e-4, "0.5471"},
		{9.9996, 2e-3, "10.000"},
		{-12.5, 0.3, "-12.5"},
		{1234.567, 20, "1235"},
		{0.5, 3, "0"},
		{0, 1e-3, "0.000"},
		{0, 5, "0"},
		{1.234567e-8, 1e-11, "1.235e-08"},
		{1.234567e9, 1e5, "1.2346e+09"},
		{1.5e-8, 1e-3, "0.000"},
		{math.Pi, 1e-30, "3.14159265358979"},
		{math.Pi, 0, "3.14159"},
		{math.Pi, math.NaN(), "3.14159"},
		{1.5, 0, "1.5"},
		{1900, 0, "1900"},
		{1e-5, 0, "1.00000e-05"},
		{123456.7, 0, "123457"},
		{math.Inf(1), 1, "inf"},
		{math.Inf(-1), 1, "-inf"},
		{math.NaN(), 1, "NaN"},
	} {
		if got := Number(c.v, c.err); got.Text != c.want {
			t.Errorf("Number(%v, %v) is %q, want %q", c.v, c.err, got.Text, c.want)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 ns"},
		{999, "999 ns"},
		{1000, "1.00 µs"},
		{999499, "999 µs"},
		{999500, "1.00 ms"},
		{12345678, "12.3 ms"},
		{999499999, "999 ms"},
		{999500000, "1.00 s"},
		{59949 * time.Millisecond, "59.9 s"},
		{59950 * time.Millisecond, "1 min 00 s"},
		{-90 * time.Second, "-1 min 30 s"},
		{59*time.Minute + 59*time.Second + 600*time.Millisecond, "1 h 00 min"},
		{3*time.Hour + 59*time.Minute + 40*time.Second, "4 h 00 min"},
	} {
		if got := FormatDuration(c.d); got != c.want {
			t.Errorf("FormatDuration(%d) is %q, want %q", c.d, got, c.want)
		}
	}
}

// TestUnitsInMachineForms: a number whose text has a unit has it in its key.
func TestUnitsInMachineForms(t *testing.T) {
	tab := Table{Name: "summary", Header: []string{"quantity", "value"}}
	tab.Add(Text("layers"), Int(20))
	tab.Add(Text("time"), Duration(1500*time.Millisecond))
	for format, want := range map[Format]string{CSV: "time (s),1.5\n", JSON: `{"quantity": "time (s)", "value": 1.5}`, Terminal: " 1.50 s\n"} {
		var b bytes.Buffer
		if err := Render(&b, Options{Format: format}, tab); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q is missing in\n%s", format, want, b.String())
		}
	}
}

// TestSoftWidth wraps notes and leaves rows as they are.
func TestSoftWidth(t *testing.T) {
	tab := Table{Name: "t", Header: []string{"name"}, Note: strings.Repeat("a word and ", 20)}
	row := []Cell{Text("x")}
	for range 12 {
		tab.Header = append(tab.Header, "value of it")
		row = append(row, Value(math.Pi))
	}
	tab.Add(row...)
	render := func(o Options) (lines []string, longest int) {
		var b bytes.Buffer
		if err := Render(&b, o, tab); err != nil {
			t.Fatal(err)
		}
		lines = strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
		for _, l := range lines {
			longest = max(longest, widthOf(l))
		}
		return lines, longest
	}
	soft, _ := render(Options{Width: 80, Soft: true})
	if len(soft) != 6 || strings.Count(soft[0], "value of it") != 12 || widthOf(soft[3]) > 80 {
		t.Errorf("soft width:\n%s", strings.Join(soft, "\n"))
	}
	// On a terminal the headings are wrapped before the table is broken.
	if hard, longest := render(Options{Width: 80}); longest > 80 || len(hard) != 11 {
		t.Errorf("width 80: %d lines of up to %d\n%s", len(hard), longest, strings.Join(hard, "\n"))
	}
}

func TestZeroHasNoSign(t *testing.T) {
	for _, c := range []struct {
		cell Cell
		want string
	}{
		{Number(-1e-17, 1e-4), "0.0000"}, {Number(-4e-5, 1e-4), "0.0000"}, {Number(math.Copysign(0, -1), 0), "0"},
		{Fixed(-0.001, 2), "0.00"}, {Number(-0.0012, 1e-4), "-0.0012"}, {Number(-10, 1e-1), "-10.0"},
	} {
		if c.cell.Text != c.want {
			t.Errorf("%v: %q, want %q", c.cell.Value, c.cell.Text, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{"1 mesh": Count(1, "mesh"), "2 meshes": Count(2, "mesh"), "0 layers": Count(0, "layer")} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Two places are told apart, however far from zero they are.
func TestPlaces(t *testing.T) {
	for _, c := range [][2]float64{{0, 1}, {1920, 1940}, {1e12, 1e12 + 1}, {0.1, math.Nextafter(0.1, 1)}, {-1e-300, 1e-300}} {
		if a, b := Places(c[0], c[1]); a.Text == b.Text || a.Value != c[0] || b.Value != c[1] {
			t.Errorf("%g and %g are shown as %v and %v", c[0], c[1], a, b)
		}
	}
	if a, b := Places(0, 2.0/3); a.Text != "0" || b.Text != "0.6666666667" {
		t.Errorf("%v, %v", a, b)
	}
}

// TestBlocksAreLedByWhatTellsRowsApart: where the first column continues the row
// above, a block begins with the second one too.
func TestBlocksAreLedByWhatTellsRowsApart(t *testing.T) {
	tab := Table{Name: "t", Header: []string{"rule", "N", "one error", "another error", "a third error"}}
	for i, name := range []Cell{Text("midpoint"), Empty, Text("gauss2"), Empty} {
		tab.Add(name, Int(8<<i), Value(math.Pi), Value(math.E), Value(math.Sqrt2))
	}
	var b bytes.Buffer
	if err := Render(&b, Options{Width: 30}, tab); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "64"); n < 2 || strings.Count(b.String(), "midpoint") != n {
		t.Errorf("%d blocks have the number of layers:\n%s", n, b.String())
	}
}
