package collocation

import "math"

// stiff is h lambda from which on an interval does not resolve the mode of
// lambda at all.
const stiff = 20

// resolved is h omega up to which an interval resolves an oscillation well enough
// to show its error.
const resolved = 3

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
	var places []float64
	for i := range n {
		if m.jump[i] >= 0 {
			continue
		}
		d.stages(w, r.x, i, i+1)
		r.fld.jacobians(&w.batch)
		var waves bool
		lambda[i], size[i], waves = dominant(st, &w.batch, d.size, d.tb.s/2, u, v)
		h := m.t[i+1] - m.t[i]
		switch {
		case waves:
			// Where no wave can run on the mesh the solution may be zero, with
			// a small error: all of it has to be resolved.
			if parts := math.Ceil(size[i] * h / resolved); parts > 1 && parts < float64(r.maxMesh()-len(places)) {
				found = true
				for j := 1.0; j < parts; j++ {
					places = append(places, m.t[i]+h*j/parts)
				}
			}
			lambda[i], size[i] = 0, 0
		case size[i]*h > stiff:
			found = true
		default:
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
	places = append(places, m.t...)
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
// differential components at point p, and its modulus; NaN for a pair, which
// is complex (an oscillation) if waves is true, else of opposite real numbers.
//
// After some steps of the power method v lies in the plane of the dominant
// pair, where J^2 v = a J v + b v: the pair are the roots of z^2 = a z + b,
// whatever the units.
func dominant(st *structure, b *batch, size []float64, p int, u, v []float64) (lambda, modulus float64, waves bool) {
	for i := range v {
		v[i] = 1 + 0.1*float64(i%3)
	}
	multiply := func(u, v []float64) float64 {
		for r := range st.nd {
			t := 0.0
			for c := range st.nd {
				t += b.jy[p*b.jps+(r*st.n+c)*b.jes] * v[c] * size[c]
			}
			u[r] = t / size[r]
		}
		return math.Sqrt(dot(u, u))
	}
	for range 6 {
		norm := multiply(u, v)
		if !(norm > 0) || norm > math.MaxFloat64 {
			return 0, 0, false
		}
		for i := range v {
			v[i] = u[i] / norm
		}
	}
	uu := multiply(u, v)
	if !(uu > 0) || uu > math.MaxFloat64 {
		return 0, 0, false
	}
	uv := dot(u, v) // |v| = 1
	if det := uu*uu - uv*uv; det <= 1e-6*uu*uu {
		return uv, math.Abs(uv), false
	}
	w := make([]float64, st.nd)
	multiply(w, u)
	det := uu*uu - uv*uv
	wu, wv := dot(w, u), dot(w, v)
	x, y := (wu-uv*wv)/det, (uu*uu*wv-uv*wu)/det
	disc := x*x/4 + y
	if disc < 0 {
		return math.NaN(), math.Sqrt(-y), true
	}
	lambda = x/2 + math.Copysign(math.Sqrt(disc), x)
	if modulus = math.Abs(lambda); math.Abs(x) < 0.3*modulus {
		return math.NaN(), modulus, false
	}
	return lambda, modulus, false
}
