package collocation

import "math"

// stiff is h lambda from which on an interval does not resolve the mode of
// lambda at all.
const stiff = 20

// anticipate returns the places of a mesh that is fine where layers can be, or
// nil if no interval is stiff.
//
// On intervals that do not resolve it, Gauss collocation neither damps nor
// amplifies a fast mode, it reverses its sign from node to node: the error of
// a layer that the mesh misses is the same everywhere, and says nothing of
// where the layer is. The Jacobian does: a mode that decays fast has its layer
// where its region begins, one that grows fast where it ends. The dominant
// eigenvalue on every interval is found by a few steps of the power method. At
// a layer of thickness w nodes are added at distances w, 2 w, 4 w, .., so that
// it costs the logarithm of its thickness; a layer that is none loses them on
// the next mesh.
func (r *run) anticipate() []float64 {
	d, st, m := r.main, r.st, r.main.mesh
	n := m.intervals()
	lambda := make([]float64, n) // of the fast mode; NaN: of either sign
	size := make([]float64, n)
	w := &d.scratch[0]
	v, u := make([]float64, st.nd), make([]float64, st.nd)
	found := false
	for i := range n {
		if m.jump[i] >= 0 {
			continue
		}
		d.stages(w, r.x, i, i+1)
		r.fld.jacobians(&w.batch)
		lambda[i], size[i] = dominant(st, &w.batch, d.size, d.tb.s/2, u, v)
		if h := m.t[i+1] - m.t[i]; size[i]*h > stiff {
			found = true
		} else {
			lambda[i], size[i] = 0, 0
		}
	}
	if !found {
		return nil
	}
	type layer struct{ at, width float64 }
	var layers []layer
	sign := func(i int, s float64) bool { // may interval i have a fast mode of this sign?
		return i >= 0 && i < n && size[i] > 0 && (lambda[i]*s > 0 || math.IsNaN(lambda[i]))
	}
	for i := range n {
		h := m.t[i+1] - m.t[i]
		if sign(i, -1) && !sign(i-1, -1) {
			l := layer{m.t[i], 1 / size[i]}
			if i > 0 && sign(i-1, 1) {
				// A turning point: somewhere in the two intervals.
				l.width = math.Sqrt(h / size[i])
			}
			layers = append(layers, l)
		}
		if sign(i, 1) && !sign(i+1, 1) {
			layers = append(layers, layer{m.t[i+1], 1 / size[i]})
		}
	}
	places := append([]float64(nil), m.t...)
	for _, l := range layers {
		reach := m.length() / float64(m.pieces())
		for _, side := range []float64{-1, 1} {
			for step := l.width; step < reach; step *= 2 {
				places = append(places, l.at+side*step)
			}
		}
	}
	return places
}

// dominant returns the eigenvalue of largest modulus of the Jacobian of the
// differential components at point p, in the scaling of the linear algebra,
// and its modulus; NaN for a pair of opposite sign or complex.
func dominant(st *structure, b *batch, size []float64, p int, u, v []float64) (lambda, modulus float64) {
	for i := range v {
		v[i] = 1 + 0.1*float64(i%3)
	}
	for range 6 {
		norm, dot, vv := 0.0, 0.0, 0.0
		for r := range st.nd {
			t := 0.0
			for c := range st.nd {
				t += b.jy[p*b.jps+(r*st.n+c)*b.jes] * v[c] * size[c]
			}
			u[r] = t / size[r]
			norm += u[r] * u[r]
			dot += u[r] * v[r]
			vv += v[r] * v[r]
		}
		modulus, lambda = math.Sqrt(norm/vv), dot/vv
		if !(modulus > 0) || modulus > math.MaxFloat64 {
			return 0, 0
		}
		f := 1 / math.Sqrt(norm)
		for i := range v {
			v[i] = u[i] * f
		}
	}
	if math.Abs(lambda) < 0.7*modulus {
		lambda = math.NaN()
	}
	return lambda, modulus
}
