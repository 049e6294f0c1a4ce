package hamiltonian

import (
	"cmp"
	"math"
	"slices"

	"costate/internal/expr"
	"costate/ode"
)

// pull is the gradient of everything of an action that sits at one place: the
// measurements there, and at the start the priors.
type pull struct {
	t        float64
	x, theta []float64 // with respect to x(t) and the parameters
}

// pulls evaluates the gradients of the action's discrete terms on a solution,
// from the observation maps alone: the jumps and conditions that Derive makes
// are not used. states returns x(t).
func (a *Action) pulls(states func(t float64) []float64, theta []float64) ([]pull, error) {
	d, np := len(a.States), len(a.Params)
	at := map[float64]*pull{}
	place := func(t float64) *pull {
		if at[t] == nil {
			at[t] = &pull{t, make([]float64, d), make([]float64, np)}
		}
		return at[t]
	}
	for k := range a.Observations {
		o := &a.Observations[k]
		h, err := a.Observed(k)
		if err != nil {
			return nil, err
		}
		m := len(o.H)
		r, wr := make([]float64, m), make([]float64, m)
		hx, hth := make([]float64, m*d), make([]float64, m*np)
		for n, t := range o.Times {
			row, ok, err := o.row(n)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			x := states(t)
			h.Func(r, t, x, theta)
			h.Jac(hx, hth, t, x, theta)
			for i := range r {
				r[i] -= row[i]
			}
			for i := range wr {
				if o.Matrix == nil {
					wr[i] = row[m+i] * r[i]
					continue
				}
				wr[i] = 0
				for j := range r {
					wr[i] += row[m+i*m+j] * r[j]
				}
			}
			p := place(t)
			for i, w := range wr {
				for c := range d {
					p.x[c] += hx[i*d+c] * w
				}
				for c := range np {
					p.theta[c] += hth[i*np+c] * w
				}
			}
		}
	}
	start := place(a.Start)
	place(a.End)
	x := states(a.Start)
	for c, s := range a.States {
		start.x[c] += s.Prior.Precision * (x[c] - s.Prior.Mean)
	}
	for c, p := range a.Params {
		start.theta[c] += p.Prior.Precision * (theta[c] - p.Prior.Mean)
	}
	out := make([]pull, 0, len(at))
	for _, p := range at {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(p, q pull) int { return cmp.Compare(p.t, q.t) })
	return out, nil
}

// Conditions certifies the jumps of the costates at measurements and the natural
// conditions at both ends, recomputed from the action's observation maps:
//
//	p(tau+) - p(tau-) = h_x' Rm (h - y),   q(tau+) - q(tau-) = h_theta' Rm (h - y),
//
// with zero costates outside the interval, and states that do not jump. Residuals
// are relative to the largest value of the component, or of its jumps. States
// given at an end have no natural condition there. No component is measured by
// less than least (Dim); nil: by its own size, however small.
func (a *Action) Conditions(sol *ode.Solution, tol float64, least []float64) ([]Certificate, error) {
	if len(a.Given.G) > 0 {
		for _, c := range a.Given.G {
			if _, ok := a.fixes(&Equations{Domain: a.Domain, Params: a.paramSymbols()}, c); !ok {
				return []Certificate{Unjudged("jumps of the costates", math.NaN(), "the condition %s = 0 has a multiplier", expr.Text(c))}, nil
			}
		}
	}
	d, np := len(a.States), len(a.Params)
	pulls, err := a.pulls(func(t float64) []float64 { return sol.Left(nil, t)[:d] }, sol.P[:np])
	if err != nil {
		return nil, err
	}
	ys, _ := sizes(sol)
	ys = atLeast(ys, least)
	for _, p := range pulls {
		for c, v := range p.x {
			ys[d+c] = max(ys[d+c], math.Abs(v))
		}
		for c, v := range p.theta {
			ys[2*d+c] = max(ys[2*d+c], math.Abs(v))
		}
	}
	given := a.given()
	worst, where, inside := 0.0, a.Start, 0
	ends := 0.0
	for _, p := range pulls {
		left, right := make([]float64, sol.Dim), make([]float64, sol.Dim)
		isEnd := p.t == a.Start || p.t == a.End
		if p.t != a.Start {
			sol.Left(left, p.t)
		}
		if p.t != a.End {
			sol.At(right, p.t)
		}
		residual := 0.0
		for c := range d {
			if !isEnd {
				residual = larger(residual, math.Abs(right[c]-left[c])/ys[c])
			}
			if !given[end{c, p.t}] {
				residual = larger(residual, math.Abs(right[d+c]-left[d+c]-p.x[c])/ys[d+c])
			}
		}
		for c := range np {
			residual = larger(residual, math.Abs(right[2*d+c]-left[2*d+c]-p.theta[c])/ys[2*d+c])
		}
		if isEnd {
			ends = larger(ends, residual)
			continue
		}
		inside++
		if !(residual <= worst) {
			worst, where = residual, p.t
		}
	}
	var out []Certificate
	if inside > 0 {
		out = append(out, Within("jumps of the costates", worst, tol, "p(t+) - p(t-) against h_x' Rm (h - y) at %d measurements; worst at %.6g", inside, where))
	}
	return append(out, Within("natural conditions", ends, tol, "costates at both ends against the measurements and priors there")), nil
}

