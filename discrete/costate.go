package discrete

import (
	"context"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/ode"
)

// costateForm is Newton's method for the stationary point in states and
// costates together,
//
//	dA/dx = 0,    r_i(z) - W_i^-1 lam_i = 0,
//
// where l_n = sum_i (lam_i' r_i - 1/2 lam_i' W_i^-1 lam_i) + measurements is
// the Lagrangian of layer n. Its matrix does not contain Rf, but W^-1 = s/(w
// Rf), so that its condition does not grow with Rf, and Rf = +Inf is a case
// like any other.
//
// The unknowns of a boundary are x_n and p_n = dl_{n-1}/dx_c, those of a
// layer the inner states u and lam; p enters linearly, so that only its value
// after the step occurs. Rows and columns of layer n's front:
//
//	             a    p_a    u    lam  |  c    p_c   theta  rhs
//	pending  [   *     *               |               *     * ]  Dim, left by layer n-1
//	d/da     [  Qaa    I    Qau   Ga'  | Qac          Qat    * ]  Dim
//	d/du     [  Qua         Quu   Gu'  | Quc          Qut    * ]  k Dim
//	residual [  Ga          Gu   -1/W  | Gc           Gt     * ]  R Dim
//	d/dc     [  Qca         Qcu   Gc'  | Qcc   -I     Qct    * ]  Dim
//
// Rows are interchanged over the whole front. Components are scaled by their
// size, the costates against them.
type costateForm struct {
	p    *plan
	lam  []float64 // N×R×D
	rows int
	cols int
	ec   int

	F, G  []float64 // rows×cols
	fac   []float64 // N×ec×cols
	T     []float64 // N×P×local: the rows of theta
	H     []float64 // layer matrix
	Z     []float64 // solution: per layer a, p_a, u, lam, then end c, p_c; ×(P+1)
	S     []float64 // P×(P+1)
	xi    []float64 // sizes of the components, D
	sigma float64
	g     []float64 // stationarity, nv
	con   []float64 // r - W^-1 lam, N×R×D
	dx    []float64
	dl    []float64
	fix   []bool
	hold  []float64
	tv    []float64
	tl    []float64
}

func newCostateForm(p *plan) *costateForm {
	D, k, R := p.D, p.k, p.R
	c := &costateForm{p: p, rows: (2*k + 4) * D, ec: (2*k + 3) * D}
	c.cols = c.ec + 2*D + p.P + 1
	c.lam = make([]float64, p.N*R*D)
	c.F, c.G = make([]float64, c.rows*c.cols), make([]float64, c.rows*c.cols)
	c.fac = make([]float64, p.N*c.ec*c.cols)
	c.T = make([]float64, p.N*p.P*((k+2)*D+R*D))
	m := (k+2)*D + p.P + 1
	c.H = make([]float64, m*m)
	c.Z = make([]float64, (p.N*c.ec+2*D)*(p.P+1))
	c.S = make([]float64, p.P*(p.P+1))
	c.xi = make([]float64, D)
	c.g, c.dx = make([]float64, p.nv), make([]float64, p.nv)
	c.con, c.dl, c.tl = make([]float64, len(c.lam)), make([]float64, len(c.lam)), make([]float64, len(c.lam))
	c.fix, c.hold, c.tv = make([]bool, p.nv), make([]float64, p.nv), make([]float64, p.nv)
	return c
}

// compliance stores W_i^-1 of residual i of layer n times lam into dst.
func (c *costateForm) compliance(dst []float64, n, i int, lam []float64, scale float64) {
	p := c.p
	if p.rfInv != nil {
		q := p.s[n] / p.tab.w[i]
		for a := range dst {
			s := 0.0
			for b, l := range lam {
				s += p.rfInv[a*p.D+b] * l
			}
			dst[a] = q * s / p.factor(a, scale)
		}
		return
	}
	for d, l := range lam {
		dst[d] = l / p.weight(n, i, d, scale)
	}
}

