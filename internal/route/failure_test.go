package route

import (
	"errors"
	"strings"
	"testing"

	"costate/ode"
)

// TestFailureInWords looks for the names of the file in the errors of both
// solvers.
func TestFailureInWords(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"singular": {"[layer]\nname = 's'\nstart = 0\nend = 'pi'\n[states]\nuptake = \"uptake'' = -uptake\"\n[boundary]\nconditions = ['uptake(0) = 0', 'uptake(pi) = 0']\n",
			"uptake' near s = "}, // the null vector is sin s, whose derivative is as large
		"not finite": {"[layer]\nname = 's'\nstart = 0\nend = 1\n[states]\nuptake = 'log(s - 0.5)'\nother = { equation = 'uptake', start = 0 }\n[boundary]\nconditions = ['uptake(1) = 0']\n",
			"uptake"},
	} {
		p := problem(t, c.text)
		_, err := p.Collocate(t.Context(), Options{})
		_, err2 := p.Shoot(t.Context(), Options{})
		for route, err := range map[string]error{"collocation": err, "shooting": err2} {
			switch {
			case err == nil:
				t.Errorf("%s, %s: no error", name, route)
			case route == "collocation" && !strings.Contains(err.Error(), c.want), strings.Contains(err.Error(), "y1"), strings.Contains(err.Error(), "y2"), strings.Contains(err.Error(), "linalg"):
				t.Errorf("%s, %s: %v; want %q in it", name, route, err, c.want)
			case route == "collocation" && name == "singular" && !errors.Is(err, ode.ErrSingular):
				t.Errorf("%s, %s: %v is no %v", name, route, err, ode.ErrSingular)
			}
		}
	}
}
