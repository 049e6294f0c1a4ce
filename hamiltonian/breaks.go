package hamiltonian

import (
	"math"
	"slices"

	"costate/internal/expr"
)

// Breaks returns the places that must be mesh points because the right-hand
// side is not smooth there: knots of signals, and [Equations.Thresholds].
func (e *Equations) Breaks() []float64 {
	return apart(append(e.bends(), e.Thresholds()...), e.Start, e.End)
}

// Thresholds returns the places inside the interval, ascending, where formulas
// of the right-hand side switch or bend because of t alone. A feature between
// two of them may be narrower than any first mesh, so none may be left to be
// found by chance. Thresholds that depend on the solution or on an unknown, as
// all do with a free end, are not known beforehand.
func (e *Equations) Thresholds() []float64 {
	if e.FreeEnd != nil {
		return nil
	}
	return apart(thresholds(e.Graph, e.Layer, e.Start, e.End, e.numbers(e.Right)), e.Start, e.End)
}

// Stops returns the places that a mesh or an integrator must have: [Equations.Breaks],
// and narrow [Equations.Centres] with those beside them.
func (e *Equations) Stops() []float64 {
	return apart(append(e.Breaks(), e.NarrowCentres()...), e.Start, e.End)
}

// Stops returns those of the field before end.
func (a *Action) Stops(end float64) []float64 {
	var f []*expr.Expr
	for _, s := range a.States {
		f = append(f, s.F)
	}
	e := &Equations{Domain: a.Domain, Right: f}
	e.End = end
	return e.Stops()
}

// Forced reports whether the right-hand side depends on t explicitly.
func (e *Equations) Forced() bool {
	for _, v := range expr.FreeVars(e.Right...) {
		if v == e.Layer || slices.ContainsFunc(e.Inputs, func(in Input) bool { return v == in.Symbol || v == in.Rate }) {
			return true
		}
	}
	return false
}

// Landmarks returns the places inside the interval, ascending, that a solution
// must not be judged without: the data that signals are interpolated between,
// [Equations.Centres], and both sides of breaks, which may be the middle of a
// pulse such as exp(-abs(t - c)/w).
func (e *Equations) Landmarks() []float64 {
	var out []float64
	for _, in := range e.Inputs {
		for i, t := range in.Knots {
			if out = append(out, t); i > 0 {
				out = append(out, t-(t-in.Knots[i-1])/2) // a spline through zeros is not zero
			}
		}
	}
	breaks := e.Breaks()
	out = slices.DeleteFunc(apart(append(out, e.Centres()...), e.Start, e.End), func(t float64) bool {
		_, ok := slices.BinarySearch(breaks, t)
		return ok
	})
	beside := 1e-12 * max(math.Abs(e.Start), math.Abs(e.End))
	for _, t := range breaks {
		out = append(out, t-beside, t+beside)
	}
	return apart(out, e.Start, e.End)
}

// Centres returns places inside the interval, ascending, around which formulas of t
// alone may change fast, however narrow that is: the zeros of the arguments of
// functions and powers, the centres of exp(-((t - c)/w)^2) and tanh((t^2 - c)/w),
// and the least values of narrow denominators such as (t - c)^2 + w^2. A mesh point
// there sees them, but it is not enough: tanh looks like a jump from its centre. So
// the places at 4 and 16 of their widths come with those that are narrow.
func (e *Equations) Centres() []float64 { return e.centres(false) }

// NarrowCentres returns those that are narrow, with the places beside them.
func (e *Equations) NarrowCentres() []float64 { return e.centres(true) }

// centres returns all of them, or those that are narrow.
func (e *Equations) centres(narrowOnly bool) []float64 {
	if e.FreeEnd != nil {
		return nil
	}
	const narrow = 0.01 // of the interval
	var out []float64
	g, t := e.Graph, e.Layer
	eachNode(e.numbers(e.Right), func(x *expr.Expr) {
		if x.Op() != expr.OpCall && x.Op() != expr.OpPow {
			return
		}
		for _, u := range x.Args() {
			if v := expr.FreeVars(u); len(v) != 1 || v[0] != t {
				continue
			}
			slope := g.Diff(u, t)
			curvature := g.Diff(slope, t)
			size := func(f *expr.Expr, at float64) float64 {
				return math.Abs(expr.Eval(f, map[*expr.Expr]float64{t: at}))
			}
			add := func(c, w float64) {
				if w < narrow*(e.End-e.Start) {
					out = append(out, c-16*w, c-4*w, c, c+4*w, c+16*w)
				} else if !narrowOnly {
					out = append(out, c)
				}
			}
			for _, c := range roots(g, t, e.Start, e.End, u) {
				add(c, 1/(size(slope, c)+math.Sqrt(size(curvature, c)/2))) // u is about 1 there
			}
			if n, ok := x.Args()[1%len(x.Args())].IsNum(); x.Op() != expr.OpPow || !ok || n > 0 || !slope.DependsOn(t) {
				continue
			}
			for _, c := range roots(g, t, e.Start, e.End, slope) {
				if w := math.Sqrt(2 * size(u, c) / size(curvature, c)); w < narrow*(e.End-e.Start) {
					add(c, w) // u is twice its least value there
				}
			}
		}
	})
	return apart(out, e.Start, e.End)
}

// bends are the places where signals from data are not smooth.
func (d *Domain) bends() []float64 {
	var out []float64
	for _, in := range d.Inputs {
		out = append(out, in.Breaks...)
	}
	return out
}

