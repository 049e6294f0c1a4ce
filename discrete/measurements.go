package discrete

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// attachment is a measurement or a prior at a point of a layer.
type attachment struct {
	layer  int
	coef   []float64 // over the local points
	single int       // the local point with coefficient 1, or -1
	t      float64
	idx    []int
	op     *Operator
	y      []float64
	rm     []float64 // rows, or rows×rows if full
	full   bool
	kind   int // kindData, kindSignal, kindPrior
	obs    int // index into Observations or Signals
}

const (
	kindData = iota
	kindSignal
	kindPrior
)

func (a *attachment) jump(k int) bool {
	return a.kind != kindSignal && (a.single == 0 || a.single == k+1)
}

// rows expands one number or one per row; it returns full for a matrix.
func rows(rm []float64, n int) (out []float64, full, ok bool) {
	switch len(rm) {
	case 0:
		out = make([]float64, n)
		for i := range out {
			out[i] = 1
		}
	case 1:
		out = make([]float64, n)
		for i := range out {
			out[i] = rm[0]
		}
	case n:
		out = slices.Clone(rm)
	case n * n:
		if _, _, ok := spd(rm, n); !ok {
			return nil, false, false
		}
		return slices.Clone(rm), true, true
	default:
		return nil, false, false
	}
	for _, v := range out {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, false, false
		}
	}
	return out, false, true
}

func (p *plan) measurements() error {
	pr := p.pr
	add := func(field string, a attachment, n int) error {
		if a.op != nil {
			if a.op.Rows != n {
				return bad(field, "%d data for an operator of %d rows", n, a.op.Rows)
			}
		} else {
			if a.idx == nil {
				a.idx = make([]int, p.D)
				for i := range a.idx {
					a.idx[i] = i
				}
			}
			if len(a.idx) != n {
				return bad(field, "%d data for %d observed components", n, len(a.idx))
			}
			for _, i := range a.idx {
				if i < 0 || i >= p.D {
					return bad(field, "component %d does not exist", i)
				}
			}
		}
		a.single = -1
		nz := 0
		for j, c := range a.coef {
			if c != 0 {
				nz++
				if c == 1 {
					a.single = j
				}
			}
		}
		if nz > 1 {
			a.single = -1
		}
		for _, v := range a.y {
			if math.IsInf(v, 0) || (a.full && math.IsNaN(v)) {
				return bad(field, "a datum at t = %g is not finite", a.t)
			}
			if !math.IsNaN(v) && a.kind == kindData {
				p.dataN++
			}
		}
		p.attach = append(p.attach, a)
		return nil
	}
	unit := func(j int) []float64 {
		c := make([]float64, p.k+2)
		c[j] = 1
		return c
	}
	if q := pr.StatePrior; q != nil {
		rm, full, ok := rows(q.Precision, p.D)
		if !ok || len(q.Mean) != p.D {
			return bad("StatePrior", "want %d means and 1, %d or %d precisions (positive)", p.D, p.D, p.D*p.D)
		}
		a := attachment{coef: unit(0), t: p.t[0], y: slices.Clone(q.Mean), rm: rm, full: full, kind: kindPrior, obs: -1}
		if err := add("StatePrior", a, p.D); err != nil {
			return err
		}
	}
	if q := pr.ParamPrior; q != nil {
		if _, _, ok := rows(q.Precision, p.P); !ok || len(q.Mean) != p.P {
			return bad("ParamPrior", "want %d means and 1, %d or %d precisions (positive)", p.P, p.P, p.P*p.P)
		}
	}
	for i := range pr.Observations {
		o := &pr.Observations[i]
		field := fmt.Sprintf("Observations[%d]", i)
		n, j := p.locate(o.Time)
		if n < 0 || n >= p.N || math.IsNaN(o.Time) {
			return bad(field, "time %g lies outside [%g, %g]", o.Time, p.t[0], p.t[p.N])
		}
		a := attachment{layer: n, t: o.Time, idx: o.Index, op: o.Operator, y: o.Y, kind: kindData, obs: i}
		switch {
		case j >= 0:
			a.coef = unit(j)
		case pr.Rule == LayerMap:
			return bad(field, "time %g is no layer", o.Time)
		default:
			a.coef, _ = lagrange(p.tab.pos, (o.Time-p.t[n])/p.s[n])
		}
		var ok bool
		if a.rm, a.full, ok = rows(o.Rm, len(o.Y)); !ok {
			return bad(field, "Rm: want 1, %d or %d precisions, not negative, the matrix positive definite", len(o.Y), len(o.Y)*len(o.Y))
		}
		if err := add(field, a, len(o.Y)); err != nil {
			return err
		}
	}
	for i := range pr.Signals {
		g := &pr.Signals[i]
		field := fmt.Sprintf("Signals[%d]", i)
		m := len(g.Index)
		if g.Operator != nil {
			m = g.Operator.Rows
		} else if g.Index == nil {
			m = p.D
		}
		rm, full, ok := rows(g.Rm, m)
		if !ok {
			return bad(field, "Rm: want 1, %d or %d precisions, not negative, the matrix positive definite", m, m*m)
		}
		for n := range p.N {
			for e := range p.tab.c {
				a := attachment{layer: n, t: p.at(n, e), idx: g.Index, op: g.Operator, full: full, kind: kindSignal, obs: i}
				a.coef = p.tab.C[e]
				a.y = make([]float64, m)
				g.Y(a.y, a.t)
				a.rm = slices.Clone(rm)
				for j := range a.rm {
					a.rm[j] *= p.tab.quad[e] * p.s[n]
				}
				if err := add(field, a, m); err != nil {
					return err
				}
			}
		}
	}
	sort.SliceStable(p.attach, func(i, j int) bool { return p.attach[i].layer < p.attach[j].layer })
	p.first = make([]int, p.N+1)
	for i := len(p.attach) - 1; i >= 0; i-- {
		p.first[p.attach[i].layer] = i
	}
	// Layers without measurements begin where the next one's begin.
	p.first[p.N] = len(p.attach)
	seen := make([]bool, p.N)
	for i := range p.attach {
		seen[p.attach[i].layer] = true
	}
	for n := p.N - 1; n >= 0; n-- {
		if !seen[n] {
			p.first[n] = p.first[n+1]
		}
	}
	return nil
}

func (p *plan) maxRm() float64 {
	rm := 0.0
	for i := range p.attach {
		for j, v := range p.attach[i].rm {
			if !p.attach[i].full || j%(len(p.attach[i].y)+1) == 0 {
				rm = max(rm, v)
			}
		}
	}
	if rm == 0 {
		return 1
	}
	return rm
}
