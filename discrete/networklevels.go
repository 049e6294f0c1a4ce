package discrete

import (
	"math"

	"costate/ode"
)

// NetworkRung is the minimum at one precision.
type NetworkRung struct {
	Beta        int
	Rf          float64
	Action      NetworkAction
	Gradient    float64
	Iterations  int
	Evaluations int
	Status      ode.Status
}

// NetworkStart is what became of one start.
type NetworkStart struct {
	Index int // number of the start, which with the seed fixes its random numbers
	Rungs []NetworkRung
	Fit   *NetworkFit // the last minimum
	Err   error       // why it ended early

	// Warnings tell of signs that the minimisation, not the data, made the
	// level: a model error that does not fall like 1/Rf, a last rung that
	// did not converge.
	Warnings []error
}

// NetworkLevels is the result of an annealing: the starts by increasing last
// action.
type NetworkLevels struct {
	Problem *NetworkProblem
	Seed    uint64

	// Normalisation is the convention of all actions and precisions here.
	// Run gives NetUnnormalised; In converts.
	Normalisation NetworkNormalisation

	Starts []NetworkStart
}

// In returns the levels in another convention: actions, and precisions Rf, of
// rungs and fits.
func (l *NetworkLevels) In(n NetworkNormalisation) (*NetworkLevels, error) {
	c0, rho0, err := l.Normalisation.Scale(l.Problem)
	if err != nil {
		return nil, err
	}
	c1, rho1, err := n.Scale(l.Problem)
	if err != nil {
		return nil, err
	}
	c, rho := c1/c0, rho0/rho1
	m := *l
	m.Normalisation = n
	m.Starts = append([]NetworkStart(nil), l.Starts...)
	for i := range m.Starts {
		s := &m.Starts[i]
		s.Rungs = append([]NetworkRung(nil), s.Rungs...)
		for j := range s.Rungs {
			r := &s.Rungs[j]
			r.Rf, r.Action, r.Gradient = r.Rf*rho, r.Action.Times(c), r.Gradient*c
		}
		f := *s.Fit
		f.Rf, f.Action, f.Gradient = f.Rf*rho, f.Action.Times(c), f.Gradient*c
		s.Fit = &f
	}
	return &m, nil
}

// Best is the start with the lowest last action.
func (l *NetworkLevels) Best() *NetworkStart { return &l.Starts[0] }

// Count returns the number of distinct last actions, equal ones being within
// the relative gap.
func (l *NetworkLevels) Count(gap float64) int {
	n := 0
	last := math.Inf(-1)
	for i := range l.Starts {
		if a := l.Starts[i].Fit.Action.Total(); a-last > gap*math.Abs(a) {
			n++
			last = a
		}
	}
	return n
}
