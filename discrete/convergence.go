package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"costate/ode"
)

// Reference is the continuous solution that layers converge to: a closed form,
// or a solution of the canonical equations with its error.
type Reference struct {
	// X stores x(t) into dst (Dim).
	X func(dst []float64, t float64)

	// P stores p(t-) and p(t+) into left and right (Dim), equal where no
	// measurement kicks. nil: costates are not compared.
	P func(left, right []float64, t float64)

	Theta  []float64 // parameters [none]
	Action float64   // NaN: not compared

	// Errors says how well the reference itself is known: x and p relative to
	// the largest value of each component, theta relative, the action absolute.
	Errors [Quantities]float64
}

// Quantity numbers what is compared with the reference.
type Quantity int

const (
	// StateError is the root mean square over the layers' boundaries, which
	// converges without the wobble of the largest value, relative to the largest
	// value of the component; of the worst component.
	StateError   Quantity = iota
	CostateError          // the same for p, on both sides of every boundary
	ParamError            // largest relative error of a parameter
	ActionError           // absolute
	Quantities   = 4
)

func (q Quantity) String() string {
	return [...]string{"x", "p", "theta", "action"}[q]
}

// Scheme is a rule with its options, as in Problem.
type Scheme struct {
	Rule   Rule
	Stages int     // of Gauss [2]
	Kappa  float64 // of SimpsonHermite [16/3]

	// Unscaled weighs a layer with Rf/(first step) on every mesh: what happens
	// when the step is forgotten in the layer's weight Rf/s. The same layers
	// then say that the model is ever less precise as they are halved, and the
	// action drifts instead of converging. It has no effect where Rf = +Inf.
	Unscaled bool
}

// EqualWeight is the Simpson-Hermite rule of the field's older tools, which
// weighs both of its residuals alike.
var EqualWeight = Scheme{Rule: SimpsonHermite, Kappa: 1}

// ParseScheme reads a rule as ParseRule does, and besides "simpson" for
// "simpson-hermite" and "simpson-equal" for EqualWeight.
func ParseScheme(name string) (Scheme, error) {
	switch name {
	case "simpson":
		return Scheme{Rule: SimpsonHermite}, nil
	case "simpson-equal":
		return EqualWeight, nil
	}
	r, stages, err := ParseRule(name)
	switch {
	case err != nil:
		err = fmt.Errorf("discrete: unknown rule %q; want euler, midpoint, trapezoid, simpson, simpson-equal, or gauss1 to gauss%d", name, maxStages)
	case r == LayerMap:
		err = fmt.Errorf("discrete: the rule map has no step to refine")
	}
	return Scheme{Rule: r, Stages: stages}, err
}

func (s Scheme) String() string {
	switch {
	case s.Rule == Gauss:
		return "gauss" + itoa(max(s.Stages, 1))
	case s.Rule == SimpsonHermite && s.Kappa == 1:
		return "simpson-equal"
	case s.Rule == SimpsonHermite:
		return "simpson"
	}
	return s.Rule.String()
}

// Order returns the order of the rule; strong says that every Rf is infinite.
// Equal weights of the Simpson-Hermite residuals count the model error's
// derivative with 3/16 of its weight, an error of order s^2 that vanishes with
// the model error itself.
func (s Scheme) Order(strong bool) int {
	switch s.Rule {
	case Euler, LayerMap:
		return 1
	case SimpsonHermite:
		if s.Uneven() && !strong {
			return 2
		}
		return 4
	case Gauss:
		return 2 * max(s.Stages, 1)
	}
	return 2
}

// scale returns the factor on Rf at the k-th mesh.
func (s Scheme) scale(k int) float64 {
	if s.Unscaled {
		return math.Ldexp(1, -k)
	}
	return 1
}

// Uneven reports whether the Simpson-Hermite residuals are weighed otherwise than
// the order 4 needs.
func (s Scheme) Uneven() bool {
	return s.Rule == SimpsonHermite && s.Kappa != 0 && math.Abs(s.Kappa-16.0/3) > 1e-6
}

