package ode

// powers is the dense output of one-step methods: in the interval i,
//
//	y = y_i + sum_{j=1}^{d} theta^j c_j,   d the degree of the interval.
//
// Degrees may differ from interval to interval.
type powers struct {
	n    int
	s    *Solution
	at   []int // the coefficients of interval i are coef[at[i]:at[i+1]]
	coef []float64
}

func (p *powers) Value(dst []float64, i int, theta float64) {
	c := p.coef[p.at[i]:p.at[i+1]]
	hornerValue(dst[:p.n], p.s.Y[i*p.n:(i+1)*p.n], c, theta)
}

func (p *powers) Deriv(dst []float64, i int, theta float64) {
	n := p.n
	c := p.coef[p.at[i]:p.at[i+1]]
	h := p.s.T[i+1] - p.s.T[i]
	if h == 0 {
		h = 1 // an interval of length zero has no derivative: stores c, zeros
	}
	d := len(c) / n
	for k := range n {
		s := 0.0
		for j := d; j >= 1; j-- {
			s = s*theta + float64(j)*c[(j-1)*n+k]
		}
		dst[k] = s / h
	}
}

// hornerValue stores y + sum_j theta^j c_j into dst (n), c is d×n.
func hornerValue(dst, y, c []float64, theta float64) {
	n := len(dst)
	d := len(c) / n
	for k := range n {
		s := 0.0
		for j := d - 1; j >= 0; j-- {
			s = (s + c[j*n+k]) * theta
		}
		dst[k] = y[k] + s
	}
}

// recorder collects the accepted steps into a Solution.
type recorder struct {
	sol  *Solution
	in   powers
	buf  []float64
	tail []float64 // sensitivities at the mesh points

	// For methods without an interpolant of their own: the values and
	// derivatives at the last nodes, all of them unless only the ends are
	// recorded.
	y, f []float64
	ws   windows

	wasCut bool // the last step was cut at an event
}

func (c *recorder) reset(r *run) {
	c.sol = &Solution{Dim: r.n, P: append([]float64(nil), r.p...)}
	c.sol.T = append(c.sol.T, r.t)
	c.sol.Y = append(c.sol.Y, r.y[:r.n]...)
	c.tail = append(c.tail, r.y[r.n:]...)
	if !r.in.EndOnly {
		c.in = powers{n: r.n, s: c.sol, at: []int{0}}
		c.sol.Inner = &c.in
	}
}

// step records the accepted step from r.t to tnext = r.t + h and returns its
// end. A terminal event ends the integration (stop): then the step is cut
// there, and r.next holds the state at the event.
func (c *recorder) step(r *run, st stepper, tnext, h float64) (t float64, stop bool) {
	t = tnext
	if r.in.EndOnly && r.events == nil && !r.bare {
		return t, false
	}
	if r.bare {
		c.sol.T = append(c.sol.T, t)
		c.sol.Y = append(c.sol.Y, r.next[:r.n]...)
		return t, false
	}
	if r.window > 0 {
		c.buf = c.lookBack(c.buf[:0], r, h)
	} else {
		c.buf = st.dense(c.buf[:0], h)
	}
	if r.events != nil {
		if t, stop = r.events.step(r, c.buf, tnext, h); stop {
			c.cut(r, (t-r.t)/h)
		}
	}
	if r.in.EndOnly {
		return t, stop
	}
	c.sol.T = append(c.sol.T, t)
	c.sol.Y = append(c.sol.Y, r.next[:r.n]...)
	c.tail = append(c.tail, r.next[r.n:]...)
	c.in.coef = append(c.in.coef, c.buf...)
	c.in.at = append(c.in.at, len(c.in.coef))
	return t, stop
}

// lookBack appends the interpolant of the step just made from it and the
// steps before it.
func (c *recorder) lookBack(dst []float64, r *run, h float64) []float64 {
	n := r.n
	if c.ws == nil {
		c.ws = windows{}
		c.y, c.f = append(c.y, r.y[:n]...), append(c.f, r.f[:n]...)
	}
	c.y, c.f = append(c.y, r.next[:n]...), append(c.f, r.fnext[:n]...)
	nodes := len(c.y) / n
	if r.in.EndOnly && nodes > r.window {
		copy(c.y, c.y[n:])
		copy(c.f, c.f[n:])
		nodes--
		c.y, c.f = c.y[:nodes*n], c.f[:nodes*n]
	}
	k := min(nodes, r.window)
	from := (nodes - k) * n
	return c.ws.get(k, k-2).appendPowers(dst, c.y[from:], c.f[from:], n, k-2, h)
}

// centre replaces the interpolants by those of the steps around each, which
// are more accurate; the last one stays if it was cut.
func (c *recorder) centre(r *run) {
	n := r.n
	nodes := len(c.y) / n
	k := min(nodes, r.window)
	coef := make([]float64, 0, (nodes-1)*(2*k-1)*n)
	last := c.in.coef[c.in.at[nodes-2]:]
	for i := range nodes - 1 {
		if c.wasCut && i == nodes-2 {
			c.in.at[i] = len(coef)
			coef = append(coef, last...)
			c.in.at[i+1] = len(coef)
			break
		}
		from := min(max(i-(k-2)/2, 0), nodes-k)
		c.in.at[i] = len(coef)
		coef = c.ws.get(k, i-from).appendPowers(coef, c.y[from*n:], c.f[from*n:], n, i-from, c.sol.T[i+1]-c.sol.T[i])
		c.in.at[i+1] = len(coef)
	}
	c.in.coef = coef
}

// cut shortens the interpolant to the fraction rho of its step.
func (c *recorder) cut(r *run, rho float64) {
	c.wasCut = true
	hornerValue(r.next[:r.n], r.y[:r.n], c.buf, rho)
	power := 1.0
	for j := 0; j < len(c.buf); j += r.n {
		power *= rho
		for k := range r.n {
			c.buf[j+k] *= power
		}
	}
}

// solution closes the record. A solution has at least two mesh points, equal
// ones if no step was made.
func (c *recorder) solution(r *run) *Solution {
	s := c.sol
	if c.ws != nil && !r.in.EndOnly {
		c.centre(r)
	}
	if r.in.EndOnly && !r.bare || len(s.T) == 1 {
		if !r.in.EndOnly {
			c.in.at = append(c.in.at, 0)
		}
		s.T = append(s.T, r.t)
		s.Y = append(s.Y, r.y[:r.n]...)
		c.tail = append(c.tail, r.y[r.n:]...)
	}
	return s
}
