package discrete

import (
	"context"
	"math"
)

// aheadRungs is how far beyond the last Rf a run is followed to see whether
// its model error comes to fall like 1/Rf.
const aheadRungs = 16

// With A = A(Inf) - c/Rf + d/Rf^2 the model error falls as a power of Rf that
// differs from -1 by 2 d/(c Rf), which is of the size of the error of the
// limit relative to the model error. Up to mayDiffer it is taken to fall as
// 1/Rf; FitzHugh and Nagumo's model comes to 0.24 and is back at 1 before the
// end. A model error below littleModel of the action is meant to fall like that.
// One below noModel means nothing to the limit, and is known less well.
const (
	mayDiffer   = 0.15
	mustDiffer  = 0.3
	littleModel = 0.01
	noModel     = 1e-6
)

// judge extrapolates the action and looks at how the model error falls, on
// the branch of minima that the last rung is on.
func (l *ladder) judge(ctx context.Context, m *minimiser, run *Run) {
	n := len(run.Rungs)
	if n < 2 {
		return
	}
	// The pair to compare: the last rung and the nearest at half its Rf, or
	// less, on the same branch; and the one before them.
	b := run.Rungs[n-1]
	i, jump := run.below(n - 1)
	a := run.Rungs[i]
	var before *Rung
	if k, off := run.below(i); k < i && !off && !jump {
		before = &run.Rungs[k]
	}
	// What the ladder leaves open is settled on a copy of the path.
	if run.Done && (jump || !falls(&a, &b)) {
		other := newMinimiser(m.p, &l.a.Solver)
		other.warm = true
		if jump {
			copy(other.v, m.v)
			a, before = l.visit(ctx, other, b.Beta-math.Ln2/math.Log(l.alpha)), nil
			jump = !a.Converged || b.jumps(&a, l.tol)
		}
		copy(other.v, m.v)
		for k := 0; k < aheadRungs && !jump && !falls(&a, &b) && ctx.Err() == nil; k++ {
			next := l.visit(ctx, other, b.Beta+math.Ln2/math.Log(l.alpha))
			if !next.Converged {
				break
			}
			jump = next.jumps(&b, l.tol)
			last := a
			before, a, b = &last, b, next
		}
		m.w.stats.add(other.w.stats)
	}
	run.conclude(before, &a, &b, jump)
}

// below returns the nearest rung under rung i at half its Rf, or less, or the
// first one, and whether the run jumps on the way from there.
func (r *Run) below(i int) (at int, jump bool) {
	for at = i; at > 0 && (at == i || r.Rungs[at].RfScale > 0.5001*r.Rungs[i].RfScale); at-- {
		jump = jump || r.Rungs[at].Jump
	}
	return at, jump
}

// conclude sets the limit and the doubts from two rungs, and one before them.
func (r *Run) conclude(before, a, b *Rung, jump bool) {
	slope := b.Action + b.moving()
	r.Limit, r.Falling = extrapolate(a, b)
	r.Early = false
	if r.Suspect = jump || !falls(a, b); jump {
		r.Limit, r.LimitError = slope, b.moving()
		return
	}
	r.LimitError = math.Abs(r.Limit - slope)
	if before != nil {
		limit, _ := extrapolate(before, a)
		r.LimitError = max(r.LimitError, math.Abs(r.Limit-limit))
	}
	if !r.Suspect && (differs(a, b) < mayDiffer || b.moving() < noModel*b.Action) {
		return
	}
	r.Limit, r.LimitError = math.NaN(), math.NaN()
	if r.Early = !r.Suspect; r.Early {
		// Its way to littleModel, and two rungs to see that it is one.
		perBeta := math.Log(b.RfScale/a.RfScale) / (b.Beta - a.Beta)
		r.Until = b.Beta + math.Ceil(math.Log(max(b.moving()/(littleModel*b.Action), 4))/perBeta)
	}
}

// visit minimises at another Rf.
func (l *ladder) visit(ctx context.Context, m *minimiser, beta float64) Rung {
	scale := l.scale(beta)
	m.lm = damping{mu: muMin, exact: true}
	out := m.minimise(ctx, &l.a.Solver, scale, l.tol, false)
	return newRung(beta, scale, m, out)
}

// extrapolate returns A(Inf), with A(Rf) = A(Inf) - c/Rf on the rungs a and
// b, and the ratio of their model errors times Rf.
func extrapolate(a, b *Rung) (limit, falling float64) {
	q := b.RfScale / a.RfScale
	limit = (q*b.Action - a.Action) / (q - 1)
	if a.moving() == 0 && b.moving() == 0 {
		return limit, 1
	}
	return limit, b.moving() * q / a.moving()
}

// differs is the distance from -1 of the power of Rf as which the model error
// falls from a to b.
func differs(a, b *Rung) float64 {
	_, falling := extrapolate(a, b)
	return math.Abs(math.Log(falling) / math.Log(b.RfScale/a.RfScale))
}

// falls reports whether the model error falls from a to b like 1/Rf, which it
// is meant to do only where it is small.
func falls(a, b *Rung) bool {
	switch {
	case !(b.moving() < littleModel*b.Action):
		return true
	case b.moving() < noModel*b.Action:
		return differs(a, b) < mustDiffer
	}
	return differs(a, b) < mayDiffer
}
