package ode

import "math"

// jacobian returns the function that stores df/dy (n×n): the system's, or
// forward differences.
func (r *run) jacobian() func(dfdy []float64, t float64, y []float64) {
	n := r.n
	if r.sys.Jac != nil {
		dfdp := make([]float64, n*r.sys.Params)
		return func(dfdy []float64, t float64, y []float64) {
			r.stats.Jac++
			r.sys.Jac(dfdy, dfdp, t, y[:n], r.p)
		}
	}
	buf := make([]float64, 3*n)
	f0, f1, yy := buf[:n], buf[n:2*n], buf[2*n:]
	return func(dfdy []float64, t float64, y []float64) {
		r.stats.Jac++
		r.stats.Func += n + 1
		copy(yy, y[:n])
		r.sys.Func(f0, t, yy, r.p)
		for j := range n {
			yj := yy[j]
			d := diffStep(yj, r.atol[j]/r.rtol[j])
			yy[j] = yj + d
			d = yy[j] - yj
			r.sys.Func(f1, t, yy, r.p)
			yy[j] = yj
			for i := range n {
				dfdy[i*n+j] = (f1[i] - f0[i]) / d
			}
		}
	}
}

// diffStep is the increment of a forward difference at x, where scale is a
// size of x that does not matter.
func diffStep(x, scale float64) float64 {
	return math.Sqrt(epsilon) * max(math.Abs(x), scale, 1e-8)
}
