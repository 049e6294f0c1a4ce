package discrete

import (
	"context"
	"errors"
	"math"
)

// ladder chooses the precisions of one run.
type ladder struct {
	a       *Annealing
	rf0     float64
	alpha   float64
	betas   int
	plateau float64
	tol     float64
	unit    float64 // stiffness at the scale 1

	reported float64 // an action in Annealing.Convention, in units of ours

	beta    float64 // of the next rung
	step    float64 // in beta, of an adaptive ladder
	tangent []float64
	flat    int // rungs in succession with a negligible model error
	failed  int // rungs in succession that did not converge
	done    bool
	saved   []float64
}

func newLadder(a *Annealing, p *plan) *ladder {
	l := &ladder{a: a, step: 1, tol: a.Tolerance, unit: p.stiffness(1)}
	l.reported, _ = a.Convention.units(p)
	l.rf0, l.alpha, l.betas, l.plateau = a.defaults(p)
	if l.tol <= 0 {
		l.tol = 1e-6
	}
	return l
}

func (l *ladder) scale(beta float64) float64 { return l.rf0 * math.Pow(l.alpha, beta) }

// A rung on the way may take rungSteps Newton steps; after rungsFailed rungs
// in succession that did not converge a run ends as failed: it follows no
// branch of minima.
const (
	rungSteps   = 60
	rungsFailed = 4
)

// Limits of an adaptive ladder's step: at least 1 in beta, so that it never has
// more rungs than the ladder as written, and at most the factor leap on Rf.
// While data and model weigh alike, minima split and vanish, and a longer step
// would choose among them by chance: there the factor is at most leapBetween.
const (
	stepMin     = 1
	leap        = 1e4
	leapBetween = 1000

	between, settled = 1e-2, 1e4 // stiffness where that begins and ends
)

// longest returns the longest step in beta from the given one.
func (l *ladder) longest(beta float64) float64 {
	from := l.unit * l.scale(beta)
	f := leap
	if from < settled && from*leap > between {
		f = max(leapBetween, between/from)
	}
	return max(math.Log(f)/math.Log(l.alpha), stepMin)
}

// rung moves to the next minimum.
func (l *ladder) rung(ctx context.Context, m *minimiser, run *Run) (Rung, error) {
	var out outcome
	var r Rung
	scale := l.scale(l.beta)
	last := l.beta >= float64(l.betas-1)
	tol := l.tol
	// On the way a rung need not be exact; the last one must.
	solver := l.a.Solver
	if !last {
		solver.MaxSteps = min(solver.maxSteps(), rungSteps)
	}
	if last && l.plateau == 0 {
		tol = l.a.Solver.tolerance()
	}
	if l.a.Adaptive && l.tangent != nil {
		if l.saved == nil {
			l.saved = make([]float64, len(m.v))
		}
		copy(l.saved, m.v)
		lm := m.lm
		for {
			l.predict(m, scale, (l.beta-l.from(run))*math.Log(l.alpha))
			out = m.minimise(ctx, &solver, scale, tol, last)
			r = l.describe(m, run, scale, out)
			if ctx.Err() != nil || out.err == nil && !r.Jump || l.beta-l.from(run) <= stepMin*(1+1e-9) {
				break
			}
			// Off the branch: halve the step.
			l.step = max((l.beta-l.from(run))/2, stepMin)
			l.beta = l.from(run) + l.step
			last, tol = false, l.tol
			scale = l.scale(l.beta)
			copy(m.v, l.saved)
			m.lm, m.dual = lm, false
			m.scale = run.Rungs[len(run.Rungs)-1].RfScale
		}
	} else {
		if n := len(run.Rungs); n > 0 && !m.dual && m.p.stiffness(scale) > 100 {
			m.w.retain(m.v, run.Rungs[n-1].RfScale)
		}
		out = m.minimise(ctx, &solver, scale, tol, last)
		r = l.describe(m, run, scale, out)
	}
	if out.err == nil {
		l.failed = 0
		return r, nil
	}
	l.failed++
	if last || ctx.Err() != nil || l.failed >= rungsFailed || !errors.Is(out.err, ErrSteps) {
		return r, out.err
	}
	return r, nil
}

// predict moves the path from l.saved along the tangent to the minimum at the
// given scale, dl higher in ln Rf.
func (l *ladder) predict(m *minimiser, scale, dl float64) {
	w, f := m.w, m.fronts()
	// Towards the limit the path moves as 1/Rf, not as ln Rf.
	if m.p.stiffness(scale) > 100 {
		dl = 1 - math.Exp(-dl)
	}
	for i, t := range l.tangent {
		f.d[i] = dl * t
		m.v[i] = l.saved[i] + f.d[i]
	}
	m.p.project(m.v)
	if m.dual {
		return
	}
	if !(w.action(m.v, scale).total() < w.action(l.saved, scale).total()) {
		copy(m.v, l.saved) // a prediction that is worse than none
		return
	}
	w.predict(f, l.saved, scale, false)
}

func newRung(beta, scale float64, m *minimiser, out outcome) Rung {
	return Rung{Beta: beta, RfScale: scale, Action: out.total(), Measurement: out.me, Model: out.fe, Prior: out.pe,
		Steady: m.w.steadyError(m.v), Theta: append([]float64(nil), m.v[m.p.nx:]...), Steps: out.steps, Converged: out.err == nil}
}

// describe makes a rung of an outcome.
func (l *ladder) describe(m *minimiser, run *Run, scale float64, out outcome) Rung {
	r := newRung(l.beta, scale, m, out)
	if n := len(run.Rungs); n > 0 {
		r.Jump = r.jumps(&run.Rungs[n-1], l.tol) // the rung before is no better
	}
	return r
}

// jumps reports whether r is on another branch than q, a rung at a lower Rf:
// see Rung.Jump.
func (r *Rung) jumps(q *Rung, tol float64) bool {
	rise, dr := r.Action-q.Action, r.RfScale-q.RfScale
	lo, hi := r.moving()/r.RfScale*dr, q.moving()/q.RfScale*dr
	slack := 1e-3*hi + 10*tol*r.Action
	return rise < lo-slack || rise > hi+slack
}

// from is the beta of the last rung.
func (l *ladder) from(run *Run) float64 { return run.Rungs[len(run.Rungs)-1].Beta }

// decide chooses the next rung, or the end.
func (l *ladder) decide(run *Run) {
	r := run.Rungs[len(run.Rungs)-1]
	if r.moving() < l.plateau*math.Abs(r.Action) && r.Converged {
		l.flat++
	} else {
		l.flat = 0
	}
	if l.flat >= 2 {
		run.Plateau = true
	}
	end := float64(l.betas - 1)
	l.done = run.Plateau || r.Beta >= end-1e-9
	if !l.a.Adaptive {
		l.beta = r.Beta + 1
		return
	}
	switch {
	case r.Steps <= 2:
		l.step *= 2
	case r.Steps <= 5:
	case r.Steps <= 8:
		l.step = max(l.step*0.8, stepMin)
	default:
		l.step = max(l.step*0.5, stepMin)
	}
	l.step = min(l.step, l.longest(r.Beta))
	l.beta = min(r.Beta+l.step, end)
}

// after computes what the next rung needs from the minimum just found.
func (l *ladder) after(m *minimiser) {
	if !l.a.Adaptive {
		return
	}
	if l.tangent == nil {
		l.tangent = make([]float64, len(m.v))
	}
	m.tangent(l.tangent)
}