// end names state c at the place t.
type end struct {
	c int
	t float64
}

// given returns which states are given at which end.
func (a *Action) given() map[end]bool {
	out := map[end]bool{}
	for _, v := range a.Given.Values {
		for c, s := range a.States {
			if s.Symbol == v.Variable {
				out[end{c, v.Point}] = true
			}
		}
	}
	return out
}

// Stationary returns how far a path of discrete layers is from stationary in the
// states of its boundaries t: the largest residual of p+ - p- = h_x' Rm (h - y),
// with p- = p+ where nothing is measured and the outer costates zero, relative to
// the largest costate or kick of the component. x, left and right (len(t)×D) are
// the states and the costates on both sides. Where a component's largest value is below
// least (D; nil: 0), the residual is relative to that.
func (a *Action) Stationary(t, x, left, right, theta, least []float64) (float64, error) {
	d := len(a.States)
	pulls, err := a.pulls(func(at float64) []float64 {
		i, _ := slices.BinarySearch(t, at)
		return x[i*d : (i+1)*d]
	}, theta)
	if err != nil {
		return 0, err
	}
	given := a.given()
	size := make([]float64, d)
	copy(size, least)
	for i := range t {
		for c := range d {
			size[c] = max(size[c], math.Abs(left[i*d+c]), math.Abs(right[i*d+c]))
		}
	}
	for _, p := range pulls {
		for c, v := range p.x {
			size[c] = max(size[c], math.Abs(v))
		}
	}
	worst, k := 0.0, 0
	for i := range t {
		var kick []float64
		if k < len(pulls) && pulls[k].t == t[i] {
			kick = pulls[k].x
			k++
		}
		for c := range d {
			if given[end{c, t[i]}] {
				continue
			}
			r := right[i*d+c] - left[i*d+c]
			if kick != nil {
				r -= kick[c]
			}
			if r != 0 {
				worst = larger(worst, math.Abs(r)/size[c])
			}
		}
	}
	if k < len(pulls) {
		return math.Inf(1), nil // a measurement that is at no boundary
	}
	return worst, nil
}

// ChiSquare compares twice the measurement error of a solution with the number
// of values that were not used up by what is free: the start of every state and
// the parameters, as far as no condition or prior gives them. It says whether
// model and data agree, not whether the solution is right, so that it is no
// verdict: precisions that are no inverse variances make it meaningless.
func (a *Action) ChiSquare(s Split) Certificate {
	const name = "chi-square"
	chi := 2 * s.Measurement
	if s.Points == 0 {
		return Unjudged(name, math.NaN(), "no measurement at single times")
	}
	free := len(a.Params) + len(a.States) - len(a.Given.G)
	weak := false
	for _, x := range a.States {
		weak = weak || !math.IsInf(x.Rf, 1)
	}
	dof := float64(s.Points - free)
	if dof <= 0 {
		return Unjudged(name, chi, "%d values for %d free numbers", s.Points, free)
	}
	sd := math.Sqrt(2 * dof)
	z := (chi - dof) / sd
	switch {
	case z > 3:
		return Unjudged(name, chi, "expected %.4g +- %.2g: %.1f standard deviations too many: the model does not describe the data, or they are less precise than Rm says", dof, sd, z)
	case z < -3 && weak:
		return Unjudged(name, chi, "at most %.4g +- %.2g expected: the error of the model takes up part of the misfit", dof, sd)
	case z < -3:
		return Unjudged(name, chi, "expected %.4g +- %.2g: %.1f standard deviations too few: Rm is less than the inverse variance of the data", dof, sd, -z)
	}
	return Unjudged(name, chi, "expected %.4g +- %.2g: model and data agree", dof, sd)
}

func (a *Action) paramSymbols() (out []*expr.Expr) {
	for _, p := range a.Params {
		out = append(out, p.Symbol)
	}
	return out
}
