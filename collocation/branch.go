package collocation

import (
	"context"
	"fmt"
	"math"

	"costate/ode"
)

// Branch is a curve of solutions of a family of problems.
type Branch struct {
	Points []BranchPoint // in the order in which the curve runs through them
}

// BranchPoint is a solution on a branch.
type BranchPoint struct {
	Parameter float64
	Solution  *ode.Solution // of the problem with that parameter
	Fold      bool          // the parameter turns here
}

// Folds returns the points of the branch at which the parameter turns.
func (b *Branch) Folds() []BranchPoint {
	var f []BranchPoint
	for _, p := range b.Points {
		if p.Fold {
			f = append(f, p)
		}
	}
	return f
}

// BranchOptions are the options of Continue; the zero value works.
type BranchOptions struct {
	MaxPoints int     // points at most, folds not counted [200]
	Step      float64 // first step, in sizes of what changes most [0.1]
	MaxStep   float64 // largest step [0.25]
	MinStep   float64 // give up below this step [1e-4]
}

// Continue follows the branch of solutions from c.From towards c.To and around
// its folds, until the parameter leaves the interval between the two. The
// coordinate on the branch is whatever changes most along its tangent, the
// parameter or a component at a mesh point (local parameterisation, which
// serves as well as arclength and keeps the linear systems almost block
// diagonal); a fold is where the tangent has no part in the parameter, and is
// found to the tolerance by the secant method in that coordinate. Every point
// is a solution to the Solver's tolerance on a mesh of its own.
//
// The interval of the problem must not depend on the parameter. On failure the
// points found so far are returned with the error.
func (s *Solver) Continue(ctx context.Context, c *Continuation, o BranchOptions) (*Branch, error) {
	b := new(Branch)
	inner := *s
	inner.Continuation = nil
	m := &members{family: c.Problem}
	sol, err := inner.Solve(ctx, m.at(c.From))
	if err != nil {
		return b, err
	}
	w := &walk{s: &inner, m: m, scale: math.Abs(c.To - c.From)}
	at, err := w.start(ctx, sol, c)
	if err != nil {
		return b, err
	}
	b.Points = append(b.Points, at.point(false))
	h := or(o.Step, 0.1)
	limit := o.MaxPoints
	if limit == 0 {
		limit = 200
	}
	lo, hi := min(c.From, c.To), max(c.From, c.To)
	for len(b.Points) < limit {
		next, err := w.advance(ctx, at, h)
		if ctx.Err() != nil {
			return b, ctx.Err()
		}
		if err != nil {
			h /= 2
			if h < or(o.MinStep, 1e-4) {
				return b, fmt.Errorf("branch stopped at %.8g: %w", at.lambda, err)
			}
			continue
		}
		if next.rate*at.rate < 0 {
			if f, err := w.fold(ctx, at, next); err == nil {
				b.Points = append(b.Points, f.point(true))
				if f.lambda < lo || f.lambda > hi {
					return b, nil
				}
			} else if ctx.Err() != nil {
				return b, ctx.Err()
			}
		}
		if next.lambda < lo || next.lambda > hi {
			end := lo
			if next.lambda > hi {
				end = hi
			}
			if p, err := w.land(ctx, at, next, end); err == nil {
				b.Points = append(b.Points, p.point(false))
			}
			return b, nil
		}
		b.Points = append(b.Points, next.point(false))
		if next.steps <= 4 {
			h = min(1.5*h, or(o.MaxStep, 0.25))
		} else if next.steps > 8 {
			h /= 1.5
		}
		at = next
	}
	return b, nil
}

func or(v, def float64) float64 {
	if v == 0 {
		return def
	}
	return v
}
