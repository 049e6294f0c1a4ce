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
)

// adapt returns the density, in intervals per unit length, of the mesh that
// the estimate asks for, and its integral; it is constant on the intervals of m,
// which is the present mesh or, where that has to be graded, a finer one.
//
// Between nodes the error of a piece goes like h^(s+1), at the nodes like
// h^(2s): each asks for its own density, the larger counts. What a piece adds
// at the nodes is amplified by the conditioning of the problem, which the
// ratio of the two estimates shows.
func (r *run) adapt() (m *mesh, density []float64, total float64) {
	m = r.main.mesh
	z, s, n := &r.sum, r.main.tb.s, m.intervals()
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
	h := density
	for i, f := range density {
		h[i] = 1 / (min(max(f*more, least), grow) / (m.t[i+1] - m.t[i]))
	}
	return graded(m, h)
}
