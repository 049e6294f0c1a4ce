package collocation

import "math"

// grade bounds the growth of h away from a fine place: at most this much
// per length.
const grade = 2.5

// graded grades the neighbourhood of fine places: given the length h that a new
// mesh is to have in every interval of m (ignored at jumps), it returns the
// density of that mesh and its integral. The lengths allowed grow linearly with the
// distance from where they are shorter. An interval of m with a place next to it so
// fine that it would be divided into more parts than one step should is not divided
// evenly but by this rule: then what is returned is of a mesh with more intervals
// than m, which has all of its nodes. It may overwrite h.
func graded(m *mesh, h []float64) (finer *mesh, density []float64, total float64) {
	n := m.intervals()
	limits := make([]float64, 2*n)
	left, right := limits[:n], limits[n:] // at the ends of each interval
	limit := math.Inf(1)
	for i := range n {
		if left[i] = limit; m.jump[i] < 0 {
			limit = min(h[i], limit) + grade*(m.t[i+1]-m.t[i])
		}
	}
	uneven := false
	limit = math.Inf(1)
	for i := n - 1; i >= 0; i-- {
		if right[i] = limit; m.jump[i] < 0 {
			length := m.t[i+1] - m.t[i]
			uneven = uneven || length > grow*min(h[i], left[i], right[i])
			limit = min(h[i], limit) + grade*length
		}
	}
	if !uneven {
		density = h
		for i := range n {
			if m.jump[i] < 0 {
				density[i] = 1 / min(h[i], left[i], right[i])
				total += density[i] * (m.t[i+1] - m.t[i])
			}
		}
		return m, density, total
	}
	finer = &mesh{fixed: m.fixed, t: m.t[:1:1]}
	add := func(end, h float64, jump int) {
		last := finer.t[len(finer.t)-1]
		finer.t, finer.jump = append(finer.t, end), append(finer.jump, jump)
		density = append(density, 1/h)
		if jump < 0 {
			total += 1 / h * (end - last)
		}
	}
	for i := range n {
		a, b := m.t[i], m.t[i+1]
		even := min(h[i], left[i], right[i])
		if m.jump[i] >= 0 || b-a <= grow*even {
			add(b, even, m.jump[i])
			continue
		}
		// Pieces as long as the limit where they begin, from both ends inwards.
		var back []float64 // ends and lengths of those from the right
		x, y, u, v := a, b, left[i], right[i]
		for min(u, v) < min(h[i], y-x) && resolves(x, x+min(u, v)) {
			if u <= v {
				x += u
				add(x, u, -1)
				u = left[i] + grade*(x-a)
			} else {
				back = append(back, y, v)
				y -= v
				v = right[i] + grade*(b-y)
			}
		}
		add(y, min(h[i], u, v), -1)
		for k := len(back) - 2; k >= 0; k -= 2 {
			add(back[k], back[k+1], -1)
		}
	}
	return finer, density, total
}
