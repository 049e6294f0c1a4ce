package main

import (
	"io/fs"
	"math"

	"costate/hamiltonian"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
	"costate/testdata"
	"gonum.org/v1/gonum/integrate/quad"
)

// exact is one number of a solution that is known in closed form.
type exact struct {
	quantity        string
	exact, computed float64
}

// exactValues returns what is known in closed form about a built-in problem, with
// the constants that it was given; nil for other problems, and for a file that
// only has the name of a built-in one.
func exactValues(r *route.Check) []exact {
	p := r.Problem.File
	know := closedForms[p.Name]
	if know == nil {
		return nil
	}
	source, err := fs.ReadFile(testdata.Problems(), p.Name+".toml")
	if err != nil || string(source) != p.Source {
		return nil
	}
	return know(r)
}

// closedForms are the closed forms by the name of the problem.
var closedForms = map[string]func(r *route.Check) []exact{
	"ornstein-uhlenbeck": exactSmoother,
	"double-well":        exactInstanton,
	"double-integrator":  exactIntegrator,
	"lqr":                exactRegulator,
}

// constant returns a constant of the file.
func constant(p *problemfile.Problem, name string) float64 {
	for _, c := range p.Domain().Constants {
		if c.Symbol.Name() == name {
			return c.Value
		}
	}
	return math.NaN()
}

// exactSmoother: x” = a^2 x + rm/Rf (x - 1) with free ends, x' = -a x there.
func exactSmoother(r *route.Check) []exact {
	p := r.Problem.File
	a, rm, rf := constant(p, "a"), constant(p, "rm"), p.Action.States[0].Rf
	length := p.Action.End - p.Action.Start
	q := rm / rf
	k := math.Sqrt(a*a + q)
	// x = m + c1 cosh(k t) + c2 sinh(k t), m = q/k^2; x' + a x = 0 at both ends.
	m := q / (k * k)
	c, s := math.Cosh(k*length), math.Sinh(k*length)
	// a m + a c1 + k c2 = 0;  a m + c1 (k s + a c) + c2 (k c + a s) = 0
	a1, b1, a2, b2 := a, k, k*s+a*c, k*c+a*s
	det := a1*b2 - a2*b1
	c1, c2 := -a*m*(b2-b1)/det, -a*m*(a1-a2)/det
	x := func(t float64) float64 { return m + c1*math.Cosh(k*t) + c2*math.Sinh(k*t) }
	v := func(t float64) float64 { return k * (c1*math.Sinh(k*t) + c2*math.Cosh(k*t)) }
	action := quad.Fixed(func(t float64) float64 {
		w := v(t) + a*x(t)
		return 0.5*rm*(x(t)-1)*(x(t)-1) + 0.5*rf*w*w
	}, 0, length, 40, nil, 0)
	mid := r.Collocation.At(nil, p.Action.Start+length/2)
	return []exact{
		{"x at the start", x(0), r.Collocation.Node(0)[0]},
		{"x in the middle", x(length / 2), mid[0]},
		{"p in the middle", rf * (v(length/2) + a*x(length/2)), mid[1]},
		{"action", action, r.Split.Total()},
	}
}

// exactInstanton: with f = x - x^3 and the energy H = p^2/2 + p f, x' = p + f =
// sqrt(f^2 + 2 H), so that T and the action are integrals over x.
func exactInstanton(r *route.Check) []exact {
	p := r.Problem.File
	length := p.Action.End - p.Action.Start
	over := func(g func(f, v float64) float64, h float64) float64 {
		// x = sin(u), halves of the symmetric integral; 200 points resolve
		// the nearly singular ends for T up to 30.
		return 2 * quad.Fixed(func(u float64) float64 {
			s, c := math.Sincos(u)
			// f = x (1 - x^2), with 1 - x^2 free of cancellation
			f := s * c * c
			v := math.Sqrt(f*f + 2*h)
			return (g(f, v) + g(-f, v)) / 2 * c
		}, 0, math.Pi/2, 400, nil, 0)
	}
	time := func(h float64) float64 { return over(func(_, v float64) float64 { return 1 / v }, h) }
	lo, hi := -60.0, 10.0 // ln H
	for range 200 {
		if m := (lo + hi) / 2; time(math.Exp(m)) > length {
			lo = m
		} else {
			hi = m
		}
	}
	h := math.Exp((lo + hi) / 2)
	// A = int p^2/2 dt = int p^2/(2 x') dx, p = x' - f.
	action := over(func(f, v float64) float64 { return (v - f) * (v - f) / (2 * v) }, h)
	if length > 12 {
		return nil // the ends need finer quadrature
	}
	return []exact{
		{"p at the start", math.Sqrt(2 * h), r.Collocation.Node(0)[1]},
		{"action", action, r.Split.Total()},
	}
}

// exactIntegrator: u = 6 - 12 t.
func exactIntegrator(r *route.Check) []exact {
	cost, _ := r.Problem.Cost(r.Collocation)
	y := r.Collocation.Node(0)
	return []exact{{"p1 at the start", 12, y[2]}, {"p2 at the start", 6, y[3]}, {"cost", 6, cost}}
}

// exactRegulator: P' = -2 a P + P^2/r - q with P(T) = 0, cost P(0) x0^2/2; in the
// sign of this project p = -P x.
func exactRegulator(r *route.Check) []exact {
	p := r.Problem.File
	a, q, w := constant(p, "a"), constant(p, "q"), constant(p, "r")
	length := p.Domain().End - p.Domain().Start
	mu := math.Sqrt(a*a + q/w)
	s, c := math.Sinh(mu*length), math.Cosh(mu*length)
	riccati := q * s / (mu*c - a*s)
	cost, _ := r.Problem.Cost(r.Collocation)
	y := r.Collocation.Node(0)
	return []exact{{"p at the start", -riccati * y[0], y[1]}, {"cost", riccati * y[0] * y[0] / 2, cost}}
}

// certifyExact certifies the largest relative difference to the closed form.
func certifyExact(values []exact, tol float64) hamiltonian.Certificate {
	if tol == 0 {
		tol = route.CheckTolerance
	}
	worst := 0.0
	for _, v := range values {
		worst = max(worst, math.Abs(v.computed-v.exact)/math.Abs(v.exact))
	}
	return hamiltonian.Within("closed form", worst, tol, "largest relative difference of %d numbers", len(values))
}

func truthTable(values []exact) report.Table {
	t := report.Table{Name: "truth", Title: "Against the closed form", Header: []string{"quantity", "exact", "computed", "error"}}
	for _, v := range values {
		unit := 1e-12 * max(1, math.Abs(v.exact))
		t.Add(report.Text(v.quantity), report.Number(v.exact, unit), report.Number(v.computed, unit), report.Sci(v.computed-v.exact, 2))
	}
	return t
}
