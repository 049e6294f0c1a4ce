package ode

import "context"

// Variation is a solution with its derivatives with respect to the initial
// values and the parameters at the mesh points, of the variational equations
//
//	V' = df/dy V + [0 | df/dp],   V(Start) = [I | 0]
//
// integrated with the steps of the state: for a Runge-Kutta method they are
// the exact derivatives of the computed y with the steps held fixed (internal
// differentiation; Bock 1981).
type Variation struct {
	*Solution
	Matrix []float64 // len(T)×Dim×(Dim+Params): [dy/dInitial | dy/dp]
}

// Initial stores dy(T[i])/dInitial (Dim×Dim) into dst and returns it; a nil
// dst is allocated.
func (v *Variation) Initial(dst []float64, i int) []float64 {
	return v.columns(dst, i, 0, v.Dim)
}

// Param stores dy(T[i])/dp (Dim×Params) into dst and returns it; a nil dst is
// allocated.
func (v *Variation) Param(dst []float64, i int) []float64 {
	return v.columns(dst, i, v.Dim, len(v.P))
}

func (v *Variation) columns(dst []float64, i, from, count int) []float64 {
	n, cols := v.Dim, v.Dim+len(v.P)
	if dst == nil {
		dst = make([]float64, n*count)
	}
	m := v.Matrix[i*n*cols : (i+1)*n*cols]
	for r := range n {
		copy(dst[r*count:(r+1)*count], m[r*cols+from:])
	}
	return dst
}

// Variation integrates the problem together with its variational equations.
// Errors are those of Solve.
func (in *Integrator) Variation(ctx context.Context, p *IVP) (*Variation, error) {
	return in.VariationUntil(ctx, p, nil)
}

// VariationUntil integrates like Variation, but ends after the first step at
// whose end stop returns true: y (Dim) and v (Dim×(Dim+Params)) are the state
// and its derivatives at t.
func (in *Integrator) VariationUntil(ctx context.Context, p *IVP, stop func(t float64, y, v []float64) bool) (*Variation, error) {
	w := &variation{cols: p.Dim + p.System.Params}
	r, err := in.newRun(p, w)
	if err != nil {
		s, err := r.fail(err)
		return &Variation{s, r.rec.tail}, err
	}
	r.halt = stop
	s, err := r.integrate(ctx)
	return &Variation{s, r.rec.tail}, err
}

// variation evaluates the variational equations.
type variation struct {
	cols       int
	r          *run
	dfdy, dfdp []float64
	diff       differences
}

// attach makes r integrate the variational equations behind the state.
func (v *variation) attach(r *run) {
	n, k := r.n, r.sys.Params
	v.r = r
	v.dfdy, v.dfdp = make([]float64, n*n), make([]float64, n*k)
	for i := range n {
		r.y[n+i*v.cols+i] = 1
	}
	if r.in.SensitivityTol > 0 {
		r.counted = r.size
	}
	r.rhs = v.rhs
	if r.sys.Jac == nil {
		v.diff.init(r)
	}
}

// rhs stores f(t, y, p) and [df/dy V + (0 | df/dp)]. Zeros of df/dy are
// skipped: most models couple few components.
func (v *variation) rhs(dst []float64, t float64, y []float64) {
	r, n, cols := v.r, v.r.n, v.cols
	k := r.sys.Params
	r.stats.Func++
	r.sys.Func(dst[:n], t, y[:n], r.p)
	r.stats.Jac++
	if r.sys.Jac != nil {
		r.sys.Jac(v.dfdy, v.dfdp, t, y[:n], r.p)
	} else {
		v.diff.jacobian(v.dfdy, t, y, dst)
		v.diff.params(v.dfdp, t, y, dst)
	}
	y, dst = y[n:], dst[n:]
	for i := range n {
		row := dst[i*cols : (i+1)*cols]
		clear(row[:cols-k])
		copy(row[cols-k:], v.dfdp[i*k:(i+1)*k])
		for j, a := range v.dfdy[i*n : (i+1)*n] {
			if a == 0 {
				continue
			}
			from := y[j*cols : (j+1)*cols][:len(row)]
			for c := range row {
				row[c] += a * from[c]
			}
		}
	}
}
