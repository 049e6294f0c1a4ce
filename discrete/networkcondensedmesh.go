package discrete

import (
	"math"

	"costate/ode"
)

// halved returns the system on the mesh with every interval halved, and z
// interpolated to it.
func (s *netCondensed) halved(z []float64) (*netCondensed, []float64) {
	n := len(s.t) - 1
	mesh := make([]float64, 2*n+1)
	for i, t := range s.t {
		mesh[2*i] = t
		if i < n {
			mesh[2*i+1] = (t + s.t[i+1]) / 2
		}
	}
	f := newNetCondensed(s.c, mesh, s.workers)
	zf := make([]float64, s.c.M*f.size+s.np)
	w := z[s.c.M*s.size:]
	copy(zf[s.c.M*f.size:], w)
	l := s.tmp[0]
	for k := range s.c.M {
		y, yf := z[k*s.size:(k+1)*s.size], zf[k*f.size:(k+1)*f.size]
		for i := range n {
			s.stage(l, s.one[k], y, w, i)
			copy(yf[2*i*s.n2:], y[i*s.n2:(i+1)*s.n2])
			copy(yf[(2*i+1)*s.n2:], l.ym[:s.n2])
		}
		copy(yf[2*n*s.n2:], y[n*s.n2:])
	}
	return f, zf
}

// compare estimates the error of the fine solution zf (order 4: a fifteenth
// of its difference to z) in tolerances, and marks the intervals to halve:
// those with more than a tenth of the largest defect.
func (s *netCondensed) compare(fine *netCondensed, z, zf []float64, tol float64) (worst float64, marked []bool) {
	n := len(s.t) - 1
	fine.weigh(zf)
	for k := range s.c.M {
		for i := range n + 1 {
			for a := range s.n2 {
				j := k*fine.size + 2*i*s.n2 + a
				d := math.Abs(zf[j]-z[k*s.size+i*s.n2+a]) / 15
				worst = max(worst, d/(tol*fine.scale[j]))
			}
		}
	}
	for q := range s.np {
		j := s.c.M*fine.size + q
		worst = max(worst, math.Abs(zf[j]-z[s.c.M*s.size+q])/(15*tol*fine.scale[j]))
	}
	// The defect of an interval: what the coarse solution's rule, of order 4,
	// makes of the fine solution's values.
	defect := make([]float64, n)
	w := zf[s.c.M*fine.size:]
	l := s.tmp[0]
	y := make([]float64, s.size)
	for k := range s.c.M {
		for i := range n + 1 {
			copy(y[i*s.n2:(i+1)*s.n2], zf[k*fine.size+2*i*s.n2:])
		}
		for i := range n {
			h := s.stage(l, s.one[k], y, w, i)
			for a := range s.n2 {
				r := y[(i+1)*s.n2+a] - y[i*s.n2+a] - h/6*(l.f0[a]+4*l.fm[a]+l.f1[a])
				defect[i] = max(defect[i], math.Abs(r)/fine.scale[k*fine.size+2*i*s.n2+a])
			}
		}
	}
	var most float64
	for _, d := range defect {
		most = max(most, d)
	}
	marked = make([]bool, n)
	for i, d := range defect {
		marked[i] = d >= most/10
	}
	return worst, marked
}

// errors stores the error estimates of the solution on the halved mesh of
// coarse.
func (s *netCondensed) errors(sol *ode.Solution, coarse *netCondensed, z, zf []float64) {
	sol.Error, sol.ParamError = make([]float64, sol.Dim), make([]float64, s.np)
	for k := range s.c.M {
		for i := range coarse.t {
			for a := range s.n2 {
				d := math.Abs(zf[k*s.size+2*i*s.n2+a]-z[k*coarse.size+i*s.n2+a]) / 15
				sol.Error[k*s.n2+a] = max(sol.Error[k*s.n2+a], d)
			}
		}
	}
	before := coarse.solution(z)
	for q := range s.np {
		sol.ParamError[q] = math.Abs(zf[s.c.M*s.size+q]-z[s.c.M*coarse.size+q]) / 15
		j := s.c.Multiplier() + q
		for i := range coarse.t {
			sol.Error[j] = max(sol.Error[j], math.Abs(sol.Y[2*i*sol.Dim+j]-before.Y[i*sol.Dim+j])/15)
		}
	}
}

// solution puts z into the layout of NetworkBVP.
func (s *netCondensed) solution(z []float64) *ode.Solution {
	c, n := s.c, len(s.t)-1
	dim := c.Multiplier() + c.n
	sol := &ode.Solution{Dim: dim, T: append([]float64(nil), s.t...), Y: make([]float64, (n+1)*dim)}
	w := z[c.M*s.size:]
	sol.P = append([]float64(nil), w...)
	cubic := &netCubic{dim: dim, t: sol.T, y: sol.Y, f: make([]float64, (n+1)*dim)}
	for q := range c.n {
		sol.Y[c.Multiplier()+q] = c.WeightPrecision * (w[q] - c.mean(q))
	}
	l := s.tmp[0]
	for i := range n + 1 {
		row := sol.Y[i*dim : (i+1)*dim]
		for k := range c.M {
			copy(row[k*s.n2:], z[k*s.size+i*s.n2:k*s.size+(i+1)*s.n2])
			if i == 0 {
				continue
			}
			h := s.stage(l, s.one[k], z[k*s.size:(k+1)*s.size], w, i-1)
			for q := range c.n {
				if k == 0 {
					row[c.Multiplier()+q] = sol.Y[(i-1)*dim+c.Multiplier()+q]
				}
				row[c.Multiplier()+q] += h / 6 * (l.f0[s.n2+q] + 4*l.fm[s.n2+q] + l.f1[s.n2+q])
			}
		}
		c.rates(cubic.f[i*dim:(i+1)*dim], s.t[i], row, sol.P)
	}
	for q := range c.n {
		sol.Residual = max(sol.Residual, math.Abs(sol.Y[n*dim+c.Multiplier()+q]))
	}
	sol.Inner = cubic
	return sol
}

// netCubic is Hermite's cubic through values and derivatives: what Lobatto's
// rule of order 4 collocates.
type netCubic struct {
	dim     int
	t, y, f []float64
}

func (p *netCubic) Value(dst []float64, i int, u float64) {
	h := p.t[i+1] - p.t[i]
	v := 1 - u
	a, b, c, d := v*v*(1+2*u), u*u*(3-2*u), h*u*v*v, -h*u*u*v
	o := i * p.dim
	for j := range dst[:p.dim] {
		dst[j] = a*p.y[o+j] + b*p.y[o+p.dim+j] + c*p.f[o+j] + d*p.f[o+p.dim+j]
	}
}

func (p *netCubic) Deriv(dst []float64, i int, u float64) {
	h := p.t[i+1] - p.t[i]
	a, c, d := 6*u*(u-1)/h, (1-u)*(1-3*u), u*(3*u-2)
	o := i * p.dim
	for j := range dst[:p.dim] {
		dst[j] = a*(p.y[o+j]-p.y[o+p.dim+j]) + c*p.f[o+j] + d*p.f[o+p.dim+j]
	}
}
