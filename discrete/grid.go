package discrete

import (
	"math"
	"slices"
	"sort"
)

// grid chooses the layers' boundaries.
func (p *plan) grid() error {
	pr := p.pr
	switch {
	case pr.Rule == LayerMap:
		if pr.Layers < 1 {
			return bad("Layers", "%d; at least 1 is needed", pr.Layers)
		}
		p.t = make([]float64, pr.Layers+1)
		for i := range p.t {
			p.t[i] = float64(i)
		}
	case pr.Mesh != nil:
		p.t = slices.Clone(pr.Mesh)
	default:
		if pr.Layers < 1 {
			return bad("Layers", "%d; at least 1 is needed", pr.Layers)
		}
		if !(pr.End > pr.Start) || math.IsInf(pr.End-pr.Start, 0) {
			return bad("End", "the interval [%g, %g] is empty or infinite", pr.Start, pr.End)
		}
		p.t = uniform(pr.Start, pr.End, pr.Layers)
		if pr.OffGrid == Insert {
			if b := p.offGrid(); b != nil {
				p.t = insertTimes(pr.Start, pr.End, pr.Layers, b)
			}
		}
	}
	p.N = len(p.t) - 1
	if p.N < 1 {
		return bad("Mesh", "%d points; at least 2 are needed", len(p.t))
	}
	p.s = make([]float64, p.N)
	p.uniform = true
	for n := range p.s {
		p.s[n] = p.t[n+1] - p.t[n]
		if !(p.s[n] > 0) || math.IsInf(p.s[n], 1) {
			return bad("Mesh", "not ascending at point %d, t = %g", n+1, p.t[n+1])
		}
		if math.Abs(p.s[n]-p.s[0]) > 1e-9*p.s[0] {
			p.uniform = false
		}
	}
	if pr.Rule != LayerMap && p.uniform && pr.Mesh == nil {
		// Equal steps, so that equal layers weigh exactly alike.
		s := (pr.End - pr.Start) / float64(p.N)
		for n := range p.s {
			p.s[n] = s
		}
	}
	return nil
}

func uniform(a, b float64, n int) []float64 {
	t := make([]float64, n+1)
	for i := range t {
		t[i] = a + (b-a)*float64(i)/float64(n)
	}
	t[n] = b
	return t
}

// offGrid returns the observation times that are no point of the grid, and
// with them all others; nil if all are on it.
func (p *plan) offGrid() []float64 {
	off := false
	var all []float64
	for _, o := range p.pr.Observations {
		if !(o.Time >= p.t[0] && o.Time <= p.t[len(p.t)-1]) {
			continue
		}
		if _, j := p.locate(o.Time); j < 0 {
			off = true
		}
		all = append(all, o.Time)
	}
	if !off {
		return nil
	}
	sort.Float64s(all)
	return slices.Compact(all)
}

// insertTimes divides [a, b] at the given times, and the pieces evenly into
// about n layers in all.
func insertTimes(a, b float64, n int, times []float64) []float64 {
	marks := []float64{a}
	tol := 1e-9 * (b - a) / float64(n)
	for _, t := range times {
		if t-marks[len(marks)-1] > tol && b-t > tol {
			marks = append(marks, t)
		}
	}
	marks = append(marks, b)
	out := []float64{a}
	for i := 1; i < len(marks); i++ {
		l, r := marks[i-1], marks[i]
		m := max(1, int(math.Round(float64(n)*(r-l)/(b-a))))
		out = append(out, uniform(l, r, m)[1:]...)
	}
	return out
}

// locate returns the layer that holds t, and the local point that lies at t,
// or -1. Layer n's start belongs to layer n; End to the last layer.
func (p *plan) locate(t float64) (n, point int) {
	last := len(p.t) - 2
	n = sort.SearchFloat64s(p.t, t) // first boundary >= t
	tol := func(i int) float64 { return 1e-9 * (p.t[min(i, last)+1] - p.t[min(i, last)]) }
	if n <= last+1 && math.Abs(p.t[n]-t) <= tol(n) {
		if n == last+1 {
			return last, p.k + 1
		}
		return n, 0
	}
	n--
	if n >= 0 && math.Abs(p.t[n]-t) <= tol(n) {
		return n, 0
	}
	if n < 0 || n > last {
		return n, -1
	}
	s := p.t[n+1] - p.t[n]
	for j := 1; j <= p.k; j++ {
		if math.Abs(p.t[n]+p.tab.pos[j]*s-t) <= 1e-9*s {
			return n, j
		}
	}
	return n, -1
}
