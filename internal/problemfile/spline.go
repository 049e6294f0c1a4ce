package problemfile

import "sort"

// spline is a cubic spline by its values and slopes at the knots, which are
// ascending. gonum's splines solve dense equations: 300 MB for a signal of
// 6000 values.
type spline struct {
	x, y, s []float64
}

// notAKnot returns the cubic spline through at least three points whose third
// derivative is continuous at the second and the last but one: it reproduces
// cubics, and three points give a parabola. The slopes s solve, with
// h_i = x_(i+1) - x_i and d_i = (y_(i+1) - y_i)/h_i,
//
//	h_i s_(i-1) + 2 (h_(i-1) + h_i) s_i + h_(i-1) s_(i+1) = 3 (h_i d_(i-1) + h_(i-1) d_i)
//
// inside and one equation of two terms at each end (de Boor, A Practical Guide
// to Splines, chapter IV).
func notAKnot(x, y []float64) *spline {
	n := len(x)
	h, d := make([]float64, n-1), make([]float64, n-1)
	for i := range h {
		h[i] = x[i+1] - x[i]
		d[i] = (y[i+1] - y[i]) / h[i]
	}
	s := make([]float64, n)
	if n == 3 {
		c := (d[1] - d[0]) / (h[0] + h[1])
		s[0], s[1], s[2] = d[0]-c*h[0], d[0]+c*h[0], d[1]+c*h[1]
		return &spline{x, y, s}
	}
	// Elimination without pivoting: every pivot is at least as large as a
	// neighbouring interval. upper holds the right neighbours divided by them.
	upper := make([]float64, n)
	w := h[0] + h[1]
	upper[0] = w / h[1]
	s[0] = ((h[0]+2*w)*h[1]*d[0] + h[0]*h[0]*d[1]) / w / h[1]
	for i := 1; i < n-1; i++ {
		pivot := 2*(h[i-1]+h[i]) - h[i]*upper[i-1]
		upper[i] = h[i-1] / pivot
		s[i] = (3*(h[i]*d[i-1]+h[i-1]*d[i]) - h[i]*s[i-1]) / pivot
	}
	a, b := h[n-3], h[n-2]
	w = a + b
	s[n-1] = ((b*b*d[n-3]+(2*w+b)*a*d[n-2])/w - w*s[n-2]) / (a - w*upper[n-2])
	for i := n - 2; i >= 0; i-- {
		s[i] -= upper[i] * s[i+1]
	}
	return &spline{x, y, s}
}

// at returns the value and the derivative at t; outside the knots those at the
// nearest end.
func (p *spline) at(t float64) (value, rate float64) {
	n := len(p.x)
	t = min(max(t, p.x[0]), p.x[n-1])
	i := interval(p.x, t)
	h := p.x[i+1] - p.x[i]
	u := (t - p.x[i]) / h
	d := (p.y[i+1] - p.y[i]) / h
	// y = y_i + u (h s_i + u (b + u a)), from the values and slopes at both ends
	a := h * (p.s[i] + p.s[i+1] - 2*d)
	b := h*(d-p.s[i]) - a
	value = p.y[i] + u*(h*p.s[i]+u*(b+u*a))
	rate = p.s[i] + u*(2*b+3*u*a)/h
	return value, rate
}

// interval returns i with x[i] <= t < x[i+1], the first and last one where t
// is outside. Signals are mostly sampled evenly, which makes the first try
// right.
func interval(x []float64, t float64) int {
	n := len(x)
	if !(t > x[0]) { // NaN too
		return 0
	}
	if t >= x[n-1] {
		return n - 2
	}
	i := min(int((t-x[0])/(x[n-1]-x[0])*float64(n-1)), n-2)
	if x[i] <= t && t < x[i+1] {
		return i
	}
	return sort.Search(n, func(k int) bool { return x[k] > t }) - 1
}
