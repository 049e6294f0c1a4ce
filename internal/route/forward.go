package route

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"costate/internal/problemfile"
	"costate/ode"
)

// Forward is the model of a problem file as an initial value problem.
type Forward struct {
	ode.IVP
	Names      []string // of the components
	ParamNames []string

	breaks func(end float64) []float64
	given  []bool // components, then parameters, that are more than guesses
}

// NewForward sets up the forward model: x' = F for an action, the equations of
// the file for a boundary value problem, the canonical equations otherwise. The
// initial values and parameters are those of [integrate], where given; then
// those that a condition at the start fixes; then the guesses.
func NewForward(file *problemfile.Problem) (*Forward, error) {
	p, err := New(file)
	if err != nil {
		return nil, err
	}
	f := &Forward{}
	var guess func(dst []float64, t float64)
	if a := file.Action; a != nil {
		field, err := a.Field()
		if err != nil {
			return nil, err
		}
		if guess, err = a.StartPath(false); err != nil {
			return nil, err
		}
		f.System, f.breaks = field.System(), a.Stops
		for _, s := range a.States {
			f.System.Names = append(f.System.Names, s.Symbol.Name())
		}
	} else {
		if p.Equations.FreeEnd != nil {
			return nil, fmt.Errorf("the end of the interval is unknown: solve the problem, and integrate from its result")
		}
		f.System, guess = p.BVP.System, p.BVP.Guess
		f.breaks = func(end float64) []float64 {
			e := *p.Equations
			e.End = end
			return e.Stops()
		}
	}
	if f.Algebraic > 0 {
		return nil, fmt.Errorf("the problem has %d algebraic components: the integrators take differential equations only", f.Algebraic)
	}
	d := file.Domain()
	f.Start = d.Start
	f.Until(d.End)
	if file.Integrate.Until > 0 {
		f.Until(file.Integrate.Until)
	}
	f.Names = f.System.Names
	f.Initial = make([]float64, f.Dim)
	if guess != nil {
		guess(f.Initial, f.Start)
	}
	for _, p := range file.Params() {
		f.ParamNames = append(f.ParamNames, p.Symbol.Name())
		f.Params = append(f.Params, p.Guess)
	}
	f.given = make([]bool, f.Dim+len(f.Params))
	for i, v := range file.Integrate.Parameters {
		if !math.IsNaN(v) {
			f.SetParam(i, v)
		}
	}
	f.fixed(p)
	for i, v := range file.Integrate.Start {
		if !math.IsNaN(v) {
			f.Set(i, v)
		}
	}
	return f, nil
}

// Set gives an initial value.
func (f *Forward) Set(i int, v float64) { f.Initial[i], f.given[i] = v, true }

// SetParam gives the value of a parameter.
func (f *Forward) SetParam(i int, v float64) { f.Params[i], f.given[f.Dim+i] = v, true }

// Guesses lists the initial values and parameters that are only guessed, as
// x = 1.
func (f *Forward) Guesses() []string {
	var out []string
	for i, known := range f.given {
		switch {
		case known:
		case i < f.Dim:
			out = append(out, fmt.Sprintf("%s = %.6g", f.Names[i], f.Initial[i]))
		default:
			out = append(out, fmt.Sprintf("%s = %.6g", f.ParamNames[i-f.Dim], f.Params[i-f.Dim]))
		}
	}
	return out
}

// fixed sets the initial values that a condition fixes by itself: one that
// looks at a single component at the start. Natural conditions couple a costate
// to its state, or look at a costate, which only the canonical equations have.
func (f *Forward) fixed(p *Problem) {
	b := p.BVP
	c := &b.Boundary
	points := c.Points
	if points == nil {
		points = []float64{b.Start, b.End}
	}
	y, dy := make([][]float64, len(points)), make([][]float64, len(points))
	first := -1
	for k, t := range points {
		y[k], dy[k] = make([]float64, b.Dim), make([]float64, c.Count*b.Dim)
		if b.Guess != nil {
			b.Guess(y[k], t)
		}
		if t == b.Start {
			first = k
		}
	}
	if first < 0 || c.Jac == nil {
		return
	}
	theta := make([]float64, b.Params)
	copy(theta, b.GuessParams)
	copy(theta, f.Params)
	g, dp := make([]float64, c.Count), make([]float64, c.Count*b.Params)
	for i := range c.Count {
		if c.At == nil || c.At[i] != first {
			continue
		}
		// Newton's method in one component: one step where the condition is
		// linear.
		hit := -1
		for range 50 {
			c.Func(g, y, theta)
			c.Jac(dy, dp, y, theta)
			if hit = single(dy[first][i*b.Dim : (i+1)*b.Dim]); hit < 0 {
				break
			}
			step := g[i] / dy[first][i*b.Dim+hit]
			y[first][hit] -= step
			if math.Abs(step) <= 1e-14*math.Abs(y[first][hit]) {
				break
			}
		}
		if hit >= 0 && hit < f.Dim {
			f.Set(hit, y[first][hit])
		}
	}
}

// single returns the only entry that is not zero, or -1.
func single(row []float64) int {
	hit := -1
	for j, v := range row {
		if v == 0 {
			continue
		}
		if hit >= 0 {
			return -1
		}
		hit = j
	}
	return hit
}

// Until sets the end of the integration.
func (f *Forward) Until(end float64) { f.End, f.Breaks = end, f.breaks(end) }

// FromSolution takes the initial values and the parameters of a solution of the
// boundary value problem.
func (f *Forward) FromSolution(sol *ode.Solution) {
	copy(f.Initial, sol.Node(0)[:f.Dim])
	copy(f.Params, sol.P)
	for i := range f.given {
		f.given[i] = true
	}
}

// Samples are the values at Start, Start + every, .. up to End.
type Samples struct {
	T []float64
	Y []float64 // len(T)×Dim
}

// Sample integrates and evaluates the dense output at equal steps.
func (f *Forward) Sample(ctx context.Context, in *ode.Integrator, every float64) (*Samples, *ode.Solution, error) {
	sol, err := in.Solve(ctx, &f.IVP)
	if err != nil {
		return nil, sol, err
	}
	s := &Samples{}
	s.T, s.Y = sampled(sol, f.Start, f.End, every)
	return s, sol, nil
}

// sampled evaluates a solution at start, start + every, .. up to end.
func sampled(sol *ode.Solution, start, end, every float64) (t, y []float64) {
	n := int(math.Floor((end-start)/every*(1+1e-12) + 1e-9))
	row := make([]float64, sol.Dim)
	for i := range n + 1 {
		at := min(start+float64(i)*every, end)
		t = append(t, at)
		y = append(y, sol.At(row, at)...)
	}
	return t, y
}

// AddNoise adds independent Gaussian noise of standard deviation sd[c] to
// component c, from the generator PCG(seed, 0): row by row.
func (s *Samples) AddNoise(sd []float64, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	d := len(sd)
	for i := range s.Y {
		s.Y[i] += sd[i%d] * rnd.NormFloat64()
	}
}
