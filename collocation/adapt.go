package collocation

import "math"

const (
	// aim is the local error over tolerance that a new mesh is made for: the
	// sum of neighbours and the uncertainty of the prediction need the rest.
	aim = 0.25
	// grow bounds how far one step divides an interval, shrink how far it
	// widens one: predictions from a mesh that resolves nothing are no better.
	grow, shrink = 12, 0.2
	// spread bounds the growth of the number of intervals while the error is
	// large.
	spread = 2
	// coarse is the relative error above which a solution of higher order is
	// no better.
	coarse = 0.05
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
	sum := 0.0
	for i := range n {
		if m.jump[i] >= 0 {
			continue
		}
		f := math.Pow(z.local[i]/aim, 1/float64(s+1))
		f = max(f, math.Pow(amplify*pieces*z.source[i]/aim, 1/float64(2*s+1)))
		if !(f < 1e6) {
			f = 1e6
		}
		density[i] = f
		sum += f
	}
	// Where stiff modes are not resolved the error depends abruptly on h, and
	// a mesh that coarsens where it refined before goes in circles: the more
	// meshes, the less is taken away, and the more is added.
	least, more := shrink, 1.0
	if k := r.stats.Meshes - r.bestAt; k > 0 || z.ratio*r.rtol < 1e-3 {
		least, more = 0.6, 1.1
		if k > 1 {
			least, more = 1, 1+0.1*float64(k)
		}
	}
	// Far from the solution all places look bad, because errors spread, and
	// which look worse is chance as well (waves that the mesh does not resolve):
	// nothing is taken away, and what is added is shared out.
	if limit := spread * pieces; sum*more > limit && z.ratio*r.rtol > 1e-4 {
		least = 1
		above := 0.0
		for i, f := range density {
			if m.jump[i] < 0 {
				above += min(max(f-1, 0), grow-1)
			}
		}
		more = 1
		for i, f := range density {
			density[i] = 1 + min(max(f-1, 0), grow-1)*min(1, (limit-pieces)/above)
		}
	}
	for i := range n {
		if m.jump[i] < 0 {
			density[i] = min(max(density[i]*more, least), grow) / (m.t[i+1] - m.t[i])
		}
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
