package ode

import "context"

// Cost is a functional of a solution,
//
//	End(y(tend), p) + integral from Start to End of Run(t, y(t), p) dt.
type Cost struct {
	End func(y, p []float64) float64 // [0]

	// EndGrad stores dEnd/dy (Dim) and dEnd/dp (Params).
	EndGrad func(dy, dp []float64, y, p []float64)

	Run func(t float64, y, p []float64) float64 // [0]

	// RunGrad stores dRun/dy (Dim) and dRun/dp (Params).
	RunGrad func(dy, dp []float64, t float64, y, p []float64)
}

// Gradient is the value of a Cost and its derivatives.
type Gradient struct {
	Value    float64
	Initial  []float64 // dValue/dInitial (Dim)
	Params   []float64 // dValue/dp (Params)
	Solution *Solution // its Inner is nil: it can be evaluated at the mesh points
}

// Gradient integrates forward, evaluates the cost with the quadrature of the
// method's own stages, and differentiates the discrete result by going back
// through the steps (discrete adjoint; Hager 2000; Sanz-Serna 2016): the
// gradient is exact, up to rounding, for the value returned, with the steps
// held fixed, and costs about as much as the integration for any number of
// parameters. Methods: Explicit, GaussLegendre, RadauIIA, and Composition
// without a running cost.
func (in *Integrator) Gradient(ctx context.Context, p *IVP, c *Cost) (*Gradient, error) {
	if (c.End == nil) != (c.EndGrad == nil) || (c.Run == nil) != (c.RunGrad == nil) {
		panic("ode: a Cost needs both a function and its gradient")
	}
	r, err := in.newRun(p, nil)
	if err != nil {
		s, err := r.fail(err)
		return &Gradient{Solution: s}, err
	}
	r.bare = true
	s, err := r.integrate(ctx)
	s.Inner = nil
	g := &Gradient{Solution: s, Initial: make([]float64, r.n), Params: make([]float64, len(r.p))}
	if err != nil {
		return g, err
	}
	a := &adjoint{r: r, cost: c, lam: g.Initial, dp: g.Params}
	a.init()
	step, err := a.stepFor(r.method)
	if err != nil {
		s.Err, s.Status = err, Unfinished
		return g, err
	}
	last := len(s.T) - 1
	if c.End != nil {
		g.Value = c.End(s.Node(last), r.p)
		c.EndGrad(a.lam, a.gp, s.Node(last), r.p)
		for j, v := range a.gp {
			a.dp[j] += v
		}
	}
	for i := last - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return g, err
		}
		if s.T[i+1] != s.T[i] {
			if r.breaks != nil {
				r.breaks.revisit(s.T[i], s.T[i+1], p.Breaks)
			}
			if err := step(i, s.T[i], s.T[i+1]-s.T[i], s.Node(i)); err != nil {
				return g, err
			}
		}
	}
	g.Value += a.value
	s.Stats = r.stats
	return g, nil
}
