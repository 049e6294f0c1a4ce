package main

import (
	"fmt"

	"costate/collocation"
	"costate/internal/route"
)

// traceMeshes returns a function that logs each mesh and each step of
// continuation of a problem.
func (e *env) traceMeshes(p *route.Problem) func(collocation.Progress) {
	names := append(append([]string(nil), p.BVP.Names...), p.BVP.ParamNames...)
	label := p.Equations.Layer.Name()
	return func(q collocation.Progress) {
		switch q.Stage {
		case "mesh":
			worst := ""
			if q.Component >= 0 && q.Component < len(names) {
				worst = ", worst in " + names[q.Component]
				if q.Component < len(p.BVP.Names) && p.Equations.FreeEnd == nil {
					worst += fmt.Sprintf(" at %s = %.6g", label, q.T)
				}
			}
			e.log.Info(fmt.Sprintf("mesh of %d intervals: error %.2g tolerances%s", q.Intervals, q.Ratio, worst))
		case "newton":
			e.log.Info(fmt.Sprintf("  Newton step %d: correction %.2g tolerances, damping %.2g", q.Step, q.Correction, q.Damping))
		default:
			e.log.Info(fmt.Sprintf("%s: parameter %.6g, %d intervals", q.Stage, q.Parameter, q.Intervals))
		}
	}
}
