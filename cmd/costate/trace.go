package main

import (
	"fmt"

	"costate/collocation"
)

// traceMeshes logs each mesh and each step of continuation.
func (e *env) traceMeshes(p collocation.Progress) {
	switch p.Stage {
	case "mesh":
		e.log.Info(fmt.Sprintf("mesh of %d intervals: error %.2g tolerances, worst at %.6g in component %d", p.Intervals, p.Ratio, p.T, p.Component+1))
	case "newton":
		e.log.Info(fmt.Sprintf("  Newton step %d: correction %.2g tolerances, damping %.2g", p.Step, p.Correction, p.Damping))
	default:
		e.log.Info(fmt.Sprintf("%s: parameter %.6g, %d intervals", p.Stage, p.Parameter, p.Intervals))
	}
}
