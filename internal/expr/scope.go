package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Scope says what the names of a formula mean. The zero value knows the
// functions of the language and pi.
type Scope struct {
	// Names are the variables and whatever else a name stands for. A name
	// hides the constant of that name.
	Names map[string]*Expr
	// Families are the indexed names.
	Families map[string]Family
	// Indices are the integers that index expressions may use; in a formula
	// they are numbers. An index hides a name.
	Indices map[string]int
	// Call, if not nil, is asked for the meaning of a call before the
	// functions of the language are; ok false means that it has none. An error
	// is reported at the name of the function.
	Call func(name string, args []*Expr) (e *Expr, ok bool, err error)
	// Functions are the names that Call knows, for suggestions.
	Functions []string
}

// Family is an indexed name x[Lo], .., x[Hi]. The indices of a cyclic family
// wrap around.
type Family struct {
	Lo, Hi int
	Cyclic bool
	Elem   func(i int) *Expr
}

// Error is an error in a formula.
type Error struct {
	Offset int    // bytes before the character where it is
	Column int    // of that character, counted in characters from 1
	Msg    string // what is wrong
	Hint   string // what may have been meant, or empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", e.Column, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// newError returns the error at byte offset off of src.
func newError(src string, off int, hint, format string, args ...any) *Error {
	off = min(off, len(src))
	return &Error{
		Offset: off,
		Column: utf8.RuneCountInString(src[:off]) + 1,
		Msg:    fmt.Sprintf(format, args...),
		Hint:   hint,
	}
}

// Suggest returns the candidate that name is most likely a misspelling of, or
// the empty string. Candidates that differ in case only come first, then those
// within an edit distance of a third of the length, insertions, deletions,
// replacements and exchanges of neighbours counting one.
func Suggest(name string, candidates []string) string {
	best, bestDist := "", 1+max(1, utf8.RuneCountInString(name)/3)
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	for _, c := range sorted {
		if c == name {
			continue
		}
		if strings.EqualFold(c, name) {
			return c
		}
		// Two names of one letter are not alike.
		if utf8.RuneCountInString(c) == 1 && utf8.RuneCountInString(name) == 1 {
			continue
		}
		if d := editDistance([]rune(name), []rune(c), bestDist); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// editDistance returns the restricted Damerau-Levenshtein distance of a and b,
// or limit if it is not smaller.
func editDistance(a, b []rune, limit int) int {
	if abs := len(a) - len(b); abs >= limit || -abs >= limit {
		return limit
	}
	var prev2 []int
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return min(prev[len(b)], limit)
}
