package collocation

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/ode"
)

// Branch is a curve of solutions of a family of problems.
type Branch struct {
	Points []BranchPoint // in the order in which the curve runs through them
	End    BranchEnd     // why it ends, unless an error says so
}

// BranchEnd is why a branch ends.
type BranchEnd int

const (
	BranchReached  BranchEnd = iota // the parameter is where it was to go
	BranchReturned                  // around a fold, back where it began
	BranchPoints                    // as many points as were allowed
	BranchBounded                   // a watched quantity vanishes at the last point
)

// BranchPoint is a solution on a branch.
type BranchPoint struct {
	Parameter float64
	Solution  *ode.Solution // of the problem with that parameter
	Fold      bool          // the parameter turns here
	Corner    string        // what Switch calls the corner of the branch here; "": none
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

	// Watch returns quantities, always as many, that must not be negative on
	// the branch. Where one would become so, the branch has a corner, or ends.
	// [nil]
	Watch func(lambda float64, sol *ode.Solution) []float64

	// Switch is told which quantity vanishes at a corner, and returns the family
	// that the branch goes on with, which has the same solution there, and a name
	// for the corner. nil: the branch ends. [nil]
	Switch func(k int) (family func(float64) *ode.BVP, name string)
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
	w := &walk{s: &inner, m: m, scale: math.Abs(c.To - c.From), o: &o}
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
	for len(b.Points)-len(b.Folds()) < limit {
		next, err := w.advance(ctx, at, h)
		corner := -1
		if err == nil {
			next, corner, err = w.corner(ctx, at, next, h)
		}
		if ctx.Err() != nil {
			return b, ctx.Err()
		}
		if err != nil {
			h /= 2
			if h < or(o.MinStep, 1e-4) {
				return b, stopped("branch", at.lambda, at.point(false).Solution, c, err)
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
			if end == c.From {
				b.End = BranchReturned
			}
			p, err := w.land(ctx, at, next, end)
			if err != nil {
				return b, prefixed(fmt.Sprintf("branch stopped at %.8g, next to its end at %.8g", at.lambda, end), err)
			}
			b.Points = append(b.Points, p.point(false))
			return b, nil
		}
		p := next.point(false)
		if corner >= 0 {
			before := at
			if next, p.Corner, err = w.turnCorner(ctx, next, corner); next == nil && err == nil {
				b.Points, b.End = append(b.Points, p), BranchBounded
				return b, nil
			}
			if err == nil && before.corner && p.Parameter == before.lambda {
				err = errors.New("collocation: the branch does not leave its corner")
			}
			if err != nil {
				return b, prefixed(fmt.Sprintf("branch stopped at %.8g, where %s", p.Parameter, p.Corner), err)
			}
			h = or(o.Step, 0.1)
		} else if next.steps <= 4 {
			h = min(1.5*h, or(o.MaxStep, 0.25))
		} else if next.steps > 8 {
			h /= 1.5
		}
		b.Points = append(b.Points, p)
		at = next
	}
	b.End = BranchPoints
	if p := at.point(false).Solution; o.MaxPoints == 0 {
		// Towards a singular limit steps shrink with what is left of the way.
		if e := (*Error)(nil); errors.As(stopped("branch", at.lambda, p, c, nil), &e) {
			return b, e
		}
	}
	return b, nil
}

func or(v, def float64) float64 {
	if v == 0 {
		return def
	}
	return v
}
