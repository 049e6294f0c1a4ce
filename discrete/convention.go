package discrete

import (
	"fmt"
	"math"
)

// Convention is a normalisation of the action. The minimum is the same; the
// numbers are not, so every reported action names its convention.
type Convention int

const (
	// Continuous is this package's: A = sum 1/2 Rm d^2 + sum Rf/(2 s) r^2.
	Continuous Convention = iota

	// Discrete is the papers': A = sum 1/2 Rm d^2 + sum 1/2 Rf r^2, with
	// r = x_{n+1} - f(x_n): its Rf is ours divided by the step.
	Discrete

	// Varanneal divides by the numbers of terms, without 1/2:
	// A = sum Rm d^2/data + Rf sum r^2/(Dim (points - 1)). Its level is 1 for
	// a consistent model.
	Varanneal

	// MinAone is A = (sum Rm d^2 + Rf sum r^2)/points, without 1/2.
	MinAone
)

var conventionNames = [...]string{"continuous", "discrete", "varanneal", "minaone"}

func (c Convention) String() string {
	if c < 0 || int(c) >= len(conventionNames) {
		return "unknown convention"
	}
	return conventionNames[c]
}

// ParseConvention returns the convention of that name.
func ParseConvention(name string) (Convention, error) {
	for i, n := range conventionNames {
		if n == name {
			return Convention(i), nil
		}
	}
	return 0, fmt.Errorf("discrete: unknown convention %q; want continuous, discrete, varanneal or minaone", name)
}

// Formula says what the action is in this convention.
func (c Convention) Formula() string {
	return [...]string{
		"sum Rm d^2/2 + sum Rf r^2/(2 s)",
		"sum Rm d^2/2 + sum Rf r^2/2",
		"sum Rm d^2/data + Rf sum r^2/(D (points-1))",
		"(sum Rm d^2 + Rf sum r^2)/points",
	}[c]
}

// units returns the factor from our action to the convention's, and the one
// from the convention's Rf to ours.
func (c Convention) units(p *plan) (action, rf float64) {
	points := float64(p.nx / p.D)
	data := float64(max(p.dataN, 1))
	s := p.s[0]
	switch c {
	case Discrete:
		return 1, s
	case Varanneal:
		return 2 / data, s * data / (float64(p.D) * (points - 1))
	case MinAone:
		return 2 / points, s
	}
	return 1, 1
}

// Action returns the value in the convention of an action in ours.
func (c Convention) Action(pr *Problem, action float64) (float64, error) {
	a, _, err := c.factors(pr)
	return a * action, err
}

// Rf returns our (continuous) precision for one in the convention. The tools
// weigh the residuals of all layers alike, so the steps must be equal; they
// also use Kappa = 1 with SimpsonHermite.
func (c Convention) Rf(pr *Problem, rf float64) (float64, error) {
	_, f, err := c.factors(pr)
	return f * rf, err
}

func (c Convention) factors(pr *Problem) (action, rf float64, err error) {
	p, err := newPlan(pr)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	if c != Continuous && !p.uniform {
		return math.NaN(), math.NaN(), bad("Mesh", "the convention %s needs equal steps", c)
	}
	action, rf = c.units(p)
	return action, rf, nil
}
