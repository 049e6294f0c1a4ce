package route

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"costate/discrete"
	"costate/hamiltonian"
)

// certificates judges the continuous solution.
func (c *checker) certificates() error {
	p, sol, b := c.Problem, c.Collocation, c.Problem.BVP
	c.certify(c.fairly(func(least []float64) []hamiltonian.Certificate {
		worst := 0.0
		for i, v := range largest(sol) {
			if least != nil {
				v = max(v, least[i])
			}
			worst = max(worst, errorOf(sol.Error, i)/v)
		}
		return []hamiltonian.Certificate{hamiltonian.Within("error estimate", worst, c.Tol, "of collocation: difference to one stage more")}
	})...)

	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	phase, canonical := p.Equations.Phase()
	flow := c.flown
	if flow.err != nil {
		c.certify(hamiltonian.Unjudged("integration defect", math.NaN(), "%s", brief(flow.err)))
	} else {
		c.certify(flow.along...)
	}
	if c.Shooting != nil && !c.Exact {
		k := c.Shooting.Condition.Kappa1
		c.certify(hamiltonian.Within("conditioning", k*0x1p-52, c.Tol, "kappa_1 = %.2e times the rounding unit: digits that the problem itself leaves", k))
	}
	if p.File.Action != nil {
		var err error
		c.certify(c.fairly(func(least []float64) (certs []hamiltonian.Certificate) {
			certs, err = p.File.Action.Conditions(sol, c.Tol, least)
			return certs
		})...)
		if err != nil {
			return err
		}
	} else {
		c.certify(hamiltonian.Within("conditions", sol.Residual, c.Tol, "scaled residual of the boundary conditions"))
	}
	c.bounds()
	if err := c.energy(); err != nil {
		return err
	}
	if canonical {
		energy, err := p.Equations.Energy()
		if err != nil {
			return err
		}
		if e := p.Equations; e.FreeEnd != nil && energy != nil {
			h := energy // in the solver's variable the equations are those of H dt/ds
			energy = func(s float64, y, theta []float64) float64 {
				return h(s, y, theta) * (e.Label(e.End, theta) - e.Start) / (e.End - e.Start)
			}
		}
		c.certify(hamiltonian.Structure(b, phase, sol, energy)...)
		if flow.err == nil {
			c.certify(flow.symplectic)
			if cert, ok := notJacobi(flow.unjudged); ok {
				c.certify(cert)
			} else if flow.unjudged != nil {
				return flow.unjudged
			} else {
				c.Conjugate = flow.conjugate
				c.certify(flow.conjugate.Certificate())
			}
		}
	}
	if c.Negative >= 0 {
		note := "negative eigenvalues of the Hessian of the action in the finest layers (inertia)"
		if c.Conjugate != nil && c.Conjugate.Index != c.Negative {
			note += fmt.Sprintf("; conjugate points say %d", c.Conjugate.Index)
		}
		c.certify(hamiltonian.Within("second order", float64(c.Negative), 0, "%s", note))
	}
	if a := p.File.Action; a != nil {
		c.certify(a.ChiSquare(c.Split))
	}
	return nil
}

// energy certifies that H is constant between the jumps.
func (c *checker) energy() error {
	const name = "H between jumps"
	e, err := c.Problem.Energy(c.Collocation)
	switch {
	case err != nil:
		return err
	case e == nil:
		c.certify(hamiltonian.Unjudged(name, math.NaN(), "there is no Hamiltonian"))
	case !e.Judged:
		c.certify(hamiltonian.Unjudged(name, e.Drift, "H names the layer label or a signal, so that it need not be constant"))
	default:
		c.certify(c.fairly(func(least []float64) []hamiltonian.Certificate {
			drift, scale := e.Drift, e.Scale
			if least != nil && c.part > 0 && c.part*digits < 1 {
				scale /= c.part * digits // that of the costates' terms
			}
			if scale > 0 {
				drift /= scale
			}
			return []hamiltonian.Certificate{hamiltonian.Within(name, drift, 10*c.Tol, "largest change, relative to the largest |H| or |p x'|; H = %.7g at the start", e.First)}
		})...)
	}
	return nil
}

// layerBound is how far layers may be from stationary.
const layerBound = 1e-9

