package discrete

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
)

// Annealing follows minima of an action as Rf grows: variational annealing.
// At beta = 0, 1, 2, ... the precision is Problem.Rf times Rf0 Alpha^beta,
// and each minimisation starts from the minimum before. Many starts show the
// action levels; a lowest one that separates from the others and becomes flat
// is the sign of the global minimum. The zero value works.
//
// The result depends on the problem, the options and Seed, not on Workers.
type Annealing struct {
	// Rf0 is the factor on Problem.Rf at beta = 0
	// [such that a layer weighs a thousandth of a measurement].
	Rf0 float64

	Alpha float64 // factor from rung to rung [2]
	Betas int     // number of rungs [as many as reach a plateau, at most 60]

	// Adaptive chooses the factor from rung to rung itself, beginning with
	// Alpha, and predicts the next minimum along the tangent dX/d ln Rf. It
	// goes up to the Rf of the last beta, or to the plateau.
	Adaptive bool

	// Plateau ends a run whose model error is below Plateau times the action
	// on two rungs, since A(Inf) - A is the model error up to O(1/Rf^2)
	// [1e-6, and no end before Betas if Betas is set].
	Plateau float64

	Starts  int    // [1]
	Seed    uint64 // of the random starts [0]
	Workers int    // [GOMAXPROCS]

	Start        StartRule
	Lower, Upper []float64 // ranges of the states at the start [the bounds, or -1..1]
	ParamLower   []float64 // ranges of the parameters [the bounds, or -1..1]
	ParamUpper   []float64
	Gain         float64 // of StartSynchronise [a quarter of the inverse step]
	Guess        *Guess  // start 0 is this path instead

	// Tolerance of a rung: the predicted decrease relative to the action
	// [1e-6]; the last rung is solved to the Solver's.
	Tolerance float64
	Solver    Solver

	Convention Convention // for the levels' report

	// Finite says that the Rf of the last rung is that of the model: levels
	// are judged by their action there [by that at Rf = +Inf, where it can be
	// told].
	Finite bool

	// Checkpoint saves every rung [nil: nowhere].
	Checkpoint Checkpoint
	Restart    bool // do not resume

	// Progress is told of every finished rung, one call at a time. An action
	// to be shown is Rung.Reported, in Convention.
	Progress func(start int, r Rung)
}

// Rung is the minimum of one run at one Rf. The action and its parts are in the
// package's convention.
type Rung struct {
	Beta    float64 // log of RfScale/Rf0 to the base Alpha
	RfScale float64

	Action, Measurement, Model, Prior float64
	Reported                          float64 // Action in the annealing's convention

	Steady float64 // the part of Model that belongs to Problem.Steady
	Theta  []float64

	Steps     int
	Converged bool

	// Jump: from the rung before, the action rose by more or less than a
	// branch of minima allows. Along a branch dA/dRf = Model/Rf falls, so
	// that the rise lies between the end values of this slope times the
	// step; otherwise the minimum before has vanished, or was none.
	Jump bool
}

// Run is what one start came to.
type Run struct {
	Start int
	Rungs []Rung
	Path  *Path // at the last rung
	Err   error // nil if every rung converged
	Done  bool  // to the end of the ladder or to the plateau

	Plateau bool // the model error became negligible

	// Limit is the action at Rf = +Inf, extrapolated with A(Rf) = A(Inf) - c/Rf
	// from two values of Rf, a factor of at least 2 apart if the ladder has
	// them: the last rung and one below. After a jump there the one below is
	// reached from above, on the same branch; and a branch whose model error
	// is small, but does not fall like 1/Rf yet, is followed beyond the last
	// rung until it does. NaN with fewer than two rungs, and where the law
	// does not hold: see Early. LimitError estimates its error: the largest
	// difference from the value at half the Rf and from that of the slope,
	// dA/dRf = Model/Rf.
	Limit, LimitError float64

	// Falling is the ratio of Model times Rf at these two, which tends to 1
	// at a minimum of the limit: with p bounded the model error is
	// 1/(2 Rf) int p^2. Suspect marks a run where it does not although the
	// model error is small; Early one whose ladder ends where it is large
	// and does not fall like that, so that no limit can be told; it must go
	// on to Until, a beta, at least.
	Falling        float64
	Suspect, Early bool
	Until          float64
}

// moving is the model error of the components whose Rf grows.
func (r Rung) moving() float64 { return r.Model - r.Steady }

// Ensemble is the result of all starts.
type Ensemble struct {
	Runs       []Run // in order of start
	Levels     []Level
	Failed     int // runs that ended in an error
	Unfinished int // runs that were interrupted
	Stats      Stats
	Convention Convention
	Seed       uint64
}

