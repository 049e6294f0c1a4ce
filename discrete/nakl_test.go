package discrete

import (
	"math"
	"sort"
	"testing"
)

// jet is a number with first and second derivatives in six directions.
type jet struct {
	v float64
	g [6]float64
	h [6][6]float64 // lower triangle
}

func jvar(v float64, i int) jet { j := jet{v: v}; j.g[i] = 1; return j }

// combine returns f(a, b) from the value and the derivatives of f.
func combine(a, b *jet, f, fa, fb, faa, fab, fbb float64) (r jet) {
	r.v = f
	for i := range 6 {
		r.g[i] = fa*a.g[i] + fb*b.g[i]
		for k := 0; k <= i; k++ {
			r.h[i][k] = fa*a.h[i][k] + fb*b.h[i][k] + faa*a.g[i]*a.g[k] + fab*(a.g[i]*b.g[k]+b.g[i]*a.g[k]) + fbb*b.g[i]*b.g[k]
		}
	}
	return r
}

// gate is dz/dt = (z_inf(V) - z)/tau(V) of the NaKL neuron, with V, z, and
// the gate's V0, sigma, t1, t2.
func gate(q [6]float64) jet {
	V, z, V0, sg, t1, t2 := jvar(q[0], 0), jvar(q[1], 1), jvar(q[2], 2), jvar(q[3], 3), jvar(q[4], 4), jvar(q[5], 5)
	d := combine(&V, &V0, q[0]-q[2], 1, -1, 0, 0, 0)
	s := q[3]
	a := combine(&d, &sg, d.v/s, 1/s, -d.v/(s*s), 0, -1/(s*s), 2*d.v/(s*s*s))
	u := math.Tanh(a.v)
	c := 1 - u*u
	ut := combine(&a, &a, u, c, 0, -2*u*c, 0, 0)
	top := combine(&ut, &z, 0.5*(1+u)-q[1], 0.5, -1, 0, 0, 0)
	w := combine(&ut, &t2, q[5]*c, -2*u*q[5], c, -2*q[5], -2*u, 0)
	bot := combine(&w, &t1, w.v+q[4], 1, 1, 0, 0, 0)
	b := bot.v
	return combine(&top, &bot, top.v/b, 1/b, -top.v/(b*b), 0, -1/(b*b), 2*top.v/(b*b*b))
}

var (
	naklTrue = []float64{120, 20, 0.3, 50, -77, -54, -40, 15, 0.1, 0.4, -60, -15, 1, 7, -55, 30, 1, 5}
	naklName = []string{"gNa", "gK", "gL", "ENa", "EK", "EL", "Vm", "sm", "t1m", "t2m", "Vh", "sh", "t1h", "t2h", "Vn", "sn", "t1n", "t2n"}
)

// nakl is the Hodgkin-Huxley neuron with the injected current I(t) in uA/cm2:
// state V (mV), m, h, n; 18 parameters; capacity 1.
func nakl(current func(t float64) float64) Model {
	m := Model{Dim: 4, Params: 18, Names: []string{"V", "m", "h", "n"}, ParamNames: naklName}
	arg := func(x, th []float64, k int) [6]float64 {
		o := 6 + 4*k
		return [6]float64{x[0], x[1+k], th[o], th[o+1], th[o+2], th[o+3]}
	}
	m.Func = func(f []float64, t float64, x, th []float64) {
		V, n2 := x[0], x[3]*x[3]
		f[0] = th[0]*x[1]*x[1]*x[1]*x[2]*(th[3]-V) + th[1]*n2*n2*(th[4]-V) + th[2]*(th[5]-V) + current(t)
		for k := range 3 {
			q := arg(x, th, k)
			u := math.Tanh((q[0] - q[2]) / q[3])
			f[1+k] = (0.5*(1+u) - q[1]) / (q[4] + q[5]*(1-u*u))
		}
	}
	m.Jac = func(jx, jp []float64, t float64, x, th []float64) {
		clear(jx)
		clear(jp)
		V, a, b, n := x[0], x[1], x[2], x[3]
		a2, n3 := a*a, n*n*n
		jx[0] = -th[0]*a2*a*b - th[1]*n3*n - th[2]
		jx[1] = 3 * th[0] * a2 * b * (th[3] - V)
		jx[2] = th[0] * a2 * a * (th[3] - V)
		jx[3] = 4 * th[1] * n3 * (th[4] - V)
		jp[0], jp[1], jp[2] = a2*a*b*(th[3]-V), n3*n*(th[4]-V), th[5]-V
		jp[3], jp[4], jp[5] = th[0]*a2*a*b, th[1]*n3*n, th[2]
		for k := range 3 {
			j := gate(arg(x, th, k))
			jx[(1+k)*4], jx[(1+k)*4+1+k] = j.g[0], j.g[1]
			copy(jp[(1+k)*18+6+4*k:], j.g[2:])
		}
	}
	m.Hess = func(h []float64, t float64, x, th, l []float64) {
		clear(h)
		sym := func(i, j int, v float64) {
			h[i*22+j] += v
			if i != j {
				h[j*22+i] += v
			}
		}
		V, a, b, n, l0 := x[0], x[1], x[2], x[3], l[0]
		a2, a3, n2, n3 := a*a, a*a*a, n*n, n*n*n
		dn, dk := th[3]-V, th[4]-V
		sym(0, 1, -l0*3*th[0]*a2*b)
		sym(0, 2, -l0*th[0]*a3)
		sym(0, 3, -l0*4*th[1]*n3)
		sym(0, 4, -l0*a3*b)
		sym(0, 5, -l0*n3*n)
		sym(0, 6, -l0)
		sym(1, 1, l0*6*th[0]*a*b*dn)
		sym(1, 2, l0*3*th[0]*a2*dn)
		sym(1, 4, l0*3*a2*b*dn)
		sym(1, 7, l0*3*th[0]*a2*b)
		sym(2, 4, l0*a3*dn)
		sym(2, 7, l0*th[0]*a3)
		sym(3, 3, l0*12*th[1]*n2*dk)
		sym(3, 5, l0*4*n3*dk)
		sym(3, 8, l0*4*th[1]*n3)
		sym(4, 7, l0*a3*b)
		sym(5, 8, l0*n3*n)
		sym(6, 9, l0)
		for k := range 3 {
			j := gate(arg(x, th, k))
			at := [6]int{0, 1 + k, 10 + 4*k, 11 + 4*k, 12 + 4*k, 13 + 4*k}
			for r := range 6 {
				for c := 0; c <= r; c++ {
					sym(at[r], at[c], l[1+k]*j.h[r][c])
				}
			}
		}
	}
	return m
}

