package discrete

import "math"

// Model is x' = F(x, t, theta), or with the rule LayerMap x_{n+1} =
// F(x_n, n, theta). The callbacks must be safe for concurrent use and must
// neither change nor keep their arguments. They must store zeros too:
// the package finds out for itself which derivatives vanish.
type Model struct {
	Dim    int // components of the state, at least 1
	Params int // constant parameters [0]

	// Func stores F(x, t, theta) into dst (Dim).
	Func func(dst []float64, t float64, x, theta []float64)

	// Jac stores dF/dx (Dim×Dim) and dF/dtheta (Dim×Params).
	// nil: central differences of Func.
	Jac func(dfdx, dfdtheta []float64, t float64, x, theta []float64)

	// Hess stores the second derivatives of lam'F with respect to (x, theta)
	// into dst, symmetric, (Dim+Params)×(Dim+Params). nil: central
	// differences of Jac.
	Hess func(dst []float64, t float64, x, theta, lam []float64)

	// Batch, BatchJac and BatchHess do the same at m = len(t) points at once,
	// structure of arrays: entry e of point j is element e*m+j of dst, dfdx,
	// dfdtheta, x and lam; theta (Params) is shared. nil: point by point.
	Batch     func(dst, t, x, theta []float64)
	BatchJac  func(dfdx, dfdtheta, t, x, theta []float64)
	BatchHess func(dst, t, x, theta, lam []float64)

	Names      []string // of the components, for messages [x1, x2, ...]
	ParamNames []string // of the parameters [theta1, theta2, ...]
}

// batch is the scratch memory of a model's evaluation at many points.
type batch struct {
	x, f, l   []float64 // one point
	jx, jp, h []float64
	jx2, jp2  []float64
	x2, th    []float64
	fp, fm    []float64
}

func newBatch(m *Model) *batch {
	d, p := m.Dim, m.Params
	return &batch{
		x: make([]float64, d), f: make([]float64, d), l: make([]float64, d),
		jx: make([]float64, d*d), jp: make([]float64, d*p), h: make([]float64, (d+p)*(d+p)),
		jx2: make([]float64, d*d), jp2: make([]float64, d*p),
		x2: make([]float64, d), th: make([]float64, p),
		fp: make([]float64, d), fm: make([]float64, d),
	}
}

// funcs stores F at the points t, structure of arrays.
func (b *batch) funcs(m *Model, dst, t, x, theta []float64) {
	n := len(t)
	if m.Batch != nil {
		m.Batch(dst, t, x, theta)
		return
	}
	for j := range t {
		for i := range b.x {
			b.x[i] = x[i*n+j]
		}
		m.Func(b.f, t[j], b.x, theta)
		for i, v := range b.f {
			dst[i*n+j] = v
		}
	}
}

// jacs stores the Jacobians at the points t, structure of arrays.
func (b *batch) jacs(m *Model, jx, jp, t, x, theta []float64) {
	n := len(t)
	if m.BatchJac != nil {
		m.BatchJac(jx, jp, t, x, theta)
		return
	}
	for j := range t {
		for i := range b.x {
			b.x[i] = x[i*n+j]
		}
		b.jac(m, b.jx, b.jp, t[j], b.x, theta)
		for i, v := range b.jx {
			jx[i*n+j] = v
		}
		for i, v := range b.jp {
			jp[i*n+j] = v
		}
	}
}

// hesses stores the second derivatives of lam'F at the points t.
func (b *batch) hesses(m *Model, dst, t, x, theta, lam []float64) {
	n := len(t)
	if m.BatchHess != nil {
		m.BatchHess(dst, t, x, theta, lam)
		return
	}
	for j := range t {
		for i := range b.x {
			b.x[i] = x[i*n+j]
			b.l[i] = lam[i*n+j]
		}
		b.hess(m, b.h, t[j], b.x, theta, b.l)
		for i, v := range b.h {
			dst[i*n+j] = v
		}
	}
}

// fdStep is the step of a central difference: the cube root of the unit
// roundoff, relative to the argument.
const fdStep = 6.1e-6

func (b *batch) jac(m *Model, jx, jp []float64, t float64, x, theta []float64) {
	if m.Jac != nil {
		m.Jac(jx, jp, t, x, theta)
		return
	}
	d, p := m.Dim, m.Params
	copy(b.x2, x)
	copy(b.th, theta)
	column := func(v *float64, dst []float64, c, ld int) {
		old := *v
		h := fdStep * max(math.Abs(old), 1)
		*v = old + h
		up := *v
		m.Func(b.fp, t, b.x2, b.th)
		*v = old - h
		inv := 1 / (up - *v)
		m.Func(b.fm, t, b.x2, b.th)
		*v = old
		for r := range b.fp {
			dst[r*ld+c] = (b.fp[r] - b.fm[r]) * inv
		}
	}
	for c := range d {
		column(&b.x2[c], jx, c, d)
	}
	for c := range p {
		column(&b.th[c], jp, c, p)
	}
}

