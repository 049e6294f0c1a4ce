package discrete

// pair forms pair k's almost block diagonal system, with the derivatives with
// respect to the weights C, and of the weights' equation with respect to the
// pair's nodes E and the weights F; it factors the system and solves for
// J^-1 C.
func (s *netCondensed) pair(l *netLocal, k int, y, w []float64) error {
	n, n2, np := len(s.t)-1, s.n2, s.np
	all := n2 + np
	one, m := s.one[k], s.abd[k]
	e := s.e[k*np*s.size : (k+1)*np*s.size]
	v := s.v[k*np*s.size : (k+1)*np*s.size]
	f := s.f[k*np*np : (k+1)*np*np]
	clear(e)
	clear(f)
	for i := range n {
		h := s.stage(l, one, y, w, i)
		one.jacobian(l.j0, l.w0, 0, l.y0, w)
		one.jacobian(l.j1, l.w1, 0, l.y1, w)
		one.jacobian(l.jm, l.wm, 0, l.ym, w)
		// h/6 (f0 + 4 fm + f1) with ym = (y0 + y1)/2 + h/8 (f0 - f1).
		half := func(dst, j []float64, sign float64) {
			// chain = I/2 ± h/8 J (top rows); dst = h/6 (J + 4 Jm chain)
			for r := range n2 {
				for q := range n2 {
					l.chain[r*n2+q] = sign * h / 8 * j[r*all+q]
				}
				l.chain[r*n2+r] += 0.5
			}
			for r := range all {
				for q := range n2 {
					sum := j[r*all+q] / 4
					for t := range n2 {
						sum += l.jm[r*all+t] * l.chain[t*n2+q]
					}
					dst[r*n2+q] = 4 * h / 6 * sum
				}
			}
		}
		half(l.a, l.j0, 1)
		half(l.b, l.j1, -1)
		for r := range n2 {
			for q := range np {
				l.chain[r*np+q] = h / 8 * (l.w0[r*np+q] - l.w1[r*np+q])
			}
		}
		for r := range all {
			for q := range np {
				sum := (l.w0[r*np+q]+l.w1[r*np+q])/4 + l.wm[r*np+q]
				for t := range n2 {
					sum += l.jm[r*all+t] * l.chain[t*np+q]
				}
				l.cw[r*np+q] = 4 * h / 6 * sum
			}
		}
		A, B := m.A(i), m.B(i)
		for r := range n2 {
			for q := range n2 {
				A[r*n2+q], B[r*n2+q] = -l.a[r*n2+q], -l.b[r*n2+q]
			}
			A[r*n2+r]--
			B[r*n2+r]++
			for q := range np {
				v[q*s.size+i*n2+r] = -l.cw[r*np+q]
			}
		}
		for r := range np {
			for q := range n2 {
				e[r*s.size+i*n2+q] += l.a[(n2+r)*n2+q]
				e[r*s.size+(i+1)*n2+q] += l.b[(n2+r)*n2+q]
			}
			for q := range np {
				f[r*np+q] += l.cw[(n2+r)*np+q]
			}
		}
	}
	d := one.d
	for a := range d {
		g := m.Condition(a, 0)
		clear(g)
		if one.exact() {
			g[a] = 1
		} else {
			g[d+a], g[a] = 1, -one.RmIn
		}
		g = m.Condition(d+a, 0)
		clear(g)
		g[d+a] = 1
	}
	for _, a := range one.index {
		m.Condition(d+a, 0)[a] = one.RmOut
	}
	if err := m.Factor(); err != nil {
		return err
	}
	clear(l.g)
	for q := range np {
		col := v[q*s.size : (q+1)*s.size]
		copy(l.rhs, col[:n*n2])
		m.Solve(col, nil, l.rhs[:n*n2], l.g)
	}
	return nil
}