// Seams returns the places inside the interval, ascending, where a derivative of a
// signal jumps, but only one beyond the first few: the knots of splines. smooth is
// how many derivatives are continuous at all of them. A mesh need not have them,
// but no rule has more than the order smooth + 2 on one that has not.
func (d *Domain) Seams() (places []float64, smooth int) {
	for _, in := range d.Inputs {
		if in.Smooth == 0 {
			continue
		}
		if places = append(places, in.Knots...); smooth == 0 || in.Smooth < smooth {
			smooth = in.Smooth
		}
	}
	return apart(places, d.Start, d.End), smooth
}

// apart sorts places, drops those that are not inside the interval, and keeps
// one of those that differ by rounding only.
func apart(places []float64, start, end float64) []float64 {
	near := 16 * epsilon * max(math.Abs(start), math.Abs(end))
	slices.Sort(places)
	out := places[:0]
	for _, t := range places {
		last := start
		if n := len(out); n > 0 {
			last = out[n-1]
		}
		if t-last > near && end-t > near {
			out = append(out, t)
		}
	}
	return slices.Clip(out)
}

const epsilon = 0x1p-52

// thresholds returns the places in [start, end] where formulas switch or bend
// because of t alone: the zeros of what is compared in conditions and of the
// arguments of abs, sign, heaviside and relu, and the places where arguments of
// min and max are equal.
func thresholds(g *expr.Graph, t *expr.Expr, start, end float64, formulas []*expr.Expr) []float64 {
	seen := map[*expr.Expr]bool{}
	var out []float64
	switches(g, formulas, func(f *expr.Expr) {
		if v := expr.FreeVars(f); !seen[f] && len(v) == 1 && v[0] == t {
			out = append(out, roots(g, t, start, end, f)...)
		}
		seen[f] = true
	})
	return out
}

// switches visits the formulas at whose zeros others switch or bend.
func switches(g *expr.Graph, formulas []*expr.Expr, zero func(*expr.Expr)) {
	eachNode(formulas, func(x *expr.Expr) {
		args := x.Args()
		switch {
		case x.Op() == expr.OpCompare:
			zero(g.Sub(args[0], args[1]))
		case x.Op() != expr.OpCall:
		case slices.Contains([]string{"abs", "sign", "heaviside", "relu"}, x.Name()):
			zero(args[0])
		case x.Name() == "min" || x.Name() == "max":
			for i, a := range args {
				for _, b := range args[:i] {
					zero(g.Sub(a, b))
				}
			}
		}
	})
}

// eachNode visits every node of formulas once.
func eachNode(formulas []*expr.Expr, visit func(*expr.Expr)) {
	visited := map[*expr.Expr]bool{}
	var down func(x *expr.Expr)
	down = func(x *expr.Expr) {
		if visited[x] {
			return
		}
		visited[x] = true
		visit(x)
		for _, a := range x.Args() {
			down(a)
		}
	}
	for _, f := range formulas {
		down(f)
	}
}

// roots returns the zeros of a function of t alone in [start, end].
func roots(g *expr.Graph, t *expr.Expr, start, end float64, f *expr.Expr) []float64 {
	r, err := newRootFinder(g, f, t)
	if err != nil {
		return nil
	}
	return r.find(start, end)
}

// rootFinder finds the zeros of a function of t and of given numbers: exactly
// where it is affine in t, otherwise those that 4096 samples, and the extrema
// between them, tell of.
type rootFinder struct {
	tape   *expr.Tape // of t and the numbers: value and slope
	affine bool
}

func newRootFinder(g *expr.Graph, f, t *expr.Expr, numbers ...*expr.Expr) (*rootFinder, error) {
	slope := g.Diff(f, t)
	tape, err := expr.Compile(concat([]*expr.Expr{t}, numbers), []*expr.Expr{f, slope})
	return &rootFinder{tape, !slope.DependsOn(t)}, err
}

func (r *rootFinder) find(start, end float64, numbers ...float64) []float64 {
	in := slices.Concat([]float64{0}, numbers)
	var v [2]float64 // value and slope
	if r.tape.Eval(v[:], in); r.affine {
		return []float64{-v[0] / v[1]}
	}
	value := func(k int) func(float64) float64 {
		return func(t float64) float64 {
			in[0] = t
			r.tape.Eval(v[:], in)
			return v[k]
		}
	}
	const samples = 4096
	at := make([]float64, 0, 2*samples)
	for i := range samples + 1 {
		at = append(at, start+(end-start)*float64(i)/samples)
	}
	// A function that dips below zero between two samples has an extremum there.
	at = append(at, crossings(value(1), at)...)
	slices.Sort(at)
	out := crossings(value(0), at)
	if len(out) > samples {
		return nil // zero on whole pieces, or beyond what samples can tell
	}
	return out
}

// crossings returns the places where f changes sign between neighbours of at.
func crossings(f func(float64) float64, at []float64) []float64 {
	var out []float64
	last := 0.0
	for i, b := range at {
		v := f(b)
		switch {
		case v == 0:
			out = append(out, b)
		case last < 0 && v > 0 || last > 0 && v < 0:
			out = append(out, bisect(f, at[i-1], b, last))
		}
		last = v
	}
	return out
}

// bisect returns the place between a, where f has the value fa, and b where f
// changes sign, to the last bit.
func bisect(f func(float64) float64, a, b, fa float64) float64 {
	for {
		m := a + (b-a)/2
		if !(m > a && m < b) {
			return b
		}
		switch v := f(m); {
		case v == 0:
			return m
		case (v < 0) == (fa < 0):
			a = m
		default:
			b = m
		}
	}
}