func (a *Annealing) defaults(p *plan) (rf0, alpha float64, betas int, plateau float64) {
	rf0, alpha, betas, plateau = a.Rf0, a.Alpha, a.Betas, a.Plateau
	if rf0 <= 0 {
		rf0 = 1e-3 * p.s[0] * p.maxRm() / p.largest(false)
	}
	if alpha <= 1 {
		alpha = 2
	}
	if betas <= 0 {
		betas = 60
		if plateau == 0 {
			plateau = 1e-6
		}
	}
	return rf0, alpha, betas, plateau
}

// Run anneals from all starts. When the context ends it returns the context's
// error with the ensemble of what is finished; runs that failed are counted,
// they are no error.
func (a *Annealing) Run(ctx context.Context, pr *Problem) (*Ensemble, error) {
	p, err := newPlan(pr)
	if err != nil {
		return nil, err
	}
	if p.largest(false) == 0 {
		return nil, bad("Rf", "annealing multiplies Rf; it needs a finite component that is not steady")
	}
	for _, q := range []struct {
		name string
		v    []float64
		n    int
	}{{"Lower", a.Lower, p.D}, {"Upper", a.Upper, p.D}, {"ParamLower", a.ParamLower, p.P}, {"ParamUpper", a.ParamUpper, p.P}} {
		if q.v != nil && len(q.v) != q.n {
			return nil, bad(q.name, "want %d numbers", q.n)
		}
	}
	starts := max(a.Starts, 1)
	workers := a.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, starts)
	runs := make([]Run, starts)
	stats := make([]Stats, starts)
	saved := make([]error, starts)
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan int)
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				m := newMinimiser(p, &a.Solver)
				r, err := a.run(ctx, m, i, &mu)
				runs[i], stats[i], saved[i] = r, m.w.stats, err
			}
		}()
	}
	for i := range starts {
		runs[i].Start = i
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	e := &Ensemble{Runs: runs, Convention: a.Convention, Seed: a.Seed}
	for i := range runs {
		e.Stats.add(stats[i])
		switch r := &runs[i]; {
		case !r.Done && (r.Err == nil || errors.Is(r.Err, context.Canceled) || errors.Is(r.Err, context.DeadlineExceeded)):
			e.Unfinished++
		case r.Err != nil:
			e.Failed++
		}
	}
	e.levels(p, a.Finite)
	// A folder that is full or of another problem fails every start alike.
	for _, err := range saved {
		if err != nil {
			return e, err
		}
	}
	return e, ctx.Err()
}

// run anneals from one start.
func (a *Annealing) run(ctx context.Context, m *minimiser, start int, mu *sync.Mutex) (Run, error) {
	p := m.p
	run := Run{Start: start, Limit: math.NaN(), LimitError: math.NaN(), Falling: math.NaN()}
	lad := newLadder(a, p)
	resumed := false
	if a.Checkpoint != nil && !a.Restart {
		st, err := a.Checkpoint.Load(start)
		if err != nil {
			return run, &CheckpointError{start, err}
		}
		if st != nil {
			if st.Fingerprint != a.fingerprint(p) {
				return run, &CheckpointError{start, ErrCheckpointMismatch}
			}
			lad.restore(st, m, &run)
			resumed = true
		}
	}
	if !resumed {
		if start == 0 && a.Guess != nil {
			copy(m.v, p.vector(*a.Guess))
		} else {
			a.start(p, m.v, start)
		}
	}
	m.warm = true // the ladder is the approach
	for !lad.done {
		r, err := lad.rung(ctx, m, &run)
		if err != nil {
			run.Err = err
			break
		}
		r.Reported = lad.reported * r.Action
		run.Rungs = append(run.Rungs, r)
		lad.decide(&run)
		if !lad.done {
			lad.after(m)
		}
		if a.Checkpoint != nil {
			st := lad.state(m, &run)
			st.Fingerprint = a.fingerprint(p)
			if err := a.Checkpoint.Save(start, st); err != nil {
				return run, &CheckpointError{start, err}
			}
		}
		if a.Progress != nil {
			mu.Lock()
			a.Progress(start, r)
			mu.Unlock()
		}
	}
	run.Done = run.Err == nil
	if n := len(run.Rungs); n > 0 {
		m.scale = run.Rungs[n-1].RfScale
		m.out.converged, m.proven = run.Rungs[n-1].Converged, false // the next rung may have been tried
		run.Path = m.collect()
		run.Path.Err = run.Err
		if run.Done {
			m.second(run.Path, a.Solver.Covariance)
		}
		run.Path.Stats = m.w.stats
		lad.judge(ctx, m, &run)
	}
	return run, nil
}
