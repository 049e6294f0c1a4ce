package discrete

import (
	"fmt"
	"math"

	"costate/ode"
)

// NetworkBVP is the estimation of a continuous-layer network's weights from M
// pairs as one boundary value problem, the canonical equations
//
//	x' = F(x, W) + p/Rf,   p' = -F_x' p          for every pair
//
// coupled through the weights only. Constant weights are unknown parameters
// with the sum q of what the pairs ask of them,
//
//	q' = -sum_k F_W(x_k)' p_k,   q(0) = P (W - Wb),   q(End) = 0,
//
// and weights that vary with the layer, of precision Rw on their derivative,
// are states with costates: W' = q/Rw and the same conditions for q.
type NetworkBVP struct {
	Field NetworkField // Knots is not used
	M     int

	In       []float64 // M×Width
	Out      []float64 // M×len(OutIndex)
	OutIndex []int     // observed components of x(End). nil: all

	RmIn  float64 // precision of the inputs [0: exact, as +Inf]
	RmOut float64 // [1]
	Rf    float64 // precision of the layers [0: +Inf, the strong constraint]

	// WeightPrecision is P, positive: without it the weights that the pairs
	// do not determine leave the problem singular. WeightMean is Wb (nil:
	// zeros).
	WeightPrecision float64
	WeightMean      []float64

	LayerPrecision float64 // Rw. 0: constant weights
}

// netBVP is a checked NetworkBVP.
type netBVP struct {
	NetworkBVP
	d, n, rows, cols int // width, weights, and the shape of W with b
	rf               float64
	index            []int
}

func (b *NetworkBVP) resolve() (*netBVP, error) {
	f, err := b.Field.resolve()
	if err != nil {
		return nil, err
	}
	f.Knots = 1
	c := &netBVP{NetworkBVP: *b, d: f.Width, n: f.block(), rows: f.Width, cols: f.cols(), rf: b.Rf, index: b.OutIndex}
	c.Field = f
	if c.rf == 0 {
		c.rf = math.Inf(1)
	}
	if c.RmIn == 0 {
		c.RmIn = math.Inf(1)
	}
	if c.RmOut == 0 {
		c.RmOut = 1
	}
	if c.index == nil {
		for i := range c.d {
			c.index = append(c.index, i)
		}
	}
	bad := func(format string, a ...any) (*netBVP, error) {
		return nil, fmt.Errorf("%w: continuous layers: %s", ErrNetwork, fmt.Sprintf(format, a...))
	}
	switch {
	case b.M < 1 || len(b.In) != b.M*c.d || len(b.Out) != b.M*len(c.index):
		return bad("%d pairs with %d inputs and %d outputs, want %d and %d of each pair", b.M, len(b.In), len(b.Out), c.d, len(c.index))
	case !(b.WeightPrecision > 0) || math.IsInf(b.WeightPrecision, 0):
		return bad("weight precision %g, must be positive and finite", b.WeightPrecision)
	case b.WeightMean != nil && len(b.WeightMean) != c.n:
		return bad("%d prior means for %d weights", len(b.WeightMean), c.n)
	case !(c.rf > 0) || !(c.RmIn > 0) || !(c.RmOut > 0) || math.IsInf(c.RmOut, 0) || !(b.LayerPrecision >= 0):
		return bad("precisions Rf %g, inputs %g, outputs %g, layers %g", c.rf, c.RmIn, c.RmOut, b.LayerPrecision)
	case f.Activation.D2 == nil:
		return bad("activation %q has no second derivative", f.Activation.Name)
	}
	seen := make([]bool, c.d)
	for _, i := range c.index {
		if i < 0 || i >= c.d || seen[i] {
			return bad("output component %d of %d, given twice or not there", i, c.d)
		}
		seen[i] = true
	}
	return c, nil
}

// State and Costate give the places of pair k's x and p in a vector of the
// boundary value problem, Multiplier that of q and Weights that of W if it
// varies with the layer (else W are the problem's parameters).
func (b *NetworkBVP) State(k int) int   { return 2 * b.Field.Width * k }
func (b *NetworkBVP) Costate(k int) int { return b.Field.Width * (2*k + 1) }
func (b *NetworkBVP) Multiplier() int   { return 2 * b.Field.Width * b.M }
func (b *NetworkBVP) Weights() int      { return b.Multiplier() + b.Field.block() }
func (c *netBVP) mean(i int) float64    { return netAt(c.WeightMean, i) }
func (c *netBVP) varying() bool         { return c.LayerPrecision > 0 }
func (c *netBVP) exact() bool           { return math.IsInf(c.RmIn, 0) }
func netAt(v []float64, i int) float64 {
	if v == nil {
		return 0
	}
	return v[i]
}

