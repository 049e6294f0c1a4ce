package collocation

import "math"

const (
	// aim is the local error over tolerance that a new mesh is made for: the
	// sum of neighbours and the uncertainty of the prediction need the rest.
	aim = 0.25
	// grow bounds how far one step divides an interval, shrink how far it
	// widens one: predictions from a mesh that resolves nothing are no better.
	grow, shrink = 12, 0.2
	// grade bounds the growth of h away from a fine place: at most this much
	// per length.
	grade = 2.5
)

// adapt returns the density, in intervals per unit length, of the mesh that
// the estimate asks for, and its integral.
//
// Between nodes the error of a piece goes like h^(s+1), at the nodes like
// h^(2s): each asks for its own density, the larger counts. What a piece adds
// at the nodes is amplified by the conditioning of the problem, which the
// ratio of the two estimates shows.
func (r *run) adapt() (density []float64, total float64) {
	m, z, s := r.main.mesh, &r.sum, r.main.tb.s
	n := m.intervals()
	density = make([]float64, n)
	sources := 0.0
	for _, v := range z.source {
		sources += v
	}
	amplify := 1.0
	if sources > 0 {
		amplify = z.node / sources
	}
	pieces := float64(m.pieces())
	for i := range n {
		if m.jump[i] >= 0 {
			continue
		}
		h := m.t[i+1] - m.t[i]
		f := math.Pow(z.local[i]/aim, 1/float64(s+1))
		g := math.Pow(amplify*pieces*z.source[i]/aim, 1/float64(2*s+1))
		f = max(f, g)
		if !(f < grow) {
			f = grow
		}
		density[i] = max(f, shrink) / h
	}
	// The neighbourhood of a fine place is graded.
	h := make([]float64, n)
	for i := range n {
		if m.jump[i] < 0 {
			h[i] = 1 / density[i]
		}
	}
	limit := math.Inf(1)
	for i := range n {
		if m.jump[i] < 0 {
			h[i] = min(h[i], limit)
			limit = h[i] + grade*(m.t[i+1]-m.t[i])
		}
	}
	limit = math.Inf(1)
	for i := n - 1; i >= 0; i-- {
		if m.jump[i] < 0 {
			h[i] = min(h[i], limit)
			limit = h[i] + grade*(m.t[i+1]-m.t[i])
		}
	}
	for i := range n {
		if m.jump[i] < 0 {
			density[i] = 1 / h[i]
			total += density[i] * (m.t[i+1] - m.t[i])
		}
	}
	return density, total
}
