package discrete

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// A plan is a checked problem: its grid, its rule as data, its measurements
// attached to the layers' points. It is not changed once made; workspaces of
// many goroutines share it.
//
// The unknowns lie in one vector: x_0, inner states of layer 0, x_1, ..., x_N
// (each Dim), then theta. A layer's local vector (its start, its inner
// states, its end) is a contiguous piece.
type plan struct {
	pr   *Problem
	tab  *tableau
	D, P int
	N    int // layers
	k    int // inner states of a layer
	R    int // residuals of a layer, each Dim
	nx   int // states in all: (N(k+1)+1) D
	nv   int // unknowns: nx + P

	t    []float64 // layer boundaries, N+1
	jump []float64 // N+1: the jump that lies at a boundary, NaN: none; nil: nowhere
	s    []float64 // steps, N

	rf      []float64 // diagonal of Rf, D; nil with a matrix
	rfFull  []float64 // U with Rf = U'U, upper triangle, D×D
	rfInv   []float64 // inverse of the matrix Rf
	rfMat   []float64
	vary    []float64 // N×D factors, nil: 1
	within  int       // jumps inside layers
	steady  []bool    // components whose Rf is not scaled; nil: none
	hasInf  bool
	allInf  bool
	attach  []attachment // ordered by layer
	first   []int        // first attachment of a layer, N+1
	dataN   int          // data that are not missing
	lo, hi  []float64    // bounds of all unknowns; nil: none
	fixed   []bool       // unknowns that never move; nil: none
	fixVal  []float64
	uniform bool
}

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

// ProblemError says what is wrong with a problem.
type ProblemError struct {
	Field string
	Msg   string
}

func (e *ProblemError) Error() string { return "discrete: " + e.Field + ": " + e.Msg }

func bad(field, format string, args ...any) error {
	return &ProblemError{field, fmt.Sprintf(format, args...)}
}

func newPlan(pr *Problem) (*plan, error) {
	if pr.Dim < 1 {
		return nil, bad("Dim", "%d components; at least 1 is needed", pr.Dim)
	}
	if pr.Func == nil && pr.Batch == nil {
		return nil, bad("Func", "missing")
	}
	if pr.Func == nil && (pr.BatchJac == nil || pr.BatchHess == nil) {
		return nil, bad("Func", "missing; Batch alone needs BatchJac and BatchHess")
	}
	tab, err := newTableau(pr.Rule, pr.Stages, pr.Kappa)
	if err != nil {
		return nil, err
	}
	p := &plan{pr: pr, tab: tab, D: pr.Dim, P: pr.Params, k: tab.k, R: len(tab.A)}
	if err := p.grid(); err != nil {
		return nil, err
	}
	p.nx = (p.N*(p.k+1) + 1) * p.D
	p.nv = p.nx + p.P
	if err := p.precision(); err != nil {
		return nil, err
	}
	if err := p.measurements(); err != nil {
		return nil, err
	}
	return p, p.bounds()
}

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
	p.jumps()
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

// offGrid returns the observation times that are no point of the grid and the
// jumps that are no boundary, and with them all others; nil if all are on it.
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
	if len(p.pr.Jumps) <= p.pr.Layers {
		for _, t := range p.pr.Jumps {
			if !(t > p.t[0] && t < p.t[len(p.t)-1]) {
				continue
			}
			if _, j := p.locate(t); j != 0 {
				off = true
			}
			all = append(all, t)
		}
	}
	if !off {
		return nil
	}
	sort.Float64s(all)
	return slices.Compact(all)
}

// jumps finds the boundaries where the model jumps. Neighbouring layers then
// share no evaluation: each has its own side.
func (p *plan) jumps() {
	for _, t := range p.pr.Jumps {
		n := sort.SearchFloat64s(p.t, t)
		if n > 0 && (n == len(p.t) || t-p.t[n-1] < p.t[n]-t) {
			n--
		}
		if near := min(n+1, len(p.t)-1); math.Abs(p.t[n]-t) > 1e-9*(p.t[near]-p.t[near-1]) {
			p.within++
			continue
		}
		if p.jump == nil {
			p.jump = make([]float64, len(p.t))
			for i := range p.jump {
				p.jump[i] = math.NaN()
			}
			for e := range p.tab.where {
				p.tab.where[e] = inside
			}
		}
		p.jump[n] = t
	}
}

