package main

import (
	"fmt"
	"strings"
)

// didYouMean returns a question with the word nearest to the one given, or ""
// when none is near.
func didYouMean(given string, words []string) string {
	best, least := "", max(1, len(strings.TrimLeft(given, "-"))/3)+1
	for _, w := range words {
		d := distance(given, w)
		// A beginning of at least two letters is a likely abbreviation.
		if core := strings.TrimLeft(given, "-"); len(core) >= 2 && strings.HasPrefix(strings.TrimLeft(w, "-"), core) {
			d = min(d, 1)
		}
		if d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	var before, last []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before, last, row = last, row, make([]int, len(t)+1)
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(t)]
}
