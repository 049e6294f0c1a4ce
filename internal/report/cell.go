package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Cell is one entry of a table: a text for people and a value for programs.
type Cell struct {
	Text string

	// Value is what CSV and JSON contain: a float64, an integer, a bool or a
	// string. nil: Text.
	Value any

	// Unit is the unit of Value where Text has one of its own, as durations do.
	Unit string
}

// Empty is a cell without content; null in JSON.
var Empty = Cell{Value: missing{}}

type missing struct{}

// Text returns a cell with a text.
func Text(s string) Cell { return Cell{Text: s} }

// Textf returns a cell with a formatted text.
func Textf(format string, args ...any) Cell { return Cell{Text: fmt.Sprintf(format, args...)} }

// Int returns a cell with a whole number.
func Int(n int) Cell { return Cell{Text: strconv.Itoa(n), Value: n} }

// Count writes a number of things: "1 mesh", "2 meshes".
func Count(n int, noun string) string {
	if n != 1 {
		if strings.HasSuffix(noun, "sh") {
			noun += "e"
		}
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Bool returns a cell with yes or no.
func Bool(b bool) Cell {
	if b {
		return Cell{Text: "yes", Value: true}
	}
	return Cell{Text: "no", Value: false}
}

// fixedMin and fixedMax bound the magnitudes that are written without an
// exponent.
const (
	fixedMin = 1e-4
	fixedMax = 1e7
)

// Number returns a cell with v, written with as many digits as the error
// estimate err supports: the last digit shown is the first one that err
// reaches. So 0.547123 with an error of 3e-5 is 0.54712. An err that is zero,
// negative or not finite says nothing: six significant digits are shown. An
// err larger than v leaves one digit. At most 15 digits are shown.
func Number(v, err float64) Cell {
	return Cell{Text: unsigned(formatNumber(v, err)), Value: v}
}

// unsigned takes the sign from a number of which only zeros are left.
func unsigned(s string) string {
	if strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == "" {
		return s[1:]
	}
	return s
}

func formatNumber(v, err float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	if !(err > 0) || math.IsInf(err, 0) {
		return general(v, 6)
	}
	last := int(math.Floor(math.Log10(err))) // place of the last digit shown
	if v == 0 {
		return strconv.FormatFloat(0, 'f', min(max(-last, 0), 15), 64)
	}
	// The place of the first digit is that of the value as it will be written:
	// 9.996 to two places is 10.00.
	first := exponent(v)
	digits := min(max(first-last+1, 1), 15)
	if a := math.Abs(v); (a < fixedMin || a >= fixedMax) && err < a {
		return scientific(v, digits)
	}
	if -last > 15 {
		// Places after the point are no way to write what is smaller than they
		// reach: one digit of it, or zero if the error hides even that.
		if err >= 10*math.Abs(v) {
			return strconv.FormatFloat(0, 'f', 15, 64)
		}
		if err >= math.Abs(v) {
			return scientific(v, 1)
		}
	}
	if last >= 0 {
		// The error reaches whole numbers: all of them are shown, or else the
		// magnitude would be lost.
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', min(-last, max(14-first, 0)), 64)
}

// exponent returns the decimal exponent of v, which is not zero.
func exponent(v float64) int {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	e, err := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	if err != nil {
		panic("report: no exponent in " + s)
	}
	return e
}

// general writes v with the given number of significant digits, without an
// exponent where the magnitude is ordinary, and without trailing zeros.
func general(v float64, digits int) string {
	if a := math.Abs(v); v != 0 && (a < fixedMin || a >= fixedMax) {
		return scientific(v, digits)
	}
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	s := strconv.FormatFloat(v, 'f', max(digits-1-exponent(v), 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func scientific(v float64, digits int) string {
	return strconv.FormatFloat(v, 'e', max(digits-1, 0), 64)
}

// Sci returns a cell with v in scientific notation with the given number of
// significant digits, for errors, residuals and tolerances. Zero is 0.
func Sci(v float64, digits int) Cell {
	switch {
	case v == 0:
		return Cell{Text: "0", Value: v}
	case math.IsNaN(v) || math.IsInf(v, 0):
		return Cell{Text: formatNumber(v, 0), Value: v}
	}
	return Cell{Text: scientific(v, digits), Value: v}
}

// Fixed returns a cell with v and the given number of places after the point,
// for orders, ratios and percentages.
func Fixed(v float64, places int) Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Cell{Text: formatNumber(v, 0), Value: v}
	}
	return Cell{Text: unsigned(strconv.FormatFloat(v, 'f', places, 64)), Value: v}
}

// Value returns a cell with v and six significant digits.
func Value(v float64) Cell { return Number(v, 0) }

// Duration returns a cell with three digits and a unit; its value is in
// seconds.
func Duration(d time.Duration) Cell {
	return Cell{Text: FormatDuration(d), Value: d.Seconds(), Unit: "s"}
}

// FormatDuration writes d with three digits and one unit below a minute, and
// as minutes and seconds, or hours and minutes, above.
func FormatDuration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	// Each bound is where rounding to three digits would show 1000 of a unit.
	switch {
	case d < 1000*time.Nanosecond:
		return fmt.Sprintf("%s%d ns", sign, d.Nanoseconds())
	case d < 999500*time.Nanosecond:
		return sign + threeDigits(float64(d)/1e3) + " µs"
	case d < 999500*time.Microsecond:
		return sign + threeDigits(float64(d)/1e6) + " ms"
	case d < 59950*time.Millisecond:
		return sign + threeDigits(float64(d)/1e9) + " s"
	}
	s := int64(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%s%d min %02d s", sign, s/60, s%60)
	}
	m := (s + 30) / 60
	return fmt.Sprintf("%s%d h %02d min", sign, m/60, m%60)
}

func threeDigits(v float64) string {
	switch {
	case v < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// Places returns cells of two places on the layer, with ten digits or as many as
// tell them apart.
func Places(a, b float64) (first, last Cell) {
	for digits := 10; ; digits++ {
		first, last = Cell{Text: fmt.Sprintf("%.*g", digits, a), Value: a}, Cell{Text: fmt.Sprintf("%.*g", digits, b), Value: b}
		if first.Text != last.Text || digits == 17 {
			return first, last
		}
	}
}
