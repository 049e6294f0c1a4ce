package ode

import (
	"fmt"
	"math"

	"costate/internal/linalg"
)

// adjoint carries lam = dValue/dy back over one step after the other.
type adjoint struct {
	r     *run
	cost  *Cost
	lam   []float64
	dp    []float64
	value float64 // running cost

	dfdy, dfdp []float64
	gy, gp     []float64 // gradient of the running cost
	diff       differences
	f          []float64
}

func (a *adjoint) init() {
	n, k := a.r.n, len(a.r.p)
	a.dfdy, a.dfdp = make([]float64, n*n), make([]float64, n*k)
	a.gy, a.gp, a.f = make([]float64, n), make([]float64, k), make([]float64, n)
	a.diff.init(a.r)
}

// linearise stores the Jacobians at (t, y) into a.dfdy and a.dfdp.
func (a *adjoint) linearise(t float64, y []float64) {
	r := a.r
	r.stats.Jac++
	if r.sys.Jac != nil {
		r.sys.Jac(a.dfdy, a.dfdp, t, y, r.p)
		return
	}
	r.stats.Func++
	r.sys.Func(a.f, t, y, r.p)
	a.diff.jacobian(a.dfdy, t, y, a.f)
	a.diff.params(a.dfdp, t, y, a.f)
}

// pull stores J' kappa + w grad Run into g, and adds the parameters' part of
// both and w Run to the totals; J is that of (t, y) as linearised.
func (a *adjoint) pull(g, kappa []float64, w, t float64, y []float64) {
	n, k := a.r.n, len(a.r.p)
	clear(g)
	for i, v := range kappa {
		if v == 0 {
			continue
		}
		for j, d := range a.dfdy[i*n : (i+1)*n] {
			g[j] += d * v
		}
		for j, d := range a.dfdp[i*k : (i+1)*k] {
			a.dp[j] += d * v
		}
	}
	if a.cost.Run != nil && w != 0 {
		a.value += w * a.cost.Run(t, y, a.r.p)
		a.cost.RunGrad(a.gy, a.gp, t, y, a.r.p)
		for j, v := range a.gy {
			g[j] += w * v
		}
		for j, v := range a.gp {
			a.dp[j] += w * v
		}
	}
}

// stepFor returns the function that takes a.lam back over step i, of size h
// from y at t.
func (a *adjoint) stepFor(m Method) (func(i int, t, h float64, y []float64) error, error) {
	switch m := m.(type) {
	case *Explicit:
		return a.explicit(m), nil
	case *GaussLegendre:
		return a.implicit(func(int) *implicit { return gaussTable(m.stages()) }), nil
	case *RadauIIA:
		if a.r.sys.Algebraic == 0 {
			return a.implicit(func(i int) *implicit { return radauTable(int(a.r.stagesOf[i])) }), nil
		}
	case *Composition:
		if a.cost.Run == nil {
			return a.composition(m), nil
		}
	}
	return nil, a.r.error(ErrMethod, "no discrete adjoint of this method for this cost", "use an Explicit, Gauss or Radau method")
}

// explicit goes back through the stages: with kappa_l = h b_l lam + h
// sum_{m>l} a_ml g_m and g_l = J_l' kappa_l + h b_l grad Run, lam becomes lam +
// sum g_l.
func (a *adjoint) explicit(m *Explicit) func(i int, t, h float64, y []float64) error {
	r, n, s := a.r, a.r.n, len(m.B)
	buf := make([]float64, (3*s+1)*n)
	row := func(i int) []float64 { return buf[i*n : (i+1)*n] }
	k, arg, g, kappa := row, func(i int) []float64 { return row(s + i) }, func(i int) []float64 { return row(2*s + i) }, row(3*s)
	return func(_ int, t, h float64, y []float64) error {
		for i := range s {
			x := arg(i)
			copy(x, y)
			for j, c := range m.A[i] {
				if c != 0 {
					axpy(x, h*c, k(j))
				}
			}
			r.stats.Func++
			r.sys.Func(k(i), t+m.C[i]*h, x, r.p)
		}
		for i := s - 1; i >= 0; i-- {
			for c, v := range a.lam {
				kappa[c] = h * m.B[i] * v
			}
			for j := i + 1; j < s; j++ {
				if c := m.A[j][i]; c != 0 {
					axpy(kappa, h*c, g(j))
				}
			}
			a.linearise(t+m.C[i]*h, arg(i))
			a.pull(g(i), kappa, h*m.B[i], t+m.C[i]*h, arg(i))
		}
		for i := range s {
			axpy(a.lam, 1, g(i))
		}
		return nil
	}
}

func axpy(y []float64, a float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] += a * x[i]
	}
}

