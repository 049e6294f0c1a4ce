package hamiltonian

import (
	"fmt"
	"math"

	"costate/ode"
)

// Verdict is the outcome of a certificate.
type Verdict int

const (
	NotJudged Verdict = iota
	Pass
	Fail
)

func (v Verdict) String() string { return [...]string{"not judged", "pass", "fail"}[v] }

// Certificate is one figure that speaks for or against a solution, with the
// bound that it must keep.
type Certificate struct {
	Name    string
	Value   float64 // NaN: none
	Bound   float64 // NaN: none
	Verdict Verdict
	Note    string // what the figure is, or why it is not judged
}

// Within returns the certificate that value is at most bound. A value that is
// NaN fails.
func Within(name string, value, bound float64, format string, args ...any) Certificate {
	c := Certificate{name, value, bound, Fail, fmt.Sprintf(format, args...)}
	if value <= bound {
		c.Verdict = Pass
	}
	return c
}

// Unjudged returns a certificate that says why there is no verdict.
func Unjudged(name string, value float64, format string, args ...any) Certificate {
	return Certificate{name, value, math.NaN(), NotJudged, fmt.Sprintf(format, args...)}
}

// Phase says where the canonical pairs of a boundary value problem stand: the
// states x are y[0:States], their costates p are y[States:2 States]; the costates
// q of the first Params parameters follow. A parameter is a state with theta' = 0,
// so that the pairs (x, p) and (theta, q) together are canonical.
type Phase struct {
	States, Params int
}

// Phase returns where the pairs stand, and false where the equations are not
// canonical ones: those of a boundary value problem given by its equations, in
// coordinates and velocities, or with algebraic components.
func (e *Equations) Phase() (Phase, bool) {
	n, m := len(e.States), len(e.ParamCostates)
	if len(e.Costates) != n || e.Algebraic > 0 || len(e.Components) != 2*n+m || m > 0 && m != len(e.Params) {
		return Phase{}, false
	}
	for i, p := range e.Costates {
		if e.Components[n+i] != p {
			return Phase{}, false
		}
	}
	return Phase{n, m}, true
}

// pairs is the number of canonical pairs.
func (f Phase) pairs() int { return f.States + f.Params }

// coordinate returns where coordinate i of the pairs stands: in y, or, for a
// parameter, in p.
func (f Phase) coordinate(i int) (at int, param bool) {
	if i < f.States {
		return i, false
	}
	return i - f.States, true
}

// momentum returns the place in y of the momentum of pair i: p, then q.
func (f Phase) momentum(i int) int { return f.States + i }

// square arranges the derivatives of dim functions of y and the parameters
// (dy: dim×dim, dp: dim×params) as a matrix (2N×2N) over the coordinates and
// momenta of all N pairs. A parameter's own row is zero but for diagonal on
// the diagonal: 0 for a vector field, 1 for a flow.
func (f Phase) square(dst, dy, dp []float64, dim, params int, diagonal float64) []float64 {
	n := f.pairs()
	if dst == nil {
		dst = make([]float64, 4*n*n)
	}
	clear(dst)
	for r := range 2 * n {
		row := dst[r*2*n : (r+1)*2*n]
		from := 0
		if r < n {
			at, param := f.coordinate(r)
			if param {
				row[r] = diagonal
				continue
			}
			from = at
		} else {
			from = f.momentum(r - n)
		}
		for c := range n {
			if at, param := f.coordinate(c); param {
				row[c] = dp[from*params+at]
			} else {
				row[c] = dy[from*dim+at]
			}
			row[n+c] = dy[from*dim+f.momentum(c)]
		}
	}
	return dst
}

// sizes returns the size of every component of a solution, the largest value at
// the mesh points, and of its parameters; zero counts as one.
func sizes(sol *ode.Solution) (y, p []float64) {
	y, p = make([]float64, sol.Dim), make([]float64, len(sol.P))
	for i := range sol.T {
		for c, v := range sol.Node(i) {
			y[c] = max(y[c], math.Abs(v))
		}
	}
	for i, v := range sol.P {
		p[i] = math.Abs(v)
	}
	for _, s := range [][]float64{y, p} {
		for i, v := range s {
			if v < 0x1p-900 { // a small part of less is nothing
				s[i] = 1
			}
		}
	}
	return y, p
}

// scales returns the sizes of the coordinates and momenta of the pairs (2N).
func (f Phase) scales(sol *ode.Solution) []float64 {
	y, p := sizes(sol)
	n := f.pairs()
	out := make([]float64, 2*n)
	for i := range n {
		if at, param := f.coordinate(i); param {
			out[i] = p[at]
		} else {
			out[i] = y[at]
		}
		out[n+i] = y[f.momentum(i)]
	}
	return out
}

// samples returns about count places inside the mesh intervals of a solution,
// off the mesh points, as pairs of an interval and a fraction of it.
func samples(sol *ode.Solution, count int) (at []struct {
	i     int
	theta float64
}) {
	var inner []int
	for i := range len(sol.T) - 1 {
		if sol.T[i] != sol.T[i+1] {
			inner = append(inner, i)
		}
	}
	count = min(count, len(inner))
	for k := range count {
		i := inner[k*len(inner)/count]
		at = append(at, struct {
			i     int
			theta float64
		}{i, 0.5 + 0.3*math.Sin(float64(7*k+1))})
	}
	return at
}
