package ode

import "math"

// controller is the PI controller of the step size.
type controller struct {
	safety, min, max, expo, beta float64
	last                         float64
	rejected                     bool
}

// newController takes the constants of the run, or the method's: q is the
// order of the error estimate's lower formula.
func newController(r *run, q int, beta float64) controller {
	c := controller{safety: 0.9, min: 0.2, max: 10, beta: beta, last: 1e-4}
	u := r.ctl
	if u.Safety > 0 {
		c.safety = u.Safety
	}
	if u.Min > 0 {
		c.min = u.Min
	}
	if u.Max > 0 {
		c.max = u.Max
	}
	if u.Beta != 0 {
		c.beta = max(u.Beta, 0)
	}
	c.expo = 1/float64(q+1) - 0.75*c.beta
	return c
}

// next returns the size of the next attempt after one of size h with scaled
// error e, and whether that one is accepted. NaN rejects.
func (c *controller) next(h, e float64) (float64, bool) {
	h = math.Abs(h)
	switch {
	case math.IsNaN(e):
		c.rejected = true
		return h * c.min, false
	case e > 1:
		c.rejected = true
		return h * max(c.min, c.safety*math.Pow(e, -c.expo-0.75*c.beta)), false
	}
	factor := c.max
	if e > 0 {
		factor = c.safety * math.Pow(e, -c.expo)
		if c.beta != 0 {
			factor *= math.Pow(c.last, c.beta)
		}
		factor = min(c.max, max(c.min, factor))
	}
	if c.rejected {
		factor = min(factor, 1)
	}
	c.rejected = false
	c.last = max(e, 1e-4)
	return h * factor, true
}

// norm2 returns the mean square of the state's part of f e over its scale, atol
// + rtol max(|y|, |next|). The factor f, the step, goes in before the square:
// extreme time scales must neither overflow nor underflow.
func (r *run) norm2(e, next []float64, f float64) float64 {
	s := 0.0
	y := r.y
	for i := range r.n {
		v := f * e[i] / (r.atol[i] + r.rtol[i]*max(math.Abs(y[i]), math.Abs(next[i])))
		s += v * v
	}
	return s / float64(r.n)
}

// tailNorm2 returns the mean square of the sensitivities' part of f e over its
// scale.
func (r *run) tailNorm2(e, next []float64, f float64) float64 {
	s := 0.0
	tol := r.in.SensitivityTol
	if tol <= 0 {
		tol = r.rtol[0]
	}
	for i := range r.n {
		si := r.atol[i] / r.rtol[i]
		for j := range r.cols {
			k := r.n + i*r.cols + j
			unit := si
			if j < r.n {
				unit /= r.atol[j] / r.rtol[j]
			}
			v := f * e[k] / (tol * (unit + max(math.Abs(r.y[k]), math.Abs(next[k]))))
			s += v * v
		}
	}
	return s / float64(r.n*r.cols)
}

// fixedStep returns the size of the steps of a fixed-step method: the
// interval in a whole number of steps of about Step.
func (r *run) fixedStep() float64 {
	l := math.Abs(r.end - r.t)
	m := 100.0
	if r.in.Step > 0 {
		m = max(1, math.Ceil(l/r.in.Step*(1-1e-12)))
	}
	return l / m
}

// firstStep chooses the first step of a method of which the lower formula
// has order q (Hairer, Norsett, Wanner I, II.4): a step that an explicit
// Euler step of one hundredth of its size supports. arg and f1 are
// workspace (size).
func (r *run) firstStep(q int, arg, f1 []float64) float64 {
	l := math.Abs(r.end - r.t)
	if r.in.Step > 0 {
		return min(r.in.Step, l)
	}
	scale := make([]float64, r.n)
	for i := range scale {
		scale[i] = r.atol[i] + r.rtol[i]*math.Abs(r.y[i])
		if scale[i] < 1e-200 {
			// A component that starts from zero with no absolute tolerance
			// is as large as its derivative makes it.
			scale[i] = max(r.rtol[i]*math.Abs(r.f[i])*l, 1e-200)
		}
	}
	d0 := rms(r.n, func(i int) float64 { return r.y[i] / scale[i] })
	d1 := rms(r.n, func(i int) float64 { return r.f[i] / scale[i] })
	h0 := 1e-6
	if d0 >= 1e-5 && d1 >= 1e-5 || h0 > l || h0 < 1e-12*l && d1 > 0 {
		h0 = 0.01 * d0 / d1
	}
	if h0 = min(h0, l); !(h0 > 0) {
		h0 = 1e-3 * l
	}
	for i := range r.n {
		arg[i] = r.y[i] + r.dir*h0*r.f[i]
	}
	r.stats.Func++
	r.sys.Func(f1[:r.n], r.t+r.dir*h0, arg[:r.n], r.p)
	d2 := rms(r.n, func(i int) float64 { return (f1[i] - r.f[i]) / scale[i] }) / h0
	if math.IsNaN(d2) || math.IsInf(d2, 0) {
		return h0 / 100
	}
	h1 := max(1e-6, h0*1e-3)
	if d1 > 1e-15 || d2 > 1e-15 {
		h1 = math.Pow(0.01/max(d1, d2), 1/float64(q+1))
	}
	return min(100*h0, h1, l)
}

// rms returns the root mean square of n values without overflow.
func rms(n int, v func(i int) float64) float64 {
	big := 0.0
	for i := range n {
		big = max(big, math.Abs(v(i)))
	}
	if big == 0 || math.IsInf(big, 0) || math.IsNaN(big) {
		return big
	}
	s := 0.0
	for i := range n {
		s += (v(i) / big) * (v(i) / big)
	}
	return big * math.Sqrt(s/float64(n))
}
