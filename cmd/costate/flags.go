package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// newFlagSet returns a flag set that prints nothing itself and keeps the order
// of declaration.
func newFlagSet(name string) *pflag.FlagSet {
	f := pflag.NewFlagSet(name, pflag.ContinueOnError)
	f.SortFlags = false
	f.Usage = func() {}
	return f
}

// Annotations of flags, read by completion.
const (
	annotateWords  = "words"  // the values the flag takes
	annotateFiles  = "files"  // extensions of files it takes; none: any
	annotateFolder = "folder" // it takes a folder
)

// numberValue is a finite number with bounds. strconv.ParseFloat alone would
// accept inf, NaN and hexadecimal digits.
type numberValue struct {
	p      *float64
	lo, hi float64
}

func (v *numberValue) String() string {
	if v.p == nil {
		return "0"
	}
	return strconv.FormatFloat(*v.p, 'g', -1, 64)
}
func (v *numberValue) Type() string { return "number" }
func (v *numberValue) Set(s string) error {
	x, err := parseNumber(s)
	if err != nil {
		return err
	}
	if x < v.lo || x > v.hi {
		return errors.New(outOfRange(v.lo, v.hi))
	}
	*v.p = x
	return nil
}

// parseNumber reads a finite decimal number.
func parseNumber(s string) (float64, error) {
	if strings.ContainsAny(s, "_xXpP") {
		return 0, errors.New("want a decimal number such as 0.5 or 1e-6")
	}
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (math.IsInf(x, 0) || math.IsNaN(x)):
		return 0, errors.New("want a finite number")
	case err != nil:
		return 0, errors.New("want a decimal number such as 0.5 or 1e-6")
	}
	return x, nil
}

func outOfRange(lo, hi float64) string {
	switch {
	case math.IsInf(hi, 1):
		return fmt.Sprintf("want at least %v", lo)
	case math.IsInf(lo, -1):
		return fmt.Sprintf("want at most %v", hi)
	}
	return fmt.Sprintf("want a number from %v to %v", lo, hi)
}

// numberVar declares a flag for a finite number from lo to hi; the value of *p
// is its default.
func numberVar(f *pflag.FlagSet, p *float64, name string, lo, hi float64, usage string) {
	f.Var(&numberValue{p, lo, hi}, name, usage)
}

// leastTol is the smallest tolerance that can be met: numbers have 16 digits, of
// which even a well-conditioned problem costs one or two.
const leastTol = 1e-14

// toleranceValue is zero, for the default, or a tolerance that can be met.
type toleranceValue struct{ numberValue }

func (v *toleranceValue) Set(s string) error {
	x, err := parseNumber(s)
	if err == nil && x > 0 && x < leastTol {
		return fmt.Errorf("want at least %v, the smallest that 16 digits of double precision allow, or 0 for the default", leastTol)
	}
	return v.numberValue.Set(s)
}

// toleranceVar declares a flag for a tolerance up to hi; 0: the default.
func toleranceVar(f *pflag.FlagSet, p *float64, name string, hi float64, usage string) {
	f.Var(&toleranceValue{numberValue{p, 0, hi}}, name, usage)
}

// numbersValue is a list of finite numbers, separated by commas. Given again,
// the flag replaces the list.
type numbersValue struct{ p *[]float64 }

func (v *numbersValue) String() string {
	if v.p == nil || len(*v.p) == 0 {
		return ""
	}
	words := make([]string, len(*v.p))
	for i, x := range *v.p {
		words[i] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strings.Join(words, ",")
}
func (v *numbersValue) Type() string { return "numbers" }
func (v *numbersValue) Set(s string) error {
	var list []float64
	for word := range strings.SplitSeq(s, ",") {
		x, err := parseNumber(strings.TrimSpace(word))
		if err != nil {
			return fmt.Errorf("%q: %w", word, err)
		}
		list = append(list, x)
	}
	*v.p = list
	return nil
}

// numbersVar declares a flag for a list of finite numbers; the value of *p is
// its default.
func numbersVar(f *pflag.FlagSet, p *[]float64, name, usage string) {
	f.Var(&numbersValue{p}, name, usage)
}

// integerValue is a whole number with bounds, in decimal digits: pflag's own
// would read 010 as eight and accept 1_000.
type integerValue struct {
	p      *int
	lo, hi int
}

func (v *integerValue) String() string {
	if v.p == nil {
		return "0"
	}
	return strconv.Itoa(*v.p)
}
func (v *integerValue) Type() string { return "int" }
func (v *integerValue) Set(s string) error {
	n, err := strconv.Atoi(s)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (n < v.lo || n > v.hi):
		if v.hi == math.MaxInt {
			return fmt.Errorf("want at least %d", v.lo)
		}
		return fmt.Errorf("want a whole number from %d to %d", v.lo, v.hi)
	case err != nil:
		return errors.New("want a whole number such as 100")
	}
	*v.p = n
	return nil
}

