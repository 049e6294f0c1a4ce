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
	"costate/hamiltonian"
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
	if err == nil {
		p.unsure(sol, abs)
	}
	if sol == nil || ctx.Err() != nil || err != nil && errors.Is(err, ode.ErrNotFinite) {
		return sol, err
	}
	u := p.Undetermined(ctx, sol)
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

// seeing is the part of the variations of (x(Start), theta) that nothing has
// seen yet.
type seeing struct {
	p      *Problem
	a      *hamiltonian.Action
	sol    *ode.Solution
	d, np  int
	field  *hamiltonian.Function
	theta  []float64
	sx, st []float64 // units of states and parameters
	y      []float64
	dx, dt []float64 // Jacobian of the field

	now, first *mat.Dense // (d+np)×k: the variations at t and at the start, in units
	t          float64
}

const (
	seenLeast = 1e-7  // effect of a variation, relative to all that could have it
	seenTol   = 1e-10 // of the linearised model
	seenMost  = 20000 // size of the linearised model beyond which nothing is said
)

func (p *Problem) newSeeing(a *hamiltonian.Action, sol *ode.Solution) (*seeing, error) {
	field, err := a.Field()
	if err != nil {
		return nil, err
	}
	s := &seeing{p: p, a: a, sol: sol, d: len(a.States), np: len(a.Params), field: field, t: a.Start}
	if s.d*(s.d+s.np) > seenMost {
		return nil, nil
	}
	s.theta = sol.P[:s.np]
	s.y = make([]float64, sol.Dim)
	s.dx, s.dt = make([]float64, s.d*s.d), make([]float64, s.d*s.np)
	s.units()
	n := s.d + s.np
	s.now, s.first = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		s.now.Set(i, i, 1)
		s.first.Set(i, i, 1)
	}
	return s, nil
}

func (s *seeing) at(t float64) []float64 { return s.sol.At(s.y, t)[:s.d] }

// units are the sizes of the states; for one that is zero, and for parameters,
// the change that would change some other state by its size.
func (s *seeing) units() {
	s.sx, s.st = Largest(s.sol)[:s.d], make([]float64, s.np)
	ax, at := make([]float64, len(s.dx)), make([]float64, len(s.dt))
	const samples = 200
	h := (s.a.End - s.a.Start) / samples
	for k := range samples {
		t := s.a.Start + (float64(k)+0.5)*h
		s.field.Jac(s.dx, s.dt, t, s.at(t), s.theta)
		for i, v := range s.dx {
			ax[i] += h * math.Abs(v)
		}
		for i, v := range s.dt {
			at[i] += h * math.Abs(v)
		}
	}
	size := slices.Clone(s.sx)
	least := func(col func(i int) float64, skip int) float64 {
		u := math.Inf(1)
		for i, v := range size {
			if w := col(i); i != skip && v > 0 && w > 0 {
				u = min(u, v/w)
			}
		}
		return u
	}
	for j := range s.sx {
		if u := least(func(i int) float64 { return ax[i*s.d+j] }, j); !math.IsInf(u, 1) {
			s.sx[j] = max(s.sx[j], u)
		}
		if s.sx[j] == 0 {
			s.sx[j] = 1
		}
	}
	for j := range s.st {
		if s.st[j] = least(func(i int) float64 { return at[i*s.np+j] }, -1); bad(s.st[j]) || s.st[j] == 0 {
			s.st[j] = max(math.Abs(s.theta[j]), 1e-300)
			if s.theta[j] == 0 {
				s.st[j] = 1
			}
		}
	}
}

// run looks at everything that is known, in the order of t.
func (s *seeing) run(ctx context.Context) error {
	known := make([]bool, s.d+s.np)
	for i, x := range s.a.States {
		known[i] = x.Prior.Precision > 0
	}
	for i, q := range s.a.Params {
		_, held := s.p.pins[i]
		known[s.d+i] = held || q.Prior.Precision > 0
	}
	for i, k := range known {
		if k {
			row := make([]float64, s.d+s.np)
			row[i] = 1
			s.see(row)
		}
	}
	if err := s.given(true); err != nil {
		return err
	}
	sights, err := s.sights()
	if err != nil {
		return err
	}
	for _, l := range sights {
		if s.now.IsEmpty() {
			return nil
		}
		if err := s.carry(ctx, l.t); err != nil {
			return err
		}
		s.look(l.f, l.use)
	}
	if s.now.IsEmpty() {
		return nil
	}
	if err := s.carry(ctx, s.a.End); err != nil {
		return err
	}
	return s.given(false)
}

