package problemfile

import "costate/internal/expr"

// suggest returns ", did you mean 'x'?" for the nearest of the known names, or
// "" when none is near.
func suggest(name string, known []string) string {
	if s := expr.Suggest(name, known); s != "" {
		return ", did you mean '" + s + "'?"
	}
	return ""
}
