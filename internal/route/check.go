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

// CheckOptions steer Check. The zero value works.
type CheckOptions struct {
	Tol         float64           // what the solution is certified to, relative [1e-8]
	Schemes     []discrete.Scheme // of the layers [CheckSchemes]
	First, Last int               // numbers of layers, doubled from First to Last [8, 1024]

	// Guess is where collocation starts; what it finds from there is checked,
	// be it a minimum or not. [the guess that Collocate makes]
	Guess *ode.Solution

	// Unscaled asks for a study of the midpoint rule whose layers are not
	// weighed with their length.
	Unscaled bool

	// Step is told after each part of the work; calls may be concurrent. [nil]
	Step func(what string)
}

// CheckTolerance is what a solution is certified to unless told otherwise.
const CheckTolerance = 1e-8

// CheckSchemes are the rules that Check studies unless told otherwise.
var CheckSchemes = []discrete.Scheme{
	{Rule: discrete.Euler}, {Rule: discrete.Midpoint}, {Rule: discrete.Trapezoid},
	{Rule: discrete.SimpsonHermite}, {Rule: discrete.Gauss, Stages: 2}, {Rule: discrete.Gauss, Stages: 3},
}

// Check is a problem solved by all routes it has, and what speaks for the
// solution.
type Check struct {
	Problem     *Problem // as it was checked: parameters at their bounds are held there
	Held        []Held
	Collocation *ode.Solution
	Shooting    *ode.Solution
	Split       hamiltonian.Split // parts of the action, by collocation
	Exact       bool              // the data are fitted to rounding, costates are zero

	Studies []*discrete.ConvergenceStudy
	Failed  []error // studies that ended early

	Unscaled *discrete.ConvergenceStudy // nil: not asked for

	Findings
	Conjugate *hamiltonian.Conjugate // nil: not judged
	Negative  int                    // negative eigenvalues of the layers' Hessian; -1: unknown
}

// Check solves the problem by collocation, by multiple shooting and, if it is an
// action, in discrete layers at doubling numbers, and collects what certifies the
// solution. An error means that there is no solution to be certified, or is that of
// ctx: the Check has what was finished before, and has not passed.
func (p *Problem) Check(ctx context.Context, o CheckOptions) (*Check, error) {
	c := newChecker(ctx, p, o)
	return c.Check, c.run()
}

func newChecker(ctx context.Context, p *Problem, o CheckOptions) *checker {
	c := &checker{CheckOptions: o, ctx: ctx, Check: &Check{Problem: p, Negative: -1}}
	if c.Tol == 0 {
		c.Tol = CheckTolerance
	}
	if c.Schemes == nil {
		c.Schemes = CheckSchemes
	}
	c.defaults()
	return c
}

// defaults fills in what all checks have in common.
func (o *CheckOptions) defaults() {
	if o.First == 0 {
		o.First = 8
	}
	if o.Last == 0 {
		o.Last = 1024
	}
	if o.Step == nil {
		o.Step = func(string) {}
	}
}

// checker is one run of Check.
type checker struct {
	CheckOptions
	*Check
	ctx     context.Context
	flown   *flown
	least   []float64 // sizes below which costates are not judged; nil: all are
	part    float64   // of the terms of costates that is left of them
	faintly string    // of single costates that are next to nothing; "": least is not of these

	damage func(*discrete.Problem) // tests only
}

func (c *checker) run() error {
	if err := c.collocate(); err != nil {
		return err
	}
	c.Step("collocation")
	unshot, err := c.routes()
	switch {
	case c.ctx.Err() != nil:
		if unshot != nil {
			c.Shooting = nil
		}
		c.agree()
		c.certify(hamiltonian.Certificate{Name: "interrupted", Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail,
			Note: "only what was finished before is shown"})
		return c.ctx.Err()
	case err != nil:
		return err
	case unshot != nil:
		cert := hamiltonian.Certificate{Name: "multiple shooting", Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail, Note: brief(unshot)}
		if noRoute(unshot) {
			cert.Verdict = hamiltonian.NotJudged
		}
		c.certify(cert)
		c.Shooting = nil
	}
	c.agree()
	defer c.Step("certificates")
	if err := c.certificates(); err != nil {
		return err
	}
	return nil
}

