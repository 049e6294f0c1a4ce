package hamiltonian

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"

	"costate/internal/linalg"
	"costate/ode"
)

// Flow is a solution looked at by an integrator, which knows nothing of how it
// was found: from every mesh point the equations and their variational equations
// are integrated to the next one.
type Flow struct {
	bvp *ode.BVP
	sol *ode.Solution

	// Defect[i] (Dim) is Y[i+1] - y(T[i+1]; T[i], Y[i]); over a jump
	// Y[i+1] - g(Y[i]).
	Defect [][]float64

	// M[i] is the derivative of y(T[i+1]; T[i], Y[i]) with respect to Y[i] and
	// the parameters (Dim×(Dim+Params)).
	M [][]float64

	// Least are sizes (Dim) below which no component is measured: an error of
	// one that is smaller is relative to these. [nil: none]
	Least []float64
}

// measures returns what errors of components and parameters are relative to.
func (w *Flow) measures() (y, p []float64) {
	y, p = sizes(w.sol)
	return atLeast(y, w.Least), p
}

// atLeast raises the elements of size to those of least, if there are any.
func atLeast(size, least []float64) []float64 {
	for i, v := range least {
		size[i] = max(size[i], v)
	}
	return size
}

// symplectic is the bound for M'JM - J. The variational matrices are integrated to
// a tenth of it: with steps chosen for the state alone their error has no bound.
const symplectic = 1e-9

// NewFlow integrates to the relative tolerance tol (at least 1e-12), between the
// mesh points of sol. Results do not depend on the number of processors.
func NewFlow(ctx context.Context, b *ode.BVP, sol *ode.Solution, tol float64) (*Flow, error) {
	if b.Algebraic > 0 {
		return nil, ode.ErrMethod
	}
	n := len(sol.T) - 1
	w := &Flow{bvp: b, sol: sol, Defect: make([][]float64, n), M: make([][]float64, n)}
	tol = max(tol, 1e-12)
	ys, _ := sizes(sol)
	abs := make([]float64, b.Dim)
	rel := make([]float64, b.Dim)
	for c, v := range ys {
		abs[c], rel[c] = tol*v, tol
	}
	failed := make([]error, n)
	work := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Add(1)
		go func() {
			defer group.Done()
			in := ode.Integrator{RelTols: rel, AbsTols: abs, SensitivityTol: symplectic / 10, EndOnly: true}
			for i := range work {
				failed[i] = w.segment(ctx, &in, i)
			}
		}()
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
	return w, errors.Join(failed...)
}

func (w *Flow) segment(ctx context.Context, in *ode.Integrator, i int) error {
	b, sol := w.bvp, w.sol
	dim, np := b.Dim, b.Params
	d, m := make([]float64, dim), make([]float64, dim*(dim+np))
	a, e := sol.Node(i), sol.Node(i+1)
	if h := sol.T[i+1] - sol.T[i]; h != 0 {
		in.Step = h
		v, err := in.Variation(ctx, &ode.IVP{System: b.System, Start: sol.T[i], End: sol.T[i+1], Initial: a, Params: sol.P})
		if err != nil {
			return err
		}
		last := len(v.T) - 1
		copy(d, v.Node(last))
		copy(m, v.Matrix[last*dim*(dim+np):])
	} else {
		j := jumpAt(b, sol.T[i])
		if j == nil {
			// Two equal mesh points without a jump: the solution may not move.
			copy(d, a)
			for r := range dim {
				m[r*(dim+np)+r] = 1
			}
		} else {
			j.Func(d, a, sol.P)
			jumpJacobian(m, j, a, sol.P, dim, np)
		}
	}
	for c := range d {
		d[c] = e[c] - d[c]
	}
	w.Defect[i], w.M[i] = d, m
	return nil
}

func jumpAt(b *ode.BVP, t float64) *ode.Jump {
	for k := range b.Jumps {
		if b.Jumps[k].T == t {
			return &b.Jumps[k]
		}
	}
	return nil
}

