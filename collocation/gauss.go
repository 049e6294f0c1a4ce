package collocation

import (
	"math"
	"sync"
)

// maxStages is the largest number of stages of a solution; the error estimate
// uses one more.
const maxStages = 7

// tableau holds Gauss collocation with s stages for chains of derivatives: a
// component whose depth-th derivative has the slope polynomial K is an
// iterated integral of K. With l the Lagrange polynomials of the nodes,
//
//	beta[e](theta) = integral over [0, theta] of (theta-tau)^(e-1)/(e-1)! l(tau),
//
// the e-fold integral: a[e] has beta[e] at the nodes (s×s), b[e] at 1 (s),
// and ce[e] has c^e/e! (s), fac[e] is 1/e!.
type tableau struct {
	s   int
	c   []float64
	a   [][]float64
	b   [][]float64
	ce  [][]float64
	fac []float64

	bary []float64 // s: 1 over the product of c[l] - c[k], k other than l
	inv  []float64 // s×s: inverse of a[1]
	mono []float64 // s×s: coefficients of l in powers of 2 theta - 1
	up   []float64 // (s+1)×s: l at the nodes of one stage more
}

var tableaus [maxStages + 2][maxChain + 1]struct {
	once sync.Once
	tb   *tableau
}

// tableauOf returns the tableau of s stages for chains of the given depth.
func tableauOf(s, depth int) *tableau {
	t := &tableaus[s][depth]
	t.once.Do(func() { t.tb = newTableau(s, depth) })
	return t.tb
}

// newTableau returns the tableau for chains up to the given depth.
func newTableau(s, depth int) *tableau {
	g := &tableau{s: s}
	g.c, _ = gauss(s)
	g.bary = make([]float64, s)
	for l := range s {
		v := 1.0
		for k, c := range g.c {
			if k != l {
				v *= g.c[l] - c
			}
		}
		g.bary[l] = 1 / v
	}
	g.mono = make([]float64, s*s)
	for l := range s {
		p := g.mono[l*s : l*s+s]
		p[0] = 1
		deg := 0
		for k, ck := range g.c {
			if k == l {
				continue
			}
			// Multiply by (x - xk)/(xl - xk).
			xk, d := 2*ck-1, 2*(g.c[l]-ck)
			deg++
			for j := deg; j >= 0; j-- {
				v := -xk * p[j]
				if j > 0 {
					v += p[j-1]
				}
				p[j] = v / d
			}
		}
	}
	g.a = make([][]float64, depth+2)
	g.b = make([][]float64, depth+2)
	g.ce = make([][]float64, depth+2)
	g.fac = make([]float64, depth+2)
	f := 1.0
	for e := range depth + 2 {
		if e > 0 {
			f /= float64(e)
		}
		g.fac[e] = f
		g.ce[e] = make([]float64, s)
		for j, c := range g.c {
			g.ce[e][j] = f * math.Pow(c, float64(e))
		}
		g.b[e] = make([]float64, s)
		g.a[e] = make([]float64, s*s)
		g.integrals(g.b[e], e, 1)
		for j, c := range g.c {
			g.integrals(g.a[e][j*s:j*s+s], e, c)
		}
	}
	g.inv = inverse(g.a[1], s)
	finer, _ := gauss(s + 1)
	g.up = make([]float64, (s+1)*s)
	for j, c := range finer {
		g.lagrange(g.up[j*s:j*s+s], c)
	}
	return g
}

// integrals stores beta[e](theta) into dst (s); e = 0 stores l(theta).
func (g *tableau) integrals(dst []float64, e int, theta float64) {
	if e == 0 {
		g.lagrange(dst, theta)
		return
	}
	// The integrand has degree s+e-2: a Gauss rule of s+e points is exact.
	var l [maxStages + 1]float64
	clear(dst)
	x, w := gaussCached(min((g.s+e)/2+1, len(gaussRules)-1))
	f := 1.0
	for k := 2; k < e; k++ {
		f /= float64(k)
	}
	for k, xk := range x {
		g.lagrange(l[:g.s], theta*xk)
		q := f * w[k] * theta
		for range e - 1 {
			q *= theta * (1 - xk)
		}
		for j := range dst {
			dst[j] += q * l[j]
		}
	}
}

// lagrange stores l(theta) into dst (s): products from both sides.
func (g *tableau) lagrange(dst []float64, theta float64) {
	v := 1.0
	for l, c := range g.c {
		dst[l] = v * g.bary[l]
		v *= theta - c
	}
	v = 1
	for l := g.s - 1; l >= 0; l-- {
		dst[l] *= v
		v *= theta - g.c[l]
	}
}

// slope stores dl/dtheta at theta into dst (s).
func (g *tableau) slope(dst []float64, theta float64) {
	x := 2*theta - 1
	for l := range g.s {
		p := g.mono[l*g.s : (l+1)*g.s]
		v := 0.0
		for k := g.s - 1; k >= 1; k-- {
			v = v*x + 2*float64(k)*p[k]
		}
		dst[l] = v
	}
}

var gaussRules = func() (r [24]struct{ x, w []float64 }) {
	for s := 1; s < len(r); s++ {
		r[s].x, r[s].w = gauss(s)
	}
	return
}()

func gaussCached(s int) (x, w []float64) { return gaussRules[s].x, gaussRules[s].w }

// gauss returns the nodes and weights of Gauss quadrature on [0, 1]: the zeros
// of the Legendre polynomial by Newton's iteration.
func gauss(s int) (x, w []float64) {
	x, w = make([]float64, s), make([]float64, s)
	for i := range s {
		z := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(s) + 0.5))
		var d float64
		for range 100 {
			p, q := 1.0, 0.0
			for j := range s {
				p, q = ((2*float64(j)+1)*z*p-float64(j)*q)/float64(j+1), p
			}
			d = float64(s) * (z*p - q) / (z*z - 1)
			dz := p / d
			z -= dz
			if math.Abs(dz) < 1e-16 {
				break
			}
		}
		x[s-1-i] = (1 + z) / 2
		w[s-1-i] = 1 / ((1 - z*z) * d * d)
	}
	for i := range s / 2 { // symmetric to the last bit
		x[i] = 1 - x[s-1-i]
		w[i] = w[s-1-i]
	}
	if s%2 == 1 {
		x[s/2] = 0.5
	}
	return x, w
}
