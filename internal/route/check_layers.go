package route

import (
	"context"
	"math"
	"slices"

	"costate/discrete"
	"costate/hamiltonian"
)

// layering is the study of the discrete routes of an action: the compiled problem,
// what its layers are compared with, and what came out.
type layering struct {
	problem     *discrete.Problem
	schemes     []discrete.Scheme
	references  []discrete.Reference // one for each: they are used by one at a time
	first, last int

	studies []*discrete.ConvergenceStudy
	failed  []error
}

// newLayering prepares the study; without schemes where there are no layers to study,
// which a certificate says.
func (c *checker) newLayering() *layering {
	l := &layering{first: c.First, last: c.Last}
	a := c.Problem.File.Action
	if a == nil {
		return l
	}
	pr, err := Layers(a)
	if err != nil {
		c.certify(hamiltonian.Unjudged("discrete layers", math.NaN(), "%v", err))
		return l
	}
	if breaks := c.Problem.Equations.Breaks(); len(breaks) > 0 {
		pr.Mesh = layerMesh(pr, c.First, breaks)
	}
	// What a formula is at its threshold belongs to one of both sides only.
	pr.Jumps = append(pr.Jumps, c.Problem.Equations.Thresholds()...)
	slices.Sort(pr.Jumps)
	pr.Jumps = slices.Compact(pr.Jumps)
	if c.damage != nil {
		c.damage(pr)
	}
	if width := c.thinnest((pr.End - pr.Start) / float64(c.Last)); width > 0 {
		c.certify(hamiltonian.Unjudged("discrete layers", math.NaN(),
			"no asymptotic regime up to %d: collocation needs intervals of %.1e somewhere, which layers of equal length cannot resolve", c.Last, width))
		return l
	}
	l.problem, l.schemes = pr, c.Schemes
	if c.CheckOptions.Unscaled {
		l.schemes = append(slices.Clone(l.schemes), discrete.Scheme{Rule: discrete.Midpoint, Unscaled: true})
	}
	for range l.schemes {
		l.references = append(l.references, c.reference())
	}
	l.studies, l.failed = make([]*discrete.ConvergenceStudy, len(l.schemes)), make([]error, len(l.schemes))
	return l
}

// tasks are the studies of all schemes, which tell step of their end. Those that take
// longest come first: of order one, far from the continuous solution on coarse layers,
// and then those of many stages.
func (l *layering) tasks(ctx context.Context, step func(what string)) []func() {
	var out []func()
	for i, s := range slices.Backward(l.schemes) {
		task := func() {
			l.studies[i], l.failed[i] = discrete.Convergence(ctx, l.problem, l.references[i], s, l.first, l.last)
			step("layers, " + s.String())
		}
		if s.Order(false) == 1 {
			out = slices.Insert(out, 0, task)
		} else {
			out = append(out, task)
		}
	}
	return out
}

// judge takes over the studies and certifies what they show; those that were
// finished, when there was an interrupt.
func (c *checker) judge(l *layering) error {
	for i, s := range l.studies {
		switch {
		case c.ctx.Err() != nil && (s == nil || l.failed[i] != nil):
			continue
		case s == nil:
			return l.failed[i]
		case i == len(c.Schemes):
			if c.Check.Unscaled = s; l.failed[i] != nil {
				return l.failed[i]
			}
			continue
		}
		c.Studies = append(c.Studies, s)
		if err := l.failed[i]; err != nil {
			c.Failed = append(c.Failed, err)
			c.certify(c.unsolved(s.Scheme, err))
		}
		c.study(c.Problem.File.Action, l.problem, s)
	}
	return c.ctx.Err()
}

// unresolved is how much longer than the shortest interval of collocation the
// shortest layers may be: its rule is of a higher order, but not of any.
const unresolved = 32

// thinnest returns the shortest interval of the collocation's mesh if layers of the
// given length, or of that of the piece between two measurements, cannot resolve
// what it was made for; else 0.
func (c *checker) thinnest(step float64) float64 {
	t, breaks := c.Collocation.T, c.Problem.Equations.Breaks()
	least, from := 0.0, 0
	for i := 1; i < len(t); i++ {
		if i < len(t)-1 && t[i] != t[i+1] && !slices.Contains(breaks, t[i]) {
			continue
		}
		local := min(step, t[i]-t[from])
		for j := from + 1; j <= i; j++ {
			if h := t[j] - t[j-1]; h > 0 && local > unresolved*h && (least == 0 || h < least) {
				least = h
			}
		}
		from = i
	}
	return least
}

// reference is the collocation solution as the layers are compared with it.
func (c *checker) reference() discrete.Reference {
	sol := c.Collocation
	d := len(c.Problem.Equations.States)
	y := make([]float64, sol.Dim)
	r := discrete.Reference{
		X: func(dst []float64, t float64) { copy(dst, sol.Left(y, t)) },
		P: func(left, right []float64, t float64) {
			copy(left, sol.Left(y, t)[d:])
			copy(right, left)
			if _, jumps := slices.BinarySearch(sol.T, t); jumps {
				copy(right, sol.At(y, t)[d:])
			}
		},
		Theta:  sol.P[:len(c.Problem.File.Action.Params)],
		Action: c.Split.Total(),
	}
	x, p, theta := relativeErrors(sol, d, len(r.Theta))
	r.Errors = [discrete.Quantities]float64{x, p, theta, c.Split.Error + c.actionError(sol, c.Split.Total())}
	return r
}
