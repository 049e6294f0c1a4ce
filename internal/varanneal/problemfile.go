package varanneal

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Unwritten stands for an equation that is still to be written: a problem file
// with it is refused, at its place.
const Unwritten = "equation_to_be_written"

// File returns the text of the problem file, with the data in the CSV file of
// that name. comments are the lines that it begins with.
func (p *Problem) File(title, data string, comments ...string) []byte {
	var b bytes.Buffer
	w := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	for _, c := range comments {
		w("# %s\n", c)
	}
	w("title = %q\n\n[layer]\nname = \"t\"\nstart = %s\nend = %s\n", title, number(p.T[0]), number(p.T[len(p.T)-1]))

	o := p.opt
	if len(o.Params) > 0 {
		w("\n[parameters]\n")
		for _, q := range o.Params {
			w("%s = { estimate = true, range = [%s, %s] }\n", q.Name, number(q.Low), number(q.High))
		}
	}
	if len(p.Names) > p.Dim {
		w("\n# Stimuli.\n[inputs]\n")
		for _, s := range p.Names[p.Dim:] {
			w("%s = { data = %q, value = '%s', interpolation = \"linear\" }\n", s, data, s)
		}
	}

	w("\n# The model of varanneal is a Python function of vectors.")
	if o.Equation == "" {
		w(" Write its component i here, with its parameters\n# in a table [parameters]: k = { estimate = true, range = [6, 10] }.")
	}
	lo, hi := p.extent()
	equation := o.Equation
	if equation == "" {
		equation = Unwritten
	}
	w("\n# Annealing draws the unobserved states from the range, that of all the columns.\n[states.'x[i]']\nindex = 'i = 1..%d, cyclic'\nequation = '%s'\nrange = [%s, %s]\n",
		p.Dim, equation, number(lo), number(hi))

	sd := o.Deviance
	if sd == 0 {
		sd = 1
	}
	rm := 1 / (sd * sd)
	w("\n# Per unit of t, for costate solve; annealing has its own below.\n[model]\nRf = %s\n", number(short(1e6*rm)))
	w("\n# varanneal counts components from 0, this file from 1.\n[[observations]]\ndata = %q\nobserve = { ", data)
	var list []string
	for _, c := range p.Observe {
		list = append(list, fmt.Sprintf("'x[%d]' = 'x%d'", c+1, c+1))
	}
	w("%s }\nsd = %s", strings.Join(list, ", "), number(sd))
	if o.Deviance == 0 {
		w("   # of the noise: RM = 1/sd^2; not in the data")
	}
	w("\n\n# The ladder of varanneal's tutorial: RF0 = 1e-6 RM, alpha = 1.5, 101 betas; both residuals of a layer\n# weighed alike (kappa = 1), and actions divided by the numbers of terms.\n[anneal]\nRf0 = %s\nalpha = 1.5\nbeta = 100\nstarts = 10\nseed = 1\nlayers = %d\nrule = \"simpson-hermite\"\noff_grid = \"interpolate\"   # data in the middles of the layers\nkappa = 1\nconvention = \"varanneal\"\n",
		number(short(1e-6*rm)), p.Layers)
	return b.Bytes()
}

// extent is the smallest and largest value of the states' columns, rounded
// outward.
func (p *Problem) extent() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, c := range p.Columns[:p.Dim] {
		for _, v := range c {
			if !math.IsNaN(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if !(lo < hi) {
		return -1, 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(hi-lo))-1)
	return short(math.Floor(lo/unit) * unit), short(math.Ceil(hi/unit) * unit)
}

func short(v float64) float64 {
	s, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return s
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
