package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"

	"costate/discrete"
	"costate/ode"
)

// NetworkAnnealOptions are what annealing a network is told; zero values take
// the [anneal] settings of the file, then the defaults of
// discrete.NetworkAnnealing.
type NetworkAnnealOptions struct {
	Starts        int
	Seed          uint64
	SeedSet       bool
	Alpha         float64
	Betas         int
	Plateau       float64
	Strong        bool
	Redraws       int
	LBFGS         bool // instead of Gauss-Newton steps
	Convention    string
	Workers       int
	CheckpointDir string // "": none
	Restart       bool
	Progress      func(done int, s *discrete.NetworkStart)
}

// NetworkConvention returns the normalisation of that name: action (or
// continuous, "": the same), paper or varanneal.
func NetworkConvention(name string) (discrete.NetworkNormalisation, error) {
	switch name {
	case "", "action", "continuous":
		return discrete.NetUnnormalised, nil
	case "paper":
		return discrete.NetPaper, nil
	case "varanneal":
		return discrete.NetVaranneal, nil
	}
	return 0, fmt.Errorf("unknown convention %q of a network's action; want action, paper or varanneal", name)
}

// NetworkLevel is an action level: a minimum that one or more starts found.
type NetworkLevel struct {
	Starts int
	First  int // lowest number of a start that ended here
	Start  *discrete.NetworkStart
	Z      float64 // (Action.Data - Expected.Mean)/Expected.Sd
}

// NetworkAnnealed are the action levels of a network.
type NetworkAnnealed struct {
	Problem    *discrete.NetworkProblem
	Annealing  discrete.NetworkAnnealing // in force
	Convention discrete.NetworkNormalisation
	Scale      float64 // from the unnormalised action to the convention's
	RfScale    float64 // from an Rf in the convention to an unnormalised one
	Starts     []discrete.NetworkStart
	Failed     int
	Resumed    int // starts taken from the checkpoints
	Levels     []NetworkLevel
	Expected   discrete.NetworkExpected // at the lowest level
}

// levelGap is the relative difference of actions up to which two starts have
// found one level.
const levelGap = 1e-3

// annealing returns the settings in force.
func (n *Network) annealing(o NetworkAnnealOptions) (discrete.NetworkAnnealing, discrete.NetworkNormalisation, error) {
	f := n.File.Anneal
	name := o.Convention
	if name == "" {
		name = f.Convention
	}
	conv, err := NetworkConvention(name)
	if err != nil {
		return discrete.NetworkAnnealing{}, 0, err
	}
	a := discrete.NetworkAnnealing{
		Alpha: pick(o.Alpha, f.Alpha), Betas: pick(o.Betas, rungs(f)), Plateau: pick(o.Plateau, f.Plateau),
		Strong: o.Strong || f.Strong, Starts: max(1, pick(o.Starts, f.Starts)), Seed: f.Seed,
		Normalisation: conv, OwnPaths: f.Start == "network", Redraws: pick(o.Redraws, f.Redraws),
		Solver: discrete.NetworkSolver{Tol: f.Tolerance, MaxIter: f.MaxSteps},
	}
	if o.LBFGS {
		a.LBFGS = &discrete.NetworkLBFGS{Tol: f.Tolerance}
	}
	if o.SeedSet {
		a.Seed = o.Seed
	}
	if len(f.Rf0) > 0 {
		a.Rf0 = f.Rf0[0]
	}
	if f.Hidden != nil {
		a.Low, a.High = f.Hidden[0], f.Hidden[1]
	}
	if w := n.Spec.Weights; w.Bound > 0 || w.Gain > 0 {
		a.Weights = n.FirstWeights(n.Net)
	}
	return a, conv, nil
}

// Anneal follows the minima of the action of the training pairs from many
// starts as the precision of the layers grows. A finished start is kept in
// CheckpointDir, and read from there by the next run with the same settings.
func (n *Network) Anneal(ctx context.Context, o NetworkAnnealOptions) (*NetworkAnnealed, error) {
	a, conv, err := n.annealing(o)
	if err != nil {
		return nil, err
	}
	p := n.Problem()
	r := &NetworkAnnealed{Problem: p, Annealing: a, Convention: conv}
	if r.Scale, r.RfScale, err = conv.Scale(p); err != nil {
		return nil, err
	}
	var kept *networkCheckpoint
	if o.CheckpointDir != "" {
		if kept, err = n.checkpoint(o.CheckpointDir, a, o.Restart); err != nil {
			return nil, err
		}
	}
	all := a.Starts
	r.Starts = make([]discrete.NetworkStart, all)
	done := make([]bool, all)
	errs := make([]error, all)
	var mu sync.Mutex
	finished := 0
	// Starts are independent streams of the seed: run one by one, so that each
	// can be kept as soon as it is there.
	parallel := workers(o.Workers)
	inner := max(1, parallel/all)
	forEach(all, parallel, func(i int) {
		if ctx.Err() != nil {
			return
		}
		if s, ok := kept.load(i); ok {
			r.Starts[i], done[i] = s, true
			mu.Lock()
			r.Resumed++
			mu.Unlock()
		} else {
			one := a
			one.Starts, one.First, one.Parallel = 1, i, 1
			one.Solver.Workers = inner
			l, err := one.Run(ctx, p)
			if l == nil || ctx.Err() != nil {
				errs[i] = err
				return
			}
			r.Starts[i], done[i] = l.Starts[0], true
			if err := kept.save(i, &r.Starts[i]); err != nil {
				errs[i] = err
			}
		}
		mu.Lock()
		defer mu.Unlock()
		finished++
		if o.Progress != nil {
			o.Progress(finished, &r.Starts[i])
		}
	})
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		return nil, err
	}
	var ended []*discrete.NetworkStart
	for i := range r.Starts {
		if !done[i] {
			continue
		}
		if s := &r.Starts[i]; s.Err == nil {
			ended = append(ended, s)
		} else {
			r.Failed++
		}
	}
	r.levels(ended)
	if err := ctx.Err(); err != nil {
		return r, err
	}
	if len(ended) == 0 {
		return r, fmt.Errorf("%w of %d: %w", discrete.ErrNetworkStart, all, r.Starts[0].Err)
	}
	r.Expected, err = p.Expected(r.Levels[0].Start.Fit)
	for i := range r.Levels {
		l := &r.Levels[i]
		l.Z = r.Expected.Z(l.Start.Fit.Action.Data())
	}
	return r, err
}

// levels gathers starts of one action.
func (r *NetworkAnnealed) levels(ended []*discrete.NetworkStart) {
	sort.SliceStable(ended, func(i, j int) bool { return ended[i].Fit.Action.Total() < ended[j].Fit.Action.Total() })
	last := math.Inf(-1)
	for _, s := range ended {
		a := s.Fit.Action.Total()
		if a-last > levelGap*math.Abs(a) {
			r.Levels = append(r.Levels, NetworkLevel{First: s.Index, Start: s})
		}
		last = a
		l := &r.Levels[len(r.Levels)-1]
		l.Starts++
		l.First = min(l.First, s.Index)
	}
}

// Reached reports whether the lowest level is within k standard deviations of
// the expected one.
func (r *NetworkAnnealed) Reached(k float64) bool {
	return len(r.Levels) > 0 && math.Abs(r.Levels[0].Z) <= k && r.Levels[0].Start.Fit.Status == ode.Solved
}