// modelError returns 1/2 sum lam' W^-1 lam.
func (c *costateForm) modelError(scale float64) float64 {
	p, D := c.p, c.p.D
	s := 0.0
	d := make([]float64, D)
	for n := range p.N {
		for i := range p.R {
			l := c.lam[(n*p.R+i)*D : (n*p.R+i+1)*D]
			c.compliance(d, n, i, l, scale)
			for j, x := range d {
				s += 0.5 * x * l[j]
			}
		}
	}
	return s
}

// gradients evaluates stationarity and constraints at (v, lam); lam has
// been copied to w.lam. If build is not nil it is called for every layer with
// c.H holding the layer's Lagrangian matrix.
func (c *costateForm) gradients(w *work, v []float64, lam []float64, scale float64, build func(n int)) {
	p, D := c.p, c.p.D
	m := (p.k+2)*D + p.P + 1
	copy(w.lam, lam)
	clear(c.g)
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		w.jacobians(v)
		if build != nil {
			w.hessians(v)
		}
		for n := w.n0; n < w.n1; n++ {
			clear(c.H)
			mode := lagrangian
			if build == nil {
				mode = gradientOnly
			}
			w.layerMatrix(c.H, m, n, v, scale, mode, nil)
			if n == p.N-1 && p.pr.ParamPrior != nil {
				c.thetaPrior(w, v, m)
			}
			for i, x := range c.H[(m-1)*m : m*m-1] {
				j := n*(p.k+1)*D + i
				if i >= (p.k+2)*D {
					j = p.nx + i - (p.k+2)*D
				}
				c.g[j] -= x
			}
			for i := range p.R {
				o := (n*p.R + i) * D
				con := c.con[o : o+D]
				c.compliance(con, n, i, lam[o:o+D], scale)
				for d := range con {
					con[d] = w.res[o+d] - con[d]
				}
			}
			if build != nil {
				build(n)
			}
		}
	}
}

func (c *costateForm) thetaPrior(w *work, v []float64, m int) {
	p := c.p
	g, h := make([]float64, p.P), make([]float64, p.P*p.P)
	w.paramPrior(v, g, h)
	b := (p.k + 2) * p.D
	for i := range p.P {
		c.H[(m-1)*m+b+i] -= g[i]
		for j := 0; j <= i; j++ {
			c.H[(b+i)*m+b+j] += h[i*p.P+j]
		}
	}
}

// sizes sets the scales of the components and of the costates.
func (c *costateForm) sizes(v []float64) {
	p, D := c.p, c.p.D
	clear(c.xi)
	for i := range p.nx {
		c.xi[i%D] += v[i] * v[i]
	}
	for d := range c.xi {
		c.xi[d] = math.Sqrt(c.xi[d] / float64(p.nx/D))
		if !(c.xi[d] > 1e-8) {
			c.xi[d] = 1
		}
	}
	c.sigma = 0
	for i := range p.attach {
		a := &p.attach[i]
		for j, y := range a.y {
			if a.op == nil && !a.full && !math.IsNaN(y) {
				c.sigma = max(c.sigma, a.rm[j]*c.xi[a.idx[j]]*c.xi[a.idx[j]])
			}
		}
	}
	if c.sigma == 0 {
		c.sigma = 1
	}
}

