package minaone

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"costate/internal/expr"
)

// freeRf is the precision that controls start with in place of none at all:
// minAone gives them no equation, a problem file has one for everything that
// varies. Over any ladder it adds less to the action than rounding does.
const freeRf = 1e-40

// Time is the layer's value of row i of the data.
func (p *Problem) Time(i int) float64 {
	return tidy(float64(i) * p.Step / 2)
}

// tidy drops the rounding error of a product of short decimal numbers.
func tidy(v float64) float64 {
	t, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 14, 64), 64)
	return t
}

// File returns the text of the problem file, with the data in the CSV file of
// that name. comments are the lines that it begins with.
func (p *Problem) File(data string, comments ...string) []byte {
	var b bytes.Buffer
	w := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	for _, c := range comments {
		w("# %s\n", c)
	}
	w("title = %s\n", quote(p.Title))
	e, s, f := p.eq, p.specs, p.f

	w("\n# specs.txt: %d layers of %s, each with a middle, so that %d data are used, after %d that are\n# left out. t = 0 is the first one used.\n",
		s.layers, number(s.step), 2*s.layers+1, s.skip)
	w("[layer]\nname = \"t\"\nstart = 0\nend = %s\n", number(p.Time(2*s.layers)))

	if len(e.params) > 0 {
		w("\n[parameters]\n")
		for i, at := range e.params {
			w("%s = %s\n", f.names[at.text], p.parameter(i))
		}
	}
	p.inputs(w, data)
	p.definitions(w)

	w("\n# equations.txt, with the bounds of specs.txt; annealing draws its starts between them.\n[states]\n")
	for i, at := range e.states {
		w("%s = { equation = '%s'%s }\n", f.names[at.text], f.text(e.rhs[i].text), bounds(s.states[i]))
	}
	if len(e.control) > 0 {
		w("# Controls: minAone gives them no equation. Here their change costs next to nothing (Rf below).\n")
	}
	for i, at := range e.control {
		w("%s = { equation = '0', guess = %s%s }\n", f.names[at.text], number(s.controls[i].third), bounds(s.controls[i]))
	}

	w("\n# Per unit of t, of the last rung below: minAone's Rf is that of a layer, Rf/%s.\n[model]\n", number(s.step))
	last := math.Pow(s.alpha, float64(s.betaStep*(s.rungs()-1)))
	p.spread(w, "Rf", func(rf float64) float64 { return tidy(rf * last * s.step) })

	p.observations(w, data)

	w("\n# minAone minimises (cost + sum Rf (s^2 + q^2))/%d, with no 1/2 and the Simpson and Hermite residuals\n", 2*s.layers+1)
	w("# s and q weighed alike (kappa = 1). Its first path is random in all states; here the observed ones\n# start from the data.\n[anneal]\n")
	p.spread(w, "Rf0", func(rf float64) float64 { return rf })
	alpha := math.Pow(s.alpha, float64(s.betaStep))
	w("alpha = %s", number(alpha))
	if s.betaStep > 1 {
		w("   # %s^%d: minAone takes every %dth power", number(s.alpha), s.betaStep, s.betaStep)
	}
	w("\nbeta = %d\nstarts = 10\nseed = 1\nlayers = %d\nrule = \"simpson-hermite\"\noff_grid = \"interpolate\"   # data in the middles of the layers\nkappa = 1\nconvention = \"minaone\"\n",
		s.rungs()-1, s.layers)
	return b.Bytes()
}

// spread writes a precision: one number where it is the same for all states.
func (p *Problem) spread(w func(string, ...any), key string, of func(rf float64) float64) {
	s := p.specs
	same := len(s.controls) == 0
	for _, b := range s.states {
		same = same && b.third == s.states[0].third
	}
	if same {
		w("%s = %s\n", key, number(of(s.states[0].third)))
		return
	}
	var list []string
	for i, at := range p.eq.states {
		list = append(list, fmt.Sprintf("%s = %s", p.f.names[at.text], number(of(s.states[i].third))))
	}
	for _, at := range p.eq.control {
		list = append(list, fmt.Sprintf("%s = %s", p.f.names[at.text], number(of(freeRf))))
	}
	w("%s = { %s }\n", key, strings.Join(list, ", "))
}

