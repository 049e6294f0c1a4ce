package route

import (
	"context"
	"errors"
	"math"
	"slices"

	"costate/discrete"
)

// Refined says how far the layers of an annealing are from the continuous
// problem: its lowest level, minimised again in layers of half the length as
// often as it takes until the minimum stays where it is.
type Refined struct {
	Path *discrete.Path // in the finest layers

	// Action, Theta and X are the errors of the level: of its action, of its
	// parameters, and the largest of each state. They are the distances from
	// Path, and what is estimated to be left from there. Doubt is the largest
	// of them in posterior standard deviations, that of the action being 1.
	Action   float64
	Theta, X []float64
	Doubt    float64

	// Settled: the halving before Path moved nothing by more than a tenth of
	// its posterior width, so that Layers are enough: those before it.
	Settled bool
	Layers  int
}

// Enough reports whether the layers of the level are enough.
func (r *Refined) Enough() bool { return r.Settled && r.Doubt <= enough }

// ErrLevelLost says that there is no minimum in finer layers near a level.
var ErrLevelLost = errors.New("no minimum in layers of half the length lies near the level")

// Of a level whose error is a tenth of its posterior width no one need know
// more; finer layers than mostLayers, or than the halvings from the level's,
// take longer than the ladder.
const (
	enough     = 0.1
	halvings   = 6
	mostLayers = 50000
)

// Refine estimates the error that the layers make in the lowest level. The
// precision stays that of the ladder's end.
func (r *Annealed) Refine(ctx context.Context) (*Refined, error) {
	level := r.Ensemble.Levels[0].Path
	order := float64(orderOf(r.Problem))
	solver := discrete.Solver{Covariance: true, Scale: level.RfScale, MaxSteps: 100}
	pr := *r.Problem
	out := &Refined{}
	before, from := level, level
	for k := range halvings {
		if k > 0 && 2*from.Layers > mostLayers {
			break
		}
		pr.Mesh = bisect(from, pr.Jumps)
		pr.Layers = len(pr.Mesh) - 1
		path, err := solver.Solve(ctx, &pr, discrete.Guess{Path: from})
		if err != nil && ctx.Err() == nil {
			// From farther away: up from a weaker model.
			x := func(dst []float64, t float64) { from.At(dst, t) }
			path, err = solver.Solve(ctx, &pr, discrete.Guess{X: x, Theta: from.Theta})
		}
		if err != nil || path.Negative > 0 {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if k == 0 {
				return nil, ErrLevelLost
			}
			break
		}
		before, out.Path = from, path
		out.Settled = distance(before, path).doubt <= enough
		if out.Settled {
			break
		}
		from = path
	}
	last := distance(before, out.Path)
	whole := distance(level, out.Path)
	out.Layers = before.Layers
	// Of the finest path's error it is known that halving the layers divided
	// it by 2^order, or, where it has not settled, not even that.
	left := 1.0
	if out.Settled {
		left = 1 / (math.Exp2(order) - 1)
	}
	add := func(a, b []float64) []float64 {
		s := slices.Clone(a)
		for i := range s {
			s[i] += left * b[i]
		}
		return s
	}
	out.Action, out.Doubt = whole.action+left*last.action, whole.doubt+left*last.doubt
	out.Theta, out.X = add(whole.theta, last.theta), add(whole.x, last.x)
	return out, nil
}

// orderOf is the order of a problem's rule, with Rf finite.
func orderOf(pr *discrete.Problem) int {
	switch pr.Rule {
	case discrete.Euler:
		return 1
	case discrete.Gauss:
		return 2 * max(pr.Stages, 2)
	case discrete.SimpsonHermite:
		if pr.Kappa == 0 || pr.Kappa == 16.0/3 {
			return 4
		}
	}
	return 2
}

// bisect returns the ends of a path's layers, their middles, and the jumps that
// are neither.
func bisect(a *discrete.Path, jumps []float64) []float64 {
	mesh := []float64{a.Time(0)}
	for n := range a.Layers {
		l, r := a.Time(n), a.Time(n+1)
		tol := 1e-6 * (r - l)
		inner := []float64{l + (r-l)/2}
		for _, t := range jumps {
			if t-l > tol && r-t > tol && math.Abs(t-inner[0]) > tol {
				inner = append(inner, t)
			}
		}
		slices.Sort(inner)
		mesh = append(append(mesh, inner...), r)
	}
	return mesh
}

// shift is how far two paths are apart.
type shift struct {
	action   float64
	theta, x []float64
	doubt    float64
}

// distance compares a path with one in finer layers, which divide its own.
func distance(a, fine *discrete.Path) shift {
	s := shift{action: math.Abs(a.Action - fine.Action), theta: make([]float64, len(a.Theta)), x: make([]float64, a.Dim)}
	s.doubt = s.action
	np := len(a.Theta)
	for i, v := range a.Theta {
		s.theta[i] = math.Abs(v - fine.Theta[i])
		if fine.ThetaCov != nil && s.theta[i] > 0 {
			if sd := math.Sqrt(fine.ThetaCov[i*np+i]); sd > 0 {
				s.doubt = max(s.doubt, s.theta[i]/sd)
			}
		}
	}
	m := 0
	for n := range a.Layers + 1 {
		for fine.Time(m) < a.Time(n) {
			m++
		}
		at := m * (fine.Inner + 1) * a.Dim
		for c, v := range a.Node(n) {
			d := math.Abs(v - fine.X[at+c])
			s.x[c] = max(s.x[c], d)
			if fine.StateVar != nil && d > 0 {
				if sd := math.Sqrt(fine.StateVar[at+c]); sd > 0 {
					s.doubt = max(s.doubt, d/sd)
				}
			}
		}
	}
	return s
}
