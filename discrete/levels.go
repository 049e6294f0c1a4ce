package discrete

import (
	"math"
	"slices"
	"sort"
)

// Level is an action level: a minimum that one or more starts have found.
type Level struct {
	Action             float64 // at the last rung, in the package's convention
	Limit, LimitError  float64 // extrapolated to Rf = +Inf; NaN: see Run.Early
	Measurement, Model float64
	Steady             float64 // see Rung
	Reported           float64 // Action in the ensemble's convention

	Count int     // starts that ended here
	Share float64 // of all starts that were not interrupted, failed ones included
	First int     // lowest number of a start that ended here
	Gap   float64 // Action of the next level minus this one; +Inf for the last

	// Weight is exp of minus the action above the lowest level: the
	// probability of this level relative to it, Gaussian widths aside.
	Weight float64

	// Twice the action at its minimum is a chi-square variable with Freedom =
	// data less free initial states and parameters, those without a prior, if
	// the model is nearly linear in what the data leave open, and Rf and the
	// precisions of the data are the true ones: Expected and SD are the mean
	// and standard deviation of the action, and Z its distance in SD: of
	// Limit, if there is one, but with Annealing.Finite of Action.
	Freedom      int
	Expected, SD float64
	Z            float64
	Consistent   bool // |Z| <= 3

	Theta   []float64
	AtBound []int
	Suspect bool // the model error of its first start does not fall like 1/Rf
	Early   bool // its ladder ends before the model error does
	Until   float64

	Path *Path // of the first start
}

// levelTolerance is the relative difference of actions, and of parameters
// against the spread of the ensemble's, up to which two runs are one level.
const levelTolerance = 1e-5

// levels clusters the finished runs.
func (e *Ensemble) levels(p *plan, finite bool) {
	var done []*Run
	for i := range e.Runs {
		if r := &e.Runs[i]; r.Done && r.Err == nil && r.Path != nil {
			done = append(done, r)
		}
	}
	sort.SliceStable(done, func(i, j int) bool { return done[i].Path.Action < done[j].Path.Action })
	action, _ := e.Convention.units(p)
	for _, r := range done {
		found := false
		for k := len(e.Levels) - 1; k >= 0 && !found; k-- {
			l := &e.Levels[k]
			if math.Abs(r.Path.Action-l.Action) > levelTolerance*math.Abs(l.Action)+1e-12 {
				break
			}
			found = true
			for i, t := range r.Path.Theta {
				if math.Abs(t-l.Theta[i]) > 1e-2*(math.Abs(t)+math.Abs(l.Theta[i]))+1e-9 {
					found = false
				}
			}
			if found {
				l.Count++
				if r.Start < l.First {
					l.set(p, r)
				}
			}
		}
		if !found {
			l := Level{Count: 1}
			l.set(p, r)
			e.Levels = append(e.Levels, l)
		}
	}
	for i := range e.Levels {
		l := &e.Levels[i]
		l.Reported = action * l.Action
		l.Z = (l.Action - l.Expected) / l.SD
		if !finite && !math.IsNaN(l.Limit) {
			l.Z = (l.Limit - l.Expected) / l.SD
		}
		l.Consistent = math.Abs(l.Z) <= 3
		l.Share = float64(l.Count) / float64(len(done)+e.Failed)
		l.Gap = math.Inf(1)
		if i+1 < len(e.Levels) {
			l.Gap = e.Levels[i+1].Action - l.Action
		}
		l.Weight = math.Exp(e.Levels[0].Action - l.Action)
	}
}

// set takes a level's values from a run.
func (l *Level) set(p *plan, r *Run) {
	a := r.Path
	l.First, l.Path, l.Suspect = r.Start, a, r.Suspect
	l.Action, l.Limit, l.LimitError, l.Measurement, l.Model = a.Action, r.Limit, r.LimitError, a.Measurement, a.Model
	l.Steady, l.Early, l.Until = r.Rungs[len(r.Rungs)-1].Steady, r.Early, r.Until
	l.Theta, l.AtBound = a.Theta, a.AtBound
	l.Freedom = max(a.Data-p.free(l.AtBound), 1)
	l.Expected = 0.5 * float64(l.Freedom)
	l.SD = math.Sqrt(l.Expected)
}

// free counts the initial states and parameters that the data alone
// determine: those without a prior, not known, and not on a bound. A state
// known at the end takes the place of one of them.
func (p *plan) free(atBound []int) int {
	free := 0
	count := func(q *Prior, n int, known func(i int) bool) {
		var w []float64
		full := false
		if q != nil {
			w, full, _ = rows(q.Precision, n)
		}
		for i := range n {
			if !known(i) && !full && (w == nil || w[i] == 0) {
				free++
			}
		}
	}
	count(p.pr.StatePrior, p.D, func(i int) bool { return p.fixed != nil && p.fixed[i] })
	count(p.pr.ParamPrior, p.P, func(i int) bool { return slices.Contains(atBound, i) })
	for d := range p.D {
		if p.fixed != nil && p.fixed[p.nx-p.D+d] {
			free--
		}
	}
	return free
}
