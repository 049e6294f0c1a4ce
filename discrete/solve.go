package discrete

import (
	"context"
	"fmt"
	"math"
)

// Form says in which unknowns a Newton step is taken.
type Form int

const (
	// AutomaticForm takes the states alone, as long as Rf/s stays below 1e9
	// times the curvature of the measurements, and then the costate form.
	AutomaticForm Form = iota
	StateForm
	CostateForm
)

// Method is the minimiser.
type Method int

const (
	Newton Method = iota
	LBFGS         // the papers' method, for comparison: slow, and inaccurate at a large Rf
)

// Solver minimises an action at a fixed Rf. The zero value works. It may be
// used by several goroutines at once.
type Solver struct {
	Method    Method
	Form      Form
	Curvature Curvature

	// Tolerance of the decrease that the next step is predicted to bring,
	// relative to the action [1e-12].
	Tolerance float64

	// MaxSteps limits the Newton steps at one value of Rf [500].
	MaxSteps int

	// Scale multiplies Problem.Rf [1].
	Scale float64

	// Covariance asks for ThetaCov and StateVar.
	Covariance bool
}

func (s *Solver) tolerance() float64 {
	if s.Tolerance > 0 {
		return s.Tolerance
	}
	return 1e-12
}

func (s *Solver) maxSteps() int {
	if s.MaxSteps > 0 {
		return s.MaxSteps
	}
	return 500
}

func (s *Solver) scale() float64 {
	if s.Scale > 0 {
		return s.Scale
	}
	return 1
}

// Solve minimises the action of pr from the guess. The path is never nil
// unless the problem itself is wrong (*ProblemError); with an error it is the
// last iterate, and Path.Err is that error. Components with Rf = +Inf are
// reached through a sequence of growing precisions, the last steps being
// taken in the costate form.
func (s *Solver) Solve(ctx context.Context, pr *Problem, guess Guess) (*Path, error) {
	p, err := newPlan(pr)
	if err != nil {
		return nil, err
	}
	if guess.Path != nil && guess.Path.Dim != p.D {
		return nil, bad("Guess", "path of %d components for a model of %d", guess.Path.Dim, p.D)
	}
	if n := len(guess.Theta); guess.Path == nil && n != p.P && n != 0 {
		return nil, bad("Guess", "%d parameters for a model with %d", n, p.P)
	}
	m := newMinimiser(p, s)
	m.v = p.vector(guess)
	m.warm = guess.Path != nil
	return m.path(ctx, s)
}

// minimiser is a plan with all memory to work on it, and the current path.
type minimiser struct {
	p   *plan
	w   *work
	f   *fronts      // nil: not needed yet
	c   *costateForm // the same
	v   []float64
	lm  damping
	out outcome
	// scale of the last minimisation, that of the one before, whose minimum
	// it began at, and whether c.lam holds its costates
	scale, from float64
	dual        bool
	warm        bool // v is the minimum at a neighbouring Rf, or said to be near it
	once        bool // v is the minimum: one more step in the costate form is enough
	proven      bool // f holds the factors of the Hessian at v, which is positive definite
}

func newMinimiser(p *plan, s *Solver) *minimiser {
	return &minimiser{p: p, w: newWork(p), v: make([]float64, p.nv)}
}

// fronts returns the memory of the state form, which is large and which the costate
// form does without.
func (m *minimiser) fronts() *fronts {
	if m.f == nil {
		m.f = newFronts(m.p)
	}
	return m.f
}

// minimise moves the current path to a minimum at the given scale; final asks
// for proof that it is one.
func (m *minimiser) minimise(ctx context.Context, s *Solver, scale, tol float64, final bool) outcome {
	o := newtonOptions{curvature: s.Curvature, tol: tol, maxIter: s.maxSteps(), once: m.once}
	if m.from = m.scale; m.from == 0 {
		m.from = scale
	}
	m.scale, m.proven = scale, false
	defer func() { m.w.dual = nil }()
	switch {
	case s.Method == LBFGS:
		m.dual = false
		m.out = m.w.lbfgs(ctx, m.v, scale, o)
	case s.Form == CostateForm || m.p.hasInf || s.Form == AutomaticForm && m.p.stiffness(scale) > costateFrom:
		if m.p.hasInf || s.Form == CostateForm {
			m.out = m.costate(ctx, scale, o)
			break
		}
		// From a path that is not near enough the full steps of the costate
		// form may fail where damped steps in the states do not.
		saved := append([]float64(nil), m.v...)
		few := o
		few.maxIter = min(o.maxIter, costateSteps)
		if m.out = m.costate(ctx, scale, few); m.out.err == nil || ctx.Err() != nil {
			break
		}
		copy(m.v, saved)
		m.dual = false
		steps := m.out.steps
		m.out = m.w.minimise(ctx, m.fronts(), m.v, scale, o, &m.lm)
		m.out.steps += steps
	default:
		m.dual = false
		if !m.warm && m.p.stiffness(scale) > 10 {
			if m.out = m.approach(ctx, scale, math.Inf(1), o); m.out.err != nil {
				return m.out
			}
		}
		m.out = m.w.minimise(ctx, m.fronts(), m.v, scale, o, &m.lm)
		if final {
			m.out = m.settle(ctx, scale, o)
		}
	}
	m.warm = m.warm || m.out.err == nil
	return m.out
}