// noRoute reports whether an error of shooting says that its segments cannot be
// integrated, or not accurately enough: where the equations have constraints or are
// singular at an end, or rounding grows too much. Nothing is then known of the
// solution.
func noRoute(err error) bool {
	for _, e := range []error{ode.ErrMeshLimit, ode.ErrMethod, ode.ErrNotFinite, ode.ErrIllConditioned, ode.ErrStepLimit, ode.ErrStepSize, ode.ErrStiff} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// accuracy is the tolerance that the routes are asked for: errors three digits
// below what is certified can be judged. With very many data their mesh does not
// leave room for that, in time and in rounding.
func (c *checker) accuracy() float64 {
	if len(c.Problem.BVP.Jumps) > manyTimes {
		return c.Tol
	}
	return max(c.Tol/1000, 1e-12)
}

func (c *checker) collocate() error {
	sol, err := c.Problem.Collocate(c.ctx, Options{Tol: c.accuracy(), Guess: c.Guess})
	if err != nil {
		return fmt.Errorf("collocation: %w", err)
	}
	if c.Collocation, err = c.hold(sol); err != nil {
		return err
	}
	if c.Split, err = c.Problem.Equations.Action(c.Collocation); err != nil {
		return err
	}
	if c.Problem.File.Action != nil {
		c.weigh()
		c.settle()
	}
	return nil
}

// Strong reports whether all equations of the model hold exactly.
func (c *Check) Strong() bool {
	for _, s := range c.Problem.File.Action.States {
		if !math.IsInf(s.Rf, 1) {
			return false
		}
	}
	return c.Problem.File.Action.Rf == nil
}

// relativeErrors returns the error estimates of states, costates and the first
// parameters of a solution, relative to the largest value of each.
func relativeErrors(sol *ode.Solution, d, params int) (x, p, theta float64) {
	size := largest(sol)
	for c := range 2 * d {
		e := errorOf(sol.Error, c) / size[c]
		if c < d {
			x = max(x, e)
		} else {
			p = max(p, e)
		}
	}
	for i := range params {
		theta = max(theta, errorOf(sol.ParamError, i)/max(math.Abs(sol.P[i]), math.SmallestNonzeroFloat64))
	}
	return x, p, theta
}

func errorOf(e []float64, i int) float64 {
	if i < len(e) {
		return e[i]
	}
	return 0
}

// largest returns the largest |y_c| at the mesh points; zero counts as one.
func largest(sol *ode.Solution) []float64 {
	out := make([]float64, sol.Dim)
	for i := range sol.T {
		for c, v := range sol.Node(i) {
			out[c] = max(out[c], math.Abs(v))
		}
	}
	for c, v := range out {
		if v == 0 {
			out[c] = 1
		}
	}
	return out
}

// actionError bounds what the errors of a solution do to its action: not more,
// relatively, than they are themselves. The action is stationary, so that it is
// usually much less.
func (c *checker) actionError(sol *ode.Solution, action float64) float64 {
	size := largest(sol)
	worst := 1e-14
	for i, v := range size {
		worst = max(worst, errorOf(sol.Error, i)/v)
	}
	for i, v := range sol.P {
		worst = max(worst, errorOf(sol.ParamError, i)/max(math.Abs(v), math.SmallestNonzeroFloat64))
	}
	return math.Abs(action)*worst + c.floor()
}

// agree compares the routes.
func (c *checker) agree() {
	d := len(c.Problem.Equations.States)
	sol := c.Collocation
	size := largest(sol)
	floor := 1e-13
	canonical := len(c.Problem.Equations.Costates) == d && sol.Dim >= 2*d
	np := len(sol.P)
	if a := c.Problem.File.Action; a != nil {
		np = len(a.Params)
	}
	add := func(quantity, route string, difference, estimate float64) {
		c.Agreement = append(c.Agreement, Agreement{quantity, [2]string{"collocation", route}, difference, estimate})
	}
	if s := c.Shooting; s != nil {
		worst := make([]float64, 3) // x, p, other components
		est := make([]float64, 3)
		group := func(i int) int {
			switch {
			case !canonical || i < d:
				return 0
			case i < 2*d:
				return 1
			}
			return 2
		}
		l, r, y := make([]float64, sol.Dim), make([]float64, sol.Dim), make([]float64, sol.Dim)
		for _, t := range sol.T {
			sol.Left(y, t)
			s.Left(l, t)
			sol.At(r, t)
			again := s.At(nil, t)
			for i := range y {
				g := group(i)
				worst[g] = max(worst[g], math.Abs(y[i]-l[i])/size[i], math.Abs(r[i]-again[i])/size[i])
			}
		}
		for i := range sol.Dim {
			g := group(i)
			est[g] = max(est[g], (errorOf(sol.Error, i)+errorOf(s.Error, i))/size[i])
		}
		for g, name := range []string{"x", "p", "q"} {
			if g == 0 && !canonical {
				name = "y"
			}
			if g == 0 || g == 1 && canonical || g == 2 && canonical && sol.Dim > 2*d {
				add(name, "shooting", worst[g], est[g]+floor)
			}
		}
		if np > 0 {
			w, e := 0.0, 0.0
			for i := range np {
				unit := max(math.Abs(sol.P[i]), math.SmallestNonzeroFloat64)
				w = max(w, math.Abs(sol.P[i]-s.P[i])/unit)
				e = max(e, (errorOf(sol.ParamError, i)+errorOf(s.ParamError, i))/unit)
			}
			add("parameters", "shooting", w, e+floor)
		}
		v1, e1 := c.Problem.Cost(sol)
		if v2, e2 := c.Problem.Cost(s); !math.IsNaN(v1) && !math.IsNaN(v2) {
			add("action", "shooting", math.Abs(v1-v2), c.actionError(sol, v1)+c.actionError(s, v2)+e1+e2)
		}
	}
	for _, study := range c.Studies {
		l := study.Limit
		if l == nil {
			continue
		}
		ref := c.reference()
		route := "layers, " + study.Scheme.String()
		var x, p float64
		y := make([]float64, sol.Dim)
		last := len(l.T) - 1
		for i, t := range l.T {
			sol.Left(y, t)
			for k := range d {
				x = max(x, math.Abs(l.X[i*d+k]-y[k])/size[k])
				if i > 0 {
					p = max(p, math.Abs(l.CostateLeft[i*d+k]-y[d+k])/size[d+k])
				}
			}
			sol.At(y, t)
			for k := range d {
				if i < last {
					p = max(p, math.Abs(l.CostateRight[i*d+k]-y[d+k])/size[d+k])
				}
			}
		}
		add("x", route, x, ref.Errors[0]+l.Errors[0]+floor)
		add("p", route, p, ref.Errors[1]+l.Errors[1]+floor)
		if np > 0 {
			w := 0.0
			for i, v := range l.Theta {
				w = max(w, math.Abs(v-sol.P[i])/max(math.Abs(sol.P[i]), math.SmallestNonzeroFloat64))
			}
			add("parameters", route, w, ref.Errors[2]+l.Errors[2]+floor)
		}
		add("action", route, math.Abs(l.Action-c.Split.Total()), ref.Errors[3]+l.Errors[3])
	}
}

// notJacobi makes a certificate of why conjugate points were not found.
func notJacobi(err error) (hamiltonian.Certificate, bool) {
	var no *hamiltonian.NotJacobi
	if !errors.As(err, &no) {
		return hamiltonian.Certificate{}, false
	}
	return hamiltonian.Unjudged("conjugate points", math.NaN(), "%s", no.Reason), true
}
