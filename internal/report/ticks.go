package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks labels about want places at multiples of 1, 2 or 5 times a power
// of ten. gonum's own choose more labels than fit and more digits than needed.
type linearTicks struct {
	want  int
	whole bool // the values are counts: no label between them
}

// Ticks implements plot.Ticker.
func (l linearTicks) Ticks(lo, hi float64) []plot.Tick {
	step, parts := niceStep((hi - lo) / float64(max(l.want, 2)))
	if l.whole && step < 2 {
		step, parts = 1, 1
	}
	// Magnitudes that would need many zeros are written with a power of ten.
	power := int(math.Floor(math.Log10(math.Max(math.Abs(lo), math.Abs(hi)))))
	if power >= -3 && power <= 5 {
		power = 0
	}
	scale := math.Pow(10, float64(power))
	places := max(0, int(math.Ceil(-math.Log10(step/scale)-1e-9)))
	var ticks []plot.Tick
	small := step / float64(parts)
	first, last := math.Ceil(lo/small-1e-9), math.Floor(hi/small+1e-9)
	for k := first; k <= last; k++ {
		t := plot.Tick{Value: k * small}
		if math.Mod(k, float64(parts)) == 0 {
			// k*small has a rounding error that Value must not show at 0.
			t.Label = minus(strconv.FormatFloat(k*small/scale, 'f', places, 64))
			if k == 0 {
				t.Label = "0"
			} else if power != 0 {
				t.Label += fmt.Sprintf("×10^{%s}", minus(strconv.Itoa(power)))
			}
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// niceStep returns the least 1, 2 or 5 times a power of ten that is not below
// the given step, and the number of parts for small ticks.
func niceStep(least float64) (step float64, parts int) {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []struct {
		of    float64
		parts int
	}{{1, 5}, {2, 4}, {5, 5}, {10, 5}} {
		if m.of*power >= least*(1-1e-9) {
			return m.of * power, m.parts
		}
	}
	panic("report: no step for " + strconv.FormatFloat(least, 'g', -1, 64))
}

// minus replaces the hyphen by the minus sign, which is as wide as a plus.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// logTicks labels powers of ten, not more than want of them; where the range
// is short enough, also 2 and 5 times these. The axis is one of decimal
// logarithms.
type logTicks struct{ want int }

// Ticks implements plot.Ticker.
func (l logTicks) Ticks(lo, hi float64) []plot.Tick {
	from, to := int(math.Floor(lo+1e-9)), int(math.Ceil(hi-1e-9))
	decades := hi - lo
	every := 1
	for _, e := range []int{1, 2, 3, 4, 5, 10, 20, 50, 100} {
		if every = e; decades/float64(e) <= float64(max(l.want, 2)) {
			break
		}
	}
	var ticks []plot.Tick
	for e := from; e <= to; e++ {
		for m := 1; m < 10; m++ {
			v := float64(e) + math.Log10(float64(m))
			if v < lo-1e-9 || v > hi+1e-9 {
				continue
			}
			t := plot.Tick{Value: v}
			switch {
			case m == 1 && e%every == 0, 3*decades <= float64(l.want+1) && (m == 2 || m == 5), decades < 0.7:
				t.Label = logLabel(m, e)
			case m != 1 && every > 1:
				continue // there is no room for small ticks
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// logLabel writes m times 10 to the e.
func logLabel(m, e int) string {
	switch {
	case e >= -2 && e <= 3:
		return strconv.FormatFloat(float64(m)*math.Pow(10, float64(e)), 'f', max(0, -e), 64)
	case m == 1:
		return fmt.Sprintf("10^{%s}", minus(strconv.Itoa(e)))
	}
	return fmt.Sprintf("%d×10^{%s}", m, minus(strconv.Itoa(e)))
}
