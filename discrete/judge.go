package discrete

import (
	"context"
	"math"
)

// aheadRungs is how far beyond the last Rf a run is followed to see whether
// its model error comes to fall like 1/Rf.
const aheadRungs = 16

// judge extrapolates the action and looks at how the model error falls, on
// the branch of minima that the last rung is on.
func (l *ladder) judge(ctx context.Context, m *minimiser, run *Run) {
	n := len(run.Rungs)
	if n < 2 {
		return
	}
	// The pair to compare: the last rung and the nearest at half its Rf, or
	// less, on the same branch.
	b := run.Rungs[n-1]
	i, jump := n-1, false
	for i > 0 && (i == n-1 || run.Rungs[i].RfScale > 0.5001*b.RfScale) {
		jump = jump || run.Rungs[i].Jump
		i--
	}
	a := run.Rungs[i]
	// What the ladder leaves open is settled on a copy of the path.
	if run.Done && (jump || !falls(&a, &b)) {
		other := newMinimiser(m.p, &l.a.Solver)
		other.warm = true
		if jump {
			copy(other.v, m.v)
			a = l.visit(ctx, other, b.Beta-math.Ln2/math.Log(l.alpha))
			jump = !a.Converged || b.jumps(&a, l.tol)
		}
		copy(other.v, m.v)
		for k := 0; k < aheadRungs && !jump && !falls(&a, &b) && ctx.Err() == nil; k++ {
			next := l.visit(ctx, other, b.Beta+math.Ln2/math.Log(l.alpha))
			if !next.Converged {
				break
			}
			jump = next.jumps(&b, l.tol)
			a, b = b, next
		}
		m.w.stats.add(other.w.stats)
	}
	run.Limit, run.Falling = extrapolate(&a, &b)
	if jump {
		run.Limit = b.Action + b.Model
	}
	run.Suspect = jump || !falls(&a, &b)
}

// visit minimises at another Rf.
func (l *ladder) visit(ctx context.Context, m *minimiser, beta float64) Rung {
	scale := l.scale(beta)
	m.lm = damping{mu: muMin, exact: true}
	out := m.minimise(ctx, &l.a.Solver, scale, l.tol, false)
	return newRung(beta, scale, m, out)
}

// extrapolate returns A(Inf), with A(Rf) = A(Inf) - c/Rf on the rungs a and
// b, and the ratio of their Model times Rf.
func extrapolate(a, b *Rung) (limit, falling float64) {
	q := b.RfScale / a.RfScale
	limit = (q*b.Action - a.Action) / (q - 1)
	if a.Model == 0 && b.Model == 0 {
		return limit, 1
	}
	return limit, b.Model * q / a.Model
}

// falls reports whether the model error falls from a to b like 1/Rf, which it
// is meant to do only where it is small.
func falls(a, b *Rung) bool {
	_, r := extrapolate(a, b)
	return !(b.Model < 0.01*b.Action) || r > 0.8 && r < 1.25
}