// solve computes the Newton step dx, dl at (v, lam). fix and hold
// say which states and parameters move by a given amount.
func (c *costateForm) solve(w *work, v []float64, scale float64) error {
	p, D, k, R, P := c.p, c.p.D, c.p.k, c.p.R, c.p.P
	m := (k+2)*D + P + 1
	loc := (k + 2) * D
	ec, cols := c.ec, c.cols
	w.stats.Factorisations++
	w.stats.Costate++
	c.sizes(v)
	xi, sg := c.xi, c.sigma
	rhs := cols - 1
	// Column of local state i.
	colx := func(i int) int {
		switch {
		case i < D:
			return i
		case i < (k+1)*D:
			return D + i // u follows a, p_a
		default:
			return ec + i - (k+1)*D
		}
	}
	F, G := c.F, c.G
	var bad error
	clear(F)
	for d := range D {
		F[d*cols+D+d] = 1
	}
	clear(c.S)
	build := func(n int) {
		if bad != nil {
			return
		}
		H := c.H
		for r := D; r < c.rows; r++ {
			clear(F[r*cols : (r+1)*cols])
		}
		// Row of local state i.
		rowx := func(i int) int {
			if i < (k+1)*D {
				return D + i
			}
			return (2+k+R)*D + i - (k+1)*D
		}
		T := c.T[n*P*(loc+R*D) : (n+1)*P*(loc+R*D)]
		for i := range loc {
			r := F[rowx(i)*cols : (rowx(i)+1)*cols]
			si := xi[i%D] / sg
			for j := range loc {
				r[colx(j)] += si * xi[j%D] * H[max(i, j)*m+min(i, j)]
			}
			for q := range P {
				h := H[(loc+q)*m+i]
				r[ec+2*D+q] += si * h
				T[q*(loc+R*D)+i] = h
			}
			r[rhs] = si * H[(m-1)*m+i]
		}
		for d := range D {
			F[(D+d)*cols+D+d] = 1
			r := (2+k+R)*D + d
			F[r*cols+ec+D+d] = -1
		}
		for q := range P {
			for j := range q + 1 {
				h := H[(loc+q)*m+loc+j]
				c.S[q*(P+1)+j] += h
				if j != q {
					c.S[j*(P+1)+q] += h
				}
			}
		}
		lam0 := (2 + k) * D // column of lam
		for i := range R {
			for d := range D {
				l := i*D + d
				r := F[((2+k)*D+l)*cols : ((2+k)*D+l+1)*cols]
				rs := &w.rowsym[l]
				for a, x := range w.row(n, rs) {
					j := int(rs.idx[a])
					if j >= loc {
						r[ec+2*D+j-loc] += x / xi[d]
						T[(j-loc)*(loc+R*D)+loc+l] = x
						continue
					}
					y := x * xi[j%D] / xi[d]
					r[colx(j)] += y
					F[rowx(j)*cols+lam0+l] += y
				}
				r[rhs] = -c.con[(n*R+i)*D+d] / xi[d]
				if p.rfInv != nil {
					for b := range D {
						r[lam0+i*D+b] -= p.rfInv[d*D+b] * p.s[n] / (p.tab.w[i] * p.factor(d, scale)) * sg / (xi[d] * xi[b])
					}
				} else {
					r[lam0+l] -= sg / (xi[d] * xi[d] * p.weight(n, i, d, scale))
				}
			}
		}
		for i := range (k + 1) * D {
			if j := n*(k+1)*D + i; c.fix[j] {
				r := F[rowx(i)*cols : (rowx(i)+1)*cols]
				clear(r)
				r[colx(i)], r[rhs] = 1, c.hold[j]/xi[i%D]
			}
		}
		if q := linalg.FrontLU(F, c.rows, cols, cols, ec); q >= 0 {
			bad = &NewtonError{Step: 0, RfScale: scale, Msg: fmt.Sprintf("the linearised canonical equations are singular in the layer at t = %g", p.t[n]), Err: ode.ErrSingular}
			return
		}
		copy(c.fac[n*ec*cols:], F[:ec*cols])
		// What is left is pending at the next boundary.
		for d := range D {
			src := F[(ec+d)*cols : (ec+d+1)*cols]
			dst := G[d*cols : (d+1)*cols]
			clear(dst)
			copy(dst[:2*D], src[ec:ec+2*D])
			copy(dst[ec+2*D:], src[ec+2*D:])
		}
		F, G = G, F
	}
	c.gradients(w, v, c.lam, scale, build)
	if bad != nil {
		return bad
	}
	// The last boundary: the pending rows, and p(t_N) = 0.
	for d := range D {
		r := F[(D+d)*cols : (D+d+1)*cols]
		clear(r)
		if j := p.nx - D + d; c.fix[j] {
			r[d], r[rhs] = 1, c.hold[j]/xi[d]
		} else {
			r[D+d] = 1
		}
	}
	if q := linalg.FrontLU(F, 2*D, cols, cols, 2*D); q >= 0 {
		return &NewtonError{RfScale: scale, Msg: "the linearised canonical equations are singular; is every state observable?", Err: ode.ErrSingular}
	}
	nr := P + 1
	Z := c.Z
	end := Z[p.N*ec*nr:]
	for i := 2*D - 1; i >= 0; i-- {
		r := F[i*cols : (i+1)*cols]
		z := end[i*nr : (i+1)*nr]
		copy(z, r[ec+2*D:])
		for j := i + 1; j < 2*D; j++ {
			for q := range z {
				z[q] -= r[j] * end[j*nr+q]
			}
		}
		for q := range z {
			z[q] /= r[i]
		}
	}
	next := end
	for n := p.N - 1; n >= 0; n-- {
		zl := Z[n*ec*nr : (n+1)*ec*nr]
		for i := ec - 1; i >= 0; i-- {
			r := c.fac[(n*ec+i)*cols : (n*ec+i+1)*cols]
			z := zl[i*nr : (i+1)*nr]
			copy(z, r[ec+2*D:])
			for j := i + 1; j < ec; j++ {
				if x := r[j]; x != 0 {
					for q := range z {
						z[q] -= x * zl[j*nr+q]
					}
				}
			}
			for j := range 2 * D {
				if x := r[ec+j]; x != 0 {
					for q := range z {
						z[q] -= x * next[j*nr+q]
					}
				}
			}
			for q := range z {
				z[q] /= r[i]
			}
		}
		next = zl
	}
	// The parameters: S dtheta = rhs, with the solutions put in.
	dth := c.dx[p.nx:]
	if P > 0 {
		for q := range P {
			c.S[q*(P+1)+P] = -c.g[p.nx+q]
		}
		for n := range p.N {
			T := c.T[n*P*(loc+R*D) : (n+1)*P*(loc+R*D)]
			for q := range P {
				s := c.S[q*(P+1) : (q+1)*(P+1)]
				for i, x := range T[q*(loc+R*D) : (q+1)*(loc+R*D)] {
					if x == 0 {
						continue
					}
					z, f := c.local(n, i)
					for j := range P {
						s[j] -= x * f * z[j]
					}
					s[P] -= x * f * z[P]
				}
			}
		}
		for q := range P {
			if c.fix[p.nx+q] {
				clear(c.S[q*(P+1) : (q+1)*(P+1)])
				c.S[q*(P+1)+q], c.S[q*(P+1)+P] = 1, c.hold[p.nx+q]
			}
		}
		if !solveSmall(c.S, P, dth) {
			return &NewtonError{RfScale: scale, Msg: "the parameters are not determined by the data", Err: ode.ErrSingular}
		}
	}
	value := func(z []float64) float64 {
		s := z[P]
		for q, t := range dth {
			s -= z[q] * t
		}
		return s
	}
	for n := range p.N + 1 {
		base := Z[min(n*ec, p.N*ec)*nr:]
		for d := range D {
			c.dx[n*(k+1)*D+d] = value(base[d*nr:(d+1)*nr]) * xi[d]
		}
		if n == p.N {
			break
		}
		for i := range k * D {
			c.dx[n*(k+1)*D+D+i] = value(base[(2*D+i)*nr:(2*D+i+1)*nr]) * xi[i%D]
		}
		for i := range R * D {
			o := (2+k)*D + i
			c.dl[n*R*D+i] = value(base[o*nr:(o+1)*nr]) * sg / xi[i%D]
		}
	}
	if !finite(c.dx) || !finite(c.dl) {
		return &NewtonError{RfScale: scale, Msg: "the Newton step is not finite", Err: ode.ErrNotFinite}
	}
	return nil
}

