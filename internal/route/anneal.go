package route

import (
	"context"
	"math"
	"slices"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/problemfile"
)

// AnnealOptions are what annealing is told; zero values take the [anneal]
// settings of the file, then the defaults of discrete.Annealing.
type AnnealOptions struct {
	Starts        int
	Seed          uint64
	SeedSet       bool
	Alpha         float64
	Betas         int
	Layers        int // [one for each interval between measurements, at least 40]; see Refine
	Rule          string
	Kappa         float64
	Adaptive      bool
	Start         discrete.StartRule
	Convention    string
	OffGrid       string // insert or interpolate
	LBFGS         bool
	Workers       int
	CheckpointDir string // "": none
	Restart       bool
	Progress      func(start int, r discrete.Rung, action float64) // action: in the convention
}

// Annealed is an ensemble with the problem that it belongs to.
type Annealed struct {
	Problem  *discrete.Problem
	Settings *discrete.Annealing
	Ensemble *discrete.Ensemble
	Given    bool    // the number of layers was given
	Unit     float64 // from an action of package discrete to one in the convention

	// Undetermined is what the data leave open at the lowest level; nil: nothing.
	Undetermined *Undetermined
}

// Anneal follows the minima of the action from many starts as the precision of
// the model grows from Rf0.
func (p *Problem) Anneal(ctx context.Context, o AnnealOptions) (*Annealed, error) {
	a := p.File.Action
	if a == nil {
		return nil, ErrNoLayers
	}
	pr, err := Layers(a)
	if err != nil {
		return nil, err
	}
	if err := p.annealRule(pr, &o); err != nil {
		return nil, err
	}
	file := p.File.Anneal
	s := &discrete.Annealing{
		Alpha: pick(o.Alpha, file.Alpha), Betas: pick(o.Betas, rungs(file)),
		Starts: pick(o.Starts, file.Starts), Seed: file.Seed,
		Adaptive: o.Adaptive, Start: o.Start, Workers: o.Workers, Restart: o.Restart,
		Solver: discrete.Solver{Covariance: true},
	}
	if o.SeedSet {
		s.Seed = o.Seed
	}
	if o.LBFGS {
		s.Solver.Method = discrete.LBFGS
	}
	if o.CheckpointDir != "" {
		s.Checkpoint = discrete.FileCheckpoint{Dir: o.CheckpointDir}
	}
	convention := o.Convention
	if convention == "" {
		convention = file.Convention
	}
	if convention != "" {
		if s.Convention, err = problemfile.ParseConvention(convention); err != nil {
			return nil, err
		}
	}
	if err := p.precisions(pr, s); err != nil {
		return nil, err
	}
	s.Finite = p.endsAtModel(pr, s)
	unit, err := s.Convention.Action(pr, 1)
	if err != nil {
		return nil, err
	}
	if o.Progress != nil {
		s.Progress = func(start int, r discrete.Rung) { o.Progress(start, r, unit*r.Action) }
	}
	s.Lower, s.Upper = p.ranges(pr.Names, pr.Lower, pr.Upper)
	s.ParamLower, s.ParamUpper = p.ranges(pr.ParamNames, pr.ParamLower, pr.ParamUpper)
	e, err := s.Run(ctx, pr)
	if e == nil {
		return nil, err
	}
	out := &Annealed{Problem: pr, Settings: s, Ensemble: e, Unit: unit, Given: pick(o.Layers, file.Layers) > 0}
	if len(e.Levels) > 0 {
		out.Undetermined = p.undeterminedPath(ctx, e.Levels[0].Path)
	}
	return out, err
}

func pick[T comparable](flag, file T) T {
	var zero T
	if flag != zero {
		return flag
	}
	return file
}

// rungs is the number of rungs 0..beta of the file; 0: not given.
func rungs(file problemfile.Anneal) int {
	if file.BetaGiven {
		return file.Beta + 1
	}
	return 0
}

// annealRule sets the rule and the layers.
func (p *Problem) annealRule(pr *discrete.Problem, o *AnnealOptions) error {
	name := o.Rule
	if name == "" {
		name = p.File.Anneal.Rule
	}
	if name == "" {
		name = discrete.SimpsonHermite.String()
	}
	var err error
	if pr.Rule, pr.Stages, err = problemfile.ParseRule(name); err != nil {
		return err
	}
	pr.Kappa = pick(o.Kappa, p.File.Anneal.Kappa)
	if pick(o.OffGrid, p.File.Anneal.OffGrid) == "interpolate" {
		pr.OffGrid = discrete.Interpolate
	}
	if pr.Layers = pick(o.Layers, p.File.Anneal.Layers); pr.Layers == 0 {
		times := make([]float64, 0, len(pr.Observations))
		for _, q := range pr.Observations {
			times = append(times, q.Time)
		}
		slices.Sort(times)
		pr.Layers = max(len(slices.Compact(times))-1, 40)
	}
	return nil
}