// Problem returns the boundary value problem, of dimension 2 Width M + the
// number of weights (twice that if they vary), with its derivatives. The
// guess is the network's own path for the weights theta with costates by
// back-propagation through 16 layers.
func (b *NetworkBVP) Problem(theta []float64) (*ode.BVP, error) {
	c, err := b.resolve()
	if err != nil {
		return nil, err
	}
	if len(theta) != c.n {
		return nil, fmt.Errorf("%w: %d weights for the guess, want %d", ErrNetwork, len(theta), c.n)
	}
	guess, err := c.guess(theta)
	if err != nil {
		return nil, err
	}
	dim := c.Multiplier() + c.n
	p := &ode.BVP{End: c.Field.End, Guess: guess}
	if c.varying() {
		dim += c.n
	} else {
		p.Params = c.n
		p.GuessParams = append([]float64(nil), theta...)
	}
	p.Dim = dim
	p.Func = c.rates
	p.Jac = c.jacobian
	p.Boundary = c.conditions(dim, p.Params)
	return p, nil
}

// weights returns W from a state or from the parameters.
func (c *netBVP) weights(y, p []float64) []float64 {
	if c.varying() {
		return y[c.Weights():]
	}
	return p
}

func (c *netBVP) rates(dst []float64, _ float64, y, par []float64) {
	d, cols := c.d, c.cols
	w := c.weights(y, par)
	q := dst[c.Multiplier() : c.Multiplier()+c.n]
	clear(q)
	f := &c.Field.Activation
	for k := range c.M {
		x, p := y[2*d*k:2*d*k+d], y[2*d*k+d:2*d*(k+1)]
		dx, dp := dst[2*d*k:2*d*k+d], dst[2*d*k+d:2*d*(k+1)]
		clear(dp)
		for a := range d {
			row := w[a*cols : (a+1)*cols]
			z := c.dot(row, x)
			f0, f1 := f.both(z)
			dx[a] = f0 + p[a]/c.rf
			g := -p[a] * f1
			for i := range d {
				dp[i] += g * row[i]
				q[a*cols+i] += g * x[i]
			}
			if cols > d {
				q[a*cols+d] += g
			}
		}
		if c.Field.Kind == NetRelaxation {
			for a := range d {
				dx[a] -= x[a]
				dp[a] += p[a]
			}
		}
	}
	if c.varying() {
		for i := range c.n {
			dst[c.Weights()+i] = y[c.Multiplier()+i] / c.LayerPrecision
		}
	}
}

func (c *netBVP) dot(row, x []float64) float64 {
	var z float64
	for i, v := range x {
		z += row[i] * v
	}
	if c.cols > c.d {
		z += row[c.d]
	}
	return z
}

func (c *netBVP) jacobian(dy, dpar []float64, _ float64, y, par []float64) {
	d, cols := c.d, c.cols
	dim := c.Multiplier() + c.n
	w := c.weights(y, par)
	// Derivatives with respect to the weights go to columns of dy or of dpar.
	dw, ldw, ow := dpar, c.n, 0
	if c.varying() {
		dim += c.n
		dw, ldw, ow = dy, dim, c.Weights()
	}
	clear(dy)
	clear(dpar)
	f := &c.Field.Activation
	oq := c.Multiplier()
	u := func(x []float64, i int) float64 {
		if i == d {
			return 1
		}
		return x[i]
	}
	for k := range c.M {
		ox, op := 2*d*k, 2*d*k+d
		x, p := y[ox:op], y[op:op+d]
		for a := range d {
			row := w[a*cols : (a+1)*cols]
			z := c.dot(row, x)
			f1, f2 := f.D(z), f.D2(z)
			dy[(ox+a)*dim+op+a] += 1 / c.rf
			for i := range d {
				dy[(ox+a)*dim+ox+i] += f1 * row[i]
				dy[(op+i)*dim+op+a] -= f1 * row[i]
				g := -p[a] * f2 * row[i]
				for j := range d {
					dy[(op+i)*dim+ox+j] += g * row[j]
				}
				for j := range cols {
					dw[(op+i)*ldw+ow+a*cols+j] += g * u(x, j)
					dy[(oq+a*cols+j)*dim+ox+i] += g * u(x, j)
				}
				dw[(op+i)*ldw+ow+a*cols+i] -= p[a] * f1
				dy[(oq+a*cols+i)*dim+ox+i] -= p[a] * f1
			}
			for j := range cols {
				dw[(ox+a)*ldw+ow+a*cols+j] += f1 * u(x, j)
				dy[(oq+a*cols+j)*dim+op+a] -= f1 * u(x, j)
				for l := range cols {
					dw[(oq+a*cols+j)*ldw+ow+a*cols+l] -= p[a] * f2 * u(x, j) * u(x, l)
				}
			}
			if c.Field.Kind == NetRelaxation {
				dy[(ox+a)*dim+ox+a]--
				dy[(op+a)*dim+op+a]++
			}
		}
	}
	if c.varying() {
		for i := range c.n {
			dy[(c.Weights()+i)*dim+oq+i] = 1 / c.LayerPrecision
		}
	}
}