func (b *batch) hess(m *Model, dst []float64, t float64, x, theta, lam []float64) {
	if m.Hess != nil {
		m.Hess(dst, t, x, theta, lam)
		return
	}
	d, p := m.Dim, m.Params
	q := d + p
	xs := append([]float64(nil), x...)
	th := append([]float64(nil), theta...)
	jx, jp := make([]float64, d*d), make([]float64, d*p)
	grad := func(dst []float64, sign float64) {
		b.jac(m, jx, jp, t, xs, th)
		for r, l := range lam {
			for c := range d {
				dst[c] += sign * l * jx[r*d+c]
			}
			for c := range p {
				dst[d+c] += sign * l * jp[r*p+c]
			}
		}
	}
	for c := range q {
		var v *float64
		if c < d {
			v = &xs[c]
		} else {
			v = &th[c-d]
		}
		old := *v
		h := fdStep * max(math.Abs(old), 1)
		if m.Jac == nil {
			h *= 30 // a difference of differences: the fourth root of the roundoff
		}
		row := dst[c*q : (c+1)*q]
		clear(row)
		*v = old + h
		up := *v
		grad(row, 1)
		*v = old - h
		inv := 1 / (up - *v)
		grad(row, -1)
		*v = old
		for i := range row {
			row[i] *= inv
		}
	}
	for i := range q {
		for j := range i {
			s := 0.5 * (dst[i*q+j] + dst[j*q+i])
			dst[i*q+j], dst[j*q+i] = s, s
		}
	}
}

// Vary returns the model in which the parameters with the given indices are
// states with x' = 0, appended to the state in the order given: with a finite
// Rf for them they vary with the layer, with Rf = +Inf they are constant.
// The remaining parameters keep their order.
func Vary(m Model, indices ...int) Model {
	d, p := m.Dim, m.Params
	moved := make([]int, p) // new place of parameter i: state (>= 0) or -1-place
	for i := range moved {
		moved[i] = -1
	}
	for k, i := range indices {
		if i < 0 || i >= p || moved[i] >= 0 {
			panic("discrete: Vary: bad parameter index")
		}
		moved[i] = d + k
	}
	rest := 0
	for i := range moved {
		if moved[i] < 0 {
			moved[i] = -1 - rest
			rest++
		}
	}
	out := Model{Dim: d + len(indices), Params: rest}
	theta := func(x, th []float64) []float64 {
		all := make([]float64, p)
		for i, k := range moved {
			if k >= 0 {
				all[i] = x[k]
			} else {
				all[i] = th[-1-k]
			}
		}
		return all
	}
	out.Func = func(dst []float64, t float64, x, th []float64) {
		m.Func(dst[:d], t, x[:d], theta(x, th))
		clear(dst[d:])
	}
	if m.Jac != nil {
		out.Jac = func(jx, jp []float64, t float64, x, th []float64) {
			ax, ap := make([]float64, d*d), make([]float64, d*p)
			m.Jac(ax, ap, t, x[:d], theta(x, th))
			clear(jx)
			clear(jp)
			for r := range d {
				copy(jx[r*out.Dim:], ax[r*d:(r+1)*d])
				for i, k := range moved {
					if k >= 0 {
						jx[r*out.Dim+k] = ap[r*p+i]
					} else {
						jp[r*rest-1-k] = ap[r*p+i]
					}
				}
			}
		}
	}
	if m.Hess != nil {
		out.Hess = func(dst []float64, t float64, x, th, lam []float64) {
			q := d + p
			h := make([]float64, q*q)
			m.Hess(h, t, x[:d], theta(x, th), lam[:d])
			place := func(i int) int {
				if i < d {
					return i
				}
				if k := moved[i-d]; k < 0 {
					return out.Dim - 1 - k
				} else {
					return k
				}
			}
			qo := out.Dim + rest
			clear(dst)
			for i := range q {
				for j := range q {
					dst[place(i)*qo+place(j)] = h[i*q+j]
				}
			}
		}
	}
	name := func(names []string, i int, prefix string) string {
		if i < len(names) {
			return names[i]
		}
		return prefix + itoa(i+1)
	}
	for i := range d {
		out.Names = append(out.Names, name(m.Names, i, "x"))
	}
	for _, i := range indices {
		out.Names = append(out.Names, name(m.ParamNames, i, "theta"))
	}
	for i, k := range moved {
		if k < 0 {
			out.ParamNames = append(out.ParamNames, name(m.ParamNames, i, "theta"))
		}
	}
	return out
}