// local returns the solution of local unknown i of layer n (states, then
// lam), and the factor that undoes its scaling.
func (c *costateForm) local(n, i int) (z []float64, f float64) {
	p, D, k := c.p, c.p.D, c.p.k
	nr := p.P + 1
	var o int
	switch {
	case i < D:
		o = n*c.ec + i
	case i < (k+1)*D:
		o = n*c.ec + D + i
	case i < (k+2)*D:
		o = (n+1)*c.ec + i - (k+1)*D
	default:
		l := i - (k+2)*D
		return c.Z[(n*c.ec+(2+k)*D+l)*nr:], c.sigma / c.xi[l%D]
	}
	return c.Z[o*nr:], c.xi[i%D]
}

// solveSmall solves the n×n system with one right-hand side in the last
// column of a (n×(n+1)), rows equilibrated.
func solveSmall(a []float64, n int, x []float64) bool {
	ld := n + 1
	for i := range n {
		r := a[i*ld : (i+1)*ld]
		big := 0.0
		for _, v := range r[:n] {
			big = max(big, math.Abs(v))
		}
		if big == 0 {
			return false
		}
		for j := range r {
			r[j] /= big
		}
	}
	if linalg.FrontLU(a, n, ld, ld, n) >= 0 {
		return false
	}
	for i := n - 1; i >= 0; i-- {
		s := a[i*ld+n]
		for j := i + 1; j < n; j++ {
			s -= a[i*ld+j] * x[j]
		}
		x[i] = s / a[i*ld+i]
	}
	return finite(x[:n])
}

