package route

import (
	"context"

	"costate/discrete"
	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
)

// LayerOptions are what the discrete route is told; zero values take the
// settings of the file, then 200 layers of the Simpson-Hermite rule.
type LayerOptions struct {
	Layers int
	Rule   string // as problemfile.ParseRule reads it
	Kappa  float64
}

// Discretise minimises the action in discrete layers: annealed from a weak
// model to that of the file, then minimised with the rule and number of layers
// asked for.
func (p *Problem) Discretise(ctx context.Context, o LayerOptions) (*discrete.Path, error) {
	a := p.File.Action
	if a == nil {
		return nil, ErrNoLayers
	}
	pr, err := Layers(a)
	if err != nil {
		return nil, err
	}
	if err := p.rule(pr, o); err != nil {
		return nil, err
	}
	path, err := minimum(ctx, a)
	if err != nil {
		if u := p.undeterminedGuess(ctx); u != nil {
			u.Err = err
			return nil, u
		}
		return nil, err
	}
	s := discrete.Solver{Covariance: true}
	if path, err = s.Solve(ctx, pr, discrete.Guess{Path: path}); path != nil {
		if w := p.hidden(path); w != nil {
			path.Warnings = append(path.Warnings, w)
		}
		u := p.undeterminedPath(ctx, path)
		if u == nil && err != nil {
			u = p.undeterminedGuess(ctx) // the path may have slid along a valley to nowhere
		}
		if u != nil {
			u.Err = err
			return path, u
		}
	}
	return path, err
}

// rule sets the number of layers and the rule.
func (p *Problem) rule(pr *discrete.Problem, o LayerOptions) error {
	s := p.File.Solve
	if pr.Layers = o.Layers; pr.Layers == 0 {
		pr.Layers = s.Layers
	}
	if pr.Layers == 0 {
		pr.Layers = 200
	}
	name := o.Rule
	if name == "" {
		name = s.Rule
	}
	if name == "" {
		name = discrete.SimpsonHermite.String()
	}
	pr.Kappa = o.Kappa
	var err error
	pr.Rule, pr.Stages, err = problemfile.ParseRule(name)
	return err
}

// PathSeries returns the states and costates of a path at the layers'
// boundaries; a kick gives two rows.
func PathSeries(e *hamiltonian.Equations, path *discrete.Path) report.Series {
	sol := pathSolution(e, path)
	out := report.Series{Label: e.Layer.Name(), T: sol.T}
	width := 2 * path.Dim
	for _, c := range e.Components[:width] {
		out.Names = append(out.Names, c.Name())
	}
	for i := range sol.T {
		out.Y = append(out.Y, sol.Node(i)[:width]...)
	}
	return out
}
