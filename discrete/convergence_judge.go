package discrete

import (
	"fmt"
	"math"
)

const (
	// apart is how far an error must stand above its own uncertainty for its
	// order to be known: 1/30 of it moves log2 by 0.05.
	apart = 30

	// steady is the change of the observed order from row to row below which
	// it is within about as much of its limit: the next term of the expansion
	// at least halves from row to row.
	steady = 0.1

	// small is the error, of any quantity, above which a row is not called
	// asymptotic: an error as large as the solution stays so for some rows,
	// with an order of about zero.
	small = 0.1

	// OrderTolerance is how close an order that can be judged must come to
	// theory. A higher order is no fault: some problems are kinder.
	OrderTolerance = 0.1
)

// judge fills in the orders of the last row.
func (s *ConvergenceStudy) judge() {
	k := len(s.Rows) - 1
	b := &s.Rows[k]
	near := true
	for q, e := range b.Errors {
		near = near && !(e > small*b.unit(Quantity(q)))
	}
	steps, errs := make([]float64, k+1), make([]float64, k+1)
	for q := range Quantity(Quantities) {
		for i, r := range s.Rows {
			steps[i], errs[i] = r.Step, r.Errors[q]
		}
		b.Orders[q], b.Judgement[q] = JudgeOrder(steps, errs, b.Uncertainty[q], near)
	}
}

// JudgeOrder returns the order that the last of a sequence of errors shows, those
// of ever smaller steps, and whether it can be judged: the last error must stand
// well above its uncertainty, and the order be steady. near says that all errors of
// the last row are small beside what they are errors of. NaN: there is no order.
func JudgeOrder(steps, errs []float64, uncertainty float64, near bool) (order float64, why Judgement) {
	k := len(errs) - 1
	order = math.NaN()
	if math.IsNaN(errs[k]) {
		return order, Unjudged
	}
	if k > 0 {
		order = observed(steps, errs, k)
	}
	switch {
	case errs[k] <= apart*uncertainty:
		return order, Rounding
	case k == 0:
		return order, Unjudged
	case k >= 2 && near && math.Abs(order-observed(steps, errs, k-1)) <= steady:
		return order, Judged
	}
	return order, NotAsymptotic
}

func observed(steps, errs []float64, k int) float64 {
	return math.Log(errs[k-1]/errs[k]) / math.Log(steps[k-1]/steps[k])
}

// unit is the size of an error of one hundred per cent.
func (r *ConvergenceRow) unit(q Quantity) float64 {
	if q == ActionError {
		return math.Abs(r.Path.Action)
	}
	return 1
}

// exhausted reports whether the last row can not be improved.
func (s *ConvergenceStudy) exhausted() bool {
	r := &s.Rows[len(s.Rows)-1]
	for q := range Quantities {
		if !math.IsNaN(r.Errors[q]) && r.Judgement[q] != Rounding {
			return false
		}
	}
	return true
}

// Order returns the observed order of a quantity in the finest row where it can
// be judged. One below theory that goes on changing in finer rows was steady by
// chance, as where the error is about to change its sign, and is not judged.
// Where none can be, the judgement of the finest row says why.
func (s *ConvergenceStudy) Order(q Quantity) (order float64, why Judgement) {
	k, why := s.judged(q)
	if why != Judged {
		return math.NaN(), why
	}
	return s.Rows[k].Orders[q], Judged
}

// Spread is how far the order that Order judges is off at most, because the errors
// that show it are known to their uncertainty only.
func (s *ConvergenceStudy) Spread(q Quantity) float64 {
	k, why := s.judged(q)
	if why != Judged {
		return math.NaN()
	}
	a, b := &s.Rows[k-1], &s.Rows[k]
	return (a.Uncertainty[q]/a.Errors[q] + b.Uncertainty[q]/b.Errors[q]) / math.Log(a.Step/b.Step)
}

// judged returns the row whose order is judged.
func (s *ConvergenceStudy) judged(q Quantity) (row int, why Judgement) {
	changes := false
	for k := len(s.Rows) - 1; k >= 0; k-- {
		switch s.Rows[k].Judgement[q] {
		case NotAsymptotic:
			changes = true
		case Judged:
			if changes && s.Rows[k].Orders[q] < float64(s.Theory)-OrderTolerance {
				return k, NotAsymptotic
			}
			return k, Judged
		}
	}
	if len(s.Rows) == 0 {
		return -1, Unjudged
	}
	return -1, s.Rows[len(s.Rows)-1].Judgement[q]
}

// Diverges says so if the error of the states or of the action is larger in the
// finest of at least three rows than in the coarsest, and above rounding; else it
// is empty.
func (s *ConvergenceStudy) Diverges() string {
	if len(s.Rows) < 3 {
		return ""
	}
	a, b := &s.Rows[0], &s.Rows[len(s.Rows)-1]
	for _, q := range []Quantity{ActionError, StateError} {
		if b.Judgement[q] != Rounding && b.Errors[q] > a.Errors[q] {
			return fmt.Sprintf("does not converge: the error of %s grows from %.2g to %.2g while the layers grow from %d to %d", q, a.Errors[q], b.Errors[q], a.Layers, b.Layers)
		}
	}
	return ""
}

