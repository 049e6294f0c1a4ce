package route

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"costate/hamiltonian"
	"costate/internal/linalg"
)

// Certificates of continuous layers with constant weights. The pairs are coupled
// through the weights only, so that an integrator and its variational equations are
// asked about every pair by itself, y_k = (x_k, p_k), with the share q_k of the
// weights' condition. What they say is put together in the weights alone:
//
//	J_k dy_k + C_k dW = r_k              flow of pair k, and its conditions
//	P dW + sum_k (E_k dy_k + F_k dW) = -Q     q(End) = Q
//
//	S = P + sum_k (F_k - E_k J_k^-1 C_k)
//
// S is the second derivative of the action by the weights, the paths being at their
// best: with the conjugate points of the pairs for fixed weights its negative
// eigenvalues count those of the whole second variation.

// worstOf keeps the worst of many certificates of one name.
type worstOf map[string]hamiltonian.Certificate

func (w worstOf) add(certs ...hamiltonian.Certificate) {
	for _, c := range certs {
		old, there := w[c.Name]
		if !there || c.Verdict == hamiltonian.Fail && old.Verdict != hamiltonian.Fail || !(c.Value <= old.Value) && c.Verdict == old.Verdict {
			w[c.Name] = c
		}
	}
}

// pairFlow is what one pair tells.
type pairFlow struct {
	certs []hamiltonian.Certificate
	index int // negative directions for fixed weights
	pairLinear
	condition float64   // largest residual of its conditions, relative
	defect    float64   // largest defect, relative
	size      []float64 // of x and p, 2d
	err       error
}

// pairLinear is a pair's part of the linearised problem.
type pairLinear struct {
	e      []float64 // derivative of the change of q by (x, p) at the mesh points, n×nodes×2d
	r      []float64 // J^-1 r, nodes×2d
	v      []float64 // J^-1 C, column after column, n×nodes×2d
	f      []float64 // derivative of the change of q by the weights, n×n
	change []float64 // of q
}