// integerVar declares a flag for a whole number from lo to hi (math.MaxInt: no
// bound); the value of *p is its default.
func integerVar(f *pflag.FlagSet, p *int, name string, lo, hi int, usage string) {
	f.Var(&integerValue{p, lo, hi}, name, usage)
}

// seedValue is the seed of random numbers.
type seedValue struct{ p *uint64 }

func (v *seedValue) String() string {
	if v.p == nil {
		return "0"
	}
	return strconv.FormatUint(*v.p, 10)
}
func (v *seedValue) Type() string { return "int" }
func (v *seedValue) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return errors.New("want a whole number from 0 to 18446744073709551615")
	}
	*v.p = n
	return nil
}

// seedVar declares the flag --seed; the value of *p is its default.
func seedVar(f *pflag.FlagSet, p *uint64) {
	f.Var(&seedValue{p}, "seed", "seed of the random numbers; the same seed gives the same result")
}

// choiceValue is one of some words.
type choiceValue struct {
	p     *string
	words []string
}

func (v *choiceValue) String() string {
	if v.p == nil {
		return ""
	}
	return *v.p
}
func (v *choiceValue) Type() string { return strings.Join(v.words, "|") }
func (v *choiceValue) Set(s string) error {
	if !slices.Contains(v.words, s) {
		return fmt.Errorf("want one of %s%s", strings.Join(v.words, ", "), didYouMean(s, v.words))
	}
	*v.p = s
	return nil
}

// choiceVar declares a flag for one of the words, the first by default.
func choiceVar(f *pflag.FlagSet, p *string, name string, words []string, usage string) {
	*p = words[0]
	f.Var(&choiceValue{p, words}, name, usage)
	f.SetAnnotation(name, annotateWords, words)
}

// wordVar declares a flag whose words whoever takes its value reads, for they
// depend on the problem; usage names them.
func wordVar(f *pflag.FlagSet, p *string, name string, words []string, usage string) {
	f.StringVar(p, name, *p, usage)
	f.SetAnnotation(name, annotateWords, words)
}

// fileVar declares a flag for a file whose name ends in one of the extensions,
// such as ".svg"; none: any.
func fileVar(f *pflag.FlagSet, p *string, name, usage string, extensions ...string) {
	f.StringVar(p, name, *p, usage)
	f.SetAnnotation(name, annotateFiles, extensions)
}

// folderVar declares a flag for a folder.
func folderVar(f *pflag.FlagSet, p *string, name, usage string) {
	f.StringVar(p, name, *p, usage)
	f.SetAnnotation(name, annotateFolder, nil)
}

// flagError makes the message of pflag one that names the remedy.
func flagError(f *pflag.FlagSet, err error, help string) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := unknown.GetSpecifiedName()
		shown := "--" + name
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			shown, name = "-"+short, short // -format is a slip for --format
		}
		var names []string
		f.VisitAll(func(g *pflag.Flag) {
			if !g.Hidden {
				names = append(names, "--"+g.Name)
			}
		})
		return badInput("unknown flag %s%s; %s lists the flags", shown, didYouMean("--"+name, names), help)
	}
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		return badInput("--%s %s: %w", value.GetFlag().Name, shellQuote(value.GetValue()), value.Unwrap())
	}
	var missing *pflag.ValueRequiredError
	if errors.As(err, &missing) {
		kind, _ := pflag.UnquoteUsage(missing.GetFlag())
		return badInput("--%s needs a value (%s); %s explains it", missing.GetFlag().Name, kind, help)
	}
	return badInput("%w; %s lists the flags", err, help)
}

// forceVar defines --force of the commands that write problem files or data.
func forceVar(f *pflag.FlagSet, force *bool) {
	f.BoolVar(force, "force", false, "replace files that are there")
}