// even reports whether the error has an expansion in even powers of the step
// only: the rule reads the same in both directions.
func (s Scheme) even() bool { return s.Rule != Euler && s.Rule != LayerMap }

// Judgement says whether an observed order can be judged.
type Judgement int

const (
	Unjudged      Judgement = iota // no coarser row to compare with
	NotAsymptotic                  // the order still changes from row to row
	Rounding                       // the error is near rounding, or near that of the reference
	Judged
)

func (j Judgement) String() string {
	return [...]string{"", "not yet asymptotic", "rounding", "judged"}[j]
}

// ConvergenceRow is the minimum of the action at one number of layers.
type ConvergenceRow struct {
	Layers int
	Step   float64 // the largest
	Path   *Path   // with its negative eigenvalues if no finer row was asked for

	// Errors against the reference, NaN where there is nothing to compare.
	Errors [Quantities]float64

	// Noise is how far the minimum moves when it is computed again from
	// itself, Uncertainty that and the error of the reference.
	Noise, Uncertainty [Quantities]float64

	// Orders are the observed orders, from this row and the one before it.
	Orders    [Quantities]float64
	Judgement [Quantities]Judgement

	NewtonSteps int
	Time        time.Duration
}

// ConvergenceStudy is what Convergence returns.
type ConvergenceStudy struct {
	Scheme Scheme
	Theory int  // the order that it should have: of the scheme, or less at seams
	Seamed bool // it is less
	Seam   int  // order of what seams inside layers add to the error; 0: none do
	Rows   []ConvergenceRow
	Limit  *Limit // nil: fewer than two rows
}

// Convergence minimises the action with layers of a scheme on meshes that are
// halved again and again, from the number first to the number last (the first
// mesh may have more, so that every observation time is a layer's boundary; then
// it is halved twice at least), and compares every minimum with the reference. It
// stops early when all errors have reached rounding or the reference's own. Each
// minimisation starts at the reference, and takes exact Newton steps in states and
// costates until they no longer help. Coarse meshes on which that finds no minimum
// are left out, with those that are coarser.
//
// The error is that of the minimisation that failed, with the rows before it.
func Convergence(ctx context.Context, pr *Problem, ref Reference, s Scheme, first, last int) (*ConvergenceStudy, error) {
	c := *pr
	c.Rule, c.Stages, c.Kappa = s.Rule, s.Stages, s.Kappa
	study := &ConvergenceStudy{Scheme: s, Theory: s.Order(strongly(pr.Rf))}
	c.Layers, c.OffGrid = max(first, 1), Insert
	if pr.Mesh == nil {
		mesh, err := commonMesh(&c)
		if err != nil {
			return nil, err
		}
		c.Mesh = mesh
	}
	if c.seamed() {
		full := study.Theory
		study.Seam = c.Smooth + 2
		study.Theory = min(full, study.Seam)
		study.Seamed = study.Theory < full
	}
	size := sizes(&c, ref)
	for {
		c.Layers = len(c.Mesh) - 1
		row, second, err := converge(ctx, &c, ref, size, s.scale(len(study.Rows)))
		if 4*c.Layers <= last && (errors.Is(err, ErrSteps) || errors.Is(err, ode.ErrNoDescent)) {
			// Coarse layers may have no minimum near the solution; that of still
			// coarser ones was another one then.
			study.Rows, c.Mesh = nil, halve(c.Mesh)
			continue
		}
		if err != nil {
			return study, fmt.Errorf("%s, %d layers: %w", s, c.Layers, err)
		}
		study.Rows = append(study.Rows, row)
		study.judge()
		enough := 1
		if study.Rows[0].Layers > first {
			enough = 3
		}
		if k := len(study.Rows); 2*c.Layers > last && k >= enough || k > 1 && study.exhausted() {
			second()
			break
		}
		c.Mesh = halve(c.Mesh)
	}
	study.Limit = study.extrapolate(size)
	return study, nil
}

