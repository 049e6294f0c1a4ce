package discrete

import "math"

// CanonicalDefect returns how far a stationary path of the midpoint rule or of
// Gauss layers is from Gauss collocation of the canonical equations on its mesh,
//
//	X'_i = f_x(X_i, P_i),  P_i = p_n + s sum_j a_ij f_p(X_j, P_j),
//	p_{n+1} = p_n + s sum_j b_j f_p(X_j, P_j),
//
// where y = (x, p, ..) and f stores their derivatives (dim): that both agree to
// rounding says that to discretise and then to optimise is to optimise and then
// to discretise (Hager 2000; Sanz-Serna 2016). P_i is the costate of the stage's
// own residual. Residuals are relative to the largest value of each component, those
// of a costate to least (Dim; nil: 0) where that is larger. It is NaN for other rules.
func CanonicalDefect(pr *Problem, a *Path, dim int, f func(dst []float64, t float64, y, theta []float64), least []float64) (states, costates float64) {
	if a.Rule != Midpoint && a.Rule != Gauss {
		return math.NaN(), math.NaN()
	}
	tab, err := newTableau(a.Rule, a.Inner+1, 0)
	if err != nil {
		return math.NaN(), math.NaN()
	}
	d, m := a.Dim, len(tab.c)
	rk := integrals(tab.c, tab.quad)
	size := make([]float64, 2*d)
	copy(size[d:], least)
	for n := range a.Layers + 1 {
		for c := range d {
			size[c] = max(size[c], math.Abs(a.Node(n)[c]))
			size[d+c] = max(size[d+c], math.Abs(a.CostateLeft[n*d+c]), math.Abs(a.CostateRight[n*d+c]))
		}
	}
	y, dy := make([]float64, dim), make([]float64, m*dim)
	p := make([]float64, m*d)
	var worst [2]float64
	note := func(r float64, c int) {
		if r != 0 {
			if r = math.Abs(r) / size[c]; r > worst[c/d] || r != r {
				worst[c/d] = r
			}
		}
	}
	for n := range a.Layers {
		t, s := a.Time(n), a.Time(n+1)-a.Time(n)
		z := a.X[n*(a.Inner+1)*d:]
		for i := range m {
			for c := range d {
				y[c] = 0
				for j, w := range tab.C[i] {
					y[c] += w * z[j*d+c]
				}
				p[i*d+c] = a.Lambda[(n*m+i)*d+c] / tab.w[i]
				y[d+c] = p[i*d+c]
			}
			g := dy[i*dim : (i+1)*dim]
			f(g, t+tab.c[i]*s, y, a.Theta)
			for c := range d {
				r := -s * g[c]
				for j, w := range tab.A[i] {
					r += w * z[j*d+c]
				}
				note(r, c)
			}
		}
		right, left := a.CostateRight[n*d:], a.CostateLeft[(n+1)*d:]
		for c := range d {
			end := right[c] - left[c]
			for i := range m {
				r := right[c] - p[i*d+c]
				for j := range m {
					r += s * rk[i*m+j] * dy[j*dim+d+c]
				}
				note(r, d+c)
				end += s * tab.quad[i] * dy[i*dim+d+c]
			}
			note(end, d+c)
		}
	}
	return worst[0], worst[1]
}

// integrals returns the matrix (m×m) of a collocation method, the integrals from
// 0 to c_i of the Lagrange polynomials: the Gauss rule itself is exact for them.
func integrals(c, b []float64) []float64 {
	m := len(c)
	out := make([]float64, m*m)
	for i := range m {
		for k := range m {
			v, _ := lagrange(c, c[i]*c[k])
			for j, l := range v {
				out[i*m+j] += c[i] * b[k] * l
			}
		}
	}
	return out
}
