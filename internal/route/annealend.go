package route

import (
	"math"

	"costate/discrete"
)

// LadderEnd compares the precisions at the end of a ladder with those that the
// model has.
type LadderEnd struct {
	Names       []string  // of the states whose Rf the ladder moves
	Last, Model []float64 // their Rf at the last rung of the lowest level, and in the problem

	// From and To are the betas between which the ladder passes the finite Rf
	// of the model, and Betas the number of rungs that would end at all of
	// them, within a rung; 0: there is none, and Rf0 must change.
	From, To float64
	Betas    int
}

// Passed reports whether the ladder has left a finite Rf of the model more
// than a rung behind.
func (l *LadderEnd) Passed(alpha float64) bool {
	for i, v := range l.Last {
		if v > alpha*l.Model[i] {
			return true
		}
	}
	return false
}

// End returns where the ladder of the lowest level ended; nil: the ladder moves
// no state with a finite Rf, or Rf is a matrix.
func (r *Annealed) End(p *Problem) *LadderEnd {
	states := p.File.Action.States
	if len(r.Ensemble.Levels) == 0 || len(r.Problem.Rf) != len(states) {
		return nil
	}
	rungs := r.Ensemble.Runs[r.Ensemble.Levels[0].First].Rungs
	if len(rungs) == 0 {
		return nil
	}
	top, alpha := rungs[len(rungs)-1], r.Alpha()
	out := &LadderEnd{From: math.Inf(1), To: math.Inf(-1)}
	finite := false
	for i, s := range states {
		rf := r.Problem.Rf[i]
		if s.Varying || r.Problem.Steady != nil && r.Problem.Steady[i] || math.IsInf(rf, 1) {
			continue
		}
		last := rf * top.RfScale
		out.Names = append(out.Names, s.Symbol.Name())
		out.Last, out.Model = append(out.Last, last), append(out.Model, s.Rf)
		if !math.IsInf(s.Rf, 1) {
			finite = true
			beta := top.Beta + math.Log(s.Rf/last)/math.Log(alpha)
			out.From, out.To = min(out.From, beta), max(out.To, beta)
		}
	}
	if !finite {
		return nil
	}
	if n := math.Round((out.From + out.To) / 2); p.File.Anneal.Rf0 != nil && n >= 0 {
		s := discrete.Annealing{Rf0: r.Settings.Rf0, Alpha: alpha, Betas: int(n) + 1}
		if p.endsAtModel(r.Problem, &s) {
			out.Betas = s.Betas
		}
	}
	return out
}

// Alpha is the factor from rung to rung.
func (r *Annealed) Alpha() float64 {
	if a := r.Settings.Alpha; a > 1 {
		return a
	}
	return 2
}