// at returns the place of evaluation e of layer n: at a jump just beside it.
func (p *plan) at(n, e int) float64 {
	c := p.tab.c[e]
	if p.jump != nil {
		if t := p.jump[n]; c == 0 && !math.IsNaN(t) {
			return math.Nextafter(t, math.Inf(1))
		}
		if t := p.jump[n+1]; c == 1 && !math.IsNaN(t) {
			return math.Nextafter(t, math.Inf(-1))
		}
	}
	return p.t[n] + c*p.s[n]
}

// JumpWarning says that jumps of the model lie inside layers.
type JumpWarning struct{ Jumps, Layers int }

func (w *JumpWarning) Error() string {
	return fmt.Sprintf("%d jumps of inputs lie inside the %d layers, where every rule is of order 1: more layers than jumps make them ends of layers, unless the grid is to stay even", w.Jumps, w.Layers)
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

func (p *plan) precision() error {
	pr, D := p.pr, p.D
	switch len(pr.Rf) {
	case 0:
		return bad("Rf", "missing")
	case 1:
		p.rf = make([]float64, D)
		for i := range p.rf {
			p.rf[i] = pr.Rf[0]
		}
	case D:
		p.rf = slices.Clone(pr.Rf)
	case D * D:
		u, inv, ok := spd(pr.Rf, D)
		if !ok {
			return bad("Rf", "the matrix is not symmetric positive definite")
		}
		p.rfMat, p.rfFull, p.rfInv = slices.Clone(pr.Rf), u, inv
		if pr.RfVary != nil {
			return bad("RfVary", "cannot be combined with a matrix Rf")
		}
	default:
		return bad("Rf", "%d numbers; want 1, %d or %d", len(pr.Rf), D, D*D)
	}
	if pr.Steady != nil {
		if len(pr.Steady) != D {
			return bad("Steady", "want %d values", D)
		}
		p.steady = slices.Clone(pr.Steady)
		for i := range p.rfMat {
			if a, b := i/D, i%D; p.rfMat[i] != 0 && p.steady[a] != p.steady[b] {
				return bad("Steady", "the matrix Rf couples component %d, which is steady, to one that is not", a)
			}
		}
	}
	p.allInf = p.rf != nil
	for i, v := range p.rf {
		if !(v > 0) {
			return bad("Rf", "component %d is %g; it must be positive", i, v)
		}
		if math.IsInf(v, 1) {
			p.hasInf = true
		} else {
			p.allInf = false
		}
	}
	if pr.RfVary != nil {
		p.vary = make([]float64, p.N*D)
		for n := range p.N {
			v := p.vary[n*D : (n+1)*D]
			pr.RfVary(v, 0.5*(p.t[n]+p.t[n+1]))
			for i := range v {
				if !(v[i] > 0) || math.IsInf(v[i], 1) {
					return bad("RfVary", "component %d is %g at t = %g; it must be positive and finite", i, v[i], p.t[n])
				}
			}
		}
	}
	return nil
}

// factor returns what multiplies Rf of component d.
func (p *plan) factor(d int, scale float64) float64 {
	if p.steady != nil && p.steady[d] {
		return 1
	}
	return scale
}

// weight returns the precision w_i Rf/s of component d of residual i of layer
// n, with Rf multiplied by scale. Not with a matrix Rf.
func (p *plan) weight(n, i, d int, scale float64) float64 {
	w := p.tab.w[i] / p.s[n] * p.factor(d, scale) * p.rf[d]
	if p.vary != nil {
		w *= p.vary[n*p.D+d]
	}
	return w
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

func (p *plan) bounds() error {
	pr := p.pr
	pair := func(name string, lo, hi []float64, n int) error {
		if (lo != nil && len(lo) != n) || (hi != nil && len(hi) != n) {
			return bad(name, "want %d bounds", n)
		}
		for i := range n {
			if lo != nil && hi != nil && !(lo[i] <= hi[i]) {
				return bad(name, "bounds %g, %g of component %d are crossed", lo[i], hi[i], i)
			}
		}
		return nil
	}
	if err := pair("Lower, Upper", pr.Lower, pr.Upper, p.D); err != nil {
		return err
	}
	if err := pair("ParamLower, ParamUpper", pr.ParamLower, pr.ParamUpper, p.P); err != nil {
		return err
	}
	if pr.Lower != nil || pr.Upper != nil || pr.ParamLower != nil || pr.ParamUpper != nil {
		p.lo, p.hi = make([]float64, p.nv), make([]float64, p.nv)
		at := func(v []float64, i int, none float64) float64 {
			if v == nil || math.IsNaN(v[i]) {
				return none
			}
			return v[i]
		}
		for i := range p.nv {
			if i < p.nx {
				p.lo[i], p.hi[i] = at(pr.Lower, i%p.D, math.Inf(-1)), at(pr.Upper, i%p.D, math.Inf(1))
			} else {
				p.lo[i], p.hi[i] = at(pr.ParamLower, i-p.nx, math.Inf(-1)), at(pr.ParamUpper, i-p.nx, math.Inf(1))
			}
		}
	}
	fix := func(name string, v []float64, base int) error {
		if v == nil {
			return nil
		}
		if len(v) != p.D {
			return bad(name, "want %d values", p.D)
		}
		if p.fixed == nil {
			p.fixed, p.fixVal = make([]bool, p.nv), make([]float64, p.nv)
		}
		for d, x := range v {
			if !math.IsNaN(x) {
				p.fixed[base+d], p.fixVal[base+d] = true, x
			}
		}
		return nil
	}
	if err := fix("FixedStart", pr.FixedStart, 0); err != nil {
		return err
	}
	return fix("FixedEnd", pr.FixedEnd, p.nx-p.D)
}

// move stores v + d, within the bounds, into dst. What is fixed stays, or
// arrives at the bound that hold sends it to: v + (lo - v) need not be lo.
func (p *plan) move(dst, v, d []float64, fix []bool, hold []float64) {
	for i, x := range v {
		switch {
		case !fix[i]:
			dst[i] = x + d[i]
		case hold[i] < 0:
			dst[i] = p.lo[i]
		case hold[i] > 0:
			dst[i] = p.hi[i]
		default:
			dst[i] = x
		}
	}
	p.project(dst)
}

// project moves v into the bounds and onto the fixed values.
func (p *plan) project(v []float64) {
	if p.lo != nil {
		for i := range v {
			v[i] = min(max(v[i], p.lo[i]), p.hi[i])
		}
	}
	if p.fixed != nil {
		for i, f := range p.fixed {
			if f {
				v[i] = p.fixVal[i]
			}
		}
	}
}

// spd returns the upper triangular U with a = U'U and the inverse of a.
func spd(a []float64, n int) (u, inv []float64, ok bool) {
	l := make([]float64, n*n)
	for i := range n {
		for j := range n {
			if math.Abs(a[i*n+j]-a[j*n+i]) > 1e-12*(math.Abs(a[i*n+i])+math.Abs(a[j*n+j])) {
				return nil, nil, false
			}
		}
	}
	for i := range n {
		for j := 0; j <= i; j++ {
			s := a[i*n+j]
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			if i == j {
				if !(s > 0) || math.IsInf(s, 1) {
					return nil, nil, false
				}
				l[i*n+i] = math.Sqrt(s)
			} else {
				l[i*n+j] = s / l[j*n+j]
			}
		}
	}
	u, inv = make([]float64, n*n), make([]float64, n*n)
	for i := range n {
		for j := 0; j <= i; j++ {
			u[j*n+i] = l[i*n+j]
		}
	}
	col := make([]float64, n)
	for c := range n {
		clear(col)
		col[c] = 1
		for i := range n {
			for k := range i {
				col[i] -= l[i*n+k] * col[k]
			}
			col[i] /= l[i*n+i]
		}
		for i := n - 1; i >= 0; i-- {
			for k := i + 1; k < n; k++ {
				col[i] -= l[k*n+i] * col[k]
			}
			col[i] /= l[i*n+i]
		}
		for i := range n {
			inv[i*n+c] = col[i]
		}
	}
	return u, inv, true
}
