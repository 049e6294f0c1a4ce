package main

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// span is a pair of numbers, written first..last.
type span struct{ lo, hi float64 }

// spanValue is a span with bounds; whole spans have whole numbers.
type spanValue struct {
	p      *span
	lo, hi float64
	whole  bool
}

func (v *spanValue) String() string {
	if v.p == nil || *v.p == (span{}) {
		return ""
	}
	return strconv.FormatFloat(v.p.lo, 'g', -1, 64) + ".." + strconv.FormatFloat(v.p.hi, 'g', -1, 64)
}

func (v *spanValue) Type() string { return "first..last" }

func (v *spanValue) Set(s string) error {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		b = a
	}
	lo, err := parseNumber(strings.TrimSpace(a))
	if err != nil {
		return err
	}
	hi, err := parseNumber(strings.TrimSpace(b))
	switch {
	case err != nil:
		return err
	case v.whole && (lo != math.Trunc(lo) || hi != math.Trunc(hi)):
		return errors.New("want whole numbers such as 8..1024")
	case lo > hi:
		return errors.New("want the smaller number first")
	case lo < v.lo || hi > v.hi:
		return errors.New(outOfRange(v.lo, v.hi))
	}
	*v.p = span{lo, hi}
	return nil
}

// spanVar declares a flag for a pair of numbers from lo to hi, FIRST..LAST; the
// value of *p is its default, zero for none.
func spanVar(f *pflag.FlagSet, p *span, name string, lo, hi float64, whole bool, usage string) {
	f.Var(&spanValue{p, lo, hi, whole}, name, usage)
}