// naklBounds are the search ranges of the published experiment.
func naklBounds() (lo, hi []float64) {
	for i, v := range naklTrue {
		f := 0.05
		if i < 3 {
			f = 0.5
		}
		lo, hi = append(lo, min(v*(1-f), v*(1+f))), append(hi, max(v*(1-f), v*(1+f)))
	}
	return lo, hi
}

// naklProblem is the window of the first n samples (t, V, I).
func naklProblem(c [][]float64, n int) *Problem {
	const dt = 0.02
	t, I := c[0], c[2]
	current := func(s float64) float64 {
		i := min(max(int(math.Round(s/dt)), 0), len(I)-1)
		if math.Abs(float64(i)*dt-s) < 1e-6 {
			return I[i]
		}
		k := sort.SearchFloat64s(t, s)
		return interpolate(t[max(k-1, 0):min(k+1, len(t))], I[max(k-1, 0):min(k+1, len(t))], s)
	}
	pr := &Problem{Model: nakl(current), End: dt * float64(n-1), Layers: (n - 1) / 2, Kappa: 1, Rf: []float64{1, 1e4, 1e4, 1e4}}
	for i := range n {
		pr.Observations = append(pr.Observations, Observation{Time: dt * float64(i), Index: []int{0}, Y: c[1][i : i+1]})
	}
	pr.Lower, pr.Upper = []float64{-100, 0, 0, 0}, []float64{100, 1, 1, 1}
	pr.ParamLower, pr.ParamUpper = naklBounds()
	return pr
}

// The neuron's derivatives against differences.
func TestNeuronDerivatives(t *testing.T) {
	m := nakl(math.Sin)
	x, l := []float64{-50, 0.3, 0.4, 0.5}, []float64{0.7, -2, 1.5, 0.9}
	jx, jp := make([]float64, 16), make([]float64, 72)
	m.Jac(jx, jp, 1, x, naklTrue)
	h := make([]float64, 22*22)
	m.Hess(h, 1, x, naklTrue, l)
	d := m
	d.Jac = nil
	b := newBatch(&d)
	kx, kp := make([]float64, 16), make([]float64, 72)
	b.jac(&d, kx, kp, 1, x, naklTrue)
	compare := func(name string, a, b []float64, tol float64) {
		t.Helper()
		for i := range a {
			if math.Abs(a[i]-b[i]) > tol*(1+math.Abs(a[i])) {
				t.Errorf("%s %d: %.10g, by differences %.10g", name, i, a[i], b[i])
			}
		}
	}
	compare("dF/dx", jx, kx, 1e-7)
	compare("dF/dtheta", jp, kp, 1e-7)
	e := m
	e.Hess = nil
	k := make([]float64, 22*22)
	newBatch(&e).hess(&e, k, 1, x, naklTrue, l)
	compare("Hessian", h, k, 1e-6)
}
