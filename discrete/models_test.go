package discrete

import (
	"bufio"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// lorenz96 is x_i' = x_{i-1}(x_{i+1} - x_{i-2}) - x_i + k with the parameter
// k, evaluated over many points at once.
func lorenz96(D int) Model {
	m := Model{Dim: D, Params: 1}
	at := func(i int) int { return (i + D) % D }
	m.Batch = func(dst, t, x, th []float64) {
		n := len(t)
		k := th[0]
		for i := range D {
			a, b, c := x[at(i-1)*n:at(i-1)*n+n], x[at(i+1)*n:at(i+1)*n+n], x[at(i-2)*n:at(i-2)*n+n]
			self, out := x[i*n:i*n+n], dst[i*n:i*n+n]
			for j := range out {
				out[j] = a[j]*(b[j]-c[j]) - self[j] + k
			}
		}
	}
	m.BatchJac = func(jx, jp, t, x, th []float64) {
		n := len(t)
		clear(jx)
		for i := range jp {
			jp[i] = 1
		}
		for i := range D {
			a, b, c := x[at(i-1)*n:at(i-1)*n+n], x[at(i+1)*n:at(i+1)*n+n], x[at(i-2)*n:at(i-2)*n+n]
			ja, jb, jc, js := jx[(i*D+at(i-1))*n:], jx[(i*D+at(i+1))*n:], jx[(i*D+at(i-2))*n:], jx[(i*D+i)*n:]
			for j := range n {
				ja[j] += b[j] - c[j]
				jb[j] += a[j]
				jc[j] -= a[j]
				js[j]--
			}
		}
	}
	m.BatchHess = func(dst, t, x, th, lam []float64) {
		n := len(t)
		clear(dst)
		q := D + 1
		for i := range D {
			l := lam[i*n : i*n+n]
			a, b, c := at(i-1), at(i+1), at(i-2)
			ab, ba, ac, ca := dst[(a*q+b)*n:], dst[(b*q+a)*n:], dst[(a*q+c)*n:], dst[(c*q+a)*n:]
			for j, v := range l {
				ab[j] += v
				ba[j] += v
				ac[j] -= v
				ca[j] -= v
			}
		}
	}
	m.Func = func(dst []float64, t float64, x, th []float64) { m.Batch(dst, []float64{t}, x, th) }
	return m
}

// pendulum has all kinds of dependence: time, state, two parameters.
func pendulum() Model {
	return Model{Dim: 2, Params: 2,
		Func: func(f []float64, t float64, x, th []float64) {
			f[0] = x[1] + th[1]*x[0]*x[0]
			f[1] = -th[0]*math.Sin(x[0]) - 0.3*x[1]*x[1]*th[1] + math.Cos(t)
		},
		Jac: func(jx, jp []float64, t float64, x, th []float64) {
			jx[0], jx[1] = 2*th[1]*x[0], 1
			jx[2], jx[3] = -th[0]*math.Cos(x[0]), -0.6*x[1]*th[1]
			jp[0], jp[1] = 0, x[0]*x[0]
			jp[2], jp[3] = -math.Sin(x[0]), -0.3*x[1]*x[1]
		},
		Hess: func(h []float64, t float64, x, th, l []float64) {
			clear(h)
			sym := func(i, j int, v float64) {
				h[i*4+j] += v
				if i != j {
					h[j*4+i] += v
				}
			}
			sym(0, 0, l[0]*2*th[1]+l[1]*th[0]*math.Sin(x[0]))
			sym(1, 1, -0.6*th[1]*l[1])
			sym(0, 2, -math.Cos(x[0])*l[1])
			sym(0, 3, 2*x[0]*l[0])
			sym(1, 3, -0.6*x[1]*l[1])
		}}
}

// shared returns the columns of a file of ../../shared/data, or skips.
func shared(t testing.TB, name string) (header []string, cols [][]float64) {
	f, err := os.Open("../../../shared/data/" + name)
	if err != nil {
		if f, err = os.Open("../../shared/data/" + name); err != nil {
			t.Skip("needs ../shared/data/" + name + ", which is not part of this project")
		}
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		w := strings.Split(sc.Text(), ",")
		if header == nil {
			header = w
			cols = make([][]float64, len(w))
			continue
		}
		for i, s := range w {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			cols[i] = append(cols[i], v)
		}
	}
	return header, cols
}

// rk4 integrates a model with n steps of the classical rule.
func rk4(m *Model, x, th []float64, t, h float64, n int) {
	D := m.Dim
	k1, k2, k3, k4, y := make([]float64, D), make([]float64, D), make([]float64, D), make([]float64, D), make([]float64, D)
	for i := range n {
		s := t + float64(i)*h
		m.Func(k1, s, x, th)
		for d := range D {
			y[d] = x[d] + h/2*k1[d]
		}
		m.Func(k2, s+h/2, y, th)
		for d := range D {
			y[d] = x[d] + h/2*k2[d]
		}
		m.Func(k3, s+h/2, y, th)
		for d := range D {
			y[d] = x[d] + h*k3[d]
		}
		m.Func(k4, s+h, y, th)
		for d := range D {
			x[d] += h / 6 * (k1[d] + 2*k2[d] + 2*k3[d] + k4[d])
		}
	}
}

var allRules = []struct {
	name   string
	rule   Rule
	stages int
}{{"euler", Euler, 0}, {"midpoint", Midpoint, 0}, {"trapezoid", Trapezoid, 0}, {"simpson", SimpsonHermite, 0},
	{"gauss1", Gauss, 1}, {"gauss2", Gauss, 2}, {"gauss3", Gauss, 3}, {"map", LayerMap, 0}}

// rich returns a problem that uses every kind of term.
func rich(rule Rule, stages int) *Problem {
	p := &Problem{Model: pendulum(), Start: 0, End: 1.2, Layers: 4, Rule: rule, Stages: stages, Rf: []float64{3, 5}}
	if rule == LayerMap {
		p.End = 4
	}
	p.RfVary = func(dst []float64, t float64) { dst[0], dst[1] = 1+0.1*t, 1 }
	h := p.End / 4
	p.Observations = []Observation{
		{Time: 0, Index: []int{1}, Y: []float64{0.3}, Rm: []float64{2}},
		{Time: h, Y: []float64{0.3, math.NaN()}, Rm: []float64{2, 3}},
		{Time: 2 * h, Y: []float64{0.3, 0.8}, Rm: []float64{2, 0.5, 0.5, 1}},
		{Time: p.End, Y: []float64{0.1}, Operator: &Operator{Rows: 1,
			Func: func(d []float64, t float64, x, th []float64) { d[0] = x[0]*x[1]*th[0] + x[0]*x[0] }}},
	}
	if rule != LayerMap {
		p.OffGrid = Interpolate
		p.Observations = append(p.Observations, Observation{Time: 1.3 * h, Y: []float64{-0.1, 0.2}})
	}
	p.Signals = []Signal{{Index: []int{0}, Y: func(d []float64, t float64) { d[0] = math.Sin(t) }, Rm: []float64{0.7}}}
	p.StatePrior = &Prior{Mean: []float64{0.1, 0.2}, Precision: []float64{1, 0.2, 0.2, 2}}
	p.ParamPrior = &Prior{Mean: []float64{1, 0.1}, Precision: []float64{0.5}}
	return p
}

func randomVector(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 7))
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return v
}
