package discrete

import "math"

// bounds checks and spreads the bounds and the fixed ends over the unknowns.
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

// touches reports whether any unknown is on a bound.
func (p *plan) touches(v []float64) bool {
	if p.lo != nil {
		for i, x := range v {
			if x <= p.lo[i] || x >= p.hi[i] {
				return true
			}
		}
	}
	return false
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
