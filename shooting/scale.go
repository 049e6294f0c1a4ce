package shooting

import "math"

// measure takes the sizes of the components from x.
func (r *run) measure(x []float64) { r.sizes(r.peak, r.mean, x, nil) }

// sizes stores the largest and the mean over t of |y| of each component: those
// of the trajectories integrated last with derivatives; before there are any, and
// with corrections d, those of the nodes of x and d if they are larger. (The mean of
// the nodes alone counts a layer as wide as the segment that it is at the end of.)
func (r *run) sizes(peak, mean, x, d []float64) {
	n, last := r.p.Dim, len(r.t)-1
	clear(peak)
	clear(mean)
	length := r.p.End - r.p.Start
	for k, t := range r.t {
		w := 0.0
		if k > 0 {
			w += t - r.t[k-1]
		}
		if k < last {
			w += r.t[k+1] - t
		}
		for c := range n {
			v := math.Abs(x[k*n+c])
			if d != nil {
				v = max(v, math.Abs(d[k*n+c]))
			}
			peak[c] = max(peak[c], v)
			mean[c] += w / 2 / length * v
		}
	}
	for c := range n {
		area := 0.0
		for k := range r.seg {
			area += r.seg[k].area[c]
			peak[c] = max(peak[c], r.seg[k].peak[c])
		}
		if d != nil || area == 0 {
			area = max(area, mean[c]*length)
		}
		mean[c] = area / length
	}
}

// setTolerances fixes what the absolute tolerances of the integration stand
// for. A component of size zero is given the size 1 until it is known.
func (r *run) setTolerances() {
	for c := range r.mean {
		v := r.meaningful(c)
		if v == 0 {
			v = r.peak[c]
		}
		if v == 0 {
			v = 1
		}
		r.tol[c] = v
	}
}

// meaningful is the mean size of component c, or that of which rounding is worth
// one tolerance: a component that is zero, but for what rounding leaves of the
// others in it, cannot be integrated to a fraction of itself.
func (r *run) meaningful(c int) float64 {
	return max(r.mean[c], 64*epsilon*(r.peak[c]+r.coupling[c])/r.s.rtol())
}

// rescaled says whether the sizes that the tolerances were set by turned out
// much too large, so that Newton's iteration has to be resumed with smaller
// ones.
func (r *run) rescaled() bool {
	r.measure(r.x)
	r.couple()
	if r.rescale >= 3 {
		return false
	}
	for c := range r.mean {
		if v := r.meaningful(c); v > 0 && v < 0.1*r.tol[c] {
			r.rescale++
			return true
		}
	}
	return false
}

// couple measures how large a value the segments could give to each component
// from the others, growth apart: what is below 64 rounding units of it is
// rounding. It is what makes a component that is zero everywhere pass. One that
// vanishes hands on the size of what it is made of, not of the rounding it is.
func (r *run) couple() {
	n := r.p.Dim
	cols := n + r.p.Params
	clear(r.coupling)
	for range n {
		changed := false
		for k := range r.seg {
			g := max(r.seg[k].growth, 1)
			for c := range n {
				for j, v := range r.seg[k].v[c*cols : c*cols+n] {
					if j == c || v == 0 {
						continue
					}
					size := max(math.Abs(r.x[k*n+j]), math.Abs(r.x[(k+1)*n+j]), r.seg[k].peak[j])
					if r.vanishes(j) {
						size = r.coupling[j]
					}
					if u := math.Abs(v) / g * size; u > r.coupling[c] {
						r.coupling[c], changed = u, true
					}
				}
			}
		}
		if !changed {
			break
		}
	}
}

// vanishes says whether component c is zero to the tolerance of what drives it.
// The linearised problem then knows it by its coupling: in units of what rounding
// leaves of it every problem would look singular.
func (r *run) vanishes(c int) bool { return r.peak[c] < r.s.rtol()*r.coupling[c] }

// floor is the part of the tolerance of component c that does not depend on
// the place.
func (r *run) floor(c int) float64 {
	f := r.s.rtol()*r.mean[c] + r.s.atol(c) + 64*epsilon*(r.peak[c]+r.coupling[c])
	if f == 0 {
		f = 0x1p-900
	}
	return f
}

// weigh sets Newton's weights: the tolerances, for the iterate or the
// correction, whichever is larger; but no less than a few of those of the
// integration, which say more than a component of no size does.
func (r *run) weigh(x, d []float64) {
	n := r.p.Dim
	peak, mean := make([]float64, n), make([]float64, n)
	r.sizes(peak, mean, x, d)
	rtol := r.s.rtol()
	_, fine := r.precision(1)
	for k := range r.t {
		for c := range n {
			v := max(math.Abs(x[k*n+c]), math.Abs(d[k*n+c]))
			w := rtol*(v+mean[c]) + r.s.atol(c) + 64*epsilon*(peak[c]+r.coupling[c])
			r.wy[k*n+c] = max(w, 10*fine*r.tol[c], 0x1p-900)
		}
	}
	for j := range r.wp {
		r.wp[j] = r.paramWeight(j, max(math.Abs(r.q(x)[j]), math.Abs(r.q(d)[j])))
	}
}

// paramWeight is the tolerance of parameter j of the given size.
func (r *run) paramWeight(j int, size float64) float64 {
	w := r.s.rtol()*max(size, 1e-2*r.natural(j)) + r.s.AbsTol
	if w == 0 {
		w = r.s.rtol()
	}
	return w
}

// natural is the size of parameter j whose effect on some component, over the whole
// interval, is the size of that component: one that turns out to be zero is known
// to a part of this, not of itself.
func (r *run) natural(j int) float64 {
	n := r.p.Dim
	cols := n + r.p.Params
	effect := 0.0
	for k := range r.seg {
		big := 0.0
		for c := range n {
			if i := c*cols + n + j; i < len(r.seg[k].v) && r.tol[c] > 0 {
				big = max(big, math.Abs(r.seg[k].v[i])/r.tol[c])
			}
		}
		effect += big
	}
	if effect == 0 {
		return 0
	}
	return 1 / effect
}

// norm is the largest correction over its weight.
func (r *run) norm(d []float64) float64 {
	big := 0.0
	larger := func(v float64) {
		if v > big || math.IsNaN(v) {
			big = v
		}
	}
	for i, w := range r.wy {
		larger(math.Abs(d[i]) / w)
	}
	for j, w := range r.wp {
		larger(math.Abs(r.q(d)[j]) / w)
	}
	return big
}
