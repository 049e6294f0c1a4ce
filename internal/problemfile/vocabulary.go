package problemfile

import (
	"fmt"

	"costate/discrete"
)

// Words that stand in problem files and in flags alike, read by one parser.
var (
	// Rules are the rules of discrete layers; "gauss" is "gauss2".
	Rules = []string{"euler", "midpoint", "trapezoid", "simpson-hermite",
		"gauss", "gauss1", "gauss2", "gauss3", "gauss4", "gauss5", "gauss6", "gauss7", "gauss8"}

	// Conventions are the normalisations of an action; "action" is
	// "continuous".
	Conventions = []string{"continuous", "discrete", "varanneal", "minaone", "action"}
)

// ParseRule returns the rule of that name and, for the Gauss rules, the number
// of stages.
func ParseRule(name string) (discrete.Rule, int, error) {
	if err := known("rule", name, Rules); err != nil {
		return 0, 0, err
	}
	return discrete.ParseRule(name)
}

// ParseConvention returns the normalisation of that name.
func ParseConvention(name string) (discrete.Convention, error) {
	if err := known("convention", name, Conventions); err != nil {
		return 0, err
	}
	if name == "action" {
		return discrete.Continuous, nil
	}
	return discrete.ParseConvention(name)
}

func known(what, name string, words []string) error {
	for _, w := range words {
		if w == name {
			return nil
		}
	}
	return fmt.Errorf("unknown %s '%s'%s", what, name, hint(name, words))
}
