package discrete

import (
	"fmt"
	"math"
	"strconv"
)

func itoa(i int) string { return strconv.Itoa(i) }

// Rule says how a layer's residual approximates x' = F.
type Rule int

const (
	// SimpsonHermite has a state x_b in the middle of the layer from x_a to
	// x_c, and the residuals
	//
	//	r = x_c - x_a - s/6 (F_a + 4 F_b + F_c)          weight Rf/(2 s)
	//	q = x_b - (x_a + x_c)/2 - s/8 (F_a - F_c)        weight Kappa Rf/(2 s).
	//
	// With w = x' - F, r = s w_mean and q = -s^2 w'/8 to leading order, and
	// int w^2 = s w_mean^2 + s^3 w'^2/12 + ..., so that Kappa = 16/3 makes it
	// order 4 at every Rf. The field's older tools use Kappa = 1: order 2 at
	// a finite Rf, and 4 in the limit.
	SimpsonHermite Rule = iota

	Euler     // F(x_n): order 1, a residual layer
	Midpoint  // F((x_n + x_{n+1})/2): order 2
	Trapezoid // (F(x_n) + F(x_{n+1}))/2: order 2

	// Gauss has Problem.Stages = m stages, order 2m: the path is a continuous
	// piecewise polynomial of degree m, and the model error lives at the
	// Gauss points, A = sum_n s sum_i b_i 1/2 |X'_i - F(X_i)|^2_Rf.
	// Its stationary points are Gauss collocation of the canonical equations
	// (Hager 2000, Sanz-Serna 2016).
	Gauss

	// LayerMap is x_{n+1} = F(x_n, n, theta) with the weight Rf/2: no step
	// in it. Times are layer numbers.
	LayerMap
)

var ruleNames = [...]string{"simpson-hermite", "euler", "midpoint", "trapezoid", "gauss", "map"}

func (r Rule) String() string {
	if r < 0 || int(r) >= len(ruleNames) {
		return "unknown rule"
	}
	return ruleNames[r]
}

// ParseRule returns the rule of that name, and for gauss2, gauss3, ... the
// number of stages [2]; for other rules 0.
func ParseRule(name string) (r Rule, stages int, err error) {
	for i, n := range ruleNames {
		if n == name {
			if Rule(i) == Gauss {
				stages = 2
			}
			return Rule(i), stages, nil
		}
	}
	if len(name) > 5 && name[:5] == "gauss" {
		if m, e := strconv.Atoi(name[5:]); e == nil && m >= 1 && m <= maxStages {
			return Gauss, m, nil
		}
	}
	return 0, 0, fmt.Errorf("discrete: unknown rule %q; want euler, midpoint, trapezoid, simpson-hermite, gauss1 to gauss%d, or map", name, maxStages)
}

const maxStages = 8

// Where a rule evaluates F: at the layer's ends, which neighbours share, or
// inside.
const (
	atStart = iota
	atEnd
	inside
)

// A tableau is a rule as data. A layer's local points are its start, k inner
// states and its end, z_0 .. z_{k+1}. F is taken at X_e = sum_j C[e][j] z_j,
// and the residuals are
//
//	r_i = sum_j A[i][j] z_j - s sum_e B[i][e] F(X_e),   weight w[i] Rf/(2 s).
type tableau struct {
	k     int
	order int
	pos   []float64 // places of the local points in [0, 1], k+2
	c     []float64 // places of the evaluations in [0, 1]
	where []int     // atStart, atEnd or inside
	C     [][]float64
	A, B  [][]float64
	w     []float64
	quad  []float64 // quadrature over the evaluations, for continuous measurements
}

