package problemfile

import "costate/internal/expr"

// hint is suggest or, when nothing is near and there are few names, all of
// them.
func hint(name string, known []string) string {
	if s := suggest(name, known); s != "" || len(known) == 0 || len(known) > 13 {
		return s
	}
	return ", expected " + orList(known)
}

// suggest returns ", did you mean 'x'?" for the nearest of the known names, or
// "" when none is near.
func suggest(name string, known []string) string {
	if s := expr.Suggest(name, known); s != "" {
		return ", did you mean '" + s + "'?"
	}
	return ""
}
