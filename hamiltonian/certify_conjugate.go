package hamiltonian

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"costate/ode"
	"gonum.org/v1/gonum/mat"
)

// Conjugate is the second-order condition of Jacobi for a solution.
type Conjugate struct {
	// Index is the number of directions in which the second variation of the
	// action is negative (Morse): the conjugate points inside the interval,
	// with their multiplicities, and the negative directions that remain at
	// the end. 0: a minimum.
	Index int

	Points []float64 // conjugate (with a free start: focal) points, ascending
	AtEnd  int       // negative directions at the end
}

// Certificate gives the verdict.
func (c *Conjugate) Certificate() Certificate {
	const name = "conjugate points"
	note := "none in the interval, and the second variation is positive at the end: a minimum"
	if c.Index > 0 {
		note = fmt.Sprintf("the second variation has %d negative eigenvalues", c.Index)
		if c.Index == 1 {
			note = "the second variation has one negative eigenvalue"
		}
		if len(c.Points) > 0 {
			note += fmt.Sprintf("; conjugate point at %.6g", c.Points[0])
		}
		note += ": a saddle"
	}
	return Within(name, float64(c.Index), 0, "%s", note)
}

// NotJacobi says why conjugate points cannot be found.
type NotJacobi struct{ Reason string }

func (e *NotJacobi) Error() string { return e.Reason }

// ConjugatePoints carries the plane of all variations (dx, dp) that the start
// allows along the solution, and counts where it cannot be projected on dx any
// more. At a good point the plane is the graph dp = S dx of a symmetric matrix;
// over the next piece with the variational matrix
//
//	M = | A  B |,   G = A^-1 B = G' >= 0   (Legendre's condition),
//	    | C  D |
//
// the projection is A (I + G S), so that as many points are passed as I + L'S L
// with G = L L' has negative eigenvalues. Components whose Rf is infinite have a
// singular G, which this form allows. The plane itself is kept orthonormal: S is
// only formed where it is well conditioned. The error is a *NotJacobi where the
// conditions do not separate or Legendre's condition fails.
func (w *Flow) ConjugatePoints(ctx context.Context, f Phase) (*Conjugate, error) {
	n := f.pairs()
	start, end, err := w.planes(f)
	if err != nil {
		return nil, err
	}
	scale := f.scales(w.sol)
	// In units of the sizes all coordinates are of order one, and so are the
	// momenta up to one common factor, which symplectic scaling needs.
	unit := 0.0
	for i := range n {
		unit = max(unit, scale[i]*scale[n+i])
	}
	for i := range n {
		scale[n+i] = unit / scale[i]
	}
	j := &jacobi{w: w, f: f, n: n, scale: scale, plane: scaled(start, scale, n)}
	if err := j.begin(); err != nil {
		return nil, err
	}
	for i := range w.M {
		if err := j.step(ctx, i); err != nil {
			return nil, err
		}
	}
	return j.finish(scaled(end, j.scale, n))
}

// scaled divides the rows of a plane (2n×n) by the sizes.
func scaled(z *mat.Dense, scale []float64, n int) *mat.Dense {
	out := mat.NewDense(2*n, n, nil)
	for r := range 2 * n {
		for c := range n {
			out.Set(r, c, z.At(r, c)/scale[r])
		}
	}
	return out
}