// flow integrates a pair.
func (c *networkChecker) flow(ctx context.Context, k int) (out pairFlow) {
	r := c.Continuous
	d, n := r.BVP.Field.Width, r.BVP.Field.Params()
	pair, err := r.pair(k)
	if err != nil {
		out.err = err
		return out
	}
	sol := pair.sol
	w, err := hamiltonian.NewFlow(ctx, pair.whole, sol, c.Tol/1000)
	if err != nil {
		out.err = err
		return out
	}
	phase := hamiltonian.Phase{States: d, Params: n}
	for _, cert := range hamiltonian.Structure(pair.whole, phase, sol, r.energy(pair.whole)) {
		// Where a neuron is saturated a row may consist of roundings: see
		// derivatives.
		if cert.Name != "derivatives" {
			out.certs = append(out.certs, cert)
		}
	}
	out.certs = append(out.certs, w.Symplectic(phase))
	fixed := components(sol, indices(2*d), 1)
	fixed.P = nil
	narrow, err := hamiltonian.NewFlow(ctx, pair.fixed, fixed, c.Tol/1000)
	if err != nil {
		out.err = err
		return out
	}
	found, err := narrow.ConjugatePoints(ctx, hamiltonian.Phase{States: d})
	var no *hamiltonian.NotJacobi
	switch {
	case errors.As(err, &no):
		out.index = -1
		out.certs = append(out.certs, hamiltonian.Unjudged("second order", math.NaN(), "pair %d: %s", k+1, no.Reason))
	case err != nil:
		out.err = err
		return out
	default:
		out.index = found.Index
	}
	out.linear(pair, w, r.sizes(), d, n)
	return out
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// linear solves the pair's linearised equations.
func (out *pairFlow) linear(pair *networkPair, w *hamiltonian.Flow, size []float64, d, n int) {
	sol := pair.sol
	m, all, nodes := 2*d, 2*d+n, len(sol.T)
	out.size = size
	conditions := make([][]int, m)
	for j := range conditions {
		conditions[j] = []int{0}
		if j >= d {
			conditions[j] = []int{nodes - 1}
		}
	}
	var s linalg.ABD
	s.Reset(m, 0, nodes-1, conditions)
	out.e, out.v, out.f = make([]float64, n*nodes*m), make([]float64, n*nodes*m), make([]float64, n*n)
	out.r, out.change = make([]float64, nodes*m), make([]float64, n)
	rhs := make([]float64, (nodes-1)*m)
	cols := make([]float64, n*(nodes-1)*m)
	for i := range nodes - 1 {
		A, B := s.A(i), s.B(i)
		for a := range m {
			row := w.M[i][a*(all+n):]
			for b := range m {
				A[a*m+b] = -row[b]
			}
			B[a*m+a] = 1
			rhs[i*m+a] = -w.Defect[i][a]
			out.defect = max(out.defect, math.Abs(w.Defect[i][a])/out.size[a])
			for q := range n {
				cols[(q*(nodes-1)+i)*m+a] = -row[all+q]
			}
		}
		for q := range n {
			row := w.M[i][(m+q)*(all+n):]
			copy(out.e[(q*nodes+i)*m:(q*nodes+i+1)*m], row[:m])
			floats.Add(out.f[q*n:(q+1)*n], row[all:all+n])
			out.change[q] += sol.Node(i + 1)[m+q] - sol.Node(i)[m+q] - w.Defect[i][m+q]
		}
	}
	// The pair's conditions, without those of q.
	ends := [][]float64{sol.Node(0), sol.Node(nodes - 1)}
	g := make([]float64, m)
	pair.fixed.Boundary.Func(g, ends, nil)
	dg := [][]float64{make([]float64, m*m), make([]float64, m*m)}
	pair.fixed.Boundary.Jac(dg, nil, ends, nil)
	for j := range m {
		at := pair.fixed.Boundary.At[j]
		row := dg[at][j*m : (j+1)*m]
		copy(s.Condition(j, 0), row)
		unit := 0.0
		for a, v := range row {
			unit = max(unit, math.Abs(v)*size[a])
		}
		out.condition = max(out.condition, math.Abs(g[j])/unit)
		g[j] = -g[j]
	}
	if out.err = s.Factor(); out.err != nil {
		out.err = fmt.Errorf("linearised layers of a pair: %w", out.err)
		return
	}
	s.Solve(out.r, nil, rhs, g)
	zero := make([]float64, m)
	for q := range n {
		s.Solve(out.v[q*nodes*m:(q+1)*nodes*m], nil, cols[q*(nodes-1)*m:(q+1)*(nodes-1)*m], zero)
	}
}

// constantWeights certifies a solution pair by pair.
func (c *networkChecker) constantWeights() error {
	r := c.Continuous
	m, n := r.BVP.M, r.BVP.Field.Params()
	flows := make([]pairFlow, m)
	forEach(m, workers(0), func(k int) { flows[k] = c.flow(c.ctx, k) })
	worst := worstOf{}
	c.Index = 0
	var defect, condition float64
	for k := range flows {
		f := &flows[k]
		switch {
		case c.ctx.Err() != nil:
			return c.ctx.Err()
		case f.err != nil:
			c.certify(hamiltonian.Certificate{Name: "global error by integration", Value: math.NaN(), Bound: math.NaN(),
				Verdict: hamiltonian.Fail, Note: fmt.Sprintf("pair %d: %v", k+1, f.err)})
			c.Index = -1
			return nil
		}
		worst.add(f.certs...)
		defect, condition = max(defect, f.defect), max(condition, f.condition)
		if f.index < 0 || c.Index < 0 {
			c.Index = -1
		} else {
			c.Index += f.index
		}
	}
	c.certify(hamiltonian.Within("integration defect", defect, c.Tol, "the solution of every pair against an integrator, in at most %d pieces", 2*flowIntervals))
	c.certify(hamiltonian.Within("natural conditions", condition, c.Tol, "inputs at the first layer, p = -Rm (x - y) at the last"))
	w := r.Solution.P
	// Q and S.
	q, s := make([]float64, n), mat.NewDense(n, n, nil)
	scale := make([]float64, n)
	rhs := mat.NewVecDense(n, nil)
	for i := range n {
		mean := 0.0
		if r.BVP.WeightMean != nil {
			mean = r.BVP.WeightMean[i]
		}
		q[i] = r.BVP.WeightPrecision * (w[i] - mean)
		scale[i] = math.Abs(q[i])
		s.Set(i, i, r.BVP.WeightPrecision)
	}
	for k := range flows {
		f := &flows[k]
		nodes := len(f.r)
		for i := range n {
			q[i] += f.change[i]
			scale[i] += math.Abs(f.change[i])
			e := f.e[i*nodes : (i+1)*nodes]
			rhs.SetVec(i, rhs.AtVec(i)-floats.Dot(e, f.r))
			for j := range n {
				s.Set(i, j, s.At(i, j)+f.f[i*n+j]-floats.Dot(e, f.v[j*nodes:(j+1)*nodes]))
			}
		}
	}
	c.certify(hamiltonian.Within("stationarity of the weights", floats.Norm(q, math.Inf(1))/floats.Max(scale), c.Tol,
		"P W - int p dF/dW over all pairs, integrated anew: zero at a stationary point"))
	for i := range n {
		rhs.SetVec(i, rhs.AtVec(i)-q[i])
	}
	dw := mat.NewVecDense(n, nil)
	if err := dw.SolveVec(s, rhs); err != nil && math.IsInf(condOf(err), 1) {
		c.certify(hamiltonian.Certificate{Name: "global error by integration", Value: math.Inf(1), Bound: c.Tol,
			Verdict: hamiltonian.Fail, Note: "the linearised problem is singular"})
	} else {
		c.certify(hamiltonian.Within("global error by integration", c.globalError(flows, dw.RawVector().Data), c.Tol,
			"defects of all pairs and conditions through the linearised problem: the next step of multiple shooting"))
	}
	c.certify(c.derivatives())
	for _, name := range []string{"canonical structure", "canonical equations", "symplecticity", "second order"} {
		if cert, ok := worst[name]; ok {
			c.certify(cert)
		}
	}
	c.certify(c.pairEnergies())
	if c.Index < 0 {
		return nil
	}
	negative, positive, err := inertia(s)
	if err != nil {
		return err
	}
	c.Index += negative
	note := "directions in which the second variation of the action is negative: "
	if c.Index == 0 {
		note += fmt.Sprintf("none, the least eigenvalue of the weights' Hessian is %.3g: a minimum", positive)
	} else {
		note += "a saddle"
	}
	c.certify(hamiltonian.Within("second order", float64(c.Index), 0, "%s", note))
	return nil
}

func condOf(err error) float64 {
	var c mat.Condition
	if errors.As(err, &c) {
		return float64(c)
	}
	return math.Inf(1)
}

// inertia counts the negative eigenvalues of a matrix that is symmetric up to its
// errors, and returns the least eigenvalue.
func inertia(s *mat.Dense) (negative int, least float64, err error) {
	n, _ := s.Dims()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			sym.SetSym(i, j, (s.At(i, j)+s.At(j, i))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, false) {
		return 0, 0, fmt.Errorf("the eigenvalues of the weights' Hessian do not converge")
	}
	v := eig.Values(nil)
	for _, x := range v {
		if x < 0 {
			negative++
		}
	}
	return negative, v[0], nil
}

// globalError is the largest correction of a state or costate, relative to the
// largest value of its kind in a pair, or of a weight, relative to the largest.
func (c *networkChecker) globalError(flows []pairFlow, dw []float64) float64 {
	w := c.Continuous.Solution.P
	worst := floats.Norm(dw, math.Inf(1)) / max(floats.Norm(w, math.Inf(1)), math.SmallestNonzeroFloat64)
	for k := range flows {
		f := &flows[k]
		y := append([]float64(nil), f.r...)
		for j, v := range dw {
			floats.AddScaled(y, -v, f.v[j*len(y):(j+1)*len(y)])
		}
		m := len(f.size)
		for i, v := range y {
			worst = max(worst, math.Abs(v)/f.size[i%m])
		}
	}
	return worst
}
