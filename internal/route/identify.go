package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"costate/discrete"
	"costate/ode"
)

// Undetermined is the error of an action that does not determine its parameters
// or the start of its path: there are directions in which the second variation
// of the action vanishes, since nothing that is measured, given or known
// beforehand changes along them, to first order. Its solutions are a family.
type Undetermined struct {
	Names      []string    // of the parameters and of the states at the start
	Directions [][]float64 // each in the order of Names, its largest entry 1 in units of the values
	Err        error       // of the solver, nil: it took one member of the family for the solution
}

func (e *Undetermined) Error() string {
	var parts []string
	for _, v := range e.Directions {
		var names, steps []string
		for i, x := range v {
			if x != 0 {
				names, steps = append(names, e.Names[i]), append(steps, fmt.Sprintf("%.4g", x))
			}
		}
		if len(names) == 1 {
			parts = append(parts, fmt.Sprintf("%s is not determined: nothing that is measured depends on it", names[0]))
			continue
		}
		list := strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
		parts = append(parts, fmt.Sprintf("%s enter only as a combination: along (%s) + c (%s) nothing that is measured changes", list, strings.Join(names, ", "), strings.Join(steps, ", ")))
	}
	return strings.Join(parts, "; ") + "; give a value or a prior (one name of a combination is enough), or measure more"
}

// Unwrap returns ode.ErrSingular and the error of the solver.
func (e *Undetermined) Unwrap() []error {
	if e.Err == nil {
		return []error{ode.ErrSingular}
	}
	return []error{ode.ErrSingular, e.Err}
}

// judged passes on what a route has found, with its doubts and in the words of
// the problem, unless the problem does not determine it. A failure is explained,
// where this is the reason. abs are the absolute tolerances asked for.
func (p *Problem) judged(ctx context.Context, sol *ode.Solution, abs []float64, err error) (*ode.Solution, error) {
	if err = p.worded(sol, err); sol != nil && err != nil {
		sol.Err = err
	}
	p.labelled(sol)
	if err == nil {
		p.unsure(sol, abs)
	}
	if sol == nil || ctx.Err() != nil {
		return sol, err
	}
	var u *Undetermined
	if !errors.Is(err, ode.ErrNotFinite) {
		u = p.Undetermined(ctx, sol)
	}
	if u == nil && err != nil {
		u = p.undeterminedGuess(ctx) // the last iterate may be nowhere
	}
	if u != nil {
		u.Err = err
		sol.Status, sol.Err = ode.Singular, u
		return sol, u
	}
	return sol, err
}

// Undetermined returns what an action leaves undetermined at a solution, or at a
// guess of one; nil: nothing, or nothing is known.
//
// The second variation, without the curvature of what fits badly, is a sum of
// squares. It vanishes for variations of the start and of the parameters that
// obey the linearised model without error, respect the given conditions and the
// priors, and change nothing that is measured. They are found by carrying a basis
// of all that are left through the measurements, dropping what each one sees.
func (p *Problem) Undetermined(ctx context.Context, sol *ode.Solution) *Undetermined {
	a := p.File.Action
	if a == nil || slices.ContainsFunc(sol.Y, bad) || slices.ContainsFunc(sol.P, bad) {
		return nil
	}
	s, err := p.newSeeing(a, sol)
	if err != nil || s == nil {
		return nil
	}
	if err := s.run(ctx); err != nil {
		return nil
	}
	return s.report()
}

// undeterminedPath is Undetermined at a path of discrete layers.
func (p *Problem) undeterminedPath(ctx context.Context, path *discrete.Path) *Undetermined {
	if ctx.Err() != nil {
		return nil
	}
	return p.Undetermined(ctx, pathSolution(p.Equations, path))
}

// undeterminedGuess is Undetermined at the guess of the file.
func (p *Problem) undeterminedGuess(ctx context.Context) *Undetermined {
	a := p.File.Action
	if a == nil || ctx.Err() != nil {
		return nil
	}
	x, err := a.StartPath(true)
	if err != nil {
		return nil
	}
	const pieces = 200
	sol := &ode.Solution{Dim: len(a.States)}
	for i := range pieces + 1 {
		t := a.Start + (a.End-a.Start)*float64(i)/pieces
		sol.T, sol.Y = append(sol.T, t), append(sol.Y, make([]float64, sol.Dim)...)
		x(sol.Node(i), t)
	}
	for _, q := range a.Params {
		sol.P = append(sol.P, q.Guess)
	}
	sol.Inner = lines{sol}
	return p.Undetermined(ctx, sol)
}

func bad(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// report describes the variations that are left, in as few names each as can be.
func (s *seeing) report() *Undetermined {
	if s.now.IsEmpty() {
		return nil
	}
	n, k := s.first.Dims()
	rows := make([][]float64, k)
	for c := range rows {
		rows[c] = mat.Col(nil, c, s.first)
	}
	for c := range rows { // Gauss-Jordan elimination with complete pivoting
		at, from, best := 0, c, -1.0
		for r := c; r < k; r++ {
			for i, v := range rows[r] {
				if math.Abs(v) > best {
					at, from, best = i, r, math.Abs(v)
				}
			}
		}
		rows[c], rows[from] = rows[from], rows[c]
		for r := range rows {
			if r != c {
				f := rows[r][at] / rows[c][at]
				for i, v := range rows[c] {
					rows[r][i] -= f * v
				}
			}
		}
	}
	out := &Undetermined{}
	for _, x := range s.a.States {
		out.Names = append(out.Names, fmt.Sprintf("%s(%v)", x.Symbol.Name(), s.a.Start))
	}
	for _, q := range s.a.Params {
		out.Names = append(out.Names, q.Symbol.Name())
	}
	units := append(slices.Clone(s.sx), s.st...)
	for _, v := range rows {
		relative, largest := 0.0, 0.0
		for _, x := range v {
			relative = max(relative, math.Abs(x))
		}
		for i, x := range v {
			if math.Abs(x) < 1e-5*relative {
				v[i] = 0
			}
			if v[i] *= units[i]; math.Abs(v[i]) > math.Abs(largest) {
				largest = v[i]
			}
		}
		for i := range n {
			v[i] /= largest
		}
		out.Directions = append(out.Directions, v)
	}
	return out
}
