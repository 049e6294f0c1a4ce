package route

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"costate/hamiltonian"
)

// twin is a decay with noise-free data of the given number of digits.
func twin(digits int) string {
	var y []string
	for k := range 5 {
		y = append(y, fmt.Sprintf("%.*f", digits, 10*math.Exp(-float64(k+1)/2)))
	}
	return `[layer]
start = 0
end = 5
[parameters]
k = { estimate = true, guess = 0.3 }
[states]
A = { equation = '-k*A', start = 10 }
[model]
Rf = inf
[[observations]]
at = [1, 2, 3, 4, 5]
observe = { A = [` + strings.Join(y, ", ") + `] }
sd = 0.1
`
}

// unused is a problem whose two free states make up for data at two times; those
// of one time contradict each other, so that the action is not small though all
// costates are zero.
const unused = `[layer]
start = 3
end = 5
[inputs]
u = "sin(t)"
[states]
x1 = { equation = "-0.1*x1 - 0.37*x2 - 0.46*u" }
x2 = { equation = "-0.49*x1 - 0.82*x2 + 2.18*u" }
[model]
Rf = 1
[[observations]]
at = [4.85, 3.701, 4.85]
observe = { x1 = [-3.625829, 1.374257, 0.550267] }
sd = 1.8
`

// TestLittleLeftOfCostates: whatever part of their terms is left of costates, a
// solution that is right passes, or is left open.
func TestLittleLeftOfCostates(t *testing.T) {
	problems := map[string]string{"two states, two times": unused}
	for _, digits := range []int{2, 4, 6, 8, 10, 13} {
		problems[fmt.Sprintf("data of %d digits", digits)] = twin(digits)
	}
	for name, text := range problems {
		c, err := problem(t, text).Check(t.Context(), CheckOptions{Last: 256})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !c.Passed() {
			t.Errorf("%s: %s", name, c.Verdict())
		}
	}
}

// TestStatesAreNotForgiven: however little is left of the costates, a state that is
// wrong fails.
func TestStatesAreNotForgiven(t *testing.T) {
	for _, text := range []string{unused, twin(10)} {
		c := newChecker(t.Context(), problem(t, text), CheckOptions{})
		if err := c.collocate(); err != nil {
			t.Fatal(err)
		}
		if c.least == nil {
			t.Fatalf("the part %g of the terms is left of the costates", c.part)
		}
		if k := c.newFlight().run(t.Context()).along; k[0].Verdict == hamiltonian.Fail || k[1].Verdict == hamiltonian.Fail {
			t.Errorf("fails without a mistake: %v", k)
		}
		c.Collocation.Node(len(c.Collocation.T) / 2)[0] *= 1 + 1e-6
		if k := c.newFlight().run(t.Context()).along; k[0].Verdict != hamiltonian.Fail || k[1].Verdict != hamiltonian.Fail {
			t.Errorf("a state off by 1e-6: %v", k)
		}
	}
}

// TestNoShooting: where shooting cannot integrate, at a singular end or under
// constraints, that is no verdict on the solution.
func TestNoShooting(t *testing.T) {
	for name, text := range map[string]string{
		"a constraint": `[layer]
start = 0
end = 1
[states]
x = { equation = "-x + z", guess = "exp(-t)" }
z = { equation = "0 = z + z^3 - x/2", guess = "0.4" }
[boundary]
conditions = ["x(0) = 1"]
`,
		"a singular end": `[layer]
start = 0
end = 1
[states]
y = { equation = "y'' = -2*y'/t - y", guess = "1" }
[boundary]
conditions = ["y'(0) = 0", "y(1) = 1"]
`,
	} {
		c, err := problem(t, text).Check(t.Context(), CheckOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !c.Passed() || c.Shooting != nil {
			t.Errorf("%s: %s", name, c.Verdict())
		}
	}
}

// TestShootingToWhatRoundingLeaves: where the tolerance of the routes is below what
// rounding leaves of shooting, it is compared at a larger one.
func TestShootingToWhatRoundingLeaves(t *testing.T) {
	c, err := problem(t, `[layer]
start = 0
end = 5
[parameters]
m = { estimate = true, guess = 0 }
[inputs]
u = "sin(t)"
[states]
x1 = { equation = "-0.45*x1 - 0.27*u + 1.22*m" }
[model]
Rf = 0.1
[[observations]]
at = [0.425, 4.67]
observe = { x1 = [-0.8955850677254161, 0.6323596293640118] }
sd = 0.3
`).Check(t.Context(), CheckOptions{Schemes: schemes(t, "euler,gauss2"), Last: 256})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Passed() || c.Shooting == nil {
		t.Errorf("%s; by shooting: %v", c.Verdict(), c.Shooting != nil)
	}
}