func newTableau(r Rule, stages int, kappa float64) (*tableau, error) {
	end := []float64{0, 1}
	switch r {
	case Euler, LayerMap:
		a := []float64{-1, 1}
		if r == LayerMap {
			a[0] = 0
		}
		return &tableau{order: 1, pos: end, c: []float64{0}, where: []int{atStart},
			C: [][]float64{{1, 0}}, A: [][]float64{a}, B: [][]float64{{1}}, w: []float64{1}, quad: []float64{1}}, nil
	case Midpoint:
		return &tableau{order: 2, pos: end, c: []float64{0.5}, where: []int{inside},
			C: [][]float64{{0.5, 0.5}}, A: [][]float64{{-1, 1}}, B: [][]float64{{1}}, w: []float64{1}, quad: []float64{1}}, nil
	case Trapezoid:
		return &tableau{order: 2, pos: end, c: end, where: []int{atStart, atEnd},
			C: [][]float64{{1, 0}, {0, 1}}, A: [][]float64{{-1, 1}}, B: [][]float64{{0.5, 0.5}}, w: []float64{1}, quad: []float64{0.5, 0.5}}, nil
	case SimpsonHermite:
		if kappa == 0 {
			kappa = 16.0 / 3
		}
		if !(kappa > 0) || math.IsInf(kappa, 1) {
			return nil, fmt.Errorf("discrete: Kappa = %g must be positive", kappa)
		}
		return &tableau{k: 1, order: 4, pos: []float64{0, 0.5, 1}, c: []float64{0, 0.5, 1}, where: []int{atStart, inside, atEnd},
			C:    [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
			A:    [][]float64{{-1, 0, 1}, {-0.5, 1, -0.5}},
			B:    [][]float64{{1.0 / 6, 4.0 / 6, 1.0 / 6}, {1.0 / 8, 0, -1.0 / 8}},
			w:    []float64{1, kappa},
			quad: []float64{1.0 / 6, 4.0 / 6, 1.0 / 6}}, nil
	case Gauss:
		if stages == 0 {
			stages = 2
		}
		if stages < 1 || stages > maxStages {
			return nil, fmt.Errorf("discrete: Stages = %d must lie in 1..%d", stages, maxStages)
		}
		return gaussTableau(stages), nil
	}
	return nil, fmt.Errorf("discrete: unknown rule %d", int(r))
}

// gaussTableau holds the rule of m stages. The inner states are the values of
// the polynomial at the Chebyshev-Lobatto points, which interpolate well.
func gaussTableau(m int) *tableau {
	c, b := gaussLegendre(m)
	t := &tableau{k: m - 1, order: 2 * m, c: c, quad: b, w: b, where: make([]int, m)}
	t.pos = make([]float64, m+1)
	for j := range t.pos {
		t.pos[j] = 0.5 * (1 - math.Cos(math.Pi*float64(j)/float64(m)))
	}
	t.pos[m] = 1
	for i := range m {
		t.where[i] = inside
		v, d := lagrange(t.pos, c[i])
		t.C = append(t.C, v)
		t.A = append(t.A, d)
		e := make([]float64, m)
		e[i] = 1
		t.B = append(t.B, e)
	}
	return t
}

// gaussLegendre returns the points and weights on [0, 1], by Newton's
// iteration on the Legendre polynomial.
func gaussLegendre(m int) (x, w []float64) {
	x, w = make([]float64, m), make([]float64, m)
	for i := range m {
		z := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(m) + 0.5))
		var dp float64
		for range 100 {
			p, q := 1.0, 0.0
			for j := range m {
				p, q = (float64(2*j+1)*z*p-float64(j)*q)/float64(j+1), p
			}
			dp = float64(m) * (z*p - q) / (z*z - 1)
			dz := p / dp
			z -= dz
			if math.Abs(dz) < 1e-16 {
				break
			}
		}
		x[m-1-i] = 0.5 * (1 + z)
		w[m-1-i] = 1 / ((1 - z*z) * dp * dp)
	}
	if m%2 == 1 {
		x[m/2] = 0.5
	}
	return x, w
}

// lagrange returns the values and the derivatives at t of the Lagrange
// polynomials through pos.
func lagrange(pos []float64, t float64) (v, d []float64) {
	n := len(pos)
	v, d = make([]float64, n), make([]float64, n)
	for j := range n {
		v[j] = 1
		for l := range n {
			if l != j {
				v[j] *= (t - pos[l]) / (pos[j] - pos[l])
			}
		}
		for q := range n {
			if q == j {
				continue
			}
			p := 1 / (pos[j] - pos[q])
			for l := range n {
				if l != j && l != q {
					p *= (t - pos[l]) / (pos[j] - pos[l])
				}
			}
			d[j] += p
		}
	}
	return v, d
}