// sight is a measurement: those rows of f that are used.
type sight struct {
	t   float64
	f   *hamiltonian.Function
	use []bool // nil: all
}

// sights are the measurements in the order of t.
func (s *seeing) sights() ([]sight, error) {
	var out []sight
	for k := range s.a.Observations {
		o := &s.a.Observations[k]
		f, err := s.a.Observed(k)
		if err != nil {
			return nil, err
		}
		m := len(o.H)
		for n, t := range o.Times {
			use := make([]bool, m)
			for j := range use {
				w := 1.0
				switch {
				case o.Matrix != nil:
				case len(o.Rm) == m:
					w = o.Rm[j]
				default:
					w = o.Rm[n*m+j]
				}
				use[j] = w > 0 && !math.IsNaN(o.Y[n*m+j])
			}
			out = append(out, sight{t, f, use})
		}
	}
	const samples = 100 // of a continuous measurement
	for k := range s.a.Signals {
		f, err := s.a.SignalError(k)
		if err != nil {
			return nil, err
		}
		for i := range samples {
			out = append(out, sight{t: s.a.Start + (s.a.End-s.a.Start)*(float64(i)+0.5)/samples, f: f})
		}
	}
	slices.SortStableFunc(out, func(a, b sight) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		}
		return 0
	})
	return out, nil
}

// look drops what the function f sees at the present t.
func (s *seeing) look(f *hamiltonian.Function, use []bool) {
	dx, dt := make([]float64, f.Out*s.d), make([]float64, f.Out*s.np)
	f.Jac(dx, dt, s.t, s.at(s.t), s.theta)
	var rows []float64
	for j := range f.Out {
		if use == nil || use[j] {
			rows = append(rows, s.scaled(dx[j*s.d:(j+1)*s.d], dt[j*s.np:(j+1)*s.np])...)
		}
	}
	s.see(rows)
}

// scaled returns the row of derivatives (dx, dt) in units, its absolute sum 1.
func (s *seeing) scaled(dx, dt []float64) []float64 {
	row := make([]float64, s.d+s.np)
	sum := 0.0
	for i, v := range dx {
		row[i] = v * s.sx[i]
		sum += math.Abs(row[i])
	}
	for i, v := range dt {
		row[s.d+i] = v * s.st[i]
		sum += math.Abs(row[s.d+i])
	}
	for i := range row {
		if sum > 0 {
			row[i] /= sum
		}
	}
	return row
}

// see drops the variations that rows, in units, do not vanish on.
func (s *seeing) see(rows []float64) {
	if s.now.IsEmpty() || len(rows) == 0 {
		return
	}
	n := s.d + s.np
	var r mat.Dense
	r.Mul(mat.NewDense(len(rows)/n, n, rows), s.now)
	s.drop(&r)
}

// drop keeps the combinations of the present variations on which r vanishes.
func (s *seeing) drop(r *mat.Dense) {
	_, k := s.now.Dims()
	var svd mat.SVD
	if !svd.Factorize(r, mat.SVDFullV) {
		return
	}
	rank := 0
	for _, v := range svd.Values(nil) {
		if v > seenLeast {
			rank++
		}
	}
	switch rank {
	case 0:
	case k:
		s.now.Reset()
		s.first.Reset()
	default:
		var v mat.Dense
		svd.VTo(&v)
		s.combine(v.Slice(0, k, rank, k))
	}
}

func (s *seeing) combine(c mat.Matrix) {
	var now, first mat.Dense
	now.Mul(s.now, c)
	first.Mul(s.first, c)
	*s.now, *s.first = now, first
}