// jumpJacobian stores [dg/dy | dg/dp].
func jumpJacobian(dst []float64, j *ode.Jump, y, p []float64, dim, np int) {
	gy, gp := make([]float64, dim*dim), make([]float64, dim*np)
	j.Jac(gy, gp, y, p)
	for r := range dim {
		copy(dst[r*(dim+np):], gy[r*dim:(r+1)*dim])
		copy(dst[r*(dim+np)+dim:], gp[r*np:(r+1)*np])
	}
}

// IntegrationDefect certifies that the solution follows the equations from mesh
// point to mesh point: the largest defect of a component relative to its size.
func (w *Flow) IntegrationDefect(tol float64) Certificate {
	ys, _ := w.measures()
	worst, at := 0.0, w.sol.T[0]
	for i, d := range w.Defect {
		for c, v := range d {
			if r := math.Abs(v) / ys[c]; !(r <= worst) {
				worst, at = r, w.sol.T[i]
			}
		}
	}
	return Within("integration defect", worst, tol, "the solution against an integrator, over one mesh interval; worst after t = %.6g", at)
}

// GlobalError certifies the error of the whole solution to first order: the
// defects of all intervals, jumps and conditions are carried through the
// linearised boundary value problem, so that its conditioning is in the figure.
// It is the next Newton correction of multiple shooting with these mesh points.
// Amplification is the ratio of the largest relative error to the largest
// relative defect, one at least.
func (w *Flow) GlobalError(tol float64) (c Certificate, errorY, errorP []float64) {
	const name = "global error by integration"
	b, sol := w.bvp, w.sol
	dim, np, n := b.Dim, b.Params, len(sol.T)-1
	points := b.Boundary.Points
	if points == nil {
		points = []float64{b.Start, b.End}
	}
	if b.Boundary.Jac == nil {
		return Unjudged(name, math.NaN(), "the conditions have no derivatives"), nil, nil
	}
	nodes := make([]int, len(points))
	values := make([][]float64, len(points))
	dg := make([][]float64, len(points))
	for k, t := range points {
		nodes[k] = -1
		for i, s := range sol.T {
			if s == t {
				nodes[k] = i
				break
			}
		}
		if nodes[k] < 0 {
			return Unjudged(name, math.NaN(), "a condition looks at t = %g, which is no mesh point", t), nil, nil
		}
		values[k], dg[k] = sol.Node(nodes[k]), make([]float64, b.Boundary.Count*dim)
	}
	g, dgp := make([]float64, b.Boundary.Count), make([]float64, b.Boundary.Count*np)
	b.Boundary.Func(g, values, sol.P)
	b.Boundary.Jac(dg, dgp, values, sol.P)

	// Unknowns are scaled by the sizes of the components.
	ys, ps := w.measures()
	cond := make([][]int, b.Boundary.Count)
	for j := range cond {
		if at := b.Boundary.At; at != nil && at[j] >= 0 {
			cond[j] = nodes[at[j] : at[j]+1]
		} else {
			cond[j] = nodes
		}
	}
	var s linalg.ABD
	s.Reset(dim, np, n, cond)
	r := make([]float64, n*dim)
	for i := range n {
		A, B, C := s.A(i), s.B(i), s.C(i)
		for k := range dim {
			row := w.M[i][k*(dim+np):]
			for c := range dim {
				A[k*dim+c] = -row[c] * ys[c] / ys[k]
			}
			for c := range np {
				C[k*np+c] = -row[dim+c] * ps[c] / ys[k]
			}
			B[k*dim+k] = 1
			r[i*dim+k] = -w.Defect[i][k] / ys[k]
		}
	}
	for j := range cond {
		size := 0.0
		row := func(k, c int) float64 { return dg[k][j*dim+c] * ys[c] }
		for k := range points {
			for c := range dim {
				size = max(size, math.Abs(row(k, c)))
			}
		}
		for c := range np {
			size = max(size, math.Abs(dgp[j*np+c]*ps[c]))
		}
		if size == 0 {
			return Unjudged(name, math.NaN(), "condition %d depends on nothing", j+1), nil, nil
		}
		for k, node := range cond[j] {
			at := k
			if len(cond[j]) == 1 && len(nodes) > 1 {
				for l := range nodes {
					if nodes[l] == node {
						at = l
					}
				}
			}
			to := s.Condition(j, k)
			for c := range dim {
				to[c] = row(at, c) / size
			}
		}
		to := s.ConditionBorder(j)
		for c := range np {
			to[c] = dgp[j*np+c] * ps[c] / size
		}
		g[j] /= -size
	}
	if err := s.Factor(); err != nil {
		return Certificate{name, math.Inf(1), tol, Fail, "the linearised problem is singular: " + err.Error()}, nil, nil
	}
	y, q := make([]float64, (n+1)*dim), make([]float64, np)
	s.Solve(y, q, r, g)
	errorY, errorP = make([]float64, dim), make([]float64, np)
	worst := 0.0
	for i, v := range y {
		errorY[i%dim] = larger(errorY[i%dim], math.Abs(v)*ys[i%dim])
		worst = larger(worst, math.Abs(v))
	}
	for i, v := range q {
		errorP[i] = math.Abs(v) * ps[i]
		worst = larger(worst, math.Abs(v))
	}
	return Within(name, worst, tol, "defects of intervals, jumps and conditions through the linearised problem"), errorY, errorP
}