// implicit is the same for methods whose stages depend on each other: the
// kappa solve one linear system of order s n.
func (a *adjoint) implicit(table func(i int) *implicit) func(i int, t, h float64, y []float64) error {
	r, n := a.r, a.r.n
	var sg *stages
	var jac, mat, rhs, g, arg []float64
	var piv []int
	return func(i int, t, h float64, y []float64) error {
		m := table(i)
		s := m.s
		if sg == nil {
			sg = newStages(r, m)
		} else if sg.m != m {
			sg.use(m)
		}
		jac, mat = regrown(jac, s*n*n), regrown(mat, s*n*s*n)
		rhs, g, arg = regrown(rhs, s*n), regrown(g, n), regrown(arg, n)
		for len(piv) < s*n {
			piv = append(piv, 0)
		}
		r.t = t
		copy(r.y, y)
		if err := sg.resolve(h); err != nil {
			return err
		}
		// kappa_l - h sum_m a_ml J_m' kappa_m = h b_l lam + h sum_m a_ml h b_m grad Run_m.
		clear(mat)
		for l := range s {
			for c, v := range a.lam {
				rhs[l*n+c] = h * m.b[l] * v
			}
		}
		for j := range s {
			a.stage(arg, sg, j, y)
			a.linearise(t+m.c[j]*h, arg)
			copy(jac[j*n*n:], a.dfdy)
			for l := range s {
				w := h * m.a[j*s+l]
				for row := range n {
					for col := range n {
						mat[(l*n+col)*s*n+j*n+row] -= w * a.dfdy[row*n+col]
					}
				}
				if a.cost.Run != nil {
					a.cost.RunGrad(a.gy, a.gp, t+m.c[j]*h, arg, r.p)
					axpy(rhs[l*n:(l+1)*n], w*h*m.b[j], a.gy)
				}
			}
		}
		for d := range s * n {
			mat[d*s*n+d]++
		}
		if linalg.LU(mat, s*n, piv) >= 0 {
			return r.error(ErrSingular, "the adjoint stage equations", "use a smaller step")
		}
		linalg.LUSolve(mat, s*n, piv, rhs, 1)
		for l := range s {
			a.stage(arg, sg, l, y)
			a.linearise(t+m.c[l]*h, arg)
			a.pull(g, rhs[l*n:(l+1)*n], h*m.b[l], t+m.c[l]*h, arg)
			axpy(a.lam, 1, g)
		}
		return nil
	}
}

func (a *adjoint) stage(dst []float64, sg *stages, i int, y []float64) {
	for c := range dst {
		dst[c] = y[c] + sg.z[i*sg.r.size+c]
	}
}

// resolve solves the stage equations of the step h from r.t, r.y anew, to
// rounding level.
func (st *stages) resolve(h float64) error {
	r := st.r
	r.rhs(r.f, r.t, r.y)
	st.linearise()
	if !st.factor(h) {
		return r.error(ErrSingular, "the stage equations of the adjoint", "")
	}
	clear(st.z)
	last := math.Inf(1)
	for k := range 100 {
		st.evaluate(h)
		st.correct(h)
		d := 0.0
		for _, v := range st.g {
			d = max(d, math.Abs(v))
		}
		if d == 0 || k > 2 && d >= last {
			return nil
		}
		if math.IsNaN(d) {
			break
		}
		last = d
	}
	return r.error(ErrNoDescent, fmt.Sprintf("the stage equations of the adjoint, correction %.3g", last), "use a smaller step")
}

// composition goes back through the kicks and drifts, each of which changes
// one half by a function of the other.
func (a *adjoint) composition(m *Composition) func(i int, t, h float64, y []float64) error {
	r, n := a.r, a.r.n
	half := n / 2
	type shear struct {
		c, t float64
		from int
	}
	var list []shear
	states := make([]float64, 3*len(m.Gamma)*n)
	f, kappa, g := make([]float64, n), make([]float64, n), make([]float64, n)
	return func(_ int, t, h float64, y []float64) error {
		list = list[:0]
		tq := t
		for _, c := range m.Gamma {
			list = append(list, shear{c * h / 2, tq, half}, shear{c * h, tq + c*h/2, 0}, shear{c * h / 2, tq + c*h, half})
			tq += c * h
		}
		x := append([]float64(nil), y...)
		for i, s := range list {
			copy(states[i*n:(i+1)*n], x)
			r.stats.Func++
			r.sys.Func(f, s.t, x, r.p)
			axpy(x[s.from:s.from+half], s.c, f[s.from:s.from+half])
		}
		for i := len(list) - 1; i >= 0; i-- {
			s := list[i]
			clear(kappa)
			for c := s.from; c < s.from+half; c++ {
				kappa[c] = s.c * a.lam[c]
			}
			x := states[i*n : (i+1)*n]
			a.linearise(s.t, x)
			a.pull(g, kappa, 0, s.t, x)
			axpy(a.lam, 1, g)
		}
		return nil
	}
}