// precisions sets Rf at beta = 0. Rf0 of the file is absolute, in the convention
// of the ensemble; without it the components have the ratios of the problem's
// Rf, and exact ones count as 1. The Rf of a parameter that varies says how far
// it walks, which is part of the model and not a doubt about it: the ladder
// leaves it alone, unless Rf0 names the parameter.
func (p *Problem) precisions(pr *discrete.Problem, s *discrete.Annealing) error {
	if rf0 := p.File.Anneal.Rf0; rf0 != nil {
		unit, err := s.Convention.Rf(pr, 1)
		if err != nil {
			return err
		}
		pr.Rf, s.Rf0 = slices.Clone(rf0), 1
		pr.Steady = steady(p.File.Anneal.Steady)
		for i := range pr.Rf {
			if pr.Steady == nil || !pr.Steady[i] {
				pr.Rf[i] *= unit
			}
		}
		return nil
	}
	states := p.File.Action.States
	varying := make([]bool, len(states))
	for i, s := range states {
		varying[i] = s.Varying
	}
	pr.Steady = steady(varying)
	if len(pr.Rf) > len(states) { // a matrix, which is finite
		return nil
	}
	pr.Rf = slices.Clone(pr.Rf)
	finite := false
	for i, v := range pr.Rf {
		finite = finite || !varying[i] && !math.IsInf(v, 1)
	}
	for i := range pr.Rf {
		if !finite && !varying[i] {
			pr.Rf[i] = 1
		}
	}
	return nil
}

// endsAtModel reports whether the ladder is meant to end at the Rf of the
// problem: it does so within a rung, in every component that it moves.
func (p *Problem) endsAtModel(pr *discrete.Problem, s *discrete.Annealing) bool {
	if s.Betas == 0 || p.File.Anneal.Rf0 == nil {
		return false // its ends are chosen, not given
	}
	alpha := s.Alpha
	if alpha == 0 {
		alpha = 2
	}
	scale := s.Rf0 * math.Pow(alpha, float64(s.Betas-1))
	for i, st := range p.File.Action.States {
		if pr.Steady != nil && pr.Steady[i] || math.IsInf(pr.Rf[i], 1) {
			continue
		}
		if r := pr.Rf[i] * scale / st.Rf; !(r > 1/alpha && r < alpha) {
			return false
		}
	}
	return true
}

// steady returns nil where nothing is marked.
func steady(marked []bool) []bool {
	if !slices.Contains(marked, true) {
		return nil
	}
	return marked
}

// ranges are where starts are drawn from: the ranges of the file, or the bounds.
func (p *Problem) ranges(names []string, lower, upper []float64) (lo, hi []float64) {
	lo, hi = make([]float64, len(names)), make([]float64, len(names))
	for i, name := range names {
		if a, b, ok := p.File.Range(name); ok {
			lo[i], hi[i] = a, b
		} else if !math.IsInf(lower[i], 0) && !math.IsInf(upper[i], 0) {
			lo[i], hi[i] = lower[i], upper[i]
		} else {
			lo[i], hi[i] = -1, 1
		}
	}
	return lo, hi
}

// Prediction is the model's run from the end of the window.
type Prediction struct {
	T []float64
	X []float64 // len(T)×Dim

	// RMS is the root mean square of (h - y) sqrt(Rm) over the data held back
	// after the window, NaN without any, and Count their number: 1 is the
	// noise alone.
	RMS   float64
	Count int

	Held []hamiltonian.Observations // the data held back
}

// Predict integrates the model from the last layer of a path to until, and
// compares it with the data that the file holds back.
func (p *Problem) Predict(ctx context.Context, path *discrete.Path, until float64) (*Prediction, error) {
	const points = 200
	a := p.File.Action
	pr, err := Layers(a)
	if err != nil {
		return nil, err
	}
	sol, err := discrete.Predict(ctx, pr, path, until, nil)
	if err != nil {
		return nil, err
	}
	held := *a
	held.Observations = p.File.Held
	data, err := observations(&held)
	if err != nil {
		return nil, err
	}
	out := &Prediction{Held: p.File.Held}
	out.T, out.X = sampled(sol, a.End, until, (until-a.End)/points)
	out.RMS, out.Count = discrete.Misfit(sol, path.Theta, data)
	return out, nil
}
