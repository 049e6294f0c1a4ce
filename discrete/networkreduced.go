package discrete

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// NetworkMethod is how a Gauss-Newton step is solved for the weights.
type NetworkMethod int

const (
	// NetAuto takes NetWeightsFirst or NetStatesFirst, whichever matrix is
	// smaller, and NetConjugate if both are larger than 1500.
	NetAuto NetworkMethod = iota

	// NetWeightsFirst eliminates the weights, whose curvature with damping is
	// diagonal, and factors a matrix of order Pairs × observed states. For
	// few pairs.
	NetWeightsFirst

	// NetStatesFirst factors the Schur complement of the states, a matrix of
	// the order of the number of weights. For many pairs.
	NetStatesFirst

	// NetConjugate solves with the Schur complement of the states by
	// conjugate gradients, preconditioned by its blocks of single neurons.
	NetConjugate
)

var netMethodNames = [...]string{"auto", "weights first", "states first", "conjugate gradients"}

func (m NetworkMethod) String() string {
	if m < 0 || int(m) >= len(netMethodNames) {
		return "unknown method"
	}
	return netMethodNames[m]
}

// netReduced solves (G'S^-1G + lambda + P) dW = G'S^-1 v + g0, where
// g0 = -P (W - Wb).
type netReduced struct {
	lin     *netLinear
	method  NetworkMethod
	workers int
	cgTol   float64
	mat     []float64 // the dense matrix, or the preconditioner's blocks
	alpha   []float64 // m×states
	g0, rhs []float64 // params
	y       []float64 // m×q: whitened multipliers
	t       []float64 // m×q
	scratch []float64 // workers×states
	cg      [4][]float64
	off     []int // NetConjugate: first entry of each set's blocks in mat
	cgIter  int   // iterations in all
}

func newNetReduced(lin *netLinear, method NetworkMethod, workers int, cgTol float64) *netReduced {
	p := lin.p
	dual := p.m * lin.q
	if method == NetAuto {
		switch {
		case dual <= min(p.params, 1500):
			method = NetWeightsFirst
		case p.params <= 1500:
			method = NetStatesFirst
		default:
			method = NetConjugate
		}
	}
	s := &netReduced{lin: lin, method: method, workers: workers, cgTol: cgTol,
		alpha: make([]float64, p.m*p.states), g0: make([]float64, p.params), rhs: make([]float64, p.params),
		y: make([]float64, dual), t: make([]float64, dual), scratch: make([]float64, max(1, workers)*p.states)}
	switch method {
	case NetWeightsFirst:
		s.mat = make([]float64, dual*dual)
	case NetStatesFirst:
		s.mat = make([]float64, p.params*p.params)
	default:
		n := 0
		for _, set := range p.sets {
			s.off = append(s.off, n)
			n += set.rows * set.cols * set.cols
		}
		s.mat = make([]float64, n)
		for i := range s.cg {
			s.cg[i] = make([]float64, p.params)
		}
	}
	return s
}

// step stores the change of the weights into dw and the whitened multipliers
// v - G dW into s.y. lambda > 0. It reports whether the matrix is positive
// definite.
func (s *netReduced) step(dw, theta []float64, lambda float64) bool {
	p := s.lin.p
	P := p.src.WeightPrecision
	s.g0prior(theta)
	ok := true
	switch s.method {
	case NetWeightsFirst:
		ok = s.weightsFirst(dw, lambda+P)
	case NetStatesFirst:
		s.gradient(s.rhs)
		s.assemble(lambda + P)
		copy(dw, s.rhs)
		ok = netPosdefSolve(s.mat, p.params, dw)
	default:
		s.gradient(s.rhs)
		s.conjugate(dw, lambda+P)
	}
	if !ok {
		return false
	}
	if s.method != NetWeightsFirst {
		s.forward(s.y, dw)
		for i, v := range s.lin.v {
			s.y[i] = v - s.y[i]
		}
	}
	return true
}

// g0prior stores -P (W - Wb) into s.g0.
func (s *netReduced) g0prior(theta []float64) {
	p := s.lin.p
	P := p.src.WeightPrecision
	if P == 0 {
		clear(s.g0)
		return
	}
	for i, d := range theta {
		if p.src.WeightMean != nil {
			d -= p.src.WeightMean[i]
		}
		s.g0[i] = -P * d
	}
}

// gradient stores G'S^-1 v + g0 into g.
func (s *netReduced) gradient(g []float64) {
	s.transpose(g, s.lin.v)
	floats.Add(g, s.g0)
}

// forward stores L^-1 G dW into t (m×q).
func (s *netReduced) forward(t, dw []float64) {
	n, q := s.lin.p.states, s.lin.q
	netFor(s.lin.p.m, s.workers, func(w, k int) {
		s.lin.apply(t[k*q:(k+1)*q], s.scratch[w*n:(w+1)*n], dw, k)
	})
}

// transpose stores sum_k (L^-1 G)' y into g.
func (s *netReduced) transpose(g, y []float64) {
	n, q := s.lin.p.states, s.lin.q
	netFor(s.lin.p.m, s.workers, func(_, k int) {
		s.lin.rows(s.alpha[k*n:(k+1)*n], y[k*q:(k+1)*q], k)
	})
	s.lin.gather(g, s.alpha, s.workers)
}

