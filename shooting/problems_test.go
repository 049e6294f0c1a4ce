package shooting

import (
	"math"

	"costate/ode"
)

// lqr is x' = -p, p' = -x, x(0) = 1, p(T) = 0: solutions grow and decay like
// exp(±t).
func lqr(T float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Linear: true,
			Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = -y[1], -y[0] },
			Jac:  func(dy, _ []float64, _ float64, _, _ []float64) { dy[0], dy[1], dy[2], dy[3] = 0, -1, -1, 0 },
		},
		Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-1, y[1][1] },
			Jac: func(dg [][]float64, _ []float64, _ [][]float64, _ []float64) {
				dg[0][0], dg[0][1], dg[0][2], dg[0][3] = 1, 0, 0, 0
				dg[1][0], dg[1][1], dg[1][2], dg[1][3] = 0, 0, 0, 1
			}},
	}
}

// wellSystem is Hamilton's system of H = p (x - x^3) + p^2/2.
var wellSystem = ode.System{Dim: 2,
	Func: func(d []float64, _ float64, y, _ []float64) {
		x, p := y[0], y[1]
		d[0], d[1] = x-x*x*x+p, -(1-3*x*x)*p
	},
	Jac: func(dy, _ []float64, _ float64, y, _ []float64) {
		x, p := y[0], y[1]
		dy[0], dy[1], dy[2], dy[3] = 1-3*x*x, 1, 6*x*p, -(1 - 3*x*x)
	}}

// well is the instanton from -1 to 0 in the time T.
func well(T float64) *ode.BVP {
	return &ode.BVP{System: wellSystem, Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]+1, y[1][0] }},
		Guess: func(y []float64, t float64) {
			e := math.Exp(2 * (t - T/3))
			y[0], y[1] = -1/math.Sqrt(1+e), 2*e/math.Pow(1+e, 1.5)
		}}
}

// instanton goes from -1 to +1 in the time T, at leisure through 0: uphill with
// p = -2 f, then downhill with p = 0.
func instanton(T float64) *ode.BVP {
	return &ode.BVP{System: wellSystem, Start: 0, End: T,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]+1, y[1][0]-1 }},
		Guess: func(y []float64, t float64) {
			if t < T/2 {
				e := math.Exp(2 * (t - T/6))
				y[0], y[1] = -1/math.Sqrt(1+e), 2*e/math.Pow(1+e, 1.5)
				return
			}
			e := math.Exp(2 * (T - t - T/6))
			y[0], y[1] = 1/math.Sqrt(1+e), 0
		}}
}

// doubleIntegrator is the least-energy motion from rest to rest: exact.
func doubleIntegrator() *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 4, Linear: true,
			Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1], d[2], d[3] = y[1], y[3], 0, -y[2] }},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 4, At: []int{0, 0, 1, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) {
				g[0], g[1], g[2], g[3] = y[0][0], y[0][1], y[1][0]-1, y[1][1]
			}},
	}
}

// orbit is the transfer to the largest radius with small thrust (Bryson and Ho
// 1975, 2.5), with differences for derivatives.
func orbit() *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 6,
			Func: func(f []float64, t float64, y, _ []float64) {
				r, u, v, pr, pu, pv := y[0], y[1], y[2], y[3], y[4], y[5]
				a := 0.1405 / (1 - 0.0749*t) / math.Hypot(pu, pv)
				f[0], f[1], f[2] = u, v*v/r-1/(r*r)+a*pu, -u*v/r+a*pv
				f[3] = -pu*(-v*v/(r*r)+2/(r*r*r)) - pv*u*v/(r*r)
				f[4] = -pr + pv*v/r
				f[5] = -2*pu*v/r + pv*u/r
			}},
		Start: 0, End: 3.3194,
		Boundary: ode.Conditions{Count: 6, At: []int{0, 0, 0, 1, 1, 1},
			Func: func(g []float64, y [][]float64, _ []float64) {
				a, b := y[0], y[1]
				g[0], g[1], g[2] = a[0]-1, a[1], a[2]-1
				g[3], g[4], g[5] = b[1], b[2]-1/math.Sqrt(b[0]), b[3]-1-b[5]/(2*math.Pow(b[0], 1.5))
			}},
		Guess: func(y []float64, t float64) {
			s := t / 3.3194
			y[0], y[1], y[2], y[3], y[4], y[5] = 1+0.5*s, 0.1, 1-0.2*s, 1, 0.5, 1
		},
	}
}

// vdpControl is the optimal control of the van der Pol oscillator.
func vdpControl(T float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 4,
			Func: func(f []float64, _ float64, y, _ []float64) {
				x, v, p, q := y[0], y[1], y[2], y[3]
				f[0], f[1] = v, (1-x*x)*v-x-q
				f[2] = -2*x + q*(2*x*v+1)
				f[3] = -2*v - p - q*(1-x*x)
			}},
		Start: 0, End: T,
		Boundary: ode.Conditions{Count: 4, At: []int{0, 0, 1, 1},
			Func: func(g []float64, y [][]float64, _ []float64) {
				g[0], g[1], g[2], g[3] = y[0][0]-1, y[0][1], y[1][2], y[1][3]
			}},
		Guess: func(y []float64, t float64) { y[0], y[1], y[2], y[3] = 1-t/T, 0, 0, 0 },
	}
}

// linearProblem has the right-hand side rhs on [a, b] and conditions on
// y1 at the ends.
func linearProblem(a, b float64, rhs func(d []float64, t float64, y []float64), ya, yb float64) *ode.BVP {
	return &ode.BVP{
		System: ode.System{Dim: 2, Linear: true,
			Func: func(d []float64, t float64, y, _ []float64) { rhs(d, t, y) }},
		Start: a, End: b,
		Boundary: ode.Conditions{Count: 2, At: []int{0, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-ya, y[1][0]-yb }},
	}
}
