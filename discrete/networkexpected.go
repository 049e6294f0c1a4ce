package discrete

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// NetworkExpected is what the measurement and model terms of the action (its
// Data, without the prior) should come to if the network is right, and the
// count it comes from: half a chi-square with a degree of freedom for each
// datum, less one for each fitted quantity. Unnormalised convention.
type NetworkExpected struct {
	Data    float64 // inexact measurements
	Inputs  float64 // fitted inputs; a free one counts as far as the data reach it
	Weights float64 // effective number of weights: fitted directions
	Mean    float64 // (Data - Inputs - Weights)/2, at least 0
	Sd      float64 // sqrt((Data - Inputs - Weights)/2)
}

// Z is the distance of a level, the Data of an action, from the expected one in
// standard deviations; NaN where no degree of freedom is left.
func (e NetworkExpected) Z(data float64) float64 {
	if !(e.Sd > 0) {
		return math.NaN()
	}
	return (data - e.Mean) / e.Sd
}

// Expected counts the degrees of freedom at a fit. The effective number of
// weights is the trace of H (H + P)^-1, H = G'S^-1G being the curvature that
// the data give the weights and P the precision of their prior (1 without
// one: directions in which the data do not hold a weight to order one do not
// count). A direction with curvature h leaves, on average over data and
// prior, the fraction P/(h + P) of a datum unexplained, which is the count.
func (p *NetworkProblem) Expected(fit *NetworkFit) (NetworkExpected, error) {
	q, err := p.compile()
	if err != nil {
		return NetworkExpected{}, err
	}
	if err := q.check(fit.Weights, fit.Paths, fit.Rf); err != nil {
		return NetworkExpected{}, err
	}
	if p.Loss != NetGaussian {
		return NetworkExpected{}, fmt.Errorf("%w: no expected level without Gaussian measurements", ErrNetwork)
	}
	lin := newNetLinear(q)
	lin.at(fit.Paths, fit.Weights, fit.Rf, 1)
	// A free input is taken to be known to order one.
	if !lin.whitenFree(fit.Paths, fit.Rf, 1e-12, 1, 1) {
		return NetworkExpected{}, fmt.Errorf("%w: the data's covariance is not positive definite at this fit", ErrNetwork)
	}
	e := NetworkExpected{Data: float64(q.m * q.measurements()), Inputs: float64(q.m * q.inputs)}
	if q.free > 0 {
		e.Inputs += lin.absorbed()
	}
	eig, ok := lin.curvatures()
	if !ok {
		return NetworkExpected{}, fmt.Errorf("%w: the eigenvalues of the weights' curvature did not converge", ErrNetwork)
	}
	ridge := p.WeightPrecision
	if ridge == 0 {
		ridge = 1
	}
	for _, v := range eig {
		e.Weights += max(v, 0) / (max(v, 0) + ridge)
	}
	e.Mean = max(e.Data-e.Inputs-e.Weights, 0) / 2
	e.Sd = math.Sqrt(e.Mean)
	return e, nil
}

// absorbed is the number of directions of the data that free inputs take up:
// the trace of S^-1 K C K' over the free inputs.
func (w *netLinear) absorbed() float64 {
	p, n, q := w.p, w.p.states, w.q
	var sum float64
	col := make([]float64, q)
	for k := range p.m {
		for i := range p.cells {
			c := &p.cells[i]
			for s := c.off; c.set < 0 && s < c.off+c.width; s++ {
				if p.root[s] != 0 {
					continue
				}
				for j := range q {
					col[j] = w.k[(k*q+j)*n+s]
				}
				netLowerSolve(w.l[k*q*q:(k+1)*q*q], q, col)
				sum += w.c[s] * floats.Dot(col, col)
			}
		}
	}
	return sum
}

// curvatures returns the eigenvalues of G'S^-1G that are not zero by its
// shape, from the smaller of G G' and G' G.
func (w *netLinear) curvatures() ([]float64, bool) {
	p := w.p
	dual := p.m * w.q
	method, n := NetWeightsFirst, dual
	if p.params < dual {
		method, n = NetStatesFirst, p.params
	}
	red := newNetReduced(w, method, 1, 0)
	if method == NetWeightsFirst {
		red.gram(1)
	} else {
		red.assemble(0)
	}
	a := blas64.Symmetric{N: n, Data: red.mat, Stride: n, Uplo: blas.Lower}
	eig := make([]float64, n)
	work := make([]float64, 1)
	lapack64.Syev('N', a, eig, work, -1)
	work = make([]float64, int(work[0]))
	return eig, lapack64.Syev('N', a, eig, work, len(work))
}
