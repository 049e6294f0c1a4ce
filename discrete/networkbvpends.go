package discrete

import "costate/ode"

// conditions: at 0 the inputs and q = P (W - Wb), at End the costates and q.
func (c *netBVP) conditions(dim, params int) ode.Conditions {
	d, m := c.d, c.M
	n := 2*d*m + 2*c.n
	at := make([]int, n)
	for i := d*m + c.n; i < n; i++ {
		at[i] = 1
	}
	// observed[a] is the place of component a in the outputs, or -1.
	observed := make([]int, d)
	for a := range observed {
		observed[a] = -1
	}
	for j, a := range c.index {
		observed[a] = j
	}
	return ode.Conditions{
		Count: n, At: at, Linear: true,
		Func: func(dst []float64, y [][]float64, par []float64) {
			s, e := y[0], y[1]
			i, j := 0, d*m+c.n
			for k := range m {
				for a := range d {
					x := s[2*d*k+a] - c.In[k*d+a]
					if c.exact() {
						dst[i] = x
					} else {
						dst[i] = s[2*d*k+d+a] - c.RmIn*x
					}
					i++
					dst[j] = e[2*d*k+d+a]
					if o := observed[a]; o >= 0 {
						dst[j] += c.RmOut * (e[2*d*k+a] - c.Out[k*len(c.index)+o])
					}
					j++
				}
			}
			w := c.weights(s, par)
			for l := range c.n {
				dst[i] = s[c.Multiplier()+l] - c.WeightPrecision*(w[l]-c.mean(l))
				dst[j] = e[c.Multiplier()+l]
				i++
				j++
			}
		},
		Jac: func(dy [][]float64, dpar []float64, _ [][]float64, _ []float64) {
			s, e := dy[0], dy[1]
			clear(s)
			clear(e)
			clear(dpar)
			i, j := 0, d*m+c.n
			for k := range m {
				for a := range d {
					if c.exact() {
						s[i*dim+2*d*k+a] = 1
					} else {
						s[i*dim+2*d*k+d+a] = 1
						s[i*dim+2*d*k+a] = -c.RmIn
					}
					i++
					e[j*dim+2*d*k+d+a] = 1
					if observed[a] >= 0 {
						e[j*dim+2*d*k+a] = c.RmOut
					}
					j++
				}
			}
			for l := range c.n {
				s[i*dim+c.Multiplier()+l] = 1
				if c.varying() {
					s[i*dim+c.Weights()+l] = -c.WeightPrecision
				} else {
					dpar[i*params+l] = -c.WeightPrecision
				}
				e[j*dim+c.Multiplier()+l] = 1
				i++
				j++
			}
		},
	}
}

// guess is the strong constraint's path and costates of the weights theta.
func (c *netBVP) guess(theta []float64) (func(dst []float64, t float64), error) {
	const layers = 16
	d := c.d
	x := make([]float64, c.M*(layers+1)*d)
	p := make([]float64, len(x))
	if err := c.Field.Forward(x, NetRK4, layers, theta, c.In); err != nil {
		return nil, err
	}
	c.lastCostates(p, x, layers)
	if err := c.Field.Backward(p, nil, NetRK4, layers, theta, x); err != nil {
		return nil, err
	}
	theta = append([]float64(nil), theta...)
	return func(dst []float64, t float64) {
		s := min(max(t/c.Field.End, 0), 1) * layers
		i := min(int(s), layers-1)
		lam := s - float64(i)
		clear(dst)
		for k := range c.M {
			for a := range d {
				o := (k*(layers+1)+i)*d + a
				dst[2*d*k+a] = x[o] + lam*(x[o+d]-x[o])
				dst[2*d*k+d+a] = p[o] + lam*(p[o+d]-p[o])
			}
		}
		if c.varying() {
			copy(dst[c.Weights():], theta)
		}
	}, nil
}