// carry takes the variations to t by the linearised model, and makes them
// orthonormal again.
func (s *seeing) carry(ctx context.Context, t float64) error {
	if !(t > s.t) {
		return nil
	}
	_, k := s.now.Dims()
	y := make([]float64, s.d*k)
	for i := range s.d {
		for c := range k {
			y[i*k+c] = s.now.At(i, c)
		}
	}
	p := &ode.IVP{Start: s.t, End: t, Initial: y, Breaks: slices.DeleteFunc(merged(s.sol.T, s.p.BVP.Breaks, s.t, t), func(v float64) bool { return v <= s.t || v >= t })}
	p.Dim, p.Linear = len(y), true
	p.Func = func(dst []float64, t float64, y, _ []float64) {
		s.field.Jac(s.dx, s.dt, t, s.at(t), s.theta)
		clear(dst)
		for i := range s.d {
			row := dst[i*k : (i+1)*k]
			for j := range s.d {
				if v := s.dx[i*s.d+j] * s.sx[j] / s.sx[i]; v != 0 {
					for c := range row {
						row[c] += v * y[j*k+c]
					}
				}
			}
			for j := range s.np {
				if v := s.dt[i*s.np+j] * s.st[j] / s.sx[i]; v != 0 {
					for c := range row {
						row[c] += v * s.now.At(s.d+j, c)
					}
				}
			}
		}
	}
	in := ode.Integrator{RelTol: seenTol, AbsTol: seenTol * 1e-2, MaxSteps: 20000, EndOnly: true, Step: (t - s.t) / 100}
	end, err := in.Solve(ctx, p)
	if err != nil {
		return err
	}
	y = end.Node(len(end.T) - 1)
	for i := range s.d {
		for c := range k {
			s.now.Set(i, c, y[i*k+c])
		}
	}
	s.t = t
	// now = Q R: Q takes its place, and the variations at the start follow.
	var qr mat.QR
	qr.Factorize(s.now)
	var r, inverse mat.Dense
	qr.RTo(&r)
	if inverse.Inverse(r.Slice(0, k, 0, k)) != nil {
		return fmt.Errorf("the variations have become dependent")
	}
	s.combine(&inverse)
	return nil
}

// given drops what the given conditions forbid: at the start those that look at
// nothing else, at the end all.
func (s *seeing) given(start bool) error {
	if len(s.a.Given.G) == 0 || s.now.IsEmpty() {
		return nil
	}
	f, err := s.a.GivenFunction()
	if err != nil {
		return err
	}
	dx, dt := make([]float64, f.Out*2*s.d), make([]float64, f.Out*s.np)
	x := append(slices.Clone(s.at(s.a.Start)), s.at(s.a.End)...)
	f.Jac(dx, dt, s.a.Start, x, s.theta)
	_, k := s.now.Dims()
	var r mat.Dense
	for j := range f.Out {
		a, b, c := dx[2*j*s.d:(2*j+1)*s.d], dx[(2*j+1)*s.d:2*(j+1)*s.d], dt[j*s.np:(j+1)*s.np]
		if start && slices.ContainsFunc(b, func(v float64) bool { return v != 0 }) {
			continue
		}
		row := make([]float64, k)
		sum := 0.0
		for i := range s.d {
			sum += (math.Abs(a[i]) + math.Abs(b[i])) * s.sx[i]
		}
		for i := range s.np {
			sum += math.Abs(c[i]) * s.st[i]
		}
		if sum == 0 {
			continue
		}
		for col := range row {
			for i := range s.d {
				row[col] += (a[i]*s.first.At(i, col) + b[i]*s.now.At(i, col)) * s.sx[i] / sum
			}
			for i := range s.np {
				row[col] += c[i] * s.st[i] * s.now.At(s.d+i, col) / sum
			}
		}
		r = *stacked(&r, row)
	}
	if !r.IsEmpty() {
		s.drop(&r)
	}
	return nil
}

func stacked(r *mat.Dense, row []float64) *mat.Dense {
	if r.IsEmpty() {
		return mat.NewDense(1, len(row), row)
	}
	var out mat.Dense
	out.Stack(r, mat.NewDense(1, len(row), row))
	return &out
}

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