// seamed reports whether a seam lies inside a layer of the mesh.
func (pr *Problem) seamed() bool {
	near := 1e-12 * (pr.Mesh[len(pr.Mesh)-1] - pr.Mesh[0])
	for _, t := range pr.Seams {
		i, found := slices.BinarySearch(pr.Mesh, t)
		if !found && i > 0 && i < len(pr.Mesh) && t-pr.Mesh[i-1] > near && pr.Mesh[i]-t > near {
			return true
		}
	}
	return false
}

func strongly(rf []float64) bool {
	for _, v := range rf {
		if !math.IsInf(v, 1) {
			return false
		}
	}
	return true
}

// commonMesh returns the coarsest mesh: uniform where that has all observation
// times among its points.
func commonMesh(pr *Problem) ([]float64, error) {
	p := &plan{pr: pr}
	if err := p.grid(); err != nil {
		return nil, err
	}
	// A point that stands for an observation time is that time, exactly.
	for _, o := range pr.Observations {
		i, _ := slices.BinarySearch(p.t, o.Time)
		for _, j := range []int{i - 1, i} {
			if j >= 0 && j < len(p.t) && math.Abs(p.t[j]-o.Time) < 1e-9*(p.t[1]-p.t[0]) {
				p.t[j] = o.Time
			}
		}
	}
	return p.t, nil
}

func halve(t []float64) []float64 {
	out := make([]float64, 0, 2*len(t)-1)
	for n := range len(t) - 1 {
		out = append(out, t[n], t[n]+(t[n+1]-t[n])/2)
	}
	return append(out, t[len(t)-1])
}

// sizes returns the largest |x_c| and |p_c| of the reference on the mesh; zero
// components are measured absolutely.
func sizes(pr *Problem, ref Reference) (size [2][]float64) {
	d := pr.Dim
	x, l, r := make([]float64, d), make([]float64, d), make([]float64, d)
	size[0], size[1] = make([]float64, d), make([]float64, d)
	const points = 200
	for i := range points + 1 {
		t := pr.Mesh[0] + (pr.Mesh[len(pr.Mesh)-1]-pr.Mesh[0])*float64(i)/points
		ref.X(x, t)
		if ref.P != nil {
			ref.P(l, r, t)
		}
		for c := range d {
			size[0][c] = max(size[0][c], math.Abs(x[c]))
			if i < points {
				size[1][c] = max(size[1][c], math.Abs(r[c]))
			}
			if i > 0 {
				size[1][c] = max(size[1][c], math.Abs(l[c]))
			}
		}
	}
	for k := range size {
		for c, v := range size[k] {
			if v == 0 {
				size[k][c] = 1
			}
		}
	}
	return size
}

const epsilon = 0x1p-52

// converge minimises on one mesh, and then once more from the minimum, which
// tells the noise. second fills in the second-order figures of the path.
func converge(ctx context.Context, pr *Problem, ref Reference, size [2][]float64, scale float64) (row ConvergenceRow, second func(), err error) {
	row.Layers = pr.Layers
	for n := range pr.Layers {
		row.Step = max(row.Step, pr.Mesh[n+1]-pr.Mesh[n])
	}
	p, err := newPlan(pr)
	if err != nil {
		return row, nil, err
	}
	begin := time.Now()
	s := &Solver{Curvature: ExactNewton, Form: CostateForm, Tolerance: 1e-18, Scale: scale}
	m := newMinimiser(p, s)
	m.v = p.vector(Guess{X: ref.X, Theta: ref.Theta})
	if ref.P != nil {
		m.c = newCostateForm(p)
		m.startCostates(ref)
		m.dual = true
	}
	path, err := m.plainPath(ctx, s, false)
	if err != nil && ctx.Err() == nil {
		// The reference is too far away on a coarse mesh: the way of Solve.
		m = newMinimiser(p, s)
		m.v = p.vector(Guess{X: ref.X, Theta: ref.Theta})
		s.Curvature = Automatic
		path, err = m.plainPath(ctx, s, false)
	}
	if err != nil {
		return row, nil, err
	}
	row.NewtonSteps, row.Time = path.Stats.Steps, time.Since(begin)
	// An action that is rounding of its data has costates that are roundings too:
	// they satisfy their equations only when they change no more.
	m.once = math.Abs(path.Action) > ref.Errors[ActionError]
	again, err := m.plainPath(ctx, s, true)
	second = func() { m.second(again, false) }
	if err != nil {
		again, second = path, func() {}
	}
	row.Path = again
	row.Errors = distance(again, ref, size)
	row.Noise = distance(again, pathReference(path, ref), size)
	for q := range Quantities {
		unit := 1.0
		if Quantity(q) == ActionError {
			unit = math.Abs(again.Action)
		}
		row.Noise[q] += 4 * epsilon * unit
		row.Uncertainty[q] = row.Noise[q] + ref.Errors[q]
	}
	return row, second, nil
}