// gram stores the lower triangle of G G'/Lambda into s.mat. Its entries are
// sums over the neurons of products of K and inner products of u: G is never
// formed.
func (s *netReduced) gram(Lambda float64) {
	lin, p := s.lin, s.lin.p
	n, q := p.states, lin.q
	N := p.m * q
	if lin.g != nil {
		g := blas64.General{Rows: N, Cols: p.params, Stride: p.params, Data: lin.g}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1/Lambda, g, g, 0, blas64.General{Rows: N, Cols: N, Stride: N, Data: s.mat})
		return
	}
	netFor(p.m, s.workers, func(_, k int) {
		for l := range k + 1 {
			for i := range q {
				clear(s.mat[(k*q+i)*N+l*q : (k*q+i)*N+(l+1)*q])
			}
			for si := range p.sets {
				c := &p.cells[p.sets[si].cells[0]]
				uu := floats.Dot(lin.u[k*p.ulen+c.u:k*p.ulen+c.u+c.cols], lin.u[l*p.ulen+c.u:l*p.ulen+c.u+c.cols]) / Lambda
				if uu == 0 {
					continue
				}
				for i := range q {
					ki := lin.kw[(k*q+i)*n+c.off : (k*q+i)*n+c.off+c.width]
					row := s.mat[(k*q+i)*N+l*q : (k*q+i)*N+(l+1)*q]
					for j := range q {
						row[j] += uu * floats.Dot(ki, lin.kw[(l*q+j)*n+c.off:(l*q+j)*n+c.off+c.width])
					}
				}
			}
		}
	})
}

// weightsFirst solves (I + G G'/Lambda) y = v - G g0/Lambda and stores
// dW = (g0 + G'y)/Lambda.
func (s *netReduced) weightsFirst(dw []float64, Lambda float64) bool {
	lin, p := s.lin, s.lin.p
	N := p.m * lin.q
	s.gram(Lambda)
	for i := range N {
		s.mat[i*N+i]++
	}
	copy(s.y, lin.v)
	if p.src.WeightPrecision != 0 {
		s.forward(s.t, s.g0)
		floats.AddScaled(s.y, -1/Lambda, s.t)
	}
	if !netPosdefSolve(s.mat, N, s.y) {
		return false
	}
	s.transpose(dw, s.y)
	floats.Add(dw, s.g0)
	floats.Scale(1/Lambda, dw)
	return true
}

// assemble stores the lower triangle of G'S^-1G + Lambda into s.mat. The
// block of two neurons is sum_k (Kw_a . Kw_b) u u'. Each task writes the rows
// of one neuron.
func (s *netReduced) assemble(Lambda float64) {
	lin, p := s.lin, s.lin.p
	n, q, P := p.states, lin.q, p.params
	if lin.g != nil {
		g := blas64.General{Rows: p.m * q, Cols: P, Stride: P, Data: lin.g}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, g, g, 0, blas64.General{Rows: P, Cols: P, Stride: P, Data: s.mat})
		for r := range P {
			s.mat[r*P+r] += Lambda
		}
		return
	}
	type neuron struct{ set, a int }
	var tasks []neuron
	for i := len(p.sets) - 1; i >= 0; i-- { // the longest rows first
		for a := range p.sets[i].rows {
			tasks = append(tasks, neuron{i, a})
		}
	}
	netFor(len(tasks), s.workers, func(_, t int) {
		set, a := &p.sets[tasks[t].set], tasks[t].a
		o := set.off + a*set.cols
		for r := o; r < o+set.cols; r++ {
			clear(s.mat[r*P : r*P+r+1])
		}
		for k := range p.m {
			c := &p.cells[set.cells[0]]
			uc := lin.u[k*p.ulen+c.u : k*p.ulen+c.u+c.cols]
			for dj := range p.cells {
				d := &p.cells[dj]
				if d.set < 0 || d.set > c.set {
					continue
				}
				ud := lin.u[k*p.ulen+d.u : k*p.ulen+d.u+d.cols]
				od := p.sets[d.set].off
				for b := range d.width {
					col := od + b*d.cols
					if col > o {
						break
					}
					var ww float64
					for i := range q {
						row := lin.kw[(k*q+i)*n : (k*q+i+1)*n]
						ww += row[c.off+a] * row[d.off+b]
					}
					if ww == 0 {
						continue
					}
					for j, v := range uc {
						floats.AddScaled(s.mat[(o+j)*P+col:(o+j)*P+col+d.cols], ww*v, ud)
					}
				}
			}
		}
		for r := o; r < o+set.cols; r++ {
			s.mat[r*P+r] += Lambda
		}
	})
}

// netPosdefSolve solves A x = b with the lower triangle of A (n×n), both
// overwritten.
func netPosdefSolve(a []float64, n int, b []float64) bool {
	for i := range n {
		if v := a[i*n+i]; math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	t, ok := lapack64.Potrf(blas64.Symmetric{N: n, Data: a, Stride: n, Uplo: blas.Lower})
	if !ok {
		return false
	}
	lapack64.Potrs(t, blas64.General{Rows: n, Cols: 1, Data: b, Stride: 1})
	return true
}
