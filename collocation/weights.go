package collocation

import (
	"math"
)

// measure takes the sizes of the components from x on the mesh of d.
func (r *run) measure(d *discrete, x []float64) {
	st, t := r.st, d.mesh.t
	clear(r.peak)
	clear(r.mean)
	y := d.y(x)
	length := d.mesh.length()
	for i := range t {
		w := 0.0
		if i > 0 {
			w += t[i] - t[i-1]
		}
		if i+1 < len(t) {
			w += t[i+1] - t[i]
		}
		w /= 2 * length
		for c := range st.nd {
			v := math.Abs(y[i*st.nd+c])
			r.peak[c] = max(r.peak[c], v)
			r.mean[c] += w * v
		}
	}
	if st.na > 0 {
		s := d.tb.s
		for i := range d.mesh.intervals() {
			h := t[i+1] - t[i]
			for c := st.nd; c < st.n; c++ {
				for _, v := range d.k(x)[i*d.ns+st.freeAt[c]*s:][:s] {
					r.peak[c] = max(r.peak[c], math.Abs(v))
					r.mean[c] += math.Abs(v) * h / (float64(s) * length)
				}
			}
		}
	}
	for c := range r.peak {
		r.fld.scale[c] = r.size(c)
	}
	for c, v := range d.q(x) {
		r.qsize[c] = math.Abs(v)
		r.fld.pSize[c] = r.qsize[c]
	}
}

// floor is the part of the weight of component c that does not depend on the
// place: tolerance times mean size, the absolute tolerance, rounding.
func (r *run) floor(c int) float64 {
	return r.rtol*max(share*r.mean[c], r.weak[c]) + r.s.atol(c) + r.rounding(c, r.peak[c])
}

// floors returns that of all components.
func (r *run) floors() []float64 {
	for c := range r.floorOf {
		r.floorOf[c] = r.floor(c)
	}
	return r.floorOf
}

const epsilon = 0x1p-52

// share is the part of the mean size of a component that its values are
// weighed by at least. Small, so that a component with a high peak is accurate
// away from it too; not smaller, for a component that vanishes somewhere.
const share = 0.05

// rescale sets Newton's weights: as those of the error, for the iterate or
// the correction, whichever is larger.
func (r *run) rescale(x, d []float64) {
	st, m := r.st, r.main.mesh
	y, dy := r.main.y(x), r.main.y(d)
	length := m.length()
	var mean, peak [16]float64
	mm, pk := mean[:], peak[:]
	if st.nd > len(mm) {
		mm, pk = make([]float64, st.nd), make([]float64, st.nd)
	}
	for i := range m.t {
		w := 0.0
		if i > 0 {
			w += m.t[i] - m.t[i-1]
		}
		if i+1 < len(m.t) {
			w += m.t[i+1] - m.t[i]
		}
		w /= 2 * length
		for c := range st.nd {
			v := max(math.Abs(y[i*st.nd+c]), math.Abs(dy[i*st.nd+c]))
			mm[c] += w * v
			pk[c] = max(pk[c], v)
			r.wn[i*st.nd+c] = r.rtol * v
		}
	}
	for c := range st.nd {
		f := share*r.rtol*mm[c] + r.s.atol(c) + r.rounding(c, pk[c])
		if f == 0 {
			f = 1 // zero, and to remain zero
		}
		for i := range m.t {
			r.wn[i*st.nd+c] += f
		}
	}
	for c := range st.np {
		r.wq[c] = r.paramWeight(c, max(math.Abs(x[c]), math.Abs(d[c])))
	}
}

// paramWeight is the tolerance of parameter c, of the given size now.
func (r *run) paramWeight(c int, size float64) float64 {
	w := r.rtol*max(size, 1e-2*r.natural(c)) + r.s.AbsTol
	if w == 0 {
		w = r.rtol
	}
	return w
}

// natural is the size of parameter c whose effect on some component, over the
// whole interval, is the size of that component.
func (r *run) natural(c int) float64 {
	d, st := r.main, r.st
	effect := 0.0
	for i := range d.mesh.intervals() {
		big := 0.0
		for v := range st.nd {
			big = max(big, math.Abs(d.abd.C(i)[v*st.np+c]))
		}
		effect += big
	}
	if effect == 0 {
		return 0
	}
	return d.qsize[c] / effect
}

// norm is the root of the mean square of correction over weight: over the
// nodes with the stages of an interval, of the components, and the parameters.
func (r *run) norm(d []float64) float64 {
	st, m := r.st, r.main
	sum := 0.0
	for c, v := range m.q(d) {
		v /= r.wq[c]
		sum += v * v
	}
	nodes := 0.0
	for i, v := range m.y(d) {
		v /= r.wn[i]
		nodes += v * v
	}
	nodes /= float64(len(r.wn))
	s := m.tb.s
	k := m.k(d)
	stages := 0.0
	for i := range m.mesh.intervals() {
		for a, c := range st.free {
			if c >= st.nd {
				continue
			}
			w := max(r.wn[i*st.nd+c], r.wn[(i+1)*st.nd+c])
			t := 0.0
			for _, v := range k[i*m.ns+a*s:][:s] {
				t += v * v
			}
			stages += t / (w * w)
		}
	}
	stages /= float64(len(k) + 1)
	return math.Sqrt(nodes + stages + sum)
}

// larger is max, but a NaN wins.
func larger(a, b float64) float64 {
	if b > a || b != b {
		return b
	}
	return a
}
