package discrete

import (
	"math"
	"sort"
)

// Level is an action level: a minimum that one or more starts have found.
type Level struct {
	Action             float64 // at the last rung, in the package's convention
	Limit              float64 // extrapolated to Rf = +Inf
	Measurement, Model float64
	Reported           float64 // Action in the ensemble's convention

	Count int     // starts that ended here
	Share float64 // of all starts that were not interrupted, failed ones included
	First int     // lowest number of a start that ended here
	Gap   float64 // Action of the next level minus this one; +Inf for the last

	// Weight is exp of minus the action above the lowest level: the
	// probability of this level relative to it, Gaussian widths aside.
	Weight float64

	// Twice the measurement error is a chi-square variable with Freedom =
	// data - Dim - free parameters degrees of freedom, if model and data are
	// consistent and Rf is large: Expected and SD are the mean and standard
	// deviation of the measurement error, and Z its distance in SD.
	Freedom      int
	Expected, SD float64
	Z            float64
	Consistent   bool // |Z| <= 3

	Theta   []float64
	AtBound []int
	Suspect bool // the model error of its first start does not fall like 1/Rf

	Path *Path // of the first start
}

// levelTolerance is the relative difference of actions, and of parameters
// against the spread of the ensemble's, up to which two runs are one level.
const levelTolerance = 1e-5

// levels clusters the finished runs.
func (e *Ensemble) levels(p *plan) {
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
	l.Action, l.Limit, l.Measurement, l.Model = a.Action, r.Limit, a.Measurement, a.Model
	l.Theta, l.AtBound = a.Theta, a.AtBound
	free := p.D + p.P - len(a.AtBound)
	if p.pr.StatePrior != nil {
		free -= p.D
	}
	if p.pr.ParamPrior != nil {
		free -= p.P - len(a.AtBound)
	}
	for d := range p.D {
		if p.fixed != nil && p.fixed[d] {
			free--
		}
	}
	l.Freedom = max(a.Data-free, 1)
	l.Expected = 0.5 * float64(l.Freedom)
	l.SD = math.Sqrt(l.Expected)
	l.Z = (l.Measurement - l.Expected) / l.SD
	l.Consistent = math.Abs(l.Z) <= 3
}
