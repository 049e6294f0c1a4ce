package ode

// hermiteWindow holds the weights of the polynomial of degree 2k-1 that has
// the values and slopes of k equally spaced nodes, for one of the intervals
// between them: the dense output of fixed-step methods, of any order that
// their neighbours support.
//
// With x = theta in the interval, node i lies at x = i - j:
// y = y_j + sum_l x^l sum_i (value[l-1][i] (y_i - y_j) + slope[l-1][i] h f_i).
type hermiteWindow struct {
	k            int
	value, slope [][]float64
}

// newHermiteWindow returns the weights for the interval from node j to j+1.
func newHermiteWindow(k, j int) *hermiteWindow {
	w := &hermiteWindow{k: k}
	d := 2*k - 1
	w.value, w.slope = make([][]float64, d), make([][]float64, d)
	for l := range d {
		w.value[l], w.slope[l] = make([]float64, k), make([]float64, k)
	}
	for i := range k {
		// (x - x_i) l_i^2 and (1 - 2 (x - x_i) l_i'(x_i)) l_i^2.
		xi := float64(i - j)
		sq := []float64{1}
		slope := 0.0
		for a := range k {
			if a != i {
				xa := float64(a - j)
				f := 1 / (xi - xa)
				slope += f
				sq = timesLinear(timesLinear(sq, f, -f*xa), f, -f*xa)
			}
		}
		s := timesLinear(sq, 1, -xi)
		v := timesLinear(sq, -2*slope, 1+2*slope*xi)
		for l := range d {
			w.slope[l][i], w.value[l][i] = s[l+1], v[l+1]
		}
	}
	return w
}

// timesLinear returns the coefficients of p(x) (a x + b).
func timesLinear(p []float64, a, b float64) []float64 {
	q := make([]float64, len(p)+1)
	for i, c := range p {
		q[i+1] += a * c
		q[i] += b * c
	}
	return q
}

// appendPowers appends the power coefficients ((2k-1)×n) of the interval that
// starts at node j of the nodes y, f (k×n).
func (w *hermiteWindow) appendPowers(dst, y, f []float64, n, j int, h float64) []float64 {
	for l := range w.value {
		at := len(dst)
		dst = append(dst, y[j*n:(j+1)*n]...)
		row := dst[at:]
		clear(row)
		for i := range w.k {
			v, s := w.value[l][i], w.slope[l][i]*h
			for c := range row {
				row[c] += v*(y[i*n+c]-y[j*n+c]) + s*f[i*n+c]
			}
		}
	}
	return dst
}

// windows makes the weights once for every number of nodes and interval.
type windows map[[2]int]*hermiteWindow

func (ws windows) get(k, j int) *hermiteWindow {
	w := ws[[2]int{k, j}]
	if w == nil {
		w = newHermiteWindow(k, j)
		ws[[2]int{k, j}] = w
	}
	return w
}