// Symplectic certifies M'JM = J for the variational matrix of every mesh interval:
// the largest entry of the difference, relative to the largest of |M|'|J||M|,
// coordinates and momenta measured by their sizes.
func (w *Flow) Symplectic(f Phase) Certificate {
	n := f.pairs()
	scale := f.scales(w.sol)
	worst, at := 0.0, w.sol.T[0]
	var m []float64
	for i, full := range w.M {
		m = f.flow(m, full, w.bvp.Dim, w.bvp.Params)
		diff, size := 0.0, 0.0
		for a := range 2 * n {
			for b := range a {
				v, abs := 0.0, 0.0
				for k := range n {
					x, y := m[k*2*n+a]*m[(n+k)*2*n+b], m[(n+k)*2*n+a]*m[k*2*n+b]
					v += x - y
					abs += math.Abs(x) + math.Abs(y)
				}
				if a == b+n {
					v++
					abs++
				}
				u := scale[a] * scale[b]
				diff, size = larger(diff, math.Abs(v)*u), max(size, abs*u)
			}
		}
		if r := diff / size; !(r <= worst) {
			worst, at = r, w.sol.T[i]
		}
	}
	return Within("symplecticity", worst, symplectic, "M'JM - J of the variational matrices of all intervals and jumps; worst after t = %.6g", at)
}

// flow arranges a variational matrix over the canonical pairs.
func (f Phase) flow(dst, m []float64, dim, np int) []float64 {
	dy, dp := make([]float64, dim*dim), make([]float64, dim*np)
	for r := range dim {
		copy(dy[r*dim:(r+1)*dim], m[r*(dim+np):])
		copy(dp[r*np:(r+1)*np], m[r*(dim+np)+dim:])
	}
	return f.square(dst, dy, dp, dim, np, 1)
}

// Variational stores the derivative of (x, p) at mesh point i+1 with respect to
// (x, p) at mesh point i, parameters held (2 States×2 States), into dst and
// returns it; a nil dst is allocated. It is symplectic: for fixed parameters
// states and costates are canonical by themselves.
func (w *Flow) Variational(dst []float64, f Phase, i int) []float64 {
	f.Params = 0
	return f.flow(dst, w.M[i], w.bvp.Dim, w.bvp.Params)
}
