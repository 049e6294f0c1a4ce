package route

import (
	"fmt"

	"costate/hamiltonian"
	"costate/internal/problemfile"
)

// BeyondInputs warns of each input of the model whose data end before the layer
// label reaches until, with the place: what an integration makes of it there is
// made up. Measured signals do not count, since no model depends on them.
func BeyondInputs(file *problemfile.Problem, until float64) []string {
	d := file.Domain()
	var out []string
	for _, in := range d.Inputs {
		if len(in.Knots) == 0 || isMeasured(file.Action, in) {
			continue
		}
		last := in.Knots[len(in.Knots)-1]
		if !(until-last > 1e-9*(d.End-d.Start)) {
			continue
		}
		how := "its last slope goes on"
		at, _ := in.Value(last)
		if then, _ := in.Value(until); then == at {
			how = fmt.Sprintf("its last value, %.6g, is held", at)
		}
		out = append(out, fmt.Sprintf("the data of the input %s end at %s = %g: from there to %g %s", in.Symbol.Name(), d.Layer.Name(), last, until, how))
	}
	return out
}

func isMeasured(a *hamiltonian.Action, in hamiltonian.Input) bool {
	if a == nil {
		return false
	}
	for _, s := range a.Signals {
		for _, y := range s.Y {
			if y == in.Symbol {
				return true
			}
		}
	}
	return false
}
