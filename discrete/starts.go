package discrete

import (
	"math"
	"math/rand/v2"
	"sort"
)

// StartRule says how the paths are made that annealing starts from. Each
// draws from its own random sequence, given by the seed and its number.
//
// The rule decides how many starts reach the global level where that is rare.
// Lorenz 96, D = 20, eight components seen, varanneal's data: 3 of 40 starts
// of StartUniform, 11 of 40 of StartIntegrate and 13 of 40 of
// StartSynchronise, which also needs a third of the Newton steps (minimising
// with L-BFGS or Gauss-Newton from StartUniform: 0 of 8, 1 of 16). Its gain
// matters little: 14 of 40 with 2 and with 10, 11 with 30, in units of 1/t at
// a step of 0.05. Beginning the ladder higher does not help: with Rf0 1.5^20,
// 1.5^35 and 1.5^45 times as large, 13, 12 and 6 of 40.
type StartRule int

const (
	// StartUniform sets the observed components to the data, interpolated
	// where there are none, and draws the others at every point, and the
	// parameters, uniformly from their ranges: the papers' rule.
	StartUniform StartRule = iota

	// StartIntegrate draws the unobserved components at Start only and
	// integrates the model with the data inserted,
	// x_R(n+1) = f_R(y(n), x_R(n)); the later papers' rule.
	StartIntegrate

	// StartSynchronise integrates the model, parameters drawn, with the
	// observed components pulled to the data, x' = F + gain (y - x), forth
	// and back through the window, so that the unobserved ones synchronise.
	StartSynchronise
)

var startNames = [...]string{"uniform", "integrate", "synchronise"}

func (r StartRule) String() string {
	if r < 0 || int(r) >= len(startNames) {
		return "unknown start rule"
	}
	return startNames[r]
}

// ParseStartRule returns the rule of that name.
func ParseStartRule(name string) (StartRule, bool) {
	for i, n := range startNames {
		if n == name {
			return StartRule(i), true
		}
	}
	return 0, false
}

// observed returns, for every component, its data in order of time, from the
// observations and signals that look at components.
func (p *plan) observed() (t, y [][]float64) {
	t, y = make([][]float64, p.D), make([][]float64, p.D)
	type datum struct{ t, y float64 }
	data := make([][]datum, p.D)
	for i := range p.attach {
		a := &p.attach[i]
		if a.op != nil || a.kind == kindPrior {
			continue
		}
		for j, c := range a.idx {
			rm := 0.0
			if a.full {
				rm = a.rm[j*len(a.idx)+j]
			} else {
				rm = a.rm[j]
			}
			if !math.IsNaN(a.y[j]) && rm > 0 {
				data[c] = append(data[c], datum{a.t, a.y[j]})
			}
		}
	}
	for c, d := range data {
		sort.SliceStable(d, func(i, j int) bool { return d[i].t < d[j].t })
		for _, q := range d {
			if n := len(t[c]); n > 0 && t[c][n-1] == q.t {
				continue
			}
			t[c], y[c] = append(t[c], q.t), append(y[c], q.y)
		}
	}
	return t, y
}

// interpolate is linear between the data and constant beyond them.
func interpolate(ts, ys []float64, t float64) float64 {
	i := sort.SearchFloat64s(ts, t)
	switch {
	case i == len(ts):
		return ys[i-1]
	case i == 0 || ts[i] == t:
		return ys[i]
	}
	f := (t - ts[i-1]) / (ts[i] - ts[i-1])
	return ys[i-1] + f*(ys[i]-ys[i-1])
}

// start stores the path number i into v.
func (a *Annealing) start(p *plan, v []float64, i int) {
	r := rand.New(rand.NewPCG(a.Seed, uint64(i)))
	D := p.D
	draw := func(lo, hi []float64, k int, dlo, dhi []float64) float64 {
		l, h := math.NaN(), math.NaN()
		if lo != nil && hi != nil {
			l, h = lo[k], hi[k]
		} else if dlo != nil && dhi != nil {
			l, h = dlo[k], dhi[k]
		}
		if !(h >= l) || math.IsInf(h-l, 0) {
			l, h = -1, 1
		}
		return l + (h-l)*r.Float64()
	}
	ts, ys := p.observed()
	times := p.times()
	// The parameters last, as the tools draw them.
	state := func(d int) float64 { return draw(a.Lower, a.Upper, d, p.pr.Lower, p.pr.Upper) }
	first := make([]float64, D)
	switch a.Start {
	case StartUniform:
		for j, t := range times {
			for d := range D {
				u := state(d)
				if len(ts[d]) > 0 {
					u = interpolate(ts[d], ys[d], t)
				}
				v[j*D+d] = u
			}
		}
	default:
		for d := range D {
			first[d] = state(d)
			if len(ts[d]) > 0 {
				first[d] = interpolate(ts[d], ys[d], times[0])
			}
		}
	}
	for k := range p.P {
		v[p.nx+k] = draw(a.ParamLower, a.ParamUpper, k, p.pr.ParamLower, p.pr.ParamUpper)
	}
	switch a.Start {
	case StartIntegrate:
		a.insert(p, v, first, ts, ys, times)
	case StartSynchronise:
		a.synchronise(p, v, first, ts, ys, times)
	}
	p.project(v)
}

