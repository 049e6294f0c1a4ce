package collocation

import (
	"math"
	"slices"

	"costate/ode"
)

// mesh is a division of [Start, End]. A jump is an interval of length zero
// between two nodes at the same place.
type mesh struct {
	t    []float64 // nodes, ascending
	jump []int     // interval -> index of the jump it is, or -1
	at   []int     // node of each point of the conditions

	fixed []float64 // places that every mesh of the problem has
}

func (m *mesh) intervals() int { return len(m.t) - 1 }

// pieces counts the intervals that are no jumps.
func (m *mesh) pieces() int {
	k := 0
	for _, j := range m.jump {
		if j < 0 {
			k++
		}
	}
	return k
}

func (m *mesh) length() float64 { return m.t[len(m.t)-1] - m.t[0] }

// finest is the least length of an interval that mesh selection makes, over the
// distance from zero: on a shorter one the places of the stages would be rounded
// to its ends.
const finest = 0x1p-45

// resolves reports whether numbers are dense enough for an interval from a to b.
func resolves(a, b float64) bool { return b-a >= finest*max(math.Abs(a), math.Abs(b)) }

// points returns the places that conditions look at.
func points(p *ode.BVP) []float64 {
	if p.Boundary.Points != nil {
		return p.Boundary.Points
	}
	return []float64{p.Start, p.End}
}

// fixed returns Start, the jumps, the breaks, the interior points of conditions
// and End: the places that every mesh contains.
func fixed(p *ode.BVP) []float64 {
	at := points(p)
	f := make([]float64, 0, 2+len(p.Jumps)+len(at)+len(p.Breaks))
	f = append(f, p.Start, p.End)
	for _, j := range p.Jumps {
		f = append(f, j.T)
	}
	f = append(f, at...)
	for _, t := range p.Breaks {
		if t > p.Start && t < p.End {
			f = append(f, t)
		}
	}
	return compactSorted(f)
}

func compactSorted(t []float64) []float64 {
	slices.Sort(t)
	return slices.Compact(t)
}

// newMesh makes a mesh of ascending places, which must contain all fixed ones.
func newMesh(p *ode.BVP, t []float64) *mesh {
	at, jumps := points(p), len(p.Jumps)
	m := &mesh{fixed: fixed(p), at: make([]int, 0, len(at)),
		t: make([]float64, 0, len(t)+jumps), jump: make([]int, 0, len(t)+jumps)}
	next := 0
	for i, v := range t {
		m.t = append(m.t, v)
		if i > 0 {
			m.jump = append(m.jump, -1)
		}
		for next < len(p.Jumps) && p.Jumps[next].T <= v {
			m.t = append(m.t, v)
			m.jump = append(m.jump, next)
			next++
		}
	}
	for _, v := range at {
		m.at = append(m.at, sortSearch(m.t, v))
	}
	return m
}

// sortSearch returns the first node at or beyond v: before the jump there.
func sortSearch(t []float64, v float64) int {
	i, _ := slices.BinarySearch(t, v)
	return min(i, len(t)-1)
}

// uniform returns n intervals, or more, that are as equal as the fixed places
// allow.
func uniform(p *ode.BVP, n int) *mesh {
	f := fixed(p)
	length := p.End - p.Start
	t := f[:1:1]
	for k := range len(f) - 1 {
		part := max(1, int(math.Round(float64(n)*(f[k+1]-f[k])/length)))
		for j := 1; j < part; j++ {
			t = append(t, f[k]+(f[k+1]-f[k])*float64(j)/float64(part))
		}
		t = append(t, f[k+1])
	}
	return newMesh(p, t)
}

// through returns the mesh with the given places and the fixed ones.
func through(p *ode.BVP, places []float64) *mesh {
	f := fixed(p)
	places = slices.Clone(places)
	slices.Sort(places)
	t, k := f[:1:1], 1
	for _, v := range places {
		for k < len(f)-1 && f[k] <= v {
			t = append(t, f[k])
			k++
		}
		if v < p.End && v > t[len(t)-1] && resolves(t[len(t)-1], v) && resolves(v, f[k]) {
			t = append(t, v)
		}
	}
	return newMesh(p, append(t, f[k:]...))
}

// halved divides every interval into parts equal ones.
func (m *mesh) halved(p *ode.BVP, parts int) *mesh {
	t := []float64{m.t[0]}
	for i := range m.intervals() {
		if m.jump[i] >= 0 {
			continue
		}
		a, b := m.t[i], m.t[i+1]
		for j := 1; j < parts && resolves(a, a+(b-a)/float64(parts)); j++ {
			t = append(t, a+(b-a)*float64(j)/float64(parts))
		}
		t = append(t, b)
	}
	return newMesh(p, t)
}

// equidistribute returns a mesh on which the density (points per unit length,
// one per interval of m, ignored at jumps) has equal integrals over the
// intervals between fixed places, with about its integral of intervals.
func (m *mesh) equidistribute(p *ode.BVP, density []float64) *mesh {
	f := m.fixed
	t := make([]float64, 1, len(m.t))
	t[0] = m.t[0]
	i := 0
	for k := range len(f) - 1 {
		// Intervals first..i-1 of m make up the part from f[k] to f[k+1].
		for m.jump[i] >= 0 {
			i++
		}
		first := i
		total := 0.0
		for i < m.intervals() && m.t[i+1] <= f[k+1] {
			if m.jump[i] < 0 {
				total += density[i] * (m.t[i+1] - m.t[i])
			}
			i++
			if i < m.intervals() && m.jump[i] >= 0 {
				break
			}
		}
		part := max(1, int(math.Ceil(total-1e-9)))
		sum, j := 0.0, 1
		for q := first; q < i; q++ {
			h := m.t[q+1] - m.t[q]
			mass := density[q] * h
			for j < part {
				want := total * float64(j) / float64(part)
				if want > sum+mass {
					break
				}
				v := m.t[q] + h*(want-sum)/mass
				if v > t[len(t)-1] && v < f[k+1] && resolves(t[len(t)-1], v) && resolves(v, f[k+1]) {
					t = append(t, v)
				}
				j++
			}
			sum += mass
		}
		t = append(t, f[k+1])
	}
	return newMesh(p, t)
}
