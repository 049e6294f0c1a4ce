package ode

import (
	"fmt"
	"math"

	"costate/internal/linalg"
)

// consistent solves 0 = g(t, x, z) for the algebraic components of the initial
// values, from those given, and warns if that changes them.
func (r *run) consistent() error {
	na := r.sys.Algebraic
	if na == 0 {
		return nil
	}
	n, nd := r.n, r.n-na
	jac := r.jacobian()
	dfdy, f := make([]float64, n*n), make([]float64, n)
	a, d, piv := make([]float64, na*na), make([]float64, na), make([]int, na)
	moved := 0.0
	for k := range 50 {
		r.stats.Func++
		r.sys.Func(f, r.t, r.y[:n], r.p)
		jac(dfdy, r.t, r.y[:n], f)
		for i := range na {
			copy(a[i*na:(i+1)*na], dfdy[(nd+i)*n+nd:(nd+i+1)*n])
			d[i] = f[nd+i]
		}
		if i := notFinite(f); i >= 0 {
			return r.error(ErrNotFinite, fmt.Sprintf("right-hand side of %s at the start", r.name(i)), "check the initial values")
		}
		if linalg.LU(a, na, piv) >= 0 {
			return r.error(ErrSingular, "the algebraic equations at the start", "they must determine the algebraic components (index 1)")
		}
		linalg.LUSolve(a, na, piv, d, 1)
		step := 0.0
		for i, v := range d {
			z := &r.y[nd+i]
			*z -= v
			step = max(step, math.Abs(v)/(r.atol[nd+i]+r.rtol[nd+i]*math.Abs(*z)))
		}
		moved = max(moved, step)
		if step <= 1e-3 {
			if moved > 1 {
				r.warn = append(r.warn, fmt.Errorf("the initial values of the algebraic components were changed by %.3g tolerances to fit their equations", moved))
				copy(r.rec.sol.Y, r.y[:n])
			}
			return nil
		}
		if k == 49 || math.IsNaN(step) {
			break
		}
	}
	return r.error(ErrNoDescent, "the algebraic equations at the start", "give consistent initial values")
}