// startCostates stores the costates of the residuals that belong to the reference,
// up to the order of the rule.
func (m *minimiser) startCostates(ref Reference) {
	p := m.p
	d := p.D
	l, r, mid := make([]float64, d), make([]float64, d), make([]float64, d)
	end, scrap := make([]float64, d), make([]float64, d)
	for n := range p.N {
		lam := m.c.lam[n*p.R*d : (n+1)*p.R*d]
		t, s := p.t[n], p.s[n]
		ref.P(scrap, r, t)
		ref.P(end, scrap, p.t[n+1])
		switch p.pr.Rule {
		case Euler, LayerMap:
			copy(lam, end)
		case SimpsonHermite:
			ref.P(l, mid, t+0.5*s)
			copy(lam, mid)
			for c := range d {
				lam[d+c] = -p.tab.w[1] * (end[c] - r[c]) / 8
			}
		default:
			for i, c := range p.tab.c {
				if p.R == 1 {
					c = 0.5
				}
				ref.P(l, mid, t+c*s)
				for k, v := range mid {
					lam[i*d+k] = p.tab.w[i] * v
				}
				if p.R == 1 {
					break
				}
			}
		}
	}
}

// pathReference makes a reference of a path on the same mesh. Its functions
// take the boundaries of the path in turn.
func pathReference(a *Path, like Reference) Reference {
	out := Reference{Action: a.Action, Theta: a.Theta}
	n := 0
	out.X = func(dst []float64, _ float64) { copy(dst, a.Node(n)); n++ }
	m := 0
	out.P = func(l, r []float64, _ float64) {
		copy(l, a.CostateLeft[m*a.Dim:(m+1)*a.Dim])
		copy(r, a.CostateRight[m*a.Dim:(m+1)*a.Dim])
		m++
	}
	if like.P == nil {
		out.P = nil
	}
	if math.IsNaN(like.Action) {
		out.Action = math.NaN()
	}
	return out
}

// distance measures a path against a reference.
func distance(a *Path, ref Reference, size [2][]float64) (e [Quantities]float64) {
	d := a.Dim
	x, l, r := make([]float64, d), make([]float64, d), make([]float64, d)
	sx, sp := make([]float64, d), make([]float64, d)
	for n := range a.Layers + 1 {
		t := a.Time(n)
		ref.X(x, t)
		for c, v := range a.Node(n) {
			sx[c] += square(v - x[c])
		}
		if ref.P == nil {
			continue
		}
		ref.P(l, r, t)
		for c := range d {
			if n > 0 {
				sp[c] += square(a.CostateLeft[n*d+c] - l[c])
			}
			if n < a.Layers {
				sp[c] += square(a.CostateRight[n*d+c] - r[c])
			}
		}
	}
	for c := range d {
		e[StateError] = max(e[StateError], math.Sqrt(sx[c]/float64(a.Layers+1))/size[0][c])
		e[CostateError] = max(e[CostateError], math.Sqrt(sp[c]/float64(2*a.Layers))/size[1][c])
	}
	if ref.P == nil {
		e[CostateError] = math.NaN()
	}
	if len(ref.Theta) == 0 {
		e[ParamError] = math.NaN()
	}
	for i, v := range ref.Theta {
		w := math.Abs(v)
		if w == 0 {
			w = 1
		}
		e[ParamError] = max(e[ParamError], math.Abs(a.Theta[i]-v)/w)
	}
	e[ActionError] = math.Abs(a.Action - ref.Action)
	return e
}

func square(x float64) float64 { return x * x }