// study judges the layers of one rule.
func (c *checker) study(a *hamiltonian.Action, pr *discrete.Problem, s *discrete.ConvergenceStudy) {
	if len(s.Rows) == 0 {
		return
	}
	name := s.Scheme.String()
	c.certify(orders(s))
	if l := s.Limit; l != nil {
		bound := 1e-9 * max(1, math.Abs(c.Split.Total()))
		gap := math.Abs(l.Action - c.Split.Total())
		cert := hamiltonian.Within("action, "+name, gap, bound, "extrapolated to layers of no length, against collocation")
		_, why := s.Order(discrete.ActionError)
		switch {
		case cert.Verdict != hamiltonian.Fail:
		case why == discrete.NotAsymptotic:
			cert.Verdict = hamiltonian.NotJudged
			cert.Note = "extrapolated to layers of no length, of which none shows the order: more layers would tell"
		case gap <= l.Errors[discrete.ActionError]:
			cert.Verdict = hamiltonian.NotJudged
			cert.Note = fmt.Sprintf("extrapolated to layers of no length, known to %.1e only: more layers would tell", l.Errors[discrete.ActionError])
		}
		c.certify(cert)
	}
	last := &s.Rows[len(s.Rows)-1]
	path := last.Path
	t := make([]float64, path.Layers+1)
	x := make([]float64, 0, len(t)*path.Dim)
	for n := range t {
		t[n] = path.Time(n)
		x = append(x, path.Node(n)...)
	}
	c.certify(c.lost(path, func(least []float64) hamiltonian.Certificate {
		r, err := a.Stationary(t, x, path.CostateLeft, path.CostateRight, path.Theta, least)
		if err != nil {
			return hamiltonian.Unjudged("stationary, "+name, math.NaN(), "%v", err)
		}
		return hamiltonian.Within("stationary, "+name, r, layerBound, "discrete canonical equations at the layers' boundaries, %d layers", path.Layers)
	}))
	if name == c.Schemes[0].String() {
		c.certify(hamiltonian.Within("model derivatives", discrete.DerivativeError(pr, path), 1e-6, "first and second derivatives of F in the layers' Newton matrix against differences"))
	}
	defect := func(least []float64) (states, costates float64) {
		return discrete.CanonicalDefect(pr, path, c.Problem.BVP.Dim, c.Problem.BVP.Func, least)
	}
	if x, _ := defect(nil); !math.IsNaN(x) {
		judge := func(least []float64) hamiltonian.Certificate {
			x, p := defect(least)
			return hamiltonian.Within("discretise = optimise, "+name, max(x, p), layerBound, "the layers' minimum against Gauss collocation of the canonical equations on the same mesh")
		}
		if x <= layerBound {
			c.certify(c.lost(path, judge))
		} else {
			c.certify(judge(nil))
		}
	}
	c.Negative = max(c.Negative, path.Negative)
}

// orders certifies the observed orders of one rule: the largest shortfall of a
// quantity that can be judged.
func orders(s *discrete.ConvergenceStudy) hamiltonian.Certificate {
	name := "order, " + s.Scheme.String()
	short := math.Inf(-1)
	var seen, open []string
	for q := range discrete.Quantity(discrete.Quantities) {
		order, why := s.Order(q)
		if why == discrete.Judged {
			short = max(short, float64(s.Theory)-order-s.Spread(q))
			seen = append(seen, fmt.Sprintf("%s %.2f", q, order))
			continue
		}
		if why != discrete.Unjudged {
			open = append(open, fmt.Sprintf("%s: %s", q, why))
		}
	}
	note := fmt.Sprintf("observed %s, theory %d", strings.Join(seen, ", "), s.Theory)
	if s.Seamed {
		note += " for knots of a signal inside layers"
	}
	if why := s.Diverges(); why != "" {
		return hamiltonian.Certificate{Name: name, Value: math.NaN(), Bound: math.NaN(), Verdict: hamiltonian.Fail, Note: why}
	}
	if len(seen) == 0 {
		if len(open) == 0 {
			open = []string{"too few rows"}
		}
		return hamiltonian.Unjudged(name, math.NaN(), "%s", strings.Join(slices.Compact(open), ", "))
	}
	if len(open) > 0 {
		note += "; " + strings.Join(open, ", ")
	}
	k := hamiltonian.Within(name, max(short, 0), discrete.OrderTolerance, "%s", note)
	if s.Seam > 0 && s.Theory >= s.Seam && k.Verdict == hamiltonian.Fail && short < 1 {
		// The error depends on where in their layers the knots lie.
		k.Verdict = hamiltonian.NotJudged
		k.Note += "; it wanders with the places of knots in their layers"
	}
	return k
}