// planes returns the null spaces (2N×N) of the linearised conditions at the
// start and at the end.
func (w *Flow) planes(f Phase) (start, end *mat.Dense, err error) {
	b, sol := w.bvp, w.sol
	c := &b.Boundary
	n := f.pairs()
	points := c.Points
	if points == nil {
		points = []float64{b.Start, b.End}
	}
	if c.Jac == nil || len(points) != 2 || points[0] != b.Start || points[1] != b.End || c.At == nil || b.Params != f.Params {
		return nil, nil, &NotJacobi{"the conditions are not those of two separate ends"}
	}
	dg := [][]float64{make([]float64, c.Count*b.Dim), make([]float64, c.Count*b.Dim)}
	dp := make([]float64, c.Count*b.Params)
	c.Jac(dg, dp, [][]float64{sol.Node(0), sol.Node(len(sol.T) - 1)}, sol.P)
	var rows [2][]float64
	scale := f.scales(sol)
	for i := range c.Count {
		side := c.At[i]
		if side < 0 {
			return nil, nil, &NotJacobi{"a condition couples both ends"}
		}
		row := make([]float64, 2*n)
		size := 0.0
		for k := range n {
			if at, param := f.coordinate(k); param {
				row[k] = dp[i*b.Params+at]
			} else {
				row[k] = dg[side][i*b.Dim+at]
			}
			row[n+k] = dg[side][i*b.Dim+f.momentum(k)]
		}
		for k := range row {
			row[k] *= scale[k]
			size = max(size, math.Abs(row[k]))
		}
		for k := range row {
			row[k] /= size
		}
		rows[side] = append(rows[side], row...)
	}
	var out [2]*mat.Dense
	for side, r := range rows {
		if len(r) != 2*n*n {
			return nil, nil, &NotJacobi{fmt.Sprintf("%d conditions at one end, %d at the other", len(rows[0])/(2*n), len(rows[1])/(2*n))}
		}
		var svd mat.SVD
		if !svd.Factorize(mat.NewDense(n, 2*n, r), mat.SVDFullV) {
			return nil, nil, &NotJacobi{"the conditions' derivatives have no singular value decomposition"}
		}
		if s := svd.Values(nil); s[n-1] < 1e-10*s[0] {
			return nil, nil, &NotJacobi{"the conditions at one end depend on each other"}
		}
		var v mat.Dense
		svd.VTo(&v)
		z := mat.NewDense(2*n, n, nil)
		for i := range 2 * n {
			for k := range n {
				z.Set(i, k, v.At(i, n+k)*scale[i])
			}
		}
		out[side] = z
	}
	return out[0], out[1], nil
}

// jacobi is the state of the count.
type jacobi struct {
	w     *Flow
	f     Phase
	n     int
	scale []float64

	plane  *mat.Dense // 2n×n, orthonormal, at the present place
	s      *mat.Dense // n×n at the last good point
	from   int        // mesh point of the last good point
	m      *mat.Dense // 2n×2n from there to the present place
	result Conjugate
}

const (
	// fixedStiffness stands for the infinite S of coordinates that are given
	// at the start. It must be large beside 1/|G| of the first interval.
	fixedStiffness = 1e8

	// exactlyFixed is the projection below which a direction is given.
	exactlyFixed = 1e-12

	// goodProjection is the smallest singular value of the projection of the
	// orthonormal plane on dx at which S is formed.
	goodProjection = 1e-5

	// farGrowth is the growth of M up to which a good point is awaited.
	farGrowth = 1e6
)

// begin forms S at the start. On coordinates that are given there it is infinite,
// which a large number stands for: where all equations are exact as well, the
// variations of such a state vanish for good, and no later plane is a graph.
func (j *jacobi) begin() error {
	j.orthonormalise()
	j.m = identity(2 * j.n)
	stiff := fixedStiffness
	for i := range j.w.M {
		if j.w.sol.T[i] == j.w.sol.T[i+1] {
			continue
		}
		g, err := j.gramian(j.matrix(j.w.M[i]), j.w.sol.T[i+1])
		if err != nil {
			return err
		}
		if v := mat.Norm(g, math.Inf(1)); v > 1e-12 {
			stiff = max(stiff, 1e4/v)
		}
		break
	}
	s := j.graph(stiff)
	if s == nil {
		return &NotJacobi{"the conditions at the start do not determine a plane of variations"}
	}
	for r := range j.n {
		for c := range j.n {
			j.plane.Set(r, c, 0)
			j.plane.Set(j.n+r, c, s.At(r, c))
		}
		j.plane.Set(r, r, 1)
	}
	j.commit(0, s)
	return nil
}

func identity(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 1)
	}
	return m
}

func (j *jacobi) orthonormalise() {
	var qr mat.QR
	qr.Factorize(j.plane)
	var q mat.Dense
	qr.QTo(&q)
	j.plane.Copy(q.Slice(0, 2*j.n, 0, j.n))
}

// split returns the projections on the coordinates and the momenta.
func (j *jacobi) split() (x, p *mat.Dense) {
	return j.plane.Slice(0, j.n, 0, j.n).(*mat.Dense), j.plane.Slice(j.n, 2*j.n, 0, j.n).(*mat.Dense)
}

