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
}

// NewForward sets up the forward model: x' = F for an action, the equations of
// the file for a boundary value problem, the canonical equations otherwise. The
// initial values and parameters are those of [integrate], where given, or the
// guesses.
func NewForward(file *problemfile.Problem) (*Forward, error) {
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
		f.System, f.breaks = field.System(), a.Breaks
		for _, s := range a.States {
			f.System.Names = append(f.System.Names, s.Symbol.Name())
		}
	} else {
		p, err := New(file)
		if err != nil {
			return nil, err
		}
		if p.Equations.FreeEnd != nil {
			return nil, fmt.Errorf("the end of the interval is unknown: solve the problem, and integrate from its result")
		}
		f.System, guess = p.BVP.System, p.BVP.Guess
		f.breaks = func(end float64) []float64 {
			e := *p.Equations
			e.End = end
			return e.Breaks()
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
	overlay(f.Initial, file.Integrate.Start)
	for _, p := range file.Params() {
		f.ParamNames = append(f.ParamNames, p.Symbol.Name())
		f.Params = append(f.Params, p.Guess)
	}
	overlay(f.Params, file.Integrate.Parameters)
	return f, nil
}

// Until sets the end of the integration.
func (f *Forward) Until(end float64) { f.End, f.Breaks = end, f.breaks(end) }

// overlay replaces the values of dst by those of v that are given.
func overlay(dst, v []float64) {
	for i := range min(len(dst), len(v)) {
		if !math.IsNaN(v[i]) {
			dst[i] = v[i]
		}
	}
}

// FromSolution takes the initial values and the parameters of a solution of the
// boundary value problem.
func (f *Forward) FromSolution(sol *ode.Solution) {
	copy(f.Initial, sol.Node(0)[:f.Dim])
	copy(f.Params, sol.P)
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
