package ode

import "math"

// differences are the forward differences that stand in for a missing Jac.
type differences struct {
	r         *run
	f, arg, p []float64
}

func (d *differences) init(r *run) {
	d.r = r
	d.f, d.arg = make([]float64, r.n), make([]float64, r.n)
	d.p = make([]float64, len(r.p))
}

// jacobian stores df/dy (n×n) at (t, y), where f is f0.
func (d *differences) jacobian(dfdy []float64, t float64, y, f0 []float64) {
	r, n := d.r, d.r.n
	r.stats.Func += n
	copy(d.arg, y[:n])
	for j, yj := range d.arg {
		h := diffStep(yj, r.atol[j]/r.rtol[j])
		d.arg[j] = yj + h
		h = d.arg[j] - yj
		r.sys.Func(d.f, t, d.arg, r.p)
		d.arg[j] = yj
		for i, v := range d.f {
			dfdy[i*n+j] = (v - f0[i]) / h
		}
	}
}

// params stores df/dp (n×Params) at (t, y), where f is f0.
func (d *differences) params(dfdp []float64, t float64, y, f0 []float64) {
	r, n, k := d.r, d.r.n, len(d.p)
	r.stats.Func += k
	copy(d.p, r.p)
	for j, pj := range d.p {
		h := diffStep(pj, 0)
		d.p[j] = pj + h
		h = d.p[j] - pj
		r.sys.Func(d.f, t, y[:n], d.p)
		d.p[j] = pj
		for i, v := range d.f {
			dfdp[i*k+j] = (v - f0[i]) / h
		}
	}
}

// diffStep is the increment of a forward difference at x; below the size
// scale, x counts as zero.
func diffStep(x, scale float64) float64 {
	return math.Sqrt(epsilon) * max(math.Abs(x), min(scale, 1), 1e-8)
}

// jacobian returns the function that stores df/dy (n×n) at (t, y), where f
// is f0: the system's, or forward differences.
func (r *run) jacobian() func(dfdy []float64, t float64, y, f0 []float64) {
	n := r.n
	if r.sys.Jac != nil {
		dfdp := make([]float64, n*r.sys.Params)
		return func(dfdy []float64, t float64, y, _ []float64) {
			r.stats.Jac++
			r.sys.Jac(dfdy, dfdp, t, y[:n], r.p)
		}
	}
	var d differences
	d.init(r)
	return func(dfdy []float64, t float64, y, f0 []float64) {
		r.stats.Jac++
		d.jacobian(dfdy, t, y, f0)
	}
}
