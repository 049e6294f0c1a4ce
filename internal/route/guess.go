package route

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/ode"
)

// annealedGuess returns the minimum of the action in a modest number of layers,
// reached by raising the precision of the model step by step, as a guess for
// the continuous routes. nil: the problem has no discrete action, or annealing
// failed, which explained tells of if the route fails as well.
func (p *Problem) annealedGuess(ctx context.Context) *ode.Solution {
	a := p.File.Action
	if a == nil {
		return nil
	}
	path, err := minimum(ctx, a)
	p.noGuess = err
	if err != nil {
		return nil
	}
	path = sharper(ctx, a, path)
	if err := p.pinPath(path); err != nil {
		return nil
	}
	return pathSolution(p.Equations, path)
}

// explained adds to the failure of a route that there was no first guess, which
// may be the reason.
func (p *Problem) explained(sol *ode.Solution, err error) (*ode.Solution, error) {
	var u *Undetermined
	if err == nil || p.noGuess == nil || sol == nil || errors.As(err, &u) || errors.Is(err, context.Canceled) {
		return sol, err
	}
	sol.Err = fmt.Errorf("%w; no first guess was found either (%s), and that of the file was taken: give a better one, or let costate anneal look from many starts", err, cause(p.noGuess))
	return sol, sol.Err
}

// persistent calls solve, with the bounds kept, from a guess; if that fails from
// the same guess refined, and then from that of the file.
func (p *Problem) persistent(ctx context.Context, guess *ode.Solution, solve func(*ode.Solution) (*ode.Solution, error)) (*ode.Solution, error) {
	sol, err := p.bounded(ctx, guess, solve)
	if err == nil || guess == nil || ctx.Err() != nil {
		return sol, err
	}
	if g := p.refinedGuess(ctx, guess); g != nil {
		if again, err := p.bounded(ctx, g, solve); err == nil {
			return again, nil
		}
	}
	if ctx.Err() != nil {
		return sol, err
	}
	if again, err := p.bounded(ctx, nil, solve); err == nil {
		return again, nil
	}
	return sol, err
}

// refinedGuess minimises the action from a guess in more and better layers, whose
// minimum is collocation of the canonical equations already: Newton's method has
// little left to do, and the minimiser does not lose its way where the equations
// hardly tell solutions apart, as instantons on a long interval. nil: it fails.
func (p *Problem) refinedGuess(ctx context.Context, guess *ode.Solution) *ode.Solution {
	a := p.File.Action
	if a == nil {
		return nil
	}
	pr, err := Layers(a)
	if err != nil {
		return nil
	}
	pr.Rule, pr.Stages, pr.Layers = discrete.Gauss, 2, finerLayers
	if b := p.Equations.Breaks(); len(b) > 0 && len(b) <= finerLayers {
		pr.Mesh = layerMesh(pr, finerLayers, b)
	}
	s := discrete.Solver{Tolerance: 1e-10, MaxSteps: 200}
	path, err := s.Solve(ctx, pr, solutionGuess(p, guess))
	if err != nil || p.pinPath(path) != nil {
		return nil
	}
	return pathSolution(p.Equations, path)
}

// finerLayers of a rule of order four have an error of some 1e-6.
const finerLayers = 400

// guessLayers is enough for a guess: the continuous routes do the rest.
const guessLayers = 60

// minimum anneals the action of discrete layers from a weak to the given model,
// from several starts, and returns the lowest minimum found.
func minimum(ctx context.Context, a *hamiltonian.Action) (*discrete.Path, error) {
	pr, err := Layers(a)
	if err != nil {
		return nil, err
	}
	pr.Rule = discrete.Midpoint
	pr.Layers = guessLayers
	var best *discrete.Path
	var fail error
	for _, s := range starts(ctx, a) {
		path, err := climb(ctx, pr, a, s)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			fail = err
			continue
		}
		if len(pr.Observations) > manyTimes {
			return path, nil
		}
		if best == nil || path.Action < best.Action-1e-9*math.Abs(best.Action) {
			best = path
		}
	}
	if best == nil {
		return nil, fail
	}
	return best, nil
}

// start is a first path and the rung of the ladder to begin at.
type start struct {
	guess discrete.Guess
	rung  int
}

// manyTimes is the number of measurement times above which the first minimum is
// taken: trying all starts would cost more than the rest of the solution.
const manyTimes = 1000

// starts are what annealing is tried from: the guess of the file, and the data
// where states are measured themselves, both with a weak model; and the model
// integrated from the guess, with a strong one, which is the ordinary fit by
// least squares.
func starts(ctx context.Context, a *hamiltonian.Action) []start {
	theta := make([]float64, len(a.Params))
	for i, p := range a.Params {
		theta[i] = p.Guess
	}
	var out []start
	for _, useData := range []bool{false, true} {
		x, err := a.StartPath(useData)
		if err != nil {
			continue
		}
		out = append(out, start{discrete.Guess{X: x, Theta: theta}, 0})
		if useData {
			continue
		}
		if sol := forward(ctx, a, x, theta); sol != nil {
			y := make([]float64, len(a.States))
			out = append(out, start{discrete.Guess{X: func(dst []float64, t float64) { copy(dst, sol.At(y, t)) }, Theta: theta}, ladderTop})
		}
	}
	return out
}

// forward integrates the model from the start of a path; nil if that fails.
func forward(ctx context.Context, a *hamiltonian.Action, x func([]float64, float64), theta []float64) *ode.Solution {
	f, err := a.Field()
	if err != nil {
		return nil
	}
	p := &ode.IVP{System: f.System(), Start: a.Start, End: a.End,
		Initial: make([]float64, f.Dim), Params: theta, Breaks: a.Stops(a.End)}
	x(p.Initial, a.Start)
	in := ode.Integrator{RelTol: 1e-4, AbsTol: 1e-6, MaxSteps: 5000}
	sol, err := in.Solve(ctx, p)
	if err != nil {
		return nil
	}
	return sol
}

// climb follows the minimum up the ladder.
func climb(ctx context.Context, pr *discrete.Problem, a *hamiltonian.Action, s start) (*discrete.Path, error) {
	q := *pr
	weak := ladder(a)
	guess := s.guess
	// A rung that does not converge goes on from where it stopped: a valley that
	// is narrow and bent takes many steps, and few problems have one.
	quick, patient := discrete.Solver{Tolerance: 1e-4, MaxSteps: 50}, discrete.Solver{Tolerance: 1e-4, MaxSteps: 400}
	for k := s.rung; ; k++ {
		q.Rf = weak(k)
		path, err := quick.Solve(ctx, &q, guess)
		if err != nil && path != nil && ctx.Err() == nil {
			path, err = patient.Solve(ctx, &q, discrete.Guess{Path: path})
		}
		if path == nil || ctx.Err() != nil || k >= ladderTop {
			return path, err
		}
		guess = discrete.Guess{Path: path}
	}
}

// ladderTop is the last rung: the precision of the problem itself.
const ladderTop = 8

// ladder returns the precisions of rung k = 0..ladderTop. An infinite precision of
// the problem ends at a large finite one, which is enough for a guess. The
// scale of a component is what its measurements say, or 1.
func ladder(a *hamiltonian.Action) func(k int) []float64 {
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
		f := math.Pow(10, float64(k-ladderTop))
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
	}
}

// measured returns the largest precision with which state i itself is
// measured, or 1.
func measured(a *hamiltonian.Action, i int) float64 {
	if w := precisionOf(a, i); w > 0 && !math.IsInf(w, 0) {
		return w
	}
	return 1
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
