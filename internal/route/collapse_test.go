package route

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"costate/ode"
)

// TestCollapse: the eigenvalue of a problem without a scale is refused by name on
// both routes, and found with one.
func TestCollapse(t *testing.T) {
	const head = "[layer]\nstart = 0\nend = 1\n[parameters]\nk = { estimate = true, guess = 8 }\n[states]\ny = { equation = \"y'' = -k*y\", guess = 'sin(3*t)' }\n[boundary]\nconditions = "
	for _, c := range []struct{ conditions, want string }{
		{`['y(0) = 0', 'y(1) = 0', 'y(0.5) = 0']`, "the solution is zero and leaves k undetermined"},
		{`['y(0) = 0', "y'(0) = 0", "y'(1) = 0"]`, "the solution is zero and leaves k undetermined"},
		{`['y(0) = 0', 'y(1) = 0', 'integral(y) = 0']`, "the solution is zero and leaves k undetermined"},
		{`['y(0) = 0', 'y(1) = 0', "y'(0) = 1"]`, ""},
		{`['y(0) = 0', 'y(1) = 0', 'integral(y^2) = 1']`, ""},
	} {
		p := problem(t, head+c.conditions)
		for name, solve := range map[string]func(context.Context, Options) (*ode.Solution, error){"collocation": p.Collocate, "shooting": p.Shoot} {
			sol, err := solve(t.Context(), Options{})
			switch {
			case c.want == "" && (err != nil || !(sol.P[0] > 9.8696 && sol.P[0] < 9.8697)):
				t.Errorf("%s, %s: k = %v, %v", name, c.conditions, sol.P, err)
			case c.want != "" && (!errors.Is(err, ode.ErrSingular) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s, %s: %v", name, c.conditions, err)
			}
		}
	}
}

// TestZeroIsDetermined: a solution that is zero because the parameter is.
func TestZeroIsDetermined(t *testing.T) {
	p := problem(t, "[layer]\nstart = 0\nend = 1\n[parameters]\nk = { estimate = true, guess = 0.5 }\n[states]\ny = { equation = 'k - y', guess = 't' }\n[boundary]\nconditions = ['y(0) = 0', 'y(1) = 0']\n")
	for name, solve := range map[string]func(context.Context, Options) (*ode.Solution, error){"collocation": p.Collocate, "shooting": p.Shoot} {
		if sol, err := solve(t.Context(), Options{}); err != nil || math.Abs(sol.P[0]) > 1e-12 {
			t.Errorf("%s: k = %v, %v", name, sol.P, err)
		}
	}
}

// TestAlgebraicShooting: what shooting does not take is called that, not zero: no
// iteration began.
func TestAlgebraicShooting(t *testing.T) {
	p := problem(t, "[layer]\nstart = 0\nend = 1\n[parameters]\nk = { estimate = true, guess = 1.4 }\n[states]\nx = { equation = 'z - x', guess = '1 + t' }\nz = { equation = '0 = z - k*x', guess = '1 + t' }\n[boundary]\nconditions = ['x(0) = 1', 'x(1) = 2']\n")
	if _, err := p.Shoot(t.Context(), Options{}); !errors.Is(err, ode.ErrMethod) || strings.Contains(err.Error(), "undetermined") {
		t.Errorf("shooting: %v", err)
	}
	if sol, err := p.Collocate(t.Context(), Options{}); err != nil || math.Abs(sol.P[0]-1-math.Ln2) > 1e-6 {
		t.Errorf("collocation: k = %v, %v", sol.P, err)
	}
}