// merit is half the square of the scaled residuals of the canonical
// equations.
func (c *costateForm) merit(v []float64, sc []float64) float64 {
	p, D := c.p, c.p.D
	s := 0.0
	for i, g := range c.g {
		if c.fix[i] {
			continue
		}
		if i < p.nx {
			u := g * c.xi[i%D]
			s += u * u / c.sigma
		} else {
			s += g * g / sc[i-p.nx]
		}
	}
	for i, r := range c.con {
		u := r / c.xi[i%D]
		s += u * u * c.sigma
	}
	return 0.5 * s
}

// costate moves the current path to the stationary point in the costate form.
func (m *minimiser) costate(ctx context.Context, scale float64, o newtonOptions) outcome {
	p, w := m.p, m.w
	if m.c == nil {
		m.c = newCostateForm(p)
	}
	c := m.c
	var out outcome
	if !m.dual {
		if p.hasInf || !m.warm {
			if pre := m.approach(ctx, scale, 1e7, o); pre.err != nil {
				return pre
			}
		} else {
			m.warmCostates(scale)
		}
		m.dual = true
	}
	fail := func(err error, msg string) outcome {
		out.err = &NewtonError{out.steps, scale, out.total(), msg, err}
		return out
	}
	sc := make([]float64, p.P)
	last := math.Inf(1)
	for {
		if err := ctx.Err(); err != nil {
			return fail(err, "interrupted")
		}
		for i := range c.fix {
			c.fix[i] = p.fixed != nil && p.fixed[i]
			c.hold[i] = 0
		}
		if p.lo != nil {
			c.gradients(w, m.v, c.lam, scale, nil)
			for i, x := range m.v {
				if x <= p.lo[i] && c.g[i] >= 0 || x >= p.hi[i] && c.g[i] <= 0 {
					c.fix[i] = true
				}
			}
		}
		for round := 0; ; round++ {
			if err := c.solve(w, m.v, scale); err != nil {
				ne := err.(*NewtonError)
				ne.Step = out.steps
				out.err = ne
				return out
			}
			if p.lo == nil || round == 8 {
				break
			}
			again := false
			for i, d := range c.dx {
				if x := m.v[i] + d; c.fix[i] {
					continue
				} else if x < p.lo[i] {
					c.fix[i], c.hold[i], again = true, p.lo[i]-m.v[i], true
				} else if x > p.hi[i] {
					c.fix[i], c.hold[i], again = true, p.hi[i]-m.v[i], true
				}
			}
			if !again {
				break
			}
		}
		// What the step changes the Lagrangian by, both ways.
		a, b := 0.0, 0.0
		for i, d := range c.dx {
			if !c.fix[i] {
				a += c.g[i] * d
			}
		}
		for i, d := range c.dl {
			b += c.con[i] * d
		}
		out.pred = 0.5 * (math.Abs(a) + math.Abs(b))
		e := w.action(m.v, scale)
		e.fe = c.modelError(scale)
		out.energy = e
		A := math.Abs(out.total())
		for q := range sc {
			sc[q] = max(math.Abs(c.g[p.nx+q]), 1e-300)
			if d := math.Abs(c.dx[p.nx+q]); d > 0 {
				sc[q] = max(sc[q]/d, 1e-12)
			}
		}
		m0 := c.merit(m.v, sc)
		done := out.pred <= o.tol*A
		alpha := 1.0
		for {
			if alpha == 1 {
				p.move(c.tv, m.v, c.dx, c.fix, c.hold)
			} else {
				for i, x := range m.v {
					c.tv[i] = x + alpha*c.dx[i]
				}
				p.project(c.tv)
			}
			for i, l := range c.lam {
				c.tl[i] = l + alpha*c.dl[i]
			}
			if done {
				break
			}
			c.gradients(w, c.tv, c.tl, scale, nil)
			if m1 := c.merit(c.tv, sc); m1 < (1-0.1*alpha)*m0 || m1 <= 1e-24*c.sigma*float64(p.nv) {
				break
			}
			// At the level of rounding the merit no longer falls.
			if alpha == 1 && out.pred < 1e-9*A && out.pred > 0.1*last {
				out.converged = true
				return out
			}
			w.stats.Rejected++
			alpha *= 0.5
			if alpha < 1e-3 {
				return fail(ode.ErrNoDescent, "no decrease of the residuals in the costate form; approach a large Rf in smaller steps")
			}
		}
		last = out.pred
		copy(m.v, c.tv)
		copy(c.lam, c.tl)
		out.steps++
		w.stats.Steps++
		if done {
			e := w.action(m.v, scale)
			e.fe = c.modelError(scale)
			out.energy, out.converged = e, true
			return out
		}
		if out.steps >= o.maxIter {
			return fail(ErrSteps, fmt.Sprintf("not converged; predicted change %.3g", out.pred))
		}
	}
}

// warmCostates takes the costates from the residuals of the current path.
func (m *minimiser) warmCostates(scale float64) {
	p, w, c := m.p, m.w, m.c
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, m.v)
		w.residuals(m.v)
		w.costates(scale)
	}
	copy(c.lam, w.lam)
}

// approach goes towards a large Rf in the state form, from the weight of the
// measurements up to limit times it, by factors of ten; Rf = +Inf takes the
// same way. The costates are left in m.c, if there is one.
func (m *minimiser) approach(ctx context.Context, scale, limit float64, o newtonOptions) outcome {
	p, w := m.p, m.w
	base := p.s[0] * p.maxRm()
	full := p.stiffness(scale)
	var out outcome
	defer func() { w.infinite = 0 }()
	o.tol = max(o.tol, 1e-8)
	for r := 1.0; ; r *= 10 {
		sub := scale
		if !p.allInf {
			sub *= min(1, r/full)
		}
		w.infinite = base * r
		out = w.minimise(ctx, m.f, m.v, sub, o, &m.lm)
		if out.err != nil {
			return out
		}
		if r >= limit || !p.hasInf && r >= full {
			if m.c != nil {
				m.warmCostates(sub)
			}
			return out
		}
	}
}
