package discrete

import (
	"math"
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

	F, G   []float64 // rows×cols
	H      []float64 // layer matrix
	fac    []float64 // N×ec×cols: eliminated rows, multipliers below the diagonal
	low    []float64 // N×D×ec: multipliers of the rows left pending
	end    []float64 // 2D×cols: the last boundary's, eliminated
	swaps  []int32   // N×ec, then 2D: interchanges of rows
	stood  []bool    // fix, when they were eliminated
	scale  float64   // on Rf, when they were
	kept   bool      // all of this is valid
	T      []float64 // N×P×local: the rows of theta; local are states, then lam
	Z      []float64 // solution: per layer a, p_a, u, lam, then end c, p_c; ×(P+1)
	S      []float64 // P×(P+1)
	border []float64 // the same, with parameters held
	r, y   []float64 // one right-hand side: of a front, of all
	off    []int     // local, see place
	unit   []float64

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
	c.low, c.end = make([]float64, p.N*D*c.ec), make([]float64, 2*D*c.cols)
	c.swaps, c.stood = make([]int32, p.N*c.ec+2*D), make([]bool, p.nv)
	local := (k + 2 + R) * D
	c.off, c.unit = make([]int, local), make([]float64, local)
	c.T = make([]float64, p.N*p.P*local)
	m := (k+2)*D + p.P + 1
	c.H = make([]float64, m*m)
	c.Z = make([]float64, (p.N*c.ec+2*D)*(p.P+1))
	c.S, c.border = make([]float64, p.P*(p.P+1)), make([]float64, p.P*(p.P+1))
	c.r, c.y = make([]float64, c.rows), make([]float64, p.N*c.ec+2*D)
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
func (c *costateForm) sizes(v []float64) { c.xi, c.sigma = c.p.sizes(v) }

// sizes returns the sizes of the components on the path, and how firmly the
// measurements hold it in these units.
func (p *plan) sizes(v []float64) (xi []float64, sigma float64) {
	D := p.D
	xi = make([]float64, D)
	for i := range p.nx {
		xi[i%D] += v[i] * v[i]
	}
	for d := range xi {
		xi[d] = math.Sqrt(xi[d] / float64(p.nx/D))
		if !(xi[d] > 1e-8) {
			xi[d] = 1
		}
	}
	for i := range p.attach {
		a := &p.attach[i]
		for j, y := range a.y {
			switch {
			case a.full || math.IsNaN(y):
			case a.op != nil:
				sigma = max(sigma, a.rm[j]*y*y)
			default:
				sigma = max(sigma, a.rm[j]*xi[a.idx[j]]*xi[a.idx[j]])
			}
		}
	}
	if sigma == 0 {
		sigma = 1
	}
	return xi, sigma
}
