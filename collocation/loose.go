package collocation

import (
	"cmp"
	"math"
	"slices"
)

// Where an equation is singular it demands something by itself: y' = 2 y/t that
// y(0) = 0. A condition that says the same says nothing, and c t^2 is a solution
// for every c. The matrix of a mesh does not show it: there is some first interval,
// which is a regular problem, and amplifies what the condition says about y(0). But
// the shorter it is, the more it does so, everywhere and without bound. Where the
// conditions determine the solution the effect of changing them is bounded at a
// distance from the end, or grows more near to it: what it tends to is no solution
// that has values there, like t^2 log t of an equation of fourth order.

const (
	// nearer is into how many parts intervals at singular places are divided.
	nearer = 4
	// bounded is how much the effect of the conditions, in the median along the
	// interval, may grow by that.
	bounded = 1.2
	// often is how many times in a row it has to.
	often = 4
)

// loose returns an *Error if the conditions at a singular place leave the
// solution free.
func (r *run) loose() error {
	places := r.singular()
	if len(places) == 0 {
		return nil
	}
	m, figures, total := r.main.mesh, r.condition(), r.known.total
	for k := range often {
		var more []float64
		for i := range m.intervals() {
			a, b := m.t[i], m.t[i+1]
			if slices.Contains(places, a) || slices.Contains(places, b) {
				for j := 1; j < nearer; j++ {
					more = append(more, a+(b-a)*float64(j)/nearer)
				}
			}
		}
		p := r.probe(through(r.p, append(more, m.t...)))
		copy(p.main.size, r.main.size) // the units of total
		copy(p.main.qsize, r.main.qsize)
		regular := p.linearise() == nil
		grows := false
		if regular {
			p.known.mesh = nil
			now, next := p.condition(), p.known.total
			all := growth(m, total, p.main.mesh, next)
			if grows = all > bounded && slices.Max(next) < bounded*all*slices.Max(total); grows {
				m, figures, total = p.main.mesh, now, next
			}
		}
		r.dismiss(p)
		switch {
		case grows:
		case k > 0 && (!regular || figures.Kappa*epsilon > 1):
			r.known.figures = figures // nothing but rounding ends the growth
			return r.indefinite(matrix, true)
		default:
			return nil // if it is irregular others have seen to that
		}
	}
	r.known.figures = figures
	return r.indefinite(matrix, true)
}

// growth returns the median, by length, of the ratio of next, at the nodes of finer,
// to total at those of m, which finer has.
func growth(m *mesh, total []float64, finer *mesh, next []float64) float64 {
	type part struct{ ratio, length float64 }
	var parts []part
	for i := range m.intervals() {
		if h := m.t[i+1] - m.t[i]; h > 0 {
			parts = append(parts, part{next[sortSearch(finer.t, m.t[i+1])] / total[i+1], h})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.ratio, b.ratio) })
	sum := 0.0
	for _, p := range parts {
		if sum += p.length; sum >= m.length()/2 {
			return p.ratio
		}
	}
	return 0
}

// singular returns those of the places that every mesh has where the right-hand side
// has no value. Only those count next to which the map of an interval is not near
// to that of a smooth equation.
func (r *run) singular() []float64 {
	d, st, m := r.main, r.st, r.main.mesh
	var places []float64
	var f, y []float64
	var eval func(dst []float64, t float64, y, p []float64)
	for _, t := range m.fixed {
		i := sortSearch(m.t, t)
		if !(r.bent(i-1) || r.bent(i) || r.bent(i+1)) { // i+1: beyond a jump
			continue
		}
		if eval == nil {
			f, y, eval = make([]float64, st.n), make([]float64, st.n), pointFunc(&r.p.System)
		}
		copy(y, d.y(r.x)[i*st.nd:(i+1)*st.nd])
		if st.na > 0 {
			d.extrapolate(y[st.nd:], r.x, i)
		}
		eval(f, t, y, d.q(r.x))
		r.stats.Func++
		for _, v := range f {
			if v-v != 0 {
				places = append(places, t)
				break
			}
		}
	}
	return places
}

// bent reports whether the map of interval i is far from that of equal values.
func (r *run) bent(i int) bool {
	d, n := r.main, r.st.nd
	if i < 0 || i >= d.mesh.intervals() || d.mesh.jump[i] >= 0 {
		return false
	}
	if d.pivoted(i) != nil {
		return true
	}
	for c := range n {
		if !(math.Abs(d.abd.A(i)[c*n+c]+1) < 0.3) {
			return true
		}
	}
	return false
}
