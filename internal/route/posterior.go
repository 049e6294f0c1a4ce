package route

import (
	"context"
	"math"

	"costate/discrete"
	"costate/ode"
)

// Posterior is what the second derivative of the action says at a solution.
type Posterior struct {
	Widths   []float64 // standard deviations of the parameters (Laplace); nil: not to be had
	Negative int       // negative eigenvalues: 0 at a minimum, -1 unknown

	// Left marks a solution that is no minimum within the bounds: minimising
	// from it leads elsewhere, to the action Action.
	Left   bool
	Action float64
}

// maxHessian is the largest number of layers that a posterior is taken in.
const maxHessian = 2000

// Posterior minimises the action in discrete Gauss layers from a solution of the
// continuous equations, where it is already stationary up to the order of the
// rule, and takes the Hessian there. nil: the problem has no discrete action, or
// its layers do not resolve the solution.
func (p *Problem) Posterior(ctx context.Context, sol *ode.Solution) *Posterior {
	a := p.File.Action
	if a == nil {
		return nil
	}
	pr, err := Layers(a)
	if err != nil {
		return nil
	}
	pr.Rule, pr.Stages, pr.Layers = discrete.Gauss, 2, min(max(2*len(sol.T), 60), maxHessian)
	own := layerMesh(pr, pr.Layers/2, thinned(sol.T, maxHessian)) // which has seen what happens in t
	if p.Equations.Forced() {
		pr.Mesh = own
	}
	s := discrete.Solver{Covariance: true, Tolerance: 1e-8, MaxSteps: 500}
	path, err := s.Solve(ctx, pr, solutionGuess(p, sol))
	if (err != nil || far(path, sol)) && pr.Mesh == nil && ctx.Err() == nil {
		// Equal layers may be too long where the solution is fast.
		pr.Mesh = own
		path, err = s.Solve(ctx, pr, solutionGuess(p, sol))
	}
	if err != nil {
		return nil
	}
	if far(path, sol) {
		return p.left(ctx, pr, path, sol)
	}
	out := &Posterior{Negative: path.Negative, Action: path.Action}
	if n := len(path.Theta); path.ThetaCov != nil {
		for i := range n {
			out.Widths = append(out.Widths, math.Sqrt(path.ThetaCov[i*n+i]))
		}
	}
	return out
}

// left judges a path that minimising from a solution leads to, elsewhere: the
// solution is no minimum if the action is lower there, by more than half the
// layers change it. nil: nothing is known.
func (p *Problem) left(ctx context.Context, pr *discrete.Problem, path *discrete.Path, sol *ode.Solution) *Posterior {
	split, err := p.Equations.Action(sol)
	if err != nil || !(path.Action < split.Total()) {
		return nil
	}
	half := *pr
	half.Layers /= 2
	if pr.Mesh != nil {
		half.Mesh = layerMesh(pr, half.Layers/2, thinned(pr.Mesh, len(pr.Mesh)/2))
	}
	s := discrete.Solver{Tolerance: 1e-8, MaxSteps: 100}
	coarse, err := s.Solve(ctx, &half, discrete.Guess{Path: path})
	if err != nil || !(path.Action < split.Total()-split.Error-math.Abs(path.Action-coarse.Action)) {
		return nil
	}
	return &Posterior{Negative: -1, Left: true, Action: path.Action}
}

// thinned returns every so many of the places t, at most n of them and the last.
func thinned(t []float64, n int) []float64 {
	step := 1 + (len(t)-1)/n
	var some []float64
	for i := 0; i < len(t); i += step {
		some = append(some, t[i])
	}
	return some
}

// solutionGuess starts discrete layers from a solution of the canonical
// equations.
func solutionGuess(p *Problem, sol *ode.Solution) discrete.Guess {
	d := len(p.Equations.States)
	y := make([]float64, sol.Dim)
	return discrete.Guess{
		X:     func(dst []float64, t float64) { copy(dst, sol.At(y, t)[:d]) },
		Theta: sol.P[:len(p.File.Action.Params)],
	}
}

// far reports whether a path has left the neighbourhood of a solution: by more
// than a twentieth of the range of a state or the size of a parameter, which is
// far beyond the error of the rule.
func far(path *discrete.Path, sol *ode.Solution) bool {
	const apart = 0.05
	d := path.Dim
	y := make([]float64, sol.Dim)
	lo, hi, off := make([]float64, d), make([]float64, d), make([]float64, d)
	for n := range path.Layers + 1 {
		sol.At(y, path.Time(n))
		for c, x := range path.Node(n) {
			if n == 0 {
				lo[c], hi[c] = y[c], y[c]
			}
			lo[c], hi[c] = min(lo[c], y[c]), max(hi[c], y[c])
			off[c] = max(off[c], math.Abs(x-y[c]))
		}
	}
	for c := range d {
		if off[c] > apart*(hi[c]-lo[c]) && off[c] > 1e-6*max(math.Abs(lo[c]), math.Abs(hi[c])) {
			return true
		}
	}
	for i, v := range path.Theta {
		if math.Abs(v-sol.P[i]) > apart*math.Abs(sol.P[i]) {
			return true
		}
	}
	return false
}
