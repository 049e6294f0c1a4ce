package discrete

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// ErrDeadNetwork is wrapped by the warning that a network's output does not
// depend on its input.
var ErrDeadNetwork = errors.New("dead network")

// NetworkSignal says how far a signal gets through a network. It belongs
// before every experiment: data of a dead teacher are a constant vector and
// noise, and whatever is then learned is the mean.
type NetworkSignal struct {
	// Spread[l] is the standard deviation of the states of layer l over the
	// inputs, averaged over the components.
	Spread []float64

	// LogSingular are the natural logarithms, descending, of the singular
	// values of the Jacobian of the output with respect to the input at the
	// first inputs, averaged over up to 20 of them. -Inf: zero. Logarithms
	// because a hundred contracting layers underflow.
	LogSingular []float64
}

// Signal propagates the inputs in (pairs×Widths[0]; of a recurrent network,
// those of its first time) through the layers.
func (n *Network) Signal(theta, in []float64) *NetworkSignal {
	one := *n
	one.Times = 0
	if n.Times > 0 {
		theta = n.withoutRecurrence(theta)
	}
	pl, err := one.plan()
	if err != nil {
		panic(err)
	}
	w := n.Widths[0]
	if len(in)%w != 0 || len(in) == 0 || len(theta) != pl.params {
		panic("discrete: length of inputs or weights does not fit the network")
	}
	m := len(in) / w
	x, u := make([]float64, m*pl.states), make([]float64, pl.ulen)
	s := &NetworkSignal{Spread: make([]float64, len(n.Widths)), LogSingular: make([]float64, min(w, n.Widths[len(n.Widths)-1]))}
	for k := range m {
		xk := x[k*pl.states : (k+1)*pl.states]
		copy(xk, in[k*w:(k+1)*w])
		pl.propagate(xk, u, theta, nil)
	}
	col := make([]float64, m)
	for l := range n.Widths {
		c := &pl.cells[l]
		for a := range c.width {
			for k := range m {
				col[k] = x[k*pl.states+c.off+a]
			}
			_, sd := stat.PopMeanStdDev(col, nil)
			s.Spread[l] += sd / float64(c.width)
		}
	}
	points := min(m, 20)
	r, df := make([]float64, pl.states), make([]float64, pl.states)
	for k := range points {
		pl.residual(r, u, df, x[k*pl.states:(k+1)*pl.states], theta)
		for i, v := range pl.logSingular(df, theta, len(s.LogSingular)) {
			s.LogSingular[i] += v / float64(points)
		}
	}
	return s
}

// withoutRecurrence drops the weights U from theta.
func (n *Network) withoutRecurrence(theta []float64) []float64 {
	pl, err := n.plan()
	if err != nil {
		panic(err)
	}
	var t []float64
	for i, s := range pl.sets {
		for a := range s.rows {
			row := theta[s.off+a*s.cols : s.off+(a+1)*s.cols]
			t = append(t, row[:n.Widths[i]]...)
			if n.Bias {
				t = append(t, row[s.cols-1])
			}
		}
	}
	return t
}

// logSingular returns the logarithms of the q largest singular values of the
// product J of the layers' Jacobians, by orthogonal iteration with J and J'
// in turn: the product is never formed, each layer's result is orthogonalised
// and its triangle's diagonal goes into the logarithms.
func (pl *netPlan) logSingular(df, theta []float64, q int) []float64 {
	log, old := make([]float64, q), make([]float64, q)
	v := make([]float64, pl.width*q) // q vectors, one after the other
	t := make([]float64, pl.width*q)
	n := pl.cells[0].width
	for j := range q {
		v[j*n+j] = 1
	}
	for sweep := range 60 {
		clear(log)
		forward := sweep%2 == 0
		for i := range len(pl.cells) - 1 {
			l := i + 1
			if !forward {
				l = len(pl.cells) - 1 - i
			}
			c, below := &pl.cells[l], &pl.cells[l-1]
			set := &pl.sets[c.set]
			from, to := below.width, c.width
			if !forward {
				from, to = to, from
			}
			clear(t[:q*to])
			for j := range q {
				a, b := v[j*from:(j+1)*from], t[j*to:(j+1)*to]
				for row := range c.width {
					w := theta[set.off+row*set.cols : set.off+row*set.cols+below.width]
					if forward {
						b[row] = df[c.off+row] * floats.Dot(w, a)
					} else {
						floats.AddScaled(b, df[c.off+row]*a[row], w)
					}
				}
				if c.skip >= 0 {
					floats.AddScaled(b, c.kappa, a)
				}
			}
			v, t = t, v
			netOrthogonalise(v, q, to, log)
			n = to
		}
		done := sweep > 1
		for j := range log {
			if math.Abs(log[j]-old[j]) > 1e-9*(1+math.Abs(log[j])) {
				done = false
			}
		}
		if done {
			break
		}
		copy(old, log)
	}
	return log
}

// netOrthogonalise makes the q vectors v (each n) orthonormal and adds the
// logarithms of the lengths taken off to log. A vector of which nothing is
// left becomes another unit vector, its logarithm -Inf.
func netOrthogonalise(v []float64, q, n int, log []float64) {
	for j := range q {
		a := v[j*n : (j+1)*n]
		size := floats.Norm(a, 2)
		if size > 0 {
			floats.Scale(1/size, a)
		}
		// Twice is enough (Kahan and Parlett).
		for range 2 {
			for i := range j {
				b := v[i*n : (i+1)*n]
				floats.AddScaled(a, -floats.Dot(a, b), b)
			}
		}
		rest := floats.Norm(a, 2)
		log[j] += math.Log(size) + math.Log(rest)
		for e := 0; !(rest > 1e-300) && e < n; e++ {
			clear(a)
			a[e] = 1
			for range 2 {
				for i := range j {
					b := v[i*n : (i+1)*n]
					floats.AddScaled(a, -floats.Dot(a, b), b)
				}
			}
			if rest = floats.Norm(a, 2); rest < 0.1/math.Sqrt(float64(n)) {
				rest = 0
			}
		}
		if rest > 0 {
			floats.Scale(1/rest, a)
		}
	}
}

// Check returns an error wrapping ErrDeadNetwork if what the inputs do to the
// outputs is less than a thousandth of the noise (0: of the rounding of
// numbers of order one), else nil.
func (s *NetworkSignal) Check(noise float64) error {
	floor := max(1e-3*noise, 1e-15)
	last := len(s.Spread) - 1
	reach := s.LogSingular[0] + math.Log(s.Spread[0]) // of the output, to first order
	if s.Spread[last] < floor && reach < math.Log(floor) {
		at := 0
		for at < last && s.Spread[at] >= floor {
			at++
		}
		size := "0"
		if l := s.LogSingular[0]; !math.IsInf(l, 0) {
			size = fmt.Sprintf("1e%.0f", l/math.Ln10)
		}
		return fmt.Errorf("%w: outputs spread over %.2g, the Jacobian's largest singular value is %s, nothing of the input is left after layer %d: data of this network are a constant and noise",
			ErrDeadNetwork, s.Spread[last], size, at)
	}
	return nil
}