// insert integrates with the data in the place of the observed components.
func (a *Annealing) insert(p *plan, v, x []float64, ts, ys [][]float64, times []float64) {
	D := p.D
	put := func(x []float64, t float64) {
		for d := range D {
			if len(ts[d]) > 0 {
				x[d] = interpolate(ts[d], ys[d], t)
			}
		}
	}
	F := func(dst []float64, t float64, x []float64) {
		put(x, t)
		p.field(dst, t, x, v[p.nx:])
		for d := range D {
			if len(ts[d]) > 0 {
				dst[d] = 0
			}
		}
	}
	a.march(p, v, x, times, F, put)
}

// march integrates F through the given times, in steps of the grid divided
// by four, with the classical rule, and keeps the values in their ranges.
func (a *Annealing) march(p *plan, v, x []float64, times []float64, F func(dst []float64, t float64, x []float64), put func(x []float64, t float64)) {
	D := p.D
	if p.pr.Rule == LayerMap {
		y := make([]float64, D)
		for j, t := range times {
			if put != nil {
				put(x, t)
			}
			copy(v[j*D:], x)
			if j+1 < len(times) {
				p.field(y, t, x, v[p.nx:])
				a.clip(p, y)
				copy(x, y)
			}
		}
		return
	}
	k1, k2, k3, k4, y := make([]float64, D), make([]float64, D), make([]float64, D), make([]float64, D), make([]float64, D)
	for j, t := range times {
		if put != nil {
			put(x, t)
		}
		a.clip(p, x)
		copy(v[j*D:], x)
		if j+1 == len(times) {
			return
		}
		const sub = 4
		h := (times[j+1] - t) / sub
		for i := range sub {
			s := t + float64(i)*h
			copy(y, x)
			F(k1, s, y)
			add := func(c float64, k []float64) {
				for d := range y {
					y[d] = x[d] + c*k[d]
				}
			}
			add(h/2, k1)
			F(k2, s+h/2, y)
			add(h/2, k2)
			F(k3, s+h/2, y)
			add(h, k3)
			F(k4, s+h, y)
			for d := range x {
				x[d] += h / 6 * (k1[d] + 2*k2[d] + 2*k3[d] + k4[d])
			}
			a.clip(p, x)
		}
	}
}

// clip keeps a state within the starts' ranges, widened by half, so that an
// integration from a bad guess does not overflow.
func (a *Annealing) clip(p *plan, x []float64) {
	lo, hi := a.Lower, a.Upper
	if lo == nil || hi == nil {
		lo, hi = p.pr.Lower, p.pr.Upper
	}
	for d := range x {
		l, h := -1e6, 1e6
		if lo != nil && hi != nil && !math.IsInf(hi[d]-lo[d], 0) {
			w := 0.25 * (hi[d] - lo[d])
			l, h = lo[d]-w, hi[d]+w
		}
		if math.IsNaN(x[d]) {
			x[d] = 0.5 * (l + h)
		}
		x[d] = min(max(x[d], l), h)
	}
}

// field evaluates the model at one point.
func (p *plan) field(dst []float64, t float64, x, theta []float64) {
	if p.pr.Func != nil {
		p.pr.Func(dst, t, x, theta)
		return
	}
	p.pr.Batch(dst, []float64{t}, x, theta)
}

// synchronise integrates forth and back with the data pulling.
func (a *Annealing) synchronise(p *plan, v, x []float64, ts, ys [][]float64, times []float64) {
	D := p.D
	gain := a.Gain
	if gain == 0 {
		gain = 0.25 / p.s[0]
	}
	sign := 1.0
	t0, t1 := times[0], times[len(times)-1]
	F := func(dst []float64, t float64, x []float64) {
		u := t
		if sign < 0 {
			u = t1 - (t - t0)
		}
		p.field(dst, u, x, v[p.nx:])
		for d := range D {
			dst[d] *= sign
			if len(ts[d]) > 0 {
				dst[d] += gain * (interpolate(ts[d], ys[d], u) - x[d])
			}
		}
	}
	const sweeps = 3
	back := make([]float64, len(times))
	for j, t := range times {
		back[len(times)-1-j] = t0 + (t1 - t)
	}
	tmp := make([]float64, p.nv)
	copy(tmp[p.nx:], v[p.nx:])
	for k := range sweeps {
		sign = 1
		a.march(p, v, x, times, F, nil)
		copy(x, v[p.nx-D:p.nx])
		if k == sweeps-1 || p.pr.Rule == LayerMap {
			return
		}
		sign = -1
		a.march(p, tmp, x, back, F, nil)
		copy(x, tmp[p.nx-D:p.nx])
	}
}
