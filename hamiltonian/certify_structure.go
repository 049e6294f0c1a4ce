package hamiltonian

import (
	"math"

	"costate/ode"
)

// structurePoints is how many points of a solution are looked at.
const structurePoints = 20

// Structure looks at the right-hand side f of canonical equations, at points of a
// solution, and returns three certificates. "canonical structure": J Df must be
// symmetric, that is f the gradient of some H turned by J; a costate equation with
// a wrong sign in front of F_x' p is not. "derivatives": the Jacobian against
// differences. "canonical equations": f against differences of H, as Energy
// returns it (nil: not judged); it finds what is canonical, but for another H.
func Structure(b *ode.BVP, f Phase, sol *ode.Solution, energy func(t float64, y, p []float64) float64) []Certificate {
	n, dim, np := f.pairs(), b.Dim, b.Params
	scale := f.scales(sol)
	ys, ps := sizes(sol)
	y, p := make([]float64, dim), append([]float64(nil), sol.P...)
	fy, fp := make([]float64, dim*dim), make([]float64, dim*np)
	lo, hi, rhs := make([]float64, dim), make([]float64, dim), make([]float64, dim)
	var sq []float64
	var symmetry, derivative, gradient, unit float64
	for _, s := range samples(sol, structurePoints) {
		sol.Inner.Value(y, s.i, s.theta)
		t := sol.T[s.i] + s.theta*(sol.T[s.i+1]-sol.T[s.i])
		b.Func(rhs, t, y, p)
		if b.Jac == nil {
			derivative, symmetry = math.NaN(), math.NaN()
		} else {
			b.Jac(fy, fp, t, y, p)
			sq = f.square(sq, fy, fp, dim, np, 0)
			symmetry = larger(symmetry, asymmetry(sq, scale, n))

			// Rows are measured by the largest change that any one component
			// of its own size could make.
			diff := make([]float64, 2*dim*(dim+np)) // by two steps
			column := func(v []float64, i, c int, size float64) {
				for k, part := range differenceSteps {
					h := part * max(size, math.Abs(v[i]))
					old := v[i]
					v[i] = old + h
					b.Func(hi, t, y, p)
					up := v[i]
					v[i] = old - h
					b.Func(lo, t, y, p)
					h = up - v[i]
					v[i] = old
					for r := range dim {
						diff[2*(r*(dim+np)+c)+k] = (hi[r] - lo[r]) / h * size
					}
				}
			}
			for c := range dim {
				column(y, c, c, ys[c])
			}
			for c := range np {
				column(p, c, dim+c, ps[c])
			}
			for r := range dim {
				size, worst := math.Abs(rhs[r]), 0.0
				for c := range dim + np {
					j := 0.0
					if c < dim {
						j = fy[r*dim+c] * ys[c]
					} else {
						j = fp[r*np+c-dim] * ps[c-dim]
					}
					d := nearest(j, diff[2*(r*(dim+np)+c):])
					size = max(size, math.Abs(d))
					worst = larger(worst, math.Abs(j-d))
				}
				if worst != 0 && !(size < 0x1p-900) { // NaN too, but nothing that underflows
					derivative = larger(derivative, worst/size)
				}
			}
		}
		if energy != nil {
			// Where all is next to zero differences are of roundings: the
			// largest of all points is the measure.
			worst, size := f.gradientError(rhs, y, p, ys, ps, func() float64 { return energy(t, y, p) })
			gradient, unit = larger(gradient, worst), max(unit, size)
		}
	}
	out := []Certificate{
		Within("canonical structure", symmetry, 1e-10, "asymmetry of J Df, the right-hand side's linearisation, at %d points", structurePoints),
		Within("derivatives", derivative, 1e-6, "Jacobian of the right-hand side against differences"),
	}
	if energy == nil {
		return append(out, Unjudged("canonical equations", math.NaN(), "there is no Hamiltonian to compare with"))
	}
	if unit > 0 {
		gradient /= unit
	}
	return append(out, Within("canonical equations", gradient, 1e-6, "x' - dH/dp and p' + dH/dx, H differentiated by differences"))
}

// differenceSteps are the steps of differences, in sizes of what is changed. The
// first is the best for what changes over its own size; the second for temperatures
// in kelvin, which change by a small part of theirs. No derivative that is wrong
// agrees with either.
var differenceSteps = [2]float64{math.Cbrt(0x1p-52), math.Cbrt(0x1p-52) / 64}

// nearest returns that one of the first two differences which is next to a value.
func nearest(want float64, d []float64) float64 {
	if math.Abs(d[1]-want) < math.Abs(d[0]-want) {
		return d[1]
	}
	return d[0]
}

// asymmetry returns the largest entry of J Df - (J Df)' relative to the largest
// of J Df, coordinates and momenta measured by their sizes.
func asymmetry(df, scale []float64, n int) float64 {
	// J Df has rows: those of the momenta, then minus those of the coordinates.
	entry := func(r, c int) float64 {
		if r < n {
			return df[(n+r)*2*n+c] * scale[r] * scale[c]
		}
		return -df[(r-n)*2*n+c] * scale[r] * scale[c]
	}
	worst, size := 0.0, 0.0
	for r := range 2 * n {
		for c := range r {
			a, b := entry(r, c), entry(c, r)
			worst = larger(worst, math.Abs(a-b))
			size = max(size, math.Abs(a), math.Abs(b))
		}
		size = max(size, math.Abs(entry(r, r)))
	}
	if worst == 0 {
		return 0
	}
	return worst / size
}

// gradientError compares the right-hand side with J grad H by differences: the
// largest difference, and the largest size of a part.
func (f Phase) gradientError(rhs, y, p, ys, ps []float64, h func() float64) (worst, size float64) {
	slope := func(v *float64, size, want float64) float64 {
		var d [2]float64
		for k, part := range differenceSteps {
			step := part * max(size, math.Abs(*v))
			old := *v
			*v = old + step
			up, hi := *v, h()
			*v = old - step
			lo := h()
			d[k] = (hi - lo) / (up - *v)
			*v = old
		}
		return nearest(want, d[:])
	}
	for i := range f.pairs() {
		at, param := f.coordinate(i)
		m := f.momentum(i)
		if param {
			d := slope(&p[at], ps[at], -rhs[m])
			worst = larger(worst, math.Abs(rhs[m]+d)*ps[at])
			size = max(size, math.Abs(rhs[m])*ps[at])
			continue
		}
		dx, dp := slope(&y[at], ys[at], -rhs[m]), slope(&y[m], ys[m], rhs[at])
		worst = larger(worst, math.Abs(rhs[m]+dx)*ys[at])
		worst = larger(worst, math.Abs(rhs[at]-dp)*ys[m])
		size = max(size, math.Abs(rhs[m])*ys[at], math.Abs(rhs[at])*ys[m])
	}
	return worst, max(size, math.Abs(h()))
}

// larger is max, but keeps NaN.
func larger(a, b float64) float64 {
	if b > a || b != b {
		return b
	}
	return a
}