// Limit is the Richardson extrapolation of a study to layers of no length, at
// the boundaries of its coarsest mesh.
type Limit struct {
	T                                   []float64
	X, CostateLeft, CostateRight, Theta []float64
	Action                              float64

	// Errors are estimates, in the units of ConvergenceRow.Errors.
	Errors [Quantities]float64
}

// extrapolate builds a tableau of each quantity with the powers of the step that
// the error's expansion has, and takes the entry that differs least from the one
// above it in its column: that difference is the error estimate, which is on the
// safe side by the factor that a halving of the steps gains. Two entries may be
// close by chance, where the error changes its sign: so the difference counts for
// no less than what should be left of the one before, or, if there is none, of the
// column before.
func (s *ConvergenceStudy) extrapolate(size [2][]float64) *Limit {
	if len(s.Rows) < 2 {
		return nil
	}
	coarse := s.Rows[0].Path
	d, n := coarse.Dim, coarse.Layers
	l := &Limit{}
	for i := range n + 1 {
		l.T = append(l.T, coarse.Time(i))
	}
	var x, p, theta, action [][]float64
	for k, r := range s.Rows {
		a := r.Path
		stride := 1 << k
		vx := make([]float64, 0, (n+1)*d)
		vp := make([]float64, 0, 2*(n+1)*d)
		for i := range n + 1 {
			vx = append(vx, a.Node(i*stride)...)
		}
		for _, side := range [][]float64{a.CostateLeft, a.CostateRight} {
			for i := range n + 1 {
				vp = append(vp, side[i*stride*d:][:d]...)
			}
		}
		x, p = append(x, vx), append(p, vp)
		theta, action = append(theta, a.Theta), append(action, []float64{a.Action})
	}
	last := &s.Rows[len(s.Rows)-1]
	l.X, l.Errors[StateError] = s.richardson(x, func(i int) float64 { return size[0][i%d] })
	vp, e := s.richardson(p, func(i int) float64 { return size[1][i%d] })
	l.CostateLeft, l.CostateRight, l.Errors[CostateError] = vp[:len(vp)/2], vp[len(vp)/2:], e
	l.Theta, l.Errors[ParamError] = s.richardson(theta, func(i int) float64 {
		return max(math.Abs(last.Path.Theta[i]), math.SmallestNonzeroFloat64)
	})
	v, e := s.richardson(action, func(int) float64 { return 1 })
	l.Action, l.Errors[ActionError] = v[0], e
	// Without an asymptotic regime the tableau proves nothing: its entries may be
	// close by chance. The last change of the plain values then counts.
	before := &s.Rows[len(s.Rows)-2]
	for q := range Quantity(Quantities) {
		if last.Judgement[q] == NotAsymptotic {
			l.Errors[q] = max(l.Errors[q], last.Errors[q]+before.Errors[q])
		}
		l.Errors[q] += last.Noise[q]
	}
	return l
}

// richardson extrapolates a sequence of vectors; size scales their entries.
func (s *ConvergenceStudy) richardson(v [][]float64, size func(i int) float64) ([]float64, float64) {
	step := 1
	if s.Scheme.even() {
		step = 2
	}
	gap := func(a, b []float64) float64 {
		g := 0.0
		for i := range a {
			g = max(g, math.Abs(a[i]-b[i])/size(i))
		}
		return g
	}
	best, err := v[len(v)-1], math.Inf(1)
	var above [][]float64
	var before []float64 // differences of the row above
	for k := range v {
		var gaps []float64
		row := [][]float64{v[k]}
		for j := range k {
			if s.Seam > 0 && s.Theory+j*step >= s.Seam {
				// What a seam adds depends on where in its layer it lies: it
				// goes with no power of the step, and cannot be taken away.
				if j == 0 {
					e := gap(row[0], above[0])
					gaps = append(gaps, e)
					for _, b := range before {
						e = max(e, b/2)
					}
					if e < err && 2*k >= len(v)-1 {
						best, err = row[0], e
					}
				}
				break
			}
			f := 1 / (math.Ldexp(1, s.Theory+j*step) - 1)
			next := make([]float64, len(v[k]))
			for i, b := range row[j] {
				next[i] = b + f*(b-above[j][i])
			}
			row = append(row, next)
			e := gap(row[j], above[j])
			gaps = append(gaps, e)
			switch {
			case j < len(before):
				e = max(e, math.Ldexp(before[j], -s.Theory-j*step))
			case j > 0:
				e = max(e, gap(row[j], row[j-1]))
			}
			if e < err && 2*k >= len(v)-1 { // coarse layers prove nothing
				best, err = row[j], e
			}
		}
		above, before = row, gaps
	}
	return best, err
}
