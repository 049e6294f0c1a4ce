package route

import (
	"context"
	"math"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// annealedGuess returns the minimum of the action in a modest number of layers,
// reached by raising the precision of the model step by step, as a guess for
// the continuous routes. nil: the problem has no discrete action, or annealing
// failed.
func (p *Problem) annealedGuess(ctx context.Context) *ode.Solution {
	a := p.File.Action
	if a == nil {
		return nil
	}
	path, err := minimum(ctx, a)
	if err != nil {
		return nil
	}
	return pathSolution(p.Equations, path)
}

// guessLayers is enough for a guess: the continuous routes do the rest.
const guessLayers = 60

// minimum anneals the action of discrete layers from a weak to the given model.
func minimum(ctx context.Context, a *hamiltonian.Action) (*discrete.Path, error) {
	pr, err := Layers(a)
	if err != nil {
		return nil, err
	}
	pr.Rule = discrete.Midpoint
	pr.Layers = guessLayers
	full := pr.Rf
	weak, top := ladder(a)
	guess := fileGuess(a)
	for k := 0; k <= top; k++ {
		pr.Rf = weak(k)
		s := discrete.Solver{Tolerance: 1e-4, MaxSteps: 50}
		path, err := s.Solve(ctx, pr, guess)
		if ctx.Err() != nil {
			return nil, err
		}
		guess = discrete.Guess{Path: path}
		if k == top && err != nil {
			return nil, err
		}
	}
	pr.Rf = full
	return guess.Path, nil
}

// ladder returns the precisions of rung k = 0..top. An infinite precision of
// the problem ends at a large finite one, which is enough for a guess. The
// scale of a component is what its measurements say, or 1.
func ladder(a *hamiltonian.Action) (rung func(k int) []float64, top int) {
	top = 8
	d := len(a.States)
	length := a.End - a.Start
	last := make([]float64, d)
	for i, s := range a.States {
		last[i] = s.Rf
		if math.IsInf(s.Rf, 1) {
			last[i] = 1e6 * length * measured(a, i)
		}
	}
	return func(k int) []float64 {
		f := math.Pow(10, float64(k-top))
		if a.Rf != nil {
			out := make([]float64, len(a.Rf))
			for i, v := range a.Rf {
				if math.IsInf(v, 1) {
					v = 1e6 * length
				}
				out[i] = f * v
			}
			return out
		}
		out := make([]float64, d)
		for i, v := range last {
			out[i] = f * v
		}
		return out
	}, top
}

// measured returns the largest precision with which state i itself is
// measured, or 1.
func measured(a *hamiltonian.Action, i int) float64 {
	w := 0.0
	for _, o := range a.Observations {
		for j, h := range o.H {
			if h != a.States[i].Symbol {
				continue
			}
			m := len(o.H)
			switch {
			case o.Matrix != nil:
				w = max(w, o.Matrix[j*m+j])
			case len(o.Rm) == m:
				w = max(w, o.Rm[j])
			default:
				for n := range o.Times {
					w = max(w, o.Rm[n*m+j])
				}
			}
		}
	}
	if w == 0 || math.IsInf(w, 0) {
		return 1
	}
	return w
}

// fileGuess is the guess of the problem file, with measured states set to their
// data where no guess is given.
func fileGuess(a *hamiltonian.Action) discrete.Guess {
	theta := make([]float64, len(a.Params))
	for i, p := range a.Params {
		theta[i] = p.Guess
	}
	x, err := a.StartPath()
	if err != nil {
		return discrete.Guess{Theta: theta}
	}
	return discrete.Guess{X: x, Theta: theta}
}

// pathSolution turns a path of discrete layers into a solution of the canonical
// equations, broken lines between the layers. The costates of the parameters
// stay zero: they enter the equations linearly, so one Newton step finds them.
func pathSolution(e *hamiltonian.Equations, path *discrete.Path) *ode.Solution {
	d, dim := path.Dim, len(e.Components)
	s := &ode.Solution{Dim: dim, Status: ode.Unfinished}
	add := func(n int, p []float64) {
		s.T = append(s.T, path.Time(n))
		row := make([]float64, dim)
		copy(row, path.Node(n))
		copy(row[d:], p)
		s.Y = append(s.Y, row...)
	}
	for n := range path.Layers + 1 {
		left := path.CostateLeft[n*d : (n+1)*d]
		right := path.CostateRight[n*d : (n+1)*d]
		if n > 0 {
			add(n, left)
		}
		if n < path.Layers && (n == 0 || !equal(left, right)) {
			add(n, right)
		}
	}
	s.P = make([]float64, len(e.Unknowns))
	copy(s.P, path.Theta)
	s.Inner = lines{s}
	return s
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// lines interpolates linearly between mesh points.
type lines struct{ s *ode.Solution }

func (l lines) Value(dst []float64, i int, theta float64) {
	a, b := l.s.Node(i), l.s.Node(i+1)
	for c := range dst {
		dst[c] = a[c] + theta*(b[c]-a[c])
	}
}

func (l lines) Deriv(dst []float64, i int, _ float64) {
	a, b := l.s.Node(i), l.s.Node(i+1)
	h := l.s.T[i+1] - l.s.T[i]
	for c := range dst {
		dst[c] = (b[c] - a[c]) / h
	}
}
