package problemfile

import (
	"strings"

	"costate/internal/expr"
)

// hint is suggest or, when nothing is near and there are few names, all of
// them.
func hint(name string, known []string) string {
	if s := suggest(name, known); s != "" || len(known) == 0 || len(known) > 13 {
		return s
	}
	return ", expected " + orList(known)
}

// suggest returns ", did you mean 'x'?" for the nearest of the known names, or
// the first that name is the beginning of, or "" when there is none.
func suggest(name string, known []string) string {
	if s := expr.Suggest(name, known); s != "" {
		return ", did you mean '" + s + "'?"
	}
	for _, k := range known {
		if len(name) > 1 && strings.HasPrefix(k, name) {
			return ", did you mean '" + k + "'?"
		}
	}
	return ""
}