func (p *Problem) parameter(i int) string {
	b := p.specs.params[i]
	if b.low == b.high {
		return number(b.low) + "   # fixed: its bounds are equal"
	}
	guess := 0.0
	switch {
	case p.first != nil:
		guess = math.Min(math.Max(p.first[i], b.low), b.high)
	case !math.IsInf(b.low, 0) && !math.IsInf(b.high, 0):
		guess = tidy((b.low + b.high) / 2)
	case !math.IsInf(b.low, 0):
		guess = b.low
	case !math.IsInf(b.high, 0):
		guess = b.high
	}
	return fmt.Sprintf("{ estimate = true, guess = %s%s }", number(guess), bounds(b))
}

func bounds(b interval) string {
	s := ""
	if !math.IsInf(b.low, 0) {
		s += ", min = " + number(b.low)
	}
	if !math.IsInf(b.high, 0) {
		s += ", max = " + number(b.high)
	}
	return s
}

// inputs are the data and stimuli that equations name. The layers look at them
// at the data's times only, so that how they are interpolated makes no
// difference there.
func (p *Problem) inputs(w func(string, ...any), data string) {
	first := true
	for _, at := range slices.Concat(p.eq.data, p.eq.stimuli) {
		if !p.known[at.text] {
			continue
		}
		if first {
			w("\n# Signals that equations name.\n[inputs]\n")
			first = false
		}
		name := p.f.names[at.text]
		w("%s = { data = %s, value = '%s', interpolation = \"linear\" }\n", name, quote(data), name)
	}
}

func (p *Problem) definitions(w func(string, ...any)) {
	var list []string
	for _, c := range p.eq.calls {
		fn := p.f.functions[c.name]
		name := c.name
		if to, ok := p.f.names[name]; ok {
			name = to
		}
		list = append(list, fmt.Sprintf("'%s(%s)' = '%s'", name, strings.Join(fn.args, ", "), fn.body))
	}
	for name := range p.f.composed {
		list = append(list, fmt.Sprintf("'%s(x)' = '%s'", name, composed[name]))
	}
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	w("\n[definitions]\n%s\n", strings.Join(list, "\n"))
}

// observations writes the terms of the cost, those of one function of the state
// in different tables.
func (p *Problem) observations(w func(string, ...any), data string) {
	left := p.terms
	for first := true; len(left) > 0; first = false {
		var now, later []term
		seen := map[*expr.Expr]bool{}
		for _, t := range left {
			if seen[t.h] {
				later = append(later, t)
				continue
			}
			seen[t.h] = true
			now = append(now, t)
		}
		w("\n")
		if first {
			w("# The cost: terms Rm (y - h)^2 are h = y here.\n")
		}
		w("[[observations]]\ndata = %s\n", quote(data))
		var observe, weights []string
		same := true
		for _, t := range now {
			h := expr.Text(t.h)
			observe = append(observe, fmt.Sprintf("'%s' = '%s'", h, expr.Text(t.y)))
			weights = append(weights, fmt.Sprintf("'%s' = %s", h, formula(t.weight)))
			same = same && t.weight == now[0].weight
		}
		w("observe = { %s }\n", strings.Join(observe, ", "))
		if same {
			w("Rm = %s\n", formula(now[0].weight))
		} else {
			w("Rm = { %s }\n", strings.Join(weights, ", "))
		}
		left = later
	}
}

// formula writes a number, or a formula in quotes.
func formula(e *expr.Expr) string {
	if v, ok := e.IsNum(); ok {
		return number(v)
	}
	return "'" + expr.Text(e) + "'"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// quote writes a basic string of TOML.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