// costateFrom is the ratio of a layer's weight to the measurements' weight
// from which the state form begins to lose digits that matter.
const costateFrom = 1e9

// costateSteps limits the steps of the costate form where it is chosen
// automatically.
const costateSteps = 12

// stiffness is the largest weight of a layer relative to the largest
// precision of a measurement.
func (p *plan) stiffness(scale float64) float64 {
	return max(p.largest(false)*scale, p.largest(true)) / p.s[0] / p.maxRm()
}

// largest returns the largest finite Rf of the components that are steady, or
// of those that are not; 0: there is none.
func (p *plan) largest(steady bool) float64 {
	rf := 0.0
	for i := range p.D {
		v := 0.0
		if p.rfMat != nil {
			v = p.rfMat[i*p.D+i]
		} else if !math.IsInf(p.rf[i], 1) {
			v = p.rf[i]
		}
		if steady == (p.steady != nil && p.steady[i]) {
			rf = max(rf, v)
		}
	}
	return rf
}

// path solves and collects what is known about the solution.
func (m *minimiser) path(ctx context.Context, s *Solver) (*Path, error) {
	a, err := m.plainPath(ctx, s, true)
	if err == nil {
		m.second(a, s.Covariance)
		a.Stats = m.w.stats
	}
	return a, err
}

// plainPath is path without the second-order figures.
func (m *minimiser) plainPath(ctx context.Context, s *Solver, final bool) (*Path, error) {
	out := m.minimise(ctx, s, s.scale(), s.tolerance(), final)
	a := m.collect()
	a.Stats, a.Err = m.w.stats, out.err
	return a, out.err
}

// collect describes the current path.
func (m *minimiser) collect() *Path {
	p, w, v := m.p, m.w, m.v
	a := &Path{Rule: p.pr.Rule, Converged: m.out.converged, Dim: p.D, Inner: p.k, Layers: p.N, T: p.times(),
		RfScale: m.scale, Negative: -1, Data: p.dataN, Predicted: m.out.pred, Stats: w.stats}
	a.X = append([]float64(nil), v[:p.nx]...)
	a.Theta = append([]float64(nil), v[p.nx:]...)
	e := w.action(v, m.scale)
	if m.dual {
		e.fe = m.c.modelError(m.scale)
		a.Lambda = append([]float64(nil), m.c.lam...)
		copy(w.lam, m.c.lam)
	}
	a.Measurement, a.Model, a.Prior = e.me, e.fe, e.pe
	a.Action = e.total()
	if p.hasInf && !a.Converged {
		a.Defect = w.defect()
	}
	for i := range p.P {
		j := p.nx + i
		if p.lo != nil && (v[j] <= p.lo[j] || v[j] >= p.hi[j]) {
			a.AtBound = append(a.AtBound, i)
		}
	}
	if p.within > 0 {
		a.Warnings = append(a.Warnings, &JumpWarning{p.within, p.N})
	}
	m.boundaryCostates(a)
	if a.Lambda == nil {
		a.Lambda = append([]float64(nil), w.lam...)
	}
	return a
}

// boundaryCostates fills in the costates at the layers' boundaries: the
// derivatives of the layers' actions with respect to their ends.
func (m *minimiser) boundaryCostates(a *Path) {
	p, w, v := m.p, m.w, m.v
	D := p.D
	a.CostateLeft, a.CostateRight = make([]float64, (p.N+1)*D), make([]float64, (p.N+1)*D)
	rows := (p.k+2)*D + p.P + 1
	H := make([]float64, rows*rows)
	g := H[(rows-1)*rows:]
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		if !m.dual {
			w.costates(m.scale)
		}
		w.jacobians(v)
		for n := w.n0; n < w.n1; n++ {
			clear(g)
			for i := range p.R {
				for d, l := range w.lam[(n*p.R+i)*D : (n*p.R+i+1)*D] {
					rs := &w.rowsym[i*D+d]
					for k, x := range w.row(n, rs) {
						g[rs.idx[k]] -= l * x
					}
				}
			}
			for k := p.first[n]; k < p.first[n+1]; k++ {
				if at := &p.attach[k]; !at.jump(p.k) {
					w.measureMatrix(H, rows, at, v, gaussNewton)
				}
			}
			copy(a.CostateRight[n*D:(n+1)*D], g[:D])
			for d := range D {
				a.CostateLeft[(n+1)*D+d] = -g[(p.k+1)*D+d]
			}
		}
	}
}

// Describe returns one line about the path.
func (a *Path) Describe() string {
	s := fmt.Sprintf("action %.10g (measurement %.6g, model %.6g, prior %.6g), %d layers, rule %s", a.Action, a.Measurement, a.Model, a.Prior, a.Layers, a.Rule)
	if !a.Converged {
		s += ", not converged"
	}
	return s
}