// graph returns S = P X^-1, symmetric, of the present plane; with stiff > 0
// directions without any projection get that number. nil: not well conditioned.
func (j *jacobi) graph(stiff float64) *mat.Dense {
	x, p := j.split()
	var svd mat.SVD
	if !svd.Factorize(x, mat.SVDFull) {
		return nil
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	sv := svd.Values(nil)
	if stiff == 0 && sv[j.n-1] < goodProjection {
		return nil
	}
	// S = P V diag(1/s) U', or stiff U_0 U_0' on the range's complement.
	pv := mat.NewDense(j.n, j.n, nil)
	pv.Mul(p, &v)
	for c := range j.n {
		for r := range j.n {
			if stiff > 0 && sv[c] < exactlyFixed {
				pv.Set(r, c, stiff*u.At(r, c))
			} else {
				pv.Set(r, c, pv.At(r, c)/sv[c])
			}
		}
	}
	s := mat.NewDense(j.n, j.n, nil)
	s.Mul(pv, u.T())
	for r := range j.n {
		for c := range r {
			m := (s.At(r, c) + s.At(c, r)) / 2
			s.Set(r, c, m)
			s.Set(c, r, m)
		}
	}
	return s
}

// step goes over mesh interval i.
func (j *jacobi) step(ctx context.Context, i int) error {
	full := j.matrix(j.w.M[i])
	j.advance(full)
	if j.w.sol.T[i] == j.w.sol.T[i+1] && j.from == i {
		// A jump at a good point: dp changes, dx does not.
		if s := j.graph(0); s != nil {
			j.commit(i+1, s)
			return nil
		}
	}
	return j.count(ctx, i+1)
}

// matrix arranges and scales a variational matrix.
func (j *jacobi) matrix(m []float64) *mat.Dense {
	sq := j.f.flow(nil, m, j.w.bvp.Dim, j.w.bvp.Params)
	for r := range 2 * j.n {
		for c := range 2 * j.n {
			sq[r*2*j.n+c] *= j.scale[c] / j.scale[r]
		}
	}
	return mat.NewDense(2*j.n, 2*j.n, sq)
}

func (j *jacobi) advance(m *mat.Dense) {
	var z, acc mat.Dense
	z.Mul(m, j.plane)
	j.plane.Copy(&z)
	j.orthonormalise()
	acc.Mul(m, j.m)
	j.m.Copy(&acc)
}

// commit makes mesh point i the last good point, with S there, and chooses the
// units of the coordinates so that the diagonal of S is about one: then a plane
// that is hard to project tells of a conjugate point, and not of coordinates some
// of which are known a million times better than others.
func (j *jacobi) commit(i int, s *mat.Dense) {
	n := j.n
	d := make([]float64, n)
	for c := range d {
		if d[c] = math.Sqrt(math.Abs(s.At(c, c))); !(d[c] > 1e-6) {
			d[c] = 1
		}
	}
	for r := range n {
		for c := range n {
			s.Set(r, c, s.At(r, c)/(d[r]*d[c]))
		}
		j.scale[r] /= d[r]
		j.scale[n+r] *= d[r]
		for c := range n {
			j.plane.Set(r, c, j.plane.At(r, c)*d[r])
			j.plane.Set(n+r, c, j.plane.At(n+r, c)/d[r])
		}
	}
	j.orthonormalise()
	j.s, j.from, j.m = s, i, identity(2*n)
}

// count counts the conjugate points between the last good point and mesh point
// i, if that is a good one or a good one cannot be awaited.
func (j *jacobi) count(ctx context.Context, i int) error {
	last := i == len(j.w.sol.T)-1
	s := j.graph(0)
	if s == nil && !last && mat.Norm(j.m, 1) < farGrowth {
		return nil
	}
	if s == nil {
		return &NotJacobi{fmt.Sprintf("the plane of variations is too close to a conjugate point at %.6g to be judged", j.w.sol.T[i])}
	}
	passed, err := j.passed(j.m, j.w.sol.T[i])
	if err != nil {
		return err
	}
	if passed > 0 {
		at, err := j.locate(ctx, i)
		if err != nil {
			return err
		}
		for range passed {
			j.result.Points = append(j.result.Points, at)
		}
	}
	j.commit(i, s)
	return nil
}

// gramian returns G = A^-1 B of a variational matrix that ends at t.
func (j *jacobi) gramian(m *mat.Dense, t float64) (*mat.SymDense, error) {
	n := j.n
	var g mat.Dense
	if err := g.Solve(m.Slice(0, n, 0, n), m.Slice(0, n, n, 2*n)); err != nil {
		var cond mat.Condition
		if !errors.As(err, &cond) || math.IsInf(float64(cond), 1) {
			return nil, &NotJacobi{fmt.Sprintf("the mesh before %.6g is too coarse for Jacobi's condition", t)}
		}
	}
	sym := mat.NewSymDense(n, nil)
	for r := range n {
		for c := range r + 1 {
			sym.SetSym(r, c, (g.At(r, c)+g.At(c, r))/2)
		}
	}
	return sym, nil
}

// passed returns the number of negative eigenvalues of I + L'S L.
func (j *jacobi) passed(m *mat.Dense, t float64) (int, error) {
	n := j.n
	g, err := j.gramian(m, t)
	if err != nil {
		return 0, err
	}
	var eig mat.EigenSym
	if !eig.Factorize(g, true) {
		return 0, &NotJacobi{"the eigenvalues of a variational matrix do not converge"}
	}
	values := eig.Values(nil)
	top := max(math.Abs(values[0]), math.Abs(values[n-1]))
	if values[0] < -1e-7*top {
		return 0, &NotJacobi{fmt.Sprintf("Legendre's condition fails before %.6g: the second derivative of H by the costates is not positive", t)}
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	l := mat.NewDense(n, n, nil)
	for r := range n {
		for c := range n {
			l.Set(r, c, v.At(r, c)*math.Sqrt(max(values[c], 0)))
		}
	}
	return negative(l, j.s, 1), nil
}

// negative counts the negative eigenvalues of diagonal I + L'S L.
func negative(l, s *mat.Dense, diagonal float64) int {
	var a, b mat.Dense
	a.Mul(s, l)
	b.Mul(l.T(), &a)
	n, _ := b.Dims()
	sym := mat.NewSymDense(n, nil)
	for r := range n {
		for c := range r + 1 {
			v := (b.At(r, c) + b.At(c, r)) / 2
			if r == c {
				v += diagonal
			}
			sym.SetSym(r, c, v)
		}
	}
	var eig mat.EigenSym
	eig.Factorize(sym, false)
	return sort.SearchFloat64s(eig.Values(nil), 0)
}

// locate finds the first conjugate point between the last good point and mesh
// point i, to 1e-6 of the distance.
func (j *jacobi) locate(ctx context.Context, i int) (float64, error) {
	sol := j.w.sol
	a, b := sol.T[j.from], sol.T[i]
	lo, hi := a, b
	for hi-lo > 1e-6*(b-a) {
		t := lo + (hi-lo)/2
		m, err := j.to(ctx, t)
		if err != nil {
			return 0, err
		}
		k, err := j.passed(m, t)
		if err != nil {
			return 0, err
		}
		if k > 0 {
			hi = t
		} else {
			lo = t
		}
	}
	return lo + (hi-lo)/2, nil
}

// to returns the variational matrix from the last good point to t.
func (j *jacobi) to(ctx context.Context, t float64) (*mat.Dense, error) {
	sol, b := j.w.sol, j.w.bvp
	m := identity(2 * j.n)
	k := j.from
	for ; k+1 < len(sol.T) && sol.T[k+1] <= t; k++ {
		var acc mat.Dense
		acc.Mul(j.matrix(j.w.M[k]), m)
		m.Copy(&acc)
	}
	if sol.T[k] == t {
		return m, nil
	}
	in := ode.Integrator{RelTol: 1e-9, EndOnly: true}
	v, err := in.Variation(ctx, &ode.IVP{System: b.System, Start: sol.T[k], End: t, Initial: sol.Node(k), Params: sol.P})
	if err != nil {
		return nil, err
	}
	last := len(v.T) - 1
	var acc mat.Dense
	acc.Mul(j.matrix(v.Matrix[last*b.Dim*(b.Dim+b.Params):]), m)
	return &acc, nil
}

// finish adds the negative directions at the end: with the end's plane (Xe, Pe)
// those of Xe'(S Xe - Pe).
func (j *jacobi) finish(end *mat.Dense) (*Conjugate, error) {
	n := j.n
	s := j.s
	xe, pe := end.Slice(0, n, 0, n).(*mat.Dense), end.Slice(n, 2*n, 0, n).(*mat.Dense)
	var a, q mat.Dense
	a.Mul(s, xe)
	a.Sub(&a, pe)
	q.Mul(xe.T(), &a)
	sym := mat.NewSymDense(n, nil)
	for r := range n {
		for c := range r + 1 {
			sym.SetSym(r, c, (q.At(r, c)+q.At(c, r))/2)
		}
	}
	var eig mat.EigenSym
	eig.Factorize(sym, false)
	values := eig.Values(nil)
	top := 0.0
	for _, v := range values {
		top = max(top, math.Abs(v))
	}
	for _, v := range values {
		if v < -1e-9*top {
			j.result.AtEnd++
		}
	}
	j.result.Index = len(j.result.Points) + j.result.AtEnd
	return &j.result, nil
}
