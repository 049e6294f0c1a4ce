package shooting

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"costate/ode"
)

// check panics if p is not a well-formed problem.
func check(p *ode.BVP) {
	b := &p.Boundary
	bad := ""
	switch {
	case p.Dim < 1 || p.Params < 0 || p.Algebraic < 0 || p.Algebraic > p.Dim:
		bad = fmt.Sprintf("Dim %d, Params %d, Algebraic %d", p.Dim, p.Params, p.Algebraic)
	case p.Func == nil && p.Batch == nil:
		bad = "no right-hand side"
	case !(p.Start < p.End):
		bad = fmt.Sprintf("interval [%v, %v] is empty", p.Start, p.End)
	case b.Func == nil:
		bad = "no conditions"
	case b.Count != p.Dim-p.Algebraic+p.Params:
		bad = fmt.Sprintf("%d conditions, want Dim - Algebraic + Params = %d", b.Count, p.Dim-p.Algebraic+p.Params)
	case b.At != nil && len(b.At) != b.Count:
		bad = fmt.Sprintf("len(Boundary.At) is %d, want %d", len(b.At), b.Count)
	}
	last := p.Start
	for _, j := range p.Jumps {
		if !(j.T > last) || !(j.T < p.End) {
			bad = fmt.Sprintf("jump at %v: want ascending places inside (%v, %v)", j.T, p.Start, p.End)
		}
		last = j.T
	}
	pts := points(p)
	if !sort.Float64sAreSorted(p.Breaks) {
		bad = fmt.Sprintf("breaks %v: want ascending places", p.Breaks)
	}
	for i, t := range pts {
		if !(t >= p.Start && t <= p.End) || i > 0 && !(t > pts[i-1]) {
			bad = fmt.Sprintf("condition point %v: want ascending places in [%v, %v]", t, p.Start, p.End)
		}
	}
	for _, k := range b.At {
		if k >= len(pts) {
			bad = fmt.Sprintf("Boundary.At names point %d of %d", k, len(pts))
		}
	}
	if bad != "" {
		panic("shooting: " + bad)
	}
}

func points(p *ode.BVP) []float64 {
	if p.Boundary.Points != nil {
		return p.Boundary.Points
	}
	return []float64{p.Start, p.End}
}

// guess is a first idea of the solution; left asks for the value before a
// jump.
type guess func(dst []float64, t float64, left bool)

func (r *run) firstGuess() guess {
	p := r.p
	clear(r.params)
	if p.GuessParams != nil {
		copy(r.params, p.GuessParams)
	}
	if g := r.s.Guess; g != nil {
		if len(g.P) == len(r.params) {
			copy(r.params, g.P)
		}
		return solutionGuess(g)
	}
	if p.Guess == nil {
		return func(dst []float64, _ float64, _ bool) { clear(dst) }
	}
	return func(dst []float64, t float64, _ bool) { p.Guess(dst, t) }
}

func solutionGuess(s *ode.Solution) guess {
	return func(dst []float64, t float64, left bool) {
		if left {
			s.Left(dst, t)
		} else {
			s.At(dst, t)
		}
	}
}

// places returns Start, End, and what lies at a jump or a point of the
// conditions between them.
func (r *run) places() []float64 {
	t := append([]float64{r.p.Start, r.p.End}, points(r.p)...)
	for _, j := range r.p.Jumps {
		t = append(t, j.T)
	}
	sort.Float64s(t)
	n := 1
	for _, x := range t[1:] {
		if x != t[n-1] {
			t[n] = x
			n++
		}
	}
	return t[:n]
}

// plan chooses the nodes: every place, and between two places as many that the
// variational matrix along the guess grows by the factor r.limit per segment.
// No segment is longer than r.longest. If it fails the nodes stay as they are.
func (r *run) plan(ctx context.Context, g guess) error {
	places := r.places()
	m := &nodes{t: []float64{places[0]}}
	jump := 0
	for i, end := range places[1:] {
		var err error
		if r.equal > 0 {
			from := places[i]
			for k := 1; k < r.equal; k++ {
				m.add(from+(end-from)*float64(k)/float64(r.equal), flow)
			}
		} else {
			err = r.grow(ctx, m, g, end)
		}
		if err != nil {
			return err
		}
		m.add(end, flow)
		if jump < len(r.p.Jumps) && r.p.Jumps[jump].T == end {
			m.add(end, jump)
			jump++
		}
	}
	if len(m.kind) > r.s.maxSegments() {
		return r.tooMany(r.p.End)
	}
	r.t, r.kind = m.t, m.kind
	r.layout()
	r.trace(Progress{Stage: "segments", Segments: r.pieces()})
	return nil
}

// flow is the kind of a segment; other kinds are the index of a jump.
const flow = -1

// nodes are the nodes t and the kinds of the segments between them.
type nodes struct {
	t    []float64
	kind []int
}

func (m *nodes) add(t float64, kind int) {
	m.t = append(m.t, t)
	m.kind = append(m.kind, kind)
}

// grow adds nodes from the last one to end, end excluded. A segment ends where
// an error made anywhere in it has grown by the factor r.limit: the growth of
// the variational matrix from the segment's start is not enough, as what has
// decayed may grow again and then comes from later errors.
func (r *run) grow(ctx context.Context, m *nodes, g guess, end float64) error {
	n, growth := r.p.Dim, r.limit
	cols := n + r.p.Params
	y := make([]float64, n)
	w := &fundamental{n: n}
	for {
		from := m.t[len(m.t)-1]
		g(y, from, false)
		// Between here and the end fit a whole number of segments.
		to := end
		if parts := math.Ceil((end - from) / r.longest * (1 - 1e-12)); parts > 1 {
			to = from + (end-from)/parts
		}
		t, err := from, error(nil)
		for w.reset(); t < to && w.growth() <= growth; {
			// A chunk is short enough for its matrix to be inverted.
			var v *ode.Variation
			p := &ode.IVP{System: r.sys, Start: t, End: to, Initial: y, Params: r.params, Breaks: r.breaks(t, to)}
			v, err = r.probe.VariationUntil(ctx, p, func(_ float64, _, v []float64) bool {
				return r.balanced(v, cols) > growth || w.decayed(r, v, cols, min(growth, 1e6))
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.count(v.Solution)
			last := len(v.T) - 1
			if v.T[last] == t {
				break
			}
			t = v.T[last]
			copy(y, v.Node(last))
			w.advance(r, v.Matrix[len(v.Matrix)-n*cols:], cols)
			if err != nil {
				break
			}
		}
		switch {
		case errors.Is(err, ode.ErrStiff):
			r.stiff = true
			return err
		case errors.Is(err, ode.ErrStepLimit):
			return r.explain(err)
		case err != nil && t == from:
			// The guess is no place to start from.
			t = min(to, from+(r.p.End-r.p.Start)/32)
		case err == nil && t == end && w.growth() <= growth:
			return nil
		}
		// A node just before the end would make a sliver.
		if end-t < 0.1*(t-from) {
			t = from + (end-from)/2
		}
		if !(t > from) || t >= end {
			return nil
		}
		if len(m.t) > r.s.maxSegments() {
			return r.tooMany(t)
		}
		m.add(t, flow)
	}
}

func (r *run) tooMany(t float64) error {
	return r.error(&Error{Status: ode.MeshLimit, Op: "choosing segments", T: t, Component: -1, Err: ode.ErrMeshLimit,
		Try: "the solutions of the linearised problem grow or decay too fast for shooting: use collocation, or raise MaxSegments"})
}
