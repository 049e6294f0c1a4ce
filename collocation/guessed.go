package collocation

import (
	"math"

	"costate/ode"
)

const (
	// blurred is how far a guess may be from the parabola through three of its
	// values in an interval that resolves it, relative to its size there.
	blurred = 0.02
	// deepest is how many times an interval is halved to resolve a guess.
	deepest = 20
	// guessed is the largest mesh that a guess may ask for.
	guessed = 300
)

// resolving returns a mesh that resolves the guess, with the nodes of m, or nil if m
// does: what a good guess knows of a pole or a layer that is narrower than an
// interval is lost on m. A guess with a jump asks for more than it is worth, but not
// for much.
func (r *run) resolving(m *mesh, guess *ode.Solution) *mesh {
	value := r.p.Guess
	if guess != nil {
		value = func(dst []float64, t float64) { guess.At(dst, t) }
	}
	if value == nil {
		return nil
	}
	n := r.st.nd
	mean, v := make([]float64, n), make([]float64, r.st.n)
	for i := range m.intervals() {
		value(v, (m.t[i]+m.t[i+1])/2)
		for c := range mean {
			mean[c] += math.Abs(v[c]) * (m.t[i+1] - m.t[i]) / m.length()
		}
	}
	at := func(t float64) []float64 {
		value(v, t)
		return append([]float64(nil), v[:n]...)
	}
	var places []float64
	var halve func(a, b float64, left, middle, right []float64, depth int)
	halve = func(a, b float64, left, middle, right []float64, depth int) {
		u := (a + b) / 2
		first, third := at((a+u)/2), at((u+b)/2)
		resolved := true
		for c := range mean {
			l, x, r := left[c], middle[c], right[c]
			size := max(math.Abs(l), math.Abs(x), math.Abs(r), share*mean[c])
			if math.Abs(first[c]-(3*l+6*x-r)/8) > blurred*size || math.Abs(third[c]-(3*r+6*x-l)/8) > blurred*size {
				resolved = false
			}
		}
		if resolved || depth == 0 || len(places) >= guessed {
			return
		}
		halve(a, u, left, first, middle, depth-1)
		places = append(places, u)
		halve(u, b, middle, third, right, depth-1)
	}
	for i := range m.intervals() {
		if a, b := m.t[i], m.t[i+1]; a < b {
			halve(a, b, at(a), at((a+b)/2), at(b), deepest)
		}
	}
	if len(places) == 0 || len(places)+m.intervals() > r.maxMesh() {
		return nil
	}
	return through(r.p, append(places, m.t...))
}
